"""Tuning: learns where takes of one voice sound like an emotion, and measures what that is worth.

Data flows one way: `texts`, `plan` → `learner` (draws, and learns from what was liked, by the
response surfaces of `surface`) and `booth` (makes, checks and hears takes) → `contest` → `curve` →
`evidence` → a `shelf`, which keeps what was tuned before. `job` goes from one to the next, and
remembers what was heard in a `journal`.
"""

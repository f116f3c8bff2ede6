"""A cache of sentences: the takes of one are made, checked and heard once.

What is kept is what costs: the takes with all that was found in them. Which of them speaks is
chosen anew each time, since that depends on the sentences around. `keys` says what a sentence
depends on, `entries` how it is written down, `store` where, and `sentences` what is worth keeping.
"""

"""Training and evaluation of the compact classifier; see README.md."""

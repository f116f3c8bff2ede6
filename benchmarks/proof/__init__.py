"""Proof that a chosen take has the emotion that was asked for, by judges that had no part in it."""

"""Teach a small Coqui model to speak with the emotion of an embedding.

Of `corpus`, `train` and `evaluate` each is a command; they share a folder.
"""

from emotts.files import cache_dir

NAME = "hibari"
RATE = 16_000
SEED = 7
FOLDER = cache_dir() / "training" / "coqui"

"""What the training scripts share: their command line, and the form of the figures they keep."""

import argparse
import logging
from pathlib import Path
from typing import Any

from training.corpora import CACHE


def parser(description: str | None) -> argparse.ArgumentParser:
    """A command line that says where features are kept; progress is logged from here on."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    made = argparse.ArgumentParser(description=description)
    made.add_argument(
        "--cache", type=Path, default=CACHE, help="where features are kept (default: %(default)s)"
    )
    return made


def add_threads(made: argparse.ArgumentParser) -> None:
    """How many clips at once, for scripts that run the network."""
    made.add_argument("--threads", type=int, default=2, help="clips embedded at once")


def rounded(value: Any) -> Any:
    """Figures to four significant digits: more would only differ from machine to machine."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value

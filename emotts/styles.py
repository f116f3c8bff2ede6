"""Styles: the words that other systems have for a manner of speaking, as emotions.

Speech markup names styles ("cheerful"), and so do people who instruct a voice. The table is what
is read, all of it: a word that is not in it names no emotion here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from emotts.emotions import canonical


@dataclass(frozen=True)
class Style:
    """What a style asks for."""

    weights: Mapping[str, float]
    """Canonical emotion → weight, as in a target."""
    intensity: float
    """0…1, of the style spoken plainly."""


def _style(intensity: float = 1.0, **weights: float) -> Style:
    return Style(weights, intensity)


# The styles of SSML dialects ("express-as"), and adjectives near them.
STYLES: Mapping[str, Style] = {
    "cheerful": _style(happiness=1),
    "joyful": _style(happiness=1),
    "delighted": _style(happiness=1),
    "excited": _style(happiness=0.7, surprise=0.3),
    "enthusiastic": _style(happiness=0.8, surprise=0.2),
    "upbeat": _style(0.8, happiness=1),
    "hopeful": _style(0.6, happiness=1),
    "friendly": _style(0.5, happiness=1),
    "warm": _style(0.5, happiness=0.6, calm=0.4),
    "affectionate": _style(0.6, happiness=0.5, calm=0.5),
    "furious": _style(anger=1),
    "annoyed": _style(0.5, anger=1),
    "irritated": _style(0.6, anger=1),
    "frustrated": _style(0.6, anger=0.7, sadness=0.3),
    "disgruntled": _style(0.7, anger=0.6, contempt=0.4),
    "unfriendly": _style(0.5, anger=0.5, contempt=0.5),
    "contemptuous": _style(contempt=1),
    "scornful": _style(contempt=1),
    "terrified": _style(fear=1),
    "afraid": _style(fear=1),
    "frightened": _style(fear=1),
    "anxious": _style(0.6, fear=1),
    "nervous": _style(0.5, fear=1),
    "worried": _style(0.5, fear=0.7, sadness=0.3),
    "depressed": _style(sadness=1),
    "sorrowful": _style(sadness=1),
    "mournful": _style(sadness=1),
    "melancholic": _style(0.7, sadness=1),
    "empathetic": _style(0.5, sadness=0.5, calm=0.5),
    "disappointed": _style(0.6, sadness=1),
    "amazed": _style(surprise=1),
    "astonished": _style(surprise=1),
    "shocked": _style(surprise=0.7, fear=0.3),
    "revolted": _style(disgust=1),
    "gentle": _style(calm=1),
    "relaxed": _style(calm=1),
    "soothing": _style(calm=1),
    "peaceful": _style(calm=1),
    "bored": _style(boredom=1),
    "serious": _style(neutral=1),
    "matter-of-fact": _style(neutral=1),
    "narration-professional": _style(neutral=1),
    "newscast": _style(neutral=1),
    "default": _style(neutral=1),
    "general": _style(neutral=1),
}


def style(name: str) -> Style | None:
    """What a style asks for: one of the table, or an emotion by its name or alias; else None."""
    if (known := canonical(name)) is not None:
        return Style({known: 1.0}, 1.0)
    return STYLES.get(name.strip().casefold())

"""What each emotion tends to do to the controls of a voice: the priors of the search."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Tendency:
    """What an emotion tends to do to a control, as positions on the control's scale."""

    mean: float
    """Position at full intensity."""
    spread: float
    """Standard deviation between speakers and styles, in positions."""


Tendencies = Mapping[str, Mapping[str, Tendency]]
"""Emotion → control → tendency."""

# What each emotion tends to do to a voice, at full intensity: the priors of the search. Positions,
# so 0.1 on a log scale is about 10%. Two kinds of sources, directions first, then sizes:
#
# - reviews and production studies: Scherer 1986 (predictions for twelve emotions), Murray & Arnott
#   1993, Banse & Scherer 1996 (fourteen emotions, acted), Juslin & Laukka 2003 (104 studies:
#   rate, level, treble and F0 rise in anger, fear and joy, and fall in sadness), Schröder 2001
#   and Burkhardt & Sendlmeier 2000 (what synthesis has to change for each), Gobl & Ní Chasaide
#   2003 (tense, breathy and creaky voice), Tartter 1980 (smiling raises formants), Kienast &
#   Sendlmeier 2000 (vowels are reduced in fear, sadness and boredom, precise in anger), Yildirim
#   et al. 2004 (anger and happiness are hyperarticulated);
# - RAVDESS, EmoDB and nEMO (benchmarks/results/corpora.md): each of 36 speakers against the same
#   speaker's neutral voice. Median F0 in semitones: anger +7 ± 3, fear +7 ± 3, happiness +6 ± 3,
#   surprise +5 ± 3, disgust +2 ± 3, sadness +1 ± 3 (+3 in RAVDESS, -2 in EmoDB), calm -0.6 ± 1.2,
#   boredom -1.0 ± 0.9. Log of the F0 range: surprise +.4, happiness +.3, anger +.2, fear -.1,
#   sadness -.3, calm -.2. Log of the rate: disgust -.3, calm -.3, sadness -.2, boredom -.1, the
#   others within .1. Tilt in dB an octave: anger +2.3, happiness +1.2, fear +0.8. Final glide in
#   a quarter second: anger -5 semitones, happiness -4, surprise anything from -10 to +13. Slope:
#   surprise and fear +3 to +4 semitones a clip, boredom -4.
#
# Acted shifts of F0 are halved: nothing takes a synthetic voice further from itself, and DNSMOS
# with it. Contempt is in none of the corpora.
TENDENCIES: Tendencies = {
    "anger": {
        "rate": Tendency(0.05, 0.1),
        "pitch": Tendency(2.5, 2.0),
        "pitch_range": Tendency(0.25, 0.25),
        "final_rise": Tendency(-2.0, 1.5),
        "emphasis": Tendency(1.5, 0.8),
        "energy": Tendency(4.0, 1.5),
        "dynamics": Tendency(0.2, 0.15),
        "brightness": Tendency(1.6, 0.8),
        "tension": Tendency(0.5, 0.25),
        "articulation": Tendency(0.15, 0.15),
        "jitter": Tendency(0.5, 0.4),
    },
    "disgust": {
        "rate": Tendency(-0.25, 0.1),
        "pitch": Tendency(0.5, 1.5),
        "pitch_range": Tendency(0.1, 0.25),
        "pitch_slope": Tendency(1.0, 1.5),
        "final_rise": Tendency(-1.0, 1.5),
        "emphasis": Tendency(0.8, 0.8),
        "brightness": Tendency(0.5, 0.7),
        "tension": Tendency(0.3, 0.25),
        "jitter": Tendency(0.7, 0.5),
        "formants": Tendency(-0.02, 0.015),
        "final_length": Tendency(0.12, 0.1),
    },
    "fear": {
        "rate": Tendency(0.06, 0.07),
        "pitch": Tendency(3.5, 1.2),
        "pitch_range": Tendency(-0.2, 0.3),
        "pitch_slope": Tendency(1.5, 1.5),
        "emphasis": Tendency(-0.3, 0.6),
        "brightness": Tendency(0.4, 0.7),
        "breathiness": Tendency(0.25, 0.2),
        "articulation": Tendency(-0.1, 0.15),
        "jitter": Tendency(0.4, 0.3),
        "tremor": Tendency(0.2, 0.12),
    },
    "happiness": {
        "rate": Tendency(0.03, 0.08),
        "pitch": Tendency(3.0, 1.3),
        "pitch_range": Tendency(0.4, 0.18),
        "pitch_slope": Tendency(0.5, 1.5),
        "final_rise": Tendency(0.5, 2.0),
        "emphasis": Tendency(1.2, 0.8),
        "energy": Tendency(2.5, 1.5),
        "dynamics": Tendency(0.1, 0.12),
        "brightness": Tendency(0.9, 0.6),
        "articulation": Tendency(0.2, 0.15),
        "formants": Tendency(0.025, 0.015),
        "vowel_length": Tendency(0.06, 0.08),
    },
    "neutral": {
        "pitch": Tendency(-0.3, 0.5),
        "pitch_range": Tendency(-0.25, 0.15),
        "pitch_slope": Tendency(-0.3, 0.6),
        "emphasis": Tendency(-0.3, 0.3),
    },
    "sadness": {
        "rate": Tendency(-0.2, 0.1),
        "pitch": Tendency(-0.6, 1.6),
        "pitch_range": Tendency(-0.4, 0.22),
        "final_rise": Tendency(0.5, 1.2),
        "emphasis": Tendency(-0.8, 0.5),
        "energy": Tendency(-5.0, 2.0),
        "dynamics": Tendency(-0.2, 0.15),
        "brightness": Tendency(-1.1, 0.6),
        "breathiness": Tendency(0.4, 0.25),
        "articulation": Tendency(-0.15, 0.15),
        "jitter": Tendency(0.4, 0.3),
        "pauses": Tendency(0.3, 0.25),
        "final_length": Tendency(0.12, 0.1),
    },
    "surprise": {
        "rate": Tendency(0.03, 0.1),
        "pitch": Tendency(3.5, 1.3),
        "pitch_range": Tendency(0.45, 0.18),
        "pitch_slope": Tendency(2.0, 1.5),
        "final_rise": Tendency(2.5, 2.5),
        "emphasis": Tendency(0.8, 0.8),
        "brightness": Tendency(0.3, 0.6),
        "breathiness": Tendency(0.15, 0.15),
        "formants": Tendency(0.01, 0.01),
    },
    "calm": {
        "rate": Tendency(-0.18, 0.08),
        "pitch": Tendency(-0.6, 0.8),
        "pitch_range": Tendency(-0.2, 0.18),
        "emphasis": Tendency(-0.5, 0.4),
        "energy": Tendency(-2.5, 1.5),
        "dynamics": Tendency(-0.1, 0.1),
        "brightness": Tendency(-0.5, 0.5),
        "breathiness": Tendency(0.3, 0.2),
        "articulation": Tendency(-0.05, 0.1),
    },
    "contempt": {
        "rate": Tendency(-0.1, 0.08),
        "pitch": Tendency(-1.2, 1.0),
        "pitch_slope": Tendency(-1.0, 1.2),
        "final_rise": Tendency(-1.5, 1.2),
        "energy": Tendency(-1.0, 1.5),
        "brightness": Tendency(-0.2, 0.5),
        "tension": Tendency(0.15, 0.15),
        "final_length": Tendency(0.15, 0.1),
    },
    "boredom": {
        "rate": Tendency(-0.16, 0.08),
        "pitch": Tendency(-1.0, 0.8),
        "pitch_range": Tendency(-0.3, 0.25),
        "pitch_slope": Tendency(-2.0, 1.2),
        "emphasis": Tendency(-0.8, 0.5),
        "energy": Tendency(-2.0, 1.5),
        "brightness": Tendency(-0.4, 0.5),
        "articulation": Tendency(-0.15, 0.12),
        "final_length": Tendency(0.15, 0.1),
    },
}

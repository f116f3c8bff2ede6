"""What varies takes, for each family of models: their knobs, under emotts's names.

Two ways of speaking: a model whose knobs are its attributes (VITS, GlowTTS, the feed-forward and
autoregressive spectrogram models), and XTTS, whose knobs are arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emotts.controls import STANDARD, Control

from emotts_coqui.card import Card

# Glow-TTS (Kim et al. 2020) was liked best at this temperature; Coqui's configurations say 0, which
# makes a flow speak its mean and every take the same.
GLOW_TEMPERATURE = 0.333


@dataclass(frozen=True)
class Knob:
    """A control, and the setting of the model that it moves."""

    control: Control
    setting: str
    """Attribute of the model, or argument of XTTS's inference."""
    own: float
    """What the model was made with."""
    inverse: bool = False
    """True: the setting is the model's own divided by the control, as lengths are by a rate."""
    absolute: bool = False
    """True: the control is the setting itself, in the setting's unit."""
    whole: bool = False
    """True: integers only."""

    def setting_at(self, value: float) -> float:
        """The setting for a value of the control."""
        if self.absolute:
            return round(value) if self.whole else float(value)
        return self.own / value if self.inverse else self.own * value


def knobs(card: Card) -> Mapping[str, Knob]:
    """Control → knob of the model that a configuration describes."""
    return {knob.control.name: knob for knob in _KNOBS.get(card.family, _none)(card)}


def varies(card: Card) -> bool:
    """Whether another seed makes another take."""
    if card.family == "xtts":
        return True
    if card.family in ("tacotron", "tacotron2"):
        return bool(card.value("prenet_dropout_at_inference", False))
    return any(knob.own > 0 for knob in knobs(card).values() if knob.control.name in SAMPLED)


SAMPLED = ("temperature", "duration_noise")


def _rate(card: Card, low: float, high: float) -> Knob:
    return Knob(
        STANDARD["rate"].within(low, high),
        "length_scale",
        float(card.value("length_scale", 1.0)),
        inverse=True,
    )


def _noise(control: str, high: float, setting: str, own: float) -> Knob:
    return Knob(STANDARD[control].within(0, high), setting, own)


def _vits(card: Card) -> list[Knob]:
    own = float(card.value("inference_noise_scale", 0.667))
    found = [_rate(card, 0.6, 1.6), _noise("temperature", 1.5, "inference_noise_scale", own)]
    # Only the stochastic duration predictor draws durations.
    if card.value("use_sdp", True):
        own = float(card.value("inference_noise_scale_dp", 1.0))
        found.append(_noise("duration_noise", 1.4, "inference_noise_scale_dp", own))
    return found


def _glow(card: Card) -> list[Knob]:
    own = float(card.value("inference_noise_scale", 0.0)) or GLOW_TEMPERATURE
    return [_rate(card, 0.6, 1.6), _noise("temperature", 2, "inference_noise_scale", own)]


def _forward(card: Card) -> list[Knob]:
    return [_rate(card, 0.6, 1.6)]


def _xtts(card: Card) -> list[Knob]:
    return [
        Knob(STANDARD["rate"].within(0.7, 1.5), "speed", 1.0),
        Knob(
            STANDARD["temperature"].within(0.3, 1.4),
            "temperature",
            float(card.value("temperature", 0.85)),
        ),
        _own("top_k", "tokens", 1, 200, card.value("top_k", 50), "draws from so many", whole=True),
        _own("top_p", "share", 0.1, 1, card.value("top_p", 0.85), "draws from so much probability"),
        _own(
            "repetition_penalty",
            "factor",
            1,
            20,
            card.value("repetition_penalty", 2.0),
            "keeps it from repeating itself",
        ),
    ]


def _own(
    name: str, unit: str, low: float, high: float, own: float, meaning: str, *, whole: bool = False
) -> Knob:
    """A knob in the unit of its setting, neutral where the model has it."""
    inside = min(max(float(own), low), high)
    control = Control(name, unit, low, inside, high, f"an autoregressive model {meaning}")
    return Knob(control, name, float(own), absolute=True, whole=whole)


def _none(card: Card) -> list[Knob]:
    return []


_KNOBS = {"vits": _vits, "glow_tts": _glow, "forward_tts": _forward, "xtts": _xtts}


def settings(found: Mapping[str, Knob], values: Mapping[str, float]) -> dict[str, Any]:
    """Setting → value, for the values of controls."""
    return {knob.setting: knob.setting_at(values[name]) for name, knob in found.items()}


def rounded(found: Mapping[str, Knob], values: Mapping[str, float]) -> dict[str, float]:
    """The values of controls as they take effect: integers where nothing else can."""
    return {
        name: float(round(value)) if found[name].whole else value for name, value in values.items()
    }

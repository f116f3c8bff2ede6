"""Tuned priors: where takes of one voice sound like an emotion, found by listening to that voice.

The literature says what people do to a voice. What a classifier, or a listener, hears in an engine
whose controls are no larynx is near that, not at it: the shipped priors started from the
literature and moved to where the takes that were liked best lay (`training.tune`).
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from emotts.engine import Engine
from emotts.files import cache_dir, replacing
from emotts.records import Voice
from emotts.tendencies import TENDENCIES, Tendencies, Tendency

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "assets" / "tuned"


def tendencies(engine: Engine, voice: Voice) -> Tendencies:
    """What emotions do to the controls of a voice: tuned where it was tuned, else the literature's.

    The user's own tuning, in the cache, goes before the shipped one. Either counts only for the
    version of the engine that it was made with.
    """
    for folder in (cache_dir() / "tuned", SHIPPED):
        file = folder / file_name(engine, voice)
        if file.is_file():
            content = json.loads(file.read_text(encoding="utf-8"))
            if content["fingerprint"] == engine.fingerprint:
                return merged(_read(content["emotions"]))
            logger.info("%s was tuned on another version of %s", file, engine.name)
    return TENDENCIES


def merged(found: Tendencies) -> Tendencies:
    """The literature's tendencies, with those of the controls that were tuned in their place."""
    emotions = {emotion: {**TENDENCIES.get(emotion, {}), **found[emotion]} for emotion in found}
    return {**TENDENCIES, **emotions}


def save(found: Tendencies, file: Path, *, engine: Engine, voice: Voice, made: str) -> None:
    """Write what was tuned, atomically.

    Args:
        found: emotion → control → tendency, of the controls that were tuned.
        file: in a folder that `tendencies` looks in, under the name that `file_name` gives.
        engine: it was tuned on this engine
        voice: and on this voice.
        made: how, in words.
    """
    content = {
        "engine": engine.name,
        "voice": voice.name,
        "fingerprint": engine.fingerprint,
        "made": made,
        "emotions": {
            emotion: {
                name: [round(tendency.mean, 4), round(tendency.spread, 4)]
                for name, tendency in controls.items()
            }
            for emotion, controls in found.items()
        },
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as out:
        out.write((json.dumps(content, indent=1) + "\n").encode())


def file_name(engine: Engine, voice: Voice) -> str:
    """Where the priors of a voice are kept."""
    return f"{engine.name}-{voice.name}.json"


def _read(emotions: Mapping[str, Mapping[str, list[float]]]) -> Tendencies:
    return {
        emotion: {name: Tendency(mean, spread) for name, (mean, spread) in controls.items()}
        for emotion, controls in emotions.items()
    }

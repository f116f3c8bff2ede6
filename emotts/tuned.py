"""Tuned priors: where takes of one voice sound like an emotion, found by listening to that voice.

The literature says what people do to a voice. What a classifier, or a listener, hears in an engine
whose controls are no larynx is near that, not at it: the shipped priors started from the
literature and moved to where the takes that were liked best lay (`training.tune`).
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    content = _content(engine, voice)
    return TENDENCIES if content is None else merged(_read(content["emotions"]))


def reached(engine: Engine, voice: Voice) -> Mapping[str, float]:
    """Emotion → the share of sentences in which a voice was heard to reach it, where measured.

    By judges that had no part in the tuning: benchmarks/proof.
    """
    content = _content(engine, voice) or {}
    return dict(content.get("reached", {}))


def record_reached(file: Path, shares: Mapping[str, float]) -> None:
    """Write down how often the tuned priors of a file reach each emotion, atomically."""
    content = json.loads(file.read_text(encoding="utf-8"))
    content["reached"] = {emotion: round(share, 2) for emotion, share in shares.items()}
    _write(file, content)


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
    _write(file, content)


def file_name(engine: Engine, voice: Voice) -> str:
    """Where the priors of a voice are kept."""
    return f"{engine.name}-{voice.name}.json"


def _read(emotions: Mapping[str, Mapping[str, list[float]]]) -> Tendencies:
    return {
        emotion: {name: Tendency(mean, spread) for name, (mean, spread) in controls.items()}
        for emotion, controls in emotions.items()
    }


def _content(engine: Engine, voice: Voice) -> dict[str, Any] | None:
    """What is known of a voice: the user's own tuning, else the shipped one."""
    for folder in (cache_dir() / "tuned", SHIPPED):
        file = folder / file_name(engine, voice)
        if file.is_file():
            content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            if content["fingerprint"] == engine.fingerprint:
                return content
            logger.info("%s was tuned on another version of %s", file, engine.name)
    return None


def _write(file: Path, content: Mapping[str, Any]) -> None:
    with replacing(file) as out:
        out.write((json.dumps(content, indent=1) + "\n").encode())

"""Replay: speak what a ledger tells of again, and hold it against the ledger's hash."""

import hashlib
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, FiniteFloat, NonNegativeInt

from emotts.audio import Audio
from emotts.documents import from_json
from emotts.engine import Engine
from emotts.errors import ConfigError, reason
from emotts.ledger import audio_hash
from emotts.records import Conditioning, Take

Line = Mapping[str, Any]


class _Part(BaseModel):
    name: str
    fingerprint: str


class _Line(BaseModel):
    """What there must be in a line."""

    emotts: str
    text_sha256: str
    text: str | None = None
    engine: _Part
    voice: str
    audio_sha256: str
    chosen: NonNegativeInt
    candidates: list[dict[str, Any]]


class _Candidate(BaseModel):
    """And in the candidate that was chosen."""

    index: NonNegativeInt
    seed: NonNegativeInt
    requested: dict[str, FiniteFloat]
    conditioning: dict[Literal["reference", "embedding", "emotion"], str] = {}


def read(path: str | os.PathLike[str], number: int) -> Line:
    """A line of a ledger, counted from 1.

    Raises:
        ConfigError: there is no such file or line, or it is none of a ledger.
    """
    where = f"{os.fspath(path)}, line {number}"
    try:
        lines = Path(path).read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{os.fspath(path)}: can't be read as a ledger: {reason(error)}"
        ) from error
    if not 1 <= number <= len(lines):
        raise ConfigError(f"{where}: there are lines 1 to {len(lines)}")
    try:
        line: Line = from_json(lines[number - 1])
        _Candidate.model_validate(_Line.model_validate(line).candidates[line["chosen"]])
    except (ValueError, IndexError) as error:
        raise ConfigError(f"{where}: is no line of a ledger ({error})") from error
    return line


def replay(line: Line, engine: Engine, text: str | None = None) -> Audio:
    """Speak the chosen take of a line again.

    The take is made from its recorded controls and seed, whatever a search would propose today.

    Args:
        line: as `read` gives it.
        engine: of the name that the line tells.
        text: of the sentence, where the ledger kept only its hash.

    Raises:
        ConfigError: the text is missing or another one, the engine is another one, the take
            was conditioned on an embedding, or what was spoken is not the same.
        EngineError: the engine can't speak it.
    """
    sentence = _sentence(line, text)
    recorded = line["engine"]["fingerprint"]
    if engine.fingerprint != recorded:
        raise ConfigError(f"the ledger's engine was {recorded}; here is {engine.fingerprint}")
    voice = engine.voice(line["voice"])
    (made,) = engine.renderings(sentence, voice=voice.name, takes=[_take(line)])
    found = audio_hash(made.audio)
    if found != line["audio_sha256"]:
        raise ConfigError(
            f"this is not what was spoken: its hash is {found}, the ledger's "
            f"{line['audio_sha256']}; that was emotts {line['emotts']}, this is {version('emotts')}"
        )
    return made.audio


def _sentence(line: Line, text: str | None) -> str:
    sentence = line.get("text") if text is None else text
    if sentence is None:
        raise ConfigError(
            "the ledger kept only the text's hash: give the sentence (--text), or keep texts with "
            "ledger: {path: …, text: true} in the config"
        )
    if hashlib.sha256(sentence.encode()).hexdigest() != line["text_sha256"]:
        raise ConfigError(f"{sentence!r} is not the sentence that was spoken: its hash is another")
    return str(sentence)


def _take(line: Line) -> Take:
    """The take that was chosen, as it was asked for."""
    candidate = line["candidates"][line["chosen"]]
    asked = candidate.get("conditioning", {})
    if "embedding" in asked:
        raise ConfigError(
            "the take was conditioned on an embedding, of which the ledger has only the hash"
        )
    return Take(
        candidate["index"], candidate["seed"], candidate["requested"], Conditioning(**asked)
    )

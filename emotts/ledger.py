"""The ledger: one JSON line a sentence, from which a choice can be audited and replayed."""

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from emotts.audio import Audio
from emotts.engine import Engine
from emotts.errors import ConfigError, reason
from emotts.files import write_all
from emotts.jsonform import effort_form
from emotts.listener import Listener
from emotts.records import Candidate, Conditioning, Embedding, Profile
from emotts.speech import Choice, Request

Entry = dict[str, object]


def entry(
    choice: Choice,
    request: Request,
    engine: Engine,
    listeners: Sequence[Listener],
    *,
    with_text: bool = False,
) -> Entry:
    """What there is to know about a choice, ready for JSON.

    Args:
        choice: the choice.
        request: what it was made for.
        engine: who spoke.
        listeners: who listened, with the voice's profiles.
        with_text: keep the sentence itself beside its hash; only so it can be replayed from the
            ledger alone.
    """
    return {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "emotts": version("emotts"),
        "text_sha256": hashlib.sha256(choice.text.encode()).hexdigest(),
        **({"text": choice.text} if with_text else {}),
        "target": str(choice.target),
        "intensity": choice.target.intensity,
        "like": request.like
        and {
            "path": request.like.path,
            "named": request.like.named,
            "embedding_sha256": {
                name: _embedding_hash(heard.embedding) for name, heard in request.like.heard.items()
            },
        },
        "seed": request.seed,
        "effort": effort_form(choice),
        "stop": request.stop,
        "budget_ms": request.budget_ms,
        "engine": {"name": engine.name, "fingerprint": engine.fingerprint},
        "voice": choice.voice.name,
        "classifiers": [
            {
                "name": listener.name,
                "fingerprint": listener.fingerprint,
                "finalists": listener.finalists,
                "profile_sha256": _profile_hash(listener.profile),
            }
            for listener in listeners
        ],
        "chosen": choice.chosen,
        "margin": choice.margin,
        "matched": choice.matched,
        "cached": choice.cached,
        "advice": list(choice.advice),
        "audio_sha256": audio_hash(choice.audio),
        "candidates": [_candidate(candidate) for candidate in choice.candidates],
    }


def append(path: str | os.PathLike[str], line: Entry) -> None:
    """Add an entry to a ledger, in one write: processes may share the file.

    Raises:
        ConfigError: the file can't be written.
    """
    data = json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
    # Of the name of a file that is no UTF-8: what Python replaces it with is how JSON has it.
    content = data.encode(errors="backslashreplace")
    try:
        with Path(path).open("ab", buffering=0) as file:
            write_all(file, content)
    except OSError as error:
        raise ConfigError(
            f"the ledger {os.fspath(path)} can't be written: {reason(error)}"
        ) from error


def audio_hash(audio: Audio) -> str:
    """SHA-256 of the rate and the samples."""
    samples = audio.samples.astype("<f4", copy=False).tobytes()
    return hashlib.sha256(f"{audio.rate}\0".encode() + samples).hexdigest()


def _candidate(candidate: Candidate) -> Entry:
    return {
        "index": candidate.take.index,
        "seed": candidate.take.seed,
        "requested": dict(candidate.take.controls),
        "effective": dict(candidate.effective),
        "conditioning": _conditioning(candidate.take.conditioning),
        "conditioned": sorted(candidate.conditioned),
        "score": candidate.score,
        "rejected": candidate.rejected,
        "heard": {
            name: {"scores": dict(found.scores), "dimensions": found.dimensions}
            for name, found in candidate.predictions.items()
        },
        "checks": {found.check: found.value for found in candidate.measurements},
    }


def _conditioning(asked: Conditioning) -> Entry:
    """The kinds that were asked for, an embedding by its hash."""
    found = {kind: getattr(asked, kind) for kind in sorted(asked.kinds)}
    if asked.embedding is not None:
        found["embedding"] = _embedding_hash(asked.embedding)
    return found


def _profile_hash(profile: Profile | None) -> str | None:
    return None if profile is None else _embedding_hash(profile.embedding)


def _embedding_hash(embedding: Embedding) -> str:
    return hashlib.sha256(embedding.astype("<f4", copy=False).tobytes()).hexdigest()

"""The JSON forms of speech and predictions: stable schemas, described in docs/json.md."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from emotts.audio import Audio
from emotts.records import Candidate, Prediction
from emotts.speech import Choice, Reference, Speech


def speech_form(speech: Speech, *, output: str | None, embedding: bool = False) -> dict[str, Any]:
    """What was asked for, what was spoken, and what was heard in every candidate.

    Args:
        speech: to describe.
        output: where its audio was written; None where it was not.
        embedding: whether to add the embedding of the whole speech, and what it is of.
    """
    request = speech.request
    form: dict[str, Any] = {
        "text": request.text,
        "target": dict(request.target.point or request.target.weights),
        "intensity": request.target.intensity,
        "like": None if request.like is None else _reference_form(request.like),
        "engine": speech.engine,
        "voice": request.voice.name,
        "classifier": speech.choices[0].classifiers[0],
        "sample_rate": speech.audio.rate,
        "seed": request.seed,
        "output": output,
        "duration_s": speech.audio.duration_s,
        "settings": dict(request.settings),
        "warnings": list(request.warnings),
        "sentences": [choice_form(choice) for choice in speech.choices],
    }
    if embedding:
        form["embedding"] = speech.embedding.tolist()
        form["fingerprint"] = speech.choices[0].fingerprint
    return form


def choice_form(choice: Choice) -> dict[str, Any]:
    """A sentence: what was chosen, beside its rivals."""
    return {
        "text": choice.text,
        "target": dict(choice.target.point or choice.target.weights),
        "intensity": choice.target.intensity,
        "pause_s": choice.pause_s,
        "matched": choice.matched,
        "margin": choice.margin,
        "chosen": choice.chosen,
        "engine": choice.engine,
        "voice": choice.voice.name,
        "cached": choice.cached,
        "advice": list(choice.advice),
        "effort": effort_form(choice),
        "candidates": [
            _candidate_form(candidate, choice.classifiers) for candidate in choice.candidates
        ],
    }


def effort_form(choice: Choice) -> dict[str, Any]:
    """What a sentence took, and why it took no more."""
    effort = choice.effort
    return {
        "planned": effort.planned,
        "tried": len(choice.candidates),
        "rounds": effort.rounds,
        "stopped": effort.stopped,
        "diversity": asdict(effort.diversity),
    }


def classified_form(
    file: str, clip: Audio, classifier: str, heard: Prediction, *, embedding: bool = False
) -> dict[str, Any]:
    """What was heard in a recording."""
    form: dict[str, Any] = {
        "file": file,
        "sampling_rate": clip.rate,
        "duration_s": clip.duration_s,
        "classifier": classifier,
        "centred": heard.centred,
        "top": heard.top if heard.scores else None,
        "scores": dict(heard.scores),
        "dimensions": _copied(heard.dimensions),
    }
    if embedding:
        form["embedding"] = heard.embedding.tolist()
    return form


def _candidate_form(candidate: Candidate, classifiers: Sequence[str]) -> dict[str, Any]:
    heard = candidate.predictions.get(classifiers[0])
    form: dict[str, Any] = {
        "index": candidate.take.index,
        "seed": candidate.take.seed,
        "requested": dict(candidate.take.controls),
        "effective": dict(candidate.effective),
        "conditioning": {
            kind: kind in candidate.conditioned
            for kind in sorted(candidate.take.conditioning.kinds)
        },
        "score": candidate.score,
        "rejected": candidate.rejected,
        "checks": [asdict(found) for found in candidate.measurements],
        "prediction": _heard_form(heard) if heard else None,
    }
    if len(classifiers) > 1:
        form["heard"] = {name: _heard_form(p) for name, p in candidate.predictions.items()}
    return form


def _reference_form(like: Reference) -> dict[str, Any]:
    return {
        "file": like.path,
        "centred": like.centred,
        "named": like.named,
        "heard": {name: _heard_form(heard) for name, heard in like.heard.items()},
    }


def _heard_form(heard: Prediction) -> dict[str, float]:
    return dict(heard.scores or heard.dimensions or {})


def _copied(values: Mapping[str, float] | None) -> dict[str, float] | None:
    return None if values is None else dict(values)

"""Judges and verifiers of either family, trained on chosen speakers: for proofs without leaks.

A verifier chooses takes; a judge tells whether it chose well. The verdict counts only where the two
share neither features nor speakers, so both are made here, from disjoint parts of the corpora:

    clips = corpora.load()
    first, second = judges.halves(clips)
    verifier = judges.trained("whisper", clips, first)
    judge = judges.trained("functionals", clips, second)
    judges.own_recall("functionals", clips, second)
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from emotts.audio import Samples
from emotts.builtin import compact, functionals
from emotts.builtin.centred import CentredClassifier
from emotts.builtin.encoder import Encoder
from emotts.builtin.functionals import VIEWS, Head
from emotts.options import Options
from emotts.records import Embedding
from training import conditions, features, functionals_conditions, metrics
from training.corpora import CACHE, CORPORA, LABELS, Clips
from training.folds import speaker_groups
from training.functionals_features import Extractor
from training.functionals_heads import BoundedHead, Data, held_out, tuned
from training.heads import Mask

FAMILIES = ("whisper", "functionals")
# What both halves can show; calm is in RAVDESS alone and would take sadness's place there.
EMOTIONS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")


class Judge(CentredClassifier):
    """A centred classifier of one family, trained on some of the speakers."""

    def __init__(
        self,
        name: str,
        labels: tuple[str, ...],
        embed: Callable[[functionals.Floats], Embedding],
        heads: Mapping[str, Head],
    ) -> None:
        """Keep what was trained: how a clip is embedded, and a head for each view."""
        super().__init__(Options())
        self.name = name
        self.labels = labels
        self.embed = embed
        self.heads = heads

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the weights."""
        weights = b"".join(head.weights.tobytes() for head in self.heads.values())
        return f"{self.name}-{hashlib.sha256(weights).hexdigest()[:16]}"

    def _embed(self, clips: Sequence[Samples]) -> list[Embedding]:
        return [self.embed(clip) for clip in clips]

    def _head(self, *, centred: bool) -> Head:
        return self.heads["centred" if centred else "uncentred"]


def halves(clips: Clips) -> tuple[Mask, Mask]:
    """RAVDESS and three speakers of nEMO; EmoDB and the other three. Both sexes in each."""
    english, german, polish = (
        clips.corpus == CORPORA.index(name) for name in ("RAVDESS", "EmoDB", "nEMO")
    )
    ordered = sorted(set(zip(clips.sex[polish], clips.speaker[polish], strict=True)))
    first = polish & np.isin(clips.speaker, [speaker for _, speaker in ordered[::2]])
    return english | first, german | (polish & ~first)


def trained(
    family: str,
    clips: Clips,
    chosen: Mask,
    *,
    emotions: Sequence[str] = EMOTIONS,
    cache: Path = CACHE,
) -> Judge:
    """A classifier of a family, from the chosen clips alone.

    Args:
        family: one of `FAMILIES`.
        clips: all clips of the corpora; their features are computed once and cached.
        chosen: which of them it may learn from, whole speakers.
        emotions: what it tells apart, as far as the chosen clips show it.
        cache: where features are kept.
    """
    ears = _ears(family, cache)
    data = ears.data(clips).at(_shown(clips, chosen, emotions))
    known = np.unique(data.clips.label)
    views = dict(zip(VIEWS, (data.centred(), data), strict=True))
    return Judge(
        f"{family}-judge",
        tuple(LABELS[index] for index in known),
        ears.embed,
        {view: _exported(tuned(part)[0], known) for view, part in views.items()},
    )


def own_recall(
    family: str,
    clips: Clips,
    chosen: Mask,
    *,
    emotions: Sequence[str] = EMOTIONS,
    cache: Path = CACHE,
) -> dict[str, Any]:
    """What a judge that `trained` makes of these clips is worth on humans, centred.

    Returns:
        Summaries (see `metrics.summary`), among the emotions that a corpus has: "own corpora",
        speakers held out in turn, with the penalty of the whole; "others", the clips that were
        not chosen.
    """
    data = _ears(family, cache).data(clips).centred()
    own = data.at(_shown(clips, chosen, emotions))
    head, found = tuned(own)
    heard = held_out(own, speaker_groups(own.clips), found["penalty"])
    known = [LABELS[index] for index in np.unique(own.clips.label)]
    others = data.at(_shown(clips, ~chosen, known))
    logits = head.logits(others.clean)
    return {
        "own corpora": metrics.summary(metrics.own_labels(heard, own.clips), own.clips),
        "others": metrics.summary(metrics.own_labels(logits, others.clips), others.clips),
    }


def ears(family: str, *, cache: Path = CACHE) -> Callable[[functionals.Floats], Embedding]:
    """How a family hears a clip."""
    return _ears(family, cache).embed


@dataclass(frozen=True)
class _Ears:
    """How a family hears: one clip, and all clips of the corpora with copies to train on."""

    embed: Callable[[functionals.Floats], Embedding]
    data: Callable[[Clips], Data]


def _ears(family: str, cache: Path) -> _Ears:
    if family == "functionals":
        extractor = Extractor(cache)
        return _Ears(functionals.embed, lambda clips: _measured(clips, extractor))
    if family == "whisper":
        model = (compact.ASSETS / compact.ENCODER).read_bytes()
        listener = features.Extractor(model, cache, threads=1)
        return _Ears(Encoder(model).embed, lambda clips: _encoded(clips, listener))
    raise ValueError(f"no family {family!r}; there are: {', '.join(FAMILIES)}")


def _measured(clips: Clips, extractor: Extractor) -> Data:
    """Functionals as recorded and vocoded."""
    clean = extractor.table(clips, "clean", functionals_conditions.clean)
    return Data(clips, clean, (extractor.table(clips, "mild, vocoded", extractor.mild_vocoded),))


def _encoded(clips: Clips, listener: features.Extractor) -> Data:
    """Whisper's states as recorded, and in the copies that the compact classifier is trained on."""
    clean, *copies = (
        listener.embeddings(clips, name, condition).astype(np.float64)
        for name, condition in conditions.TRAINING.items()
    )
    return Data(clips, clean, tuple(copies))


def _shown(clips: Clips, chosen: Mask, emotions: Sequence[str]) -> Mask:
    """The chosen clips of these emotions."""
    return chosen & np.isin(clips.label, [LABELS.index(emotion) for emotion in emotions])


def _exported(found: BoundedHead, known: np.ndarray) -> Head:
    """A head over the emotions that it met, as float32."""
    parts = found.mean, found.deviation, found.head.weights[known], found.head.bias[known]
    return Head(*(part.astype(np.float32) for part in parts))

"""Tone: sentences that belong together are chosen to sound like one person in one mood.

A take that fits its neighbours less must be that much better. Fitting is measured in the controls,
in how far the takes of a sentence spread: embeddings of two sentences differ by what is said more
than by how. Where an engine has no controls, embeddings have to do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from emotts.classifier import Classifier
from emotts.closeness import cosine
from emotts.emotions import Target
from emotts.errors import ConfigError
from emotts.records import Candidate
from emotts.scoring import ranking, reached
from emotts.speech import Request, Tone

# What a spread of distance costs, in standard deviations of the scores of a sentence, and how many
# of the best takes of each sentence are thought of together: benchmarks/results/tone.md.
WEIGHT = 1.0
BEAM = 4

Spreads = Mapping[str, float]
"""Control → standard deviation between takes, of those that vary."""


@dataclass(frozen=True)
class Scored:
    """The candidates of a sentence, with what was asked for."""

    candidates: Sequence[Candidate]
    request: Request
    classifier: str
    """The first classifier: whose embedding counts."""
    fingerprint: str
    """Of that classifier."""

    def tone(self, candidate: Candidate) -> Tone:
        """How a candidate sounds; one that was heard."""
        embedding = candidate.predictions[self.classifier].embedding
        return Tone(self.request.target, candidate.effective, embedding, self.fingerprint)

    @property
    def provisional(self) -> Tone:
        """How the best take sounds, before the sentences around it are thought of."""
        return self.tone((*ranking(self.candidates), self.candidates[0])[0])

    @property
    def best(self) -> list[Candidate]:
        """The best takes, best first; of those that reach the target, where the best one does."""
        ranked = ranking(self.candidates)
        if ranked and reached(ranked[0], self.request):
            ranked = [c for c in ranked if reached(c, self.request)]
        return ranked[:BEAM]

    @property
    def deviation(self) -> float:
        """Of the scores; 0 where there are none."""
        scores = [c.score for c in self.candidates if c.score is not None]
        return float(np.std(scores)) if scores else 0.0

    def gain(self, candidate: Candidate, previous: Tone | None, known: Spreads) -> float:
        """What a candidate is worth after what was spoken before, in deviations of the scores."""
        score = (candidate.score or 0.0) / (self.deviation or 1.0)
        if previous is None:
            return score
        return score - WEIGHT * self.distance(candidate, previous, known)

    def distance(self, candidate: Candidate, tone: Tone, spreads: Spreads) -> float:
        """How far a candidate is from a tone; 0 where they express different things.

        Where there are only embeddings, it is 0 beside one of another classifier, too.
        """
        if not _same(tone.target, self.request.target):
            return 0.0
        known = [name for name in spreads if name in candidate.effective and name in tone.controls]
        if not known:
            here = candidate.predictions[self.classifier].embedding
            if tone.embedding is None or tone.fingerprint != self.fingerprint:
                return 0.0
            return 1 - cosine(here, tone.embedding)
        steps = [
            (candidate.effective[name] - tone.controls[name]) / spreads[name] for name in known
        ]
        return float(np.sqrt(np.mean(np.square(steps))))


def checked(tone: Tone | None, classifier: Classifier) -> Tone | None:
    """A tone to go on in, where the classifier can compare what it hears with it.

    Raises:
        ConfigError: its embedding is of another classifier, or of other weights.
    """
    if tone is None or tone.embedding is None or tone.fingerprint == classifier.fingerprint:
        return tone
    raise ConfigError(
        f"the tone holds an embedding of {tone.fingerprint or 'an unknown classifier'}, with which "
        f"those of {classifier.fingerprint} can't be compared: take a tone that was heard by the "
        "same classifier, or one without an embedding"
    )


def spreads(candidates: Iterable[Candidate]) -> Spreads:
    """How far the takes of some sentences lie apart, take 0 aside."""
    made = [c for c in candidates if c.take.index and c.audio is not None]
    values: dict[str, list[float]] = {}
    for candidate in made:
        for name in sorted(candidate.take.controls.keys() & candidate.effective.keys()):
            values.setdefault(name, []).append(candidate.effective[name])
    found = {name: float(np.std(column)) for name, column in values.items()}
    return {name: deviation for name, deviation in found.items() if deviation > 0}


def lean(scored: Scored, tones: Sequence[Tone], known: Spreads | None = None) -> list[Candidate]:
    """The candidates with scores that lean towards tones: of what is spoken before and after.

    A take that does not reach the target never passes one that does: it pays as much as the one
    that is farthest away.

    Args:
        scored: the candidates of a sentence.
        tones: to be near to.
        known: what distances are measured in; the spreads of this sentence by default.
    """
    known = spreads(scored.candidates) if known is None else known
    unit = WEIGHT * scored.deviation
    ranked = ranking(scored.candidates)
    costs = {
        c.take.index: unit * sum(scored.distance(c, tone, known) for tone in tones) for c in ranked
    }
    if ranked and reached(ranked[0], scored.request):
        most = max(costs.values())
        costs |= {c.take.index: most for c in ranked if not reached(c, scored.request)}
    return [
        c if c.score is None else replace(c, score=c.score - costs[c.take.index])
        for c in scored.candidates
    ]


def together(sentences: Sequence[Scored], before: Tone | None = None) -> list[list[Candidate]]:
    """The candidates of sentences that are spoken after each other, leaning towards each other.

    Of the best takes of each sentence the sequence of the least cost is found by dynamic
    programming (Viterbi 1967), and each sentence leans towards its neighbours in it.

    Args:
        sentences: in order.
        before: the tone of what was spoken before them.
    """
    known = spreads(c for sentence in sentences for c in sentence.candidates)
    path = _path(sentences, before, known)
    return [
        lean(sentence, [tone for tone in (previous, following) if tone is not None], known)
        for sentence, previous, following in zip(
            sentences, [before, *path][:-1], [*path, None][1:], strict=True
        )
    ]


def _path(sentences: Sequence[Scored], before: Tone | None, known: Spreads) -> list[Tone | None]:
    """The tone of each sentence in the best sequence; None where no take can be chosen."""
    paths: list[tuple[float, list[Tone | None]]] = [(0.0, [before])]
    for sentence in sentences:
        grown = []
        for candidate in sentence.best:
            ends = [
                (total + sentence.gain(candidate, path[-1], known), path) for total, path in paths
            ]
            total, path = max(ends, key=lambda end: end[0])
            grown.append((total, [*path, sentence.tone(candidate)]))
        paths = grown or [(total, [*path, None]) for total, path in paths]
    return max(paths, key=lambda end: end[0])[1][1:]


def _same(one: Target, other: Target) -> bool:
    """Whether two targets are the same, to the digits that are written."""
    return (str(one), one.intensity) == (str(other), other.intensity)

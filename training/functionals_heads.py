"""Bounded logistic regression: trained, chosen and calibrated on nothing that it judges."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emotts.builtin.functionals import bounded
from training import calibration, heads, metrics
from training.calibration import Unseen
from training.corpora import LABELS, Clips
from training.folds import Fold, centre, inner_groups, judge
from training.heads import Array, Indices, Mask

PENALTIES = (0.02, 0.05, 0.1)
# A corpus that lacks an emotion says little about how it sounds, but not nothing: in this share of
# the loss every emotion competes for every clip. Without it, calm, which one corpus alone has,
# takes the place of sadness in the others.
OPEN = 0.3
# Speakers that were left out count so many times what corpora do for the temperature: the two are
# further apart than a temperature can serve, and for speakers the confidence must be right.
SPEAKERS = 3.0


@dataclass(frozen=True)
class Data:
    """Clips with their functionals as recorded and in the copies to train on beside them."""

    clips: Clips
    clean: Array
    """[n, d]."""
    copies: tuple[Array, ...]
    """[n, d] each."""

    def at(self, chosen: Mask) -> "Data":
        """The part that a mask selects."""
        copies = tuple(copy[chosen] for copy in self.copies)
        return Data(self.clips.at(chosen), self.clean[chosen], copies)

    def bare(self) -> "Data":
        """The recordings without their copies."""
        return Data(self.clips, self.clean, ())

    def centred(self) -> "Data":
        """Relative to the mean of all clips of the same speaker in the same condition."""
        speakers = self.clips.speaker
        copies = tuple(centre(copy, speakers) for copy in self.copies)
        return Data(self.clips, centre(self.clean, speakers), copies)


@dataclass(frozen=True)
class BoundedHead:
    """Logits = clipped standard scores @ weights.T + bias."""

    mean: Array
    deviation: Array
    head: heads.Head

    def logits(self, functionals: Array) -> Array:
        """[n, labels] from [n, d]."""
        return self.head.logits(bounded(functionals, self.mean, self.deviation))

    def cooled(self, temperature: float) -> "BoundedHead":
        """The head whose logits are divided by `temperature`."""
        return BoundedHead(self.mean, self.deviation, self.head.cooled(temperature))


def train(data: Data, penalty: float) -> BoundedHead:
    """A head trained on the clips and on their copies."""
    clips, count = data.clips, 1 + len(data.copies)
    mean, deviation = data.clean.mean(axis=0), data.clean.std(axis=0)
    scores = [bounded(table, mean, deviation) for table in (data.clean, *data.copies)]
    possible = np.tile(clips.possible, (count, 1))
    weights = np.tile(heads.balance(clips.label, clips.corpus), count)
    head = heads.fit(
        np.concatenate(2 * scores),
        np.tile(clips.label, 2 * count),
        np.concatenate([possible, np.ones_like(possible)]),
        np.concatenate([(1 - OPEN) * weights, OPEN * weights]),
        penalty=penalty,
    )
    return BoundedHead(mean, deviation, head)


def held_out(data: Data, groups: Indices, penalty: float) -> Array:
    """[n, labels] logits, each clip's from a head that never met its group."""
    logits = np.zeros((len(data.clips), len(LABELS)))
    for group in np.unique(groups):
        held = groups == group
        logits[held] = train(data.at(~held), penalty).logits(data.clean[held])
    return logits


def choose(data: Data) -> tuple[float, float]:
    """The penalty under which corpora that were left out are heard best, and a temperature.

    The temperature is one for speakers and for corpora that were left out. One corpus
    alone can't be left out: its speakers choose both. Both are found on the recordings alone, to
    save time.
    """
    data = data.bare()
    clips, by_speaker = data.clips, inner_groups(data.clips)
    groups = clips.corpus if len(np.unique(clips.corpus)) > 1 else by_speaker
    unseen = {penalty: held_out(data, groups, penalty) for penalty in PENALTIES}
    recalls = {
        penalty: metrics.mean_uar(metrics.own_labels(logits, clips), clips)
        for penalty, logits in unseen.items()
    }
    penalty = max(recalls, key=lambda penalty: recalls[penalty])
    said = [Unseen(groups, unseen[penalty])]
    if groups is not by_speaker:
        said.append(Unseen(by_speaker, held_out(data, by_speaker, penalty), SPEAKERS))
    return penalty, calibration.temperature(clips, said)


def tuned(data: Data) -> tuple[BoundedHead, dict[str, float]]:
    """A calibrated head, and the penalty and temperature that were chosen for it."""
    penalty, temperature = choose(data)
    head = train(data, penalty).cooled(temperature)
    return head, {"penalty": penalty, "temperature": temperature}


def calibrated(data: Data) -> tuple[BoundedHead, float]:
    """A head, and its temperature; they and the penalty are chosen by these clips alone."""
    penalty, temperature = choose(data)
    return train(data, penalty), temperature


def unseen_corpora(data: Data, made: Sequence[Fold]) -> Array:
    """[n, labels] calibrated logits among the emotions that a clip's corpus has."""
    return np.where(data.clips.possible, judge(data.clean, made), -np.inf)

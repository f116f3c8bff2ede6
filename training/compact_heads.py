"""Heads on Whisper's states: trained, chosen and calibrated on nothing that they judge."""

from dataclasses import dataclass, replace

import numpy as np

from training import calibration, heads, metrics
from training.calibration import Unseen
from training.corpora import LABELS, Clips
from training.folds import centre, inner_groups, met
from training.heads import Array, Head, Indices, Mask

PENALTIES = (0.1, 0.3)


@dataclass(frozen=True)
class Data:
    """Clips with their embeddings, and what training learns from their copies."""

    clips: Clips
    clean: Array
    """[n, d] as recorded."""
    noisy: Array
    """[n, d] in noise."""
    shifts: Array
    """[n, d] as recorded less those of a part of the clip."""
    longer: Array
    """[n, 2] how much longer the clip is than that part: log seconds, and their squares."""

    def at(self, chosen: Mask) -> "Data":
        """The part that a mask selects."""
        columns = {name: column[chosen] for name, column in vars(self).items() if name != "clips"}
        return Data(self.clips.at(chosen), **columns)

    def centred(self) -> "Data":
        """Relative to the mean of all clips of the same speaker in the same condition."""
        speakers = self.clips.speaker
        return replace(self, clean=centre(self.clean, speakers), noisy=centre(self.noisy, speakers))


def train(data: Data, penalty: float, *, with_noisy: bool = True) -> Head:
    """A head trained on the clips and, as a rule, on their noisy copies."""
    clips, copies = data.clips, 1 + with_noisy
    return heads.fit(
        np.concatenate([data.clean, data.noisy][:copies]),
        np.tile(clips.label, copies),
        np.tile(clips.possible, (copies, 1)),
        np.tile(heads.balance(clips.label, clips.corpus), copies),
        penalty=penalty,
        nuisance=heads.length_directions(data.shifts, data.longer),
    )


def held_out(data: Data, groups: Indices, penalty: float) -> Array:
    """[n, labels] logits, each clip's from a head that never met its group.

    Trained without the noisy copies, which would double the work.
    """
    logits = np.zeros((len(data.clips), len(LABELS)))
    for group in np.unique(groups):
        held = groups == group
        head = train(data.at(~held), penalty, with_noisy=False)
        logits[held] = head.logits(data.clean[held])
    return logits


def choose(data: Data) -> tuple[float, float]:
    """The penalty under which corpora that were left out are heard best, and a temperature.

    The temperature is one for speakers and for corpora that were left out.
    """
    clips, by_speaker = data.clips, inner_groups(data.clips)
    judged = met(clips, clips.corpus)
    unseen = {penalty: held_out(data, clips.corpus, penalty) for penalty in PENALTIES}
    recalls = {
        penalty: metrics.mean_uar(
            metrics.own_labels(logits[judged], clips.at(judged)), clips.at(judged)
        )
        for penalty, logits in unseen.items()
    }
    penalty = max(recalls, key=lambda penalty: recalls[penalty])
    by_corpus = Unseen(clips.corpus, unseen[penalty])
    speakers = Unseen(by_speaker, held_out(data, by_speaker, penalty))
    return penalty, calibration.temperature(clips, [by_corpus, speakers])


def calibrated(data: Data) -> tuple[Head, float]:
    """A head, and its temperature; they and the penalty are chosen by these clips alone."""
    penalty, temperature = choose(data)
    return train(data, penalty), temperature

"""Honest figures: every clip is judged by a head that never met its speaker, or its corpus."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from training import heads, metrics
from training.corpora import CORPORA, LABELS, Clips
from training.heads import Array, Head, Mask

FOLDS = 6
SEED = 7
PENALTIES = (0.03, 0.1, 0.3)
CENTRING_CLIPS = (1, 4, 8, 16, 32)
CENTRING_DRAWS = 5
SENTENCE_PENALTY = 0.1
SURFACE_PENALTY = 1e-3


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


@dataclass(frozen=True)
class Fold:
    """A head, and the clips that it may be judged by."""

    held: Mask
    head: Head
    temperature: float


def centre(embeddings: Array, speakers: npt.NDArray[np.str_]) -> Array:
    """[n, d] embeddings less the mean of their speaker."""
    centred = embeddings.copy()
    for speaker in np.unique(speakers):
        centred[speakers == speaker] -= embeddings[speakers == speaker].mean(axis=0)
    return centred


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


def choose(data: Data) -> tuple[float, float]:
    """The penalty, and the temperature, under which corpora that were left out are heard best.

    Chosen without the noisy copies, which would double the work.
    """
    found = []
    for penalty in PENALTIES:
        logits = np.zeros((len(data.clips), len(LABELS)))
        for corpus in np.unique(data.clips.corpus):
            held = data.clips.corpus == corpus
            head = train(data.at(~held), penalty, with_noisy=False)
            logits[held] = head.logits(data.clean[held])
        met = known(logits, data.clips)
        clips, logits = data.clips.at(met), logits[met]
        recall = metrics.mean_uar(metrics.own_labels(logits, clips), clips)
        weights = heads.balance(clips.label, clips.corpus)
        warmth = heads.temperature(logits, clips.label, clips.possible, weights)
        found.append((recall, penalty, warmth))
    _, penalty, temperature = max(found)
    return penalty, temperature


def known(logits: Array, clips: Clips) -> Mask:
    """[n] which clips show an emotion that their head has met in training."""
    met: Mask = np.isfinite(logits[np.arange(len(clips)), clips.label])
    return met


def folds(data: Data, groups: npt.NDArray[np.int64]) -> list[Fold]:
    """One fold a group; penalty and temperature are chosen without it, too."""
    made = []
    for group in np.unique(groups):
        held = groups == group
        penalty, temperature = choose(data.at(~held))
        made.append(Fold(held, train(data.at(~held), penalty), temperature))
    return made


def speaker_groups(clips: Clips) -> npt.NDArray[np.int64]:
    """[n] group of each clip: a speaker is in one, each corpus is spread evenly over all."""
    random = np.random.default_rng(SEED)
    groups = np.zeros(len(clips), np.int64)
    for corpus in range(len(CORPORA)):
        names = random.permutation(np.unique(clips.speaker[clips.corpus == corpus]))
        for index, name in enumerate(names):
            groups[clips.speaker == name] = index % FOLDS
    return groups


def judge(embeddings: Array, made: Sequence[Fold], *, calibrated: bool = True) -> Array:
    """[n, labels] logits, each clip's from the head that never met it."""
    logits = np.zeros((len(embeddings), len(LABELS)))
    for fold in made:
        temperature = fold.temperature if calibrated else 1.0
        logits[fold.held] = fold.head.logits(embeddings[fold.held]) / temperature
    return logits


def unseen_speakers(data: Data, made: Sequence[Fold]) -> dict[str, object]:
    """Recall overall, by corpus and by sex, and calibration, on speakers never met."""
    clips, logits = data.clips, judge(data.clean, made)
    raw = judge(data.clean, made, calibrated=False)
    heard = logits.argmax(axis=1)
    parts = {name: clips.corpus == index for index, name in enumerate(CORPORA)}
    parts |= {sex: clips.sex == sex for sex in ("F", "M")}
    return {
        "all": metrics.summary(heard, clips),
        **{name: metrics.summary(heard[part], clips.at(part)) for name, part in parts.items()},
        "calibration_error": metrics.calibration_error(logits, clips.label),
        "calibration_error_raw": metrics.calibration_error(raw, clips.label),
    }


def unseen_corpora(data: Data) -> dict[str, object]:
    """Recall on a corpus that is left out whole, among its own emotions and among all.

    RAVDESS's calm occurs nowhere else: those clips can't be judged.
    """
    logits = judge(data.clean, folds(data, data.clips.corpus))
    met = known(logits, data.clips)
    clips, logits = data.clips.at(met), logits[met]
    own, any_of_eight = metrics.own_labels(logits, clips), logits.argmax(axis=1)
    return {
        "calibration_error": metrics.calibration_error(
            np.where(clips.possible, logits, -np.inf), clips.label
        ),
        **{
            name: {
                "own_emotions": metrics.summary(own[part], clips.at(part)),
                "all_emotions": metrics.summary(any_of_eight[part], clips.at(part)),
            }
            for name, part in ((name, clips.corpus == i) for i, name in enumerate(CORPORA))
        },
    }


def unseen_sentences(data: Data, penalty: float = SENTENCE_PENALTY) -> dict[str, object]:
    """RAVDESS alone: speakers never met, with and without having met their sentence."""
    part = data.at(data.clips.corpus == CORPORA.index("RAVDESS"))
    clips, groups = part.clips, speaker_groups(part.clips)
    results = {}
    for name in ("sentence met", "sentence never met"):
        heard = np.zeros(len(clips), np.int64)
        for group in range(FOLDS):
            for sentence in np.unique(clips.sentence):
                held = (groups == group) & (clips.sentence == sentence)
                learnt = groups != group
                # Half the clips either way: one sentence, of which this is the other or the same.
                learnt &= (clips.sentence == sentence) == (name == "sentence met")
                logits = train(part.at(learnt), penalty).logits(part.clean[held])
                heard[held] = logits.argmax(axis=1)
        results[name] = metrics.summary(heard, clips)["uar"]
    return results


def centring_clips(raw: Data, made: Sequence[Fold]) -> dict[str, float]:
    """Mean recall on speakers never met, by the number of their clips that centre them."""
    random = np.random.default_rng(SEED)
    results = {}
    for count in CENTRING_CLIPS:
        scores = []
        for _ in range(CENTRING_DRAWS):
            moved, judged = raw.clean.copy(), np.ones(len(raw.clips), bool)
            for speaker in np.unique(raw.clips.speaker):
                own = np.flatnonzero(raw.clips.speaker == speaker)
                # The clips that centre are not judged themselves, unless none would be left.
                drawn = random.permutation(own)[: min(count, len(own) // 2)]
                moved[own] -= raw.clean[drawn].mean(axis=0)
                judged[drawn] = False
            heard = judge(moved, made).argmax(axis=1)
            scores.append(metrics.mean_uar(heard[judged], raw.clips.at(judged)))
        results[str(count)] = float(np.mean(scores))
    return results


def surface(data: Data, features: Array) -> dict[str, object]:
    """What a head hears from `features` [n, k] alone, such as length, on speakers never met."""
    clips, centred = data.clips, centre(features, data.clips.speaker)
    inputs = np.hstack([centred, centred**2])
    heard = np.zeros(len(clips), np.int64)
    groups = speaker_groups(clips)
    for group in range(FOLDS):
        held, learnt = groups == group, clips.at(groups != group)
        weights = heads.balance(learnt.label, learnt.corpus)
        head = heads.fit(
            inputs[~held], learnt.label, learnt.possible, weights, penalty=SURFACE_PENALTY
        )
        heard[held] = metrics.own_labels(head.logits(inputs[held]), clips.at(held))
    chance = {
        name: 1 / len(np.unique(data.clips.label[data.clips.corpus == index]))
        for index, name in enumerate(CORPORA)
    }
    return {
        name: {
            **metrics.summary(heard[part], data.clips.at(part))["uar"],  # type: ignore[dict-item]
            "chance": chance[name],
        }
        for name, part in ((name, data.clips.corpus == i) for i, name in enumerate(CORPORA))
    }

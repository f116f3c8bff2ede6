"""The written report, from the figures and nothing else."""

from typing import Any

from emotts.builtin.functionals import VIEWS
from training.compact_heads import PENALTIES
from training.conditions import TRAINING_SNR_DB
from training.corpora import CORPORA, LABELS
from training.evaluate import CENTRING_DRAWS
from training.folds import FOLDS
from training.prose import listed, opening, percent, shipped, table
from training.robustness import CLIPS_PER_SPEAKER
from training.verify import TOLERANCE

Figures = dict[str, Any]

_SEXES = {"F": "women", "M": "men"}


def render(figures: Figures) -> str:
    """The report as Markdown."""
    sections = (
        _opening(figures),
        _speakers(figures),
        _corpora(figures),
        _controls(figures),
        _centring(figures),
        _calibration(figures),
        _robustness(figures),
    )
    return "\n\n".join(sections) + "\n"


def _opening(figures: Figures) -> str:
    head = opening("The compact classifier", "training.compact", "report.json")
    return f"""{head}

The ONNX graph differs from CTranslate2's own encoder by at most
{figures["encoder_difference"]:.1e} (allowed: {TOLERANCE:.0e}; whole encoder, built by the same
code, on clips of several lengths; float32 sums in another order).

The head is logistic regression with an L2 penalty. Penalty (out of {listed(PENALTIES)}) and
temperature are chosen within the training part alone, by leaving out its corpora in turn, and for
the temperature its speakers too, also in every fold below. Training clips count such that every
emotion weighs the same, and every corpus within an emotion; each has a copy in noise
({TRAINING_SNR_DB[0]:g}–{TRAINING_SNR_DB[1]:g} dB).
The two directions in which an embedding moves when a clip is cut shorter are projected out, so
that the length of a sentence moves no answer.
{shipped(figures)}"""


def _speakers(figures: Figures) -> str:
    parts = ("all", *CORPORA, *_SEXES)
    tables = []
    for view in VIEWS:
        found = figures[f"unseen_speakers_{view}"]
        rows = [
            [_SEXES.get(part, part), found[part]["clips"], found[part]["speakers"]]
            + [percent(found[part]["uar"])]
            + [percent(found[part]["recall"].get(label)) for label in LABELS]
            for part in parts
        ]
        tables.append(
            f"**{view.capitalize()}**\n\n" + table(["", "clips", "speakers", "UAR", *LABELS], rows)
        )
    sentences = [
        [view, *(percent(value) for value in figures[f"unseen_sentences_{view}"].values())]
        for view in VIEWS
    ]
    return f"""## Unseen speakers

{FOLDS} folds of speakers, all three corpora in training, all eight emotions compete.

{tables[0]}

{tables[1]}

RAVDESS has two sentences. Trained on RAVDESS alone, on one sentence, UAR on unseen speakers who say
that sentence or the other:

{table(["", *figures["unseen_sentences_centred"]], sentences)}"""


def _corpora(figures: Figures) -> str:
    rows = []
    for view in VIEWS:
        found = figures[f"unseen_corpora_{view}"]
        for corpus in CORPORA:
            own, free = found[corpus]["own_emotions"], found[corpus]["all_emotions"]
            recalls = [percent(own["recall"].get(label), bare=True) for label in LABELS]
            rows.append([corpus, view, percent(own["uar"]), percent(free["uar"]), *recalls])
    header = ["left out", "", "UAR, own emotions", "UAR, all eight", *LABELS]
    return f"""## Unseen corpora

A whole corpus left out: other speakers, language, microphone and idea of each emotion. The nearest
to an unknown voice. *Own emotions*: the head chooses among those that the corpus has, as the
columns by emotion do. Calm occurs in RAVDESS alone: there it can't be learned, nor judged.

{table(header, rows)}"""


def _controls(figures: Figures) -> str:
    rows = [
        [corpus, f"{100 * figures['length_only'][corpus]['chance']:.0f}"]
        + [percent(figures[name][corpus]) for name in ("length_only", "level_only")]
        for corpus in CORPORA
    ]
    return f"""## Length and level alone

Heads on nothing but the length of the speech, or the level and peak of what the encoder is
given (both with their squares, centred by speaker, chosen among the corpus's own emotions). Above
chance, because actors speak some emotions slower, or with sharper peaks. Of the level itself
nothing is left after the normalisation; the length is what the projection keeps from the heads.

{table(["", "chance", "length only", "level only"], rows)}"""


def _centring(figures: Figures) -> str:
    counts = figures["centring_clips"]
    row = [f"{100 * value:.1f}" for value in counts.values()]
    return f"""## How many clips centre a speaker

UAR on unseen speakers, mean over corpora and {CENTRING_DRAWS} draws, by the number of clips
(emotions at random, at most half of the speaker's) that make the profile. Those clips are not
judged.

{table([f"{count} clips" for count in counts], [row])}"""


def _calibration(figures: Figures) -> str:
    rows = []
    for view in VIEWS:
        speakers, corpora = (figures[f"unseen_{kind}_{view}"] for kind in ("speakers", "corpora"))
        errors = (
            speakers["calibration_error_raw"],
            speakers["calibration_error"],
            corpora["calibration_error"],
            *(corpora[name]["calibration_error"] for name in CORPORA),
        )
        rows.append([view, *map(percent, errors)])
    header = ["", "unseen speakers, no temperature", "unseen speakers", "unseen corpora", *CORPORA]
    return f"""## Calibration

Expected calibration error of the likeliest emotion, points of percent, 15 bins; on unseen corpora
among their own emotions. One temperature serves all: speakers and corpora that were left out count
the same for it. Heads are too modest about speakers of corpora that they know, and too sure about
other corpora; a voice in use is somewhere between.

{table(header, rows)}"""


def _robustness(figures: Figures) -> str:
    columns = ("centred", "centred_as_recorded", "uncentred", "agreement")
    rows = [
        [name, *(f"{100 * found[column]:.1f}" for column in columns)]
        for name, found in figures["robustness"].items()
    ]
    header = ["", "centred", "centred on clean clips", "uncentred", "same answer"]
    return f"""## Robustness

UAR on unseen speakers, mean over corpora, {CLIPS_PER_SPEAKER} clips a speaker, the speaker's mean
taken from these clips in the same condition or as they were recorded. *Same answer*: the share of
clips whose centred answer is that of the unchanged clip. *Resynthesised*: magnitudes kept, phases
rebuilt by Griffin and Lim's method.

{table(header, rows)}"""

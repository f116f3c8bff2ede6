"""Report and model card of the classifier of functionals, from its figures and nothing else."""

from typing import Any

from emotts.builtin.functionals import VIEWS
from training.corpora import CORPORA, LABELS
from training.folds import FOLDS
from training.functionals_conditions import CUTOFF_HZ, SNR_DB
from training.functionals_evaluate import PENALTY
from training.functionals_heads import OPEN, PENALTIES, SPEAKERS
from training.prose import listed, opening, percent, shipped, table

Figures = dict[str, Any]


def report(figures: Figures) -> str:
    """The report as Markdown."""
    sections = (_opening, _speakers, _corpora, _augmentation, _families, _alternatives, _voices)
    return "\n\n".join(section(figures) for section in sections) + "\n"


def card(figures: Figures) -> str:
    """The model card that ships beside the heads."""
    speakers, corpora = figures["unseen_speakers_centred"], figures["unseen_corpora_centred"]
    rows = [
        [name, percent(speakers[name]["uar"]), percent(corpora[name]["uar"])] for name in CORPORA
    ]
    return f"""# functionals: emotion from {len(figures["functionals"])} functionals

Logistic regression on prosodic and spectral functionals (numpy and scipy alone;
`emotts/builtin/features.py` names each). Hears {", ".join(LABELS)};
best relative to a speaker's profile.

Trained on acted speech: RAVDESS (Livingstone & Russo 2018, CC BY-NC-SA 4.0, actors 1–20), EmoDB
(Burkhardt et al. 2005, CC0-1.0) and nEMO (Christop 2024, CC BY-NC-SA 4.0, six speakers), as
recorded and rebuilt by the WORLD vocoder. The weights are under CC BY-NC-SA 4.0 for that reason.

Unweighted average recall, percent, with 95% intervals, centred by speaker:

{table(["", "unseen speakers, all eight emotions", "unseen corpus, its own emotions"], rows)}

Acted emotion is louder than life, and corpora disagree about it: expect the right-hand column of an
unknown voice. Calm was heard in one corpus alone. Not for judging people: what a person feels is
not what a voice sounds like. The whole evaluation is in `training/FUNCTIONALS.md`.
"""


def _opening(figures: Figures) -> str:
    head = opening("The classifier of functionals", "training.functionals", "functionals.json")
    return f"""{head}

{len(figures["functionals"])} functionals; their standard scores, cut off at ±3, go into a logistic
regression. The penalty (out of {listed(PENALTIES)}) is chosen by leaving the training corpora out
in turn, the temperature by leaving out speakers, which count {SPEAKERS:g} times, and corpora, in
every fold below within its training part alone. In {100 * OPEN:.0f}% of the loss all emotions
compete, in the rest those that the clip's corpus has. Beside each recording a head is trained on
copies of it, {_copies(figures)}: *mild* is a bandwidth of
{CUTOFF_HZ[0] / 1000:g}–{CUTOFF_HZ[1] / 1000:g} kHz and white or pink noise at
{SNR_DB[0]:g}–{SNR_DB[1]:g} dB, *vocoded* is rebuilt by WORLD.

{shipped(figures)}"""


def _speakers(figures: Figures) -> str:
    tables = []
    for view in VIEWS:
        found = figures[f"unseen_speakers_{view}"]
        rows = [
            [part, found[part]["clips"], percent(found[part]["uar"])]
            + [percent(found[part]["recall"].get(label)) for label in LABELS]
            for part in ("all", *CORPORA, "F", "M")
        ]
        tables.append(
            f"**{view.capitalize()}**, expected calibration error "
            f"{percent(found['calibration_error'])} points "
            f"({percent(found['calibration_error_raw'])} without temperature)\n\n"
            + table(["", "clips", "UAR", *LABELS], rows)
        )
    counts = figures["centring_clips"]
    clips = [f"{100 * value:.1f}" for value in counts.values()]
    return f"""## Unseen speakers

{FOLDS} folds of speakers, all three corpora in training, all eight emotions compete.

{tables[0]}

{tables[1]}

UAR, mean over corpora, by the number of a speaker's clips that make the profile (emotions at
random):

{table([f"{count} clip{'s' * (count != '1')}" for count in counts], [clips])}"""


def _corpora(figures: Figures) -> str:
    rows = [
        [name, view, percent(found["uar"])]
        + [percent(found["recall"].get(label)) for label in LABELS]
        + [percent(found["calibration_error"])]
        for view in VIEWS
        for name, found in figures[f"unseen_corpora_{view}"].items()
    ]
    return f"""## Unseen corpora

A whole corpus left out: other speakers, language, microphone and idea of each emotion. The nearest
to an unknown voice. The head chooses among the emotions that the corpus has. Calm occurs in
RAVDESS alone, so that a head never met it there; the calibration error (ECE, points) leaves it out.

{table(["left out", "", "UAR", *LABELS, "ECE"], rows)}"""


def _augmentation(figures: Figures) -> str:
    found = figures["augmentation"]
    columns = list(next(iter(found.values())))
    rows = [
        [name, *(f"{100 * heard[column]:.1f}" for column in columns)]
        for name, heard in found.items()
    ]
    return f"""## What the copies are worth

UAR on corpora left out, mean over them, centred on clips in the same condition; by what a head was
trained on beside the recordings, and by what it hears. Penalty {PENALTY:g}.

{table(["trained on", *columns], rows)}"""


def _families(figures: Figures) -> str:
    rows = [
        [name, found.get("functionals", len(figures["functionals"]))]
        + [f"{100 * found[part]:.1f}" if part in found else "" for part in ("alone", "without")]
        for name, found in figures["families"].items()
    ]
    return f"""## What each family is worth

UAR on corpora left out, mean over them, centred, trained on recordings, penalty {PENALTY:g}.

{table(["family", "functionals", "alone", "all but it"], rows)}"""


def _alternatives(figures: Figures) -> str:
    rows = [[name, f"{100 * value:.1f}"] for name, value in figures["alternatives"].items()]
    return f"""## Other models on the same functionals

UAR on corpora left out, mean over them, centred, trained on recordings; only the logistic
regression makes use of the knowledge which emotions a corpus could have shown.

{table(["model", "UAR"], rows)}"""


def _voices(figures: Figures) -> str:
    rows = [[label, ", ".join(found)] for label, found in figures["voices"].items()]
    return f"""## What speaks for an emotion

The largest weights of the shipped centred head, relative to the mean over emotions; + means that
more than usual for the voice speaks for the emotion.

{table(["emotion", "functionals"], rows)}"""


def _copies(figures: Figures) -> str:
    return " and ".join(f"“{name}”" for name in figures["copies"])

"""The model card that ships beside the model, from the figures of the report."""

from typing import Any

from training.corpora import CORPORA, LABELS


def render(figures: dict[str, Any]) -> str:
    """The card as Markdown."""
    speakers, alone = (figures[f"unseen_speakers_{view}"] for view in ("centred", "uncentred"))
    corpora, bare = (figures[f"unseen_corpora_{view}"] for view in ("centred", "uncentred"))
    rows = [
        ["unseen speakers", _uar(speakers["all"]["uar"]), _uar(alone["all"]["uar"])],
        *(
            [f"unseen speakers, {name}", _uar(speakers[name]["uar"]), _uar(alone[name]["uar"])]
            for name in (*CORPORA, "F", "M")
        ),
        *(
            [
                f"{name} left out, among its own emotions",
                _uar(corpora[name]["own_emotions"]["uar"]),
                _uar(bare[name]["own_emotions"]["uar"]),
            ]
            for name in CORPORA
        ),
    ]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    recalls = ", ".join(
        f"{label} {100 * speakers['all']['recall'][label]['value']:.0f}" for label in LABELS
    )
    return _CARD.format(labels=", ".join(LABELS), table=table, recalls=recalls)


def _uar(figure: dict[str, float]) -> str:
    return f"{100 * figure['value']:.1f} ({100 * figure['low']:.0f}–{100 * figure['high']:.0f})"


_CARD = """# Model card: compact

A small speech-emotion classifier: the convolutions and the first two layers of Whisper tiny.en,
frozen, as ONNX that computes dense layers in 8 bits and the second layer on means of three
positions; mean and standard deviation over time of both layers; logistic regression over
{labels}.
Two heads: one for clips relative to their speaker's mean embedding (*centred*, preferred), one for
clips of an unknown speaker (*uncentred*).

## Meant for

Ranking renderings of the same sentence by one synthetic voice according to the emotion they
carry, with a profile of that voice; describing recordings of acted or expressive speech.

## Not meant for

Judging how a person feels. The labels are those of actors who were asked to portray an emotion;
what people feel, and how they show it in conversation, is something else. Not for decisions about
people, in employment, education, policing, health, insurance or anywhere else. Not for children's,
disordered or sung speech, for languages other than those below, or for noisy recordings, none of
which were tested. Not for commercial use, see the licences.

## Data

| corpus | language | speakers | emotions used | licence |
| --- | --- | --- | --- | --- |
| RAVDESS, actors 1–20 (Livingstone and Russo, 2018) | English | 20 | all eight | CC BY-NC-SA 4.0 |
| EmoDB (Burkhardt et al., 2005) | German | 10 | six; boredom left out | CC0 1.0 |
| nEMO (Christop, 2024) | Polish | 6 | six | CC BY-NC-SA 4.0 |

All of it is acted. Calm is known from RAVDESS alone, disgust from RAVDESS and EmoDB, surprise from
RAVDESS and nEMO.

## Licences

The encoder is Whisper tiny.en by OpenAI, MIT licence (`LICENSE-whisper.txt`), with the weights of
Systran's conversion. The heads (`heads.npz`) were trained on corpora of which two allow
**non-commercial use only, under the same licence**: the heads are published under
[CC BY-NC-SA 4.0](https://creativecommons.org/licenses/by-nc-sa/4.0/), whatever the licence of the
code around them. Attribution: the authors above.

## Figures

Unweighted average recall in percent, 95% intervals from a bootstrap over speakers in brackets. The
clips were judged by heads that never met their speaker; the heads that ship were then trained on
all speakers. How, with every table: training/REPORT.md in the source repository.

| | centred | uncentred |
| --- | --- | --- |
{table}

Recall per emotion, unseen speakers, centred: {recalls}.

## Limits

An uncentred answer depends on the voice as much as on the emotion; prefer a profile of at least
sixteen varied clips. Nobody has listened to synthetic speech to say whether the classifier is
right about it. Probabilities are calibrated on recordings of corpora that were left out in
training, not on synthetic speech.
"""

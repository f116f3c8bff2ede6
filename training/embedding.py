"""Learn the emotion space, evaluate it, and write: `python -m training.embedding`.

Features are those of `python -m training.compact`, which keeps them.
"""

import argparse
import logging
from pathlib import Path

import numpy as np

from emotts.builtin import assets, projection
from emotts.builtin.compact import ASSETS as COMPACT
from emotts.builtin.compact import ENCODER
from training import conditions, corpora, script, space, triplets
from training.features import Extractor
from training.folds import inner_groups
from training.heads import Indices
from training.space import Copies

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
Row = tuple[str, dict[str, str]]


def main() -> None:
    """Learn, evaluate, and write what was found."""
    arguments = _arguments()
    model = assets.verified(COMPACT)[ENCODER]
    extractor = Extractor(model, arguments.cache, arguments.threads)
    clips = corpora.load()
    raw = Copies(
        clips,
        tuple(
            extractor.embeddings(clips, name, condition).astype(np.float64)
            for name, condition in conditions.TRAINING.items()
        ),
    )
    views = {"centred": raw.centred(), "uncentred": raw}
    shrinkages = _write_assets(views)
    groups = {"speakers": inner_groups(clips), "corpora": clips.corpus}
    tables = {name: _table(views, group) for name, group in groups.items()}
    (HERE / "EMBEDDING.md").write_text(_REPORT.format(**tables, **shrinkages))
    card = _CARD.format(**tables, size=projection.SIZE)
    (projection.ASSETS / "MODEL_CARD.md").write_text(card)


def _write_assets(views: dict[str, Copies]) -> dict[str, float]:
    """Learn from all clips, and write; view → the shrinkage that was chosen."""
    projection.ASSETS.mkdir(parents=True, exist_ok=True)
    arrays = {"encoder": np.array(projection.encoder())}
    made, shrinkages = {}, {}
    for view, data in views.items():
        logger.info("learning, %s", view)
        made[view], shrinkages[view] = space.learn(data)
    # One space for both: a data set may hold speakers who are not known well enough to be centred.
    raw, centred = (views[view].embeddings[0] for view in ("uncentred", "centred"))
    made["uncentred"] = made["uncentred"].turned(raw, made["centred"](centred))
    for view, learned in made.items():
        arrays |= {
            f"{view}_mean": learned.mean.astype(np.float32),
            f"{view}_matrix": learned.matrix.astype(np.float32),
        }
    np.savez(projection.ASSETS / projection.FILE, **arrays)  # type: ignore[arg-type]
    assets.record(projection.ASSETS)
    return shrinkages


def _table(views: dict[str, Copies], groups: Indices) -> str:
    """How often the same emotion is nearer, by embedding and corpus, over all but one group."""
    clips = views["centred"].clips
    lines = [
        "| embedding | " + " | ".join(corpora.CORPORA) + " |",
        "| --- |" + " --- |" * len(corpora.CORPORA),
    ]
    for view, data in reversed(views.items()):
        logger.info("evaluating, %s", view)
        name = {"uncentred": "raw", "centred": "centred on the speaker"}[view]
        for how, embeddings in (
            ("", data.embeddings[0]),
            (", projected", space.held_out(data, groups)),
        ):
            shares = triplets.held_out(embeddings, clips, groups)
            cells = []
            for index in range(len(corpora.CORPORA)):
                own = clips.corpus == index
                figure = triplets.summary(shares[own], clips.at(own))
                cells.append("{value:.1%} ({low:.0%}–{high:.0%})".format(**figure))
            lines.append(f"| {name}{how} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = script.parser(__doc__)
    script.add_threads(parser)
    return parser.parse_args()


_REPORT = """# The emotion space: figures

Written by `python -m training.embedding`. How often, by cosine, is a clip nearer to one of the same
emotion by another speaker with another sentence than to one of another emotion by the same speaker
with the same sentence? All such pairs of each clip, within its corpus; 50% is chance, 0% an
embedding of speaker and words alone. Centred: less the mean of all clips of the speaker, of
whatever emotion. 95% intervals from a bootstrap over speakers.

## Speakers never met

Three folds over the speakers; projection and shrinkage know none of the three clips' speakers.

{speakers}

## Corpora never met

Each corpus judged by what was learned from the two others.

{corpora}

## What ships

Projections learned from all speakers, shrinkage {centred} (centred) and {uncentred} (raw), chosen
by the corpora left out in turn.
"""

_CARD = """# Model card: emotion space

A linear projection of the embeddings of the compact classifier, [1536] → [{size}]: Fisher's
discriminants of its eight emotions, with the scatter within the emotions shrunk towards its
diagonal. One for embeddings relative to their speaker's mean (*centred*, preferred), one for those
as they are, turned so that both share one space. `emotts embed` writes embeddings in this space.

## Meant for

Comparing clips by the emotion that they carry, and telling a text-to-speech model which emotion a
clip of its training data carries. The direction tells which emotion, the length how strong it is.

## Not meant for

What the compact classifier is not meant for, see its card; nor for finding nuances that its eight
emotions do not tell apart: {size} directions that separate these are all that is left.

## Data and licence

The corpora of the compact classifier (its card names them): the projection is published under
CC BY-NC-SA 4.0 as its heads are.

## Figures

How often a clip is nearer, by cosine, to one of the same emotion by another speaker with another
sentence than to one of another emotion by the same speaker with the same sentence, with 95%
intervals from a bootstrap over speakers. How: training/EMBEDDING.md in the source repository.

Speakers never met:

{speakers}

Corpora never met:

{corpora}
"""


if __name__ == "__main__":
    main()

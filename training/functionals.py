"""Train the classifier of functionals: `python -m training.functionals`.

Evaluates it, and writes its assets and report. Needs pyworld, for training alone.
"""

import argparse
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np

from emotts.builtin import assets
from emotts.builtin.functionals import ASSETS, HEADS, measure
from training import (
    corpora,
    functionals_conditions,
    functionals_evaluate,
    functionals_report,
    script,
)
from training.functionals_features import Extractor
from training.functionals_heads import BoundedHead, Data, tuned

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
# The copies that a head is trained on beside the recordings, as chosen on corpora that were left
# out; the report compares them.
COPIES = ("mild", "mild, vocoded")


def main() -> None:
    """Measure the corpora, train, evaluate, write assets and report."""
    arguments = _arguments()
    clips, extractor = corpora.load(), Extractor(arguments.cache)
    conditions = {
        "clean": functionals_conditions.clean,
        "mild": functionals_conditions.mild,
        "vocoded": extractor.vocoded,
        "mild, vocoded": extractor.mild_vocoded,
    }
    tables = {
        name: extractor.table(clips, name, condition) for name, condition in conditions.items()
    }
    raw = Data(clips, tables["clean"], tuple(tables[name] for name in COPIES))
    names = list(measure(corpora.samples(clips.path[0])))
    trained: dict[str, BoundedHead] = {}
    figures: dict[str, Any] = {"functionals": names, "copies": COPIES}
    for view, data in (("centred", raw.centred()), ("uncentred", raw)):
        logger.info("training the %s head", view)
        trained[view], figures[view] = tuned(data)
    write_assets(trained)
    figures["voices"] = functionals_evaluate.heard_in(trained["centred"], names)
    if not arguments.train_only:
        figures |= functionals_evaluate.everything(raw, tables, names)
        rounded = script.rounded(figures)
        (HERE / "functionals.json").write_text(json.dumps(rounded, indent=1) + "\n")
        (HERE / "FUNCTIONALS.md").write_text(functionals_report.report(rounded))
        (ASSETS / "MODEL_CARD.md").write_text(functionals_report.card(rounded))


def write_assets(trained: dict[str, BoundedHead]) -> None:
    """The heads and their hash."""
    ASSETS.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"labels": np.array(corpora.LABELS)}
    for view, found in trained.items():
        parts = {
            "mean": found.mean,
            "deviation": found.deviation,
            "weights": found.head.weights,
            "bias": found.head.bias,
        }
        arrays |= {f"{view}_{part}": table.astype(np.float32) for part, table in parts.items()}
    np.savez(ASSETS / HEADS, **arrays)
    assets.record(ASSETS)


def _arguments() -> argparse.Namespace:
    parser = script.parser(__doc__)
    parser.add_argument("--train-only", action="store_true", help="write the assets, no report")
    return parser.parse_args()


if __name__ == "__main__":
    main()

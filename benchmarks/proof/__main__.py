"""The proof: `python -m benchmarks.proof` writes report.json and report.md beside it.

Needs the emotional speech corpora (EMOTTS_CORPORA) and the extra `training`. Their features are
computed once, which takes an hour; the rest takes eight minutes on one core.
"""

import json
import logging
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.proof import figures, report
from benchmarks.proof.figures import Row
from benchmarks.proof.panel import Panel, Trial, cross_families, same_families
from benchmarks.proof.session import Session
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.profiles import renderings
from emotts.tendencies import Tendencies
from training import corpora
from training.cem import EMOTIONS

FOLDER = Path(__file__).parent
SAME, CROSS = "Both families, other corpora", "The other family, other corpora"


def groups(rows: Sequence[Row]) -> dict[str, Any]:
    """The figures of each emotion and of all."""
    parts = {emotion: [row for row in rows if row.emotion == emotion] for emotion in EMOTIONS}
    return {name: figures.summary(part) for name, part in (parts | {"all": list(rows)}).items()}


def positions(priors: Tendencies) -> dict[str, dict[str, float]]:
    """Where the priors have their centres."""
    return {e: {name: t.mean for name, t in controls.items()} for e, controls in priors.items()}


def main() -> None:
    """Prove, and write the report."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--neutral", type=int, default=14, help="neutral sentences an emotion")
    parser.add_argument("--congruent", type=int, default=6, help="congruent sentences an emotion")
    parser.add_argument("--cross", type=int, default=5, help="neutral ones across families")
    parser.add_argument("--generations", type=int, default=4, help="of tuning")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    start = time.perf_counter()
    engine = HibariEngine(HibariOptions())
    voice = engine.voice()
    session = Session(engine, voice, Panel(corpora.load(), renderings(engine, voice)))
    priors: dict[str, Any] = {}
    found: dict[str, list[Row]] = {SAME: [], CROSS: []}

    def prove(group: str, trial: Trial, neutral: int, congruent: int) -> None:
        tuned = session.tuned(trial, arguments.generations)
        priors[trial.name] = positions(tuned)
        found[group] += session.rows(trial, tuned, neutral, congruent)

    for trial in same_families():
        prove(SAME, trial, arguments.neutral, arguments.congruent)
    for trial in cross_families():
        prove(CROSS, trial, arguments.cross, 0)
    same = found[SAME]
    parts = {
        SAME: same,
        **{
            f"{SAME}: {k} texts": [r for r in same if r.kind == k] for k in ("neutral", "congruent")
        },
        CROSS: found[CROSS],
    }
    content = {
        "settings": {
            **vars(arguments),
            "sentences": len({row.text for row in same}),
            "seconds": time.perf_counter() - start,
        },
        "groups": {name: groups(rows) for name, rows in parts.items() if rows},
        "recall": session.panel.recall,
        "priors": priors,
        "rows": [asdict(row) for rows in found.values() for row in rows],
    }
    (FOLDER / "report.json").write_text(json.dumps(content, indent=1) + "\n")
    (FOLDER / "report.md").write_text(report.render(content))


if __name__ == "__main__":
    main()

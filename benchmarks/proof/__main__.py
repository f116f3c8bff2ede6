"""The proof: `python -m benchmarks.proof` writes report.json, report.md and report.html beside it.

Needs the emotional speech corpora (EMOTTS_CORPORA), the extra `training` and the plugins
emotts-speaker, emotts-whisper and emotts-naturalness. The features of the corpora are computed
once, which takes an hour, and the judges trained once, five minutes. All 40 sentences of a kind
take an hour on two idle cores; `--sentences` and `--minutes` make it a smaller proof. What is done
is kept in the cache, and a proof that was stopped goes on where it was.
"""

import json
import logging
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.proof import figures, page, report, work
from benchmarks.proof.choices import CROSS, SAME
from benchmarks.proof.session import Row
from benchmarks.proof.texts import KINDS
from emotts.tuning.plan import GENERATIONS
from training.tune import EMOTIONS

FOLDER = Path(__file__).parent


def parts(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each emotion, and all."""
    return {e: [row for row in rows if row["emotion"] == e] for e in EMOTIONS} | {"all": list(rows)}


def content(rows: Sequence[Row], settings: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """What the reports are made of."""
    choices = [row for row in rows if "trial" in row]
    same = [row for row in choices if row["trial"].count("+") == 2]
    groups = {SAME: same, CROSS: [row for row in choices if row["trial"].count("+") == 0]}
    groups |= {f"{SAME}: {kind}": [row for row in same if row["kind"] == kind] for kind in KINDS}
    hacked = [row for row in rows if "attack" in row]
    selectors = dict.fromkeys(row["selector"] for row in hacked)
    return {
        "settings": settings
        | {"sentences": len({row["text"] for row in same}), "cells": len(choices)},
        "groups": {
            name: {part: figures.summary(found) for part, found in parts(group).items()}
            for name, group in groups.items()
            # A proof that was cut short may have reached some emotions alone.
            if all(parts(group).values())
        },
        "harm": {part: figures.harm(found) for part, found in parts(same).items()},
        "attacks": {
            name: figures.attacks([row for row in hacked if row["selector"] == name])
            for name in selectors
        },
        **made,
        "winners": [
            {
                "emotion": row["emotion"],
                "similarity": round(row["harm"]["similarity"], 3),
                "DNSMOS": round(-row["harm"]["DNSMOS loss"], 3),
            }
            for row in same
            if row["harm"]
        ],
        "rows": flat(choices),
        "hacks": [list(row.values()) for row in hacked],
    }


def flat(rows: Sequence[Row]) -> dict[str, Any]:
    """Choices as a table: the names of its columns, and its lines."""
    names = ("trial", "kind", "emotion", "text", "similarity")
    columns = dict.fromkeys(
        (way, key) for row in rows for way, found in row["ways"].items() for key in found
    )
    lines = [
        [
            *(row[name] for name in names),
            *(_short(row["ways"].get(way, {}).get(key)) for way, key in columns),
        ]
        for row in rows
    ]
    return {"columns": [*names, *(f"{way}: {key}" for way, key in columns)], "lines": lines}


def _short(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)


def written(found: dict[str, Any]) -> str:
    """JSON whose long lists have a line an entry."""
    lists = {"lines": found["rows"]["lines"], "hacks": found["hacks"]}
    short = found | {"rows": found["rows"] | {"lines": "@lines"}, "hacks": "@hacks"}
    text = json.dumps(short, indent=1, ensure_ascii=False)
    for name, entries in lists.items():
        body = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
        text = text.replace(f'"@{name}"', f"[\n{body}\n]")
    return text + "\n"


def main() -> None:
    """Prove, and write the reports."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=40, help="of each kind, an emotion")
    parser.add_argument("--many", type=int, default=5, help="of them with 16 and 32 takes")
    parser.add_argument("--cross", type=int, default=5, help="of them across families")
    parser.add_argument("--harm", type=int, default=5, help="of them with words and naturalness")
    parser.add_argument("--attacks", type=int, default=4, help="neutral ones under attack")
    parser.add_argument("--generations", type=int, default=GENERATIONS, help="of tuning")
    parser.add_argument("--minutes", type=float, default=120, help="no cell is begun later")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the reports")
    arguments = vars(parser.parse_args())
    folder, workers = arguments.pop("folder"), arguments.pop("workers")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    rows, made = work.prove(work.Plan(**arguments), workers=workers)
    found = content(rows, arguments, made)
    (folder / "report.json").write_text(written(found), encoding="utf-8")
    (folder / "report.md").write_text(report.markdown(found), encoding="utf-8")
    (folder / "report.html").write_text(page.render(found), encoding="utf-8")


if __name__ == "__main__":
    main()

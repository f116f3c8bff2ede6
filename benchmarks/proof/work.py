"""The work of a proof: cells of one sentence each, in two processes, written down as they are done.

A row that is kept is not computed again, as long as nothing it depends on has changed; the cells go
round all emotions and kinds of text sentence by sentence, so that a proof which is cut short is a
smaller proof.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from emotts_speaker import SpeakerCheck

from benchmarks.proof import attacks, draws, panel, texts
from benchmarks.proof.harm import Meter
from benchmarks.proof.memory import RememberingCheck, RememberingEngine
from benchmarks.proof.panel import Panel, Trial
from benchmarks.proof.session import Row, Session
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.builtin.likeness import LikenessCheck
from emotts.builtin.proxies import ProsodyCheck
from emotts.builtin.signal import SignalCheck
from emotts.check import Check
from emotts.profiles import renderings
from emotts.tendencies import TENDENCIES, Tendencies
from training.corpora import CACHE
from training.tune import EMOTIONS

logger = logging.getLogger(__name__)

CHECKS: tuple[type[Check], ...] = (SignalCheck, ProsodyCheck, LikenessCheck, SpeakerCheck)
SOURCES = (
    "emotts/*.py",
    "emotts/builtin/*.py",
    "emotts/assets/**/*",
    *(f"training/{name}.py" for name in ("cem", "surface", "tune")),
    *(
        f"benchmarks/proof/{name}.py"
        for name in ("attacks", "draws", "hacks", "harm", "hearing", "session")
    ),
)


@dataclass(frozen=True)
class Plan:
    """How much is to be proven."""

    sentences: int
    """Of each kind, for each emotion."""
    many: int
    """Of them with 16 and 32 takes."""
    cross: int
    """Of them before a jury of the other family."""
    harm: int
    """Of them with words and naturalness of the winner measured."""
    attacks: int
    """Of the neutral ones attacked."""
    generations: int
    """Of tuning."""
    minutes: float
    """No cell is begun later than this after the start."""


@dataclass(frozen=True)
class Cell:
    """A piece of work, and the name it is kept under."""

    name: str
    rows: Callable[[], Sequence[Row]]


def prove(plan: Plan, *, workers: int) -> tuple[list[Row], dict[str, Any]]:
    """All rows, and what else the report needs: recall of the judges, centres of the priors."""
    panel.prepare(workers)
    deadline = time.time() + 60 * plan.minutes
    jobs = list(zip(panel.same_families(), panel.cross_families(), strict=True))
    with ProcessPoolExecutor(min(workers, len(jobs)), get_context("spawn")) as pool:
        made = list(pool.map(partial(_work, plan, deadline), range(len(jobs)), jobs))
    rows = [row for found, _ in made for row in found]
    priors = {name: centres for _, found in made for name, centres in found["priors"].items()}
    return rows, {"recall": made[0][1]["recall"], "priors": priors}


def _work(
    plan: Plan, deadline: float, number: int, trials: Sequence[Trial]
) -> tuple[list[Row], dict[str, Any]]:
    """One process: a verifier of both families, one of either, and half of the attacks."""
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {number} %(message)s")
    inner = HibariEngine(HibariOptions())
    engine, voice = RememberingEngine(inner), inner.voice()
    heard = Panel(renderings(inner, voice))
    checks = [RememberingCheck(kind(kind.Options())) for kind in CHECKS]
    sessions = [
        Session(engine, voice, trial, heard, checks, priors)
        for trial, priors in (
            (trials[0], _tuned(engine, heard, trials[0], plan)),
            # What one family tuned would be no fair start before the other: nobody tuned this.
            (trials[1], TENDENCIES),
        )
    ]
    rows: list[Row] = []
    with _kept(f"rows-{number}").open("a+", encoding="utf-8") as file:
        file.seek(0)
        known = {cell: found for cell, found in map(json.loads, file)}
        for cell in _cells(plan, number, sessions, Meter(voice)):
            if cell.name not in known:
                if time.time() > deadline:
                    logger.info("out of time")
                    break
                known[cell.name] = list(cell.rows())
                file.write(json.dumps([cell.name, known[cell.name]]) + "\n")
                file.flush()
                logger.info("%s", cell.name)
            rows += known[cell.name]
    tuned = {sessions[0].trial.name: positions(sessions[0].tendencies)}
    return rows, {"recall": heard.recall, "priors": tuned}


def _cells(plan: Plan, number: int, sessions: Sequence[Session], meter: Meter) -> Iterator[Cell]:
    """Sentence by sentence: the trials on all emotions and kinds of text, then the attacks."""
    for index in range(plan.sentences):
        for kind in texts.KINDS:
            for emotion in EMOTIONS:
                text = texts.drawn(kind, emotion)[index]
                for place, each in enumerate(sessions):
                    if place == 0 or index < plan.cross:
                        measured = meter if place == 0 and index < plan.harm else None
                        many = place == 0 and index < plan.many
                        rows = partial(_one, each, kind, emotion, text, measured, many=many)
                        extent = f"{'many' if many else 'few'}, {'harm' if measured else 'none'}"
                        yield Cell(f"{each.trial.name}: {emotion}, {extent}: {text}", rows)
        if index < plan.attacks and index % 2 == number:
            for emotion in EMOTIONS:
                text = texts.drawn("neutral", emotion)[index]
                yield Cell(f"attacks: {emotion}: {text}", partial(_attacked, text, emotion))


def _one(each: Session, *cell: Any, many: bool) -> list[Row]:
    return [each.row(*cell, many=many)]


def _attacked(text: str, emotion: str) -> list[Row]:
    return [row for selector in _selectors() for row in selector.rows(text, emotion)]


@cache
def _selectors() -> list[attacks.Selector]:
    return attacks.selectors()


def _tuned(engine: RememberingEngine, heard: Panel, trial: Trial, plan: Plan) -> Tendencies:
    """The priors of a trial, tuned once."""
    path = _kept(f"priors-{plan.generations}-{'-'.join(trial.verifier).replace(' ', '-')}")
    if not path.exists():
        logger.info("tuning for %s", trial.name)
        found = draws.tuned(
            engine.inner, engine.voice(), heard.of(trial.verifier), plan.generations
        )
        content = {e: {c: [t.mean, t.spread] for c, t in part.items()} for e, part in found.items()}
        path.write_text(json.dumps(content), encoding="utf-8")
    content = json.loads(path.read_text(encoding="utf-8"))
    return draws.priors(content)


def positions(priors: Tendencies) -> dict[str, dict[str, float]]:
    """Where the priors have their centres."""
    return {e: {name: t.mean for name, t in controls.items()} for e, controls in priors.items()}


@cache
def _digest() -> str:
    """What changes with whatever a row depends on."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(panel.ROOT.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _kept(name: str) -> Path:
    path = CACHE / "proof" / f"{name}-{_digest()}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path

"""A job: tunes a voice, measures what came of it, and writes both down."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from emotts.files import cache_dir
from emotts.tendencies import TENDENCIES, Tendencies
from emotts.tunedfile import Tuned
from emotts.tuning.clock import Clock, Progress
from emotts.tuning.contest import CHOOSE, Heard, contest
from emotts.tuning.curve import TUNED, Curve, curves, losses
from emotts.tuning.evidence import content
from emotts.tuning.journal import Journal
from emotts.tuning.learner import Drawn, Learner, Liked, Step, settled
from emotts.tuning.plan import Plan
from emotts.tuning.shelf import Shelf

ENOUGH = 8
"""Sentences from which on there is something to be learned."""
INTERVAL = 2
"""Sentences that an interval needs at least."""


class Job:
    """Tunes a voice. Ended in any way, the same job goes on where it was.

    An emotion that loses, by the judges, against the priors that it had keeps those, as do emotions
    that are not tuned now. Before that is known, the file is written only where nothing better can
    be lost: where nothing is tuned.
    """

    def __init__(
        self, plan: Plan, file: Path, *, restart: bool = False, keep: bool = False
    ) -> None:
        """Look at what an earlier run has done.

        Args:
            plan: what to tune, and with what.
            file: where the tuned priors go.
            restart: throw away what an earlier run has heard.
            keep: what was heard, even when the job is complete.

        Raises:
            ConfigError: progress, or the file, can't be kept.
        """
        self.plan, self.file = plan, file
        self.tuned: Tuned | None = None
        """What was learned, as soon as there is something."""
        self.left_out: dict[str, float] = {}
        """Emotion → what it gained, of those that keep the priors that they had."""
        self.written = False
        """Whether what was learned counts from now on."""
        self.curves: dict[str, Curve] = {}
        """Listener → what it heard in the winners, those who choose first."""
        self._shelf = Shelf(file, plan)
        self._learner = Learner(plan.booth.engine.controls, plan.emotions)
        self._journal = Journal(cache_dir() / "tuning" / f"{plan.digest}.jsonl")
        self._keep = keep
        self._heard = 0
        self._rejected: list[float] = []
        if restart:
            self._journal.forget()

    def run(self) -> Iterator[Progress]:
        """Learn, measure and write; what is written at any step is valid.

        Raises:
            EngineError: the engine can't speak a sentence.
            ClassifierError: its neutral rendering can't be heard.
            ConfigError: progress, or the result, can't be kept.
        """
        yield from self._learn()
        if self.tuned is not None and self.plan.counts:
            yield from self._measure({**TENDENCIES, **self.tuned.found})
        self.stop()
        if self.complete and not self._keep:
            self._journal.forget()

    def stop(self) -> None:
        """End `run`, early too, with what was learned so far where that is enough."""
        self._settle()
        if self.curves:
            judges = [curve for name, curve in self.curves.items() if name != CHOOSE]
            self.left_out = losses(judges or list(self.curves.values()))
            self._learned()
        if self.tuned is None:
            return
        if len(self.left_out) == len(self.plan.emotions):
            self._shelf.take_back(self.tuned)
            self.written = False
        elif self.curves or not self.plan.counts or self._shelf.untuned:
            self.written = self._shelf.put(self.tuned)

    @property
    def surpassed(self) -> bool:
        """Whether the file stays, for an earlier run of the same job came further."""
        return self.tuned is not None and self._shelf.surpasses(self.tuned)

    @property
    def complete(self) -> bool:
        """Whether all generations were heard, and all sentences that were held out."""
        measured = len(self.plan.texts.held_out) if self.plan.counts else 0
        return self._learner.generations == self.plan.generations and self._measured == measured

    @property
    def _measured(self) -> int:
        """How many sentences the curve is of."""
        return max((curve.cells[TUNED].shape[-1] for curve in self.curves.values()), default=0)

    def _learn(self) -> Iterator[Progress]:
        plan, learner = self.plan, self._learner
        clock = Clock("learn", plan.steps, plan.minutes and 30 * plan.minutes)
        generations = 0
        for _ in learner.learn(
            partial(self._liked, clock),
            sentences=len(plan.texts.learned),
            takes=plan.takes,
            generations=plan.generations,
        ):
            self._heard += 1
            if learner.generations > generations:
                generations = learner.generations
                self._learned()
            yield clock.tick()
            if clock.late and self._heard >= ENOUGH:
                break
        self._settle()

    def _liked(self, clock: Clock, step: Step, drawn: Drawn) -> Liked:
        """How takes are liked, heard now or by an earlier run."""
        key = f"learn/{step.generation}/{step.sentence}"
        text = self.plan.texts.learned[step.sentence]

        def heard() -> dict[str, list[list[float]]]:
            liked = self.plan.booth.liked(text, drawn, self._learner.space)
            return {emotion: scores.tolist() for emotion, scores in liked.items()}

        clock.earlier += key in self._journal
        liked = {e: np.array(scores) for e, scores in self._journal.recall(key, heard).items()}
        self._rejected += [float(np.isnan(scores[:, 0]).mean()) for scores in liked.values()]
        return liked

    def _measure(self, found: Tendencies) -> Iterator[Progress]:
        """What the best of so many takes is worth, sentence by sentence."""
        plan, texts = self.plan, self.plan.texts.held_out
        kinds = {**self._shelf.rivals, TUNED: found}
        clock = Clock(
            "measure",
            len(texts) * len(plan.emotions) * len(kinds),
            plan.minutes and 30 * plan.minutes,
        )
        table: list[list[list[list[Heard]]]] = []
        for text in texts:
            row: list[list[list[Heard]]] = []
            for emotion in plan.emotions:
                cell = []
                for priors in kinds.values():
                    cell.append(self._contest(clock, text, emotion, priors))
                    yield clock.tick()
                row.append(cell)
            table.append(row)
            if len(table) >= INTERVAL:
                self.curves = curves(list(kinds), plan.emotions, plan.counts, table)
                if clock.late:
                    break

    def _contest(self, clock: Clock, text: str, emotion: str, priors: Tendencies) -> list[Heard]:
        """What is heard in the winners of a sentence, now or by an earlier run."""
        plan = self.plan
        judges = [judge.fingerprint for judge in plan.judges]
        where = sorted((name, vars(tendency)) for name, tendency in priors[emotion].items())
        key = f"measure/{text}/{emotion}/{judges}/{plan.counts}/{where}"
        clock.earlier += key in self._journal
        heard: list[Heard] = self._journal.recall(
            key, lambda: contest(plan.booth, plan.judges, text, emotion, priors, plan.counts)
        )
        return heard

    def _settle(self) -> None:
        """Learn from less than a generation, where that is enough."""
        if self.tuned is None and self._heard >= ENOUGH:
            self._learner.move()
            self._learned()

    def _learned(self) -> None:
        """Put down what was learned so far; it counts at once where nothing better is lost."""
        found, rejected = settled(self._learner.found), float(np.mean(self._rejected))
        made = content(self.plan, found, self._heard, rejected, self.curves, self.left_out)
        self.tuned = made.over(self._shelf.earlier)
        if self._shelf.untuned:
            self.written = self._shelf.put(self.tuned)

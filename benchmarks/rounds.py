"""What rounds gain over takes that all come from the priors, and what an adaptive stop costs.

    python -m benchmarks.rounds [--sentences 14] [--skip 0] [--takes 16] [--families …] [--tuned]

Needs the emotional speech corpora (EMOTTS_CORPORA) and the extra `training`. One half of the
corpora's speakers chooses, both families on the other half judge, in turns (training.judges).
"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotts import scoring
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.builtin.signal import SignalCheck
from emotts.closeness import log_odds
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.floors import Floors
from emotts.listener import Listener
from emotts.profiles import renderings
from emotts.records import Candidate, Voice
from emotts.rounds import LOOK, Rounds
from emotts.search import Search
from emotts.speech import Request
from emotts.tendencies import TENDENCIES, Tendencies, Tendency
from emotts.tuning.booth import Booth
from training import corpora, judges
from training.tune import EMOTIONS, learned

Array = npt.NDArray[np.float64]

TEXTS = Path(__file__).parent / "proof" / "texts"
SEED = 3
RESAMPLES = 2000
GENERATIONS = 3
TUNING_TEXTS = 20
TUNING_TAKES = 5


class Draws(Search):
    """Every take from the prior, whatever was heard."""

    def posterior(self, heard: Sequence[Candidate]) -> Mapping[str, Tendency]:
        """The prior."""
        return self.prior


WAYS: Mapping[str, type[Search]] = {"draws": Draws, "rounds": Search}


@dataclass(frozen=True)
class Trial:
    """Those who choose, and those who judge, before one voice."""

    engine: Engine
    voice: Voice
    verifier: Sequence[Listener]
    jury: Sequence[Listener]
    priors: Tendencies

    def figures(self, way: type[Search], text: str, emotion: str, takes: int) -> dict[str, float]:
        """What the jury hears in the best of so many takes, and in the takes themselves."""
        request = Request(text, Target({emotion: 1.0}), self.voice, takes, SEED)
        search = way.of(
            self.engine,
            text,
            request.target,
            count=takes,
            seed=SEED,
            tendencies=self.priors,
        )
        floors = Floors(text, self.voice, [SignalCheck(SignalCheck.Options())])
        rounds = Rounds(search, request, engine=self.engine, listeners=self.verifier, floors=floors)
        effort = rounds.run()
        hit, odds = self._judged(rounds.candidates, emotion)
        found = {
            "diversity of controls": effort.diversity.controls,
            "diversity of embeddings": effort.diversity.embeddings,
            "a take of 1–3": float(hit[1:4].mean()),
            "a take of 4–7": float(hit[4:8].mean()),
        }
        if takes > 8:
            found[f"a take of 8–{takes - 1}"] = float(hit[8:].mean())
        for count in (4, 8, takes):
            best = self._best(rounds.candidates[:count], request)
            found |= {f"best of {count}": float(hit[best]), f"log-odds of {count}": odds[best]}
        stop = self._stop(rounds.candidates[:8], request)
        best = self._best(rounds.candidates[:stop], request)
        return found | {"adaptive, of 8": float(hit[best]), "adaptive, takes": float(stop)}

    def _judged(self, candidates: Sequence[Candidate], emotion: str) -> tuple[Array, list[float]]:
        """Of each take: whether the jury hears the emotion first, and its log-odds."""
        clips = [c.audio for c in candidates if c.audio is not None]
        heard = [listener.heard(clips) for listener in self.jury]
        means = [
            {e: float(np.mean([p.scores[e] for p in take])) for e in take[0].scores}
            for take in zip(*heard, strict=True)
        ]
        hits = [max(mean, key=lambda e: mean[e]) == emotion for mean in means]
        return np.array(hits, np.float64), [log_odds(mean[emotion]) for mean in means]

    def _best(self, candidates: Sequence[Candidate], request: Request) -> int:
        ranking = scoring.ranking(scoring.scored(candidates, request))
        return ranking[0].take.index if ranking else 0

    def _stop(self, candidates: Sequence[Candidate], request: Request) -> int:
        """How many takes an adaptive stop would have made."""
        for count in range(LOOK, len(candidates)):
            best = candidates[self._best(candidates[:count], request)]
            if best.rejected is None and scoring.reached(best, request):
                return count
        return len(candidates)


def trials(families: Sequence[str], *, tuned: bool) -> Iterator[Trial]:
    """Either half of the corpora before the other."""
    engine = HibariEngine(HibariOptions())
    voice = engine.voice()
    clips, varied = corpora.load(), renderings(engine, voice)
    halves = [
        {
            family: Listener(judge, judge.profile(varied))
            for family in judges.FAMILIES
            for judge in [judges.trained(family, clips, half)]
        }
        for half in judges.halves(clips)
    ]
    for own, others in (halves, halves[::-1]):
        verifier = [own[family] for family in families]
        trial = Trial(engine, voice, verifier, list(others.values()), TENDENCIES)
        if tuned:
            texts = (TEXTS / "neutral.txt").read_text().splitlines()[:TUNING_TEXTS]
            booth = Booth(engine, voice, verifier)
            found = learned(booth, texts, takes=TUNING_TAKES, generations=GENERATIONS)
            trial = replace(trial, priors={**TENDENCIES, **found})
        yield trial


def interval(cells: Array, of: Callable[[Array], Array] = lambda mean: mean) -> str:
    """A function of the means of [ways, emotions, sentences] with its 95% interval."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, cells.shape[2], (RESAMPLES, cells.shape[1], cells.shape[2]))
    index = np.arange(cells.shape[1])[:, None]
    means = np.array([cells[:, index, sample].mean(axis=(1, 2)) for sample in drawn])
    low, high = np.percentile(of(means.T), [2.5, 97.5])
    return f"{float(of(cells.mean(axis=(1, 2)))):.2f} ({low:.2f}–{high:.2f})"


def main() -> None:
    """Measure and print the table."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=14, help="neutral ones, fresh")
    parser.add_argument("--skip", type=int, default=0, help="so many sentences before them")
    parser.add_argument("--takes", type=int, default=16)
    parser.add_argument("--families", default="whisper", help="of the verifier, with commas")
    parser.add_argument("--tuned", action="store_true", help="tune the priors by the verifier")
    arguments = parser.parse_args()
    families = arguments.families.split(",")
    texts = (TEXTS / "fresh" / "neutral.txt").read_text().splitlines()
    texts = texts[arguments.skip : arguments.skip + arguments.sentences]
    rows = [
        [
            [[trial.figures(way, text, e, arguments.takes) for text in texts] for e in EMOTIONS]
            for way in WAYS.values()
        ]
        for trial in trials(families, tuned=arguments.tuned)
    ]
    print(
        f"{len(texts)} sentences × {len(EMOTIONS)} emotions, {' and '.join(families)} of one half "
        f"of the corpora choose, both families of the other judge, in turns; "
        f"{'tuned' if arguments.tuned else 'literature'} priors\n"
    )
    print("| hit rate, or what is said | draws | rounds | rounds less draws |\n|---|---|---|---|")
    for name in rows[0][0][0][0]:
        table = np.array([[[[c[name] for c in e] for e in way] for way in t] for t in rows])
        cells = table.mean(axis=0)
        found = [interval(cells[[way]], lambda means: means[0]) for way in range(len(WAYS))]
        print(f"| {name} | {' | '.join(found)} | {interval(cells, lambda m: m[1] - m[0])} |")


if __name__ == "__main__":
    main()

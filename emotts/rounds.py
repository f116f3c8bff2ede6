"""Rounds: the takes of one sentence, made and heard until one is certain or enough were tried.

Two cores are busy, and never fought over: one thread makes the takes, checks and resamples them,
while the one that asked for them hears those that are made. Signal processing and inference keep
different units of a core busy, so the two get on well even where they share one. Who works has one
thread: onnxruntime's sessions, none of which spins, scipy's transforms, soxr; and no product of
matrices is so large that BLAS would start threads of its own. Where one thread would wait, the
other's next work is begun: models are loaded while the first take is made, hibari draws its noise
while its network runs and looks for landmarks while take 0 is heard, the costly checks get to know
take 0 and the likely winner.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice

from emotts.ahead import ahead
from emotts.effort import Effort, Stopped, diversity
from emotts.engine import Engine
from emotts.errors import AudioError, ClassifierError
from emotts.floors import Floors
from emotts.listener import Listener
from emotts.recorder import Recorder
from emotts.records import Candidate, Take
from emotts.scoring import ranking, reached, scored
from emotts.search import Search
from emotts.speech import Request

Observer = Callable[[Candidate], None]

# Takes that wait to be heard while the next one is made.
DEPTH = 2
# How many takes there are at the first look at whether one is certain; after it, each is looked at.
# How many are heard at once is a matter of speed, and decides nothing.
LOOK = 2


class Rounds:
    """The takes of one sentence.

    What is heard never depends on timing: rounds and batches have fixed sizes. With a budget the
    number of takes does, as with any clock; the takes themselves, and what is heard in them, are
    the same as without one.
    """

    def __init__(
        self,
        search: Search,
        request: Request,
        *,
        engine: Engine,
        listeners: Sequence[Listener],
        floors: Floors,
        observe: Observer | None = None,
    ) -> None:
        """Start the clock.

        Args:
            search: proposes the takes.
            request: what they are for.
            engine: renders them.
            listeners: hear every one of them, as many at once as the first listener likes to.
            floors: reject some.
            observe: called with each candidate once it was heard.
        """
        self._search, self._request = search, request
        self._recorder = Recorder(
            engine, search.text, voice=request.voice.name, budget_ms=request.budget_ms
        )
        self._listeners, self._floors, self._observe = listeners, floors, observe
        self.candidates: list[Candidate] = []
        """Those heard so far, scored."""
        self._count = 0

    def run(self) -> Effort:
        """Make and hear takes, round by round, until it is time to stop; what it took.

        Raises:
            EngineError: the engine can't speak the sentence even neutrally, or made more renderings
                than takes.
            ClassifierError: the neutral rendering can't be heard.
        """
        stopped = self._run()
        drawn = [c for c in self.candidates if c.take.index > 0]
        heard = [c.predictions[self._listeners[0].name] for c in drawn if c.predictions]
        return Effort(
            planned=self._request.takes,
            rounds=self._count,
            stopped=stopped,
            diversity=diversity(
                self._search.positions(drawn), [prediction.embedding for prediction in heard]
            ),
        )

    def _run(self) -> Stopped:
        while takes := self._search.propose(self.candidates):
            if self.candidates and self._recorder.late:
                return "budget"
            self._count += 1
            for looked_at in self._looks(takes):
                if stopped := self._hear(looked_at):
                    return stopped
        return "takes" if len(self.candidates) == self._request.takes else "engine can't vary"

    def _looks(self, takes: list[Take]) -> Iterator[list[Take]]:
        """The takes of a round, those of the first look on their own where it may be the last.

        It mostly is: takes beyond it would be made in vain, and the one begun be waited for.
        """
        if self._request.stop == "adaptive" and self._count == 1:
            yield takes[:LOOK]
            takes = takes[LOOK:]
        if takes:
            yield takes

    def _hear(self, takes: Sequence[Take]) -> Stopped | None:
        """Make and hear takes; why they are the last ones, if they are."""
        # Rendering the next takes and hearing the last ones share the processor's cores.
        with closing(ahead(self._made(takes), DEPTH, meanwhile=self._load)) as made:
            for candidate in self._heard(made):
                self._observed(candidate)
                self.candidates = scored([*self.candidates, candidate], self._request)
                if self._request.stop == "adaptive" and self._certain():
                    return "certain"
        if self._recorder.gone:
            return "engine failed"
        return "budget" if len(self.candidates) <= takes[-1].index else None

    def _certain(self) -> bool:
        """Whether the best take so far reaches the target, and passes the costly checks too.

        Beside a recording there is always something to gain: it says not only what, but how.
        """
        if self._request.like is not None or len(self.candidates) < LOOK or not self._reached():
            return False
        self.candidates = self._floors.check_winner(self.candidates)
        return self._reached()

    def _reached(self) -> bool:
        best = ranking(self.candidates)[:1]
        return bool(best) and reached(best[0], self._request)

    def _load(self) -> None:
        for listener in self._listeners:
            listener.load()

    def _made(self, takes: Sequence[Take]) -> Iterator[Candidate]:
        """The candidates of a round, checked, and resampled for those who are to hear them."""
        for candidate in map(self._floors.check, self._recorder.record(takes)):
            if candidate.audio is not None and candidate.audible:
                for listener in self._listeners:
                    with suppress(AudioError):  # who can't hear it will say so
                        candidate.audio.resample(listener.classifier.rate)
            yield candidate
        # While the last ones are heard.
        if not self._recorder.late and (likely := self._likely(candidate)):
            self._floors.prepare(likely)

    def _likely(self, last: Candidate) -> Candidate | None:
        """The candidate that will most likely win, once the last one of its look was made."""
        if last.take.index == LOOK - 1 and last.rejected is None:
            return last
        if last.take.index + 1 == self._search.size:
            return next(iter(ranking(self.candidates)), None)
        return None

    def _heard(self, made: Iterator[Candidate]) -> Iterator[Candidate]:
        """The candidates, heard, as many at once as the first listener likes to."""
        while batch := list(islice(made, self._listeners[0].classifier.batch)):
            for listener in self._listeners:
                batch = listener.hear(batch)
            yield from batch

    def _observed(self, candidate: Candidate) -> None:
        """Show a candidate that was heard."""
        if candidate.take.index == 0:
            if self._listeners[0].name not in candidate.predictions:
                raise ClassifierError(f"take 0 can't be heard: {candidate.rejected}")
            # While the next one is made, which takes longer than those after it.
            self._floors.prepare(candidate)
        if self._observe:
            self._observe(candidate)

"""Metrics, in Prometheus' text format."""

import time
from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from emotts.server.desk import Desk
from emotts.speech import Choice


class Metrics:
    """What is counted and timed, in a registry of its own."""

    def __init__(self, desk: Desk, breakers: Callable[[], Mapping[str, bool]]) -> None:
        """Start at zero.

        Args:
            desk: whose queue is told.
            breakers: name of a part in a process of its own → whether its breaker is open.
        """
        self._breakers = breakers
        self.registry = here = CollectorRegistry()
        self.requests = Counter(
            "emotts_requests", "Requests by path and status.", ["path", "status"], registry=here
        )
        self.takes = Counter(
            "emotts_takes", "Takes that were heard, or found in the cache.", registry=here
        )
        self.sentences = Counter(
            "emotts_sentences",
            "Sentences by emotion, and whether it was reached.",
            ["emotion", "matched"],
            registry=here,
        )
        self.cached = Counter(
            "emotts_cached_sentences",
            "Sentences whose takes came from the cache.",
            registry=here,
        )
        self.first_answer = Histogram(
            "emotts_first_answer_seconds",
            "From a request's arrival to its first audio.",
            buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
            registry=here,
        )
        queue = Gauge("emotts_queue", "Requests that wait or are worked on.", registry=here)
        queue.set_function(lambda: desk.taken)
        self._open = Gauge(
            "emotts_breaker_open",
            "1 where a part in a process of its own is not asked, since it failed.",
            ["part"],
            registry=here,
        )

    def chosen(self, choice: Choice) -> None:
        """Count a sentence."""
        self.sentences.labels(choice.target.dominant, str(choice.matched).lower()).inc()
        self.cached.inc(choice.cached)

    def started(self, since: float) -> None:
        """Time the first answer to a request that came at `since` (monotonic seconds)."""
        self.first_answer.observe(time.monotonic() - since)

    def text(self) -> bytes:
        """All of it, to be scraped."""
        for part, is_open in self._breakers().items():
            self._open.labels(part).set(is_open)
        return generate_latest(self.registry)

"""The circuit breaker: what keeps failing is left alone for a while, then asked once more."""

import time
from collections.abc import Callable

FAILURES = 3


class Breaker:
    """Opens after three failures in a row; after a cool-down one probe decides what comes next."""

    def __init__(self, cooldown_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start closed.

        Args:
            cooldown_s: how long it stays open, seconds.
            clock: seconds that never go back.
        """
        self._cooldown_s, self._clock = cooldown_s, clock
        self._failures = 0
        self._opened: float | None = None

    @property
    def wait_s(self) -> float:
        """Seconds until the next attempt; 0 when closed, or half-open."""
        if self._opened is None:
            return 0.0
        return max(0.0, self._opened + self._cooldown_s - self._clock())

    @property
    def closed(self) -> bool:
        """Whether nothing speaks against another attempt: neither open nor half-open."""
        return self._opened is None

    def succeeded(self) -> None:
        """Close it."""
        self._failures, self._opened = 0, None

    def failed(self) -> None:
        """Count a failure; the third in a row opens it, and so does that of a probe."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._opened = self._clock()

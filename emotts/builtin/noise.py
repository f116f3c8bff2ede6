"""The noise of a plain take: hibari's own numbers, drawn while the network runs."""

from threading import Thread

import numpy as np

from emotts.builtin.frames import Floats


class Noise:
    """Normal numbers of a seed, in order; drawing them takes as long as making the take.

    They are the same however many were drawn ahead, and however many are taken at once.
    """

    def __init__(self, seed: int) -> None:
        """Draw nothing yet.

        Args:
            seed: of the take.
        """
        self._rng = np.random.default_rng(seed)
        self._drawn: Floats = np.empty(0, np.float32)
        self._ahead: Thread | None = None

    def begin(self, count: int) -> None:
        """Draw the first `count` in a thread; to be called before any is taken."""
        self._ahead = Thread(target=self._draw, args=(count,), name="emotts-noise", daemon=True)
        self._ahead.start()

    def take(self, count: int) -> Floats:
        """[count] the next numbers."""
        if self._ahead is not None:
            self._ahead.join()
        self._draw(count - self._drawn.size)
        taken, self._drawn = self._drawn[:count], self._drawn[count:]
        return taken

    def _draw(self, count: int) -> None:
        """Have so many more."""
        if count > 0:
            more = self._rng.standard_normal(count, dtype=np.float32)
            self._drawn = np.concatenate([self._drawn, more]) if self._drawn.size else more

"""Random numbers of a take: from its seed alone, and without a trace in the global states."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

GRIFFIN_LIM = 0


@contextmanager
def drawn_from(seed: int, device: torch.device) -> Iterator[None]:
    """What networks draw inside comes from `seed`.

    Coqui's Griffin-Lim starts from numpy's random phases: those are the same for every take, since
    another phase is another noise, not another way to say it.
    """
    kept = np.random.get_state()
    try:
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            torch.manual_seed(seed)
            np.random.seed(GRIFFIN_LIM)
            yield
    finally:
        np.random.set_state(kept)

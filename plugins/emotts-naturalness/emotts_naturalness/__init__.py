"""The check `naturalness`: a take that sounds far less natural than take 0 is out.

DNSMOS P.835 (Reddy et al. 2022) estimates the overall quality, 1 … 5, that listeners would give a
clip. It was made for noise suppressors and favours neutral speech: human fear loses 0.7 against
human neutral speech. So it is a loose floor relative to take 0, and never an objective.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from emotts.audio import Audio
from emotts.check import REMEMBERED, Check
from emotts.errors import PluginError
from emotts.hookspecs import hookimpl
from emotts.options import Options
from emotts.records import Measurement, Voice

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

RATE = 16_000
WINDOW = 144_160  # 9.01 s, the one length that the network hears
OVERALL = 2  # of the network's outputs: signal, background, overall
# From the network's output to the scale of listeners, as published with the model.
TO_MOS = np.polynomial.Polynomial([0.04602535, 1.11546468, -0.06766283])


@hookimpl
def emotts_checks() -> Sequence[type[Check]]:
    """The check of naturalness."""
    return [NaturalnessCheck]


class NaturalnessOptions(Options):
    """Floor of the check of naturalness."""

    loss: float = Field(0.8, ge=0, le=4)
    """Loss of DNSMOS (1 … 5) against take 0, at most."""
    threads: int = Field(1, ge=1, le=64)


class NaturalnessCheck(Check):
    """Drops takes whose DNSMOS is far below that of take 0."""

    name = "naturalness"
    costly = True
    Options: ClassVar[type[NaturalnessOptions]] = NaturalnessOptions
    options: NaturalnessOptions

    def __init__(self, options: NaturalnessOptions) -> None:
        """Keep the options; the network is loaded when it first listens."""
        super().__init__(options)
        self._quality = lru_cache(REMEMBERED)(self._mos)

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        """Measure how much of take 0's quality each clip loses."""
        return [[self._compare(clip, baseline)] for clip in batch]

    def _compare(self, clip: Audio, baseline: Audio) -> Measurement:
        quality, limit = self._quality(clip), self.options.loss
        loss = self._quality(baseline) - quality
        return Measurement(
            "naturalness",
            loss,
            limit,
            loss <= limit,
            f"DNSMOS {quality:.2f}, {loss:.2f} below take 0; at most {limit:g} below",
        )

    def _mos(self, clip: Audio) -> float:
        """DNSMOS of a clip, 1 … 5: repeated to fill a window, or the mean of several windows."""
        samples = clip.resample(RATE).samples
        count = ceil(samples.size / WINDOW)
        if count == 1:
            samples = np.resize(samples, WINDOW)
        starts = np.linspace(0, samples.size - WINDOW, count).astype(int)
        heard = [
            self._network.run(None, {"input_1": samples[None, start : start + WINDOW]})[0]
            for start in starts
        ]
        return float(TO_MOS(np.concatenate(heard)[:, OVERALL]).mean())

    @cached_property
    def _network(self) -> "InferenceSession":
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = self.options.threads
        # A thread that waits for more work would burn a core all the time.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return InferenceSession(_model(), options, providers=["CPUExecutionProvider"])


def _model() -> Path:
    """The model's file. The package itself is not imported: it would bring librosa and numba."""
    package = find_spec("speechmos")
    if package is None or package.origin is None:
        raise PluginError("check naturalness needs its model: pip install speechmos==0.0.1.1")
    return Path(package.origin).parent / "dnsmos_models" / "sig_bak_ovr.onnx"

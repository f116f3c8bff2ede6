"""The harmonic envelope, known at harmonics only, made whole.

The network learned its envelope at the harmonics of the F0 it predicts: in the bins between them
there is no excitation, and so no reason for its values to mean anything. They don't; read there,
as any change of F0 does, they put the level off by 6 dB and scatter the phase. Here the response at
each harmonic is measured and drawn through the bins between them.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from emotts.builtin.frames import BINS, HZ_A_BIN, VOICED_HZ, Floats, Spectrum, polar

Number = TypeVar("Number", np.float32, np.complex64)

# Bins on either side of a harmonic that its main lobe covers (Hann window of 50 ms).
LOBE = 2
# Where voicing sets in or ends, F0 glides to 0; harmonics closer than two lobes are one mass.
LOWEST_HZ = 80.0
FLOOR = np.float32(1e-6)


def whole(f0: Floats, excitation: Spectrum, harmonic: Spectrum) -> Spectrum:
    """[F, 601] an envelope that any F0 may read, like `harmonic` where F0's harmonics are.

    Args:
        f0: [F] Hz, for which `harmonic` was made.
        excitation: [F, 601] the spectrum of the pulse train at that F0.
        harmonic: [F, 601] the network's envelope.
    """
    voiced = np.flatnonzero(f0 > VOICED_HZ)
    if not voiced.size:
        return harmonic
    # Windows of unvoiced frames still see the pulses of voiced neighbours.
    distance = np.abs(np.arange(len(f0))[:, None] - voiced)
    excited = np.flatnonzero(distance.min(axis=1) <= 2)
    nearest = voiced[distance[excited].argmin(axis=1)]
    spacing = np.maximum(f0[nearest], np.float32(LOWEST_HZ)) / np.float32(HZ_A_BIN)
    response = _response(excitation[excited], harmonic[excited])
    result = harmonic.copy()
    result[excited] = _between(_at_harmonics(response, spacing), spacing)
    return result


def _response(excitation: Spectrum, harmonic: Spectrum) -> Spectrum:
    """[F, 601] what becomes of a harmonic in each bin: the least-squares gain over its lobe.

    Synthesis keeps, of each frame, the part that has the shape of the window; so a harmonic
    whose lobe E meets the values H comes out with the gain Σ |E|² H / Σ |E|².
    """
    power = excitation.real**2 + excitation.imag**2
    response = _box(power * harmonic)
    response /= np.maximum(_box(power), np.float32(1e-9))
    return response


def _box(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The sum over each bin's lobe."""
    padded = np.pad(values, ((0, 0), (LOBE, LOBE)))
    total = padded[:, :BINS].copy()
    for shift in range(1, 2 * LOBE + 1):
        total += padded[:, shift : shift + BINS]
    return total


def _at_harmonics(response: Spectrum, spacing: Floats) -> Spectrum:
    """[F, H] the response at every harmonic, up to half the sampling rate of the highest voice."""
    count = int(BINS / spacing.min()) + 1
    bins = np.rint(np.arange(1, count + 1, dtype=np.float32) * spacing[:, None])
    return np.take_along_axis(response, np.minimum(bins, BINS - 1).astype(np.intp), axis=1)


def _between(heard: Spectrum, spacing: Floats) -> Spectrum:
    """[F, 601] log magnitude and phase drawn through the harmonics in straight lines.

    The phase turns by more than a radian from one harmonic to the next, most of it a delay that
    is common to all of them; that is taken out before the phase is unwrapped.
    """
    count = heard.shape[1]
    turns = heard[:, 1:] * heard[:, :-1].conj()
    turn = np.angle(turns.sum(axis=1))[:, None]
    rest = np.angle(turns * polar(np.ones_like(turn), -turn))
    drawn = np.empty(heard.shape, np.complex64)  # log magnitude and phase, as one value each
    drawn.real = np.log(np.abs(heard) + FLOOR)
    first = np.angle(heard[:, :1]) - turn
    drawn.imag = np.cumsum(np.concatenate([first, rest], axis=1), axis=1)
    step = np.diff(drawn, axis=1, append=drawn[:, -1:])
    place = np.arange(BINS, dtype=np.float32) / spacing[:, None] - 1
    np.clip(place, 0, np.float32(count - 1.001), out=place)
    below = place.astype(np.intp)
    above = place - below.astype(np.float32)
    below += np.arange(len(heard))[:, None] * count
    between = step.take(below)
    between *= above
    between += drawn.take(below)
    magnitude = np.exp(np.ascontiguousarray(between.real))
    return polar(magnitude, between.imag + turn * (place + 1))

"""The part of a clip that holds speech, at one level.

Corpora keep, lose or normalise the level of a recording, and leave more or less silence around it;
both then tell the corpus, the speaker or the take, and sometimes the emotion, for no good reason.
"""

import numpy as np
import numpy.typing as npt

from emotts.errors import ClassifierError

Floats = npt.NDArray[np.float32]

FRAME_S = 0.01

# Frames this much below the level of the loud ones are taken for silence.
QUIET_DB = 25.0
# The active level that every clip is brought to, root mean square of full scale.
LEVEL = 0.05
# Pauses are cut down to this: in a long recording a silent stretch is no part of the emotion.
PAUSE_S = 0.5
# Below this level a clip is silence: the rounding noise of 16 bits lies at -98 dBFS, the quietest
# calm speech of the training corpora at -60 dBFS.
SILENCE_DBFS = -75.0
SHORTEST_S = 0.2


def active(samples: Floats, rate: int) -> Floats:
    """The clip from its first to its last frame of speech, brought to `LEVEL`.

    Neither a gain nor silence around the speech changes the result, beyond the grid of frames.

    Args:
        samples: [n] float32, finite.
        rate: Hz.

    Raises:
        ClassifierError: the clip is silent, or holds less than `SHORTEST_S` of speech.
    """
    size = round(rate * FRAME_S)
    count = samples.size // size
    frames = samples[: count * size].reshape(count, size)
    # The variance within a frame: an offset or a rumble is no speech.
    power = frames.var(axis=1, dtype=np.float64)
    total = power.sum()
    # The mean power that a listener meets who listens where the power is: unlike a mean over
    # time or a percentile, it does not depend on the silence around the speech.
    loud = power @ power / total if total > 0 else 0.0
    if loud < 10 ** (SILENCE_DBFS / 10):
        raise ClassifierError(f"the clip is silent: its level is below {SILENCE_DBFS:g} dBFS")
    speech = power > loud * 10 ** (-QUIET_DB / 10)
    kept = _near(speech, round(PAUSE_S / FRAME_S / 2))
    if kept.sum() * FRAME_S < SHORTEST_S:
        raise ClassifierError(
            f"the clip holds {kept.sum() * FRAME_S:.2f} s of speech; at least {SHORTEST_S:g} s "
            "are needed"
        )
    gain = LEVEL / np.sqrt(power[speech].mean())
    return frames[kept].ravel() * np.float32(gain)


def _near(speech: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    """Which frames lie between frames of speech, and within `reach` of one."""
    index = np.arange(speech.size)
    never = 2 * speech.size
    since = index - np.maximum.accumulate(np.where(speech, index, -never))
    until = np.minimum.accumulate(np.where(speech, index, never)[::-1])[::-1] - index
    inside = (since <= speech.size) & (until <= speech.size)
    return inside & (np.minimum(since, until) <= reach)

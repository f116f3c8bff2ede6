"""The emotional speech corpora: which clips there are and what they show."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from emotts.builtin.compact import CompactClassifier

LABELS = CompactClassifier.labels
CORPORA = ("RAVDESS", "EmoDB", "nEMO")
# Where what is computed from them is kept: outside the repository, for it derives from them.
CACHE = Path.home() / ".cache" / "emotts" / "training"
_DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "corpora"


@dataclass(frozen=True)
class Clips:
    """Clips of the corpora, as columns of equal length n."""

    path: npt.NDArray[np.str_]
    label: npt.NDArray[np.int64]
    """Index in `LABELS`."""
    corpus: npt.NDArray[np.int64]
    """Index in `CORPORA`."""
    speaker: npt.NDArray[np.str_]
    """Unique across corpora."""
    sex: npt.NDArray[np.str_]
    """F or M."""
    sentence: npt.NDArray[np.str_]

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.path)

    def at(self, index: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "Clips":
        """The clips of an index or a mask."""
        return Clips(**{name: column[index] for name, column in vars(self).items()})

    @property
    def possible(self) -> npt.NDArray[np.bool_]:
        """[n, labels] which emotions the corpus of each clip could have shown."""
        return _shown(self)[self.corpus]


def load() -> Clips:
    """All clips of the eight emotions, in the order of the manifests.

    EmoDB's boredom is left out: ten German speakers of one corpus are all there is of it, no other
    corpus could tell whether it was learned, and it would compete with calm and sadness.

    The corpora are looked for in the folder that EMOTTS_CORPORA names, by default
    ../shared/corpora beside the repository.
    """
    root = Path(os.environ.get("EMOTTS_CORPORA", _DEFAULT))
    rows = []
    for corpus in CORPORA:
        with (root / corpus / "manifest.csv").open(newline="") as file:
            rows += [row for row in csv.DictReader(file) if row["emotion"] in LABELS]
    return Clips(
        np.array([str(root / row["corpus"] / row["file"]) for row in rows]),
        np.array([LABELS.index(row["emotion"]) for row in rows]),
        np.array([CORPORA.index(row["corpus"]) for row in rows]),
        np.array([row["speaker"] for row in rows]),
        np.array([row["sex"] for row in rows]),
        np.array([row["sentence"] for row in rows]),
    )


def samples(path: str) -> npt.NDArray[np.float32]:
    """[n] float32 at 16 kHz."""
    found, rate = soundfile.read(path, dtype="float32")
    if rate != CompactClassifier.rate or found.ndim != 1:
        raise ValueError(f"{path}: {rate} Hz, shape {found.shape}; expected 16 kHz mono")
    array: npt.NDArray[np.float32] = found
    return array


def _shown(clips: Clips) -> npt.NDArray[np.bool_]:
    """[corpora, labels] which emotions occur in which corpus."""
    shown = np.zeros((len(CORPORA), len(LABELS)), bool)
    shown[clips.corpus, clips.label] = True
    return shown

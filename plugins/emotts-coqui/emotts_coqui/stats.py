"""Files of spectrogram statistics: pickles, so they are looked at before numpy may run them.

Coqui reads them with `allow_pickle=True`. What they hold is a dictionary of arrays and numbers; one
that asks for anything else is refused before Coqui sees it.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from emotts.errors import ConfigError

# What numpy's own pickles are made of, by its names before and since version 2.
PLAIN = {
    (module, name)
    for core in ("numpy.core", "numpy._core")
    for module, name in (
        (f"{core}.multiarray", "_reconstruct"),
        (f"{core}.multiarray", "scalar"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
    )
}
MAX_BYTES = 1 << 24


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in PLAIN:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def expect_plain(path: Path) -> None:
    """Refuse a `.npy` file that holds more than arrays and numbers.

    Raises:
        ConfigError: it is no such file, or unpickling it could run code.
    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size > MAX_BYTES:
                raise ValueError(f"larger than {MAX_BYTES} bytes")
            np.lib.format.read_magic(file)
            np.lib.format.read_array_header_1_0(file)
            _Plain(file).load()
    except Exception as error:  # a damaged or hostile pickle raises anything
        raise ConfigError(f"{path}: no statistics that can be read safely: {error}") from None

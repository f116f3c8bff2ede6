"""Parquet needs pyarrow, which is optional: it is imported when such a file is read or written."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from emotts.errors import ConfigError

PARQUET = ".parquet"


def parquet() -> ModuleType:
    """The module `emotts.labelling.parquet`.

    Raises:
        ConfigError: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise ConfigError(
            "Parquet needs pyarrow: pip install 'emotts[label]'; .csv and .jsonl need nothing"
        )
    return import_module("emotts.labelling.parquet")

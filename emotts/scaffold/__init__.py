"""Writes a new plugin: two files that work, and a test that holds them to the contract."""

import re
from importlib.resources import files
from pathlib import Path
from string import Template

from emotts.errors import ConfigError, reason

KINDS = ("engine", "classifier", "check")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
MAX_NAME = 40


def write(name: str, kind: str, parent: Path) -> list[Path]:
    """Write the plugin `emotts-<name>` into a new folder.

    Args:
        name: of the plugin, and of what it provides.
        kind: one of `KINDS`.
        parent: where the folder goes.

    Returns:
        The files.

    Raises:
        ConfigError: the name is none, the folder exists, or can't be written.
    """
    if not NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise ConfigError(
            f"{name!r} is no name for a plugin: small letters and digits, starting with a letter, "
            f"with hyphens between; at most {MAX_NAME}"
        )
    module = f"emotts_{name.replace('-', '_')}"
    title = "".join(word.capitalize() for word in name.split("-")) + kind.capitalize()
    folder = parent / f"emotts-{name}"
    contents = {
        folder / "pyproject.toml": "pyproject",
        folder / f"{module}.py": kind,
        folder / f"test_{module}.py": f"test_{kind}",
    }
    try:
        folder.mkdir()
        for path, template in contents.items():
            text = (files("emotts.scaffold") / f"{template}.txt").read_text(encoding="utf-8")
            filled = Template(text).substitute(name=name, kind=kind, module=module, title=title)
            path.write_text(filled, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder} can't be written: {reason(error)}") from error
    return list(contents)

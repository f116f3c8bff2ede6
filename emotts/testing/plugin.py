"""What a plugin, as it is installed, promises the host: to be cheap, quiet and described."""

import inspect
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageMetadata, metadata
from typing import Any

from emotts.plugins import NAME, VARIABLE, PluginInfo, load
from emotts.testing.contract import Contract, expect

CHEAP_S = 0.5
# What takes long to import, and belongs into the first use.
HEAVY = frozenset(
    "torch torchaudio tensorflow jax transformers TTS sklearn "
    "onnxruntime ctranslate2 librosa numba".split()
)
OWN = "emotts"

# Loads the built-ins, then the plugin besides, and tells what that took.
PROGRAM = f"""
import json, os, sys, time
from emotts.plugins import load
name = os.environ[{VARIABLE!r}]
os.environ[{VARIABLE!r}] = ""
load()
before, start = set(sys.modules), time.process_time()
os.environ[{VARIABLE!r}] = name
load()
took = time.process_time() - start
print(json.dumps([took, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""


@dataclass
class Installed:
    """A plugin that is installed."""

    info: PluginInfo

    @cached_property
    def described(self) -> PackageMetadata:
        """The metadata of its distribution."""
        return metadata(self.info.distribution)

    @cached_property
    def loading(self) -> tuple[float, list[str], str]:
        """What loading it in a fresh interpreter took: seconds, modules, and what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, VARIABLE: self.info.name},
            capture_output=True,
            text=True,
        )
        expect(done.returncode == 0, f"it ended with exit code {done.returncode}: {done.stderr}")
        *printed, told = done.stderr.strip().splitlines()
        seconds, modules = json.loads(told)
        return seconds, modules, "\n".join([done.stdout, *printed]).strip()

    def says(self, *keys: str) -> bool:
        """Whether its metadata has one of the keys."""
        return any(self.described.get_all(key) for key in keys)

    @property
    def classes(self) -> list[Any]:
        """All that it provides."""
        return [kind for kinds in self.info.provides.values() for kind in kinds]


PLUGIN: Contract[Installed] = Contract()


@PLUGIN.promise
def loads(plugin: Installed) -> None:
    """It loads."""
    expect(plugin.info.broken is None, str(plugin.info.broken))


@PLUGIN.promise
def entry_point(plugin: Installed) -> None:
    """Its entry point has a name that can be asked for."""
    expect(NAME.fullmatch(plugin.info.name) is not None, f"{plugin.info.name!r}")


@PLUGIN.promise
def documented(plugin: Installed) -> None:
    """Its classes say in a docstring what they are."""
    for kind in plugin.classes:
        expect(bool(kind.__dict__.get("__doc__")), f"{kind.__qualname__} has none")


@PLUGIN.promise
def constructors(plugin: Installed) -> None:
    """Its classes are made from options alone."""
    for kind in plugin.info.provides.get("engine", ()):
        found = list(inspect.signature(kind).parameters)
        expect(len(found) == 1, f"{kind.__qualname__} takes {found}")


@PLUGIN.promise
def steady(plugin: Installed) -> None:
    """Loaded again, it provides the same classes."""
    again = next(info for info in load().loaded if info.name == plugin.info.name)
    expect(again.provides == plugin.info.provides, f"{again.provides}")


@PLUGIN.promise
def light(plugin: Installed) -> None:
    """Loading it imports nothing heavy."""
    _, modules, _ = plugin.loading
    found = sorted(HEAVY.intersection(modules))
    expect(not found, f"it imports {', '.join(found)}; import where it is first used")


@PLUGIN.promise
def quick(plugin: Installed) -> None:
    """Loading it takes less than half a second."""
    seconds, _, _ = plugin.loading
    expect(seconds < CHEAP_S, f"{seconds:.2f} s")


@PLUGIN.promise
def silent(plugin: Installed) -> None:
    """Loading it prints nothing."""
    if plugin.info.error:
        return  # that is what is printed
    _, _, printed = plugin.loading
    expect(not printed, f"it printed {printed[:80]!r}")


@PLUGIN.promise
def summarized(plugin: Installed) -> None:
    """Its distribution has a summary."""
    expect(plugin.says("Summary"), "set `description` under [project]")


@PLUGIN.promise
def licensed(plugin: Installed) -> None:
    """Its distribution names its licence."""
    found = [key for key in plugin.described.get_all("Classifier") or () if "License" in key]
    said = plugin.says("License-Expression", "License")
    expect(said or bool(found), "set `license` under [project]")


@PLUGIN.promise
def versions(plugin: Installed) -> None:
    """Its distribution says which Python it needs."""
    expect(plugin.says("Requires-Python"), "set `requires-python` under [project]")


@PLUGIN.promise
def depends(plugin: Installed) -> None:
    """Its distribution requires emotts."""
    needed = [
        re.split(r"[^\w.-]", found)[0] for found in plugin.described.get_all("Requires-Dist") or ()
    ]
    own = plugin.info.distribution == OWN
    expect(own or OWN in needed, f"it requires {', '.join(needed) or 'nothing'}")

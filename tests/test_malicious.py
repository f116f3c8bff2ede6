"""Model files that somebody else made: refused, and nothing of them is run or asked for.

Those of the plugins are in their own tests, with the same watch.
"""

import hashlib
import os
import pickle
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from emotts.builtin import compact
from emotts.builtin.assets import SUMS
from emotts.builtin.compact import ASSETS, ENCODER, HEADS
from emotts.conditioning import read_centroids
from emotts.config import Config
from emotts.errors import ClassifierError, ConfigError, EmottsError
from emotts.labelling import parts
from emotts.testing.watching import watched


class Evil:
    """Leaves a folder where it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.trace),)


@pytest.fixture(autouse=True)
def nothing_is_opened_or_run(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    with watched() as opened:
        yield
    assert not opened or request.node.name == "test_the_watch_sees_what_it_is_to_see"
    assert not (tmp_path / "trace").exists()


def external(file: Path) -> None:
    """A graph whose weights are to be read from another file, with a sum that fits."""
    graph = file.read_bytes() + b"\x0a\x08location\x12\x0b/etc/passwd"
    file.write_bytes(graph)
    sums = file.with_name(SUMS).read_text().splitlines()
    fresh = f"{hashlib.sha256(graph).hexdigest()}  {file.name}"
    file.with_name(SUMS).write_text("\n".join(fresh if file.name in s else s for s in sums))


def linked(file: Path) -> None:
    other = file.parent.parent / "elsewhere"
    other.write_bytes(b"other weights")
    file.unlink()
    file.symlink_to(other)


def pickled(file: Path) -> None:
    file.write_bytes(pickle.dumps(Evil(file.parent.parent / "trace")))


def pickled_array(file: Path) -> None:
    with file.open("wb") as out:
        np.save(out, np.array([Evil(file.parent.parent / "trace")]), allow_pickle=True)


def huge_header(file: Path) -> None:
    file.write_bytes(b"\xff" * 8 + file.read_bytes())


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1000])


def missing(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("name", [ENCODER, HEADS])
@pytest.mark.parametrize(
    "spoil", [linked, pickled, pickled_array, huge_header, cut, missing], ids=lambda f: f.__name__
)
def test_a_spoilt_model_of_the_package_is_refused(
    spoil: Callable[[Path], None], name: str, tmp_path: Path
) -> None:
    assets = Path(shutil.copytree(ASSETS, tmp_path / "assets"))
    spoil(assets / name)
    with pytest.raises(ClassifierError, match=name):
        compact.load(assets)


def test_a_graph_with_weights_elsewhere_is_refused_though_its_sum_fits(tmp_path: Path) -> None:
    assets = Path(shutil.copytree(ASSETS, tmp_path / "assets"))
    external(assets / ENCODER)
    with pytest.raises(ClassifierError, match="external data"):
        compact.load(assets)


def test_a_part_of_a_job_is_no_pickle(tmp_path: Path) -> None:
    np.savez(tmp_path / "00000000.npz", rows=np.array([Evil(tmp_path / "trace")], dtype=object))
    with pytest.raises(parts.DamagedError):
        parts.read(tmp_path, 0)


@pytest.mark.parametrize(
    "document",
    [
        "engine: !!python/object/apply:os.mkdir [trace]",
        "engine: !!python/name:os.system",
        "!!python/object/new:subprocess.Popen [[touch, trace]]",
    ],
)
def test_a_configuration_makes_no_objects(document: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(document.replace("trace", str(tmp_path / "trace")))
    with pytest.raises(ConfigError, match="can't be read as YAML"):
        Config.load(file)


def test_embeddings_are_numbers_and_no_pickle(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_bytes(pickle.dumps(Evil(tmp_path / "trace")))
    with pytest.raises(EmottsError, match=r"e\.json"):
        read_centroids(tmp_path / "e.json")


def test_the_watch_sees_what_it_is_to_see() -> None:
    with watched() as opened:
        subprocess.run([sys.executable, "-c", ""], check=True)
        with socket.socket() as one, pytest.raises(OSError):
            one.connect(("127.0.0.1", 1))
        os.system("true")
    assert {event for event, _ in opened} >= {"subprocess.Popen", "socket.connect", "os.system"}

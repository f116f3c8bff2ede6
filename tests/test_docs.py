"""The documentation is true: its examples run, and its plugins and commands work."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pages import PAGES, ROOT, blocks

from emotts.cli import cli
from emotts.testing import check_engine

# A command that speaks, as far as the engine of thirty lines can tell: a tone for each letter. It
# imports next to nothing, since it is started for every take.
HUM = """
import array, math, sys, wave

letters = [c for c in sys.stdin.buffer.read().decode() if c.isalnum()] or ["."]
frames = round(8000 * 0.06 * 175 / float(sys.argv[1]))
turns = [ord(c) % 12 / 12 + 1 for c in letters]
loud = [math.sin(math.pi * i / frames) for i in range(frames)]
tones = array.array(
    "h",
    (
        round(9000 * loud[i] * math.sin(2 * math.pi * 220 * turn * i / 8000))
        for turn in turns
        for i in range(frames)
    ),
)
with wave.open(sys.stdout.buffer, "wb") as file:
    file.setparams((1, 2, 8000, len(tones), "NONE", ""))
    file.writeframes(tones.tobytes())
"""


# It has a test of its own, which runs it in its order.
EXAMPLES = [page for page in PAGES if page.name != "tutorial.md"]


@pytest.mark.slow
@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.name)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMOTTS_DATA", str(tmp_path / "data"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    namespace: dict[str, object] = {}
    examples = [block for block in blocks(page) if block.file is None]
    for block in sorted(examples, key=lambda block: block.language != "sh"):
        if block.language == "sh" and "setup" not in block.tags:
            done = subprocess.run(
                ["sh", "-ec", block.code],
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
            )
            assert done.returncode == 0, f"{block.code}\n{done.stderr}"
        elif block.language == "python":
            with redirect_stdout(StringIO()):
                exec(compile(block.code, page.name, "exec"), namespace)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "docs/plugins.md"])
def test_the_plugin_of_two_files_works(
    page: str, tmp_path: Path, tones: Path, install: Callable[..., None]
) -> None:
    files = {block.file: block.code for block in blocks(ROOT / page) if block.file}
    project = files.pop("pyproject.toml")
    # What `emotts plugins check` asks of a distribution.
    assert {"description", "license", "requires-python"} <= set(tomllib.loads(project)["project"])
    entry = re.search(r'^(\w+) = "(\w+)"$', project, re.MULTILINE)
    assert entry is not None
    install(entry[1], files.pop(f"{entry[2]}.py"))
    listed = json.loads(CliRunner().invoke(cli, ["plugins", "--json"]).stdout)
    (plugin,) = (form for form in listed if form["name"] == entry[1])
    assert plugin["error"] is None
    provided = plugin["engines"] + plugin["checks"]
    assert provided == [entry[1]]
    for name, code in files.items():
        (tmp_path / str(name)).write_text(code)
        if not str(name).startswith("test_"):
            continue
        command = [sys.executable, "-m", "pytest", "-q", str(tmp_path / str(name))]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stdout
    if plugin["checks"]:
        tones.write_text(f"{tones.read_text()}checks: [{entry[1]}]\n")
    engine = plugin["engines"][:1] or ["tone"]
    arguments = ["say", "One. Two.", "-e", "sadness", "--config", str(tones), "--engine", *engine]
    result = CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "a.wav")])
    assert result.exit_code == 0, result.output


def test_the_engine_of_thirty_lines_speaks_with_a_command(tmp_path: Path) -> None:
    (code,) = (b.code for b in blocks(ROOT / "docs/plugins.md") if b.file == "emotts_command.py")
    assert len([line for line in code.splitlines() if line.strip()]) <= 30
    namespace: dict[str, Any] = {"__name__": "emotts_command"}
    exec(compile(code, "emotts_command.py", "exec"), namespace)
    script = tmp_path / "hum.py"
    script.write_text(HUM)
    kind = namespace["CommandEngine"]
    engine = kind(kind.Options(command=[sys.executable, str(script), "{words}"]))
    check_engine(engine)


def test_set_up_commands_name_what_exists() -> None:
    commands = "".join(b.code for b in blocks(ROOT / "README.md") if "setup" in b.tags)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"make ([a-z-]+)", commands)) <= set(targets)
    assert ".venv/bin/emotts say" in commands

"""The documentation is true: its examples run, and nothing that it should name is missing."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from emotts import hookspecs
from emotts.cli import COMMANDS, cli
from emotts.cli.plugins import COMMANDS as KIT
from emotts.config import Config
from emotts.records import Take
from emotts.testing import ToneEngine, check_engine

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(?P<info>[^\n]+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)

# A command that speaks, as far as the engine of thirty lines can tell.
HUM = """
import sys
from emotts import Take
from emotts.testing import ToneEngine

text = sys.stdin.buffer.read().decode()
takes = [Take(0, 0, {"rate": float(sys.argv[1]) / 175})]
(hummed,) = ToneEngine(ToneEngine.Options()).renderings(text, voice="alto", takes=takes)
sys.stdout.buffer.write(hummed.audio.wav_bytes())
"""


@dataclass(frozen=True)
class Block:
    """A fenced block of code."""

    language: str
    tags: tuple[str, ...]
    code: str

    @property
    def file(self) -> str | None:
        """The file that the block is the content of."""
        names = [tag.removeprefix("file=") for tag in self.tags if tag.startswith("file=")]
        return names[0] if names else None


def blocks(page: Path) -> list[Block]:
    found = FENCE.finditer(page.read_text(encoding="utf-8"))
    return [
        Block(language, tuple(tags), match["code"])
        for match in found
        for language, *tags in [match["info"].split()]
    ]


def section(page: str, heading: str) -> str:
    """The text below a heading of level 2 or 3, up to the next of its level."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    start = text.index(f"\n## {heading}\n")
    end = text.find("\n## ", start + 1)
    return text[start : end if end > 0 else None]


def keys(text: str) -> list[list[str]]:
    """The first column of each table of keys."""
    tables = re.findall(r"^\| key \| value \|\n\|---\|---\|\n((?:\|.*\n?)+)", text, re.MULTILINE)
    return [re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) for table in tables]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
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


@pytest.mark.parametrize("page", ["README.md", "docs/plugins.md"])
def test_the_plugin_of_two_files_works(
    page: str, tmp_path: Path, tones: Path, install: Callable[..., None]
) -> None:
    files = {block.file: block.code for block in blocks(ROOT / page) if block.file}
    entry = re.search(r'^(\w+) = "(\w+)"$', files.pop("pyproject.toml"), re.MULTILINE)
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


@pytest.mark.parametrize("name", [*COMMANDS, *(f"plugins {name}" for name in KIT)])
def test_every_option_is_documented_and_none_besides(name: str) -> None:
    command: click.Command = cli
    for word in name.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    options = {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    text = section("cli.md", f"emotts {name}")
    documented = {
        option
        for row in re.findall(r"^\| (`-.*?) \|", text, re.MULTILINE)
        for option in re.findall(r"(?<!\w)(--?[a-z][a-z-]*)", row)
    }
    assert documented == options


@pytest.mark.parametrize("hook", [name for name in vars(hookspecs) if name.startswith("emotts_")])
def test_every_hook_is_documented_with_its_arguments(hook: str) -> None:
    code = getattr(hookspecs, hook).__code__
    signature = f"{hook}({', '.join(code.co_varnames[: code.co_argcount])})"
    assert f"`{signature}`" in section("plugins.md", "Hooks")


def test_the_configuration_of_the_docs_is_the_default() -> None:
    (block,) = (block for block in blocks(ROOT / "docs/cli.md") if block.language == "yaml")
    named = re.findall(r"^(\w+):", block.code, re.MULTILINE)
    assert named == list(Config.model_fields)


def test_the_json_of_say_is_documented(tones: Path, tmp_path: Path) -> None:
    output = str(tmp_path / "a.wav")
    arguments = ["say", "One. Two.", "-e", "fear", "--config", str(tones), "-o", output]
    result = CliRunner().invoke(cli, [*arguments, "--json", "--embedding"])
    spoken = json.loads(result.stdout)
    sentence = spoken["sentences"][0]
    parts = spoken, sentence, sentence["effort"], sentence["candidates"][0]
    printed = [list(form) for form in parts]
    assert keys(section("json.md", "say")) == printed


def test_the_json_of_classify_is_documented(tones: Path, tmp_path: Path) -> None:
    (spoken,) = ToneEngine(ToneEngine.Options()).synthesize(
        "One.", voice="alto", takes=[Take(0, 0)]
    )
    clip = spoken.audio.write(tmp_path / "a.wav")
    missing = tmp_path / "missing.wav"
    arguments = ["classify", "--config", str(tones), str(clip), str(missing)]
    result = CliRunner().invoke(cli, [*arguments, "--json", "--embedding"])
    assert keys(section("json.md", "classify")) == [list(f) for f in json.loads(result.stdout)]


@pytest.mark.parametrize("name", ["voices", "plugins", "plugins check", "doctor"])
def test_the_json_of_other_commands_is_documented(name: str, tones: Path) -> None:
    configured = {"plugins": [], "plugins check": ["tones"]}
    arguments = [*name.split(), *configured.get(name, ["--config", str(tones)]), "--json"]
    found = json.loads(CliRunner().invoke(cli, arguments).stdout)
    first = found[0] if isinstance(found, list) else found
    assert keys(section("json.md", name)) == [list(first)]


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_set_up_commands_name_what_exists() -> None:
    commands = "".join(b.code for b in blocks(ROOT / "README.md") if "setup" in b.tags)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"make ([a-z-]+)", commands)) <= set(targets)
    assert ".venv/bin/emotts say" in commands

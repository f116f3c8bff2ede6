"""Nothing is undocumented: what the program has and what the pages name are the same."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import griffe
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from pages import DOCS, ROOT, blocks, keys, rows, section

from emotts import Config, Host, hookspecs
from emotts.builtin.hibari import CONTROLS
from emotts.cli import cli
from emotts.records import Take
from emotts.server.app import create
from emotts.testing import ToneEngine


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, by what one types."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


assert isinstance(cli, click.Group)
COMMANDS = dict(commands(cli, "emotts"))


def test_every_command_is_documented_and_none_besides() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (emotts .+)$", text, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_and_none_besides(name: str) -> None:
    options = {
        option
        for parameter in COMMANDS[name].params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    named = [cell for table in rows(section("cli.md", name), "option") for cell in table]
    documented = {word for cell in named for word in re.findall(r"(?<!\S)--?[a-z][a-z-]*", cell)}
    assert documented == options


def test_every_hook_is_documented_with_its_arguments() -> None:
    hooks = [hook for name, hook in vars(hookspecs).items() if name.startswith("emotts_")]
    codes = {hook.__name__: hook.__code__ for hook in hooks}
    signatures = [
        f"{name}({', '.join(code.co_varnames[: code.co_argcount])})" for name, code in codes.items()
    ]
    assert list(rows(section("plugins.md", "Hooks"), "hook")) == [signatures]


def test_the_configuration_of_the_docs_is_the_default() -> None:
    (block,) = (block for block in blocks(DOCS / "cli.md") if block.language == "yaml")
    named = re.findall(r"^(\w+):", block.code, re.MULTILINE)
    assert named == list(Config.model_fields)


def test_the_json_of_say_is_documented(tones: Path, tmp_path: Path) -> None:
    output = str(tmp_path / "a.wav")
    arguments = ["say", "One. Two.", "-e", "fear", "--config", str(tones), "-o", output]
    result = CliRunner().invoke(cli, [*arguments, "--json", "--embedding"])
    spoken = json.loads(result.stdout)
    sentence = spoken["sentences"][0]
    parts = spoken, sentence, sentence["effort"], sentence["candidates"][0]
    assert keys("json.md", "say") == [list(form) for form in parts]


def test_the_json_of_classify_is_documented(tones: Path, tmp_path: Path) -> None:
    (spoken,) = ToneEngine(ToneEngine.Options()).synthesize(
        "One.", voice="alto", takes=[Take(0, 0)]
    )
    clip = spoken.audio.write(tmp_path / "a.wav")
    missing = tmp_path / "missing.wav"
    arguments = ["classify", "--config", str(tones), str(clip), str(missing)]
    result = CliRunner().invoke(cli, [*arguments, "--json", "--embedding"])
    assert keys("json.md", "classify") == [list(form) for form in json.loads(result.stdout)]


@pytest.mark.parametrize("name", ["voices", "plugins", "plugins check", "doctor"])
def test_the_json_of_other_commands_is_documented(name: str, tones: Path) -> None:
    configured: Mapping[str, list[str]] = {"plugins": [], "plugins check": ["tones"]}
    arguments = [*name.split(), *configured.get(name, ["--config", str(tones)]), "--json"]
    found = json.loads(CliRunner().invoke(cli, arguments).stdout)
    first = found[0] if isinstance(found, list) else found
    assert keys("json.md", name) == [list(first)]


def test_the_ledger_is_documented(tones: Path, tmp_path: Path) -> None:
    path = tmp_path / "choices.jsonl"
    ledger = {"path": str(path), "text": True}
    content = {**Config.load(tones).model_dump(), "ledger": ledger}
    Host(Config.model_validate(content)).say("One.", "fear")
    line = json.loads(path.read_text())
    assert keys("json.md", "ledger") == [list(line), list(line["candidates"][0])]


def test_every_header_of_the_server_is_documented(tones: Path) -> None:
    body = {"model": "emotts", "voice": "alloy", "input": "One.", "instructions": "Cheerfully."}
    with TestClient(create(Host(Config.load(tones)))) as client:
        reply = client.post("/v1/audio/speech", json={**body, "response_format": "wav"})
    sent = {name for name in reply.headers if name.startswith("x-")}
    (named,) = rows(section("server.md", "OpenAI's clients"), "header")
    assert {name.lower() for name in named} == sent


def test_every_variable_of_the_environment_is_documented() -> None:
    (named,) = rows(section("cli.md", "Environment"), "variable")
    sources = [path for path in (ROOT / "emotts").rglob("*.py") if path.parts[-2] != "testing"]
    assert set(named) == {name for path in sources for name in variables(path)}


def variables(path: Path) -> Iterator[str]:
    """The variables that a module names, and whatever else it asks `os.environ` for."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.fullmatch(r"(EMOTTS|XDG)_[A-Z_]+", node.value):
                yield node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "os.environ.get":
            name = node.args[0]
            if isinstance(name, ast.Constant):
                yield str(name.value)


def test_every_control_is_documented_with_its_range() -> None:
    text = (DOCS / "controls.md").read_text(encoding="utf-8").replace("−", "-")
    table = re.findall(r"^\| `(\w+)` \| (\S+) \| (\S+) … (\S+) \| (\S+) \|", text, re.MULTILINE)
    assert table == [
        (c.name, c.unit, f"{c.low:g}", f"{c.high:g}", f"{c.neutral:g}") for c in CONTROLS.values()
    ]


PLUGINS = sorted(file.parent for file in ROOT.glob("plugins/*/pyproject.toml"))


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_every_option_of_a_plugin_is_documented(plugin: Path) -> None:
    pages = [plugin / "README.md", DOCS / f"{plugin.name.removeprefix('emotts-')}.md"]
    text = "".join(page.read_text(encoding="utf-8") for page in pages if page.exists())
    for option in options(plugin):
        assert re.search(rf"`{option}(`|: )", text), option


def options(plugin: Path) -> Iterator[str]:
    """The keys of a plugin's options, read without importing it."""
    package = griffe.load(plugin.name.replace("-", "_"), search_paths=[plugin])
    for found in classes(package):
        if any(str(base).endswith("Options") for base in found.bases):
            yield from (name for name, key in found.attributes.items() if key.annotation)


def classes(found: griffe.Object) -> Iterator[griffe.Class]:
    """Every class of a package."""
    for member in found.members.values():
        if isinstance(member, griffe.Class):
            yield member
        if isinstance(member, griffe.Module | griffe.Class):
            yield from classes(member)

"""The kit: what `plugins new` writes works, and `plugins check` finds out whether it does."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emotts import plugins
from emotts.cli import cli
from emotts.errors import ConfigError, UnknownNameError
from emotts.scaffold import KINDS, write
from emotts.testing import check_plugin
from emotts.testing.installed import find, plugin_promises
from emotts.testing.plugin import PLUGIN, Installed

pytestmark = pytest.mark.slow

LOADED = plugins.load()
CheckPlugin = Callable[..., subprocess.CompletedProcess[str]]


def installed(folder: Path, site: Path) -> None:
    """Install a project as a wheel would: its modules, and its metadata."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    for module in folder.glob("emotts_*.py"):
        (site / module.name).write_text(module.read_text())
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    fields = {
        "Metadata-Version": "2.4",
        "Name": project["name"],
        "Version": project["version"],
        "Summary": project.get("description"),
        "License-Expression": project.get("license"),
        "Requires-Python": project.get("requires-python"),
    }
    lines = [f"{key}: {value}" for key, value in fields.items() if value]
    lines += [f"Requires-Dist: {needed}" for needed in project.get("dependencies", [])]
    (info / "METADATA").write_text("\n".join(lines) + "\n")
    ((name, module),) = project["entry-points"]["emotts"].items()
    (info / "entry_points.txt").write_text(f"[emotts]\n{name} = {module}\n")


def emotts(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["plugins", *arguments])


@pytest.fixture
def check(tmp_path: Path, install: Callable[..., None]) -> CheckPlugin:
    """Installs a project and runs `emotts plugins check` on it, in a process of its own."""

    def run(folder: Path, name: str, *more: str) -> subprocess.CompletedProcess[str]:
        installed(folder, tmp_path / "site")
        command = [sys.executable, "-m", "emotts", "plugins", "check", name, *more]
        return subprocess.run(command, capture_output=True, text=True)

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_installs_and_keeps_every_promise(
    kind: str, tmp_path: Path, check: CheckPlugin
) -> None:
    result = emotts("new", "bird-song", "--kind", kind, "--directory", str(tmp_path))
    assert result.exit_code == 0, result.output
    folder = tmp_path / "emotts-bird-song"
    names = ["pyproject.toml", "emotts_bird_song.py", "test_emotts_bird_song.py"]
    assert result.stdout.split() == [str(folder / name) for name in names]
    done = check(folder, "bird-song", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    promises = json.loads(done.stdout)
    assert len({form["promise"] for form in promises}) >= 25
    assert {form["subject"] for form in promises} == {"plugin bird-song", f"{kind} bird-song"}
    own = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", folder], capture_output=True, text=True, cwd=folder
    )
    assert own.returncode == 0, own.stdout


def test_broken_promises_are_printed_and_the_exit_code_is_1(
    tmp_path: Path, check: CheckPlugin
) -> None:
    module = write("noisy", "engine", tmp_path)[1]
    module.write_text(f"import torch\nprint('hello')\n{module.read_text()}")
    (tmp_path / "site" / "torch.py").write_text("")
    project = module.with_name("pyproject.toml")
    project.write_text(project.read_text().replace('license = "Apache-2.0"\n', ""))
    done = check(module.parent, "noisy")
    assert done.returncode == 1
    assert "  FAILED  Loading it imports nothing heavy: it imports torch" in done.stdout
    assert "  FAILED  Loading it prints nothing: it printed 'hello'" in done.stdout
    assert "  FAILED  Its distribution names its licence: set `license`" in done.stdout
    assert "  ok      It speaks audibly\n" in done.stdout
    assert done.stdout.endswith(" promises kept, 3 broken\n")


def test_a_plugin_that_does_not_load_breaks_that_promise(install: Callable[..., None]) -> None:
    install("absent", "import a_module_that_is_nowhere")
    result = emotts("check", "absent")
    assert result.exit_code == 1
    assert "FAILED  It loads: ModuleNotFoundError: No module named 'a_module_that" in result.stdout
    assert "ok      Loading it prints nothing" in result.stdout  # what is logged is not its own


def test_what_is_to_be_checked_may_be_named_by_what_it_provides(tones: Path) -> None:
    loaded = plugins.load()
    info = next(info for info in loaded.loaded if info.name == "tones")
    found = [subject for subject, _ in plugin_promises(loaded, info)]
    assert list(dict.fromkeys(found)) == ["plugin tones", "engine tone", "classifier pitch"]
    assert find(loaded, "pitch") is find(loaded, "tones") is info
    result = emotts("check", "tuba")
    assert result.exit_code == 2 and "unknown plugin 'tuba'; valid: builtin" in result.stderr


def test_what_an_installed_plugin_breaks_is_listed_with_whose_promise_it_was(tones: Path) -> None:
    with pytest.raises(AssertionError) as broken:
        check_plugin("tone")
    first, *told = str(broken.value).splitlines()
    assert first == f"plugin tones breaks {len(told)} of its promises:"
    assert any(line.endswith(" has a summary: set `description` under [project]") for line in told)
    assert all(line.startswith("- plugin tones: Its distribution ") for line in told)
    with pytest.raises(UnknownNameError, match="tuba"):
        check_plugin("tuba")


@pytest.mark.parametrize("name", ["", "Bird", "9lives", "a_b", "a--b", "../a", "a" * 41])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no name for a plugin: small letters and digits"):
        write(name, "engine", tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["hibari", "builtin", "piper"])
def test_a_name_that_is_taken_is_refused(name: str, tmp_path: Path) -> None:
    arguments = ["plugins", "new", name, "--directory", str(tmp_path)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2 and f"{name} is taken" in result.output
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (module,) = [path for path in write("bird", "engine", tmp_path) if path.stem == "emotts_bird"]
    module.write_text("mine")
    result = emotts("new", "bird", "--directory", str(tmp_path))
    assert result.exit_code == 2 and "emotts-bird can't be written: " in result.stderr
    assert module.read_text() == "mine"


@pytest.mark.parametrize("info", LOADED.loaded, ids=lambda info: info.name)
def test_every_installed_plugin_keeps_its_own_promises(info: plugins.PluginInfo) -> None:
    broken = {o.promise: o.problem for o in PLUGIN.outcomes(Installed(info)) if o.problem}
    assert not broken

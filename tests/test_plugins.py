import logging
import tomllib
from importlib import import_module
from pathlib import Path

import pluggy
import pytest

from emotts import plugins
from emotts.errors import PluginError, UnknownNameError
from emotts.registry import COMPANIONS, Plugins

GOOD = """
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier, ToneEngine

class Engine(ToneEngine):
    name = "{engine}"

@hookimpl
def emotts_engines():
    return [Engine]

@hookimpl
def emotts_classifiers():
    return [PitchClassifier]
"""

HOOK = "from emotts.hookspecs import hookimpl\n"

DECLARED = (
    HOOK
    + """
import emotts.testing

class Odd(emotts.testing.{1}):
    {2}

@hookimpl
def emotts_{0}(): return [Odd]
"""
)

BROKEN = {
    "import error": ("import a_module_that_is_nowhere", "a_module_that_is_nowhere"),
    "syntax error": ("def", "SyntaxError"),
    "exits": ("raise SystemExit('bye')", "bye"),
    "misspelled hook": (HOOK + "@hookimpl\ndef emotts_engine(): return []", "emotts_engine"),
    "wrong argument": (HOOK + "@hookimpl\ndef emotts_engines(host): return []", "host"),
    "no marker": ("def emotts_engines(): return []", "hookimpl"),
    "hook raises": (HOOK + "@hookimpl\ndef emotts_engines(): return [1 / 0]", "division by zero"),
    "no list": (HOOK + "@hookimpl\ndef emotts_engines(): return 7", "returned 7"),
    "string": (HOOK + "@hookimpl\ndef emotts_engines(): return 'tone'", "returned 'tone'"),
    "no class": (HOOK + "@hookimpl\ndef emotts_engines(): return ['tone']", "'tone' is no engine"),
    "another base": (
        HOOK + "@hookimpl\ndef emotts_classifiers():\n"
        "    from emotts.testing import ToneEngine\n    return [ToneEngine]",
        "no classifier class",
    ),
    "abstract": (
        HOOK + "from emotts.engine import Engine\n"
        "class Silent(Engine): name = 'silent'\n"
        "@hookimpl\ndef emotts_engines(): return [Silent]",
        "does not implement synthesize, voices",
    ),
    "no name": (
        HOOK + "from emotts.check import Check\n"
        "class Nameless(Check):\n    def measure(self, *args, **kwargs): return []\n"
        "@hookimpl\ndef emotts_checks(): return [Nameless]",
        "has the name None",
    ),
    "bad name": (
        HOOK + "from emotts.testing import ToneEngine\n"
        "class Odd(ToneEngine): name = '../tone'\n"
        "@hookimpl\ndef emotts_engines(): return [Odd]",
        "has the name '../tone'",
    ),
    "labels in a list": (
        DECLARED.format("classifiers", "PitchClassifier", "labels = ['anger', 'neutral']"),
        "classifier Odd: `labels` must be tuple, not list",
    ),
    "labels of its own": (
        DECLARED.format("classifiers", "PitchClassifier", "labels = ('angry', 'neutral')"),
        "`labels` holds ['angry']; the canonical emotions are anger, ",
    ),
    "controls in a list": (
        DECLARED.format("engines", "ToneEngine", "controls = ['rate']"),
        "`controls` must be Mapping, not list",
    ),
    "a range for a control": (
        DECLARED.format("engines", "ToneEngine", "controls = {'rate': (0.5, 2.0)}"),
        "`controls` has a tuple as 'rate', not an emotts.Control",
    ),
    "options of its own": (
        DECLARED.format("engines", "ToneEngine", "Options = dict"),
        "derive its Options from emotts.options.Options",
    ),
}


def info(loaded, name):
    return next(info for info in loaded.loaded if info.name == name)


def test_builtins_come_through_the_same_hooks():
    loaded = plugins.load()
    builtin = loaded.loaded[0]
    assert (builtin.name, builtin.distribution, builtin.broken) == ("builtin", "emotts", None)
    assert loaded.engine("hibari") in builtin.provides["engine"]
    assert loaded.classifier("compact") in builtin.provides["classifier"]


def test_an_installed_plugin_is_found(install):
    install("chirp", GOOD.format(engine="chirp"), version="2.5")
    loaded = plugins.load()
    chirp = info(loaded, "chirp")
    assert (chirp.distribution, chirp.version, chirp.broken) == ("emotts-chirp", "2.5", None)
    assert chirp.names("engine") == ("chirp",)
    assert chirp.names("classifier") == ("pitch",)
    assert loaded.engine("chirp").name == "chirp"


@pytest.mark.parametrize(("source", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_disables_itself_alone(install, source, reason, caplog):
    install("broken", source)
    install("chirp", GOOD.format(engine="chirp"))
    loaded = plugins.load()
    assert reason in info(loaded, "broken").broken
    assert "\n" not in info(loaded, "broken").broken
    assert not info(loaded, "broken").provides
    assert loaded.engine("chirp") and loaded.engine("hibari")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "emotts-broken 1.0 (entry point 'broken') is disabled" in caplog.text


@pytest.mark.parametrize("what", ["Engine", "emotts_engines"])
def test_an_entry_point_that_names_a_class_or_a_function_is_told_of_the_module(
    what, install, tmp_path
):
    install("chirp", GOOD.format(engine="chirp"))
    (points,) = tmp_path.glob("site/*/entry_points.txt")
    points.write_text(f"[emotts]\nchirp = emotts_chirp:{what}\n")
    broken = info(plugins.load(), "chirp").broken
    assert f"names {what}; have it name the module, emotts_chirp" in broken


def test_what_a_plugin_prints_as_it_loads_is_kept_from_standard_output(install, capsys):
    install("chatty", "print('Loading!')\n" + GOOD.format(engine="chatty"))
    assert plugins.load().engine("chatty")
    assert capsys.readouterr() == ("", "Loading!\n")


def test_naming_what_a_broken_plugin_would_provide_shows_its_error(install):
    install("broken", BROKEN["import error"][0])
    install("wrong", BROKEN["wrong argument"][0])
    loaded = plugins.load()
    with pytest.raises(UnknownNameError, match="valid: hibari") as raised:
        loaded.engine("broken")
    assert "emotts-broken 1.0" in str(raised.value) and "emotts-wrong" not in str(raised.value)
    assert isinstance(raised.value.__cause__, ModuleNotFoundError)
    with pytest.raises(UnknownNameError) as raised:
        loaded.classifier("emotts-wrong")
    assert isinstance(raised.value.__cause__, pluggy.PluginValidationError)
    with pytest.raises(UnknownNameError, match=r"emotts-broken.*emotts-wrong"):
        loaded.check("another")


def test_an_unknown_name_lists_the_valid_ones():
    loaded = plugins.load()
    with pytest.raises(UnknownNameError, match="did you mean 'hibari'") as raised:
        loaded.engine("hibary")
    assert raised.value.__cause__ is None


def test_what_this_projects_plugins_provide_is_known_without_them():
    folder = Path(__file__).parents[1] / "plugins"
    projects = [tomllib.loads(file.read_text()) for file in folder.glob("*/pyproject.toml")]
    names = {
        project["project"]["name"]
        for project in projects
        if "emotts" in project["project"].get("entry-points", {})
    }
    assert set(COMPANIONS.values()) == names
    with pytest.raises(UnknownNameError, match="emotts-whisper provides it"):
        Plugins([]).check("words")


def test_a_name_clash_raises_and_names_both(install):
    install("one", GOOD.format(engine="tune"))
    install("two", GOOD.format(engine="tune"))
    with pytest.raises(PluginError, match=r"engine 'tune': emotts-one 1\.0 .* and emotts-two 1\.0"):
        plugins.load()


def test_the_variable_narrows_loading(install, monkeypatch):
    install("one", GOOD.format(engine="one"))
    install("two", BROKEN["import error"][0])
    monkeypatch.setenv("EMOTTS_LOAD_PLUGINS", "")
    assert [info.name for info in plugins.load().loaded] == ["builtin"]
    monkeypatch.setenv("EMOTTS_LOAD_PLUGINS", " one, ")
    assert [info.name for info in plugins.load().loaded] == ["builtin", "one"]
    monkeypatch.setenv("EMOTTS_LOAD_PLUGINS", "one,three")
    with pytest.raises(UnknownNameError, match=r"PLUGINS 'three'.*valid: builtin, .*one"):
        plugins.load()


@pytest.mark.parametrize(
    ("harm", "told"),
    [("raise ValueError('no')", "ValueError: no"), ("raise SystemExit('no')", "SystemExit: no")],
)
def test_an_observer_that_fails_is_not_asked_again(harm, told, install, caplog):
    install(
        "watching",
        HOOK + "seen = []\n@hookimpl\ndef emotts_sentence_chosen(choice): seen.append(choice)",
    )
    install(
        "failing",
        HOOK + "seen = []\n@hookimpl\ndef emotts_sentence_chosen(choice, request):\n"
        f"    seen.append(request)\n    {harm}",
    )
    loaded = plugins.load()
    for sentence in ("first", "second"):
        loaded.sentence_chosen(sentence, "request")
    assert import_module("emotts_watching").seen == ["first", "second"]
    assert import_module("emotts_failing").seen == ["request"]
    assert told in caplog.text

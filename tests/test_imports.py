"""What importing and asking for help cost: weights and heavy modules wait for the first use."""

import json
import subprocess
import sys

HEAVY = {"numpy", "scipy", "onnxruntime", "torch", "transformers", "pydantic", "rich", "yaml"}
HEAVY |= {"pluggy", "soundfile", "soxr", "hibari"}


def imported(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has imported after running some code."""
    program = f"{code}\nimport json, sys\nprint(json.dumps(list(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


def test_importing_emotts_imports_nothing_heavy() -> None:
    assert not imported("import emotts") & HEAVY


def test_help_on_a_terminal_imports_not_even_click() -> None:
    code = "import sys\nfrom emotts.cli import main\nsys.argv[1:] = ['--help']\nmain()"
    assert not imported(code) & {*HEAVY, "click", "typing"}


def test_help_imports_nothing_heavy_and_no_command() -> None:
    code = "from emotts.cli import cli\ncli(['--help'], standalone_mode=False)"
    assert not imported(code) & HEAVY


def test_every_public_name_can_be_imported() -> None:
    code = "import emotts\nassert all(getattr(emotts, name) for name in dir(emotts))"
    found = imported(code)
    assert "numpy" in found and "torch" not in found


def test_no_command_imports_torch_or_loads_a_model() -> None:
    commands = "say", "classify", "voices", "plugins", "doctor"
    code = "from emotts.cli import cli\nfrom importlib import import_module\n" + "\n".join(
        f"import_module('emotts.cli.{command}')" for command in commands
    )
    assert not imported(code) & {"torch", "transformers", "hibari"}


def test_listing_the_plugins_imports_none_of_what_they_work_with() -> None:
    code = "from emotts.cli import cli\ncli(['plugins'], standalone_mode=False)"
    assert not imported(code) & {"torch", "transformers", "scipy", "onnxruntime", "hibari"}

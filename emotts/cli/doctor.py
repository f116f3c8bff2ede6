"""`emotts doctor`."""

import logging
import os
import platform
import sys
import time
from importlib.metadata import version
from typing import Any

import click
import onnxruntime

from emotts import tuned
from emotts.cli import player
from emotts.cli.common import (
    build_host,
    classifier_option,
    config_option,
    echo_json,
    engine_option,
    json_option,
    model_option,
    settings_option,
    verbose_option,
)
from emotts.cli.plugins import plugin_form
from emotts.errors import EmottsError
from emotts.host import Host

logger = logging.getLogger(__name__)

TEXT = "I am ready to speak."
EMOTION = "happiness"
DISTRIBUTIONS = ("numpy", "scipy", "onnxruntime", "hibari-tts", "soundfile", "soxr", "pluggy")


@click.command("doctor")
@engine_option
@classifier_option
@model_option
@settings_option
@config_option
@json_option
@verbose_option
def command(as_json: bool, **options: Any) -> None:
    """Check the installation, down to one spoken sentence.

    Shows versions, devices, plugins and what is broken, loads the classifier and tells what it
    is made of, and speaks a sentence. The exit code is 1 when something is broken.
    """
    host = build_host(**options)
    form: dict[str, Any] = {
        "versions": _versions(),
        "devices": _devices(),
        "players": player.installed(),
        "plugins": [plugin_form(info) for info in host.plugins.loaded],
        "classifier": _classifier(host),
        "priors": _priors(host),
        "self_test": _self_test(host),
    }
    if as_json:
        echo_json(form)
    else:
        _print(form)
    broken = [form["classifier"], form["self_test"], *form["plugins"]]
    if any(part["error"] for part in broken):
        sys.exit(1)


def _versions() -> dict[str, str]:
    return {
        "emotts": version("emotts"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{name: version(name) for name in DISTRIBUTIONS},
    }


def _devices() -> dict[str, Any]:
    """What there is to compute with. A plugin that has other devices names them in its details."""
    return {"cpus": os.cpu_count(), "onnxruntime": onnxruntime.get_available_providers()}


def _classifier(host: Host) -> dict[str, Any]:
    """Name and details of the first classifier, whose model this loads."""
    classifier = host.classifiers[0]
    form: dict[str, Any] = {"name": classifier.name, "details": None, "error": None}
    try:
        return {**form, "details": dict(classifier.details())}
    except Exception as error:  # a doctor reports whatever is wrong
        return {**form, "error": _report(error)}


def _priors(host: Host) -> dict[str, Any] | None:
    """How the voice is tuned; None where the engine can't tell, which the self-test reports."""
    try:
        voice = host.engine.voice(host.config.voice)
        known = tuned.known(host.engine, voice, host.config.tuned)
        stale = known.stale(host.classifiers)
    except Exception as error:  # a doctor reports whatever is wrong
        logger.info("priors: %s", _report(error))
        return None
    file = None if known.file is None else str(known.file)
    form = {"engine": host.engine.name, "voice": voice.name}
    return {**form, "source": known.source, "file": file, "stale": stale}


def _self_test(host: Host) -> dict[str, Any]:
    """Speak a sentence, as `emotts say` does, and hear it."""
    labels = host.classifiers[0].labels
    emotion = EMOTION if EMOTION in labels or not labels else labels[0]
    form: dict[str, Any] = {"text": TEXT, "emotion": emotion, "engine": host.engine.name}
    start = time.perf_counter()
    try:
        speech = host.say(TEXT, emotion)
    except Exception as error:  # a doctor reports whatever is wrong
        return {**form, "error": _report(error)}
    return {
        **form,
        "seconds": time.perf_counter() - start,
        "duration_s": speech.audio.duration_s,
        "takes": len(speech.choices[0].candidates),
        "matched": speech.matched,
        "error": None,
    }


def _report(error: Exception) -> str:
    """An error in words; the traceback of one that nobody meant goes to the log."""
    if isinstance(error, EmottsError):
        return str(error)
    logger.error("unexpected", exc_info=error)
    return f"{type(error).__name__}: {error}"


def _print(form: dict[str, Any]) -> None:
    for name, found in form["versions"].items():
        click.echo(f"{name} {found}")
    devices = form["devices"]
    click.echo(f"cpus {devices['cpus']}; onnxruntime on {', '.join(devices['onnxruntime'])}")
    click.echo(f"players: {', '.join(form['players']) or 'none'}")
    for plugin in form["plugins"]:
        state = f"disabled: {plugin['error']}" if plugin["error"] else "ok"
        click.echo(
            f"plugin {plugin['name']} ({plugin['distribution']} {plugin['version']}): {state}"
        )
    classifier = form["classifier"]
    click.echo(f"classifier {classifier['name']}: {classifier['error'] or 'ok'}")
    for name, value in (classifier["details"] or {}).items():
        click.echo(f"  {name}: {value}")
    if priors := form["priors"]:
        stale = f"; {priors['stale']}: emotts tune" if priors["stale"] else ""
        click.echo(
            f"priors of voice {priors['voice']} of {priors['engine']}: {priors['source']}{stale}"
        )
    test = form["self_test"]
    if test["error"]:
        click.echo(f"self-test with {test['engine']}: {test['error']}")
        return
    click.echo(
        f"self-test with {test['engine']}: {test['duration_s']:.2f} s of {test['emotion']}, best "
        f"of {test['takes']}, {'matched' if test['matched'] else 'not matched'}, "
        f"in {test['seconds']:.2f} s: ok"
    )

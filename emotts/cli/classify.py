"""`emotts classify`."""

import sys
from contextlib import redirect_stdout
from typing import Any

import click

from emotts.audio import read
from emotts.cli.common import (
    build_host,
    classifier_option,
    config_option,
    echo_json,
    json_option,
    model_option,
    settings_option,
    verbose_option,
)
from emotts.cli.table import percentages
from emotts.errors import AudioError, ClassifierError
from emotts.jsonform import classified_form
from emotts.listener import Listener


@click.command("classify")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--calibrate",
    metavar="FILE",
    multiple=True,
    help="A recording of the same speaker in another mood, to hear the files relative to; give "
    "several, best 16 or more.",
)
@classifier_option
@model_option
@settings_option
@config_option
@click.option("--embedding", is_flag=True, help="Add the emotion embedding to the JSON.")
@json_option
@verbose_option
def command(
    files: tuple[str, ...],
    calibrate: tuple[str, ...],
    embedding: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Say which emotions are heard in recordings.

    WAV, FLAC, OGG and MP3 at any sampling rate. A file that can't be heard is reported, the
    others are still answered, and the exit code is 1.
    """
    classifier = build_host(**options).classifiers[0]
    with redirect_stdout(sys.stderr):  # what plugins print is no part of the answer
        profile = classifier.profile([read(file) for file in calibrate]) if calibrate else None
    listener = Listener(classifier, profile)
    forms = []
    for file in files:
        with redirect_stdout(sys.stderr):
            form = _classify(file, listener, embedding)
        forms.append(form)
        if not as_json:
            _print(form)
    if as_json:
        echo_json(forms)
    if any("error" in form for form in forms):
        sys.exit(1)


def _classify(file: str, listener: Listener, embedding: bool) -> dict[str, Any]:
    """The JSON form of what is heard in a file, or of why nothing is."""
    try:
        clip = read(file)
        heard = listener.heard([clip])[0]
    except AudioError as error:  # which names the file
        return {"file": file, "error": str(error)}
    except ClassifierError as error:
        return {"file": file, "error": f"{file}: {error}"}
    return classified_form(file, clip, listener.name, heard, embedding=embedding)


def _print(form: dict[str, Any]) -> None:
    if "error" in form:
        click.echo(f"error: {form['error']}", err=True)
        return
    heard = {**form["scores"]}
    dimensions = [f"{name} {value:.2f}" for name, value in (form["dimensions"] or {}).items()]
    details = f"{form['sampling_rate']} Hz, {form['duration_s']:.2f} s"
    centred = "relative to the speaker" if form["centred"] else "speaker unknown"
    line = ", ".join(filter(None, [percentages(heard), *dimensions]))
    click.echo(f"{form['file']}: {line} ({details}, {centred})")

"""`emotts say`."""

import sys
from contextlib import redirect_stdout
from typing import Any

import click

from emotts.cli.common import (
    build_host,
    cache_option,
    classifier_option,
    config_option,
    echo_json,
    engine_option,
    json_option,
    model_option,
    settings_option,
    verbose_option,
)
from emotts.cli.output import STDIO, Delivery, check_folder, write_takes
from emotts.cli.performance import perform
from emotts.cli.progress import progress
from emotts.cli.table import print_speech
from emotts.effort import STOPS
from emotts.emotions import EMOTIONS
from emotts.errors import ConfigError, MissingTargetError, TextError, reason
from emotts.host import Host
from emotts.intake import RequestOptions
from emotts.jsonform import speech_form
from emotts.passages import passages
from emotts.speech import Request
from emotts.text import MAX_REQUEST
from emotts.tonefile import read as read_tone


@click.command("say")
@click.argument("words", metavar="[TEXT]", nargs=-1)
@click.option("-f", "--file", metavar="FILE", help="Read the text from a file; - is stdin.")
@click.option(
    "-e",
    "--emotion",
    metavar="EMOTION",
    help=f"What to sound like: {', '.join(EMOTIONS)}; a blend, happiness:0.7,fear:0.3; or a point, "
    "arousal=0.8,valence=0.9. Required unless there is --like or a tag in the text.",
)
@click.option("--like", metavar="FILE", help="A recording to sound like.")
@click.option(
    "--like-calibrate",
    metavar="FILE",
    multiple=True,
    help="A recording of the speaker of --like in another mood; give several, best 16 or more.",
)
@click.option("--tone", metavar="FILE", help="Go on in the tone of an earlier --json output.")
@click.option("--intensity", type=float, default=1.0, help="From 0 to 1 (default).")
@click.option("--takes", type=int, help="Takes a sentence at most, the neutral one included (8).")
@click.option(
    "--stop",
    type=click.Choice(STOPS),
    help="When to stop: adaptive, as soon as a take reaches the target (default), or never.",
)
@click.option(
    "--budget-ms", type=float, help="No take of a sentence begins later than this, but take 0."
)
@click.option("--seed", type=click.IntRange(min=0), help="The same seed makes the same takes (0).")
@click.option("--voice", metavar="NAME", help="A voice of the engine; see `emotts voices`.")
@click.option(
    "--control",
    "controls",
    metavar="NAME=VALUE",
    multiple=True,
    help="Where every take starts from, such as rate=1.2; may be given again.",
)
@click.option("--markup/--no-markup", default=True, help="Whether tags in the text are markup.")
@engine_option
@classifier_option
@model_option
@settings_option
@click.option("-o", "--output", metavar="FILE", help="Write a WAV file; - is stdout.")
@click.option("--play", is_flag=True, help="Play it, even when it is written.")
@click.option("--keep-takes", metavar="DIR", help="Write every take, and the evidence as JSON.")
@click.option("--ledger", metavar="FILE", help="Add a JSON line for each choice to a file.")
@cache_option
@config_option
@click.option("--embedding", is_flag=True, help="Add the emotion embedding to the JSON.")
@json_option
@verbose_option
def command(
    words: tuple[str, ...],
    file: str | None,
    emotion: str | None,
    output: str | None,
    play: bool,
    keep_takes: str | None,
    embedding: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Speak a text with an emotion, and show what was heard.

    The text is an argument, a file (-f) or standard input. Each sentence is spoken in several
    takes; the one in which the classifier hears the emotion best is kept. Without -o it is
    played, each sentence while the next ones are made, or written to speech.wav where there is no
    player.
    """
    delivery = Delivery(output, play)
    if keep_takes:
        check_folder(keep_takes)
    request = _request(options)
    spoken = _read_text(_one(words), file)
    # What plugins print is no part of the sound, or of the JSON.
    with redirect_stdout(sys.stderr):
        host = build_host(**options)
        asked = _asked(host, spoken, emotion, request)
        with progress(len(passages(asked)) * asked.takes) as observe:
            if delivery.only_plays:
                choices, written = perform(host, asked, delivery, observe)
            else:
                choices = list(host.speak(asked, observe=observe, together=True))
            speech = host.speech(asked, choices)
    if not delivery.only_plays:
        written = delivery.deliver(speech.audio)
    form = speech_form(speech, output=written, embedding=embedding)
    if keep_takes:
        write_takes(speech, form, keep_takes)
    if as_json:
        echo_json(form, err=delivery.takes_stdout)
    else:
        print_speech(speech, err=delivery.takes_stdout)


def _asked(host: Host, text: str, emotion: str | None, options: RequestOptions) -> Request:
    """The request; where it lacks a target, the error says which options name one."""
    try:
        return host.request(text, emotion, **options)
    except MissingTargetError as error:
        hint = "use --emotion NAME, --like FILE, or a tag in the text, such as [fear]"
        raise ConfigError(f"{error}. {hint}") from error


def _one(words: tuple[str, ...]) -> str | None:
    """The text, which is one argument."""
    if len(words) > 1:
        raise ConfigError(f"the text must be one argument: put it in quotes: {' '.join(words)!r}")
    if not words:
        return None
    try:
        words[0].encode()
    except UnicodeEncodeError:
        raise TextError(
            "the text is not in the encoding of the terminal; set LANG to one with UTF-8, or give "
            "the text with --file"
        ) from None
    return words[0]


def _control(text: str) -> tuple[str, float]:
    """Name and value of `rate=1.2`."""
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise ConfigError(f"{text!r} sets no control; write it as NAME=NUMBER") from None


def _request(options: dict[str, Any]) -> RequestOptions:
    """What the options say about the request; they are taken out."""
    request = RequestOptions(
        intensity=options.pop("intensity"),
        like_calibrate=options.pop("like_calibrate"),
        settings=dict(map(_control, options.pop("controls"))),
        markup=options.pop("markup"),
    )
    for key in ("like", "takes", "stop", "budget_ms", "seed", "voice"):
        if (value := options.pop(key)) is not None:
            request[key] = value
    if (tone := options.pop("tone")) is not None:
        request["tone"] = read_tone(tone)
    return request


def _read_text(text: str | None, file: str | None) -> str:
    """The text to speak: the argument, the file or standard input."""
    if text is not None and text != STDIO:
        if file is not None:
            raise ConfigError("the text is given twice: as an argument and with --file")
        return text
    reads = (file or STDIO) == STDIO
    if reads and (sys.stdin is None or (text is None and file is None and sys.stdin.isatty())):
        raise ConfigError("no text: give it as an argument, with --file, or on standard input")
    try:
        # With or without the mark that some editors begin a file of UTF-8 with.
        with click.open_file(file or STDIO, encoding="utf-8-sig") as source:
            # One character more than a request may have is enough to know that it is too long.
            content: str = source.read(MAX_REQUEST + 1)
            return content.strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TextError(
            f"{file or 'standard input'}: can't be read as text: {reason(error)}"
        ) from error

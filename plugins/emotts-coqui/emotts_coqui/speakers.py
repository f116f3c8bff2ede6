"""Voices: the speakers of a model in each of its languages, under names that can be looked up."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emotts.emotions import canonical
from emotts.records import Voice

DEFAULT = "default"
MAX_NAME = 64


@dataclass(frozen=True)
class Speaker:
    """Somebody to speak as, in a language."""

    voice: Voice
    name: str | None
    """As the model or the option `voices` knows it; None for a model with a single voice."""
    language: str
    """As the model knows it."""


def listed(names: Iterable[str], languages: Sequence[str]) -> list[Speaker]:
    """Each speaker in each language.

    Args:
        names: of the speakers; none for a model with a single voice.
        languages: of the model, at least one.
    """
    found: dict[str, Speaker] = {}
    single: list[str | None] = [None]
    for name in list(names) or single:
        for language in languages:
            parts = [_plain(name)] if name else []
            parts += [_plain(language)] if len(languages) > 1 else []
            unique = _unique(".".join(parts) or DEFAULT, found)
            voice = Voice(unique, _tag(language), (name or "").strip())
            found[unique] = Speaker(voice, name, language)
    return list(found.values())


def emotions_only(names: Iterable[str]) -> bool:
    """Whether the names of a d-vector file are those of emotions, not of people."""
    kinds = [canonical(name) for name in names]
    return bool(kinds) and None not in kinds


def _plain(name: str) -> str:
    """Without what a name of emotts may not hold; Coqui's have spaces and even line ends."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name.strip()).strip("-") or "voice"


def _unique(name: str, taken: Iterable[str]) -> str:
    name = name[:MAX_NAME]
    number = 1
    unique = name
    while unique in taken:
        number += 1
        unique = f"{name[: MAX_NAME - 4]}-{number}"
    return unique


def _tag(language: str) -> str:
    """A language of Coqui ("en", "fr-fr", "zh-cn") as a BCP 47 tag; "und" for what is none."""
    parts = language.replace("_", "-").split("-")
    tag = "-".join([parts[0].lower(), *(part.upper() for part in parts[1:])])
    return tag if re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", tag) else "und"

"""The clips of a report that can be listened to."""

from collections.abc import Callable, Sequence
from html import escape

from emotts.reporting import svg
from emotts.reporting.heard import Heard
from emotts.reporting.sound import Sound

LONGEST = 400
"""Letters of a text that are shown."""

Listen = Callable[[Heard], Sound]
"""The audio of a clip."""


def cards(clips: Sequence[Heard], listen: Listen) -> str:
    """A card for each clip: what was heard, what is known, and the audio."""
    return f'<div class="clips">{"".join(_clip(clip, listen(clip)) for clip in clips)}</div>'


def _clip(clip: Heard, sound: Sound) -> str:
    ranked = sorted(clip.scores.items(), key=lambda item: -item[1])[:2]
    said = ", ".join(f"{emotion} {score:.0%}" for emotion, score in ranked)
    notes = [
        f"at {clip.start_s:g} s" if clip.start_s else None,
        clip.speaker,
        None if clip.truth is None else f"known: {clip.truth}",
        sound.reason,
    ]
    known = "".join(f'<div class="soft">{escape(note)}</div>' for note in notes if note)
    text = f"<div>“{escape(_beginning(clip.text))}”</div>" if clip.text else ""
    audio = (
        f'<audio controls preload="metadata" src="{escape(sound.url)}"></audio>'
        if sound.url
        else ""
    )
    return (
        f'<div class="clip {svg.kind(clip.top)}"><div><b>{said}</b></div>'
        f'<div class="soft">{escape(clip.name)}</div>{text}{known}{audio}</div>'
    )


def _beginning(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

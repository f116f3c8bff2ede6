"""The sentences that a voice is tuned with, and those that are held out to measure it."""

from dataclasses import dataclass
from pathlib import Path

from emotts.errors import ConfigError, TextError, reason
from emotts.records import Voice
from emotts.text import spoken

FEWEST = 6
"""Sentences: four to learn from, two to measure."""
HELD_OUT = 3
"""Every third sentence is held out."""
ANY_LANGUAGE = "und"

# Everyday English without emotional words, short, because every sentence is spoken many hundred
# times. Nothing else in emotts speaks them: voices are calibrated with others.
SENTENCES = (
    "The train to the coast leaves at seven.",
    "There is a blue cup next to the sink.",
    "She keeps the maps in the top drawer.",
    "We turned left after the second bridge.",
    "The library is open until eight.",
    "He read the list from top to bottom.",
    "The box is made of thin wood.",
    "They moved the table to the window.",
    "My neighbour has two bicycles.",
    "The lesson starts after the break.",
    "A lorry was parked beside the gate.",
    "The number is written on the door.",
    "Put the plates on the lower shelf.",
    "The path goes round the lake.",
    "I will be in the other room.",
    "The shop sells paper and ink.",
    "It takes an hour to get there.",
    "He left the book on the chair.",
    "The water comes from the hills.",
    "She wrote the address on a card.",
    "The clock above the stairs is round.",
    "We have the same kind of lamp.",
    "The meeting is on the third floor.",
    "They carried the boxes upstairs.",
    "The second page has a picture.",
    "You can see the tower from here.",
    "The bakery is across the street.",
    "He put the coat on a hook.",
    "The garden has a stone wall.",
    "She took the bus in the morning.",
    "There are four chairs in the hall.",
    "The letter came on a Tuesday.",
    "I washed the pan and the spoons.",
    "The road was closed at noon.",
    "We bought bread and some apples.",
    "The boat is tied to the pier.",
    "The new desk arrives next week.",
    "He drew a line under the title.",
    "The tickets are in the envelope.",
    "She closed the window before lunch.",
    "The station has six platforms.",
    "They painted the hall in grey.",
    "The keys belong to the office.",
    "We sat at the back of the room.",
    "The film is two hours long.",
)


@dataclass(frozen=True)
class Texts:
    """Sentences, none of them in both parts."""

    learned: tuple[str, ...]
    """To tune with."""
    held_out: tuple[str, ...]
    """To measure with; nothing is learned from them."""


def sentences(file: str | Path | None, voice: Voice) -> Texts:
    """The sentences of a text file, or those that come with emotts, divided.

    Raises:
        TextError: the file can't be read, or holds too few sentences.
        ConfigError: there is no file, and the voice does not speak English.
    """
    if file is not None:
        return divided(_read(Path(file)), str(file))
    language = voice.language.partition("-")[0].casefold()
    if language not in ("en", ANY_LANGUAGE):
        raise ConfigError(
            f"the sentences that come with emotts are English, but voice {voice.name} speaks "
            f"{voice.language}: name a file of sentences with --texts"
        )
    return divided(SENTENCES, "emotts")


def divided(found: tuple[str, ...], where: str) -> Texts:
    """Every third sentence is held out; one that comes twice counts once."""
    unique = tuple(dict.fromkeys(found))
    if len(unique) < FEWEST:
        raise TextError(
            f"{where}: {len(unique)} different sentences; at least {FEWEST} are needed, to learn "
            "from some and to measure with others"
        )
    held_out = unique[HELD_OUT - 1 :: HELD_OUT]
    return Texts(tuple(text for text in unique if text not in held_out), held_out)


def _read(file: Path) -> tuple[str, ...]:
    """A sentence or more a line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TextError(f"{file}: can't be read as text: {reason(error)}") from error
    return tuple(sentence for line in lines for sentence in spoken(line))

"""Instructions: what a sentence such as "speak cheerfully, but not too fast" asks to sound like.

What is read is the table of styles, the names of the emotions, and words of degree before them;
nothing is guessed. The reply says which word was taken for what, so that a reader can object.
"""

from dataclasses import dataclass

from emotts.emotions import Target
from emotts.markup import parse
from emotts.wording import blended, named


@dataclass(frozen=True)
class Instruction:
    """What was read in an instruction."""

    target: Target | None
    """None where nothing in it names an emotion."""
    words: tuple[str, ...] = ()
    """Those that were taken for an emotion."""


def read(text: str) -> Instruction:
    """Read an instruction: markup in it counts first, else the words."""
    # A tag needs something to hold for.
    marked = [span.target for span in parse(text + "\n.").spans if span.target is not None]
    if marked:
        return Instruction(marked[0], ("markup",))
    if not (found := named(text)):
        return Instruction(None)
    asked = blended([wanted for _, wanted in found])
    return Instruction(Target(asked.weights, asked.intensity), tuple(word for word, _ in found))

"""`<expr type="…" label="…"/>`, the markup of voice agents, in terms of SSML.

The types are those that LiveKit's agents teach to language models: expression, prosody, break,
sound, spell. What SSML has no tag for stays what it is, or is left out.
"""

from collections.abc import Mapping
from dataclasses import replace

from emotts.tags import Tag

# Label → the attributes of `prosody` that ask for it.
_PROSODY: Mapping[str, Mapping[str, str]] = {
    "slow": {"rate": "85%"},
    "fast": {"rate": "120%"},
    "soft": {"volume": "soft"},
    "loud": {"volume": "loud"},
    "higher-pitch": {"pitch": "+2st"},
    "lower-pitch": {"pitch": "-2st"},
}
# What is spelt is read as it stands, and has its own closing tag.
_SPELL: Mapping[str, str] = {}


def lowered(tag: Tag) -> Tag | None:
    """The tag of SSML that asks for the same; an expression as it is, None for anything else."""
    kind = tag.attributes.get("type", "expression").casefold()
    label = tag.attributes.get("label", "").strip().casefold()
    if kind == "expression":
        return tag
    if kind == "break":
        return replace(tag, name="break", attributes={"time": label})
    if kind == "spell":
        return replace(tag, name="prosody", attributes=_SPELL)
    if kind == "prosody" and label in _PROSODY:
        return replace(tag, name="prosody", attributes=_PROSODY[label])
    return None

"""Markdown of what docstrings say: classes, functions and fields, as griffe reads them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from griffe import (
    Alias,
    Attribute,
    Class,
    Docstring,
    DocstringElement,
    DocstringSectionKind,
    Function,
    Object,
)

WIDTH = 88
"""Signatures longer than this have a line for each parameter."""

HEADS = {
    DocstringSectionKind.parameters: "| argument | type | meaning |",
    DocstringSectionKind.raises: "| raises | when |",
    DocstringSectionKind.returns: "| returns | |",
    DocstringSectionKind.yields: "| yields | |",
}


class UndocumentedError(Exception):
    """Something public has no docstring."""


@dataclass
class Writer:
    """Writes entries, and turns names that have one of their own into links."""

    places: Mapping[str, str]
    """Name → where its entry is: `python.md#host`."""
    page: str
    """The page being written."""
    lines: list[str] = field(default_factory=list)

    def add(self, *lines: str) -> None:
        """Add a paragraph, a heading or a table."""
        self.lines += [*lines, ""]

    def text(self) -> str:
        """The page."""
        return "\n".join(self.lines).rstrip() + "\n"

    def entry(self, found: Object | Alias, level: int = 3, name: str = "") -> None:
        """Write a class, a function or a constant."""
        self.add(f"{'#' * level} {name or found.name}")
        if isinstance(found, Class):
            self._class(found, level)
        elif isinstance(found, Function):
            self._function(found, found.name)
        elif isinstance(found, Attribute):
            self.add("```text", f"{found.name} = {found.value}", "```")
            if found.docstring:
                self.add(self.linked(found.docstring.value))

    def _class(self, found: Class, level: int) -> None:
        bases = [self.linked(f"`{base}`") for base in found.bases if str(base) in self.places]
        if bases:
            self.add(f"Derived from {', '.join(bases)}.")
        self._docstring(documented(found))
        made = found.members.get("__init__")
        if isinstance(made, Function) and "dataclass" not in found.labels and arguments(made):
            self._function(made, found.name)
        members = list(public(found))
        attributes = [member for member in members if isinstance(member, Attribute)]
        if "Options" in map(str, found.bases):
            self.add("Its keys are those of a [configuration](configuration.md).")
        elif attributes:
            self.add(*self._fields(attributes))
        for member in members:
            if isinstance(member, Function):
                self.entry(member, level + 1, f"{found.name}.{member.name}")

    def _fields(self, attributes: Iterable[Attribute]) -> Iterator[str]:
        rows = [(a.name, a.annotation, _default(a), documented(a).value) for a in attributes]
        kinds, defaults = any(kind for _, kind, _, _ in rows), any(d for _, _, d, _ in rows)
        heads = ["attribute", *["type"] * kinds, *["default"] * defaults, "meaning"]
        yield f"| {' | '.join(heads)} |"
        yield "|---" * len(heads) + "|"
        for name, kind, default, meaning in rows:
            shown = [*[code(str(kind or ""))] * kinds, *[code(default)] * defaults]
            yield f"| {' | '.join([code(name), *shown, self.cell(meaning)])} |"

    def _function(self, found: Function, name: str) -> None:
        self.add("```py", signature(found, name), "```")
        self._docstring(documented(found))

    def _docstring(self, docstring: Docstring) -> None:
        for section in docstring.parsed:
            if section.kind is DocstringSectionKind.text:
                self.add(self.linked(section.value))
                continue
            head = HEADS[section.kind]
            self.add(head, "|---" * (head.count("|") - 1) + "|", *self._rows(section.value))

    def _rows(self, values: Iterable[DocstringElement]) -> Iterator[str]:
        for value in values:
            kind, meaning = str(value.annotation or ""), self.cell(value.description)
            if name := getattr(value, "name", ""):
                yield f"| `{name}` | {code(kind)} | {meaning} |"
            else:
                yield f"| {self.linked(f'`{kind}`')} | {meaning} |"

    def cell(self, text: str) -> str:
        """A docstring as the content of a table's cell."""
        return self.linked(" ".join(text.split())).replace("|", "\\|")

    def linked(self, text: str) -> str:
        """The text, each name in code that has an entry made a link to it."""
        text = text.replace("```python", "```py")  # examples of docstrings are not for the tests

        def link(match: re.Match[str]) -> str:
            place = self.places.get(match["name"], "")
            return f"[{match[0]}]({place.removeprefix(self.page)})" if place else match[0]

        return re.sub(r"`(?P<name>[A-Z]\w*|check_\w+)(\.\w+)?`", link, text)


def documented(found: Object) -> Docstring:
    """Its docstring, which must be there."""
    if found.docstring is None:
        raise UndocumentedError(f"{found.path} has no docstring")
    return found.docstring


def public(found: Class) -> Iterator[Object]:
    """What a class offers, what it inherits from a class that is not public included."""
    for name, member in found.all_members.items():
        inherited = member.inherited and not hidden_base(found)
        if not name.startswith("_") and not inherited and not known(member, found):
            yield member.final_target if isinstance(member, Alias) else member


def hidden_base(found: Class) -> bool:
    """Whether the class is documented with what it inherits, as its base has no entry."""
    return any(base.path == "emotts.studio.Studio" for base in found.resolved_bases)


def known(member: Object | Alias, found: Class) -> bool:
    """Whether there is nothing new to say: the set of options, or what only a base explains."""
    if member.name in ("Options", "options", "model_config"):
        return True
    bases = [base for base in found.mro() if member.name in base.members]
    return member.docstring is None and bool(bases)


def arguments(found: Function) -> bool:
    """Whether the docstring has a section of arguments."""
    sections = documented(found).parsed
    return any(section.kind is DocstringSectionKind.parameters for section in sections)


def signature(found: Function, name: str) -> str:
    """The signature as it would be written, `self` left out."""
    text = re.sub(r"\((self|cls)(, |(?=\)))", "(", found.signature(name=name))
    prefix = "async " if "async" in found.labels else ""
    if len(prefix + text) <= WIDTH:
        return prefix + text
    start, rest = text.split("(", 1)
    inside, end = rest.rsplit(")", 1)
    if " -> " in rest:
        inside, end = rest.split(") -> ", 1)
        end = f" -> {end}"
    parts = "".join(f"    {part},\n" for part in split(inside))
    return f"{prefix}{start}(\n{parts}){end}"


def split(parameters: str) -> Sequence[str]:
    """Parameters at the commas that stand in no brackets."""
    parts, depth = [""], 0
    for character in parameters:
        depth += {"[": 1, "(": 1, "{": 1, "]": -1, ")": -1, "}": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def code(text: str) -> str:
    """Text in code, as a table's cell can hold it; nothing for nothing."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def _default(attribute: Attribute) -> str:
    if "instance-attribute" not in attribute.labels or attribute.value is None:
        return ""
    if "class-attribute" not in attribute.labels:  # what `__init__` sets is no default
        return ""
    value = str(attribute.value)
    if value.startswith("field(") and "default" not in value:
        return ""
    made = re.search(r"default_factory=(\w+)", value)
    return {"dict": "{}"}.get(made[1], f"{made[1]}()") if made else value

"""Tables of what is known when emotts runs: keys of models, controls, endpoints."""

import json
from collections.abc import Iterator, Mapping
from inspect import get_annotations
from typing import Any, get_args

import griffe
from entries import Writer, code, documented
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from emotts.builtin.hibari import CONTROLS
from emotts.controls import STANDARD
from emotts.dimensions import POINTS
from emotts.emotions import EMOTIONS
from emotts.host import Host
from emotts.server.app import create

KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true, false"}


def models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The model, and all that its keys are made of, with what these are derived from."""
    found = [model]
    for each in found:  # grows meanwhile
        kinds = [field.annotation for field in each.model_fields.values()]
        for kind in kinds:
            kinds += get_args(kind)
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        bases = [base for base in each.__bases__ if base.__module__ == model.__module__]
        found += [new for new in dict.fromkeys([*inner, *bases]) if new not in found]
    return found


def fields(model: type[BaseModel], module: griffe.Module) -> Iterator[str]:
    """A table of a model's own keys: value, default, and the string under each.

    Args:
        model: the model.
        module: emotts, as griffe read it.
    """
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    yield "| key | value | default | meaning |"
    yield "|---|---|---|---|"
    keys = schema if "properties" in schema else definitions[model.__name__]  # it refers to itself
    for name, value in keys["properties"].items():
        found = _declared(model, name, module)
        if found.path != f"{model.__module__}.{model.__qualname__}.{name}":
            continue
        meaning = " ".join(documented(found).value.split()).replace("|", "\\|")
        default = _default(model.model_fields[name], found)
        yield f"| `{name}` | {_kind(value)} | {default} | {meaning} |"


def _declared(model: type[BaseModel], name: str, module: griffe.Module) -> griffe.Attribute:
    """The declaration of a key, in the class that it is inherited from."""
    for base in model.__mro__:
        if name in get_annotations(base):
            path = f"{base.__module__}.{base.__qualname__}.{name}"
            found = module.modules_collection[path]
            assert isinstance(found, griffe.Attribute)
            return found
    raise LookupError(f"{model.__name__} has no {name}")


def _default(field: FieldInfo, declared: griffe.Attribute) -> str:
    if field.is_required():
        return "required"
    if "os." in str(declared.value):
        return "by the machine"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return code(str(value))
    if isinstance(value, tuple):
        return code(f"[{', '.join(map(str, value))}]")
    return code(value if isinstance(value, str) else json.dumps(value))


def _kind(schema: Mapping[str, Any]) -> str:
    """A value in words."""
    if "anyOf" in schema:
        return "; or ".join(_kind(part) for part in schema["anyOf"])
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return ", ".join(code(str(value)) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"name → {_kind(inner)}" if isinstance(inner, dict) else "mapping"
    kind = schema.get("type", "any")
    return ", ".join([KINDS.get(kind, kind), *_bounds(schema)])


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        yield f"from {low:g} to {high:g}"
    elif low is not None:
        yield f"at least {low:g}"
    elif high is not None:
        yield f"at most {high:g}"
    if "exclusiveMinimum" in schema:
        yield f"above {schema['exclusiveMinimum']:g}"
    if "maxLength" in schema:
        yield f"at most {schema['maxLength']:,} characters"


def controls() -> Iterator[str]:
    """The standard controls, and over which range the built-in engine has them."""
    yield "| control | unit | range | neutral | scale | what it moves | `hibari` |"
    yield "|---|---|---|---|---|---|---|"
    for control in STANDARD.values():
        own = CONTROLS.get(control.name)
        reach = f"{own.low:g} … {own.high:g}" if own else ""
        yield (
            f"| `{control.name}` | {control.unit} | {control.low:g} … {control.high:g} | "
            f"{control.neutral:g} | {control.scale} | {control.meaning} | {reach} |"
        )


def emotions(host: Host) -> Iterator[str]:
    """The emotions, where they lie, and which built-in classifiers hear them."""
    dimensions = next(iter(POINTS.values()))
    yield f"| emotion | {' | '.join(dimensions)} | heard by |"
    yield f"|---|{'---|' * len(dimensions)}---|"
    built_in = [host.plugins.classifier(name) for name in ("compact", "functionals")]
    for emotion in EMOTIONS:
        point = POINTS.get(emotion, {})
        where = " | ".join(f"{point[name]:g}" if name in point else "" for name in dimensions)
        heard = ", ".join(f"`{kind.name}`" for kind in built_in if emotion in kind.labels)
        yield f"| `{emotion}` | {where} | {heard} |"


def endpoints(writer: Writer) -> Iterator[str]:
    """Each path of the server with what its docstring says."""
    yield "| path | what it does |"
    yield "|---|---|"
    for path, methods in create(Host()).openapi()["paths"].items():
        for method, told in methods.items():
            yield f"| `{method.upper()} {path}` | {writer.cell(told['description'])} |"


def metrics() -> Iterator[str]:
    """What `/metrics` tells."""
    yield "| name | kind | what it tells |"
    yield "|---|---|---|"
    for metric in create(Host()).state.service.metrics.registry.collect():
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        yield f"| `{name}` | {metric.type} | {metric.documentation} |"

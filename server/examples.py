"""Examples for the interface's description, made of its own schemas.

A schema says what may be; an example shows what is usual. Each property has the value that
its name stands for everywhere, so that one id is the same in a request and its answer. What a
schema leaves open is shown by hand, by operation (``usual_bodies``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.usual_bodies import ANSWERS, ASKED, VALUES

Schema = Mapping[str, Any]

# Deeper than anything that a reader would look at.
DEEPEST = 8


def complete(operation: dict[str, Any], key: str, schemas: Mapping[str, Schema]) -> None:
    """Give an operation's JSON bodies examples, where they have none.

    Args:
        operation: of the description; changed.
        key: its method and path, as in ``ANSWERS`` and ``ASKED``.
        schemas: the description's, by name.
    """
    for content in _json(operation.get("requestBody", {})):
        asked = ASKED.get(key) or example(content.get("schema", {}), schemas)
        content.setdefault("example", asked)
    for status, answer in operation["responses"].items():
        if not status.startswith("2"):
            continue
        for content in _json(answer):
            shown = ANSWERS.get(key) if status != "202" or not content.get("schema") else None
            if shown is None:
                shown = example(content.get("schema", {}), schemas)
            content.setdefault("example", shown)


def _json(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = body.get("content", {})
    return [content["application/json"]] if "application/json" in content else []


def example(
    schema: Schema, schemas: Mapping[str, Schema], name: str = "", deep: int = 0
) -> Any:
    """A value that fits a schema, and is what the property ``name`` usually says."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, deep)
    if "enum" in schema:
        usual = VALUES.get(name)
        return usual if usual in schema["enum"] else schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        real = [{**one, **_bounds(schema)} for one in choices if one.get("type") != "null"]
        # What may be nothing, and is nothing usual, is nothing.
        left_out = bool(name) and name not in VALUES and len(real) < len(choices)
        return None if left_out or not real else example(real[0], schemas, name, deep)
    match schema.get("type"):
        case "object" if deep < DEEPEST:
            return _object(schema, schemas, deep)
        case "array" if deep < DEEPEST:
            return _array(schema, schemas, name, deep)
        case "string":
            return _text(schema, name)
        case "integer" | "number" as kind:
            return _number(schema, name, whole=kind == "integer")
        case "boolean":
            return bool(schema.get("default", True))
        case "array":
            return []
        case "object":
            return {}
        case _:
            return VALUES.get(name)


def _bounds(schema: Schema) -> dict[str, Any]:
    """What a choice's schema says of whichever it is."""
    return {key: schema[key] for key in ("maximum", "minimum", "maxLength") if key in schema}


def _object(schema: Schema, schemas: Mapping[str, Schema], deep: int) -> dict[str, Any]:
    needed, parts = set(schema.get("required", ())), schema.get("properties", {})
    shown = {
        name: example(of, schemas, name, deep + 1)
        for name, of in parts.items()
        if name in needed or (name in VALUES and "default" not in of)
    }
    # Where all may be left out, what is meant then is shown.
    meant = ((name, of["default"]) for name, of in parts.items() if of.get("default"))
    return shown or dict(meant)


def _array(schema: Schema, schemas: Mapping[str, Schema], name: str, deep: int) -> list[Any]:
    usual = VALUES.get(name)
    if isinstance(usual, list):
        return usual
    if parts := schema.get("prefixItems"):
        return [example(one, schemas, "", deep + 1) for one in parts]
    items = schema.get("items")
    if not isinstance(items, Mapping) or not items:
        return []
    few = max(1, schema.get("minItems", 1))
    return [example(items, schemas, name.removesuffix("s"), deep + 1) for _ in range(few)]


def _text(schema: Schema, name: str) -> str:
    usual = VALUES.get(name)
    text = usual if isinstance(usual, str) else schema.get("default") or name.replace("_", " ")
    text = str(text)[: schema.get("maxLength", len(str(text)))]
    return text.ljust(schema.get("minLength", 0), "x")


def _number(schema: Schema, name: str, *, whole: bool) -> float:
    usual = VALUES.get(name)
    # A moment on the clock is whole; with decimals it is one of the session's, in seconds.
    fits = isinstance(usual, int if whole else float)
    number = usual if fits else schema.get("default")
    least, most = schema.get("minimum"), schema.get("maximum")
    if not isinstance(number, int | float) or isinstance(number, bool):
        number = 1 if least is None else least
    if least is not None:
        number = max(number, least)
    if most is not None:
        number = min(number, most)
    return int(number) if whole else float(number)

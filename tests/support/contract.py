"""The contract's structures as a JSON schema: what may stand in what others write and read."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from pathlib import Path

import msgspec

import shared

SCHEMA = Path(__file__).parents[1] / "unit" / "shared" / "schema.json"

# Words for people, which are not part of what is exchanged.
_SAID = {"description", "title"}


def classes() -> list[type]:
    """Every class that ``shared`` makes, in the order of modules and names."""
    modules = [
        importlib.import_module(f"shared.{found.name}")
        for found in pkgutil.iter_modules(shared.__path__)
    ]
    found = {
        one
        for module in modules
        for _, one in inspect.getmembers(module, inspect.isclass)
        if one.__module__ == module.__name__
    }
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


def structs() -> list[type[msgspec.Struct]]:
    """Those of them that are written and read."""
    return [one for one in classes() if issubclass(one, msgspec.Struct)]


def schema() -> str:
    """All of them, to be compared: members, types, bounds, patterns, defaults."""
    _, components = msgspec.json.schema_components(structs())
    return json.dumps(_bare(components), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _bare(node: object) -> object:
    match node:
        case dict():
            # A member may be called ``title`` too: then it is a schema and no text.
            return {
                name: _bare(inner)
                for name, inner in node.items()
                if not (name in _SAID and isinstance(inner, str))
            }
        case list():
            return [_bare(inner) for inner in node]
        case _:
            return node


if __name__ == "__main__":
    SCHEMA.write_text(schema(), "utf-8")

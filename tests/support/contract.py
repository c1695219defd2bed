"""The contract as others know it: its structures as a JSON schema, its constants as they are.

Both are kept beside the tests; ``python -m support.contract`` writes them anew.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import json
import pkgutil
from enum import Enum
from importlib.abc import InspectLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

import shared

_KEPT = Path(__file__).parents[1] / "unit" / "shared"
SCHEMA = _KEPT / "schema.json"
VALUES = _KEPT / "values.json"

# Words for people, which are not part of what is exchanged.
_SAID = {"description", "title"}


def modules() -> list[ModuleType]:
    """Every module of ``shared``, in the order of their names."""
    names = sorted(found.name for found in pkgutil.iter_modules(shared.__path__))
    return [importlib.import_module(f"shared.{name}") for name in names]


def classes() -> list[type]:
    """Every class that ``shared`` makes, in the order of modules and names."""
    found = {
        one
        for module in modules()
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


def values() -> str:
    """All public constants, the members of enumerations, and what is left out where a value
    is made (with whether it is shown), as Python writes them.
    """
    found = {module.__name__: _constants(module) for module in modules()}
    for one in classes():
        if issubclass(one, Enum):
            own = {member.name: repr(member.value) for member in one}
        elif dataclasses.is_dataclass(one):
            own = {field.name: _left_out(field) for field in dataclasses.fields(one)}
        else:
            continue
        found[f"{one.__module__}.{one.__qualname__}"] = own
    kept = {name: own for name, own in found.items() if own}
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


def _constants(module: ModuleType) -> dict[str, str]:
    """What a module itself binds by assignments."""
    names = [
        bound.id
        for node in ast.parse(_source(module)).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for bound in (target.elts if isinstance(target, ast.Tuple) else [target])
        if isinstance(bound, ast.Name) and not bound.id.startswith("_")
    ]
    said = {name: repr(getattr(module, name)) for name in names}
    # What has an address is no value: functions, programs.
    return {name: text for name, text in said.items() if " at 0x" not in text}


def _source(module: ModuleType) -> str:
    """From its loader: where a module is tried with a change, its file has another text."""
    loader = module.__loader__
    assert isinstance(loader, InspectLoader)
    source = loader.get_source(module.__name__)
    assert source is not None
    return source


def _left_out(field: dataclasses.Field[Any]) -> str:
    default = "" if field.default is dataclasses.MISSING else repr(field.default)
    return f"{default} {'' if field.repr else 'not shown'}".strip()


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
    VALUES.write_text(values(), "utf-8")

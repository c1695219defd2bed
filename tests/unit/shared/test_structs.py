"""Whatever the contract's modules make is a value: said by name, and never changed."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import msgspec
import pytest

import shared

MODULES = [
    importlib.import_module(f"shared.{found.name}")
    for found in pkgutil.iter_modules(shared.__path__)
]
CLASSES = {
    one
    for module in MODULES
    for _, one in inspect.getmembers(module, inspect.isclass)
    if one.__module__ == module.__name__
}
STRUCTS = sorted((c for c in CLASSES if issubclass(c, msgspec.Struct)), key=str)
# What is filled while something runs; everything else is a value.
FILLED = {"Ledger", "_Judged"}


@pytest.mark.parametrize("struct", STRUCTS)
def test_a_struct_is_said_by_name_and_never_changed(struct: type[msgspec.Struct]) -> None:
    members = inspect.signature(struct).parameters.values()

    assert struct.__struct_config__.frozen
    assert members
    assert {member.kind for member in members} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(
    "name", sorted(c.__qualname__ for c in CLASSES if dataclasses.is_dataclass(c))
)
def test_a_dataclass_is_frozen_or_filled(name: str) -> None:
    (made,) = (c for c in CLASSES if c.__qualname__ == name and dataclasses.is_dataclass(c))

    assert made.__dataclass_params__.frozen == (name not in FILLED)
    assert hasattr(made, "__slots__")

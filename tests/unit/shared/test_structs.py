"""Whatever the contract's modules make is a value: said by name, and never changed."""

from __future__ import annotations

import dataclasses
import inspect

import msgspec
import pytest
from support.contract import SCHEMA, VALUES, classes, schema, structs, values

DATACLASSES = [one for one in classes() if dataclasses.is_dataclass(one)]

# What is filled while something runs; everything else is a value.
FILLED = {"Ledger", "_Judged"}


@pytest.mark.parametrize("struct", structs(), ids=str)
def test_a_struct_is_said_by_name_and_never_changed(struct: type[msgspec.Struct]) -> None:
    members = inspect.signature(struct).parameters.values()

    assert struct.__struct_config__.frozen
    assert members
    assert {member.kind for member in members} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("made", DATACLASSES, ids=str)
def test_a_dataclass_is_frozen_or_filled(made: type) -> None:
    assert made.__dataclass_params__.frozen == (made.__qualname__ not in FILLED)
    assert hasattr(made, "__slots__")


def test_what_is_exchanged_is_bound_as_it_was_read_once() -> None:
    """Changed on purpose? ``python -m support.contract`` in ``tests/``, and read what is new:
    what was written before must still be read.
    """
    assert schema() == SCHEMA.read_text("utf-8")


def test_names_and_bounds_are_as_they_were_read_once() -> None:
    """Changed on purpose? As above; the specification says most of them too."""
    assert values() == VALUES.read_text("utf-8")

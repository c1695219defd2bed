"""Tables as CSV and JSON: nothing in them is run, and their form holds for any text."""

from __future__ import annotations

import asyncio
import codecs
import csv
import io
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.integrations.tables import FORMULA, Format, Row, safe, written

COLUMNS = ("a", "b")
CELLS = st.none() | st.booleans() | st.integers() | st.text(max_size=20)


def table(rows: list[Row], form: Format) -> bytes:
    async def portions() -> AsyncIterator[list[Row]]:
        for row in rows:
            yield [row]

    async def whole() -> bytes:
        return b"".join([part async for part in written(COLUMNS, portions(), form)])

    return asyncio.run(whole())


@pytest.mark.parametrize("start", FORMULA)
def test_what_looks_like_a_formula_is_text(start: str) -> None:
    assert safe(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_numbers_and_names_stay() -> None:
    assert [safe(cell) for cell in (-1.5, "Ada", None, True)] == [-1.5, "Ada", None, True]


@given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_json_is_a_list_of_objects(rows: list[Row]) -> None:
    read = json.loads(table(rows, Format.JSON))
    assert read == [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def test_a_spreadsheet_knows_csv_for_utf_8_and_json_is_plain() -> None:
    rows: list[Row] = [("Müller", 1)]
    assert table(rows, Format.CSV) == codecs.BOM_UTF8 + "a,b\r\nMüller,1\r\n".encode()
    assert table(rows, Format.JSON).startswith(b"[")


@given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_csv_has_a_line_for_each_row_and_no_formula(rows: list[Row]) -> None:
    text = table(rows, Format.CSV).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == list(COLUMNS)
    assert len(read) == len(rows) + 1
    for row, given_row in zip(read[1:], rows, strict=True):
        for cell, was in zip(row, given_row, strict=True):
            assert not cell.startswith(FORMULA) or isinstance(was, int)

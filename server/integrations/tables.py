"""Rows of an export as CSV or JSON, written as they come."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from server.spreadsheets import BOM

Cell = str | int | float | bool | None
Row = Sequence[Cell]

# What a spreadsheet takes for a formula at a cell's beginning (OWASP, "CSV Injection"), also
# as the wide characters that some of them read alike.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


class Format(StrEnum):
    """What an export can be written as."""

    CSV = "csv"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """Its media type."""
        return {"csv": "text/csv; charset=utf-8", "json": "application/json"}[self]


def safe(cell: Cell) -> Cell:
    """A cell that no spreadsheet runs: text that looks like a formula gets an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


async def written(
    columns: Sequence[str], portions: AsyncIterator[list[Row]], form: Format
) -> AsyncIterator[bytes]:
    """The table, portion by portion. CSV begins with what spreadsheets know UTF-8 by; JSON is a
    list of objects with the columns' names.
    """
    match form:
        case Format.CSV:
            yield BOM.encode() + _lines([columns])
            async for rows in portions:
                yield _lines([[safe(cell) for cell in row] for row in rows])
        case Format.JSON:
            before = b"[\n"
            async for rows in portions:
                for row in rows:
                    named: dict[str, Any] = dict(zip(columns, row, strict=True))
                    yield before + msgspec.json.encode(named)
                    before = b",\n"
            yield (b"[]\n" if before == b"[\n" else b"\n]\n")


def _lines(rows: Sequence[Row]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(
        ["" if cell is None else _plain(cell) for cell in row] for row in rows
    )
    return out.getvalue().encode()


def _plain(cell: Cell) -> Cell:
    return str(cell).lower() if isinstance(cell, bool) else cell

"""Looks for words that are to be gone (a name, an address) in every table and in files.

Words are compared as they are written, in UTF-8 and, in letters, however these are encoded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    LargeBinary,
    String,
    Text,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from server.storage.tables import Table

# What letters are kept as (``mail.carriers``).
LETTER = ".eml"


@dataclass(frozen=True, slots=True)
class Found:
    """Something is left: where, and what it is."""

    where: str
    what: str


async def in_tables(db: AsyncSession, words: Collection[str]) -> list[Found]:
    """The tables that hold one of these words, with how many rows do."""
    found: list[Found] = []
    sqlite = db.get_bind().dialect.name == "sqlite"
    for table in Table.metadata.sorted_tables:
        for word in words:
            holds = [
                _holds(column, word, sqlite=sqlite)
                for column in table.columns
                if isinstance(column.type, String | Text | JSON | LargeBinary)
            ]
            if not holds:
                continue
            query = select(func.count()).select_from(table).where(or_(*holds))
            if count := await db.scalar(query):
                found.append(Found(f"table {table.name}", f"{count} rows hold {word!r}"))
    return found


def in_data(data: bytes, words: Collection[str]) -> Iterator[str]:
    """Those of the words that are in some bytes."""
    return (word for word in words if word.encode() in data)


def in_letter(path: Path, words: Collection[str]) -> Iterator[str]:
    """Those of the words that a letter says, or its heads."""
    letter = message_from_bytes(path.read_bytes(), policy=default)
    heads = "\n".join(str(value) for value in letter.values())
    body = letter.get_body(("plain", "html"))
    said = heads if body is None else f"{heads}\n{body.get_content()}"
    return (word for word in words if word in said)


def _holds(column: Column[Any], word: str, *, sqlite: bool) -> ColumnElement[bool]:
    raw = isinstance(column.type, LargeBinary)
    if sqlite:
        own = type_coerce(column, LargeBinary) if raw else cast(column, Text)
        return func.instr(own, word.encode() if raw else word) > 0
    if raw:
        return func.strpos(func.encode(column, "hex"), word.encode().hex()) > 0
    return func.strpos(cast(column, Text), word) > 0

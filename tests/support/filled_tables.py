"""A database of any revision with rows in every table, and what has to stay of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, inspect, select, text

# Rows a table gets: with two, a column that lost its own value shows.
ROWS = 2

# What each database keeps of words in its own way, and no table of ours.
OWN_INDEX = "search_index"

Rows = list[dict[str, Any]]


def fill_empty(connection: Connection) -> None:
    """Put ``ROWS`` rows into every table that has none, each column with a value of its own."""
    for table in _tables(connection):
        if connection.execute(select(table).limit(1)).first() is None:
            rows = [_row(connection, table, n) for n in range(ROWS)]
            connection.execute(table.insert(), rows)


def contents(connection: Connection) -> dict[str, Rows]:
    """Every row of every table, in the order of their keys."""
    return {
        table.name: [
            dict(row._mapping)
            for row in connection.execute(select(table).order_by(*table.primary_key))
        ]
        for table in _tables(connection)
    }


def triggers(connection: Connection) -> set[str]:
    """The names of what guards the tables."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return set(connection.scalars(text(query)))


def kept(before: dict[str, Rows], after: dict[str, Rows]) -> dict[str, Rows]:
    """Of ``after``, the tables and columns that ``before`` has."""
    return {
        name: [{key: row[key] for key in rows[0]} for row in after.get(name, [])]
        for name, rows in before.items()
    }


def _tables(connection: Connection) -> list[Table]:
    """Every table there is, those first that others refer to."""
    metadata = MetaData()
    names = [
        name
        for name in inspect(connection).get_table_names()
        if "alembic" not in name and not name.startswith(OWN_INDEX)
    ]
    metadata.reflect(connection, only=names)
    return metadata.sorted_tables


def _row(connection: Connection, table: Table, n: int) -> dict[str, Any]:
    row = {column.name: _value(column, n) for column in table.columns}
    for constraint in table.foreign_key_constraints:
        for own, key in zip(constraint.columns, constraint.elements, strict=True):
            known = connection.scalars(select(key.column).order_by(key.column)).all()
            row[own.name] = known[n]
    return row


def _value(column: Column[Any], n: int) -> Any:
    length = getattr(column.type, "length", None)
    match column.type.python_type.__name__:
        case "bool":
            return bool(n)
        case "int":
            return 1_790_000_000_000_000 + n
        case "float":
            return n + 0.25
        case "bytes":
            return b"\0" + column.name.encode() + bytes([n, 255])
        case "dict":
            return {"of": str(column.name), "n": n}
        case _:
            return f"{n} {column.name} \N{GREEK SMALL LETTER MU}"[:length]

"""One trip to SQLite's thread a statement, instead of four.

SQLAlchemy's aiosqlite dialect goes to the connection's thread to make a cursor, to execute,
to fetch and to close; a transaction of ten statements is then forty trips through two
queues and the event loop, which cost several times what SQLite does. These listeners (for
the dialect events ``do_execute`` and ``do_executemany``) do all four in one.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any

# What a statement leaves on SQLAlchemy's cursor: description, rows, lastrowid, rowcount.
_Outcome = tuple[Any, list[Any], int | None, int]


def execute_at_once(cursor: Any, statement: str, parameters: Any, _context: Any) -> bool:
    """Execute; whether this did, or the dialect shall (for a cursor that streams)."""
    return _run(cursor, lambda own: own.execute(statement, parameters))


def execute_many_at_once(cursor: Any, statement: str, parameters: Any, _context: Any) -> bool:
    """The same for one statement with many rows of parameters."""
    return _run(cursor, lambda own: own.executemany(statement, parameters))


def _run(cursor: Any, work: Callable[[sqlite3.Cursor], Any]) -> bool:
    if cursor.server_side:
        return False
    driver = cursor._connection  # noqa: SLF001  (aiosqlite's connection, see above)

    def trip() -> _Outcome:
        own = driver._conn.cursor()  # noqa: SLF001
        try:
            work(own)
            rows = own.fetchall() if own.description else []
            return own.description, rows, own.lastrowid, own.rowcount
        finally:
            own.close()

    outcome: _Outcome = cursor.await_(driver._execute(trip))  # noqa: SLF001
    cursor.description, rows, cursor.lastrowid, cursor.rowcount = outcome
    cursor._rows = deque(rows)  # noqa: SLF001
    return True

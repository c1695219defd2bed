"""Parts of names, written large or small, the same on both databases.

Neither makes letters beyond ASCII small for sure: SQLite never does, and PostgreSQL only where
its locale says so. So each letter is asked for in all the ways that it is written.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

# What means something else to GLOB than itself, unless it stands in brackets.
_GLOB = frozenset("*?[")


def holds(db: AsyncSession, column: Any, part: str) -> ColumnElement[bool]:
    """Whether a text has ``part`` in it."""
    if db.get_bind().dialect.name == "sqlite":
        return column.op("GLOB", is_comparison=True)(f"*{''.join(map(_globbed, part))}*")
    return column.regexp_match("".join(map(_matched, part)))


def _written(char: str) -> list[str]:
    """A character in all ways; what becomes several characters (``ß`` to ``SS``) is none."""
    ways = dict.fromkeys((char, char.lower(), char.upper(), char.title()))
    return [one for one in ways if len(one) == 1]


def _globbed(char: str) -> str:
    ways = _written(char)
    return f"[{''.join(ways)}]" if len(ways) > 1 or char in _GLOB else char


def _matched(char: str) -> str:
    """Alternatives and no brackets: a database may count bytes and not characters."""
    ways = _written(char)
    return f"(?:{'|'.join(ways)})" if len(ways) > 1 else re.escape(char)

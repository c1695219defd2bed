"""What is raised where the database cannot work, made one kind that is told from a bug.

SQLite's driver has a class for it (``OperationalError``). asyncpg's errors, as SQLAlchemy
passes them on, have none: what PostgreSQL says is told by its SQLSTATE alone, a lost connection
by ``connection_invalidated``, and what is said while connecting comes as asyncpg's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

# SQLSTATEs, by how they begin (https://www.postgresql.org/docs/current/errcodes-appendix.html):
# no connection; a transaction that gave way to another; a server that is a copy since another
# one took over; no room; an operator's doing; the disk below it.
_STATES = ("08", "40", "25006", "53", "57", "58")


class DatabaseUnready(Exception):
    """The database cannot do this at the moment, and may in the next."""


@contextmanager
def outages_told() -> Iterator[None]:
    """Around whatever asks the database.

    Raises:
        DatabaseUnready: in place of a driver's exception that says no more than that.
    """
    try:
        yield
    except Exception as error:
        if is_outage(error):
            raise DatabaseUnready(str(error)) from error
        raise


def is_outage(error: Exception) -> bool:
    """Whether an exception says that the database cannot work at the moment."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    said = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(said, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_STATES)

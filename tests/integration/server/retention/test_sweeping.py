"""Every table that has something of a session is swept, whichever room it is of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from support import postgres
from support.filled_tables import ROWS, fill_empty

import server.app  # noqa: F401  (for the tables of every room)
from server.candidates.models import CandidateLinkRow
from server.config import Settings
from server.ingest.models import ExamSession
from server.retention.models import DestructionRow
from server.retention.sweeping import left, sweep
from server.retention.traces import in_tables
from server.storage.database import Database
from server.storage.schema import migrate

pytestmark = pytest.mark.anyio

# What a session may leave behind, and what others look after: the log names its head.
STAYS = {"destruction", "consent", "candidate_link", "logged_head", "enrolment"}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'x.db'}"
        return
    if not postgres.available():
        pytest.skip("PostgreSQL is not on this machine")
    with postgres.cluster() as socket:
        yield postgres.url(socket)


async def test_a_session_is_swept_from_every_table(url: str) -> None:
    database = Database(Settings(data_dir=Path(), database_url=url).database)
    await migrate(database)
    async with database.connection() as connection:
        await connection.run_sync(fill_empty)
    async with database.transaction() as db:
        own, other = list(await db.scalars(select(ExamSession.id).order_by(ExamSession.id)))
        named = {one.where for one in await in_tables(db, [own])}
        assert {"table exam_session", "table record"} <= named
        assert await in_tables(db, ["nobody is called so"]) == []
        others = await left(db, other)
        before = await left(db, own)
        assert {"record", "receipt", "decision", "session_decision", "mention"} <= set(before)
        destruction = (
            await db.scalars(select(DestructionRow).where(DestructionRow.session_id == own))
        ).one()
        destruction.finished, destruction.records = None, True
        await db.flush()
        assert await sweep(db, own) >= len(before)
        assert await left(db, own) == {}
        assert await left(db, other) == others
        assert len(list(await db.scalars(select(CandidateLinkRow)))) == ROWS
        # Nothing else in the database names it, but for what says that there was a session.
        for table in await _tables(db):
            rows = (await db.execute(text(f'SELECT * FROM "{table}"'))).mappings()
            named = [row for row in rows if own in _sessions_named(row)]
            assert not named or table in STAYS | {"exam_session"}, table
    await database.close()


def _sessions_named(row) -> set[str]:
    """The sessions that a row is of or about; every table is filled with the same ids."""
    return {str(value) for name, value in row.items() if "session" in name or "subject" in name}


async def _tables(db) -> list[str]:
    sqlite = db.get_bind().dialect.name == "sqlite"
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if sqlite
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    return [name for (name,) in await db.execute(text(query)) if "search_index" not in name]

"""Every route that shows evidence leaves an entry in the institution's log.

The routes are those of ``support.authority``, which has a row for each of the application's
own: whatever is read of one session, or of many, is either written down or is named here with
the reason why it shows no evidence.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import func, select
from support.authority import LINK, RECORDER, ROWS, WEBSOCKET, Row
from support.campus import Campus, client_of, connected, copy_of
from support.two_houses import House, found_house, signed_in

from server.accounts.models import Role
from server.audit.models import LogEntryRow
from server.audit.service import WINDOW
from server.storage.database import Database

pytestmark = pytest.mark.anyio

# What is read of a session and is no evidence, and why.
NO_EVIDENCE = {
    "GET /sessions/{session_id}/receipts": "the server's own signatures: hashes and numbers",
    "GET /sessions/{session_id}/report": "how far the making of a report is",
    "GET /sessions/{session_id}/conclusion": "what staff concluded, and the form for it",
    "GET /api/v1/sessions/{session_id}/decisions": "what staff decided and when",
    "GET /api/v1/sessions/{session_id}/commands": "what staff asked of the recorder",
    "GET /api/v1/sessions/{session_id}/live": "where the exam stands; words of the program",
    "GET /settings/data-protection/sessions/{session_id}/certificates": "what was destroyed",
}

# What is read of a candidate's session by themselves, by link.
OWN = {"GET /my/{my_token}/copy"}

# What shows things of many sessions at once.
OF_MANY = {
    "GET /live",
    "GET /live/tiles",
    "GET /api/v1/live/board",
    "GET /api/v1/exports/sessions",
    "GET /api/v1/exports/flags",
    "GET /api/v1/exports/decisions",
    "GET /api/v1/exports/candidates",
    "GET /api/v1/exports/audit",
}


# What is written beside a flag or a session, and answered with a part of its page.
ANSWERED = (
    "/sessions/{session_id}/flags/",
    "/sessions/{session_id}/notes",
    "/sessions/{session_id}/assignment",
    "/sessions/{session_id}/conclusion",
    "/sessions/{session_id}/decisions",
)


def shows_evidence(row: Row) -> bool:
    """Whether reading this is to be written down."""
    if row.method == "POST" and row.path.startswith(ANSWERED):
        return True
    if str(row) in NO_EVIDENCE or row.method != "GET" or row.least is RECORDER:
        return False
    return "{session_id}" in row.path or "/copy" in row.path or str(row) in OF_MANY


VIEWS = [row for row in ROWS if shows_evidence(row)]


@dataclass
class Seen:
    """A house whose log is looked at."""

    campus: Campus
    client: httpx.AsyncClient
    database: Database
    house: House

    async def entries(self) -> int:
        """How many entries say that somebody saw or took something."""
        told = LogEntryRow.action.like("access.%")
        told |= LogEntryRow.action.in_(["board.watch", "export.take"])
        query = select(func.count()).where(
            told, LogEntryRow.institution_id == self.house.institution.id
        )
        async with self.database.transaction() as db:
            return await db.scalar(query) or 0

    async def ask(self, row: Row) -> httpx.Response:
        """Ask for it as somebody who may, when nothing speaks for it any more."""
        self.campus.clock.advance(WINDOW + 1)
        self.client.cookies.clear()
        headers: dict[str, str] = {}
        if isinstance(row.least, Role):
            headers = await signed_in(self.database, self.house, row.least)
        path = row.path.format(**{**self.house.ids, **row.at})
        while True:
            answer = await self.client.request(
                row.method, path, data=row.form, headers=headers, follow_redirects=False
            )
            if answer.status_code != httpx.codes.ACCEPTED:
                return answer
            await asyncio.sleep(0.05)  # a verdict that is still being worked out


@pytest.fixture(scope="module")
async def seen(
    template: Campus, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Seen]:
    campus = copy_of(template, tmp_path_factory.mktemp("views") / "data")
    async with client_of(campus) as client, connected(campus.settings) as database:
        yield Seen(campus, client, database, await found_house(campus, client, "ours"))


def test_what_is_named_here_is_there() -> None:
    named = {str(row) for row in ROWS}
    assert {*NO_EVIDENCE, *OWN, *OF_MANY} <= named
    assert {str(row) for row in VIEWS} >= {*OWN, *OF_MANY}
    media = [row for row in ROWS if row.path.startswith("/media/")]
    assert media
    assert all(shows_evidence(row) for row in media), "nothing under /media is no evidence"
    sockets = {
        row.path for row in ROWS if row.method == WEBSOCKET and row.least is not RECORDER
    }
    assert sockets == {"/api/v1/live/board"}, "another WebSocket needs a test of its own"
    links = {str(row) for row in ROWS if row.least is LINK and row.path.startswith("/my/")}
    assert links >= OWN


@pytest.mark.parametrize("row", VIEWS, ids=str)
async def test_who_sees_evidence_is_in_the_log(seen: Seen, row: Row) -> None:
    before = await seen.entries()
    answer = await seen.ask(row)
    # What this house recorded is no film; that it was asked for is written down before.
    assert answer.status_code in {200, 204, 206, 303, 422}, answer.text
    assert await seen.entries() > before, "it was shown, and nobody wrote it down"

"""Pages at size: what the server takes for one, at 10,000 sessions and at 10,000 flags.

The database is filled by rows, as if it had been recorded; flags, scores and the search index
are made of them by the server itself. A figure is the median of some requests to the
application in this process, without a network: the server's own time.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from bench.measure import Row, at_most, noted
from sqlalchemy import insert, update
from support import postgres
from support.campus import Campus, client_of, connected, found_campus, redeem, sign_in

from server.enrolment.models import Candidate, Enrolment
from server.ingest.models import ExamSession, IncidentRow
from server.review.ranking import BATCH, refresh_stale
from server.storage.database import Database
from shared.flags import Kind

SESSIONS = 10_000
FLAGS = 10_000
INCIDENTS_EACH = 5
BUDGET_MS = 200.0
TIMES = 7
PORTION = 1_000

KINDS = list(Kind)
WORDS = ("Messenger", "Mail", "Chat GPT", "Notes", "Calculator", "Lecture 7", "Browser")


def run() -> list[Row]:
    """On SQLite, and on PostgreSQL where there is one."""
    rows = asyncio.run(_measured("SQLite", None))
    if postgres.available():
        with ExitStack() as stack:
            socket = stack.enter_context(postgres.cluster())
            rows += asyncio.run(_measured("PostgreSQL", postgres.url(socket)))
    return rows


async def _measured(name: str, url: str | None) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        settings: dict[str, Any] = {} if url is None else {"database_url": url}
        campus = await found_campus(Path(folder) / "data", **settings)
        async with client_of(campus) as client:
            pupil = await redeem(client, await campus.code("big"))
            pupil.open()
            await pupil.hand_in()
        big = pupil.session
        made_s = await _fill(campus, big)
        async with client_of(campus) as client:
            await sign_in(campus, client, campus.proctor)
            pages = {
                "sessions list at 10,000 sessions": "/sessions",
                "queue with filters": "/sessions?kind=gaze_away&sort=open&min=5",
                "queue with search": "/sessions?q=chat+lect",
                "next in the queue": "/queue/next?at=30.0~1~" + "0" * 32,
                "session page with 10,000 flags": f"/sessions/{big}",
            }
            found = [
                at_most(f"{what}, {name}", await _median_ms(client, path), BUDGET_MS, "ms", 0)
                for what, path in pages.items()
            ]
    return [*found, noted(f"scoring 10,000 sessions anew, {name}", f"{made_s:.0f} s")]


async def _median_ms(client: httpx.AsyncClient, path: str) -> float:
    taken: list[float] = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        answer = await client.get(path, follow_redirects=False)
        taken.append(1000 * (time.perf_counter() - began))
        assert answer.status_code in {200, 303}, (path, answer.status_code)
    return median(taken[1:])


async def _fill(campus: Campus, big: str) -> float:
    """Make sessions like one that was recorded, and give that one its many flags; how long
    the server took to score all of them (seconds). Its application does not run meanwhile.
    """
    async with connected(campus.settings) as database:
        await _copy(database, big)
        await _flag(database, big)
        began = time.monotonic()
        while True:
            async with database.transaction() as db:
                if len(await refresh_stale(db, campus.institution.id)) < BATCH:
                    return time.monotonic() - began


async def _copy(database: Database, original: str) -> None:
    for at in range(0, SESSIONS, PORTION):
        async with database.transaction() as db:
            session = await db.get_one(ExamSession, original)
            place = await db.get_one(Enrolment, session.enrolment_id)
            person = await db.get_one(Candidate, session.candidate_id)
            numbers = range(at, at + PORTION)
            await db.execute(
                insert(Candidate), [_like(person, n, name=_name(n)) for n in numbers]
            )
            places = [_like(place, n, candidate_id=_id("candidate", n)) for n in numbers]
            await db.execute(insert(Enrolment), places)
            own = {"state": "closed", "closed": True, "size": 1_000}
            await db.execute(
                insert(ExamSession),
                [
                    _like(
                        session,
                        n,
                        enrolment_id=_id("enrolment", n),
                        candidate_id=_id("candidate", n),
                        created=session.created + n,
                        **own,
                    )
                    for n in numbers
                ],
            )
            incidents = [
                _incident(_id("exam_session", n), session, n * INCIDENTS_EACH + k, 90 * k)
                for n in numbers
                for k in range(INCIDENTS_EACH)
            ]
            await db.execute(insert(IncidentRow), incidents)


async def _flag(database: Database, session_id: str) -> None:
    """Incidents so far apart that each is a flag."""
    async with database.transaction() as db:
        session = await db.get_one(ExamSession, session_id)
        rows = [_incident(session_id, session, n, 61 * n) for n in range(FLAGS)]
        for at in range(0, FLAGS, PORTION):
            await db.execute(insert(IncidentRow), rows[at : at + PORTION])
        grown = {"size": FLAGS, "mono": session.mono + 61_000_000 * FLAGS, "state": "closed"}
        mine = ExamSession.id == session_id
        await db.execute(update(ExamSession).where(mine).values(closed=True, **grown))


def _incident(session_id: str, like: ExamSession, n: int, at_s: int) -> dict[str, Any]:
    start = like.mono + at_s * 1_000_000
    title = f"{WORDS[n % len(WORDS)]} - {WORDS[n // 7 % len(WORDS)]}"
    return {
        "session_id": session_id,
        "incident_id": f"{n:032x}",
        "kind": KINDS[n % len(KINDS)].value,
        "boot": like.boot,
        "start": start,
        "end": start + 3_000_000,
        "severity": ("low", "medium", "high", "critical")[n % 4],
        "confidence": 0.5 + n % 50 / 100,
        "detail": {"reason": f"seen for {n % 9} s", "title": title},
        "begin_seq": n % 1_000,
        "end_seq": n % 1_000,
    }


def _like(row: Any, n: int, **changes: Any) -> dict[str, Any]:
    """A row's columns, under an id of its own and whatever else has to be its own."""
    table = row.__table__
    told = {column.key: getattr(row, column.key) for column in table.columns}
    unique: dict[str, Callable[[Any], Any]] = {
        "code_hash": lambda _: f"{n:064x}",
        "reference": lambda _: f"r-{n}",
    }
    own = {key: made(told[key]) for key, made in unique.items() if key in told}
    return told | {"id": _id(table.name, n)} | own | changes


def _id(table: str, n: int) -> str:
    return f"{len(table):02x}{n:030x}"


def _name(n: int) -> str:
    return f"Candidate {n:05d}"

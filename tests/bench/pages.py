"""Pages at size: what the server takes for one, at 10,000 sessions and at 10,000 flags.

The database is filled by rows, as if it had been recorded. The server itself makes flags,
scores and words of ``PATTERN`` sessions; the others are copies of those. A figure is the median
of some requests to the application in this process, without a network: the server's own time,
with the CPU time that it took, which tells how busy the machine was besides.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from bench.measure import Row, noted
from bench.peer import peer
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import insert, inspect, text, update
from support import postgres
from support.campus import HOUR, Campus, client_of, connected, found_campus, redeem, sign_in

from server.enrolment.models import Candidate, Enrolment
from server.ingest.models import ExamSession, IncidentRow
from server.review.models import FlagRow, LikenessRow, RankRow, SearchDocumentRow
from server.review.ranking import refresh_stale
from server.serving import spare_program
from server.storage.database import Database
from shared.flags import Kind

SESSIONS = 10_000
PATTERN = 200
FLAGS = 10_000
INCIDENTS_EACH = 5
BUDGET_MS = 200.0
TIMES = 7
OTHER_TIMES = 5
PORTION = 1_000

# What of a session is copied row by row; what has its words in the search's index comes after.
COPIED = (IncidentRow, RankRow, FlagRow, LikenessRow)

KINDS = list(Kind)
WORDS = ("Messenger", "Mail", "Chat GPT", "Notes", "Calculator", "Lecture 7", "Browser")


def run() -> list[Row]:
    """On SQLite, and on PostgreSQL where there is one."""
    rows = [peer(), *asyncio.run(_measured("SQLite", None))]
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
        each_ms = await _fill(campus, big)
        async with client_of(campus) as client:
            spare_program()
            headers = await sign_in(campus, client, campus.proctor)
            rows = [await _page(client, f"{what}, {name}", path) for what, path in _paths(big)]
            deciding = _Deciding(client, big, headers | {"HX-Request": "true"})
            rows.append(await _timed(f"a decision among 10,000 flags, {name}", deciding.next))
            await sign_in(campus, client, campus.admin)
            ids = {"session_id": big, "exam_id": campus.exam.id}
            rows += [await _others(client, name, _routes(campus.app, ids))]
    return [*rows, noted(f"scoring a session of 5 anew, {name}", f"{each_ms:.1f} ms")]


def _paths(big: str) -> list[tuple[str, str]]:
    ids = ",".join(f"{n:032x}" for n in range(5_000, 5_060))
    return [
        ("sessions list at 10,000 sessions", "/sessions"),
        ("queue with filters", "/sessions?kind=gaze_away&sort=open&min=5"),
        ("queue with search", "/sessions?q=chat+lect"),
        ("next in the queue", "/queue/next?at=30.0~1~" + "0" * 32),
        ("session page with 10,000 flags", f"/sessions/{big}"),
        ("its timeline's data", f"/sessions/{big}/timeline.json"),
        ("60 rows of its list", f"/sessions/{big}/rows?ids={ids}"),
    ]


def _routes(app: Litestar, ids: Mapping[str, str]) -> list[str]:
    """The paths of everything that is looked at under these ids, or under none."""
    found = {
        route.path_format
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path_parameters.keys() <= ids.keys()
        for one in route.route_handlers
        if "GET" in one.http_methods and not one.resolve_include_in_schema()
    }
    return [path.format(**ids) for path in sorted(found)]


async def _others(client: httpx.AsyncClient, name: str, paths: list[str]) -> Row:
    """The slowest of all pages; files to take away are none."""
    taken: list[tuple[float, str]] = []
    for path in paths:
        first = await client.get(path, follow_redirects=False)
        if not first.headers.get("Content-Type", "").startswith("text/html"):
            continue
        assert first.status_code == 200, (path, first.status_code)
        walls: list[float] = []
        for _ in range(OTHER_TIMES):
            began = time.perf_counter()
            await client.get(path)
            walls.append(1000 * (time.perf_counter() - began))
        taken.append((median(walls), path))
    wall, path = max(taken)
    kind = re.sub("/[0-9a-f]{32}", "/…", path)
    what = f"the slowest of all {len(taken)} pages, {name}"
    return Row(what, f"{wall:.0f} ms ({kind})", f"≤ {BUDGET_MS:g} ms", wall <= BUDGET_MS)


@dataclass
class _Deciding:
    """Decides about one flag after the other."""

    client: httpx.AsyncClient
    session: str
    headers: dict[str, str]
    done: int = 0

    async def next(self) -> httpx.Response:
        self.done += 1
        form = {"flag": f"{self.done:032x}", "version": "0", "verdict": "accepted", "note": ""}
        path = f"/sessions/{self.session}/decisions"
        return await self.client.post(path, data=form, headers=self.headers)


async def _page(client: httpx.AsyncClient, what: str, path: str) -> Row:
    return await _timed(what, lambda: client.get(path, follow_redirects=False))


async def _timed(what: str, ask: Callable[[], Awaitable[httpx.Response]]) -> Row:
    """The first is not counted: it compiles templates and fills what is remembered."""
    walls: list[float] = []
    cpus: list[float] = []
    for _ in range(TIMES + 1):
        cpu, wall = time.process_time(), time.perf_counter()
        answer = await ask()
        cpus.append(1000 * (time.process_time() - cpu))
        walls.append(1000 * (time.perf_counter() - wall))
        assert answer.status_code in {200, 303}, (what, answer.status_code)
    wall, cpu = median(walls[1:]), median(cpus[1:])
    told = f"{wall:.0f} ms ({cpu:.0f} ms of CPU)"
    return Row(what, told, f"≤ {BUDGET_MS:g} ms", wall <= BUDGET_MS)


async def _fill(campus: Campus, big: str) -> float:
    """Make sessions like one that was recorded, and give that one its many flags; how long
    the server took to score one of the others (milliseconds of CPU). Its application does not
    run meanwhile.
    """
    async with connected(campus.settings) as database:
        await _add(database, big, range(PATTERN))
        began = time.process_time()
        async with database.transaction() as db:
            scored = await refresh_stale(db, campus.institution.id, most=2 * PATTERN)
        taken_ms = 1000 * (time.process_time() - began)
        for at in range(PATTERN, SESSIONS, PORTION):
            numbers = range(at, min(at + PORTION, SESSIONS))
            await _add(database, big, numbers, incidents=False)
            await _copy(database, numbers)
        await _flag(database, big)
        async with database.transaction() as db:
            await refresh_stale(db, campus.institution.id)
        await _settle(database)
    return taken_ms / len(scored)


async def _settle(database: Database) -> None:
    """Have PostgreSQL do now what it would do in the background soon after so many new rows,
    that is, while pages are measured (its manual, "Populating a Database").
    """
    if database.dialect == "postgresql":
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))


async def _add(
    database: Database, original: str, numbers: range, *, incidents: bool = True
) -> None:
    """Sessions like ``original`` by these numbers, with candidates and places of their own."""
    async with database.transaction() as db:
        session = await db.get_one(ExamSession, original)
        place = await db.get_one(Enrolment, session.enrolment_id)
        person = await db.get_one(Candidate, session.candidate_id)
        people = [_like(person, n, name=f"Candidate {n:05d}") for n in numbers]
        await db.execute(insert(Candidate), people)
        places = [_like(place, n, candidate_id=_id("candidate", n)) for n in numbers]
        await db.execute(insert(Enrolment), places)
        # Over for a day: a board shows what runs.
        over = (session.last_seen or session.created) - 24 * HOUR
        own = {"state": "closed", "closed": True, "size": 1_000, "last_seen": over}
        sessions = [
            _like(
                session,
                n,
                enrolment_id=_id("enrolment", n),
                candidate_id=_id("candidate", n),
                created=session.created + n,
                **own,
            )
            for n in numbers
        ]
        await db.execute(insert(ExamSession), sessions)
        if incidents:
            rows = [
                _incident(_id("exam_session", n), session, n * INCIDENTS_EACH + k, 90 * k)
                for n in numbers
                for k in range(INCIDENTS_EACH)
            ]
            await db.execute(insert(IncidentRow), rows)


async def _copy(database: Database, numbers: range) -> None:
    """Give these sessions what those of the pattern have: incidents, score, flags, words."""
    pairs = [
        {"of": _id("exam_session", n % PATTERN), "to": _id("exam_session", n)} for n in numbers
    ]
    statements = [_copying(inspect(model).local_table, "session_id") for model in COPIED]
    statements.append(_copying(inspect(SearchDocumentRow).local_table, "session_id", "n"))
    async with database.transaction() as db:
        connection = await db.connection()
        for statement in (*statements, _WORDS):
            await connection.execute(text(statement), pairs)


def _copying(table: Any, owner: str, *without: str) -> str:
    """A session's rows of a table, for another session."""
    names = [one.name for one in table.columns if one.name not in {owner, *without}]
    kept = ", ".join(f'"{name}"' for name in names)
    return (
        f"INSERT INTO {table.name} ({owner}, {kept}) "
        f"SELECT :to, {kept} FROM {table.name} WHERE {owner} = :of"
    )


_WORDS = """
INSERT INTO search_index (rowid, words)
SELECT mine.n, found.words
FROM search_document AS mine
JOIN search_document AS like_it ON like_it.session_id = :of AND like_it.flag_id = mine.flag_id
JOIN search_index AS found ON found.rowid = like_it.n
WHERE mine.session_id = :to
"""


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

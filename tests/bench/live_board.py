"""The board with a thousand running sessions: a page of it, and an incident on its way there.

The sessions begin through the server's own interface and lie in its own database; a page and a
look at the database are timed in this process, the incident over HTTP and a WebSocket against a
server that runs as a program of its own.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

import httpx
import msgspec
from bench.measure import Row, at_most, noted, percentile
from support.campus import (
    HOUR,
    PASSWORD,
    Campus,
    MovableClock,
    Pupil,
    client_of,
    connected,
    found_campus,
    redeem,
    sign_in,
)
from support.running_server import running
from websockets.asyncio.client import ClientConnection, connect

from server.enrolment.service import CandidateDraft, enrol
from server.live.board import Board, Boards, View
from server.live.board_controllers import BOARD_PATH, Sent
from server.live.models import LiveRow
from shared.records import Phase

SESSIONS = 1_000
PAGES = 20
INCIDENTS = 20

# Viewers who are told at once, of whom each has a page of its own to be made.
VIEWERS = 1_000

PAGE_MS = 200.0
INCIDENT_MS = 1_000.0
FAN_OUT_MS = 100.0


def run() -> list[Row]:
    """Measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        clock = MovableClock(time.time_ns() // 1000)
        campus = asyncio.run(found_campus(folder, clock=clock))
        pupils, rows = asyncio.run(_pages(campus))
        with running(folder) as server:
            return [*rows, *asyncio.run(_incidents(server.url, pupils))]


async def _pages(campus: Campus) -> tuple[list[Pupil], list[Row]]:
    async with client_of(campus) as client:
        pupils = [await redeem(client, code) for code in await _codes(campus)]
        for pupil in pupils:
            pupil.wall = campus.clock() - pupil.mono
            pupil.open()
            pupil.record(Phase(name="exam", by="recorder"))
            for n in range(4):
                pupil.incident(n, severity=("low", "medium", "low", "high")[n])
            assert (await pupil.deliver(*pupil.records)).status_code == 200
        await _told(campus, pupils)
        await sign_in(campus, client, campus.proctor)
        board = campus.app.dependencies["boards"].dependency()
        assert isinstance(board, Boards)
        first = await _timed(client)
        warm = [await _timed(client) for _ in range(PAGES)]
        looks, fan_out = await _looks(campus, board.of(campus.institution.id), pupils)
    return pupils, [
        at_most(
            "board page at 1,000 running sessions, p95", percentile(warm, 0.95), PAGE_MS, "ms"
        ),
        noted("the first after a start", f"{first:.0f} ms"),
        noted("a look at the database, a quarter of the sessions moved", f"{looks:.0f} ms"),
        at_most("news made for 1,000 viewers", fan_out, FAN_OUT_MS, "ms"),
    ]


async def _timed(client: httpx.AsyncClient) -> float:
    began = time.perf_counter()
    answer = await client.get("/live")
    assert answer.status_code == 200
    return 1000 * (time.perf_counter() - began)


async def _looks(campus: Campus, board: Board, pupils: list[Pupil]) -> tuple[float, float]:
    """How long a look takes while all deliver, and news for all viewers after it."""
    viewers = [Sent(n, View(), {}) for n in range(VIEWERS)]
    for one in viewers:
        one.news(board.look, campus.clock())
    looks: list[float] = []
    told: list[float] = []
    for turn in range(4):
        for pupil in pupils[turn::4]:
            pupil.incident(10 + turn, severity="high")
            assert (await pupil.deliver(pupil.records[-1])).status_code == 200
        began = time.perf_counter()
        await board.refresh()
        looks.append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        for one in viewers:
            msgspec.json.encode(one.news(board.look, campus.clock()))
        told.append(1000 * (time.perf_counter() - began))
    return percentile(looks, 0.5), percentile(told, 0.5)


async def _codes(campus: Campus) -> list[str]:
    async with connected(campus.settings) as database, database.transaction() as db:
        secret, now = campus.keys.server_secret(), campus.clock()
        drafts = [
            CandidateDraft(name=f"Candidate {n}", reference=f"c{n}") for n in range(SESSIONS)
        ]
        return [
            (await enrol(db, secret, campus.exam, one, expires=now + 24 * HOUR, now=now)).code
            for one in drafts
        ]


async def _told(campus: Campus, pupils: list[Pupil]) -> None:
    """Every recorder has a live link that reported."""
    state = {"stage": "recording", "light": "good", "words": "All is well.", "phase": "exam"}
    state |= {"elapsed_s": 1.0, "queued_records": 0, "queued_bytes": 0}
    async with connected(campus.settings) as database, database.transaction() as db:
        for pupil in pupils:
            db.add(LiveRow(session_id=pupil.session, state=state, time=campus.clock()))


async def _incidents(url: str, pupils: list[Pupil]) -> list[Row]:
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        form = {"email": "proctor@example.edu", "password": PASSWORD}
        assert (await client.post("/login", data=form)).status_code == 303
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        address = url.replace("http", "ws") + BOARD_PATH
        async with connect(
            address, additional_headers={"Cookie": cookie}, max_size=None
        ) as link:
            await link.send(json.dumps({"ask": 1}))
            await link.recv()
            took = [
                await _one(client, link, pupil, n) for n, pupil in enumerate(pupils[:INCIDENTS])
            ]
    return [at_most("incident to board, p95", percentile(took, 0.95), INCIDENT_MS, "ms", 0)]


async def _one(
    client: httpx.AsyncClient, link: ClientConnection, pupil: Pupil, n: int
) -> float:
    """From the incident's being sent to the news of it."""
    pupil.client = client
    pupil.incident(100 + n, kind="face_missing", severity="critical")
    began = time.perf_counter()
    assert (await pupil.deliver(pupil.records[-1])).status_code == 200
    while True:
        tiles = json.loads(await link.recv()).get("tiles", {})
        if "No face in view" in tiles.get(pupil.session, ("", ""))[1]:
            return 1000 * (time.perf_counter() - began)

"""Two servers with one PostgreSQL: what one takes in is on the other's board, and what is
asked at one reaches whoever is connected to the other.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from ipaddress import ip_network

import httpx
import msgspec
import pytest
from support import postgres
from support.campus import (
    HOUR,
    PASSWORD,
    Campus,
    MovableClock,
    Pupil,
    connected,
    found_campus,
    redeem,
)
from support.filmed import SECOND
from support.running_server import RunningServer, running
from support.webhook_target import target
from websockets.asyncio.client import ClientConnection, connect

from server.integrations.delivering import Deliveries
from server.integrations.models import WebhookRow
from server.integrations.outbox import Happened, announce
from server.integrations.target import Targets
from server.live.board_controllers import BOARD_PATH
from server.mail.outbox import Outbox
from shared.wire import Command, LiveState, Said

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not postgres.available(), reason="PostgreSQL is not on this machine"),
]

# How long news may take on a busy machine, in seconds; usually it is less than one.
PATIENCE_S = 60.0
# A recorder says how it is this often (s), and more often here.
STATES_EVERY_S = 0.5

STATE = LiveState(
    stage="recording",
    light="good",
    words="All is well.",
    elapsed_s=1.0,
    queued_records=0,
    queued_bytes=0,
    phase="exam",
)


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    """A campus of today on PostgreSQL: the servers go by the machine's clock."""
    with postgres.cluster() as socket:
        folder = tmp_path_factory.mktemp("nodes") / "data"
        clock = MovableClock(_now() - HOUR)
        own = postgres.url(socket)
        yield asyncio.run(found_campus(folder, clock=clock, database_url=own))


Nodes = tuple[RunningServer, RunningServer]


@pytest.fixture
def nodes(campus: Campus) -> Iterator[Nodes]:
    """The campus, served by two programs."""
    folder, own = campus.settings.data_dir, {"database_url": campus.settings.database_url}
    with running(folder, **own) as first, running(folder, **own) as second:
        yield first, second
        for node in (first, second):
            assert "error" not in node.log, node.log


@pytest.fixture
async def proctor(
    nodes: Nodes,
) -> AsyncIterator[httpx.AsyncClient]:
    """A proctor's browser, at the first node."""
    async with httpx.AsyncClient(base_url=nodes[0].url, timeout=PATIENCE_S) as client:
        form = {"email": "proctor@example.edu", "password": PASSWORD}
        assert (await client.post("/login", data=form)).status_code == 303
        yield client


async def test_what_one_node_takes_in_is_on_the_board_of_the_other(
    campus: Campus, nodes: Nodes, proctor: httpx.AsyncClient
) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in proctor.cookies.items())
    board = nodes[0].url.replace("http", "ws") + BOARD_PATH
    async with httpx.AsyncClient(base_url=nodes[1].url, timeout=PATIENCE_S) as client:
        pupil = await redeem(client, await campus.code("s-1"))
        pupil.wall = _now() - pupil.mono - SECOND
        pupil.open()
        pupil.take(await pupil.deliver(*pupil.records))
        async with (
            connect(board, additional_headers={"Cookie": cookies}) as viewer,
            _linked(nodes[1], pupil) as recorder,
        ):
            await viewer.send(json.dumps({"ask": 1}))
            pupil.incident(1, kind="face_missing", severity="critical")
            pupil.take(await pupil.deliver(pupil.records[-1]))
            await _shown(viewer, pupil, "No face in view")
            # The candidate asks for help; the answer goes the other way round.
            help_ = Said(id="ab" * 16, kind="help", text="My calculator does not open.")
            asked = msgspec.structs.replace(STATE, said=(help_,))
            await recorder.send(msgspec.json.encode(asked).decode())
            assert (await _command(recorder)).action == "heard"
            await _shown(viewer, pupil, "Asks for help")
            page = (await proctor.get(f"/sessions/{pupil.session}")).text
            csrf = page.partition('name="_csrf" value="')[2].partition('"')[0]
            done = await proctor.post(
                f"/api/v1/sessions/{pupil.session}/commands",
                json={"action": "message", "text": "Look at the desk."},
                headers={"X-CSRF-Token": csrf},
            )
            assert done.status_code == 202, done.text
            told = await _said(recorder, "message")
            assert told.text == "Look at the desk."


async def test_two_nodes_tell_other_systems_once(campus: Campus) -> None:
    secret, clock = campus.keys.server_secret(), MovableClock(_now())
    own = campus.institution.id
    async with (
        target() as to,
        connected(campus.settings) as first,
        connected(campus.settings) as second,
    ):
        targets, outbox = Targets((ip_network("127.0.0.0/8"),)), Outbox(secret, clock)
        async with first.transaction() as db:
            db.add(_webhook(campus, to.url, clock()))
            await db.flush()
            events = [Happened(own, "report.ready", clock(), None, {"n": n}) for n in range(9)]
            assert await announce(db, events) == len(events)
        turns = [
            Deliveries(one, secret, targets, PATIENCE_S, clock, outbox).deliver_due()
            for one in (first, second)
        ]
        await asyncio.gather(*turns)
        ids = [call.headers["webhook-id"] for call in to.calls]
    assert len(ids) == len(set(ids)) == len(events)


def _webhook(campus: Campus, url: str, now: int) -> WebhookRow:
    return WebhookRow(
        id="0f" * 16,
        institution_id=campus.institution.id,
        name="LMS",
        url=url,
        events=["report.ready"],
        with_reference=False,
        generation=1,
        previous_until=None,
        paused_at=None,
        paused_why="",
        succeeded_at=None,
        created=now,
    )


def _linked(node: RunningServer, pupil: Pupil) -> connect:
    url = node.url.replace("http", "ws") + f"/api/v1/sessions/{pupil.session}/live"
    return connect(url, additional_headers={"Authorization": f"Bearer {pupil.token}"})


async def _shown(viewer: ClientConnection, pupil: Pupil, words: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        tile = ""
        while words not in tile:
            tiles = json.loads(await viewer.recv()).get("tiles", {})
            tile = tiles.get(pupil.session, ("", ""))[1]


async def _said(recorder: ClientConnection, action: str) -> Command:
    """A command: it goes down after one of the states that a recorder sends all the time."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await recorder.send(msgspec.json.encode(STATE).decode())
            with suppress(TimeoutError):
                if (told := await _command(recorder, STATES_EVERY_S)).action == action:
                    return told


async def _command(recorder: ClientConnection, patience_s: float = PATIENCE_S) -> Command:
    text = await asyncio.wait_for(recorder.recv(), patience_s)
    return msgspec.json.decode(text, type=Command)


def _now() -> int:
    return time.time_ns() // 1000

"""The board's WebSocket on a server that runs: news as they come, and whoever may have them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import select
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
from support.two_houses import found_house, signed_in
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.accounts.models import Role
from server.audit.models import LogEntryRow
from server.live.board_controllers import BOARD_PATH, ELSEWHERE, NOT_ASKED, SIGNED_OUT

pytestmark = pytest.mark.anyio

# How long news may take on a busy machine, in seconds; usually it is a fraction of one.
PATIENCE_S = 30.0


@dataclass
class Viewer:
    """Somebody who watches: ``tiles`` as they stand after all news so far."""

    link: ClientConnection
    order: list[str]
    tiles: dict[str, tuple[str, str]]

    async def ask(self, **view: Any) -> None:
        await self.link.send(json.dumps(view))

    async def news(self) -> dict[str, Any]:
        found = json.loads(await asyncio.wait_for(self.link.recv(), PATIENCE_S))
        self.order = found.get("order") or self.order
        # What has not changed is not sent again.
        for name, (revision, _) in found.get("tiles", {}).items():
            assert self.tiles.get(name, ("", ""))[0] != revision, name
        self.tiles |= {name: tuple(told) for name, told in found.get("tiles", {}).items()}
        return found

    async def until(self, session: str, words: str) -> None:
        """Take the news until a tile says this."""
        while words not in self.tiles.get(session, ("", ""))[1]:
            await self.news()


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus of today: the server that runs goes by the machine's clock."""
    clock = MovableClock(_now() - HOUR)
    return asyncio.run(found_campus(tmp_path_factory.mktemp("link") / "data", clock=clock))


@pytest.fixture(scope="module")
def server(campus: Campus) -> Iterator[RunningServer]:
    """The campus, as a program of its own."""
    with running(campus.settings.data_dir) as found:
        yield found
        assert "error" not in found.log, found.log


@pytest.fixture
async def browser(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    """A proctor's browser."""
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S) as client:
        form = {"email": "proctor@example.edu", "password": PASSWORD}
        assert (await client.post("/login", data=form)).status_code == 303
        yield client


def linked(server: RunningServer, client: httpx.AsyncClient, **headers: str) -> Any:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    own = {"Cookie": cookies, **headers}
    return connect(server.url.replace("http", "ws") + BOARD_PATH, additional_headers=own)


async def test_an_incident_that_is_taken_in_is_on_the_board(
    campus: Campus, server: RunningServer, browser: httpx.AsyncClient
) -> None:
    pupils = [await _sits(campus, browser, f"s-{n}") for n in range(3)]
    last = pupils[-1]
    async with linked(server, browser) as link:
        viewer = Viewer(link, [], {})
        await viewer.ask(ask=1)
        first = await viewer.news()
        assert first["ask"] == 1
        assert set(viewer.order) == {one.session for one in pupils}
        last.incident(1, kind="face_missing", severity="critical")
        last.take(await last.deliver(last.records[-1]))
        await viewer.until(last.session, "No face in view")
        assert viewer.order[0] == last.session
        assert "face" not in viewer.tiles[pupils[0].session][1]
    # The connection is lost; meanwhile something happens; the next one says what it has.
    have = {name: revision for name, (revision, _) in viewer.tiles.items()}
    pupils[0].incident(1, kind="window_switch", severity="high")
    pupils[0].take(await pupils[0].deliver(pupils[0].records[-1]))
    async with linked(server, browser) as link:
        viewer.link = link
        await viewer.ask(ask=1, have=have)
        await viewer.until(pupils[0].session, "Other window in front")
        # Something else is looked at: what is answered says to what.
        await viewer.ask(ask=2, name="nobody at all")
        answer = await viewer.news()
        while answer["ask"] != 2:
            answer = await viewer.news()
        assert (answer["total"], answer["order"]) == (0, [])
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.n).where(LogEntryRow.action == "board.watch")
        assert len(list(await db.scalars(query))) == 1, "once, for both connections"


async def test_the_board_is_for_those_who_are_signed_in_on_its_own_page(
    server: RunningServer, browser: httpx.AsyncClient
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with linked(server, nobody) as link:
                await link.recv()
    with pytest.raises((InvalidStatus, ConnectionClosed)) as closed:
        async with linked(server, browser, Origin="https://elsewhere.example") as link:
            await link.recv()
    assert isinstance(closed.value, InvalidStatus) or closed.value.rcvd.code == ELSEWHERE
    with pytest.raises(InvalidStatus) as refused:
        async with linked(server, browser, Origin="https://["):
            pass
    assert refused.value.response.status_code == 403
    for junk in ("{", '{"page": -1}', '{"have": 7}', '{"more":' * 2_000):
        async with linked(server, browser) as link:
            await link.send(junk)
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(link.recv(), PATIENCE_S)
            assert closed.value.rcvd.code == NOT_ASKED
    async with linked(server, browser, Origin=server.url) as link:
        viewer = Viewer(link, [], {})
        await viewer.ask()
        await viewer.news()
        page = (await browser.get("/live")).text
        csrf = page.partition('name="_csrf" value="')[2].partition('"')[0]
        assert (await browser.post("/logout", data={"_csrf": csrf})).status_code == 303
        with pytest.raises(ConnectionClosed) as closed:
            await viewer.until("nobody", "nothing")
        assert closed.value.rcvd.code == SIGNED_OUT


async def test_a_program_with_a_token_is_told_that_this_is_for_pages(
    server: RunningServer, browser: httpx.AsyncClient
) -> None:
    page = (await browser.get("/settings/tokens")).text
    form = {
        "_csrf": page.partition('name="_csrf" value="')[2].partition('"')[0],
        "name": "a display on the wall",
        "scope": "sessions:read",
        "days": "7",
    }
    made = await browser.post("/settings/tokens", data=form)
    token = made.text.partition('<code class="secret" id="token">')[2].partition("<")[0]
    program = {"Authorization": f"Bearer {token}"}
    url = server.url.replace("http", "ws") + BOARD_PATH
    # With a cookie that is good no longer it is the token that is let in.
    for headers in (program, {**program, "Cookie": "invigil=of-yesterday"}):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, additional_headers=headers):
                pass
        assert refused.value.response.status_code == 403
    async with httpx.AsyncClient(base_url=server.url, headers=program) as client:
        assert (await client.get(BOARD_PATH)).status_code == 200


async def test_the_board_tells_nothing_of_another_institution(
    campus: Campus, server: RunningServer, browser: httpx.AsyncClient
) -> None:
    """Neither unasked, nor by an exam, a name, a session or a tile's revision that is theirs;
    and theirs tells nothing of ours.
    """
    ours = await _sits(campus, browser, "s-apart")
    # Codes are good for an hour from now.
    campus.clock.now = _now()
    house = await found_house(campus, browser, "theirs")
    theirs = house.pupil
    asks = [
        {},
        {"exam": house.exam.id},
        {"name": "Ada of theirs"},
        {"name": "of"},
        {"state": "calls"},
        {"have": {theirs.session: "0" * 16}},
        {"exam": house.exam.id, "have": {theirs.session: "0" * 16}, "page": 7},
    ]
    told: list[str] = []
    async with linked(server, browser) as link:
        # What is told first may be a second old.
        viewer = Viewer(link, [], {})
        await viewer.ask(ask=-1)
        while ours.session not in viewer.tiles:
            await viewer.news()
        for number, ask in enumerate(asks):
            await link.send(json.dumps({**ask, "ask": number}))
            told.append(await _answer(link, number))
        assert ours.session in told[0]
        # There is news of both: of ours it is told, of theirs nothing.
        theirs.incident(2, kind="face_missing", severity="critical")
        theirs.take(await theirs.deliver(theirs.records[-1]))
        ours.incident(2, kind="window_switch", severity="high")
        ours.take(await ours.deliver(ours.records[-1]))
        await link.send(json.dumps({"ask": len(asks)}))
        while "Other window in front" not in told[-1]:
            told.append(str(await asyncio.wait_for(link.recv(), PATIENCE_S)))
    for path in ("/live", "/live/tiles", BOARD_PATH):
        for query in ({}, {"exam": house.exam.id}, {"name": "Ada of theirs"}):
            answer = await browser.get(path, params=query)
            assert answer.status_code in (200, 204), answer.text
            told.append(answer.text.replace("Ada of theirs", ""))
    for secret in house.secrets:
        assert not [one for one in told if secret in one], secret
    async with connected(campus.settings) as database:
        cookie = await signed_in(database, house, Role.ADMIN)
    async with connect(
        server.url.replace("http", "ws") + BOARD_PATH, additional_headers=cookie
    ) as link:
        await link.send(json.dumps({"ask": 1, "exam": campus.exam.id}))
        first = await _answer(link, 1)
        await link.send(json.dumps({"ask": 2, "have": {ours.session: "0" * 16}}))
        second = await _answer(link, 2)
    assert (json.loads(first)["total"], json.loads(second)["total"]) == (0, 1)
    assert theirs.session in second
    assert ours.session not in first + second


async def _answer(link: ClientConnection, number: int) -> str:
    """The news that answer this ask, as they came."""
    while True:
        found = str(await asyncio.wait_for(link.recv(), PATIENCE_S))
        if json.loads(found)["ask"] == number:
            return found


async def _sits(campus: Campus, client: httpx.AsyncClient, reference: str) -> Pupil:
    pupil = await redeem(client, await campus.code(reference))
    pupil.wall = _now() - pupil.mono - SECOND
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    return pupil


def _now() -> int:
    return time.time_ns() // 1000

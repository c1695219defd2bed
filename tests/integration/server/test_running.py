"""The server as it is run: granian, signals, real connections, the command line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import httpx
import psutil
import pytest
from demo.ports import free_port
from support.campus import Pupil, digest_header, redeem
from support.running_server import RunningServer, command, demo, running
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.config import Settings
from server.demonstration import Demo, set_up
from server.opening import opened
from shared.encoding import sha256_hex
from shared.records import Gap
from shared.verify import verify_bundle
from shared.wire import MAX_BLOB_BYTES, MAX_RECORDS_BYTES, MAX_SAID, ProblemType

# One worker starts one server for them all.
pytestmark = pytest.mark.anyio

GAP = Gap(stream="camera", start=1, end=2, reason="test")


async def demo_again(folder: Path) -> Demo:
    """What ``demo`` makes, without the second that a new process takes."""
    settings = Settings(data_dir=folder)
    async with opened(settings, migrating=True) as rooms:
        return await set_up(rooms.database, rooms.keys, rooms.passwords, settings, rooms.clock)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A data folder with the demo institution in it."""
    folder = tmp_path_factory.mktemp("running") / "data"
    return folder, demo(folder)


@pytest.fixture(scope="module")
def server(place: tuple[Path, dict[str, str]]) -> Iterator[RunningServer]:
    """One running server for the tests that do not stop it."""
    with running(place[0]) as server:
        yield server
        assert "error" not in server.log, server.log


@pytest.fixture
async def client(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is no test client."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
async def pupil(place: tuple[Path, dict[str, str]], client: httpx.AsyncClient) -> Pupil:
    """A session of its own: the demo gives a new code when the last one was used."""
    return await redeem(client, (await demo_again(place[0])).code)


async def test_a_session_from_the_demo_to_a_verified_bundle(
    place: tuple[Path, dict[str, str]], pupil: Pupil, tmp_path: Path
) -> None:
    pupil.open()
    pupil.segment(plain=os.urandom(900_000))
    pupil.segment("screen")
    pupil.close()
    await pupil.hand_in()
    file = tmp_path / "session.zip"
    done = command(place[0], "admin", "export", pupil.session, "-o", str(file))
    assert done.returncode == 0, done.stderr
    verdict = verify_bundle(file, place[1]["key"])
    assert verdict.holds, verdict.results
    listed = command(place[0], "admin", "sessions").stdout.splitlines()
    ours = next(json.loads(line) for line in listed if pupil.session in line)
    assert (ours["state"], ours["records"], ours["missing"]) == ("closed", 4, 0)


async def test_bodies_without_a_length_are_bounded(pupil: Pupil) -> None:
    async def endless(size: int) -> AsyncIterator[bytes]:
        for _ in range(size // 65_536 + 2):
            yield b"x" * 65_536

    response = await pupil.client.post(
        pupil.url("records"), content=endless(MAX_RECORDS_BYTES), headers=pupil.headers
    )
    assert (response.status_code, response.json()["type"]) == (413, ProblemType.TOO_LARGE)
    pupil.open()
    pupil.segment()
    pupil.take(await pupil.deliver(*pupil.records))
    (name,) = pupil.blobs
    response = await pupil.client.put(
        pupil.url(f"blobs/{name}"),
        content=endless(1_000_000),
        headers={**pupil.headers, "Content-Digest": digest_header(name)},
    )
    assert (response.status_code, response.json()["type"]) == (422, ProblemType.BLOB_DIGEST)


@pytest.mark.parametrize("size", [100_000, MAX_BLOB_BYTES])
async def test_a_no_is_heard_by_who_is_still_sending(pupil: Pupil, size: int) -> None:
    """The answer comes before the body was read; the sender must get it all the same."""
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    name = "1" * 64
    headers = {**pupil.headers, "Content-Digest": digest_header(name)}
    for _ in range(3):
        response = await pupil.client.put(
            pupil.url(f"blobs/{name}"), content=b"x" * size, headers=headers
        )
        assert response.json()["type"] == ProblemType.BLOB_UNKNOWN
        response = await pupil.client.put(pupil.url(f"blobs/{name}"), content=b"x" * size)
        assert response.json()["type"] == ProblemType.CREDENTIAL
    assert (await pupil.client.get(pupil.url("status"), headers=pupil.headers)).is_success


async def test_a_command_reaches_the_recorder_and_is_done(
    place: tuple[Path, dict[str, str]], server: RunningServer, pupil: Pupil
) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    staff = httpx.AsyncClient(base_url=server.url, timeout=30)
    async with staff:
        login = {"email": place[1]["email"], "password": place[1]["password"]}
        assert (await staff.post("/login", data=login)).status_code == 303
        headers = {"X-CSRF-Token": _csrf(place[0], staff.cookies["invigil"])}
        early = {"action": "message", "text": "Sit down, please."}
        url = pupil.url("commands")
        assert (await staff.post(url, json=early, headers=headers)).status_code == 202
        async with connect(_live(server, pupil), additional_headers=pupil.headers) as link:
            first = json.loads(await asyncio.wait_for(link.recv(), 20))
            assert (first["action"], first["text"]) == ("message", "Sit down, please.")
            await link.send(_state(done=[first["id"]]))
            later = {"action": "terminate", "text": "Time is up."}
            assert (await staff.post(url, json=later, headers=headers)).status_code == 202
            second = json.loads(await asyncio.wait_for(link.recv(), 20))
            assert second["action"] == "terminate"
        status = await pupil.client.get(pupil.url("status"), headers=pupil.headers)
        assert status.json()["state"] == "terminated"
        seen = (await staff.get(pupil.url("live"))).json()
        assert seen["state"]["words"] == "All is well."
        # What was done does not come again; what was not, does.
        async with connect(_live(server, pupil), additional_headers=pupil.headers) as link:
            again = json.loads(await asyncio.wait_for(link.recv(), 20))
            assert again == second


async def test_evidence_still_comes_after_a_termination(
    place: tuple[Path, dict[str, str]], server: RunningServer, pupil: Pupil
) -> None:
    pupil.open()
    pupil.segment()
    pupil.take(await pupil.deliver(*pupil.records))
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as staff:
        login = {"email": place[1]["email"], "password": place[1]["password"]}
        await staff.post("/login", data=login)
        headers = {"X-CSRF-Token": _csrf(place[0], staff.cookies["invigil"])}
        body = {"action": "terminate", "text": "Time is up."}
        answer = await staff.post(pupil.url("commands"), json=body, headers=headers)
        assert answer.status_code == 202
    pupil.close()
    pupil.take(await pupil.deliver(pupil.records[-1]))
    (name,) = pupil.blobs
    pupil.take(await pupil.upload(name))
    status = await pupil.client.get(pupil.url("status"), headers=pupil.headers)
    assert status.json()["state"] == "terminated"


async def test_what_a_candidate_says_is_heard_over_the_link(
    server: RunningServer, pupil: Pupil
) -> None:
    """As much at once as the protocol lets a state carry, of the longest texts in JSON."""
    said = [
        {"id": f"{n:032x}", "kind": "message", "text": "\0" * 2_000} for n in range(MAX_SAID)
    ]
    async with connect(_live(server, pupil), additional_headers=pupil.headers) as link:
        for _ in range(2):
            await link.send(_state(said=said))
            heard = [json.loads(await asyncio.wait_for(link.recv(), 20)) for _ in said]
            assert [(one["action"], one["text"]) for one in heard] == [
                ("heard", one["id"]) for one in said
            ]


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_live_link_needs_the_token(
    server: RunningServer, pupil: Pupil, token: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            _live(server, pupil), additional_headers={"Authorization": f"Bearer {token}"}
        ):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("message", ["not json", "{}", "x" * 20_000, '{"stage": 1}'])
async def test_what_is_no_state_ends_the_link(
    server: RunningServer, pupil: Pupil, message: str
) -> None:
    async with connect(_live(server, pupil), additional_headers=pupil.headers) as link:
        await link.send(message)
        await asyncio.wait_for(link.wait_closed(), 20)
        assert link.close_code in {1009, 4400}


async def test_a_kill_in_mid_session_loses_nothing(tmp_path: Path) -> None:
    """SIGKILL between deliveries: what was receipted is there, what was not comes again."""
    folder = tmp_path / "data"
    made = await demo_again(folder)
    port = free_port()
    with running(folder, f"127.0.0.1:{port}") as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            pupil = await redeem(client, made.code)
            pupil.open()
            pupil.segment()
            pupil.take(await pupil.deliver(*pupil.records))
            doing = asyncio.gather(
                *(pupil.upload(name) for name in pupil.blobs),
                pupil.deliver(pupil.record(GAP)),
                return_exceptions=True,
            )
            server.stop(signal.SIGKILL)
            await doing
    with running(folder, f"127.0.0.1:{port}") as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            pupil.client = client
            status = (await client.get(pupil.url("status"), headers=pupil.headers)).json()
            assert status["size"] in {2, 3}
            for answer in (
                await pupil.deliver(*pupil.records),
                *[await pupil.upload(name) for name in pupil.blobs],
                await pupil.deliver(pupil.close()),
            ):
                assert answer.status_code == 200, answer.text
    file = tmp_path / "session.zip"
    assert command(folder, "admin", "export", pupil.session, "-o", str(file)).returncode == 0
    verdict = verify_bundle(file, made.key)
    failed = {r.check.name for r in verdict.results if r.outcome.name == "FAILS"}
    assert failed == set()


async def test_sigterm_ends_it_with_a_live_link_open(
    place: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    made = await demo_again(folder)
    with running(folder) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            pupil = await redeem(client, made.code)
        async with connect(_live(server, pupil), additional_headers=pupil.headers):
            assert await asyncio.to_thread(server.stop) == 0
        assert "Traceback" not in server.log, server.log


async def test_every_line_of_the_log_is_json_where_it_is_to_be(
    place: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """The server's own, granian's (a worker that died), and those of a start that failed."""
    folder = tmp_path / "data"
    await demo_again(folder)
    with running(folder, log_json="yes", log_requests="yes") as server:
        bind = server.url.removeprefix("http://")
        refused = command(folder, "run", "--bind", bind, log_json="yes")
        for worker in psutil.Process(server.process.pid).children():
            worker.kill()
        deadline = time.monotonic() + 30
        while "_granian" not in server.log:
            assert time.monotonic() < deadline, server.log
            await asyncio.sleep(0.05)
        server.stop(signal.SIGKILL)
        lines = [json.loads(line) for line in server.log.splitlines()]
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    assert "(listening on " in lines[0]["event"]
    assert any(line["level"] == "error" for line in lines if line.get("logger") == "_granian")
    (why,) = [json.loads(line) for line in refused.stderr.splitlines()]
    assert ("already in use" in why["event"], why["level"]) == (True, "error")
    assert refused.returncode == 2


async def test_a_taken_port_is_said(server: RunningServer, tmp_path: Path) -> None:
    bind = server.url.removeprefix("http://")
    done = command(tmp_path / "data", "run", "--bind", bind)
    assert done.returncode == 2
    assert "Address already in use" in done.stderr
    assert "--bind" in done.stderr


def _csrf(folder: Path, cookie: str) -> str:
    """The token that the pages of this sign-in carry."""
    with sqlite3.connect(f"file:{folder / 'invigil.db'}?mode=ro", uri=True) as database:
        query = "SELECT csrf FROM staff_session WHERE id = ?"
        return database.execute(query, (sha256_hex(cookie.encode()),)).fetchone()[0]


def _live(server: RunningServer, pupil: Pupil) -> str:
    return server.url.replace("http", "ws") + pupil.url("live")


def _state(done: Sequence[str] = (), said: Sequence[dict[str, str]] = ()) -> str:
    return json.dumps(
        {
            "stage": "recording",
            "light": "green",
            "words": "All is well.",
            "elapsed_s": 1.5,
            "queued_records": 0,
            "queued_bytes": 0,
            "done": list(done),
            "said": list(said),
        }
    )

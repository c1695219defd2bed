"""What one session may have of the server: requests in a minute, and bytes on their way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from support.campus import Campus, Pupil, client_of, digest_header, redeem

from server.ingest import delivery, pieces
from shared.wire import MAX_RECORDS_BYTES, ProblemType

pytestmark = pytest.mark.anyio


class HeldBack:
    """A body that does not go on before it is told to."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._data[:1]
        self.begun.set()
        await self.go.wait()
        yield self._data[1:]


async def two(campus: Campus, client: httpx.AsyncClient) -> list[Pupil]:
    """Two recorders, each with two pieces to deliver."""
    pupils = [await redeem(client, await campus.code(f"s-{n}")) for n in range(2)]
    for pupil in pupils:
        pupil.open()
        pupil.segment()
        pupil.segment("screen")
        pupil.take(await pupil.deliver(*pupil.records))
    return pupils


def waits(answer: httpx.Response, status: int = 429) -> int:
    """The answer is a problem that says when to come again; after how many seconds."""
    assert (answer.status_code, answer.json()["type"]) == (status, ProblemType.BUSY)
    assert int(answer.headers["retry-after"]) > 0
    return int(answer.headers["retry-after"])


async def test_requests_in_a_minute_are_counted_whatever_they_bring(found) -> None:
    campus = found(requests_per_minute=5)
    async with client_of(campus) as client:
        one, other = await two(campus, client)
        for _ in range(2):
            assert (await one.client.get(one.url("status"), headers=one.headers)).is_success
            body = {"content": b"not a line\n", "headers": one.headers}
            assert (await one.client.post(one.url("records"), **body)).status_code == 400
        waits(await one.client.get(one.url("status"), headers=one.headers))
        wait = waits(await one.deliver(*one.records))
        assert (await other.deliver(*other.records)).status_code == 200
        campus.clock.advance(wait * 1_000_000)
        assert (await one.deliver(*one.records)).status_code == 200


async def test_pieces_on_their_way_are_bounded_in_bytes(found) -> None:
    campus = found(session_in_flight_bytes=2_000)
    async with client_of(campus) as client:
        one, other = await two(campus, client)
        first, second = one.blobs
        slow = HeldBack(one.blobs[first])
        headers = {**one.headers, "Content-Digest": digest_header(first)}
        sending = asyncio.create_task(
            client.put(one.url(f"blobs/{first}"), content=slow, headers=headers)
        )
        await slow.begun.wait()
        waits(await one.upload(second))
        for name in other.blobs:
            assert (await other.upload(name)).status_code == 200
        slow.go.set()
        one.take(await sending)
        one.take(await one.upload(second))


async def test_one_session_s_slow_pieces_leave_room_for_others(
    found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However small they are, and however long they take."""
    monkeypatch.setattr(pieces, "MAX_UPLOADS", pieces.MAX_SESSION_UPLOADS + 1)
    campus = found()
    async with client_of(campus) as client:
        one, other = await two(campus, client)
        first, second = one.blobs
        slow = [HeldBack(one.blobs[first]) for _ in range(pieces.MAX_SESSION_UPLOADS)]
        headers = {**one.headers, "Content-Digest": digest_header(first)}
        sending = [
            asyncio.create_task(
                client.put(one.url(f"blobs/{first}"), content=body, headers=headers)
            )
            for body in slow
        ]
        for body in slow:
            await body.begun.wait()
        waits(await one.upload(second))
        for name in other.blobs:
            assert (await other.upload(name)).status_code == 200
        for body in slow:
            body.go.set()
        assert {(await answer).status_code for answer in sending} == {200}
        assert (await one.upload(second)).status_code == 200


async def test_records_on_their_way_are_bounded_in_bytes(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await two(campus, client)

    async def post(body: HeldBack) -> httpx.Response:
        return await client.post(one.url("records"), content=body, headers=one.headers)

    # Without a length each may become as large as any.
    slow = [HeldBack(one.records[0].line()) for _ in range(4)]
    sending = [asyncio.create_task(post(body)) for body in slow]
    for body in slow:
        await body.begun.wait()
    waits(await one.deliver(*one.records))
    assert (await other.deliver(*other.records)).status_code == 200
    for body in slow:
        body.go.set()
    assert {(await one).status_code for one in sending} == {200}
    assert (await one.deliver(*one.records)).status_code == 200
    assert len(slow) * MAX_RECORDS_BYTES == delivery.MAX_SESSION_BYTES


async def test_all_sessions_together_are_bounded_in_bytes(
    found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MAX_BYTES", MAX_RECORDS_BYTES)
    campus = found()
    async with client_of(campus) as client:
        one, other = await two(campus, client)
        slow = HeldBack(one.records[0].line())
        sending = asyncio.create_task(
            client.post(one.url("records"), content=slow, headers=one.headers)
        )
        await slow.begun.wait()
        waits(await other.deliver(*other.records), 503)
        slow.go.set()
        assert (await sending).status_code == 200
        assert (await other.deliver(*other.records)).status_code == 200

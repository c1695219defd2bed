"""Many candidates at once: few transactions, and nobody pays for another's delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx
import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from support.campus import Campus, Pupil, redeem

from server.ingest.writer import MAX_SESSIONS, Job, Outcome, Writer
from shared.receipts import decode_receipt
from shared.signed import parse_line
from shared.wire import ProblemType

pytestmark = pytest.mark.anyio

# More than fit into one transaction.
PUPILS = MAX_SESSIONS + 8


@pytest.fixture
async def pupils(campus: Campus, client: httpx.AsyncClient) -> list[Pupil]:
    pupils = [await redeem(client, await campus.code(f"s-{n}")) for n in range(PUPILS)]
    for pupil in pupils:
        pupil.open()
        pupil.segment()
        pupil.segment("screen")
    return pupils


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many jobs each transaction took."""
    sizes: list[int] = []
    transact = Writer._transact

    async def counted(self: Writer, jobs: Sequence[Job]) -> list[Outcome]:
        sizes.append(len(jobs))
        return await transact(self, jobs)

    monkeypatch.setattr(Writer, "_transact", counted)
    return sizes


async def test_everybody_gets_their_own_receipt(pupils: list[Pupil], groups: list[int]) -> None:
    answers = await asyncio.gather(*(pupil.deliver(*pupil.records) for pupil in pupils))
    for pupil, answer in zip(pupils, answers, strict=True):
        receipt = decode_receipt(pupil.take(answer).payload)
        assert (receipt.size, receipt.head) == (3, pupil.records[-1].hash)
        assert receipt.missing == tuple(pupil.blobs)
    assert len(groups) < PUPILS
    assert max(groups) <= MAX_SESSIONS


async def test_pieces_that_arrive_together_share_a_receipt(
    pupils: list[Pupil], groups: list[int]
) -> None:
    pupils = pupils[:4]
    for pupil in pupils:
        pupil.take(await pupil.deliver(*pupil.records))
    groups.clear()
    uploads = [(pupil, name) for pupil in pupils for name in pupil.blobs]
    answers = await asyncio.gather(*(pupil.upload(name) for pupil, name in uploads))
    for (pupil, name), answer in zip(uploads, answers, strict=True):
        receipt = decode_receipt(parse_line(answer.content).payload)
        assert receipt.session == pupil.session
        assert name in receipt.durable
        assert (await pupil.upload(name)).content == answer.content
    assert len(groups) < len(uploads)


async def test_a_batch_and_pieces_of_one_session_keep_their_order(
    pupils: list[Pupil],
) -> None:
    pupil = pupils[0]
    pupil.take(await pupil.deliver(*pupil.records))
    later = [pupil.segment() for _ in range(3)]
    first, second, *_ = pupil.blobs
    answers = await asyncio.gather(
        pupil.upload(first), pupil.deliver(*later), pupil.upload(second), pupil.deliver(*later)
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[1].content == answers[3].content
    status = await pupil.client.get(pupil.url("status"), headers=pupil.headers)
    assert status.json()["size"] == 6


async def test_one_that_collides_spoils_no_other(
    pupils: list[Pupil], monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, *others = pupils[:6]
    transact = Writer._transact

    async def collide(self: Writer, jobs: Sequence[Job]) -> list[Outcome]:
        if any(job.session_id == unlucky.session for job in jobs):
            if len(jobs) > 1:
                raise IntegrityError("INSERT", {}, Exception("UNIQUE"))
            raise StaleDataError("another server was quicker")
        return await transact(self, jobs)

    monkeypatch.setattr(Writer, "_transact", collide)
    answers = await asyncio.gather(
        *(pupil.deliver(*pupil.records) for pupil in [unlucky, *others])
    )
    assert (answers[0].status_code, answers[0].json()["type"]) == (503, ProblemType.BUSY)
    assert int(answers[0].headers["retry-after"]) > 0
    for pupil, answer in zip(others, answers[1:], strict=True):
        pupil.take(answer)


async def test_a_database_that_fails_is_told_to_all_who_wait(
    pupils: list[Pupil], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_transact", fail)
        answers = await asyncio.gather(*(pupil.deliver(*pupil.records) for pupil in pupils[:3]))
    assert {answer.status_code for answer in answers} == {503}
    for pupil in pupils[:3]:
        pupil.take(await pupil.deliver(*pupil.records))


async def test_a_bug_over_one_delivery_is_that_ones_only(
    pupils: list[Pupil], monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, *others = pupils[:4]
    transact = Writer._transact

    async def fail(self: Writer, jobs: Sequence[Job]) -> list[Outcome]:
        if any(job.session_id == unlucky.session for job in jobs):
            raise ZeroDivisionError
        return await transact(self, jobs)

    monkeypatch.setattr(Writer, "_transact", fail)
    answers = await asyncio.gather(
        *(pupil.deliver(*pupil.records) for pupil in [unlucky, *others])
    )
    assert [answer.status_code for answer in answers] == [500, 200, 200, 200]

"""Records over HTTP: what is taken, what comes again, what is refused and what is kept."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import httpx
import pytest
from sqlalchemy import func, select
from support.campus import Campus, Pupil, client_of, connected, redeem

from server.ingest.models import ExamSession, ForkRow, IncidentRow, RecordRow, SegmentRow
from shared.receipts import decode_receipt
from shared.records import Clock, Gap, Incident, decode_record
from shared.signed import MAX_PAYLOAD_BYTES, MEDIA_TYPE, Signed, parse_line
from shared.wire import MAX_RECORDS, MAX_RECORDS_BYTES, ProblemType

pytestmark = pytest.mark.anyio

GAP = Gap(stream="camera", start=1, end=2, reason="test")


def problem(response: httpx.Response) -> dict:
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["detail"]
    assert body["title"]
    return body


async def test_records_are_receipted_and_chained(pupil: Pupil) -> None:
    pupil.open()
    pupil.segment()
    first = pupil.take(await pupil.deliver(*pupil.records))
    receipt = decode_receipt(first.payload)
    assert (receipt.size, receipt.head) == (2, pupil.records[-1].hash)
    assert receipt.durable == ()
    assert receipt.missing == tuple(pupil.blobs)
    pupil.incident()
    second = pupil.take(await pupil.deliver(pupil.records[-1]))
    assert decode_receipt(second.payload).prev == first.hash


async def test_the_answer_is_a_signed_line(pupil: Pupil) -> None:
    pupil.open()
    response = await pupil.deliver(*pupil.records)
    assert response.headers["content-type"].startswith(MEDIA_TYPE)
    assert response.headers["cache-control"] == "no-store"


async def test_the_same_bytes_get_the_same_receipt(pupil: Pupil) -> None:
    for _ in range(6):
        pupil.record(GAP) if pupil.records else pupil.open()
    first = await pupil.deliver(*pupil.records[:2])
    second = await pupil.deliver(*pupil.records[2:4])
    assert (await pupil.deliver(*pupil.records[:2])).content == first.content
    assert (await pupil.deliver(pupil.records[0])).content == first.content
    assert (await pupil.deliver(*pupil.records[1:4])).content == second.content
    third = await pupil.deliver(*pupil.records[1:6])
    assert decode_receipt(parse_line(third.content).payload).size == 6


async def test_deliveries_at_once_make_one_chain(pupil: Pupil) -> None:
    pupil.open()
    for _ in range(10):
        pupil.record(GAP)
    batches = [pupil.records[: n + 1] for n in range(11)]
    answers = await asyncio.gather(*(pupil.deliver(*batch) for batch in batches))
    assert {answer.status_code for answer in answers} == {200}
    status = (await pupil.client.get(pupil.url("status"), headers=pupil.headers)).json()
    assert (status["size"], status["head"]) == (11, pupil.records[-1].hash)


async def test_a_record_ahead_is_told_where_to_go_on(pupil: Pupil) -> None:
    pupil.open()
    pupil.record(GAP)
    pupil.record(GAP)
    pupil.take(await pupil.deliver(pupil.records[0]))
    answer = problem(await pupil.deliver(pupil.records[2]))
    assert (answer["type"], answer["status"]) == (ProblemType.OUT_OF_ORDER, 409)
    assert (answer["check"], answer["size"]) == (4, 1)
    assert answer["head"] == pupil.records[0].hash


async def test_good_records_before_a_bad_one_are_kept(pupil: Pupil) -> None:
    pupil.open()
    pupil.record(GAP)
    bad = pupil.record(GAP, prev="f" * 64)
    answer = problem(await pupil.deliver(*pupil.records))
    assert (answer["type"], answer["check"], answer["size"]) == (ProblemType.REFUSED, 5, 2)
    status = (await pupil.client.get(pupil.url("status"), headers=pupil.headers)).json()
    assert status["size"] == 2
    assert decode_receipt(parse_line(status["receipt"].encode()).payload).size == 2
    pupil.records.remove(bad)
    pupil.record(GAP)
    assert (await pupil.deliver(pupil.records[-1])).status_code == 200


async def test_a_fork_is_kept_and_refused(campus: Campus, pupil: Pupil) -> None:
    pupil.open()
    pupil.record(GAP)
    pupil.rotate()
    pupil.record(GAP)
    pupil.take(await pupil.deliver(*pupil.records))
    honest, pupil.records = pupil.records, pupil.records[:-1]
    other = pupil.record(Gap(stream="screen", start=1, end=2, reason="other"))
    for _ in range(2):
        answer = problem(await pupil.deliver(other))
        assert (answer["type"], answer["check"]) == (ProblemType.FORK, 4)
        assert (answer["size"], answer["head"]) == (4, honest[-1].hash)
    async with connected(campus.settings) as database, database.transaction() as db:
        (row,) = await db.scalars(select(ForkRow))
    assert Signed(row.payload, row.signature) == other


async def test_a_fork_before_a_rotation_is_judged_by_the_older_key(
    campus: Campus, pupil: Pupil
) -> None:
    key = pupil.key
    pupil.open()
    pupil.record(GAP)
    pupil.rotate()
    pupil.take(await pupil.deliver(*pupil.records))
    pupil.records, pupil.epoch = pupil.records[:1], 0
    by_new_key = pupil.record(Gap(stream="screen", start=1, end=2, reason="new key"))
    assert problem(await pupil.deliver(by_new_key))["type"] == ProblemType.REFUSED
    pupil.records = pupil.records[:1]
    by_old_key = pupil.record(Gap(stream="screen", start=1, end=2, reason="old key"), key)
    assert problem(await pupil.deliver(by_old_key))["type"] == ProblemType.FORK
    async with connected(campus.settings) as database, database.transaction() as db:
        assert await db.scalar(select(func.count()).select_from(ForkRow)) == 1


async def test_nothing_is_taken_after_the_close(pupil: Pupil) -> None:
    pupil.open()
    pupil.close()
    pupil.take(await pupil.deliver(*pupil.records))
    answer = problem(await pupil.deliver(pupil.record(GAP)))
    assert (answer["type"], answer["status"]) == (ProblemType.SESSION_OVER, 409)
    status = (await pupil.client.get(pupil.url("status"), headers=pupil.headers)).json()
    assert status["state"] == "closed"


async def test_the_projection_follows_the_records(campus: Campus, pupil: Pupil) -> None:
    pupil.open()
    pupil.segment()
    pupil.incident(1, over=False)
    pupil.take(await pupil.deliver(*pupil.records))
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            row = await db.get_one(IncidentRow, (pupil.session, f"{1:032x}"))
            assert (row.end, row.end_seq, row.begin_seq) == (None, None, 2)
        pupil.incident(1)
        pupil.take(await pupil.deliver(pupil.records[-1]))
        async with database.transaction() as db:
            row = await db.get_one(IncidentRow, (pupil.session, f"{1:032x}"))
            assert (row.begin_seq, row.end_seq) == (2, 3)
            segment = await db.get_one(SegmentRow, (pupil.session, "camera", 0))
            assert segment.codecs == "avc1.42c01e"


async def test_the_same_segment_twice_is_one(campus: Campus, pupil: Pupil) -> None:
    pupil.open()
    body_of = pupil.segment()
    pupil.record(decode_record(body_of.payload).body)
    pupil.take(await pupil.deliver(*pupil.records))
    async with connected(campus.settings) as database, database.transaction() as db:
        assert await db.scalar(select(func.count()).select_from(SegmentRow)) == 1
        assert await db.scalar(select(func.count()).select_from(RecordRow)) == 3


async def test_hostile_details_are_kept_and_shown(campus: Campus, pupil: Pupil) -> None:
    """What a database or a page could choke on; the record itself stays as it came."""
    pupil.boot = "b\0ot"
    pupil.open()
    body = Incident(
        id="1" * 32,
        kind="speech",
        start=0,
        end=None,
        severity="low",
        confidence=0.5,
        detail={"a\0": "\0", "n": 10**300, "deep": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]},
    )
    payload = pupil.record(Gap(stream="camera", start=1, end=2, reason="\0")).payload
    pupil.records.pop()
    pupil.record(body)
    pupil.take(await pupil.deliver(*pupil.records))
    assert b"\\u0000" in payload
    async with connected(campus.settings) as database, database.transaction() as db:
        row = await db.get_one(IncidentRow, (pupil.session, "1" * 32))
        assert row.detail["n"] == "(number too large to show)"


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (b"", 400, ProblemType.MALFORMED),
        (b"\n", 400, ProblemType.MALFORMED),
        (b"not a line\n", 400, ProblemType.MALFORMED),
        (b"A" * 86 + b" {}", 400, ProblemType.MALFORMED),
        (b"A" * 86 + b" {}\n", 422, ProblemType.REFUSED),
        (b"A" * 86 + b" " + b"x" * (MAX_PAYLOAD_BYTES + 1) + b"\n", 400, ProblemType.MALFORMED),
        ((b"A" * 86 + b" {}\n") * (MAX_RECORDS + 1), 413, ProblemType.TOO_LARGE),
        (b"x" * (MAX_RECORDS_BYTES + 1), 413, ProblemType.TOO_LARGE),
    ],
)
async def test_a_body_that_is_no_batch(
    pupil: Pupil, content: bytes, status: int, kind: str
) -> None:
    response = await pupil.client.post(
        pupil.url("records"), content=content, headers=pupil.headers
    )
    answer = problem(response)
    assert (response.status_code, answer["type"]) == (status, kind)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic eDp4", "Bearer é"])
async def test_without_the_sessions_token_nothing_is_said(
    pupil: Pupil, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header.encode("utf-8")}
    pupil.open()
    for response in (
        await pupil.client.post(pupil.url("records"), content=b"x", headers=headers),
        await pupil.client.put(pupil.url(f"blobs/{'0' * 64}"), content=b"x", headers=headers),
        await pupil.client.get(pupil.url("status"), headers=headers),
    ):
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert problem(response)["type"] == ProblemType.CREDENTIAL


async def test_a_token_opens_its_own_session_only(campus: Campus, pupil: Pupil) -> None:
    other = await redeem(pupil.client, await campus.code("s-2"))
    pupil.open()
    response = await pupil.client.post(
        other.url("records"), content=pupil.records[0].line(), headers=pupil.headers
    )
    assert response.status_code == 401
    # (1) a record of another session under the right token of this one
    response = await pupil.client.post(
        other.url("records"), content=pupil.records[0].line(), headers=other.headers
    )
    assert problem(response)["check"] in {1, 3}


async def test_a_revoked_token_is_refused(campus: Campus, pupil: Pupil) -> None:
    pupil.open()
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.get_one(ExamSession, pupil.session)).token_hash = "0" * 64
    assert (await pupil.deliver(*pupil.records)).status_code == 401


async def test_a_flood_is_asked_to_wait(found) -> None:
    campus = found(records_per_minute=60)
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        pupil.open()
        for _ in range(59):
            pupil.record(GAP)
        assert (await pupil.deliver(*pupil.records)).status_code == 200
        response = await pupil.deliver(pupil.record(GAP))
        assert (response.status_code, problem(response)["type"]) == (429, ProblemType.BUSY)
        campus.clock.advance(int(response.headers["retry-after"]) * 1_000_000)
        assert (await pupil.deliver(pupil.records[-1])).status_code == 200


async def test_the_quota_of_a_session(found) -> None:
    campus = found(session_quota_bytes=3_000)
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        pupil.open()
        pupil.segment()
        pupil.segment()
        answer = problem(await pupil.deliver(*pupil.records))
        assert (answer["type"], answer["status"]) == (ProblemType.QUOTA, 413)
        assert answer["size"] == 2


async def test_the_quota_of_records(found) -> None:
    campus = found(session_quota_records=2)
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        pupil.open()
        pupil.record(GAP)
        pupil.record(GAP)
        answer = problem(await pupil.deliver(*pupil.records))
        assert (answer["type"], answer["status"]) == (ProblemType.QUOTA, 413)
        assert answer["size"] == 2
        assert (await pupil.deliver(*pupil.records[:2])).status_code == 200


async def test_receipt_times_never_go_back(campus: Campus, pupil: Pupil) -> None:
    pupil.open()
    first = decode_receipt(pupil.take(await pupil.deliver(*pupil.records)).payload)
    campus.clock.advance(-60_000_000)
    pupil.record(GAP)
    second = decode_receipt(pupil.take(await pupil.deliver(pupil.records[-1])).payload)
    assert second.time == first.time


async def test_what_lasted_at_an_interruption_is_ended_across_deliveries(
    campus: Campus, pupil: Pupil
) -> None:
    pupil.open()
    pupil.incident(1, over=False)
    pupil.incident(2)
    last = decode_record(pupil.record(GAP).payload)
    pupil.take(await pupil.deliver(*pupil.records))
    resume = decode_record(pupil.resume().payload)
    pupil.incident(3, over=False)
    pupil.take(await pupil.deliver(*pupil.records[4:]))
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(IncidentRow).order_by(IncidentRow.begin_seq)
        first, second, third = (await db.execute(query)).scalars()
        assert (first.end, first.end_seq) == (last.mono, resume.seq)
        assert second.end_seq == second.begin_seq
        assert (third.end, third.end_seq) == (None, None)


@pytest.mark.parametrize("cuts", [(), (4,), (5,), (6,), (4, 5), (1, 2, 3, 4, 5, 6)])
async def test_where_a_recorder_cuts_its_deliveries_changes_no_end(
    campus: Campus, pupil: Pupil, cuts: tuple[int, ...]
) -> None:
    """A clock that was set meanwhile is said first, and a segment that is said again counts."""
    pupil.open()
    pupil.incident(1, over=False)
    segment = decode_record(pupil.segment().payload).body
    last = decode_record(pupil.record(segment).payload)
    pupil.record(Clock(jump=-5, reason="set while the recorder was down"))
    pupil.record(Clock(jump=5, reason="and back"))
    resume = decode_record(pupil.resume().payload)
    edges = (0, *cuts, len(pupil.records))
    for begin, end in pairwise(edges):
        pupil.take(await pupil.deliver(*pupil.records[begin:end]))
    async with connected(campus.settings) as database, database.transaction() as db:
        incident = (await db.execute(select(IncidentRow))).scalar_one()
        assert (incident.end, incident.end_seq) == (last.mono, resume.seq)
        assert await db.scalar(select(func.count()).select_from(SegmentRow)) == 1

"""One-time codes over HTTP: looked at, taken up once, told apart when they fail."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from support.campus import HOUR, PASSWORD, Campus, client_of, connected, redeem, sign_in

from server.audit.models import LogEntryRow
from server.enrolment.models import Enrolment
from server.exams.service import add_policy, newest_policy
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from shared.encoding import from_base64, to_base64
from shared.policy import decode_policy
from shared.receipts import decode_grant
from shared.signed import Domain, holds, parse_line, public_bytes
from shared.wire import ProblemType

pytestmark = pytest.mark.anyio

DAY = 24 * HOUR
INSPECT, REDEEM = "/api/v1/enrolments/inspect", "/api/v1/enrolments/redeem"


def new_key() -> str:
    return to_base64(public_bytes(Ed25519PrivateKey.generate()))


async def test_inspecting_shows_the_signed_policy_and_changes_nothing(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    code = await campus.code()
    answer = (await client.post(INSPECT, json={"code": code.lower()})).json()
    assert (answer["product"], answer["candidate"]) == ("invigil", "Ada Example")
    key = from_base64(answer["institution_key"])
    assert key == campus.public_key
    signed = parse_line(answer["policy"].encode())
    assert holds(signed, Domain.POLICY, key)
    assert decode_policy(signed.payload).exam.title == "Algebra I"
    async with connected(campus.settings) as database, database.transaction() as db:
        assert await db.scalar(select(func.count()).select_from(ExamSession)) == 0
        (row,) = await db.scalars(select(Enrolment))
        assert row.redeemed_at is None


async def test_redeeming_grants_a_session(campus: Campus, client: httpx.AsyncClient) -> None:
    pupil = await redeem(client, await campus.code())
    assert holds(pupil.grant, Domain.GRANT, pupil.institution_key)
    grant = decode_grant(pupil.grant.payload)
    assert grant.session == pupil.session
    assert grant.policy == pupil.policy.hash
    assert grant.public_key == to_base64(public_bytes(pupil.key))
    assert grant.issued == campus.clock()
    async with connected(campus.settings) as database, database.transaction() as db:
        session = await db.get_one(ExamSession, pupil.session)
        assert session.keep_until == campus.clock() + 365 * 24 * HOUR
        assert pupil.token != session.token_hash
        query = select(LogEntryRow).where(LogEntryRow.action == "session.begin")
        (row,) = await db.scalars(query)
        assert (row.actor, row.subject_id) == ("candidate", pupil.session)


async def test_the_same_code_and_key_give_the_same_answer(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    body = {"code": await campus.code(), "public_key": new_key()}
    answers = await asyncio.gather(*(client.post(REDEEM, json=body) for _ in range(4)))
    assert len({answer.content for answer in answers}) == 1
    campus.clock.advance(48 * HOUR)
    assert (await client.post(REDEEM, json=body)).content == answers[0].content


async def test_another_key_finds_the_code_used(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    code = await campus.code()
    await redeem(client, code)
    answer = await client.post(REDEEM, json={"code": code, "public_key": new_key()})
    assert (answer.status_code, answer.json()["type"]) == (409, ProblemType.CODE_USED)


@pytest.mark.parametrize("path", [INSPECT, REDEEM])
async def test_an_expired_code(campus: Campus, client: httpx.AsyncClient, path: str) -> None:
    code = await campus.code(valid=HOUR)
    campus.clock.advance(HOUR)
    answer = await client.post(path, json={"code": code, "public_key": new_key()})
    assert (answer.status_code, answer.json()["type"]) == (410, ProblemType.CODE_EXPIRED)


async def test_a_code_ends_with_its_exam(campus: Campus, client: httpx.AsyncClient) -> None:
    code = await campus.code(valid=1000 * HOUR)
    campus.clock.advance(25 * HOUR)
    answer = await client.post(INSPECT, json={"code": code})
    assert answer.json()["type"] == ProblemType.EXAM_CLOSED
    assert "could be entered until" in answer.json()["detail"]


async def test_a_programs_code_is_good_until_its_exam_closes(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    path = f"/api/v1/exams/{campus.exam.id}"
    plan = (await client.get(f"{path}/schedule")).json()
    told = {name: plan[name] for name in ("starts", "ends", "duration_s", "zone")}
    body = {"candidates": [{"name": "Ada Example", "reference": "s-1"}]}

    async def held_after(days: int) -> dict[str, int]:
        times = {name: told[name] + days * DAY for name in ("starts", "ends")}
        moved = await client.put(f"{path}/schedule", json=told | times, headers=headers)
        assert moved.is_success, moved.text
        return times

    times = await held_after(60)
    (made,) = (await client.post(f"{path}/enrolments", json=body, headers=headers)).json()
    assert made["expires"] == times["ends"]
    # The days of the setting are the least; such a code moves with its exam, too.
    await held_after(1)
    body = {"candidates": [{"name": "Bob Example", "reference": "s-2"}]}
    (longer,) = (await client.post(f"{path}/enrolments", json=body, headers=headers)).json()
    assert longer["expires"] == campus.clock() + 30 * DAY
    times = await held_after(90)
    campus.clock.now = times["starts"] + HOUR
    for code in (made["code"], longer["code"]):
        answer = await client.post(REDEEM, json={"code": code, "public_key": new_key()})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("path", [INSPECT, REDEEM])
@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA", "nonsense", "U" * 12])
async def test_an_unknown_code(client: httpx.AsyncClient, path: str, code: str) -> None:
    answer = await client.post(path, json={"code": code, "public_key": new_key()})
    assert (answer.status_code, answer.json()["type"]) == (404, ProblemType.CODE_UNKNOWN)


@pytest.mark.parametrize("key", ["A" * 42, "A" * 44, "=" * 43, "A" * 42 + "B"])
async def test_what_is_no_key(campus: Campus, client: httpx.AsyncClient, key: str) -> None:
    body = {"code": await campus.code(), "public_key": key}
    answer = await client.post(REDEEM, json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, ProblemType.MALFORMED)


async def test_guessing_is_slowed_down(found) -> None:
    campus = found(code_attempts=3)
    async with client_of(campus) as client:
        wrong = {"code": "AAAA-AAAA-AAAA"}
        for _ in range(3):
            assert (await client.post(INSPECT, json=wrong)).status_code == 404
        answer = await client.post(INSPECT, json=wrong)
        assert (answer.status_code, answer.json()["type"]) == (429, ProblemType.BUSY)
        nonsense = await client.post(REDEEM, json={"code": "x", "public_key": new_key()})
        assert (nonsense.status_code, nonsense.json()) == (429, answer.json())
        campus.clock.advance(int(answer.headers["retry-after"]) * 1_000_000)
        assert (await client.post(INSPECT, json=wrong)).status_code == 404


async def test_one_who_guesses_keeps_nobody_else_from_beginning(found) -> None:
    """A hall of candidates has one address."""
    campus = found(code_attempts=3)
    async with client_of(campus) as client:
        code, over = await campus.code(), await campus.code("s-2", valid=HOUR)
        campus.clock.advance(HOUR)
        for _ in range(5):
            await client.post(INSPECT, json={"code": "AAAA-AAAA-AAAA"})
        assert (await client.post(INSPECT, json={"code": over})).status_code == 410
        assert (await client.post(INSPECT, json={"code": code})).status_code == 200
        await redeem(client, code)


async def test_a_session_keeps_the_policy_it_began_with(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    body = {"code": await campus.code(), "public_key": new_key()}
    first = (await client.post(REDEEM, json=body)).json()
    async with connected(campus.settings) as database, database.transaction() as db:
        terms = Terms(retention_days=7)
        await add_policy(db, campus.keys, campus.institution, campus.exam, terms, 1)
        assert (await newest_policy(db, campus.exam.id)).version == 2
    assert (await client.post(REDEEM, json=body)).json() == first
    other = await redeem(client, await campus.code("s-2"))
    assert decode_policy(other.policy.payload).retention_days == 7


async def test_the_database_holds_no_code_and_no_token(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    code = await campus.code()
    pupil = await redeem(client, code)
    kept = b"".join(file.read_bytes() for file in campus.settings.data_dir.glob("invigil.db*"))
    assert pupil.token.encode() not in kept
    assert code.encode() not in kept
    assert code.replace("-", "").encode() not in kept
    assert PASSWORD.encode() not in kept

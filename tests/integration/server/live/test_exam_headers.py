"""Whoever serves an exam asks whether a header is good; every reason why it may not be."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.campus import MINUTE, PASSWORD, Campus, Pupil, connected, redeem, sign_in

from server.accounts.models import Role
from server.accounts.passwords import Passwords
from server.accounts.service import create_account, create_institution
from server.live.exam_headers import DETAILS
from server.storage.keys import KeyStore
from shared.exam_header import ExamHeader, seal_header

pytestmark = pytest.mark.anyio

CHECK = "/api/v1/exam-headers/check"
URL = "https://lms.example.edu/quiz/7"


@pytest.fixture
async def staff(campus: Campus, client: httpx.AsyncClient) -> dict[str, str]:
    """An observer's headers: whoever serves an exam needs no more."""
    return await sign_in(campus, client, campus.observer)


@pytest.fixture
async def begun(pupil: Pupil) -> Pupil:
    """A session with its first record on the server, and a receipt."""
    pupil.open()
    await pupil.hand_in()
    return pupil


def header(pupil: Pupil, key: Ed25519PrivateKey | None = None, **changes: Any) -> str:
    says: dict[str, Any] = {
        "session": pupil.session,
        "epoch": pupil.epoch,
        "policy": pupil.policy.hash,
        "build": "invigil 0.1.0",
        "url": URL,
        "anchor": pupil.receipts[-1].hash if pupil.receipts else None,
        "time": pupil.wall,
    }
    return seal_header(key or pupil.key, ExamHeader(**(says | changes)))


async def ask(
    client: httpx.AsyncClient, staff: dict[str, str], value: str, url: str = URL
) -> dict[str, Any]:
    answer = await client.post(CHECK, json={"header": value, "url": url}, headers=staff)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_good_header_says_whose_it_is(
    campus: Campus, client: httpx.AsyncClient, staff: dict[str, str], begun: Pupil
) -> None:
    campus.clock.advance(MINUTE)
    said = await ask(client, staff, header(begun), f"{URL}?attempt=2#top")

    assert said == {
        "valid": True,
        "reason": "good",
        "detail": DETAILS["good"],
        "session": begun.session,
        "exam": campus.exam.id,
        "candidate": "s-1",
        "policy": begun.policy.hash,
        "build": "invigil 0.1.0",
        "state": "open",
        "time": begun.wall,
        "age_s": 60.0,
    }


async def test_before_the_first_receipt_the_sessions_beginning_bounds_it(
    campus: Campus, client: httpx.AsyncClient, staff: dict[str, str], pupil: Pupil
) -> None:
    assert (await ask(client, staff, header(pupil)))["valid"]
    campus.clock.advance(6 * MINUTE)
    assert (await ask(client, staff, header(pupil)))["reason"] == "stale"


async def test_it_is_stale_by_our_clock_whatever_the_candidates_says(
    campus: Campus, client: httpx.AsyncClient, staff: dict[str, str], begun: Pupil
) -> None:
    campus.clock.advance(5 * MINUTE)
    assert (await ask(client, staff, header(begun, time=0)))["valid"]
    campus.clock.advance(1)
    said = await ask(client, staff, header(begun, time=campus.clock()))
    assert (said["reason"], said["valid"]) == ("stale", False)
    begun.segment()
    await begun.hand_in()
    assert (await ask(client, staff, header(begun)))["valid"]
    assert (await ask(client, staff, header(begun, anchor="ab" * 32)))["reason"] == "stale"


async def test_the_key_is_that_of_its_epoch(
    client: httpx.AsyncClient, staff: dict[str, str], begun: Pupil
) -> None:
    first, old = begun.key, header(begun)
    begun.rotate()
    early = header(begun)
    assert (await ask(client, staff, early))["reason"] == "epoch"
    await begun.hand_in()
    assert (await ask(client, staff, early))["valid"]
    assert (await ask(client, staff, old))["valid"]
    begun.resume()
    await begun.hand_in()
    assert (await ask(client, staff, early))["valid"]
    assert (await ask(client, staff, header(begun, first)))["reason"] == "signature"
    assert (await ask(client, staff, header(begun, epoch=1)))["reason"] == "signature"


async def test_what_does_not_hold(
    client: httpx.AsyncClient, staff: dict[str, str], begun: Pupil
) -> None:
    bent: list[tuple[dict[str, Any], str]] = [
        ({"url": "https://lms.example.edu/quiz/8"}, "address"),
        ({"policy": "ab" * 32}, "unknown"),
        ({"session": "ab" * 16}, "unknown"),
        ({"epoch": 2**53 - 1}, "epoch"),
        ({"key": Ed25519PrivateKey.generate()}, "signature"),
    ]
    for changes, reason in bent:
        said = await ask(client, staff, header(begun, **changes))
        assert (said["reason"], said["valid"]) == (reason, False)
        # Nothing is said of a session to who only names it.
        assert (said["candidate"] is None) == (reason != "address")
        assert (said["session"] is None) == (reason != "address")


async def test_what_is_no_header(client: httpx.AsyncClient, staff: dict[str, str]) -> None:
    for value in ("", "x", "a.b", "x" * 12_000):
        said = await ask(client, staff, value)
        assert (said["reason"], said["valid"]) == ("malformed", False)


async def test_a_session_that_is_over_opens_no_exam(
    client: httpx.AsyncClient, staff: dict[str, str], begun: Pupil
) -> None:
    value = header(begun)
    begun.close()
    await begun.hand_in()
    said = await ask(client, staff, value)
    assert (said["reason"], said["state"], said["valid"]) == ("over", "closed", False)


async def test_who_may_ask(campus: Campus, client: httpx.AsyncClient, begun: Pupil) -> None:
    body = {"header": header(begun), "url": URL}
    assert (await client.post(CHECK, json=body)).status_code == 401
    assert (await client.post(CHECK, json=body, headers=begun.headers)).status_code == 401
    for email in (campus.observer, campus.proctor, campus.admin):
        headers = await sign_in(campus, client, email)
        assert (await client.post(CHECK, json=body)).status_code == 403  # without its token
        assert (await client.post(CHECK, json=body, headers=headers)).json()["valid"]


async def test_another_institution_does_not_know_the_session(
    campus: Campus, client: httpx.AsyncClient, begun: Pupil
) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        other = await create_institution(
            db, KeyStore(campus.settings.keys), "Elsewhere", "e@elsewhere.edu", 1
        )
        await create_account(
            db,
            Passwords(),
            other,
            email="admin@elsewhere.edu",
            name="Stranger",
            role=Role.ADMIN,
            password=PASSWORD,
            now=1,
        )
    stranger = await sign_in(campus, client, "admin@elsewhere.edu")
    said = await ask(client, stranger, header(begun))
    assert (said["reason"], said["candidate"]) == ("unknown", None)


async def test_two_candidates_are_not_taken_for_each_other(
    campus: Campus, client: httpx.AsyncClient, staff: dict[str, str], begun: Pupil
) -> None:
    friend = await redeem(client, await campus.code("s-2"))
    friend.open()
    await friend.hand_in()
    lent = header(begun, friend.key)
    assert (await ask(client, staff, lent))["reason"] == "signature"
    assert (await ask(client, staff, header(friend)))["candidate"] == "s-2"


async def test_a_body_that_is_none_is_the_callers_mistake(
    client: httpx.AsyncClient, staff: dict[str, str]
) -> None:
    bodies: list[dict[str, Any]] = [
        {},
        {"header": "x"},
        {"header": 1, "url": URL},
        {"header": "x", "url": "x" * 9_000},
        {"header": "x" * 20_000, "url": URL},
        {"header": "x", "url": URL, "more": 1},
    ]
    for body in bodies:
        answer = await client.post(CHECK, json=body, headers=staff)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"

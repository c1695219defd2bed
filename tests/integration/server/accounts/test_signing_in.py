"""Signing in and out: cookies, roles, forged forms, guessing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from support.campus import HOUR, PASSWORD, QUICK_HASHER, Campus, client_of, connected
from support.logged import entries

from server.accounts.models import Account, StaffSession
from server.accounts.passwords import Passwords
from server.accounts.sign_in import SignIn
from server.audit.models import LogEntryRow
from server.storage.database import Database
from server.storage.seal import Seal
from shared.encoding import sha256_hex

pytestmark = pytest.mark.anyio

EXAMS = "/api/v1/exams"


async def sign_in(
    client: httpx.AsyncClient, email: str, password: str = PASSWORD, **extra: str
) -> httpx.Response:
    form = {"email": email, "password": password, **extra}
    return await client.post("/login", data=form, follow_redirects=False)


async def csrf_of(campus: Campus, client: httpx.AsyncClient) -> str:
    async with connected(campus.settings) as database, database.transaction() as db:
        key = sha256_hex(client.cookies["invigil"].encode())
        return (await db.get_one(StaffSession, key)).csrf


async def test_a_good_password_opens_a_session(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    answer = await sign_in(client, " Proctor@Example.edu ", next="/sessions/x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sessions/x")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie
    assert (await client.get(EXAMS)).status_code == 200
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow).where(LogEntryRow.action == "account.sign-in")
        (row,) = await db.scalars(query)
        assert row.institution_id == campus.institution.id


async def test_by_https_the_cookie_is_secure_and_host_bound(found) -> None:
    campus = found(base_url="https://exam.example.edu")
    async with client_of(campus) as client:
        answer = await sign_in(client, campus.proctor)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-invigil=")
        assert "secure" in cookie.lower()
        assert "max-age=63072000" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("proctor@example.edu", "wrong password"),
        ("nobody@example.edu", PASSWORD),
        ("", ""),
        ("proctor@example.edu", "x" * 60_000),
    ],
)
async def test_a_wrong_one_says_neither_which(
    client: httpx.AsyncClient, email: str, password: str
) -> None:
    answer = await sign_in(client, email, password)
    assert answer.status_code == 401
    assert "is wrong" in answer.text
    assert "set-cookie" not in answer.headers
    assert (await client.get(EXAMS)).status_code == 401


async def test_an_account_that_was_closed_is_out_at_once(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await sign_in(client, campus.proctor)
    async with connected(campus.settings) as database, database.transaction() as db:
        (row,) = await db.scalars(select(Account).where(Account.email == campus.proctor))
        row.active = False
    assert (await client.get(EXAMS)).status_code == 401
    assert (await sign_in(client, campus.proctor)).status_code == 401


async def test_signing_in_makes_a_new_session_each_time(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    """A cookie planted before signing in is worth nothing afterwards."""
    client.cookies.set("invigil", "planted", domain="127.0.0.1")
    await sign_in(client, campus.proctor)
    first = client.cookies["invigil"]
    assert first != "planted"
    await sign_in(client, campus.proctor)
    assert client.cookies["invigil"] != first
    old = {"Cookie": f"invigil={first}"}
    client.cookies.clear()
    assert (await client.get(EXAMS, headers=old)).status_code == 401


async def test_sessions_end_by_idleness_and_by_age(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await sign_in(client, campus.proctor)
    for _ in range(3):
        campus.clock.advance(7 * HOUR)
        assert (await client.get(EXAMS)).status_code == 200
    campus.clock.advance(4 * HOUR)
    assert (await client.get(EXAMS)).status_code == 401
    await sign_in(client, campus.proctor)
    campus.clock.advance(9 * HOUR)
    assert (await client.get(EXAMS)).status_code == 401


async def test_signing_out_ends_it(campus: Campus, client: httpx.AsyncClient) -> None:
    await sign_in(client, campus.observer)
    token = await csrf_of(campus, client)
    kept = client.cookies["invigil"]
    answer = await client.post("/logout", data={"_csrf": token}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    headers = {"Cookie": f"invigil={kept}"}
    assert (await client.get(EXAMS, headers=headers)).status_code == 401


@pytest.mark.parametrize("given", [None, "", "0" * 64, "é"])
async def test_a_forged_form_changes_nothing(
    campus: Campus, client: httpx.AsyncClient, given: str | None
) -> None:
    await sign_in(client, campus.admin)
    form = {} if given is None else {"_csrf": given}
    assert (await client.post("/logout", data=form)).status_code == 403
    body = {"title": "x", "starts": 1, "ends": 2}
    headers = {} if given is None else {"X-CSRF-Token": given.encode()}
    assert (await client.post(EXAMS, json=body, headers=headers)).status_code == 403
    assert (await client.get(EXAMS)).status_code == 200


async def test_roles_bound_what_may_be_done(campus: Campus, client: httpx.AsyncClient) -> None:
    body = {"title": "New", "starts": 1, "ends": 2}
    for email, status in (
        (campus.observer, 403),
        (campus.proctor, 403),
        (campus.examiner, 201),
        (campus.admin, 201),
    ):
        await sign_in(client, email)
        headers = {"X-CSRF-Token": await csrf_of(campus, client)}
        answer = await client.post(EXAMS, json=body, headers=headers)
        assert answer.status_code == status, email


async def test_guessing_a_password_is_slowed_down(found) -> None:
    campus = found(login_attempts=3)
    async with client_of(campus) as client:
        for _ in range(3):
            assert (await sign_in(client, campus.proctor, "wrong")).status_code == 401
        answer = await sign_in(client, campus.proctor)
        assert answer.status_code == 429
        assert "Too many attempts" in answer.text
        # A colleague behind the same address is not kept out.
        assert (await sign_in(client, campus.examiner)).status_code == 303
        client.cookies.clear()
        campus.clock.advance(int(answer.headers["retry-after"]) * 1_000_000)
        assert (await sign_in(client, campus.proctor)).status_code == 303


async def test_guessing_at_many_accounts_from_one_address_is_slowed_down(found) -> None:
    campus = found(login_attempts=2)
    async with client_of(campus) as client:
        for number in range(20):
            wrong = await sign_in(client, f"nobody{number}@example.edu", "wrong")
            assert wrong.status_code == 401
        assert (await sign_in(client, campus.proctor)).status_code == 429


async def test_guessing_at_one_account_from_many_addresses_is_slowed_down(found) -> None:
    campus = found(login_attempts=2, trusted_proxy=True)
    async with client_of(campus) as client:
        for number in range(20):
            client.headers["X-Forwarded-For"] = f"192.0.2.{number}"
            assert (await sign_in(client, campus.proctor, "wrong")).status_code == 401
        client.headers["X-Forwarded-For"] = "192.0.2.99"
        assert (await sign_in(client, campus.proctor)).status_code == 429


@pytest.mark.parametrize("proxy_says", ["192.0.2.7:{}", "[2001:db8::{}]:50123", "2001:db8::{}"])
async def test_a_port_or_the_rest_of_an_ipv6_address_is_no_fresh_start(
    found, proxy_says: str
) -> None:
    campus = found(login_attempts=3, trusted_proxy=True)
    async with client_of(campus) as client:
        for number in range(3):
            client.headers["X-Forwarded-For"] = proxy_says.format(100 + number)
            assert (await sign_in(client, campus.proctor, "wrong")).status_code == 401
        client.headers["X-Forwarded-For"] = proxy_says.format(999)
        assert (await sign_in(client, campus.proctor)).status_code == 429
    kept = [one.address for one in await entries(campus) if one.address]
    assert kept == [proxy_says.format(100 + number) for number in range(3)], "as it came"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://["},
    ],
)
async def test_another_site_cannot_sign_anybody_in(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    form = {"email": campus.proctor, "password": PASSWORD}
    answer = await client.post("/login", data=form, headers=headers)
    assert answer.status_code == 403
    own = {"Origin": "http://127.0.0.1:8470"}
    answer = await client.post("/login", data=form, headers=own, follow_redirects=False)
    assert answer.status_code == 303


async def test_an_old_hash_is_renewed(campus: Campus, client: httpx.AsyncClient) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            (row,) = await db.scalars(select(Account).where(Account.email == campus.proctor))
            row.password_hash = weak
        await sign_in(client, campus.proctor)
        async with database.transaction() as db:
            (row,) = await db.scalars(select(Account).where(Account.email == campus.proctor))
            assert row.password_hash != weak
            assert row.password_hash.startswith("$argon2id$")
    assert (await sign_in(client, campus.proctor)).status_code == 303


@pytest.mark.parametrize("meanwhile", ["changed", "renewed by another sign-in"])
async def test_a_password_that_is_changed_while_its_hash_is_renewed_stays_changed(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    new = QUICK_HASHER.hash("another" if meanwhile == "changed" else PASSWORD)
    hashing = Passwords.hash_slowly

    async with connected(campus.settings) as database:

        async def keep(hashed: str) -> None:
            async with database.transaction() as db:
                theirs = update(Account).where(Account.email == campus.proctor)
                await db.execute(theirs.values(password_hash=hashed))

        async def overtaken(own: Passwords, password: str) -> str:
            await keep(new)
            return await hashing(own, password)

        await keep(weak)
        monkeypatch.setattr(Passwords, "hash_slowly", overtaken)
        answer = await sign_in(client, campus.proctor)
        assert answer.status_code == (401 if meanwhile == "changed" else 303)
        async with database.transaction() as db:
            (row,) = await db.scalars(select(Account).where(Account.email == campus.proctor))
            assert row.password_hash == new


async def test_a_visitor_is_told_by_api_and_sent_on_by_page(client: httpx.AsyncClient) -> None:
    answer = await client.get(EXAMS, headers={"Accept": "text/html"})
    assert answer.status_code in {303, 401}
    answer = await client.get(EXAMS)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_every_answer_bears_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/health", "/nothing", "/login", EXAMS):
        answer = await client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize("later", [HOUR, 9 * HOUR], ids=["seen", "idle"])
async def test_a_session_that_is_ended_while_it_is_looked_up_is_no_error(
    campus: Campus, client: httpx.AsyncClient, later: int
) -> None:
    await sign_in(client, campus.proctor)
    campus.clock.advance(later)
    async with connected(campus.settings) as other:

        class Slow(Database):
            """Everybody is signed out while something is looked up here."""

            @asynccontextmanager
            async def transaction(self) -> AsyncIterator[AsyncSession]:
                async with super().transaction() as db:
                    look_up = db.execute

                    async def execute(*asked: Any, **more: Any) -> Any:
                        found, db.execute = await look_up(*asked, **more), look_up
                        async with other.transaction() as ending:
                            await ending.execute(delete(StaffSession))
                        return found

                    db.execute = execute
                    yield db

        slow, seal = Slow(campus.settings.database), Seal(b"x" * 32, "x")
        hashing = Passwords(QUICK_HASHER)
        signing_in = SignIn(slow, hashing, seal, campus.settings, campus.clock)
        try:
            staff = await signing_in.find(client.cookies["invigil"])
        finally:
            await slow.close()
    assert (staff is not None) is (later == HOUR)
    assert (await client.get(EXAMS)).status_code == 401

"""Signing in with an institution's own account, at a real provider on loopback."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import select
from support.campus import Campus, client_of, connected, sign_in
from support.logged import entries
from support.oidc_provider import CLIENT, SECRET, Provider, provider

from server.accounts.credentials import ProviderRow
from server.accounts.elsewhere import SEAL
from server.accounts.models import Account
from server.storage.seal import Seal
from shared.log import Act

pytestmark = pytest.mark.anyio

SETTINGS = "/settings/sign-in/provider"
LOOPBACK = "127.0.0.0/8"


@pytest.fixture
def issuer() -> Iterator[Provider]:
    with provider() as one:
        yield one


@pytest.fixture
def campus(found, issuer: Provider) -> Campus:
    campus = found(webhook_networks=LOOPBACK)
    issuer.now = campus.clock() // 1_000_000
    return campus


@pytest.fixture
async def client(campus: Campus) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(campus) as client:
        yield client


async def set_up(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider, /, **form: str
) -> httpx.Response:
    """As an administrator does; afterwards nobody is signed in."""
    headers = await sign_in(campus, client, campus.admin)
    draft = {"issuer": issuer.url, "client": CLIENT, "secret": SECRET, **form}
    answer = await client.post(SETTINGS, data=draft, headers=headers)
    client.cookies.clear()
    return answer


async def go(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider, **bent: str
) -> httpx.Response:
    """There and back; ``bent`` changes what the browser brings back."""
    away = f"/login/with/{campus.institution.id}?next=/exams"
    sent = await client.get(away, follow_redirects=False)
    assert sent.status_code == 303
    back = issuer.sign_in(sent.headers["location"])
    return await client.get("/login/back", params={**back, **bent}, follow_redirects=False)


async def test_a_verified_address_finds_its_account(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider
) -> None:
    assert "Try it in a private window" in (await set_up(campus, client, issuer)).text
    assert "institution’s account" in (await client.get("/login")).text
    answer = await go(campus, client, issuer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/exams")
    assert (await client.get("/api/v1/exams")).status_code == 200
    assert "Proctor" in (await client.get("/settings/account")).text
    async with connected(campus.settings) as database, database.transaction() as db:
        (row,) = await db.scalars(select(ProviderRow))
        assert SECRET.encode() not in row.sealed


@pytest.mark.parametrize(
    "bent",
    [
        {"iss": "https://other.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"email": "nobody@example.edu"},
        {"email": "stranger@elsewhere.edu"},
    ],
    ids=str,
)
async def test_a_token_that_does_not_hold_signs_nobody_in(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider, bent: dict[str, Any]
) -> None:
    await set_up(campus, client, issuer)
    issuer.bent = bent
    answer = await go(campus, client, issuer)
    assert answer.headers["location"].startswith("/login?told=")
    assert (await client.get("/api/v1/exams")).status_code == 401


async def test_an_issuer_that_says_nothing_of_addresses_is_trusted_where_it_is_said(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider
) -> None:
    """As Microsoft Entra ID, whose tokens have no ``email_verified``."""
    issuer.bent = {"email_verified": None}
    await set_up(campus, client, issuer)
    answer = await go(campus, client, issuer)
    assert answer.headers["location"].startswith("/login?told=")
    # The secret need not be said again.
    page = await set_up(campus, client, issuer, secret="", trusts_address="on")
    assert re.search(r'name="trusts_address"[^>]* checked', page.text)
    assert (await go(campus, client, issuer)).headers["location"] == "/exams"
    client.cookies.clear()
    for verified in (False, "true", 0):
        issuer.bent = {"email_verified": verified}
        answer = await go(campus, client, issuer)
        assert answer.headers["location"].startswith("/login?told="), verified
    issuer.bent = {"email_verified": None}
    page = await set_up(campus, client, issuer, secret="")
    assert not re.search(r'name="trusts_address"[^>]* checked', page.text)
    answer = await go(campus, client, issuer)
    assert answer.headers["location"].startswith("/login?told=")
    log = [one.body for one in await entries(campus) if isinstance(one.body, Act)]
    said = [one.detail["trusts_address"] for one in log if one.action == "institution.provider"]
    assert said == [False, True, False]


async def test_a_sign_in_that_was_kept_before_there_was_trust_goes_on(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider
) -> None:
    await set_up(campus, client, issuer)
    seal = Seal(campus.keys.server_secret(), SEAL)
    async with connected(campus.settings) as database, database.transaction() as db:
        row = await db.get_one(ProviderRow, campus.institution.id)
        row.sealed = seal.sealed(row.institution_id, SECRET)
    assert (await go(campus, client, issuer)).headers["location"] == "/exams"


async def test_an_issuer_may_have_several_hosts(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider
) -> None:
    """As Google, whose tokens and keys are on other hosts than the issuer."""
    with provider() as other:
        other.asked, other.key, other.now = issuer.asked, issuer.key, issuer.now
        other.bent = {"iss": issuer.url}
        issuer.discovery = {
            "authorization_endpoint": f"{other.url}/authorize",
            "token_endpoint": f"{other.url}/token",
            "jwks_uri": f"{other.url}/keys",
        }
        await set_up(campus, client, issuer)
        assert (await go(campus, client, issuer)).headers["location"] == "/exams"
        assert other.requests == ["/token", "/keys"]
        client.cookies.clear()
        other.bent = {}
        answer = await go(campus, client, issuer)
        assert answer.headers["location"].startswith("/login?told="), "the other's own word"


async def test_what_the_token_leaves_out_is_asked_for(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider
) -> None:
    """The code flow may tell the claims of scopes as UserInfo alone (Core 1.0, 5.4)."""
    bare = {"email": None, "email_verified": None, "name": None}
    person = {"sub": "s-1", "email": "proctor@example.edu", "email_verified": True}
    issuer.bent = bare
    await set_up(campus, client, issuer)
    assert (await go(campus, client, issuer)).headers["location"].startswith("/login?told=")
    issuer.discovery = {"userinfo_endpoint": f"{issuer.url}/userinfo"}
    issuer.userinfo = person
    assert (await go(campus, client, issuer)).headers["location"] == "/exams"
    client.cookies.clear()
    for wrong in (
        {**person, "sub": "s-2"},
        {**person, "email_verified": False},
        {"sub": "s-1", "email_verified": True},
        {"sub": "s-1", "email": "proctor@example.edu"},
    ):
        issuer.userinfo = wrong
        answer = await go(campus, client, issuer)
        assert answer.headers["location"].startswith("/login?told="), wrong
    # What the token says goes before what is told beside it.
    issuer.userinfo, issuer.bent = person, {"email_verified": False}
    assert (await go(campus, client, issuer)).headers["location"].startswith("/login?told=")


async def test_what_is_planted_or_used_again_signs_nobody_in(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider
) -> None:
    await set_up(campus, client, issuer)
    for bent in ({"state": "guessed"}, {"code": "guessed"}, {"code": ""}):
        answer = await go(campus, client, issuer, **bent)
        assert answer.headers["location"].startswith("/login?told="), bent
    issuer.signing = ECKey.generate_key("P-256", {"kid": "1"})
    assert (await go(campus, client, issuer)).headers["location"].startswith("/login?told=")
    issuer.signing = None
    # Another browser's answer: it holds no step of ours.
    sent = await client.get(f"/login/with/{campus.institution.id}", follow_redirects=False)
    back = issuer.sign_in(sent.headers["location"])
    client.cookies.clear()
    answer = await client.get("/login/back", params=back, follow_redirects=False)
    assert answer.headers["location"].startswith("/login?told=")
    assert (await client.get("/api/v1/exams")).status_code == 401


async def test_who_is_unknown_joins_only_where_the_institution_says_so(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider
) -> None:
    issuer.email = "new@example.edu"
    await set_up(campus, client, issuer)
    refused = await go(campus, client, issuer)
    assert "have no account" in (await client.get(refused.headers["location"])).text
    page = await set_up(campus, client, issuer, joins_as="observer")
    assert (page.status_code, "Say the domains" in page.text) == (422, True)
    page = await set_up(campus, client, issuer, joins_as="observer", domains="example edu")
    assert (page.status_code, "as example.edu" in page.text) == (422, True)
    said = {"joins_as": "observer", "domains": "Med.Example.edu; example.edu,"}
    page = await set_up(campus, client, issuer, **said)
    assert 'value="med.example.edu, example.edu"' in page.text
    # What an issuer vouches for is not all an institution's own.
    for stranger in ("new@example.edu.evil.org", "new@notexample.edu", "new@elsewhere.org"):
        issuer.email = stranger
        refused = await go(campus, client, issuer)
        assert refused.headers["location"].startswith("/login?told="), stranger
    issuer.email = "new@example.edu"
    assert (await go(campus, client, issuer)).headers["location"] == "/exams"
    async with connected(campus.settings) as database, database.transaction() as db:
        (row,) = await db.scalars(select(Account).where(Account.email == "new@example.edu"))
        assert (row.role, row.password_hash) == ("observer", "")
    client.cookies.clear()
    for password in ("", "x"):
        login = {"email": "new@example.edu", "password": password}
        assert (await client.post("/login", data=login)).status_code == 401
    # An administrator is never made by somebody else's word.
    await set_up(campus, client, issuer, joins_as="admin", domains="example.edu")
    async with connected(campus.settings) as database, database.transaction() as db:
        (kept,) = await db.scalars(select(ProviderRow))
        assert kept.joins_as is None


async def test_what_cannot_be_an_issuer_is_refused_with_why(
    campus: Campus, client: httpx.AsyncClient, issuer: Provider
) -> None:
    for discovery, said in (
        ({"issuer": "https://other.example"}, "calls itself"),
        ({"token_endpoint": "ftp://other.example/token"}, "It names ftp://other.example"),
        ({"jwks_uri": "http://10.0.0.1/keys"}, "inside of a network"),
        ({"userinfo_endpoint": "https://10.0.0.1/me"}, "inside of a network"),
        ({"jwks_uri": 5}, "not understood"),
        ({"token_endpoint": "https://[x"}, "no address: https://[x"),
        ({"authorization_endpoint": "https://[x"}, "no address: https://[x"),
        ({"jwks_uri": f"{issuer.url}/schlüssel"}, "no address: http://127.0.0.1"),
        ({"userinfo_endpoint": f"{issuer.url}/who is it"}, "no address: http://127.0.0.1"),
        ({"token_endpoint": "https://other.example:70000/"}, "no address: https://other"),
        ({"token_endpoint": f"{issuer.url}/{'x' * 3_000}"}, "no address: http://127.0.0.1"),
    ):
        issuer.discovery = discovery
        answer = await set_up(campus, client, issuer)
        assert (answer.status_code, said in answer.text) == (422, True), said
    for address in ("http://127.0.0.1:1", "ftp://x.example", "https://u@x.example", ""):
        answer = await set_up(campus, client, issuer, issuer=address)
        assert answer.status_code == 422, address
    async with connected(campus.settings) as database, database.transaction() as db:
        assert (await db.scalars(select(ProviderRow))).all() == []


async def test_inward_addresses_are_not_asked_unless_the_operator_allows_them(
    found, issuer: Provider
) -> None:
    campus = found()
    async with client_of(campus) as client:
        answer = await set_up(campus, client, issuer)
        assert (answer.status_code, "inside of a network" in answer.text) == (422, True)
        assert issuer.requests == []

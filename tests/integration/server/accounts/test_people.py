"""Invited, given a role, let go: an institution's people."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from sqlalchemy import select
from support.campus import PASSWORD, QUICK_HASHER, Campus, connected, sign_in
from support.logged import entries

from server.accounts.credentials import ApiTokenRow, TotpRow
from server.accounts.models import Account, Role
from server.accounts.password_links import LINK_DAYS
from server.accounts.passwords import Passwords
from server.accounts.people import people_of
from server.accounts.service import NO_HASH, AccountError, create_account, create_institution
from server.accounts.tokens import TokenError, end_token, make_token
from server.audit import service as audit
from server.mail.models import MailRow
from shared.log import Act

pytestmark = pytest.mark.anyio

PEOPLE = "/settings/people"
NEW = "grace@example.edu"
WORDS = "entirely different words"


async def invite(
    client: httpx.AsyncClient, headers: dict[str, str], email: str = NEW, role: str = "examiner"
) -> str:
    """Invite somebody; the link's path."""
    form = {"email": email, "role": role}
    answer = await client.post(f"{PEOPLE}/invitations", data=form, headers=headers)
    assert answer.status_code == 200, answer.text
    link = re.search(r'id="link">http://127.0.0.1:8470(/join/[\w-]+)<', answer.text)
    assert link is not None
    return link.group(1)


async def account(campus: Campus, email: str) -> Account:
    async with connected(campus.settings) as database, database.transaction() as db:
        (row,) = await db.scalars(select(Account).where(Account.email == email))
        return row


@pytest.mark.parametrize("name", ["One\nBcc: two", "Un\u2028iversity", "U" * 151])
async def test_an_institution_s_name_is_one_line(campus: Campus, name: str) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        with pytest.raises(AccountError, match="one line of at most 150 characters"):
            await create_institution(db, campus.keys, name, "x@example.org", 1)


async def test_somebody_invited_comes_in_once(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    first = await invite(client, headers)
    link = await invite(client, headers, f" {NEW.upper()} ")
    assert (await client.get(first)).status_code == 404, "the newer one holds"
    async with connected(campus.settings) as database, database.transaction() as db:
        letters = list(await db.scalars(select(MailRow)))
        assert {row.recipient for row in letters} == {NEW}
        assert all(link.encode() not in row.sealed for row in letters)
    client.cookies.clear()
    page = await client.get(link)
    assert "Example University" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    for form, said in (
        ({"name": "Grace"}, "at least 12"),
        ({"name": "Grace", "password": "short", "again": "short"}, "at least 12"),
        ({"name": "Grace", "password": WORDS, "again": "x"}, "differ"),
        ({"name": "G", "password": "passwordpassword", "again": "passwordpassword"}, "first"),
    ):
        answer = await client.post(link, data=form)
        assert (answer.status_code, said in answer.text) == (422, True), said
    form = {"name": "Grace", "password": WORDS, "again": WORDS}
    assert "ready" in (await client.post(link, data=form)).text
    assert (await client.get("/accommodations")).status_code == 200
    assert (await client.get(PEOPLE)).status_code == 403
    client.cookies.clear()
    assert (await client.get(link)).status_code == 404
    assert (await client.post(link, data=form)).status_code == 404
    done = [one.body.action for one in await entries(campus) if isinstance(one.body, Act)]
    assert done.count("invitation.send") == 2
    assert done[-2:] == ["account.create", "account.sign-in"]


async def test_a_password_is_judged_while_it_is_typed(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    link = await invite(client, headers)
    own = "/settings/account/password/strength"
    for path, field, more in ((f"{link}/strength", "password", {}), (own, "new", headers)):
        for typed, said in (
            ("", "at least 12"),
            (f"{NEW if field == 'password' else campus.admin}1", "your address"),
            ("password1234", "guessed first"),
            (WORDS, "Very good."),
        ):
            answer = await client.post(path, data={field: typed}, headers=more)
            assert (answer.status_code, said in answer.text) == (200, True), answer.text
            assert "<html" not in answer.text
    other = {"Origin": "https://elsewhere.example"}
    answer = await client.post(f"{link}/strength", data={}, headers=other)
    assert answer.status_code == 403
    assert (await client.post("/join/guessed/strength", data={})).status_code == 404


@pytest.mark.parametrize(
    ("email", "said"),
    [("proctor@example.edu", "account here already"), ("nobody", "e-mail address")],
)
async def test_who_cannot_be_invited(
    campus: Campus, client: httpx.AsyncClient, email: str, said: str
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    form = {"email": email, "role": "proctor"}
    answer = await client.post(f"{PEOPLE}/invitations", data=form, headers=headers)
    assert (answer.status_code, said in answer.text) == (422, True)


async def test_an_invitation_ends_by_time_or_when_taken_back(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    link = await invite(client, headers)
    page = await client.get(PEOPLE)
    (withdraw,) = re.findall(rf'action="({PEOPLE}/invitations/\w+/withdraw)"', page.text)
    assert (await client.post(withdraw, headers=headers)).status_code == 200
    assert (await client.get(link)).status_code == 404
    late = await invite(client, headers)
    campus.clock.advance(8 * 24 * 3600 * 1_000_000)
    assert (await client.get(late)).status_code == 404


async def test_who_was_idle_for_too_long_is_not_signed_in(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await sign_in(campus, client, campus.proctor)
    campus.clock.advance(campus.settings.session_idle)
    client.cookies.clear()
    await sign_in(campus, client, campus.admin)
    idle, now = campus.settings.session_idle, campus.clock()
    async with connected(campus.settings) as database, database.transaction() as db:
        people = await people_of(db, campus.institution.id, idle, now)
    found = {one.account.email: (one.sessions, one.seen) for one in people}
    assert found[campus.proctor] == (0, None)
    assert found[campus.admin] == (1, now)


async def renew(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], email: str
) -> str:
    """Make somebody a link for a new password; its path."""
    one = f"{PEOPLE}/{(await account(campus, email)).id}"
    answer = await client.post(f"{one}/password", headers=headers)
    assert answer.status_code == 200, answer.text
    link = re.search(r'id="link">http://127.0.0.1:8470(/join/[\w-]+)<', answer.text)
    assert link is not None
    return link.group(1)


async def login(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    """Sign in from a browser that holds nothing."""
    client.cookies.clear()
    form = {"email": email, "password": password}
    return await client.post("/login", data=form, follow_redirects=False)


async def test_who_forgot_their_password_chooses_a_new_one_by_a_link(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await sign_in(campus, client, campus.proctor)
    there = {"Cookie": f"invigil={client.cookies['invigil']}"}
    client.cookies.clear()
    headers = await sign_in(campus, client, campus.admin)
    first = await renew(campus, client, headers, campus.proctor)
    link = await renew(campus, client, headers, campus.proctor)
    assert (await client.get(first)).status_code == 404, "the newer one holds"
    assert "As it is: for a new password" in (await client.get(PEOPLE)).text
    client.cookies.clear()
    assert (await client.get("/api/v1/exams", headers=there)).status_code == 200, "not yet"
    page = await client.get(link)
    assert (page.headers["referrer-policy"], campus.proctor in page.text) == (
        "no-referrer",
        True,
    )
    assert "Your name" not in page.text
    for form, said in (
        ({"password": "short", "again": "short"}, "at least 12"),
        ({"password": WORDS, "again": "x"}, "differ"),
    ):
        answer = await client.post(link, data=form)
        assert (answer.status_code, said in answer.text) == (422, True), said
    form = {"password": WORDS, "again": WORDS, "name": "Mallory", "role": "admin"}
    other = {"Origin": "https://elsewhere.example"}
    assert (await client.post(link, data=form, headers=other)).status_code == 403
    done = await client.post(link, data=form)
    assert (done.url.path, "new password is kept" in done.text) == ("/login", True)
    assert "invigil" not in client.cookies, "the link signs nobody in"
    assert (await client.post(link, data=form)).status_code == 404
    assert (await client.get("/api/v1/exams", headers=there)).status_code == 401
    assert (await login(client, campus.proctor, PASSWORD)).status_code == 401
    assert (await login(client, campus.proctor, WORDS)).status_code == 303
    kept = await account(campus, campus.proctor)
    assert (kept.role, kept.name) == ("proctor", "Proctor")
    async with connected(campus.settings) as database, database.transaction() as db:
        kinds = [row.kind for row in await db.scalars(select(MailRow).order_by(MailRow.id))]
    assert sorted(kinds) == ["account-change", "password-link", "password-link"]
    acts = [one.body.action for one in await entries(campus) if isinstance(one.body, Act)]
    assert acts.count("account.password-link") == 2
    assert acts.count("account.password") == 1


async def test_a_new_password_by_a_link_leaves_the_second_factor(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    whose = (await account(campus, campus.proctor)).id
    async with connected(campus.settings) as database, database.transaction() as db:
        db.add(TotpRow(account_id=whose, sealed=b"", last_step=0, created=1, confirmed=1))
    headers = await sign_in(campus, client, campus.admin)
    link = await renew(campus, client, headers, campus.proctor)
    client.cookies.clear()
    await client.post(link, data={"password": WORDS, "again": WORDS})
    answer = await login(client, campus.proctor, WORDS)
    assert answer.headers["location"].startswith("/login/second")
    assert (await client.get("/api/v1/exams")).status_code == 401


async def test_who_may_have_whom_a_link_for_a_new_password(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    of_admin = f"{PEOPLE}/{(await account(campus, campus.admin)).id}"
    answer = await client.post(f"{of_admin}/password", headers=headers)
    assert answer.status_code == 403, "a lower role"
    headers = await sign_in(campus, client, campus.admin)
    answer = await client.post(f"{of_admin}/password", headers=headers)
    assert (answer.status_code, "under your account" in answer.text) == (409, True)
    assert (await client.post(f"{PEOPLE}/nobody/password", headers=headers)).status_code == 404
    # Who is let go stays so: neither does a link that was open work, nor is a new one made.
    link = await renew(campus, client, headers, campus.proctor)
    one = f"{PEOPLE}/{(await account(campus, campus.proctor)).id}"
    await client.post(f"{one}/active", data={"active": "no"}, headers=headers)
    form = {"password": WORDS, "again": WORDS}
    assert (await client.post(link, data=form)).status_code == 404
    answer = await client.post(f"{one}/password", headers=headers)
    assert (answer.status_code, "was deactivated" in answer.text) == (409, True)
    await client.post(f"{one}/active", data={"active": "yes"}, headers=headers)
    assert (await client.post(link, data=form)).status_code == 404


async def test_a_link_for_a_new_password_ends_by_time_when_taken_back_or_no_longer_needed(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    link = await renew(campus, client, headers, campus.proctor)
    page = await client.get(PEOPLE)
    (withdraw,) = re.findall(rf'action="({PEOPLE}/invitations/\w+/withdraw)"', page.text)
    assert (await client.post(withdraw, headers=headers)).status_code == 200
    assert (await client.get(link)).status_code == 404
    link = await renew(campus, client, headers, campus.proctor)
    client.cookies.clear()
    own = await sign_in(campus, client, campus.proctor)
    form = {"password": PASSWORD, "new": WORDS, "again": WORDS}
    assert (
        await client.post("/settings/account/password", data=form, headers=own)
    ).status_code == 200
    client.cookies.clear()
    assert (await client.get(link)).status_code == 404, "they remembered"
    headers = await sign_in(campus, client, campus.admin)
    late = await renew(campus, client, headers, campus.proctor)
    campus.clock.advance(LINK_DAYS * 24 * 3600 * 1_000_000)
    assert (await client.get(late)).status_code == 404
    answer = await client.post(late, data={"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 404


async def test_an_account_without_a_password_gets_one_by_a_link(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    """As all are that came by an institution's own sign-in, once that is removed."""
    async with connected(campus.settings) as database, database.transaction() as db:
        (row,) = await db.scalars(select(Account).where(Account.email == campus.proctor))
        row.password_hash = NO_HASH
    headers = await sign_in(campus, client, campus.admin)
    link = await renew(campus, client, headers, campus.proctor)
    client.cookies.clear()
    await client.post(link, data={"password": WORDS, "again": WORDS})
    assert (await login(client, campus.proctor, WORDS)).status_code == 303


async def test_the_last_administrator_stays(campus: Campus, client: httpx.AsyncClient) -> None:
    headers = await sign_in(campus, client, campus.admin)
    own = f"{PEOPLE}/{(await account(campus, campus.admin)).id}"
    for path, form in (("role", {"role": "proctor"}), ("active", {"active": "no"})):
        answer = await client.post(f"{own}/{path}", data=form, headers=headers)
        assert (answer.status_code, "last administrator" in answer.text) == (409, True)
    other = f"{PEOPLE}/{(await account(campus, campus.proctor)).id}"
    await client.post(f"{other}/role", data={"role": "admin"}, headers=headers)
    await client.post(f"{own}/role", data={"role": "observer"}, headers=headers)
    assert (await account(campus, campus.admin)).role == Role.OBSERVER.value
    # Another role is another session.
    assert (await client.get("/api/v1/exams")).status_code == 401


async def test_who_is_let_go_is_out_at_once(campus: Campus, client: httpx.AsyncClient) -> None:
    form = {"name": "nightly", "days": "7", "scope": "exams:read"}
    proctors = await sign_in(campus, client, campus.proctor)
    made = await client.post("/settings/tokens", data=form, headers=proctors)
    token = re.search(r'id="token">(\S+?)<', made.text)
    assert token is not None
    bearer = {"Authorization": f"Bearer {token.group(1)}"}
    cookie = {"Cookie": f"invigil={client.cookies['invigil']}"}
    client.cookies.clear()
    assert (await client.get("/api/v1/exams", headers=bearer)).status_code == 200
    # No cookie, no form of ours: a token needs no CSRF token, and has its maker's rights only.
    draft = {"title": "x", "starts": 1, "ends": 2}
    refused = await client.post("/api/v1/exams", json=draft, headers=bearer)
    assert refused.status_code == 403
    assert (await client.get("/exams", headers=bearer)).status_code == 403
    headers = await sign_in(campus, client, campus.admin)
    one = f"{PEOPLE}/{(await account(campus, campus.proctor)).id}"
    await client.post(f"{one}/active", data={"active": "no"}, headers=headers)
    await client.post(f"{one}/active", data={"active": "yes"}, headers=headers)
    client.cookies.clear()
    for gone in (bearer, cookie):
        assert (await client.get("/api/v1/exams", headers=gone)).status_code == 401
    assert (await login(client, campus.proctor, PASSWORD)).status_code == 303


async def test_tokens_that_ended_do_not_stand_in_the_way_of_new_ones(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.accounts.tokens.MOST_TOKENS", 2)
    owner = await account(campus, campus.examiner)
    async with connected(campus.settings) as database, database.transaction() as db:

        async def make(days: int) -> ApiTokenRow:
            row, _ = await make_token(
                db, owner, "x", ["exams:read"], days, campus.clock(), by=audit.COMMAND_LINE
            )
            return row

        await make(1)
        last = await make(9)
        with pytest.raises(TokenError, match="Revoke one first"):
            await make(1)
        campus.clock.advance(24 * 3600 * 1_000_000)
        await make(9)
        with pytest.raises(TokenError, match="Revoke one first"):
            await make(1)
        end_token(db, last, owner.institution_id, campus.clock(), by=audit.COMMAND_LINE)
        await make(9)


async def test_a_token_ends_when_it_is_revoked_or_over(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    for form, said in (
        ({"name": "", "days": "7", "scope": "exams:read"}, "has a name"),
        ({"name": "x", "days": "7"}, "what the token is for"),
        ({"name": "x", "days": "7", "scope": "everything"}, "what the token is for"),
        ({"name": "x", "days": "9999", "scope": "exams:read"}, "1 to 366 days"),
    ):
        answer = await client.post("/settings/tokens", data=form, headers=headers)
        assert (answer.status_code, said in answer.text) == (422, True), said
        # What was chosen stays; of what cannot be chosen the usual.
        chosen = re.findall(r'<option value="(\d+)" selected>', answer.text)
        assert chosen == ["7" if form["days"] == "7" else "90"]
    tokens: list[dict[str, str]] = []
    for name in ("first", "second"):
        form = {"name": name, "days": "7", "scope": "exams:read"}
        made = await client.post("/settings/tokens", data=form, headers=headers)
        text = re.search(r'id="token">(\S+?)<', made.text)
        assert text is not None
        tokens.append({"Authorization": f"Bearer {text.group(1)}"})
    page = await client.get("/settings/tokens")
    assert tokens[0]["Authorization"].split()[1] not in page.text
    revoke = re.findall(r'action="(/settings/tokens/\w+/revoke)"', page.text)
    await client.post(revoke[0], headers=headers)
    client.cookies.clear()
    found = [(await client.get("/api/v1/exams", headers=t)).status_code for t in tokens]
    assert sorted(found) == [200, 401]
    campus.clock.advance(8 * 24 * 3600 * 1_000_000)
    found = [(await client.get("/api/v1/exams", headers=t)).status_code for t in tokens]
    assert found == [401, 401]


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_of_two_who_make_the_same_account_at_once_one_is_told(campus: Campus) -> None:
    async def made() -> str:
        async with connected(campus.settings) as database, database.transaction() as db:
            await create_account(
                db,
                Passwords(QUICK_HASHER),
                campus.institution,
                email="new@example.edu",
                name="New",
                role=Role.OBSERVER,
                password=None,
                now=campus.clock(),
            )
            # Both have looked before either is done.
            await asyncio.sleep(0.2)
            return "made"

    found = await asyncio.gather(made(), made(), return_exceptions=True)
    assert sorted(map(str, found)) == [
        "made",
        "there is an account for new@example.edu already",
    ]

"""Second factors: an app's codes, recovery codes, what an institution asks for."""

from __future__ import annotations

import re

import httpx
import pyotp
import pytest
from sqlalchemy import select
from support.campus import PASSWORD, Campus, client_of, connected, sign_in

from server.accounts.credentials import RecoveryCodeRow, TotpRow
from server.accounts.models import Account, Institution, StaffSession
from server.accounts.notices import KIND, Change
from server.accounts.passkeys import Site
from server.config import Settings
from server.mail.models import MailRow
from server.mail.outbox import Outbox

pytestmark = pytest.mark.anyio

ACCOUNT = "/settings/account"
STEP = 30 * 1_000_000


def code_at(campus: Campus, secret: str, steps: int = 0) -> str:
    """The code that an app shows now, or some steps later."""
    return pyotp.TOTP(secret).at((campus.clock() + steps * STEP) // 1_000_000)


async def set_up(campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]):
    """Set an app up through the pages; its secret, and the recovery codes."""
    form = {"password": PASSWORD}
    page = await client.post(f"{ACCOUNT}/totp", data=form, headers=headers)
    assert page.status_code == 200, page.text
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page.text)
    assert secret is not None
    text = secret.group(1).replace(" ", "")
    picture = await client.get(f"{ACCOUNT}/totp.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert b"style=" not in picture.content
    wrong = await client.post(f"{ACCOUNT}/totp/confirm", data={"code": "1"}, headers=headers)
    assert wrong.status_code == 422
    done = await client.post(
        f"{ACCOUNT}/totp/confirm", data={"code": code_at(campus, text)}, headers=headers
    )
    codes = re.findall(r'class="code">([a-z0-9-]+)<', done.text)
    assert len(set(codes)) == 10
    assert (await client.get(f"{ACCOUNT}/totp.svg")).status_code == 404
    return text, codes


async def told(campus: Campus, whom: str) -> list[Change]:
    """What somebody was written of changes to their account, the oldest first."""
    outbox = Outbox(campus.keys.server_secret(), campus.clock)
    query = select(MailRow).where(MailRow.kind == KIND, MailRow.recipient == whom)
    async with connected(campus.settings) as database, database.transaction() as db:
        rows = list(await db.scalars(query.order_by(MailRow.created)))
    texts = [outbox.text_of(row) or "" for row in rows]
    found = [[change for change in Change if change.value in text] for text in texts]
    assert all(len(each) == 1 for each in found), texts
    assert all("exams@example.edu" in text for text in texts), "whom to tell"
    return [each[0] for each in found]


async def begin(client: httpx.AsyncClient, email: str, **extra: str) -> httpx.Response:
    """The password, from a browser that holds nothing."""
    client.cookies.clear()
    form = {"email": email, "password": PASSWORD, **extra}
    return await client.post("/login", data=form, follow_redirects=False)


async def show(client: httpx.AsyncClient, code: str) -> httpx.Response:
    """The second factor."""
    form = {"code": code, "next": "/exams"}
    return await client.post("/login/second", data=form, follow_redirects=False)


async def test_an_apps_code_is_asked_for_and_taken_once(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    secret, codes = await set_up(campus, client, headers)
    answer = await begin(client, campus.proctor, next="/exams")
    assert answer.headers["location"] == "/login/second?next=%2Fexams"
    assert "invigil" not in client.cookies, "half-way is not signed in"
    assert (await client.get("/api/v1/exams")).status_code == 401
    assert (await client.get("/login/second")).status_code == 200
    # The code that turned it on was taken already.
    assert (await show(client, code_at(campus, secret))).status_code == 401
    for wrong in ("", "000000", "12345", "é" * 6, "٣" * 6):
        assert (await show(client, wrong)).status_code == 401, wrong
    campus.clock.advance(STEP)
    done = await show(client, code_at(campus, secret))
    assert (done.status_code, done.headers["location"]) == (303, "/exams")
    assert (await client.get("/api/v1/exams")).status_code == 200
    # The same code again, from another browser.
    await begin(client, campus.proctor)
    assert (await show(client, code_at(campus, secret))).status_code == 401
    # A recovery code does, once, however it is typed.
    assert (await show(client, codes[0].upper().replace("-", " "))).status_code == 303
    await begin(client, campus.proctor)
    assert (await show(client, codes[0])).status_code == 401
    async with connected(campus.settings) as database, database.transaction() as db:
        kept = [row.code_hash for row in await db.scalars(select(RecoveryCodeRow))]
        assert not set(kept) & set(codes)
        (row,) = await db.scalars(select(TotpRow))
        assert secret.encode() not in row.sealed


async def test_guessing_codes_ends_soon_and_old_steps_are_over(found) -> None:
    campus = found(login_attempts=3)
    async with client_of(campus) as client:
        headers = await sign_in(campus, client, campus.proctor)
        secret, codes = await set_up(campus, client, headers)
        campus.clock.advance(2 * STEP)
        await begin(client, campus.proctor)
        for _ in range(3):
            assert (await show(client, "000000")).status_code == 401
        assert (await show(client, code_at(campus, secret))).status_code == 429
        assert (await show(client, codes[0])).status_code == 429
        campus.clock.advance(16 * 60 * 1_000_000)
        late = await show(client, code_at(campus, secret))
        assert (late.status_code, late.headers["location"]) == (303, "/login")
        await begin(client, campus.proctor)
        assert (await show(client, code_at(campus, secret))).status_code == 303


async def test_removing_it_asks_for_the_password(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    wrong = await client.post(f"{ACCOUNT}/totp", data={"password": "x"}, headers=headers)
    assert wrong.status_code == 422
    await set_up(campus, client, headers)
    remove = f"{ACCOUNT}/totp/remove"
    wrong = await client.post(remove, data={"password": "x"}, headers=headers)
    assert (wrong.status_code, "password is wrong" in wrong.text) == (422, True)
    done = await client.post(remove, data={"password": PASSWORD}, headers=headers)
    assert "app was removed" in done.text
    assert (await begin(client, campus.proctor)).headers["location"] == "/"
    async with connected(campus.settings) as database, database.transaction() as db:
        assert (await db.scalars(select(RecoveryCodeRow))).all() == []


async def test_the_owner_is_written_of_every_change(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    right, new = {"password": PASSWORD}, "entirely different words"
    refused = {"password": "x", "new": new, "again": new}
    await client.post(f"{ACCOUNT}/password", data=refused, headers=headers)
    assert await told(campus, campus.proctor) == []
    await set_up(campus, client, headers)
    for path in ("recovery-codes", "totp/remove"):
        campus.clock.advance(STEP)
        await client.post(f"{ACCOUNT}/{path}", data=right, headers=headers)
    campus.clock.advance(STEP)
    form = {**right, "new": new, "again": new}
    await client.post(f"{ACCOUNT}/password", data=form, headers=headers)
    assert await told(campus, campus.proctor) == [
        Change.TOTP_ADDED,
        Change.RECOVERY_CODES,
        Change.TOTP_REMOVED,
        Change.PASSWORD,
    ]
    async with connected(campus.settings) as database, database.transaction() as db:
        (row,) = await db.scalars(select(Account).where(Account.email == campus.observer))
    client.cookies.clear()
    headers = await sign_in(campus, client, campus.admin)
    await client.post(f"/settings/people/{row.id}/factors", headers=headers)
    assert await told(campus, campus.observer) == [Change.RESET]
    assert await told(campus, campus.admin) == []


async def test_a_passkey_asks_for_the_password_first(found) -> None:
    campus = found(base_url="http://localhost:8470")
    async with client_of(campus) as client:
        headers = await sign_in(campus, client, campus.proctor)
        ask = f"{ACCOUNT}/passkeys/options"
        for form in ({}, {"password": "wrong"}):
            answer = await client.post(ask, data=form, headers=headers)
            assert (answer.status_code, "challenge" in answer.text) == (422, False)
        right = {"password": PASSWORD}
        assert (await client.post(ask, data=right, headers=headers)).json()["challenge"]


async def test_what_is_no_passkey_s_answer_is_the_browser_s_mistake(found) -> None:
    campus = found(base_url="http://localhost:8470")
    async with client_of(campus) as client:
        for body in (b"", b"{}", b'{"about":"\xff"}', b'{"more":' * 1_200):
            answer = await client.post("/login/passkey", content=body)
            assert (answer.status_code, "not a passkey" in answer.text) == (400, True), body


async def test_an_institution_may_ask_everybody_for_one(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    before = client.cookies["invigil"]
    async with connected(campus.settings) as database, database.transaction() as db:
        institution = await db.get_one(Institution, campus.institution.id)
        institution.wants_second_factor = True
    assert (await client.get("/api/v1/exams")).status_code == 403
    page = await client.get("/exams", headers={"Accept": "text/html"})
    assert "asks everybody for a second factor" in page.text
    await set_up(campus, client, headers)
    # What this browser may do has grown: its session is another one.
    assert client.cookies["invigil"] != before
    assert (await client.get("/api/v1/exams")).status_code == 200
    old = {"Cookie": f"invigil={before}"}
    client.cookies.clear()
    assert (await client.get("/api/v1/exams", headers=old)).status_code == 401


async def test_a_new_password_ends_every_other_browser(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await sign_in(campus, client, campus.proctor)
    other = {"Cookie": f"invigil={client.cookies['invigil']}"}
    client.cookies.clear()
    headers = await sign_in(campus, client, campus.proctor)
    change, new = f"{ACCOUNT}/password", "entirely different words"
    own = campus.proctor
    for form, said in (
        ({"password": PASSWORD, "new": "short", "again": "short"}, "at least 12"),
        ({"password": PASSWORD, "new": new, "again": "x"}, "differ"),
        ({"password": "wrong", "new": new, "again": new}, "present password is wrong"),
        ({"password": PASSWORD, "new": own, "again": own}, "little more than"),
    ):
        answer = await client.post(change, data=form, headers=headers)
        assert (answer.status_code, said in answer.text) == (422, True), said
    form = {"password": PASSWORD, "new": new, "again": new}
    assert (await client.post(change, data=form, headers=headers)).status_code == 200
    assert (await client.get("/api/v1/exams")).status_code == 200
    client.cookies.clear()
    assert (await client.get("/api/v1/exams", headers=other)).status_code == 401
    assert (await begin(client, campus.proctor)).status_code == 401


async def test_one_sees_where_one_is_signed_in_and_ends_it(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    form = {"email": campus.proctor, "password": PASSWORD}
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    await client.post("/login", data=form, headers={"User-Agent": agent})
    other = client.cookies["invigil"]
    client.cookies.clear()
    headers = await sign_in(campus, client, campus.proctor)
    page = await client.get(ACCOUNT)
    assert "Firefox on Linux" in page.text
    assert "from 127.0.0.1" in page.text
    (end,) = re.findall(r'action="(/settings/account/sessions/[0-9a-f]{64}/end)"', page.text)
    assert (await client.post(end, headers=headers)).status_code == 200
    assert (await client.post(end, headers=headers)).status_code == 404
    cookie = {"Cookie": f"invigil={other}"}
    client.cookies.clear()
    assert (await client.get("/api/v1/exams", headers=cookie)).status_code == 401
    async with connected(campus.settings) as database, database.transaction() as db:
        (row,) = await db.scalars(
            select(StaffSession).join(Account).where(Account.email == campus.proctor)
        )
        assert row.means == "password"


@pytest.mark.parametrize(
    ("base_url", "site"),
    [
        ("https://exam.example.edu", ("exam.example.edu", "https://exam.example.edu")),
        ("HTTPS://Exam.Example.edu:443/", ("exam.example.edu", "https://exam.example.edu")),
        (
            "https://exam.example.edu:8443",
            ("exam.example.edu", "https://exam.example.edu:8443"),
        ),
        ("https://exam.example.edu:80", ("exam.example.edu", "https://exam.example.edu:80")),
        ("http://localhost:80", ("localhost", "http://localhost")),
        ("http://localhost:8470", ("localhost", "http://localhost:8470")),
        ("http://127.0.0.1:8470", None),
        ("https://[2001:db8::1]:443", None),
    ],
)
def test_passkeys_are_bound_to_the_origin_that_browsers_name(
    base_url: str, site: tuple[str, str] | None
) -> None:
    found = Site.of(Settings(base_url=base_url))
    assert (found and (found.name, found.origin)) == site

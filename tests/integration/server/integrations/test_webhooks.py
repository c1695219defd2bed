"""Webhooks to real servers on loopback: signed, again and again, and never inward."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import count

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, Pupil, client_of, connected, copy_of, redeem, sign_in
from support.webhook_target import OK, Target, target

from server.audit import service as audit
from server.audit.models import LogEntryRow
from server.clock import MICROS_PER_DAY, MICROS_PER_SECOND
from server.exams.models import Exam
from server.integrations import sending
from server.integrations.delivering import LEASED_FOR, Deliveries, sweep
from server.integrations.models import WebhookDeliveryRow, WebhookEventRow, WebhookRow
from server.integrations.target import Targets
from server.mail.models import MailRow
from server.mail.outbox import Outbox
from server.reports.making import log_made
from server.storage.database import Database

pytestmark = pytest.mark.anyio

API = "/api/v1/webhooks"
BROWSER = {"Accept": "text/html"}
NUMBERS = count()


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class House:
    """A campus with an administrator who sets webhooks up; deliveries are made when asked."""

    campus: Campus
    client: httpx.AsyncClient
    headers: dict[str, str]
    database: Database
    deliveries: Deliveries

    async def webhook(self, to: Target, *events: str, **more: object) -> dict:
        body = {"name": "LMS", "url": to.url, "events": events or ["flag.decided"], **more}
        made = await self.client.post(API, json=body, headers=self.headers)
        assert made.status_code == 201, made.text
        return made.json()

    async def do(self, hook: dict, what: str, **fields: str) -> httpx.Response:
        path = f"/settings/webhooks/{hook['id']}/do"
        form = {"do": what, **fields}
        done = await self.client.post(path, data=form, headers={**self.headers, **BROWSER})
        assert done.status_code == 200, done.text
        return done

    async def log(self, hook: dict) -> list[dict]:
        return (await self.client.get(f"{API}/{hook['id']}/deliveries")).json()

    async def row(self, hook: dict) -> WebhookRow:
        async with self.database.transaction() as db:
            return await db.get_one(WebhookRow, hook["id"])

    async def later(self, micros: int) -> None:
        self.campus.clock.advance(micros)
        await self.deliveries.deliver_due()


@pytest.fixture(scope="module")
async def grounds(
    template: Campus, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """One server for all tests, whose exam and sign-in last for as long as they need."""
    folder = tmp_path_factory.mktemp("webhooks") / "data"
    patience = 1_000 * 86_400
    lasting = {"session_idle_s": patience, "session_max_s": patience}
    inward = {"webhook_networks": "127.0.0.0/8", "webhook_check_s": patience}
    campus = copy_of(template, folder, **lasting, **inward)
    async with client_of(campus) as client, connected(campus.settings) as database:
        secret, clock = campus.keys.server_secret(), campus.clock
        targets, outbox = Targets(campus.settings.inward), Outbox(secret, clock)
        deliveries = Deliveries(database, secret, targets, patience, clock, outbox, lambda: 1.0)
        async with database.transaction() as db:
            exam = await db.get_one(Exam, campus.exam.id)
            exam.ends = clock() + 1_000 * MICROS_PER_DAY
        headers = await sign_in(campus, client, campus.admin)
        yield House(campus, client, headers, database, deliveries)


@pytest.fixture
async def house(grounds: House) -> AsyncIterator[House]:
    """The same, without what another test set up."""
    yield grounds
    for hook in (await grounds.client.get(API)).json():
        await grounds.client.delete(f"{API}/{hook['id']}", headers=grounds.headers)


async def flagged(house: House) -> Pupil:
    """A session with a flag, closed but not delivered."""
    code = await house.campus.code(f"s-{next(NUMBERS)}", 1_000 * MICROS_PER_DAY)
    pupil = await redeem(house.client, code)
    pupil.open()
    pupil.segment()
    pupil.incident()
    pupil.close()
    pupil.take(await pupil.deliver(*pupil.records))
    return pupil


async def events(house: House) -> int:
    """How many there are in the outbox."""
    async with house.database.transaction() as db:
        return len(list(await db.scalars(select(WebhookEventRow))))


async def decide(house: House, pupil: Pupil, verdict: str = "accepted", n: int = 0) -> None:
    path = f"/api/v1/sessions/{pupil.session}/flags/{1:032x}/decisions"
    body = {"verdict": verdict, "version": n, "note": "Ada was at the door."}
    done = await house.client.post(path, json=body, headers=house.headers)
    assert done.status_code == 200, done.text


async def test_what_happens_is_told_signed_and_without_anything_personal(house: House) -> None:
    async with target() as to:
        hook = await house.webhook(to, "flag.decided")
        pupil = await flagged(house)
        await decide(house, pupil)
        await house.deliveries.deliver_due()
        (call,) = to.calls
        said = call.verified(hook["secret"])
    assert said["type"] == "flag.decided"
    assert said["data"]["session"] == pupil.session
    assert said["data"]["verdict"] == "accepted"
    assert set(said["data"]) >= {"institution", "exam", "session", "candidate", "flag", "kind"}
    assert b"Ada" not in call.body
    assert b'"s-' not in call.body
    assert not call.signed_with("whsec_" + "A" * 43 + "=")
    (line,) = await house.log(hook)
    assert (line["state"], line["tries"][0]["status"]) == ("delivered", 200)
    assert line["tries"][0]["words"] == "ok"


async def test_a_session_is_told_of_from_its_first_record_to_its_last_piece(
    house: House,
) -> None:
    async with target() as to:
        hook = await house.webhook(
            to, "session.opened", "session.closed", "session.delivered", with_reference=True
        )
        pupil = await flagged(house)
        await house.deliveries.deliver_due()
        for name in pupil.blobs:
            pupil.take(await pupil.upload(name))
        await house.deliveries.deliver_due()
        said = [call.verified(hook["secret"]) for call in to.calls]
    assert [one["type"] for one in said[:2]] == ["session.opened", "session.closed"] or [
        one["type"] for one in said[:2]
    ] == ["session.closed", "session.opened"]
    assert said[2]["type"] == "session.delivered"
    assert len(said) == 3
    (reference,) = {one["data"]["reference"] for one in said}
    assert reference.startswith("s-")


async def test_what_is_undone_is_never_told(house: House) -> None:
    async with target() as to:
        await house.webhook(to, "flag.decided")
        pupil = await flagged(house)
        await decide(house, pupil)
        assert await events(house) == 1
        # A decision on a version that somebody else decided on writes nothing.
        path = f"/api/v1/sessions/{pupil.session}/flags/{1:032x}/decisions"
        body = {"verdict": "dismissed", "version": 0, "note": ""}
        late = await house.client.post(path, json=body, headers=house.headers)
        assert late.status_code == 409
        assert await events(house) == 1


async def test_a_failing_target_is_asked_again_with_the_same_id(house: House) -> None:
    broken = answer("500 Oops", b"<b>no</b>\x00\n database")
    async with target(broken, broken, OK) as to:
        hook = await house.webhook(to)
        await decide(house, await flagged(house))
        await house.deliveries.deliver_due()
        await house.deliveries.deliver_due()
        assert len(to.calls) == 1, "not before its wait is over"
        for _ in range(2):
            await house.later(60 * MICROS_PER_SECOND)
    assert len(to.calls) == 3
    assert len({call.headers["webhook-id"] for call in to.calls}) == 1
    (line,) = await house.log(hook)
    assert [one["status"] for one in line["tries"]] == [500, 500, 200]
    assert line["tries"][0]["words"] == "<b>no</b> database"
    shown = await house.client.get(f"/settings/webhooks/{hook['id']}", headers=BROWSER)
    assert "&lt;b&gt;no&lt;/b&gt;" in shown.text


async def test_a_target_may_ask_for_time(house: House) -> None:
    async with target(answer("503 Busy", b"", "Retry-After: 600"), OK) as to:
        await house.webhook(to)
        await decide(house, await flagged(house))
        await house.deliveries.deliver_due()
        await house.later(500 * MICROS_PER_SECOND)
        assert len(to.calls) == 1
        await house.later(101 * MICROS_PER_SECOND)
        assert len(to.calls) == 2


async def test_redirects_are_not_followed(house: House) -> None:
    async with target() as inward:
        moved = answer("302 Found", b"", f"Location: {inward.url}")
        async with target(moved) as to:
            hook = await house.webhook(to)
            await decide(house, await flagged(house))
            await house.deliveries.deliver_due()
        assert inward.calls == []
    (line,) = await house.log(hook)
    assert line["tries"][0]["status"] == 302
    assert "which is not followed" in line["tries"][0]["words"]


async def test_a_report_is_told_with_what_it_is_about(house: House) -> None:
    exam, session = house.campus.exam.id, (await flagged(house)).session
    async with target() as to:
        await house.webhook(to, "report.ready")
        for subject in (("exam", exam), ("session", session)):
            async with house.database.transaction() as db:
                own = house.campus.institution.id
                now = house.campus.clock()
                log_made(db, now, audit.COMMAND_LINE, subject, "pdf", b"%PDF", own)
            await house.later(MICROS_PER_SECOND)
        of_exam, of_session = (json.loads(call.body)["data"] for call in to.calls)
    assert (of_exam["exam"], of_exam["format"], "session" in of_exam) == (exam, "pdf", False)
    assert (of_session["exam"], of_session["session"]) == (exam, session)


async def test_a_target_that_hangs_holds_nobody_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWER_WITHIN_S", 2.0)
    async with target(None) as hanging, target() as well:
        hook = await house.webhook(hanging)
        await house.webhook(well)
        pupil = await flagged(house)
        await decide(house, pupil)
        await decide(house, pupil, "dismissed", 1)
        await house.deliveries.deliver_due()
        assert len(hanging.calls) == 1, "the second waits too"
        assert len(well.calls) == 2
    lines = await house.log(hook)
    assert sorted(len(line["tries"]) for line in lines) == [0, 1]
    assert (
        "no answer within" in max(lines, key=lambda one: len(one["tries"]))["tries"][0]["words"]
    )


async def test_an_endless_answer_is_read_to_a_bound(house: House) -> None:
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nPOUR"
    async with target(endless) as to:
        hook = await house.webhook(to)
        await decide(house, await flagged(house))
        await house.deliveries.deliver_due()
        assert to.poured < 10_000_000
    (line,) = await house.log(hook)
    assert line["state"] == "delivered"
    assert len(line["tries"][0]["words"]) == sending.EXCERPT_CHARS


async def test_after_three_days_it_is_switched_off_and_administrators_are_told(
    house: House,
) -> None:
    async with target(answer("500 No")) as to:
        hook = await house.webhook(to)
        pupil = await flagged(house)
        await decide(house, pupil)
        for _ in range(40):
            await house.later(8 * 3600 * MICROS_PER_SECOND)
        row = await house.row(hook)
        assert row.paused_at is not None
        (line,) = await house.log(hook)
        assert line["state"] == "failed"
        assert 8 <= len(line["tries"]) <= 12
        # What happens meanwhile waits, and goes out once it is switched on again.
        await decide(house, pupil, "dismissed", 1)
        calls = len(to.calls)
        await house.later(MICROS_PER_DAY)
        assert len(to.calls) == calls
        to.answers = [OK]
        page = await house.client.get(f"/settings/webhooks/{hook['id']}", headers=BROWSER)
        assert "Nothing was accepted for three days" in page.text
        await house.do(hook, "resume")
        await house.deliveries.deliver_due()
        assert len(to.calls) == calls + 1
        await house.do(hook, "resend-failed")
        await house.deliveries.deliver_due()
        assert len(to.calls) == calls + 2
    assert {line["state"] for line in await house.log(hook)} == {"delivered"}
    async with house.database.transaction() as db:
        letters = {(row.recipient, row.kind) for row in await db.scalars(select(MailRow))}
        assert letters == {("admin@example.edu", "webhook")}
        actions = set(await db.scalars(select(LogEntryRow.action)))
    assert {"webhook.pause", "webhook.resume", "webhook.resend"} <= actions


async def test_what_is_sent_while_it_is_off_is_said_to_wait(house: House) -> None:
    async with target() as to:
        hook = await house.webhook(to)
        assert "on its way" in (await house.do(hook, "ping")).text
        await house.deliveries.deliver_due()
        (line,) = await house.log(hook)
        await house.do(hook, "pause")
        for what in ("ping", "resend", "resend-failed"):
            page = (await house.do(hook, what, event=line["event"])).text
            assert "It waits until the webhook is switched on." in page, what
            assert "on its way" not in page, what
        await house.deliveries.deliver_due()
        assert len(to.calls) == 1


@pytest.mark.parametrize("what", ["resend-failed", "resume"])
async def test_what_is_begun_anew_waits_as_at_the_beginning(house: House, what: str) -> None:
    async with target(answer("500 No")) as to:
        hook = await house.webhook(to)
        await decide(house, await flagged(house))
        for _ in range(40 if what == "resend-failed" else 6):
            await house.later(8 * 3600 * MICROS_PER_SECOND)
        tried = len(to.calls)
        if (await house.row(hook)).paused_at is None:
            await house.do(hook, "pause")
        house.campus.clock.advance(MICROS_PER_SECOND)
        await house.do(hook, "resume")
        if what == "resend-failed":
            await house.do(hook, what)
        for wait_s in (0, 5, 15, 45):
            await house.later(wait_s * MICROS_PER_SECOND)
        assert len(to.calls) == tried + 4
        (line,) = await house.log(hook)
        assert len(line["tries"]) == tried + 4


async def test_one_that_is_gone_for_good_is_switched_off_at_once(house: House) -> None:
    async with target(answer("410 Gone")) as to:
        hook = await house.webhook(to)
        await decide(house, await flagged(house))
        await house.deliveries.deliver_due()
    assert "410" in (await house.row(hook)).paused_why


async def test_without_the_log_s_key_it_is_asked_again_no_sooner_than_after_any_failure(
    house: House,
) -> None:
    async with target(answer("410 Gone")) as to, connected(house.campus.settings) as another:
        hook = await house.webhook(to)
        await decide(house, await flagged(house))
        secret, clock = house.campus.keys.server_secret(), house.campus.clock
        targets, outbox = Targets(house.campus.settings.inward), Outbox(secret, clock)
        deliveries = Deliveries(another, secret, targets, 1_000.0, clock, outbox, lambda: 1.0)
        key = house.campus.settings.keys / house.campus.institution.key_ref / "signing.key"
        away = key.rename(key.with_suffix(".away"))
        try:
            # After each the wait is three times as long, from five seconds on.
            for calls, wait_s in enumerate((5, 15, 45, 135, 405), start=1):
                await deliveries.deliver_due()
                assert len(to.calls) == calls
                clock.advance(wait_s * MICROS_PER_SECOND - 1)
                await deliveries.deliver_due()
                assert len(to.calls) == calls
                clock.advance(1)
            (line,) = await house.log(hook)
            assert [one["status"] for one in line["tries"]] == [410] * 5
            clock.advance(3 * MICROS_PER_DAY)
            await deliveries.deliver_due()
            clock.advance(MICROS_PER_DAY)
            await deliveries.deliver_due()
            assert len(to.calls) == 6
            assert [one["state"] for one in await house.log(hook)] == ["failed"]
        finally:
            away.rename(key)
    assert (await house.row(hook)).paused_at is None


async def test_two_secrets_sign_for_a_day(house: House) -> None:
    async with target() as to:
        hook = await house.webhook(to)
        page = await house.do(hook, "rotate")
        new = next(part for part in page.text.split() if "whsec_" in part)
        new = new[new.index("whsec_") :].partition("<")[0]
        assert new != hook["secret"]
        again = await house.client.post(f"{API}/{hook['id']}/secret", headers=house.headers)
        assert again.status_code == 422
        await house.do(hook, "ping")
        await house.deliveries.deliver_due()
        (call,) = to.calls
        assert call.signed_with(hook["secret"])
        assert call.verified(new)["type"] == "webhook.ping"
        await house.do(hook, "ping")
        await house.later(MICROS_PER_DAY + 1)
        assert len(to.calls[-1].headers["webhook-signature"].split()) == 1


async def test_no_secret_is_in_the_database(house: House) -> None:
    async with target() as to:
        hook = await house.webhook(to)
    plain = hook["secret"].removeprefix("whsec_").encode()
    files = list(house.campus.settings.data_dir.glob("invigil.db*"))
    assert files
    assert all(plain not in file.read_bytes() for file in files)
    listed = (await house.client.get(API)).json()
    assert listed[0]["secret"] is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org/", "https://"),
        ("https://10.1.2.3/", "inside of a network"),
        ("https://169.254.169.254/latest/meta-data", "inside of a network"),
        ("https://[::1]/", "inside of a network"),
        ("https://[::ffff:192.168.1.1]/", "inside of a network"),
        ("https://user:pass@example.org/", "name and password"),
        ("ftp://example.org/", "whole address"),
        ("https:///x", "whole address"),
        ("https://nobody.invalid/", "No computer of the name"),
        ("https://8.8.8.8/#x", "from # on"),
        ("https://8.8.8.8:99999/", "no address"),
    ],
)
async def test_addresses_that_are_none_or_lead_inward_are_refused(url: str, why: str) -> None:
    async def resolver(host: str, _: int) -> list[str]:
        if host.endswith(".invalid"):
            raise OSError("no such name")
        return ["93.184.215.14"] if host == "example.org" else [host]

    refused = await Targets(resolver=resolver).refusal(url)
    assert refused is not None
    assert why in refused.why


async def test_a_name_that_resolves_anew_reaches_nothing_inside() -> None:
    """DNS rebinding: outward when it is looked at, inward when it is called."""
    found = iter([["93.184.215.14"], ["127.0.0.1"], ["93.184.215.14", "127.0.0.1"]])

    async def resolver(_: str, __: int) -> list[str]:
        return next(found)

    async with target() as to:
        targets = Targets(resolver=resolver)
        url = f"https://rebinding.example.org:{to.port}/"
        assert await targets.refusal(url) is None
        for _ in range(2):
            told = await sending.send(targets, sending.Message("1", url, b"{}", ()), 0)
            assert told.status is None
            assert "inside of a network" in told.words
        assert to.calls == []


async def test_a_name_that_resolves_anew_is_told_nothing_in_plain_text() -> None:
    """Loopback when it is looked at, another computer when it is called."""
    found = iter([["127.0.0.1"], ["93.184.215.14"]])

    async def resolver(_: str, __: int) -> list[str]:
        return next(found)

    targets = Targets((ip_network("127.0.0.0/8"),), resolver)
    url = "http://rebinding.example.org/"
    assert await targets.refusal(url) is None
    told = await sending.send(targets, sending.Message("1", url, b"{}", ()), 0)
    assert (told.status, "http:// does not go" in told.words) == (None, True)


async def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(house: House) -> None:
    form = {"name": "My LMS", "url": "https://127.0.0.1/", "events": "flag.decided"}
    # Loopback is allowed in these tests, and plain http to it; a private network is not.
    form["url"] = "https://192.168.7.7/"
    page = await house.client.post(
        "/settings/webhooks", data=form, headers={**house.headers, **BROWSER}
    )
    assert page.status_code == 422
    assert "inside of a network" in page.text
    assert 'value="My LMS"' in page.text
    nothing = await house.client.post(
        API,
        json={"name": "x", "url": "https://127.0.0.1/", "events": []},
        headers=house.headers,
    )
    assert (nothing.status_code, "one event" in nothing.text) == (422, True)
    unknown = {"name": "x", "url": "https://127.0.0.1/", "events": ["flag.eaten"]}
    told = await house.client.post(API, json=unknown, headers=house.headers)
    assert (told.status_code, "flag.eaten" in told.text) == (422, True)


async def test_removing_takes_its_log_along_and_old_ones_are_forgotten(house: House) -> None:
    async with target() as to:
        hook = await house.webhook(to)
        kept = await house.webhook(to)
        pupil = await flagged(house)
        await decide(house, pupil)
        await house.deliveries.deliver_due()
        await house.do(hook, "remove")
        assert len(await house.log(kept)) == 1
        async with house.database.transaction() as db:
            await sweep(db, house.campus.clock() + 31 * MICROS_PER_DAY)
            left = list(await db.scalars(select(WebhookDeliveryRow)))
        assert (left, await events(house)) == ([], 0)
    gone = await house.client.get(f"{API}/{hook['id']}/deliveries")
    assert gone.status_code == 404


async def test_what_was_not_written_down_is_told_again_after_a_crash(house: House) -> None:
    """At least once: the same event, under the same id."""
    async with target() as to:
        hook = await house.webhook(to)
        await decide(house, await flagged(house))
        await house.deliveries.deliver_due()
        async with house.database.transaction() as db:
            (row,) = await db.scalars(select(WebhookDeliveryRow))
            row.state, row.tries = "waiting", []
        await house.deliveries.deliver_due()
        first, second = to.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert json.loads(first.body) == json.loads(second.body)
    assert [line["state"] for line in await house.log(hook)] == ["delivered"]


async def test_one_that_is_under_way_is_nobody_else_s_until_its_lease_is_over(
    house: House,
) -> None:
    """Two servers with one database: a delivery is made by one of them."""
    async with target() as to, connected(house.campus.settings) as another:
        hook = await house.webhook(to)
        await decide(house, await flagged(house))
        other = Deliveries(
            another,
            house.campus.keys.server_secret(),
            Targets(house.campus.settings.inward),
            1_000.0,
            house.campus.clock,
            Outbox(house.campus.keys.server_secret(), house.campus.clock),
        )
        await asyncio.gather(house.deliveries.deliver_due(), other.deliver_due())
        assert len(to.calls) == 1
        # A server that stopped in the middle had it.
        await decide(house, await flagged(house))
        async with house.database.transaction() as db:
            query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.state == "waiting")
            row = (await db.scalars(query)).one()
            row.leased_until = house.campus.clock() + LEASED_FOR
        await other.deliver_due()
        assert len(to.calls) == 1
        await house.later(LEASED_FOR)
        assert len(to.calls) == 2
    assert {line["state"] for line in await house.log(hook)} == {"delivered"}


async def test_a_flag_is_told_of_when_it_comes_to_be_and_when_it_grows(house: House) -> None:
    """Nobody looks at any page meanwhile."""

    async def told(n: int) -> list[dict]:
        found: list[dict] = []
        deadline = time.monotonic() + 30
        while len(found) < n and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
            found = await _told(house, pupil)
        return found

    async with target() as to:
        hook = await house.webhook(to, "flag.opened", "flag.updated")
        code = await house.campus.code(f"s-{next(NUMBERS)}", 1_000 * MICROS_PER_DAY)
        pupil = await redeem(house.client, code)
        pupil.open()
        pupil.incident(over=False)
        pupil.take(await pupil.deliver(*pupil.records))
        (opened,) = await told(1)
        # It lasts, which is no news; then it is over, and another belongs to it.
        pupil.incident(over=False)
        pupil.take(await pupil.deliver(pupil.records[-1]))
        pupil.incident()
        pupil.incident(2, severity="medium")
        pupil.take(await pupil.deliver(*pupil.records[-2:]))
        updated = (await told(2))[-1]
        await house.deliveries.deliver_due()
        assert len(to.calls) == 2
        said = {call.verified(hook["secret"])["type"] for call in to.calls}
    assert said == {"flag.opened", "flag.updated"}
    assert opened["data"]["flag"] == updated["data"]["flag"] == f"{1:032x}"
    assert (opened["data"]["incidents"], opened["data"]["over"]) == (1, False)
    assert (updated["data"]["incidents"], updated["data"]["over"]) == (2, True)


async def _told(house: House, pupil: Pupil) -> list[dict]:
    query = select(WebhookEventRow).where(WebhookEventRow.session_id == pupil.session)
    async with house.database.transaction() as db:
        rows = await db.scalars(query.order_by(WebhookEventRow.at))
        return [{"type": row.type, "data": row.data} for row in rows]

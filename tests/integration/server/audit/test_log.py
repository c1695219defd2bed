"""What goes into the log, when, and that it is one chain whoever writes at once."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from support.campus import MINUTE, Campus, Pupil, client_of, connected, redeem, sign_in
from support.logged import entries

from server.accounts.models import Institution
from server.audit import service as audit
from server.audit.models import LogHeadRow
from server.audit.service import WINDOW
from server.storage.database import Database
from shared.log import Access, Act, Heads, Key
from shared.log_checks import LogVerdict
from shared.signed import fingerprint

pytestmark = pytest.mark.anyio


async def test_a_log_begins_with_the_institution_and_its_keys(campus: Campus) -> None:
    first, *accounts = await entries(campus)

    assert isinstance(first.body, Act)
    assert (first.n, first.actor, first.body.action) == (
        0,
        "command line",
        "institution.create",
    )
    assert first.body.detail["key"] == fingerprint(campus.public_key)
    assert [entry.body.action for entry in accounts] == ["account.create"] * 4


async def test_everything_seen_is_logged_once_in_a_window_before_it_is_sent(
    campus: Campus, client: httpx.AsyncClient, closed: Pupil
) -> None:
    await sign_in(campus, client, campus.proctor)
    page, media = f"/sessions/{closed.session}", f"/media/{closed.session}"
    for _ in range(2):
        await client.get(f"{media}/master.m3u8")
        await client.get(f"{media}/camera.m3u8")
        await client.get(f"{media}/camera/0/init.mp4")
        await client.get(f"{media}/camera/1.m4s")
        await client.get(f"/api/v1{page}/flags")
    campus.clock.advance(WINDOW)
    await client.get(f"{media}/camera/1.m4s")
    await client.get(page)
    await client.get(f"{page}/panels")
    await client.get(page)
    await client.get(f"{page}/bundle")
    await client.get(f"{page}/bundle")

    seen = [entry for entry in await entries(campus) if isinstance(entry.body, Access)]
    assert [(entry.body.what, entry.body.stream) for entry in seen] == [
        ("media", None),
        ("media", "camera"),
        ("flags", None),
        ("media", "camera"),
        ("page", None),
        ("page", None),
        ("bundle", None),
        ("bundle", None),
    ]
    assert {entry.body.session for entry in seen} == {closed.session}
    assert {entry.role for entry in seen} == {"proctor"}
    assert seen[1].body.until == seen[1].time + WINDOW
    assert seen[-1].body.until is None
    assert len({entry.actor for entry in seen}) == 1


async def test_what_does_not_exist_is_no_access(
    campus: Campus, client: httpx.AsyncClient, closed: Pupil
) -> None:
    await sign_in(campus, client, campus.observer)
    before = len(await entries(campus))
    for address in (f"/sessions/{'0' * 32}", f"/media/{closed.session}/nose/0/init.mp4"):
        assert (await client.get(address)).status_code == 404
    assert (await client.get(f"/sessions/{closed.session}/bundle")).status_code == 403
    assert len(await entries(campus)) == before


async def test_without_the_signing_key_nothing_is_shown(
    campus: Campus, client: httpx.AsyncClient, closed: Pupil
) -> None:
    await sign_in(campus, client, campus.proctor)
    (campus.settings.keys / campus.institution.key_ref / "signing.key").unlink()
    keys = campus.app.dependencies["keys"].dependency()
    keys._institutions.clear()
    keys._signing.clear()
    answer = await client.get(f"/media/{closed.session}/camera/1.m4s")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert b"picture" not in answer.content


async def test_nobody_s_name_is_in_the_log(
    campus: Campus, client: httpx.AsyncClient, closed: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    draft = {"action": "message", "text": "Ada Example, look at the camera"}
    running = await redeem(client, await campus.code("another"))
    answer = await client.post(running.url("commands"), json=draft, headers=headers)
    assert answer.status_code == 202, answer.text
    decision = {"verdict": "accepted", "version": 0, "note": "Ada Example talked"}
    flag = f"/api/v1/sessions/{closed.session}/flags/{1:032x}/decisions"
    assert (await client.post(flag, json=decision, headers=headers)).status_code == 200
    said = " ".join(map(repr, await entries(campus)))
    assert "flag.decide" in said
    assert "session.message" in said
    assert "Ada" not in said
    begun = [e for e in await entries(campus) if "session.begin" in repr(e)]
    assert [(entry.actor, entry.address) for entry in begun] == [("candidate", None)] * 2


async def test_many_at_once_make_one_chain(
    campus: Campus, client: httpx.AsyncClient, closed: Pupil, taken
) -> None:
    await sign_in(campus, client, campus.proctor)
    pages = (client.get(f"/sessions/{closed.session}") for _ in range(16))
    assert {answer.status_code for answer in await asyncio.gather(*pages)} == {200}
    verdict: LogVerdict = await taken()
    assert verdict.holds, verdict
    seen = [entry for entry in await entries(campus) if isinstance(entry.body, Access)]
    assert len(seen) == 16
    assert [entry.n for entry in await entries(campus)] == list(range(verdict.size))


async def test_time_in_the_log_never_goes_back(
    campus: Campus, client: httpx.AsyncClient, taken
) -> None:
    await sign_in(campus, client, campus.proctor)
    campus.clock.advance(-24 * 60 * MINUTE)
    await sign_in(campus, client, campus.admin)
    times = [entry.time for entry in await entries(campus)]
    assert times == sorted(times)
    assert (await taken()).holds


async def test_a_clock_that_was_ahead_hides_no_view(
    campus: Campus, client: httpx.AsyncClient, closed: Pupil
) -> None:
    piece = f"/media/{closed.session}/camera/1.m4s"
    campus.clock.advance(24 * 60 * MINUTE)
    await sign_in(campus, client, campus.proctor)
    await client.get(piece)
    campus.clock.advance(-24 * 60 * MINUTE)
    for _ in range(3):
        await client.get(piece)
        campus.clock.advance(WINDOW)
    seen = [entry for entry in await entries(campus) if isinstance(entry.body, Access)]
    assert len(seen) == 4


async def test_a_new_key_is_handed_the_log(
    campus: Campus, client: httpx.AsyncClient, closed: Pupil, taken
) -> None:
    keys = campus.app.dependencies["keys"].dependency()
    keys.create("second")
    own = campus.institution.id
    async with connected(campus.settings) as database, database.transaction() as db:
        await db.execute(
            update(Institution).where(Institution.id == own).values(key_ref="second")
        )
    verdict: LogVerdict = await taken()
    assert verdict.holds, verdict
    assert verdict.key_fingerprint == fingerprint(keys.of("second").public)
    (handed,) = [entry for entry in await entries(campus) if isinstance(entry.body, Key)]
    assert handed.n == verdict.size - 3  # and after it the sign-in and the export
    assert (await taken("again.log")).holds
    page = await client.get("/audit")
    assert "New signing key" in page.text
    assert "Does not hold" not in page.text


async def test_what_was_noted_is_done_or_refused(campus: Campus) -> None:
    """A database that writes no log must not lose an entry in silence."""

    async def note(database: Database) -> None:
        async with database.transaction() as db:
            subject, own = ("test", "x"), campus.institution.id
            audit.record(db, 1, audit.SYSTEM, "test.do", subject, institution_id=own)

    plain = Database(campus.settings.database)
    with pytest.raises(RuntimeError, match="nobody did it"):
        await note(plain)
    await plain.close()
    async with connected(campus.settings) as database:
        await note(database)
        with pytest.raises(TypeError, match="institution_id"):
            async with database.transaction() as db:
                audit.record(db, 1, audit.SYSTEM, "test.do", ("test", "x"))
    assert (await entries(campus))[-1].body.action == "test.do"


async def test_a_log_only_grows_in_the_database(campus: Campus) -> None:
    async with connected(campus.settings) as database:
        for change in (
            delete(LogHeadRow),
            update(LogHeadRow).values(size=1),
            update(LogHeadRow).values(head="0" * 64),
        ):
            with pytest.raises(DBAPIError, match="only grows"):
                async with database.transaction() as db:
                    await db.execute(change)
        async with database.transaction() as db:
            head = await db.scalar(select(LogHeadRow))
            assert head is not None
            assert head.size == len(await _at_once(campus, db))


async def _at_once(campus: Campus, db) -> list[object]:
    query = select(audit.LogEntryRow.n).where(
        audit.LogEntryRow.institution_id == campus.institution.id
    )
    return list(await db.scalars(query))


async def test_a_head_is_logged_at_once_where_a_session_closes(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    assert not [e for e in await entries(campus) if isinstance(e.body, Heads)]
    pupil.close()
    pupil.take(await pupil.deliver(pupil.records[-1]))
    (named,) = [e.body for e in await entries(campus) if isinstance(e.body, Heads)]
    (head,) = named.sessions
    assert (head.session, head.size, head.head, head.state) == (
        pupil.session,
        2,
        pupil.records[-1].hash,
        "closed",
    )


async def test_heads_under_way_are_named_together_and_when_the_server_stops(
    campus: Campus,
) -> None:
    async with client_of(campus) as client:
        pupils = [await redeem(client, await campus.code(f"r{n}")) for n in range(3)]
        for pupil in pupils:
            pupil.open()
            pupil.take(await pupil.deliver(*pupil.records))
    heads = [e.body for e in await entries(campus) if isinstance(e.body, Heads)]
    assert [len(one.sessions) for one in heads] == [3]
    assert {head.session for head in heads[0].sessions} == {p.session for p in pupils}

"""The exported log: whole, the institution's own, and what it says of a bundle."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, select, text, update
from support.campus import Campus, Pupil, client_of, connected, redeem, sign_in
from support.logged import entries

from server.accounts.service import create_institution
from server.audit import service as audit
from server.audit.log import logged_database
from server.audit.models import LogEntryRow
from server.audit.reading import CHUNK, END, PAGE
from server.storage.database import Database
from shared.log_checks import LogVerdict, verify_log
from shared.verdict import LogCheck, Outcome
from shared.verify import verify_bundle

pytestmark = pytest.mark.anyio


def failing(verdict: LogVerdict) -> set[LogCheck]:
    return {LogCheck(r.check) for r in verdict.results if r.outcome is Outcome.FAILS}


async def fill(campus: Campus, count: int) -> None:
    """So many entries more."""
    async with connected(campus.settings) as database, database.transaction() as db:
        own = campus.institution.id
        for n in range(count):
            subject = ("test", f"{n}")
            audit.record(db, n, audit.SYSTEM, "test.do", subject, institution_id=own)


async def break_triggers(database: Database) -> None:
    """What somebody with the database's password can do."""
    async with database.transaction() as db:
        for verb in ("UPDATE", "DELETE"):
            await db.execute(text(f"DROP TRIGGER immutable_log_entry_{verb}"))


async def test_an_export_is_whole_and_names_itself_last(campus: Campus, taken) -> None:
    await fill(campus, 2 * CHUNK + 3)
    verdict: LogVerdict = await taken()

    assert verdict.holds, verdict
    assert verdict.institution == campus.institution.id
    assert verdict.size == len(await entries(campus)) > 2 * CHUNK
    assert (await entries(campus))[-1].body.action == "log.export"
    later = await taken("later.log", known=[verdict.head])
    assert later.holds
    assert later.known[0].n == verdict.size - 1


async def test_it_is_for_administrators_of_this_institution(
    campus: Campus, client: httpx.AsyncClient, taken
) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        await create_institution(db, campus.keys, "Elsewhere", "e@elsewhere.edu", 1)
    verdict: LogVerdict = await taken()
    assert verdict.holds
    assert b"elsewhere" not in (await client.get("/audit/log")).content.lower()
    for who, status in ((campus.observer, 403), (campus.proctor, 403)):
        await sign_in(campus, client, who)
        assert (await client.get("/audit/log")).status_code == status
        assert (await client.get("/audit")).status_code == status
        assert 'href="/audit"' not in (await client.get("/sessions")).text
    client.cookies.clear()
    assert (await client.get("/audit/log")).status_code == 401


async def test_the_log_bears_a_bundle_out_and_says_who_saw_it(
    campus: Campus, client: httpx.AsyncClient, closed: Pupil, taken, tmp_path: Path
) -> None:
    await sign_in(campus, client, campus.proctor)
    await client.get(f"/sessions/{closed.session}")
    bundle = tmp_path / "b.zip"
    bundle.write_bytes((await client.get(f"/sessions/{closed.session}/bundle")).content)
    verdict: LogVerdict = await taken(bundle=verify_bundle(bundle))
    assert verdict.holds, verdict
    assert [one.what for one in verdict.about] == ["session.begin", "saw page", "saw bundle"]
    assert verdict.results[LogCheck.SESSION].looked_at == 1


async def test_an_old_database_put_back_is_seen(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, taken, tmp_path: Path
) -> None:
    """The server's owner puts back a session's earlier state; the log that somebody else
    holds names the later one.
    """
    pupil.open()
    pupil.segment()
    for record in pupil.records:
        pupil.take(await pupil.deliver(record))
    pupil.take(await pupil.upload(next(iter(pupil.blobs))))
    await sign_in(campus, client, campus.proctor)
    early = tmp_path / "early.zip"
    early.write_bytes((await client.get(f"/sessions/{pupil.session}/bundle")).content)
    pupil.close()
    pupil.take(await pupil.deliver(pupil.records[-1]))
    verdict: LogVerdict = await taken(bundle=verify_bundle(early))
    assert failing(verdict) == {LogCheck.SESSION}
    assert "3 records, where the bundle holds 2" in verdict.results[8].failures[0]


@pytest.mark.parametrize(
    ("damage", "words", "fails"),
    [
        (
            update(LogEntryRow)
            .where(LogEntryRow.n == 4)
            .values(payload=LogEntryRow.payload + b" "),
            "entry 4: not signed",
            LogCheck.SIGNATURE,
        ),
        (delete(LogEntryRow).where(LogEntryRow.n == 4), "entry 5 where 4", LogCheck.ORDER),
    ],
)
async def test_damage_is_told_to_the_operator_and_the_administrator(
    campus: Campus, damage, words: str, fails: LogCheck, tmp_path: Path, capsys
) -> None:
    await fill(campus, 5)
    async with connected(campus.settings) as database:
        await break_triggers(database)
        async with database.transaction() as db:
            if damage.is_update:
                row = select(LogEntryRow.payload).where(LogEntryRow.n == 4)
                other = (await db.scalars(row)).one() + b" "
                damage = update(LogEntryRow).where(LogEntryRow.n == 4).values(payload=other)
            await db.execute(damage)
    async with client_of(campus) as client:
        assert words in capsys.readouterr().out
        await sign_in(campus, client, campus.admin)
        page = (await client.get("/audit")).text
        assert "Does not hold" in page
        assert words in page
        (tmp_path / "x.log").write_bytes((await client.get("/audit/log")).content)
    assert failing(verify_log(tmp_path / "x.log")) == {fails}


async def test_a_lost_tail_is_told_and_exported_as_it_is(
    campus: Campus, tmp_path: Path, capsys
) -> None:
    await fill(campus, 5)
    async with connected(campus.settings) as database:
        await break_triggers(database)
        async with database.transaction() as db:
            await db.execute(delete(LogEntryRow).where(LogEntryRow.n > 5))
    async with client_of(campus) as client:
        assert "it ends with entry 5, and should with 9" in capsys.readouterr().out
        await sign_in(campus, client, campus.admin)
        (tmp_path / "x.log").write_bytes((await client.get("/audit/log")).content)
    assert failing(verify_log(tmp_path / "x.log")) == {LogCheck.ORDER}


async def test_a_log_without_entries_is_told(campus: Campus, capsys) -> None:
    async with connected(campus.settings) as database:
        await break_triggers(database)
        async with database.transaction() as db:
            await db.execute(delete(LogEntryRow))
    async with client_of(campus):
        assert "its entries are gone" in capsys.readouterr().out


async def test_the_page_shows_the_log_and_filters_it(
    campus: Campus, client: httpx.AsyncClient, closed: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    await client.get(f"/sessions/{closed.session}")
    draft = {"verdict": "accepted", "version": 0}
    flag = f"/api/v1/sessions/{closed.session}/flags/{1:032x}/decisions"
    await client.post(flag, json=draft, headers=headers)
    whole = (await client.get("/audit")).text
    head = (await entries(campus))[-1]
    assert "Holds" in whole
    assert f'<b class="number">{head.n}</b>' in whole
    for words in ("Decided on a flag", "Saw the session&#39;s page", "Session began"):
        assert f"What</span>{words}" in whole, words
    assert 'Who</span>Admin<div class="small muted">admin</div>' in whole
    assert "Who</span>A candidate" in whole
    admin = next(e.actor for e in await entries(campus) if e.role == "admin")
    one = (await client.get("/audit", params={"actor": admin, "action": "flag.decide"})).text
    assert one.count('cell-label">Entry') == 1
    of = (await client.get("/audit", params={"session": closed.session.upper()})).text
    assert of.count('cell-label">Entry') == 3  # its beginning, the page and the decision
    assert "No entry fits" in (await client.get("/audit?action=nothing")).text


async def test_the_page_is_paged(campus: Campus, client: httpx.AsyncClient) -> None:
    await fill(campus, END + 10)
    await sign_in(campus, client, campus.admin)
    first = (await client.get("/audit")).text
    size = len(await entries(campus))
    older = f"/audit?before={size - PAGE}"
    assert f"The newest {END} of {size} entries" in first
    assert f'href="{older}"' in first
    second = (await client.get(older)).text
    assert f">{size - PAGE - 1}<" in second
    assert 'rel="prev" href="/audit?"' in second
    assert "No entry fits" in (await client.get("/audit?before=0")).text


@pytest.mark.parametrize(
    "query",
    [
        "before=-1",
        "before=99999999999999999999",
        "before=%00",
        "session=%00&actor=%00&action=%00",
        "session='; DROP TABLE log_entry",
        f"actor={'a' * 5000}",
        "actor=%F0%9F%A6%89",
    ],
)
async def test_bad_filters_are_left_out(
    campus: Campus, client: httpx.AsyncClient, query: str
) -> None:
    await sign_in(campus, client, campus.admin)
    assert (await client.get(f"/audit?{query}")).status_code == 200


async def test_two_servers_write_one_chain(campus: Campus) -> None:
    """Two programs on one database, each with connections of its own."""
    one, other = (logged_database(campus.settings.database, campus.keys) for _ in range(2))

    async def write(database: Database, name: str) -> None:
        for n in range(20):
            async with database.transaction() as db:
                own, subject = campus.institution.id, ("test", name)
                audit.record(db, n, audit.SYSTEM, "test.do", subject, institution_id=own)

    await asyncio.gather(*(write(db, n) for db, n in ((one, "a"), (other, "b"), (one, "c"))))
    for database in (one, other):
        await database.close()
    assert [entry.n for entry in await entries(campus)] == list(range(65))


async def test_a_session_of_another_server_is_not_this_log_s(
    campus: Campus, client: httpx.AsyncClient, taken
) -> None:
    pupil = await redeem(client, await campus.code())
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    verdict: LogVerdict = await taken()
    assert verdict.results[LogCheck.SESSION].outcome is Outcome.SKIPPED

"""On PostgreSQL many connections append at once: still one chain, of rows that stay."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from support import postgres
from support.campus import Campus, client_of, connected, found_campus, redeem, sign_in

from server.accounts.models import Institution
from server.audit.heads import SessionHeads
from server.audit.log import Standing, hold
from server.audit.models import LogEntryRow, LogHeadRow
from server.audit.reading import begin_export, check_end
from server.audit.service import COMMAND_LINE, record
from shared.log_checks import verify_log
from shared.signed import fingerprint

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not postgres.available(), reason="PostgreSQL is not on this machine"),
]

PUPILS = 8


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    folder = tmp_path_factory.mktemp("postgres")
    with postgres.cluster() as socket:
        yield asyncio.run(found_campus(folder, database_url=postgres.url(socket)))


async def test_a_log_that_grows_while_it_is_read_holds(founded: Campus) -> None:
    own = founded.institution.id
    async with connected(founded.settings) as database, connected(founded.settings) as other:

        async def append() -> None:
            async with other.transaction() as db:
                record(db, founded.clock(), COMMAND_LINE, "account.see", ("account", "x"),
                      institution_id=own)  # fmt: skip

        def growing(db: AsyncSession) -> None:
            """Have the log grow after each statement."""

            def then(do: Any) -> Any:
                async def asked(*values: Any, **more: Any) -> Any:
                    found = await do(*values, **more)
                    await append()
                    return found

                return asked

            for name in ("execute", "get_one", "scalar"):
                setattr(db, name, then(getattr(db, name)))

        await append()
        async with database.transaction() as db:
            growing(db)
            end = await check_end(db, own)
            export = await begin_export(db, founded.keys, own, founded.clock())
        assert end.wrong is None
        assert export.whole


async def test_who_waited_for_the_log_knows_the_keys_of_now(founded: Campus) -> None:
    own = founded.institution.id
    founded.keys.create("second")
    async with connected(founded.settings) as database, connected(founded.settings) as other:

        async def wait() -> Standing:
            async with other.transaction() as db:
                return await hold(db, own)

        async with database.transaction() as db:
            await hold(db, own)
            waiting = asyncio.create_task(wait())
            await asyncio.sleep(0.3)
            change = update(Institution).where(Institution.id == own)
            await db.execute(change.values(key_ref="second"))
            assert not waiting.done()
        assert (await waiting).present_ref == "second"


async def test_all_at_once_is_one_chain(founded: Campus, tmp_path: Path) -> None:
    """Sessions close, heads are named by two servers, and pages are seen, all at once."""
    async with client_of(founded) as client, connected(founded.settings) as other:
        pupils = [await redeem(client, await founded.code(f"r{n}")) for n in range(PUPILS)]
        for pupil in pupils:
            pupil.open()
            pupil.take(await pupil.deliver(*pupil.records))
            pupil.close()
        await sign_in(founded, client, founded.admin)
        heads = [SessionHeads(other, founded.clock) for _ in range(2)]
        for one in heads:
            one.changed({pupil.session: founded.institution.id for pupil in pupils})
        await asyncio.gather(
            *(one.write() for one in heads),
            *(pupil.deliver(pupil.records[-1]) for pupil in pupils),
            *(client.get(f"/sessions/{pupil.session}") for pupil in pupils),
        )
        path = tmp_path / "x.log"
        path.write_bytes((await client.get("/audit/log")).content)
    verdict = verify_log(path, fingerprint(founded.public_key))
    assert verdict.holds, verdict
    assert PUPILS <= verdict.results[6].looked_at <= 2 * PUPILS
    async with connected(founded.settings) as database:
        for change, words in (
            (delete(LogEntryRow), "never change"),
            (update(LogEntryRow).values(actor="nobody"), "never change"),
            (update(LogHeadRow).values(size=1), "only grows"),
            (delete(LogHeadRow), "only grows"),
        ):
            with pytest.raises(DBAPIError, match=words):
                async with database.transaction() as db:
                    await db.execute(change)

"""The same server on PostgreSQL: schema, evidence, and two servers on one database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from support import postgres
from support.campus import Campus, Pupil, client_of, connected, found_campus, redeem, sign_in
from support.migrating import OLDER, both_ways, differences, from_older

from server.app import create_app
from server.config import Settings
from server.ingest.delivery import Delivery
from server.ingest.models import ForkRow, IncidentRow, ReceiptRow, RecordRow
from server.reports.bundle import BundleExport
from server.retention import destruction
from server.retention.destruction import Destroyed, Held
from server.retention.holds import HoldDraft, HoldKind, place_hold
from server.retention.service import Retention
from server.storage.blobs import BlobStore
from server.storage.database import UNREADY, Database
from shared.certificate import SEALED
from shared.receipts import decode_receipt
from shared.records import Gap
from shared.signed import fingerprint, parse_line
from shared.verify import verify_bundle
from shared.wire import ProblemType

# Each goes through every migration after its own, a quarter of a minute long; SQLite does so
# from all of them.
BEGUN_AT = sorted({*OLDER[::5], OLDER[-1]})

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not postgres.available(), reason="PostgreSQL is not on this machine"),
]


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    with postgres.cluster() as socket:
        yield socket


@pytest.fixture(scope="module")
def postgres_template(
    socket: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Campus, Path]:
    folder = tmp_path_factory.mktemp("postgres")
    return asyncio.run(found_campus(folder, database_url=postgres.url(socket))), folder


@pytest.fixture
def campus(postgres_template: tuple[Campus, Path]) -> Campus:
    """One database for all tests of this module; every test makes sessions of its own."""
    campus, _ = postgres_template
    campus.app = create_app(campus.settings, campus.clock)
    return campus


@pytest.fixture
async def pupil(campus: Campus, tmp_path: Path) -> AsyncIterator[Pupil]:
    async with client_of(campus) as client:
        yield await redeem(client, await campus.code(tmp_path.name))


async def test_migrations_make_exactly_the_models(campus: Campus) -> None:
    async with connected(campus.settings) as database:
        assert await differences(database) == []


async def test_the_newest_migration_goes_both_ways(campus: Campus, tmp_path: Path) -> None:
    # No server runs while its tables are taken away.
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code(tmp_path.name))
        pupil.open()
        pupil.take(await pupil.deliver(*pupil.records))
    async with connected(campus.settings) as database:
        await both_ways(database, pupil.session)


@pytest.mark.parametrize("revision", BEGUN_AT)
async def test_a_full_database_of_an_older_revision_is_brought_up_to_date(
    socket: str, revision: str
) -> None:
    own = postgres.url(socket, postgres.create(socket, f"revision_{revision}"))
    database = Database(Settings(data_dir=Path(), database_url=own).database)
    await from_older(database, revision)
    await database.close()


async def test_a_session_from_code_to_bundle(
    campus: Campus, pupil: Pupil, tmp_path: Path
) -> None:
    pupil.open()
    pupil.segment()
    pupil.incident(1, over=False)
    pupil.take(await pupil.deliver(*pupil.records))
    first = await pupil.deliver(*pupil.records)
    assert first.content == pupil.receipts[0].line()
    pupil.incident(1)
    pupil.rotate()
    pupil.close()
    pupil.take(await pupil.deliver(*pupil.records[3:]))
    for name in pupil.blobs:
        pupil.take(await pupil.upload(name))
    async with connected(campus.settings) as database:
        blobs = BlobStore(campus.settings.blobs, tmp_path)
        export = BundleExport(database, campus.keys, blobs, campus.clock)
        assert await export.write(pupil.session, tmp_path / "b.zip")
        verdict = verify_bundle(tmp_path / "b.zip", fingerprint(campus.public_key))
        assert verdict.holds, verdict.results
        retention = Retention(database, blobs, campus.keys, campus.clock)
        assert isinstance(
            await retention.destroy(pupil.session, SEALED, "test", "over"), Destroyed
        )


async def test_text_that_postgres_cannot_hold_is_shown_otherwise(
    campus: Campus, pupil: Pupil
) -> None:
    pupil.boot = "b\0ot"
    pupil.open()
    pupil.record(Gap(stream="camera", start=1, end=2, reason="a\0b"))
    signed = pupil.incident()
    pupil.take(await pupil.deliver(*pupil.records))
    async with connected(campus.settings) as database, database.transaction() as db:
        row = await db.get_one(RecordRow, (pupil.session, 2))
        assert (row.payload, row.signature) == signed
        incident = await db.get_one(IncidentRow, (pupil.session, f"{1:032x}"))
        assert incident.boot == "b\N{REPLACEMENT CHARACTER}ot"


async def test_two_servers_extend_one_chain(campus: Campus, pupil: Pupil) -> None:
    """A load balancer sends retries elsewhere: still one chain, and receipts in a row."""
    pupil.open()
    for _ in range(8):
        pupil.record(Gap(stream="camera", start=1, end=2, reason="x"))
    campus.app = create_app(campus.settings, campus.clock)
    async with client_of(campus) as other:
        clients = [pupil.client, other]

        async def deliver(n: int):
            body = b"".join(record.line() for record in pupil.records[:n])
            return await clients[n % 2].post(
                pupil.url("records"), content=body, headers=pupil.headers
            )

        answers = await asyncio.gather(*(deliver(n) for n in range(1, 10)))
    assert {answer.status_code for answer in answers} == {200}
    receipts = {decode_receipt(parse_line(answer.content).payload) for answer in answers}
    assert max(receipt.size for receipt in receipts) == 9
    async with connected(campus.settings) as database, database.transaction() as db:
        own = ReceiptRow.session_id == pupil.session
        kept = await db.scalar(select(func.count()).select_from(ReceiptRow).where(own))
        rows = await db.scalar(
            select(func.count())
            .select_from(RecordRow)
            .where(RecordRow.session_id == pupil.session)
        )
    assert rows == 9
    assert kept is not None
    assert kept <= 9


async def test_a_fork_is_kept_once(campus: Campus, pupil: Pupil) -> None:
    pupil.open()
    pupil.record(Gap(stream="camera", start=1, end=2, reason="x"))
    pupil.take(await pupil.deliver(*pupil.records))
    del pupil.records[1:]
    other = pupil.record(Gap(stream="camera", start=1, end=2, reason="y"))
    for _ in range(2):
        assert (await pupil.deliver(other)).status_code == 409
    async with connected(campus.settings) as database, database.transaction() as db:
        own = ForkRow.session_id == pupil.session
        assert await db.scalar(select(func.count()).select_from(ForkRow).where(own)) == 1


async def test_evidence_never_changes(campus: Campus, pupil: Pupil) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    async with connected(campus.settings) as database:
        with pytest.raises(DBAPIError, match="never change"):
            async with database.transaction() as db:
                await db.execute(delete(RecordRow))


async def test_staff_sign_in_and_look(campus: Campus, pupil: Pupil) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    await sign_in(campus, pupil.client, campus.proctor)
    for path in ("/sessions", f"/sessions/{pupil.session}"):
        answer = await pupil.client.get(path)
        assert answer.status_code == 200, path


async def test_a_zero_byte_in_a_request_is_the_callers_mistake(
    campus: Campus, pupil: Pupil
) -> None:
    """PostgreSQL refuses it in any text; nobody may make a server's error of that."""
    client = pupil.client
    form = {"email": "a\0@b", "password": "x"}
    assert (await client.post("/login", data=form)).status_code in {400, 401}
    headers = await sign_in(campus, client, campus.admin)
    for path in ("/sessions/%00", "/api/v1/sessions/a%00b/live", "/sessions?q=%00"):
        assert (await client.get(path)).status_code in {200, 400, 404}, path
    for body in (
        {"title": "a\0b", "starts": 1, "ends": 2},
        {"title": "a", "starts": 1, "ends": 2},
    ):
        answer = await client.post("/api/v1/exams", json=body, headers=headers)
        assert answer.status_code in {201, 400}
    url = f"/api/v1/exams/{campus.exam.id}/enrolments"
    draft = {"candidates": [{"name": "a\0b", "reference": "\0"}]}
    assert (await client.post(url, json=draft, headers=headers)).status_code == 400
    url = f"/api/v1/sessions/{pupil.session}/commands"
    command = {"action": "message", "text": "a\0b"}
    assert (await client.post(url, json=command, headers=headers)).status_code in {202, 400}


async def test_a_connection_that_is_lost_is_worth_trying_again(
    campus: Campus, pupil: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = Delivery.status, list[None]()

    async def status(delivery: Delivery, session_id: str, token_hash: str) -> Any:
        asked.append(None)
        if len(asked) == 1:
            database: Database = _service(campus, "database")
            async with database.transaction() as db:
                await db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return await real(delivery, session_id, token_hash)

    monkeypatch.setattr(Delivery, "status", status)
    lost = await pupil.client.get(pupil.url("status"), headers=pupil.headers)
    assert (lost.status_code, lost.json()["type"]) == (503, ProblemType.BUSY)
    assert int(lost.headers["retry-after"]) > 0
    again = await pupil.client.get(pupil.url("status"), headers=pupil.headers)
    assert again.status_code == 200


@pytest.mark.parametrize("moment", ["between", "at the end"])
async def test_a_transaction_whose_connection_was_lost_says_so(
    campus: Campus, moment: str
) -> None:
    async with connected(campus.settings) as database, connected(campus.settings) as elsewhere:

        async def lose() -> None:
            async with database.transaction() as db:
                own = await db.scalar(text("SELECT pg_backend_pid()"))
                async with elsewhere.transaction() as other:
                    await other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
                await _until_gone(elsewhere, own)
                if moment == "between":
                    await db.execute(text("SELECT 1"))

        with pytest.raises(UNREADY):
            await lose()
        async with database.transaction() as db:
            assert await db.scalar(text("SELECT 1")) == 1


async def test_a_server_without_room_or_that_only_copies_cannot_work_at_the_moment(
    socket: str, campus: Campus
) -> None:
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            await db.execute(text("CREATE ROLE nobody_more LOGIN CONNECTION LIMIT 0"))

        async def write_to_a_copy() -> None:
            async with database.transaction() as db:
                await db.execute(text("SET TRANSACTION READ ONLY"))
                await db.execute(text("CREATE TABLE more (one int)"))

        with pytest.raises(UNREADY, match="read-only"):
            await write_to_a_copy()
    full = Database(
        Settings(
            data_dir=Path(), database_url=postgres.url(socket).replace("invigil", "nobody_more")
        ).database
    )
    with pytest.raises(UNREADY, match="too many connections"):
        async with full.transaction() as db:
            await db.execute(text("SELECT 1"))
    await full.close()


def _service(campus: Campus, name: str) -> Any:
    given: Any = campus.app.dependencies[name]
    return given.dependency()


async def _until_gone(database: Database, backend: int) -> None:
    """Until a connection's process at the server has ended."""
    there = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
    async with asyncio.timeout(30):
        count = 1
        while count:
            async with database.transaction() as db:
                count = await db.scalar(there, {"pid": backend})


async def test_a_hold_that_comes_in_the_middle_of_a_step_waits_for_its_end(
    campus: Campus, pupil: Pupil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two servers: one destroys, the other holds; from then on nothing more goes."""
    await _with_pieces(pupil)
    monkeypatch.setattr(destruction, "STEP", 1)
    placing: list[asyncio.Task[set[str]]] = []
    async with connected(campus.settings) as database, connected(campus.settings) as elsewhere:
        blobs = BlobStore(campus.settings.blobs, tmp_path)
        real = blobs.delete_many

        async def place() -> set[str]:
            async with elsewhere.transaction() as db:
                await _place_hold(campus, db, pupil)
            return set(await blobs.names(pupil.session))

        async def delete_many(session: str, names: list[str]) -> None:
            if not placing:
                placing.append(asyncio.create_task(place()))
                await _somebody_waits(elsewhere)
                assert not placing[0].done()
            await real(session, names)

        monkeypatch.setattr(blobs, "delete_many", delete_many)
        retention = Retention(database, blobs, campus.keys, campus.clock)
        outcome = await retention.destroy(pupil.session, SEALED, "test", "over")
        at_the_hold = await placing[0]
        assert isinstance(outcome, Held)
        assert set(await blobs.names(pupil.session)) == at_the_hold
        assert len(at_the_hold) == len(pupil.blobs) - 1


async def test_a_step_waits_for_a_hold_that_is_being_placed(
    campus: Campus, pupil: Pupil, tmp_path: Path
) -> None:
    await _with_pieces(pupil)
    async with connected(campus.settings) as database, connected(campus.settings) as elsewhere:
        blobs = BlobStore(campus.settings.blobs, tmp_path)
        retention = Retention(database, blobs, campus.keys, campus.clock)
        async with elsewhere.transaction() as db:
            await _place_hold(campus, db, pupil)
            destroying = asyncio.create_task(
                retention.destroy(pupil.session, SEALED, "test", "over")
            )
            await _somebody_waits(elsewhere)
            assert not destroying.done()
        assert isinstance(outcome := await destroying, Held)
        assert outcome.n is None
        assert set(await blobs.names(pupil.session)) == set(pupil.blobs)


async def _with_pieces(pupil: Pupil) -> None:
    pupil.open()
    for _ in range(3):
        pupil.segment()
    pupil.close()
    await pupil.hand_in()


async def _place_hold(campus: Campus, db: AsyncSession, pupil: Pupil) -> None:
    draft = HoldDraft(HoldKind.SESSION, pupil.session, "A court asked for it.")
    await place_hold(db, campus.clock(), "command line", campus.institution.id, draft)


async def _somebody_waits(database: Database) -> None:
    """Until somebody waits for what another transaction holds."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(30):
        count = 0
        while not count:
            async with database.transaction() as db:
                count = await db.scalar(waiting)

"""Destroying: by kind, over a crash, against a hold; nothing remains, and it is certified."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest
from second_verifier.whatever import verify_whatever
from sqlalchemy import select, update
from support.campus import HOUR, Campus, Pupil, connected, redeem

from server.accounts.models import Account
from server.accounts.staff import staff_of
from server.audit.models import LogEntryRow
from server.candidates.models import ConsentRow
from server.clock import MICROS_PER_DAY
from server.exams.models import PolicyVersion
from server.ingest.models import BlobRow, ExamSession
from server.reports.bundle import BundleExport
from server.retention import destruction, service
from server.retention.certificates import certificate_file
from server.retention.destruction import Destroyed, Destruction, Held
from server.retention.holds import HoldDraft, HoldError, HoldKind, place_hold, release_hold
from server.retention.models import DestructionRow, HoldRow
from server.retention.proof import prove
from server.retention.service import Retention
from server.retention.settings import KindDays, Protection, change_protection
from server.review.models import RankRow
from server.review.ranking import refresh_stale
from server.review.states import SILENT_AFTER
from server.storage.blobs import BlobStore
from server.storage.database import Database
from shared.bundle import BundleReader
from shared.certificate import SEALED, EvidenceKind
from shared.certificate_file import verify_certificate_file
from shared.policy import decode_policy, encode_policy
from shared.signed import fingerprint
from shared.verdict import Outcome, Verdict
from shared.verify import verify_bundle

pytestmark = pytest.mark.anyio

YEAR = 365 * 24 * HOUR
DAY = MICROS_PER_DAY
WHY = "the retention period is over"


@dataclass
class Desk:
    """What a test destroys with."""

    campus: Campus
    database: Database
    blobs: BlobStore
    retention: Retention
    folder: Path

    def destruction(self) -> Destruction:
        return Destruction(self.database, self.blobs, self.campus.keys, self.campus.clock)

    async def bundle(self, session: str, name: str = "b.zip") -> Path:
        export = BundleExport(self.database, self.campus.keys, self.blobs, self.campus.clock)
        assert await export.write(session, self.folder / name)
        return self.folder / name

    async def verified(self, session: str) -> Verdict:
        path = await self.bundle(session)
        return verify_bundle(path, fingerprint(self.campus.public_key))

    async def hold(self, kind: HoldKind, subject: str) -> HoldRow:
        async with self.database.transaction() as db:
            draft = HoldDraft(kind, subject, "A court asked for it.")
            clock, own = self.campus.clock, self.campus.institution.id
            return await place_hold(db, clock(), "command line", own, draft)

    async def rows(self, session: str) -> list[DestructionRow]:
        async with self.database.transaction() as db:
            query = select(DestructionRow).where(DestructionRow.session_id == session)
            return list(await db.scalars(query.order_by(DestructionRow.n)))


@pytest.fixture
async def desk(campus: Campus, tmp_path: Path) -> AsyncIterator[Desk]:
    async with connected(campus.settings) as database:
        blobs = BlobStore(campus.settings.blobs, tmp_path / "scratch")
        retention = Retention(database, blobs, campus.keys, campus.clock)
        yield Desk(campus, database, blobs, retention, tmp_path)


@pytest.fixture
async def recorded(pupil: Pupil) -> Pupil:
    """A session with something of every kind."""
    pupil.open(
        consent={"at": pupil.wall, "given": "button", "items": ["camera"], "language": "en"}
    )
    for stream in ("camera", "screen", "microphone"):
        for _ in range(3):
            pupil.segment(stream)
    pupil.incident(attachments=(pupil.attach("snapshot", "image/jpeg", b"a picture"),))
    pupil.incident(2, attachments=(pupil.attach("photo", "image/jpeg", b"a face"),))
    pupil.close()
    await pupil.hand_in()
    return pupil


async def test_a_kind_goes_and_the_rest_still_holds(desk: Desk, recorded: Pupil) -> None:
    kinds = {EvidenceKind.CAMERA, EvidenceKind.IDENTITY}
    before = set(await desk.blobs.names(recorded.session))
    outcome = await desk.retention.destroy(recorded.session, kinds, "system", WHY)
    assert isinstance(outcome, Destroyed)
    assert len(before) - len(await desk.blobs.names(recorded.session)) == 4
    verdict = await desk.verified(recorded.session)
    assert verdict.holds, verdict.results
    assert (verdict.destroyed, verdict.certificates, verdict.blobs) == (4, 1, 11)
    # A second certificate, of what is left, goes on from the first.
    await desk.retention.destroy(recorded.session, SEALED, "system", WHY)
    verdict = await desk.verified(recorded.session)
    assert verdict.holds, verdict.results
    assert (verdict.destroyed, verdict.certificates) == (11, 2)
    async with desk.database.transaction() as db:
        assert (await db.get_one(ExamSession, recorded.session)).purged_at is not None
    proof = await prove(
        desk.database, desk.blobs, desk.campus.settings.data_dir, recorded.session
    )
    assert proof is not None
    assert proof.holds, proof.found
    assert proof.hashes == 11


async def test_a_piece_of_a_destroyed_kind_is_not_taken_in(desk: Desk, pupil: Pupil) -> None:
    pupil.open()
    pupil.segment("camera")
    pupil.segment("camera")
    pupil.segment("screen")
    pupil.take(await pupil.deliver(*pupil.records))
    first, second, screen = pupil.blobs
    pupil.take(await pupil.upload(first))
    desk.campus.clock.advance(SILENT_AFTER + 1)
    await desk.retention.destroy(pupil.session, {EvidenceKind.CAMERA}, "system", WHY)
    assert (await pupil.upload(second)).status_code == 410
    assert (await pupil.upload(screen)).status_code == 200
    assert await desk.blobs.names(pupil.session) == {screen}


async def test_each_kind_goes_when_its_days_are_over(
    desk: Desk, campus: Campus, pupil: Pupil
) -> None:
    async with desk.database.transaction() as db:
        row = (await db.scalars(select(PolicyVersion))).one()
        policy = decode_policy(row.payload)
        changed = msgspec.structs.replace(policy, kept_days={"camera": 10, "screen": 500})
        row.payload = encode_policy(changed)
    pupil.open()
    pupil.segment("camera")
    pupil.segment("screen")
    pupil.close()
    await pupil.hand_in()
    assert await desk.retention.expire() == []
    campus.clock.advance(10 * DAY - 1)
    assert await desk.retention.expire() == []
    campus.clock.advance(1)
    assert await desk.retention.expire() == [pupil.session]
    assert len(await desk.blobs.names(pupil.session)) == 1
    # A year, and no longer, was promised of everything.
    campus.clock.advance(355 * DAY)
    assert await desk.retention.expire() == [pupil.session]
    assert await desk.retention.expire() == []
    assert [row.records for row in await desk.rows(pupil.session)] == [False, True]


async def test_nothing_remains(
    desk: Desk, campus: Campus, recorded: Pupil, client, tmp_path: Path
) -> None:
    """Walk the whole data folder and every table: ids, hashes, bytes, names."""
    before = await desk.bundle(recorded.session, "before.zip")
    hashes = BundleReader(before).blob_names()
    assert len(hashes) == 11
    left = campus.settings.data_dir / "exports" / "left.zip"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(before.read_bytes())
    campus.clock.advance(YEAR)
    assert await desk.retention.expire() == [recorded.session]
    folder = campus.settings.data_dir
    proof = await prove(desk.database, desk.blobs, folder, recorded.session, hashes)
    assert proof is not None
    assert {found.where for found in proof.found} == {str(left)}
    left.unlink()
    proof = await prove(desk.database, desk.blobs, folder, recorded.session, hashes)
    assert proof is not None
    assert proof.holds, proof.found
    assert (proof.everything, proof.hashes) == (True, 11)
    # Lists go on showing that there was a session: with a score of nothing.
    async with desk.database.transaction() as db:
        await refresh_stale(db)
        rank = await db.get_one(RankRow, recorded.session)
        assert (rank.score, rank.reasons, rank.kinds, rank.outcome) == (0, [], [], "")
    proof = await prove(desk.database, desk.blobs, folder, recorded.session, hashes)
    assert proof is not None
    assert proof.holds, proof.found
    # Beside the proof's own way of looking: what the disk holds, byte by byte.
    sealed = [data[40:200] for data in recorded.blobs.values()]
    records = [record.payload for record in recorded.records]
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(name.encode() in data for name in hashes), path
            assert not any(one in data for one in (*sealed, *records)), path
    assert not (folder / "blobs" / recorded.session).exists()
    async with desk.database.transaction() as db:
        session = await db.get_one(ExamSession, recorded.session)
        assert (session.boots, session.clock) == ({}, {})
        consent = await db.get_one(ConsentRow, recorded.session)
        assert (consent.items, consent.given) == (["camera"], "button")
        data = await certificate_file(db, campus.keys, session)
    assert data is not None
    path = tmp_path / "x.certificates.json"
    path.write_bytes(data)
    pinned = fingerprint(campus.public_key)
    verdict = verify_certificate_file(path, pinned)
    assert verdict.holds
    assert verify_whatever(data, pinned).status == 0
    (certificate,) = verdict.certificates
    assert {one.kind for one in certificate.destroyed} == set(EvidenceKind)
    assert certificate.head == recorded.records[-1].hash
    # The log names the certificate.
    async with desk.database.transaction() as db:
        query = select(LogEntryRow.payload).where(LogEntryRow.action == "session.purge")
        (entry,) = await db.scalars(query)
    assert (await desk.rows(recorded.session))[0].hash.encode() in entry


@pytest.mark.parametrize("kind", list(HoldKind))
async def test_what_is_held_stays(
    desk: Desk, campus: Campus, recorded: Pupil, kind: HoldKind
) -> None:
    async with desk.database.transaction() as db:
        session = await db.get_one(ExamSession, recorded.session)
    subject = {
        HoldKind.SESSION: session.id,
        HoldKind.CANDIDATE: session.candidate_id,
        HoldKind.EXAM: session.exam_id,
    }[kind]
    hold = await desk.hold(kind, subject)
    campus.clock.advance(YEAR)
    for _ in range(2):
        assert await desk.retention.expire() == []
    assert isinstance(await desk.retention.destroy(session.id, SEALED, "system", WHY), Held)
    assert (await desk.verified(session.id)).holds
    async with desk.database.transaction() as db:
        held = await db.get_one(HoldRow, hold.id)
        await release_hold(db, campus.clock(), "command line", held, "The court is done.")
        with pytest.raises(HoldError, match="already"):
            await release_hold(db, campus.clock(), "command line", held, "Again.")
    assert await desk.retention.expire() == [session.id]


async def test_a_hold_needs_a_subject_of_one_s_own_and_a_reason(desk: Desk) -> None:
    with pytest.raises(HoldError, match="no such exam"):
        await desk.hold(HoldKind.EXAM, "0" * 32)
    async with desk.database.transaction() as db:
        draft = HoldDraft(HoldKind.EXAM, desk.campus.exam.id, " ")
        with pytest.raises(HoldError, match="Say why"):
            await place_hold(db, 1, "command line", desk.campus.institution.id, draft)


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_a_hold_stops_what_is_under_way(
    desk: Desk, recorded: Pupil, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """The hold comes between two steps: from then on nothing more goes, and it is all said."""
    monkeypatch.setattr(destruction, "STEP", 4)
    real, steps = Destruction._step, 0

    async def step(self: Destruction, session: str):
        nonlocal steps
        if steps == after:
            await desk.hold(HoldKind.SESSION, session)
        steps += 1
        return await real(self, session)

    monkeypatch.setattr(Destruction, "_step", step)
    outcome = await desk.retention.destroy(recorded.session, SEALED, "system", WHY)
    assert isinstance(outcome, Held)
    there = await desk.blobs.names(recorded.session)
    assert len(there) == 11 - 4 * after
    async with desk.database.transaction() as db:
        session = await db.get_one(ExamSession, recorded.session)
        assert session.purged_at is None
        left = select(BlobRow.sha256).where(BlobRow.destroyed_at.is_(None))
        assert set(await db.scalars(left)) == there
    verdict = await desk.verified(recorded.session)
    assert verdict.holds, [r for r in verdict.results if r.outcome is not Outcome.HOLDS]
    assert verdict.destroyed == 4 * after
    assert [row.stopped for row in await desk.rows(recorded.session)] == [True] * (after > 0)


async def test_holding_and_destroying_at_once_is_one_or_the_other(
    desk: Desk, recorded: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both run freely: when the hold is there, nothing goes that was not gone before."""
    monkeypatch.setattr(destruction, "STEP", 1)
    running = asyncio.create_task(
        desk.retention.destroy(recorded.session, SEALED, "system", WHY)
    )
    await asyncio.sleep(0)
    await desk.hold(HoldKind.EXAM, desk.campus.exam.id)
    at_the_hold = await desk.blobs.names(recorded.session)
    outcome = await running
    assert await desk.blobs.names(recorded.session) == at_the_hold
    assert isinstance(outcome, Held) or not at_the_hold
    assert (await desk.verified(recorded.session)).holds


class Crash(BaseException):
    """The process ends here."""


def crashing(real: Callable[..., object], at: int) -> Callable[..., object]:
    """``real``, but for the call that is the process's last."""
    calls = 0

    async def call(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls > at:
            raise Crash
        return await real(*arguments, **named)  # type: ignore[misc]

    return call


@pytest.mark.parametrize(
    ("where", "name", "at"),
    [
        (Destruction, "_step", 0),
        (Destruction, "_step", 2),
        (destruction, "mark_destroyed", 1),
        (Destruction, "_leave_nothing", 0),
        (Destruction, "_end", 0),
        (destruction, "sweep", 0),
        (Destruction, "_certify", 0),
    ],
)
async def test_a_crash_anywhere_is_finished_by_the_next_look(
    desk: Desk,
    campus: Campus,
    recorded: Pupil,
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    at: int,
) -> None:
    monkeypatch.setattr(destruction, "STEP", 4)
    campus.clock.advance(YEAR)
    with monkeypatch.context() as patch:
        patch.setattr(where, name, crashing(getattr(where, name), at))
        with pytest.raises(Crash):
            await desk.retention.expire()
    (row,) = await desk.rows(recorded.session)
    assert row.finished is None
    assert await desk.retention.expire() == [recorded.session]
    (row,) = await desk.rows(recorded.session)
    assert (row.finished, row.stopped) == (campus.clock(), False)
    folder = campus.settings.data_dir
    hashes = set(recorded.blobs)
    proof = await prove(desk.database, desk.blobs, folder, recorded.session, hashes)
    assert proof is not None
    assert proof.holds, proof.found


async def cut_short(desk: Desk, session: str, patch: pytest.MonkeyPatch) -> None:
    """The camera's pieces are gone, and then the process ended."""
    kinds = {EvidenceKind.CAMERA}
    with patch.context() as crash:
        crash.setattr(Destruction, "_leave_nothing", crashing(Destruction._leave_nothing, 0))
        with pytest.raises(Crash):
            await desk.retention.destroy(session, kinds, "system", WHY)


async def test_what_is_asked_for_goes_besides_what_was_cut_short(
    desk: Desk, recorded: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cut_short(desk, recorded.session, monkeypatch)
    everything = tuple(EvidenceKind)
    outcome = await desk.retention.destroy(recorded.session, everything, "system", "Asked.")
    assert isinstance(outcome, Destroyed)
    first, second = await desk.rows(recorded.session)
    assert (first.kinds, first.why, first.stopped) == (["camera"], WHY, False)
    assert (second.n, second.hash, second.why) == (outcome.n, outcome.hash, "Asked.")
    assert second.records
    assert await desk.blobs.names(recorded.session) == set()


async def test_what_was_cut_short_is_the_answer_where_it_was_all(
    desk: Desk, recorded: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cut_short(desk, recorded.session, monkeypatch)
    kinds = {EvidenceKind.CAMERA}
    outcome = await desk.retention.destroy(recorded.session, kinds, "system", "Asked.")
    assert isinstance(outcome, Destroyed)
    (row,) = await desk.rows(recorded.session)
    assert (row.n, row.hash) == (outcome.n, outcome.hash)


async def test_a_hold_stops_what_was_cut_short_and_what_is_asked_for(
    desk: Desk, recorded: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cut_short(desk, recorded.session, monkeypatch)
    await desk.hold(HoldKind.SESSION, recorded.session)
    outcome = await desk.retention.destroy(recorded.session, SEALED, "system", "Asked.")
    assert isinstance(outcome, Held)
    assert [row.stopped for row in await desk.rows(recorded.session)] == [True]
    assert len(await desk.blobs.names(recorded.session)) == 8


@pytest.mark.parametrize("short", [True, False])
async def test_who_is_overtaken_at_the_end_says_what_was_destroyed(
    desk: Desk, recorded: Pupil, monkeypatch: pytest.MonkeyPatch, *, short: bool
) -> None:
    """The chore takes up what somebody has begun, and is done with it first."""
    if short:
        await cut_short(desk, recorded.session, monkeypatch)
    real = Destruction.resume

    async def resume(self: Destruction, session: str):
        await real(desk.destruction(), session)
        return await real(self, session)

    monkeypatch.setattr(Destruction, "resume", resume)
    outcome = await desk.retention.destroy(recorded.session, SEALED, "system", WHY)
    assert isinstance(outcome, Destroyed)
    rows = await desk.rows(recorded.session)
    assert len(rows) == 1 + short
    assert (rows[-1].n, rows[-1].hash) == (outcome.n, outcome.hash)
    assert await desk.blobs.names(recorded.session) == set()


async def test_what_is_over_goes_besides_what_was_cut_short(
    desk: Desk, campus: Campus, recorded: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at again never once all of it is over, so all of it has to go."""
    await cut_short(desk, recorded.session, monkeypatch)
    campus.clock.advance(YEAR)
    # The look that takes up what was cut short comes too late: somebody begins in between.
    monkeypatch.setattr(desk.retention, "_cut_short", _nothing)
    assert await desk.retention.expire() == [recorded.session]
    assert [row.records for row in await desk.rows(recorded.session)] == [False, True]


async def _nothing() -> list[str]:
    return []


async def test_rows_go_only_while_records_are_destroyed(desk: Desk, recorded: Pupil) -> None:
    """Not even this program deletes a record otherwise."""
    await desk.retention.destroy(recorded.session, SEALED, "system", WHY)
    path = desk.database.file
    assert path is not None
    await desk.database.close()
    refused = pytest.raises(sqlite3.IntegrityError, match="never change")
    with sqlite3.connect(path) as connection, refused:
        connection.execute("DELETE FROM record")


async def test_what_was_not_looked_at_for_long_is_due(
    desk: Desk, campus: Campus, recorded: Pupil
) -> None:
    """A new setting has every session looked at again."""
    assert await desk.retention.expire() == []
    async with desk.database.transaction() as db:
        session = await db.get_one(ExamSession, recorded.session)
        assert session.due_at == session.created + YEAR
        await db.execute(update(ExamSession).values(due_at=None))
    campus.clock.advance(YEAR)
    assert await desk.retention.expire() == [recorded.session]


async def test_many_that_nobody_looked_at_are_planned_together(
    desk: Desk, recorded: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at one by one, ten thousand would slow all pages for minutes."""
    another = await redeem(recorded.client, await desk.campus.code("s-2"))
    single = AsyncMock()
    monkeypatch.setattr(desk.retention, "_expire", single)
    monkeypatch.setattr(service, "MOST", 1)
    assert await desk.retention.expire() == []
    async with desk.database.transaction() as db:
        for session_id in (recorded.session, another.session):
            session = await db.get_one(ExamSession, session_id)
            assert session.due_at == session.created + YEAR
    single.assert_not_awaited()


async def test_days_settled_while_something_is_destroyed_count(
    desk: Desk, campus: Campus, recorded: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the next is due is not said by what was settled before."""
    await settle(desk, KindDays(screen=1))
    campus.clock.advance(2 * DAY)
    destroy = Destruction.destroy

    async def settled_meanwhile(*asked: Any) -> Any:
        outcome = await destroy(*asked)
        await settle(desk, KindDays(screen=1, camera=2))
        return outcome

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Destruction, "destroy", settled_meanwhile)
        assert await desk.retention.expire() == [recorded.session]
    gone = {kind for row in await desk.rows(recorded.session) for kind in row.kinds}
    assert gone == {EvidenceKind.SCREEN, EvidenceKind.CAMERA}


async def test_what_is_held_is_not_looked_at_again_and_again(
    desk: Desk, campus: Campus, recorded: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exam's hold may be on thousands."""
    hold = await desk.hold(HoldKind.EXAM, campus.exam.id)
    single = AsyncMock(wraps=desk.retention._expire)
    monkeypatch.setattr(desk.retention, "_expire", single)
    for _ in range(2):
        campus.clock.advance(YEAR)
        assert await desk.retention.expire() == []
    single.assert_not_awaited()
    async with desk.database.transaction() as db:
        held = await db.get_one(HoldRow, hold.id)
        await release_hold(db, campus.clock(), "command line", held, "It is done.")
    assert await desk.retention.expire() == [recorded.session]


async def test_what_is_released_while_it_is_looked_at_goes_at_once(
    desk: Desk, campus: Campus, recorded: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not an hour later, as what is held since a moment ago waits."""
    campus.clock.advance(YEAR)
    expire, look_at = Retention._expire, Retention._look_at
    holds: list[HoldRow] = []

    async def held_before(*asked: Any) -> bool:
        if not holds:
            holds.append(await desk.hold(HoldKind.SESSION, recorded.session))
        return await expire(*asked)

    async def released_meanwhile(*asked: Any, **more: Any) -> None:
        async with desk.database.transaction() as db:
            held = await db.get_one(HoldRow, holds[0].id)
            if held.released_at is None:
                await release_hold(db, campus.clock(), "command line", held, "It is done.")
        await look_at(*asked, **more)

    monkeypatch.setattr(Retention, "_expire", held_before)
    monkeypatch.setattr(Retention, "_look_at", released_meanwhile)
    assert await desk.retention.expire() == [recorded.session]


async def settle(desk: Desk, days: KindDays) -> None:
    async with desk.database.transaction() as db:
        admin = Account.email == desk.campus.admin
        staff = staff_of((await db.scalars(select(Account).where(admin))).one())
        await change_protection(db, desk.campus.clock(), staff, Protection(days=days))

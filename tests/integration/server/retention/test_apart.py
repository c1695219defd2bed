"""A session that cannot be destroyed, or is destroyed while it is moved, holds up no other and
leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from obstore.exceptions import GenericError
from sqlalchemy import update
from structlog.testing import capture_logs
from support.campus import HOUR, Campus, Pupil, client_of, connected, copy_of, redeem, sign_in

from server.accounts.service import create_institution
from server.exams.models import PolicyVersion
from server.exams.service import ExamDraft, create_exam
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from server.ingest.regions import open_blobs
from server.retention import moving
from server.retention.destruction import Destroyed
from server.retention.models import DestructionRow
from server.retention.moving import Moved, NotMoved, move_institution
from server.retention.proof import prove
from server.retention.service import Retention
from server.storage.blobs import BlobStore
from server.storage.database import Database
from server.storage.regions import RegionalBlobs
from shared.certificate import SEALED, EvidenceKind

pytestmark = pytest.mark.anyio

YEAR = 365 * 24 * HOUR
ALL = tuple(EvidenceKind)


@dataclass
class Desk:
    """A campus with two regions, and what destroys and moves there."""

    campus: Campus
    client: httpx.AsyncClient
    database: Database
    blobs: RegionalBlobs
    retention: Retention

    async def recorded(self, campus: Campus, reference: str) -> Pupil:
        pupil = await redeem(self.client, await campus.code(reference))
        pupil.open()
        pupil.segment("camera")
        pupil.segment("screen")
        pupil.close()
        await pupil.hand_in()
        return pupil

    async def elsewhere(self) -> Campus:
        """Another institution of this server, with an exam of its own."""
        clock, keys = self.campus.clock, self.campus.keys
        async with self.database.transaction() as db:
            other = await create_institution(db, keys, "Elsewhere College", "e@else.edu", 1)
            starts, ends = clock() - HOUR, clock() + 24 * HOUR
            draft = ExamDraft(title="Rhetoric", starts=starts, ends=ends, terms=Terms())
            exam = await create_exam(db, keys, other, draft, clock())
        return replace(self.campus, institution=other, exam=exam)

    async def names(self, region: str, session: str) -> set[str]:
        return await self.blobs.store(region).names(session)

    async def choose(self, region: str) -> None:
        url, form = "/settings/data-protection/region", {"region": region}
        headers = await sign_in(self.campus, self.client, self.campus.admin)
        answer = await self.client.post(url, data=form, headers=headers)
        assert answer.status_code == 200

    async def session(self, session: str) -> ExamSession:
        async with self.database.transaction() as db:
            return await db.get_one(ExamSession, session)

    async def holds(self, pupil: Pupil) -> bool:
        folder, known = self.campus.settings.data_dir, pupil.blobs
        proof = await prove(self.database, self.blobs, folder, pupil.session, known)
        assert proof is not None
        return proof.holds


@pytest.fixture
async def desk(template: Campus, tmp_path: Path) -> AsyncIterator[Desk]:
    regions = {"eu-west": (tmp_path / "west").as_uri(), "us": (tmp_path / "us").as_uri()}
    campus = copy_of(template, tmp_path / "data", blob_regions=regions)
    async with client_of(campus) as client, connected(campus.settings) as database:
        blobs = open_blobs(campus.settings, database)
        assert isinstance(blobs, RegionalBlobs)
        retention = Retention(database, blobs, campus.keys, campus.clock)
        yield Desk(campus, client, database, blobs, retention)


def failures(said: Sequence[Mapping[str, object]]) -> list[object]:
    """The sessions that the log says could not be destroyed."""
    return [line["session"] for line in said if line["log_level"] == "error"]


async def test_an_institution_without_its_key_holds_up_no_other(
    desk: Desk, tmp_path: Path
) -> None:
    theirs = await desk.recorded(await desk.elsewhere(), "e-1")
    own = await desk.recorded(desk.campus, "s-1")
    keys = desk.campus.settings.keys / (await desk.session(theirs.session)).key_ref
    away = keys.rename(tmp_path / "away")
    desk.campus.clock.advance(YEAR)
    with capture_logs() as said:
        assert await desk.retention.expire() == [own.session]
        assert await desk.retention.expire() == []
    assert set(failures(said)) == {theirs.session}
    away.rename(keys)
    assert await desk.retention.expire() == [theirs.session]


async def test_rules_that_cannot_be_read_hold_up_no_other(desk: Desk) -> None:
    theirs = await desk.recorded(await desk.elsewhere(), "e-1")
    own = await desk.recorded(desk.campus, "s-1")
    damaged = (await desk.session(theirs.session)).policy_version_id
    async with desk.database.transaction() as db:
        await db.execute(
            update(PolicyVersion).where(PolicyVersion.id == damaged).values(payload=b"{}")
        )
        # As after a change of settings; what the server itself looked at meanwhile is planned.
        await db.execute(update(ExamSession).values(due_at=None))
    desk.campus.clock.advance(YEAR)
    with capture_logs() as said:
        assert await desk.retention.expire() == [own.session]
    assert failures(said) == [theirs.session]


async def test_a_destruction_that_cannot_be_finished_holds_up_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = await desk.recorded(desk.campus, "s-1")
    own = await desk.recorded(desk.campus, "s-2")
    desk.campus.clock.advance(YEAR)
    store = desk.blobs.store("")
    real = store.delete_many

    async def delete_many(session: str, names: Collection[str]) -> None:
        if session == begun.session:
            raise ValueError("a name that no store knows")
        await real(session, sorted(names))

    monkeypatch.setattr(store, "delete_many", delete_many)
    with pytest.raises(ValueError, match="no store knows"):
        await desk.retention.destroy(begun.session, ALL, "system", "over")
    async with desk.database.transaction() as db:
        assert (await db.get_one(DestructionRow, (begun.session, 0))).finished is None
    with capture_logs() as said:
        assert await desk.retention.expire() == [own.session]
    assert set(failures(said)) == {begun.session}
    monkeypatch.undo()
    assert await desk.retention.expire() == [begun.session]


async def test_a_region_s_store_that_is_down_holds_up_no_other_region(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await desk.elsewhere()
    await move_institution(
        desk.database, desk.blobs, desk.campus.clock, other.institution.id, "us"
    )
    theirs = await desk.recorded(other, "e-1")
    own = await desk.recorded(desk.campus, "s-1")
    desk.campus.clock.advance(YEAR)

    async def down(*_: object) -> None:
        raise GenericError("connection refused")

    for name in ("delete_many", "names", "forget_folder"):
        monkeypatch.setattr(desk.blobs.store("us"), name, down)
    with capture_logs() as said:
        assert await desk.retention.expire() == [own.session]
    assert failures(said) == [theirs.session]
    monkeypatch.undo()
    assert await desk.holds(own)
    desk.campus.clock.advance(HOUR)
    assert await desk.retention.expire() == [theirs.session]
    assert await desk.holds(theirs)


async def test_a_region_that_is_set_up_no_more_is_said_and_nothing_certified(
    desk: Desk,
) -> None:
    own = await desk.recorded(desk.campus, "s-1")
    async with desk.database.transaction() as db:
        await db.execute(update(ExamSession).values(region="moon"))
    desk.campus.clock.advance(YEAR)
    with capture_logs() as said:
        assert await desk.retention.expire() == []
    assert failures(said) == [own.session]
    assert "INVIGIL_BLOB_URL_MOON" in said[0]["why"]


async def destroyed_within(
    desk: Desk, pupil: Pupil, monkeypatch: pytest.MonkeyPatch, kinds: Collection[EvidenceKind]
) -> None:
    """Have it destroyed once the first piece has been read and not yet copied."""
    old = desk.blobs.store("")
    real = old.get

    async def get(session: str, sha256: str) -> bytes:
        data = await real(session, sha256)
        monkeypatch.setattr(old, "get", real)
        outcome = await desk.retention.destroy(pupil.session, kinds, "system", "asked for")
        assert isinstance(outcome, Destroyed)
        return data

    monkeypatch.setattr(old, "get", get)


async def test_what_is_destroyed_while_it_is_moved_is_gone_from_both_stores(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await desk.recorded(desk.campus, "s-1")
    second = await desk.recorded(desk.campus, "s-2")
    await desk.choose("eu-west")
    await destroyed_within(desk, first, monkeypatch, ALL)
    assert await desk.retention.follow() == Moved(sessions=2, pieces=2)
    assert await desk.holds(first)
    for region in ("", "eu-west"):
        assert await desk.names(region, first.session) == set()
    assert await desk.names("eu-west", second.session) == set(second.blobs)


async def test_a_kind_that_is_destroyed_meanwhile_is_gone_and_the_rest_is_moved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = await desk.recorded(desk.campus, "s-1")
    await desk.choose("eu-west")
    await destroyed_within(desk, pupil, monkeypatch, {EvidenceKind.CAMERA})
    assert await desk.retention.follow() == Moved(sessions=1, pieces=1)
    assert await desk.names("", pupil.session) == set()
    assert len(await desk.names("eu-west", pupil.session)) == 1
    assert (await desk.session(pupil.session)).region == "eu-west"


async def test_a_crash_of_such_a_move_is_made_good_by_the_next_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = await desk.recorded(desk.campus, "s-1")
    await desk.choose("eu-west")
    assert isinstance(
        await desk.retention.destroy(pupil.session, SEALED, "system", "asked for"), Destroyed
    )
    name = min(pupil.blobs)
    await desk.blobs.store("eu-west").put_bytes(pupil.session, name, pupil.blobs[name])
    assert not await desk.holds(pupil)
    assert await desk.retention.follow() == Moved(sessions=1, pieces=0)
    assert await desk.holds(pupil)
    assert await desk.retention.follow() == Moved(sessions=0, pieces=0)


@pytest.mark.parametrize("looks", [1, 2])
async def test_a_piece_that_cannot_be_read_is_said_and_holds_up_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    lost = await desk.recorded(desk.campus, "s-1")
    desk.campus.clock.advance(HOUR)
    other = await desk.recorded(desk.campus, "s-2")
    await desk.choose("eu-west")
    real = BlobStore.names

    async def names(store: BlobStore, session: str) -> set[str]:
        more = {"0" * 64} if (session, store) == (lost.session, desk.blobs.store("")) else set()
        return await real(store, session) | more

    monkeypatch.setattr(BlobStore, "names", names)
    with capture_logs() as said:
        if looks == 2:
            # As many as one look tries cannot be moved; the next one goes on behind them.
            monkeypatch.setattr(moving, "MOST", 1)
            assert await desk.retention.follow() == Moved(sessions=0, pieces=0)
        assert await desk.retention.follow() == Moved(sessions=1, pieces=2)
    assert failures(said) == [lost.session]
    assert await desk.names("eu-west", other.session) == set(other.blobs)


async def test_a_command_moves_what_can_be_and_says_the_rest(desk: Desk) -> None:
    pupils = [await desk.recorded(desk.campus, f"s-{n}") for n in range(3)]
    here, own = desk.blobs.store(""), desk.campus.institution.id
    for lost in pupils[:2]:
        name = min(lost.blobs)
        await here.delete_many(lost.session, [name])
        await here.put_bytes(lost.session, name, b"something else")
    with pytest.raises(NotMoved, match=r"is damaged.*; and 1 other cannot be moved either"):
        await move_institution(desk.database, desk.blobs, desk.campus.clock, own, "eu-west")
    assert [(await desk.session(one.session)).region for one in pupils] == ["", "", "eu-west"]
    assert await desk.names("eu-west", pupils[2].session) == set(pupils[2].blobs)

"""Nothing more is taken in of what was destroyed, and nothing is destroyed while its candidate
sits there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import select, update
from support.campus import (
    HOUR,
    Campus,
    MovableClock,
    Pupil,
    connected,
    found_campus,
    redeem,
    sign_in,
)
from support.running_server import running
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server.accounts.models import Account, Role
from server.accounts.staff import Staff
from server.candidates.erasing import Erasing
from server.enrolment.models import Candidate
from server.ingest.models import ExamSession
from server.ingest.regions import open_blobs
from server.live.controllers import NOT_ADMITTED
from server.live.models import CommandRow, LiveRow, SaidRow
from server.live.service import Connected, Live
from server.problems import Rejection
from server.retention.destruction import Destroyed, Held
from server.retention.proof import Proof, prove
from server.retention.service import Retention
from server.review.states import SILENT_AFTER
from server.storage.blobs import BlobStore
from server.storage.database import Database
from shared.candidate_page import page_path, page_token
from shared.certificate import SEALED, EvidenceKind
from shared.wire import LiveState, Said

pytestmark = pytest.mark.anyio

ALL = tuple(EvidenceKind)
RUNNING = "it is being recorded right now (end the session first, or wait until it is over)"

STATE = LiveState(
    stage="recording",
    light="good",
    words="All is well.",
    elapsed_s=1.0,
    queued_records=0,
    queued_bytes=0,
)
HELP = Said(id="ab" * 16, kind="help", text="My calculator does not open.")
SAYING = msgspec.structs.replace(STATE, said=(HELP,))


@dataclass
class Desk:
    """What a test destroys with."""

    campus: Campus
    database: Database
    blobs: BlobStore
    retention: Retention

    @property
    def live(self) -> Live:
        found = self.campus.app.dependencies["live"].dependency()
        assert isinstance(found, Live)
        return found

    async def proof(self, session: str) -> Proof:
        folder = self.campus.settings.data_dir
        proof = await prove(self.database, self.blobs, folder, session)
        assert proof is not None
        return proof

    async def rows(self) -> int:
        async with self.database.transaction() as db:
            tables = (CommandRow, LiveRow, SaidRow)
            return sum([len(list(await db.scalars(select(one)))) for one in tables])


@pytest.fixture
async def desk(campus: Campus) -> AsyncIterator[Desk]:
    async with connected(campus.settings) as database:
        blobs = open_blobs(campus.settings, database)
        retention = Retention(database, blobs, campus.keys, campus.clock)
        yield Desk(campus, database, blobs, retention)


@pytest.fixture
async def silent(pupil: Pupil, desk: Desk) -> Pupil:
    """A session that was never closed and of which nothing has come for a while."""
    pupil.open()
    pupil.segment()
    pupil.incident()
    pupil.take(await pupil.deliver(*pupil.records))
    for name in pupil.blobs:
        pupil.take(await pupil.upload(name))
    desk.campus.clock.advance(SILENT_AFTER + 1)
    return pupil


@pytest.mark.both_databases
async def test_a_recorder_that_is_connected_is_told_and_leaves_nothing(
    desk: Desk, silent: Pupil
) -> None:
    by = Connected()
    assert isinstance(await desk.live.report(silent.session, STATE, by), list)
    desk.campus.clock.advance(SILENT_AFTER + 1)
    outcome = await desk.retention.destroy(silent.session, ALL, "system", "asked for")
    assert isinstance(outcome, Destroyed)
    refused = await desk.live.report(silent.session, SAYING, by)
    assert isinstance(refused, Rejection)
    assert refused.status == 410
    assert await desk.rows() == 0
    proof = await desk.proof(silent.session)
    assert proof.holds, [(one.where, one.what) for one in proof.found]


@pytest.mark.both_databases
async def test_staff_write_nothing_more_about_it_and_are_told_so(
    desk: Desk, silent: Pupil, client: httpx.AsyncClient
) -> None:
    await desk.retention.destroy(silent.session, ALL, "system", "asked for")
    headers = await sign_in(desk.campus, client, desk.campus.proctor)
    page, api = f"/sessions/{silent.session}", f"/api/v1/sessions/{silent.session}"
    forms = {
        f"{page}/notes": {"text": "She was ill."},
        f"{page}/assignment": {"account": ""},
        f"{page}/conclusion": {"outcome": "passed", "version": "0"},
    }
    for url, form in forms.items():
        answer = await client.post(url, data=form, headers=headers)
        assert "Everything of this session was destroyed" in answer.text, url
    bodies = {
        f"{api}/decisions": {"outcome": "passed", "version": 0},
        f"{api}/flags/0/notes": {"text": "She was ill."},
        f"{api}/commands": {"action": "message", "text": "Hello."},
    }
    for url, body in bodies.items():
        answer = await client.post(url, json=body, headers=headers)
        assert answer.status_code == 410, answer.text
        assert "destroyed" in answer.json()["detail"]
    proof = await desk.proof(silent.session)
    assert proof.holds, proof.found


@pytest.mark.both_databases
async def test_a_candidate_is_told_that_nobody_can_look_at_it_any_more(
    desk: Desk, silent: Pupil, client: httpx.AsyncClient
) -> None:
    page = page_path(page_token(silent.token))
    form = '<textarea id="appeal-text"'
    assert form in (await client.get(page)).text
    await desk.retention.destroy(silent.session, ALL, "system", "asked for")
    shown = (await client.get(page)).text
    assert form not in shown
    assert "write to Example University: exams@example.edu" in shown
    german = await client.get(page, headers={"Accept-Language": "de"})
    assert "sodass es hier niemand mehr ansehen kann" in german.text
    refused = await client.post(f"{page}/appeal", data={"text": "It was my cat."})
    assert refused.status_code == 422
    assert "nobody can look at it again" in refused.text
    proof = await desk.proof(silent.session)
    assert proof.holds, [(one.where, one.what) for one in proof.found]


@pytest.mark.both_databases
async def test_a_session_that_is_being_recorded_is_not_destroyed(
    desk: Desk, pupil: Pupil, client: httpx.AsyncClient
) -> None:
    pupil.open()
    pupil.segment()
    pupil.take(await pupil.deliver(*pupil.records))
    held = Held((RUNNING,))
    assert await desk.retention.destroy(pupil.session, ALL, "system", "asked") == held
    assert await desk.retention.destroy(pupil.session, SEALED, "system", "asked") == held
    headers = await sign_in(desk.campus, client, desk.campus.admin)
    form = {"kind.records": "on", "why": "asked for", "sure": "on"}
    where = f"/settings/data-protection/sessions/{pupil.session}/destroy"
    refused = await client.post(where, data=form, headers=headers)
    assert refused.status_code == 422
    assert f"Nothing more was destroyed: {RUNNING}." in refused.text
    # A recorder that tells how it is does so while nothing new is recorded, as in a pause.
    desk.campus.clock.advance(SILENT_AFTER)
    await desk.live.report(pupil.session, STATE, Connected())
    desk.campus.clock.advance(SILENT_AFTER)
    assert await desk.retention.destroy(pupil.session, ALL, "system", "asked") == held
    async with desk.database.transaction() as db:
        assert (await db.get_one(ExamSession, pupil.session)).purged_at is None
        await db.execute(update(ExamSession).values(state="terminated"))
    outcome = await desk.retention.destroy(pupil.session, ALL, "system", "asked for")
    assert isinstance(outcome, Destroyed)


async def test_records_are_not_destroyed_before_the_pieces_that_they_name(
    desk: Desk, silent: Pupil
) -> None:
    records, camera = {EvidenceKind.RECORDS}, {EvidenceKind.CAMERA}
    outcome = await desk.retention.destroy(silent.session, records, "system", "asked for")
    assert isinstance(outcome, Held)
    assert "destroy that with them, or before" in outcome.why[0]
    for kinds in (camera, records):
        outcome = await desk.retention.destroy(silent.session, kinds, "system", "asked for")
        assert isinstance(outcome, Destroyed)
    assert (await desk.proof(silent.session)).holds


async def test_who_sits_an_exam_is_not_erased_before_it_is_over(
    desk: Desk, pupil: Pupil
) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    erasing = desk.campus.app.dependencies["erasing"].dependency()
    assert isinstance(erasing, Erasing)
    async with desk.database.transaction() as db:
        candidate = (await db.scalars(select(Candidate))).one()
        query = select(Account).where(Account.role == Role.ADMIN.value)
        who = (await db.scalars(query)).one()
    staff = Staff(who.id, who.institution_id, who.email, who.name, Role.ADMIN)
    erased = await erasing.erase(candidate.id, staff)
    assert not erased.whole
    assert f"Session {pupil.session} stays: {RUNNING}." in erased.said


async def test_the_command_says_why_it_is_not_destroyed(
    desk: Desk, pupil: Pupil, admin: Callable[..., tuple[int, str, str]]
) -> None:
    pupil.open()
    pupil.wall = desk.campus.clock()
    pupil.take(await pupil.deliver(*pupil.records))
    async with desk.database.transaction() as db:
        await db.execute(update(ExamSession).values(last_seen=time.time_ns() // 1000))
    status, _, said = await asyncio.to_thread(
        admin, "purge", pupil.session, "--why", "asked for"
    )
    assert status != 0
    assert "end the session first" in said


async def test_the_recorder_s_socket_is_closed(tmp_path: Path) -> None:
    now = time.time_ns() // 1000
    campus = await found_campus(tmp_path / "data", clock=MovableClock(now - HOUR))
    with running(campus.settings.data_dir) as server:
        async with (
            httpx.AsyncClient(base_url=server.url) as client,
            connected(campus.settings) as database,
        ):
            pupil = await redeem(client, await campus.code())
            url = server.url.replace("http", "ws") + f"/api/v1/sessions/{pupil.session}/live"
            token = {"Authorization": f"Bearer {pupil.token}"}
            async with connect(url, additional_headers=token) as recorder:
                await recorder.send(msgspec.json.encode(STATE).decode())
                async with database.transaction() as db:
                    await db.execute(update(ExamSession).values(state="terminated"))
                blobs = open_blobs(campus.settings, database)
                retention = Retention(database, blobs, campus.keys, campus.clock)
                await retention.destroy(pupil.session, ALL, "system", "asked for")
                await recorder.send(msgspec.json.encode(SAYING).decode())
                with pytest.raises(ConnectionClosed):
                    await recorder.recv()
                assert recorder.close_code == NOT_ADMITTED
            async with database.transaction() as db:
                assert list(await db.scalars(select(SaidRow))) == []

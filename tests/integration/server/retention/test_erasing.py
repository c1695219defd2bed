"""Erasing somebody: nothing of their name, address or reference is anywhere afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from support.campus import HOUR, Campus, Pupil, client_of, connected, copy_of, redeem, sign_in

from server.accounts.models import Account
from server.accounts.staff import staff_of
from server.candidates.appeals import appeal
from server.candidates.erasing import Erased, Erasing
from server.candidates.models import DataRequestRow
from server.candidates.requests import RequestKind, receive
from server.clock import MICROS_PER_DAY
from server.config import Settings
from server.enrolment.importing import keep_upload
from server.enrolment.models import Candidate
from server.enrolment.service import CandidateDraft, enrol
from server.ingest.models import ExamSession
from server.integrations.models import WebhookEventRow
from server.live.service import Connected, Live
from server.mail.carriers import FileCarrier
from server.mail.carrying import LISTED, Post
from server.mail.models import MailRow
from server.mail.outbox import Outbox
from server.retention.destruction import Destruction, Nothing, Outcome
from server.retention.holds import HoldDraft, HoldKind, place_hold, release_hold
from server.retention.models import HoldRow
from server.retention.proof import Proof, prove
from server.retention.service import Retention
from server.storage.blobs import BlobStore
from server.storage.database import Database
from shared.certificate import EvidenceKind
from shared.wire import LiveState, Said

pytestmark = pytest.mark.anyio

# What is looked for: beyond ASCII, so that a letter's encoding hides it from a plain search.
NAME, EMAIL, REFERENCE = "Žofie Exämple", "zofie@example.edu", "z-4711"
WORDS = (NAME, EMAIL, REFERENCE)
FLAG = f"{1:032x}"


@pytest.fixture
def own(template: Campus, tmp_path: Path) -> Campus:
    """A campus whose webhooks may go to loopback, where nobody answers."""
    return copy_of(template, tmp_path / "data", webhook_networks="127.0.0.0/8")


@pytest.fixture
async def client(own: Campus) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(own) as client:
        yield client


async def proof_of(campus: Campus, session: str) -> Proof:
    async with connected(campus.settings) as database:
        blobs = BlobStore(campus.settings.blobs, campus.settings.data_dir / "scratch")
        found = await prove(database, blobs, campus.settings.data_dir, session, words=WORDS)
    assert found is not None
    return found


async def carried(campus: Campus) -> int:
    """Carry all letters that wait, to files; how many."""
    async with connected(campus.settings) as database:
        outbox = Outbox(campus.keys.server_secret(), campus.clock)
        carrier = FileCarrier(campus.settings.data_dir / "mail")
        post = Post(database, outbox, carrier, campus.settings, campus.clock, lambda: 0.0)
        return await post.deliver()


async def lived(campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]) -> Pupil:
    """Somebody whose name, address and reference got everywhere they can get."""
    exam, now = campus.exam, campus.clock()
    async with connected(campus.settings) as database, database.transaction() as db:
        draft = CandidateDraft(name=NAME, reference=REFERENCE, email=EMAIL)
        secret = campus.keys.server_secret()
        code = (await enrol(db, secret, exam, draft, expires=now + HOUR, now=now)).code
        for encoding in ("utf-8", "utf-16-le"):
            data = f"name,reference,email\n{NAME},{REFERENCE},{EMAIL}\n".encode(encoding)
            await keep_upload(db, exam, "list.csv", data, now)
    pupil = await redeem(client, code)
    pupil.open()
    pupil.segment()
    pupil.incident(kind="window_switch", severity="high", detail={"title": f"{NAME} – mail"})
    pupil.close()
    await pupil.hand_in()
    live = campus.app.dependencies["live"].dependency()
    assert isinstance(live, Live)
    said = Said(id="ab" * 16, kind="message", text=f"I am {NAME}.")
    state = LiveState(
        stage="recording",
        light="good",
        words=NAME,
        elapsed_s=1.0,
        queued_records=0,
        queued_bytes=0,
        said=(said,),
    )
    await live.report(pupil.session, state, Connected())
    body = {"verdict": "accepted", "version": 0, "note": f"{NAME} was at the door."}
    path = f"/api/v1/sessions/{pupil.session}/flags/{FLAG}/decisions"
    done = await client.post(path, json=body, headers=headers)
    assert done.status_code == 200, done.text
    async with connected(campus.settings) as database, database.transaction() as db:
        session = await db.get_one(ExamSession, pupil.session)
        await appeal(db, campus.clock(), session, f"{NAME} was not there.")
        candidate = await db.get_one(Candidate, session.candidate_id)
        for kind in (RequestKind.EXPORT, RequestKind.ERASURE):
            await receive(db, campus.clock(), "candidate", candidate, kind, f"I, {NAME}.")
    where = f"/settings/data-protection/sessions/{pupil.session}"
    sent = await client.post(f"{where}/link", data={"do": "send"}, headers=headers)
    assert sent.status_code == 200, sent.text
    return pupil


async def test_nothing_of_who_was_erased_is_left_anywhere(
    own: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(own, client, own.admin)
    hook = {"name": "LMS", "url": "http://127.0.0.1:9/", "events": ["flag.decided"]}
    assert (
        await client.post("/api/v1/webhooks", json=hook, headers=headers)
    ).status_code == 201
    pupil = await lived(own, client, headers)
    assert await carried(own) == 1
    (letter,) = (own.settings.data_dir / "mail").glob("*.eml")
    before = await proof_of(own, pupil.session)
    told = {one.where.removeprefix("table ") for one in before.found}
    assert {"candidate", "mail", "data_request", "candidate_import", "appeal", "said"} <= told
    assert str(letter) in told
    await _answer_appeals(own, client, headers)
    async with connected(own.settings) as database, database.transaction() as db:
        assert list(await db.scalars(select(WebhookEventRow)))
        query = select(DataRequestRow).where(DataRequestRow.kind == "erasure")
        asked = (await db.scalars(query)).one()
    url = f"/settings/data-protection/requests/{asked.id}"
    await client.post(url, data={"do": "check", "words": f"{NAME}'s card."}, headers=headers)
    done = await client.post(url, data={"do": "done"}, headers=headers)
    assert "Name and reference were erased" in done.text
    await carried(own)
    after = await proof_of(own, pupil.session)
    assert after.found == ()
    assert after.holds
    async with connected(own.settings) as database, database.transaction() as db:
        assert list(await db.scalars(select(WebhookEventRow))) == []
        assert list(await db.scalars(select(MailRow.recipient))) == []
    # Beside the proof's own way of looking: what the disk holds, byte by byte.
    for path in own.settings.data_dir.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [word for word in WORDS if word.encode() in data], path


async def test_a_letter_s_file_goes_with_its_row(
    own: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(own, client, own.admin)
    await lived(own, client, headers)
    await carried(own)
    folder = own.settings.data_dir / "mail"
    assert len(list(folder.glob("*.eml"))) == 1
    own.clock.advance(LISTED + MICROS_PER_DAY)
    await carried(own)
    assert list(folder.glob("*.eml")) == []


async def test_a_letter_that_is_carried_while_its_row_goes_leaves_no_file(
    own: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(own, client, own.admin)
    await lived(own, client, headers)

    class Slow(FileCarrier):
        """Somebody is erased between the letter's being taken out and its being written."""

        async def carry(self, message: EmailMessage):
            async with connected(own.settings) as database, database.transaction() as db:
                for row in await db.scalars(select(MailRow)):
                    await db.delete(row)
            return await super().carry(message)

    settings: Settings = own.settings
    async with connected(settings) as database:
        outbox = Outbox(own.keys.server_secret(), own.clock)
        carrier = Slow(settings.data_dir / "mail")
        await Post(database, outbox, carrier, settings, own.clock, lambda: 0.0).deliver()
    assert list((settings.data_dir / "mail").glob("*.eml")) == []


@dataclass
class Eraser:
    """What a test erases with."""

    campus: Campus
    database: Database
    retention: Retention

    async def erase(self, candidate: str) -> Erased:
        async with self.database.transaction() as db:
            own = Account.email == self.campus.admin
            staff = staff_of((await db.scalars(select(Account).where(own))).one())
        carrier = FileCarrier(self.campus.settings.data_dir / "mail")
        return await Erasing(self.database, self.retention, carrier).erase(candidate, staff)

    async def hold(self, kind: HoldKind, subject: str) -> HoldRow:
        async with self.database.transaction() as db:
            draft = HoldDraft(kind, subject, "A court asked for it.")
            clock, own = self.campus.clock, self.campus.institution.id
            return await place_hold(db, clock(), "command line", own, draft)

    async def enrolled(self) -> str:
        """Somebody who has a place in an exam, and nothing else."""
        now = self.campus.clock()
        async with self.database.transaction() as db:
            draft = CandidateDraft(name=NAME, reference=REFERENCE, email=EMAIL)
            secret = self.campus.keys.server_secret()
            await enrol(db, secret, self.campus.exam, draft, expires=now + HOUR, now=now)
        return (await self.candidate()).id

    async def candidate(self) -> Candidate:
        async with self.database.transaction() as db:
            return (await db.scalars(select(Candidate))).one()


@pytest.fixture
async def eraser(own: Campus) -> AsyncIterator[Eraser]:
    async with connected(own.settings) as database:
        blobs = BlobStore(own.settings.blobs, own.settings.data_dir / "scratch")
        yield Eraser(own, database, Retention(database, blobs, own.keys, own.clock))


async def sat(campus: Campus, client: httpx.AsyncClient) -> Pupil:
    """Somebody who sat an exam."""
    pupil = await redeem(client, await campus.code())
    pupil.open()
    for stream in ("camera", "screen"):
        pupil.segment(stream)
    pupil.close()
    await pupil.hand_in()
    return pupil


async def test_what_was_cut_short_is_not_all_that_goes(
    own: Campus, client: httpx.AsyncClient, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The camera was going when the server stopped; then its candidate is erased."""
    pupil = await sat(own, client)

    class Stopped(BaseException):
        """The process ends here."""

    async def stop(*_: object) -> None:
        raise Stopped

    kinds = {EvidenceKind.CAMERA}
    with monkeypatch.context() as patch:
        patch.setattr(Destruction, "_leave_nothing", stop)
        with pytest.raises(Stopped):
            await eraser.retention.destroy(pupil.session, kinds, "system", "over")
    done = await eraser.erase((await eraser.candidate()).id)
    assert (done.whole, "certificate 1" in done.said[0]) == (True, True), done.said
    assert (await eraser.candidate()).name == "Erased"
    assert (await proof_of(own, pupil.session)).everything


async def test_a_name_stays_as_long_as_something_of_a_session_does(
    own: Campus, client: httpx.AsyncClient, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = await sat(own, client)

    async def destroy(*_: object) -> Nothing:
        return Nothing()

    with monkeypatch.context() as patch:
        patch.setattr(eraser.retention, "destroy", destroy)
        done = await eraser.erase((await eraser.candidate()).id)
    assert (done.whole, f"session {pupil.session} is there still" in done.said[-1]) == (
        *(False, True),
    ), done.said
    assert (await eraser.candidate()).name != "Erased"


@pytest.mark.parametrize("kind", [HoldKind.CANDIDATE, HoldKind.EXAM])
async def test_who_is_held_stays_without_a_session(eraser: Eraser, kind: HoldKind) -> None:
    candidate = await eraser.enrolled()
    subject = candidate if kind is HoldKind.CANDIDATE else eraser.campus.exam.id
    hold = await eraser.hold(kind, subject)
    done = await eraser.erase(candidate)
    said = f"Name and reference stay: a legal hold on the {kind}."
    assert (done.whole, done.said) == (False, (said,))
    there = await eraser.candidate()
    assert (there.name, there.reference, there.email) == (NAME, REFERENCE, EMAIL)
    async with eraser.database.transaction() as db:
        held, now = await db.get_one(HoldRow, hold.id), eraser.campus.clock()
        await release_hold(db, now, "command line", held, "The court is done.")
    assert (await eraser.erase(candidate)).whole
    assert (await eraser.candidate()).name == "Erased"


@pytest.mark.parametrize("kind", list(HoldKind))
async def test_a_hold_that_comes_after_the_last_session_went_keeps_the_name(
    own: Campus,
    client: httpx.AsyncClient,
    eraser: Eraser,
    monkeypatch: pytest.MonkeyPatch,
    kind: HoldKind,
) -> None:
    pupil = await sat(own, client)
    before, real = await eraser.candidate(), eraser.retention.destroy
    subject = {
        HoldKind.SESSION: pupil.session,
        HoldKind.CANDIDATE: before.id,
        HoldKind.EXAM: own.exam.id,
    }[kind]

    async def destroy(*asked: Any) -> Outcome:
        outcome = await real(*asked)
        await eraser.hold(kind, subject)
        return outcome

    monkeypatch.setattr(eraser.retention, "destroy", destroy)
    done = await eraser.erase(before.id)
    assert (done.whole, f"a legal hold on the {kind}" in done.said[-1]) == (False, True)
    assert (await eraser.candidate()).name == before.name


async def _answer_appeals(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """An appeal that waits would keep all of it."""
    listed = (await client.get("/settings/data-protection/appeals")).text
    name = listed.partition("/settings/data-protection/appeals/")[2].partition('"')[0]
    form = {"answer": f"Dear {NAME}, no."}
    url = f"/settings/data-protection/appeals/{name}"
    done = await client.post(url, data=form, headers=headers)
    assert done.status_code == 200, done.text

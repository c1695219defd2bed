"""The link to one's own page: sent once, when all has arrived, where the exam says so."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, Pupil, connected, redeem

from server.audit.models import LogEntryRow
from server.candidates.letters import Notices
from server.candidates.page_letters import FRESH, PageLetters
from server.enrolment.models import Candidate
from server.enrolment.tokens import Tokens
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.mail.models import MailRow
from server.mail.outbox import Outbox
from server.storage.database import Database
from shared.candidate_page import page_token

pytestmark = pytest.mark.anyio


def letters_of(campus: Campus, database: Database, *, mails: bool = True) -> PageLetters:
    secret = campus.keys.server_secret()
    outbox = Outbox(secret, campus.clock)
    notices = Notices(outbox, secret, Tokens(secret), campus.settings)
    return PageLetters(database, notices, campus.clock, mails=mails)


async def sits(campus: Campus, client: httpx.AsyncClient, reference: str, email: str | None):
    pupil = await redeem(client, await campus.code(reference))
    async with connected(campus.settings) as database, database.transaction() as db:
        session = await db.get_one(ExamSession, pupil.session)
        (await db.get_one(Candidate, session.candidate_id)).email = email
    pupil.open()
    pupil.segment()
    pupil.close()
    pupil.take(await pupil.deliver(*pupil.records))
    return pupil


async def arrive(pupil: Pupil) -> None:
    for name in pupil.blobs:
        pupil.take(await pupil.upload(name))


async def test_it_is_sent_once_all_has_arrived(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await sits(campus, client, "s-1", "ada@example.edu")
    unreached = await sits(campus, client, "s-2", None)
    odd = await sits(campus, client, "s-3", "no address")
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            (await db.get_one(Exam, campus.exam.id)).title = "Alge\N{SOFT HYPHEN}bra I"
        letters = letters_of(campus, database)
        assert await letters.send() == 0, "a piece is missing"
        for one in (pupil, unreached, odd):
            await arrive(one)
        assert await letters_of(campus, database, mails=False).send() == 0
        assert await letters.send() == 1
        assert await letters.send() == 0
        assert await letters_of(campus, database).send() == 0, "another server, or a restart"
        async with database.transaction() as db:
            (row,) = await db.scalars(select(MailRow))
            query = select(LogEntryRow).where(LogEntryRow.action == "candidate-link.send")
            (entry,) = await db.scalars(query)
            session = await db.get_one(ExamSession, pupil.session)
    assert (row.recipient, entry.actor, entry.subject_id) == (
        "ada@example.edu",
        "system",
        pupil.session,
    )
    assert row.subject == "Received: Algebra I"
    text = Outbox(campus.keys.server_secret(), campus.clock).text_of(row)
    assert text is not None
    assert f"/my/{page_token(pupil.token)}" in text
    assert "3 records and 1 piece," in text
    assert session.head in text


async def test_who_could_not_be_reached_is_once_the_address_is_right(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await sits(campus, client, "s-1", "no address")
    await arrive(pupil)
    async with connected(campus.settings) as database:
        letters = letters_of(campus, database)
        assert await letters.send() == 0
        async with database.transaction() as db:
            session = await db.get_one(ExamSession, pupil.session)
            (await db.get_one(Candidate, session.candidate_id)).email = "ada@example.edu"
        assert await letters.send() == 1


async def test_not_where_the_exam_does_not_say_so_nor_to_those_of_the_past(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await sits(campus, client, "s-1", "ada@example.edu")
    await arrive(pupil)
    async with connected(campus.settings) as database:
        letters = letters_of(campus, database)
        async with database.transaction() as db:
            (await db.get_one(Exam, campus.exam.id)).sends_page = False
        assert await letters.send() == 0
        async with database.transaction() as db:
            (await db.get_one(Exam, campus.exam.id)).sends_page = True
        campus.clock.advance(FRESH)
        assert await letters.send() == 0

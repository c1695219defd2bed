"""The outbox and what carries it away, against a real database and a real mail server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from support.campus import HOUR, Campus, connected
from support.mail_heads import heads_of, mailbox_in, text_in
from support.mail_sink import MailSink, mail_sink

from server.accounts.models import Institution
from server.mail.carriers import Outcome, SmtpCarrier, carrier_of
from server.mail.carrying import ABANDONED, GIVE_UP, LISTED, Post
from server.mail.letters import MailError, State
from server.mail.models import MailRow
from server.mail.outbox import Outbox
from server.mail.reading import read_mail
from server.storage.database import Database

pytestmark = pytest.mark.anyio

CODE = "7KQ2-9F4T-WXYZ"


class Office:
    """A campus's outbox and its post, with the clock in hand."""

    def __init__(self, campus: Campus, database: Database, url: str) -> None:
        self.campus = campus
        self.database = database
        self.outbox = Outbox(campus.keys.server_secret(), campus.clock)
        self.post = self.with_carrier(url)

    def with_carrier(self, url: str, sender: str = "exams@example.edu") -> Post:
        settings = replace(self.campus.settings, mail_url=url, mail_from=sender)
        carrier = carrier_of(url, settings.data_dir / "mail")
        return Post(
            self.database, self.outbox, carrier, settings, self.campus.clock, lambda: 0.0
        )

    async def write(
        self, to: str = "ada@example.edu", subject: str = "Ihr Code – Prüfung", **more: str
    ) -> str | None:
        async with self.database.transaction() as db:
            return await self.outbox.queue(
                db,
                self.campus.institution.id,
                to=to,
                subject=subject,
                text=f"Ihr Code: {CODE}\n.\nViel Glück!\n",
                kind="invitation",
                **more,
            )

    async def rows(self) -> list[MailRow]:
        async with self.database.transaction() as db:
            return list(await db.scalars(select(MailRow).order_by(MailRow.created)))


@asynccontextmanager
async def office(campus: Campus, url: str) -> AsyncIterator[Office]:
    async with connected(campus.settings) as database:
        yield Office(campus, database, url)


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    async with mail_sink() as found:
        yield found


@pytest.fixture
async def desk(campus: Campus, sink: MailSink) -> AsyncIterator[Office]:
    async with office(campus, sink.url) as found:
        yield found


async def test_a_letter_arrives_whole_and_once(desk: Office, sink: MailSink) -> None:
    await desk.write()
    assert await desk.post.deliver() == 1
    assert await desk.post.deliver() == 0
    (letter,) = sink.letters
    assert sink.envelopes == [("exams@example.edu", "ada@example.edu")]
    assert letter["Subject"] == "Ihr Code – Prüfung"
    assert letter["From"] == "Example University <exams@example.edu>"
    assert letter["Reply-To"] == "exams@example.edu"
    assert letter["Auto-Submitted"] == "auto-generated"
    said = letter.get_content().splitlines()
    assert said == [f"Ihr Code: {CODE}", ".", "Viel Glück!"]


@pytest.mark.parametrize(
    "name",
    [
        "Example University, Faculty of Science (Mathematics, Statistics, Computer Science)",
        "Universität für Musik, Prüfungsamt für Ökonomen und die Öffentlichkeit",
        'The "Example" University of Applied Sciences, Arts; and Crafts: at Example-on-Sea',
    ],
)
async def test_a_long_name_and_a_long_subject_arrive_as_they_are(
    desk: Office, sink: MailSink, name: str
) -> None:
    subject = "Prüfung für Musik, Prüfungsamt für Ökonomen und die Öffentlichkeit"
    async with desk.database.transaction() as db:
        (await db.get_one(Institution, desk.campus.institution.id)).name = name
    await desk.write(subject=subject)
    assert await desk.post.deliver() == 1
    heads = heads_of(sink.written[0])
    assert mailbox_in(heads["From"]) == (name, "exams@example.edu")
    assert text_in(heads["Subject"]) == subject


async def test_the_sender_s_domain_is_written_as_mail_servers_read_it(
    desk: Office, sink: MailSink
) -> None:
    await desk.write()
    assert await desk.with_carrier(sink.url, "exams@prüfung.example").deliver() == 1
    assert sink.envelopes == [("exams@xn--prfung-4ya.example", "ada@example.edu")]
    assert sink.letters[0]["From"] == "Example University <exams@xn--prfung-4ya.example>"


async def test_a_letter_that_cannot_be_written_keeps_no_other_one_here(
    desk: Office, sink: MailSink
) -> None:
    await desk.write()
    await desk.write("bob@example.edu")
    async with desk.database.transaction() as db:
        first = (
            await db.scalars(select(MailRow).where(MailRow.recipient == "ada@example.edu"))
        ).one()
        first.subject = "One\nBcc: two@example.edu"
    with capture_logs() as said:
        assert await desk.post.deliver() == 1
    assert [line["event"] for line in said] == ["a letter met a bug", "mail not sent"]
    assert sink.envelopes == [("exams@example.edu", "bob@example.edu")]
    assert sorted(row.state for row in await desk.rows()) == [State.REFUSED, State.SENT]


async def test_what_is_rolled_back_is_not_sent(desk: Office, sink: MailSink) -> None:
    with suppress(ZeroDivisionError):
        async with desk.database.transaction() as db:
            own = desk.campus.institution.id
            await desk.outbox.queue(db, own, to="a@b.example", subject="s", text="t", kind="k")
            _ = 1 / 0
    assert await desk.post.deliver() == 0
    assert not sink.letters


async def test_no_code_can_be_read_from_the_database(desk: Office) -> None:
    await desk.write()
    await desk.database.close()
    kept = b"".join(
        path.read_bytes() for path in desk.campus.settings.data_dir.glob("invigil.db*")
    )
    assert b"ada@example.edu" in kept
    assert CODE.encode() not in kept
    assert await desk.post.deliver() == 1
    (row,) = await desk.rows()
    assert (row.state, row.sealed) == (State.SENT, b"")


async def test_the_same_thing_is_said_once(desk: Office, sink: MailSink) -> None:
    assert await desk.write(once="reminder/1") is not None
    assert await desk.write(once="reminder/1") is None
    assert await desk.post.deliver() == 1
    assert await desk.write(once="reminder/1") is None
    assert await desk.post.deliver() == 0
    assert len(sink.letters) == 1


async def test_a_server_that_asks_for_patience_gets_it(desk: Office, sink: MailSink) -> None:
    clock = desk.campus.clock
    sink.answers["RCPT"] = "451 4.7.1 greylisted"
    await desk.write()
    waits: list[int] = []
    for _ in range(4):
        assert await desk.post.deliver() == 0
        (row,) = await desk.rows()
        assert row.state == State.WAITING
        assert "greylisted" in row.why
        waits.append((row.due - clock()) // 1_000_000)
        clock.now = row.due
    assert waits == [60, 120, 240, 480]
    del sink.answers["RCPT"]
    assert await desk.post.deliver() == 1


async def test_it_is_given_up_after_days_and_can_be_sent_again(
    desk: Office, sink: MailSink
) -> None:
    sink.answers["RCPT"] = "451 4.7.1 not now"
    await desk.write()
    await desk.post.deliver()
    desk.campus.clock.advance(GIVE_UP)
    await desk.post.deliver()
    (row,) = await desk.rows()
    assert row.state == State.GIVEN_UP
    sink.answers.clear()
    desk.campus.clock.advance(HOUR)
    assert await desk.post.deliver() == 0
    async with desk.database.transaction() as db:
        box = await read_mail(db, row.institution_id)
        assert (box.stuck, box.listed[0].again) == (1, True)
        assert await desk.outbox.send_again(db, "0" * 32) == 0
        assert await desk.outbox.send_again(db, row.institution_id) == 1
    assert await desk.post.deliver() == 1
    assert CODE in sink.letters[0].get_content()


async def test_an_address_that_is_refused_stops_no_other(desk: Office, sink: MailSink) -> None:
    sink.answers["RCPT"] = "550 5.1.1 no such user"
    await desk.write("nobody@example.edu")
    await desk.post.deliver()
    del sink.answers["RCPT"]
    await desk.write()
    assert await desk.post.deliver() == 1
    first, second = await desk.rows()
    assert (first.state, second.state) == (State.REFUSED, State.SENT)
    assert "no such user" in first.why


async def test_who_hangs_up_with_the_letter_in_hand_gets_no_second(
    desk: Office, sink: MailSink
) -> None:
    sink.answers["BODY"] = ""
    await desk.write()
    assert await desk.post.deliver() == 0
    sink.answers.clear()
    desk.campus.clock.advance(GIVE_UP)
    assert await desk.post.deliver() == 0
    (row,) = await desk.rows()
    assert row.state == State.UNCLEAR
    assert len(sink.letters) == 1


@pytest.mark.parametrize(
    ("url", "state"), [("smtp", State.UNCLEAR), ("file", State.SENT)], ids=["smtp", "file"]
)
async def test_what_a_crash_left_is_settled(
    campus: Campus, sink: MailSink, url: str, state: State
) -> None:
    async with office(campus, sink.url if url == "smtp" else "") as desk:
        await desk.write()
        async with desk.database.transaction() as db:
            row = (await db.scalars(select(MailRow))).one()
            row.state, row.tried = State.SENDING.value, campus.clock()
        assert await desk.post.deliver() == 0
        campus.clock.advance(ABANDONED)
        await desk.post.deliver()
        (row,) = await desk.rows()
        assert row.state == state
        assert not sink.letters


async def test_nobody_there_is_a_wait(campus: Campus) -> None:
    async with mail_sink() as gone:
        url = gone.url
    async with office(campus, url) as desk:
        await desk.write()
        assert await desk.post.deliver() == 0
        (row,) = await desk.rows()
        assert row.state == State.WAITING
        assert "cannot be reached" in row.why


async def test_a_mail_server_that_is_away_is_asked_once_a_look(campus: Campus) -> None:
    async with mail_sink() as gone:
        url = gone.url
    async with office(campus, url) as desk:
        for n in range(3):
            await desk.write(f"s{n}@example.edu")
        for tries in (1, 2):
            assert await desk.post.deliver() == 0
            rows = await desk.rows()
            assert [row.state for row in rows] == [State.WAITING] * 3
            assert sum(row.attempts for row in rows) == tries


async def test_a_server_that_is_stopped_ends_between_two_letters(
    desk: Office, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        await desk.write(f"s{n}@example.edu")
    stop = asyncio.Event()
    carry = SmtpCarrier.carry

    async def carried(carrier: SmtpCarrier, message: EmailMessage) -> Outcome:
        stop.set()
        return await carry(carrier, message)

    monkeypatch.setattr(SmtpCarrier, "carry", carried)
    with capture_logs():
        await desk.post.run(0.0, stop)
    assert len(sink.letters) == 1
    states = sorted(row.state for row in await desk.rows())
    assert states == [State.SENT, State.WAITING, State.WAITING]


async def test_files_are_letters_that_only_the_server_reads(campus: Campus) -> None:
    async with office(campus, "") as desk:
        name = await desk.write()
        assert await desk.post.deliver() == 1
        file = campus.settings.data_dir / "mail" / f"{name}.eml"
        assert file.stat().st_mode & 0o077 == 0
        assert b"=?utf-8?" in file.read_bytes()


async def test_the_console_prints_it(
    campus: Campus, capsys: pytest.CaptureFixture[str]
) -> None:
    async with office(campus, "console:") as desk:
        await desk.write()
        assert await desk.post.deliver() == 1
    assert CODE in capsys.readouterr().out


async def test_letters_are_taken_back(desk: Office, sink: MailSink) -> None:
    await desk.write(exam_id=desk.campus.exam.id)
    async with desk.database.transaction() as db:
        own = desk.campus.institution.id
        exam = desk.campus.exam.id
        assert await desk.outbox.withdraw(db, own, "cancelled", exam_id=exam) == 1
    assert await desk.post.deliver() == 0
    (row,) = await desk.rows()
    assert (row.state, row.sealed) == (State.WITHDRAWN, b"")
    desk.campus.clock.advance(LISTED)
    await desk.post.deliver()
    assert await desk.rows() == []
    assert not sink.letters


async def test_one_connection_carries_many(desk: Office, sink: MailSink) -> None:
    for n in range(5):
        await desk.write(f"s{n}@example.edu")
    assert await desk.post.deliver() == 5
    assert sink.connections == 1


@pytest.mark.parametrize("to", ["ada", "a@b\r\nBcc: x@y.z", "", "ada@@example.edu", "a@-b.c"])
async def test_what_is_no_address_is_refused_before_it_is_kept(desk: Office, to: str) -> None:
    with pytest.raises(MailError, match="is not an e-mail address"):
        await desk.write(to)
    assert await desk.rows() == []

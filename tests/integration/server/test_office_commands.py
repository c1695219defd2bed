"""Running sessions, webhooks, letters and exports from the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.campus import Campus, Pupil, client_of, connected, redeem
from support.logged import entries

from server.live.service import Live
from server.mail.letters import State
from server.mail.models import MailRow
from server.mail.outbox import Outbox
from shared.log import Act

pytestmark = pytest.mark.both_databases

Run = Callable[..., tuple[int, str, str]]

ZONE = "institution.zone"


def lines(told: tuple[int, str, str]) -> list[dict[str, Any]]:
    status, out, said = told
    assert status == 0, said
    return [json.loads(line) for line in out.splitlines()]


async def acts(campus: Campus) -> list[tuple[str, str | None, str | None]]:
    """What was done, in which role, from where."""
    log = await entries(campus)
    return [
        (one.body.action, one.role, one.address) for one in log if isinstance(one.body, Act)
    ]


@pytest.fixture
def running(campus: Campus) -> Pupil:
    """A session that goes on."""

    async def begin() -> Pupil:
        async with client_of(campus) as client:
            pupil = await redeem(client, await campus.code())
            pupil.open()
            pupil.take(await pupil.deliver(*pupil.records))
        return pupil

    return asyncio.run(begin())


def test_a_running_session_is_acted_on(
    campus: Campus, admin: Run, running: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.opening.system_clock", campus.clock)
    by, session = ("--by", campus.proctor), running.session
    (shown,) = lines(admin("live", "list", *by))
    assert (shown["id"], shown["name"]) == (session, "Ada Example")
    assert lines(admin("live", "list", *by, "--name", "nobody")) == []
    do = ("live", "do", session)
    (given,) = lines(admin(*do, "extra_time", "A fire alarm.", "--minutes", "15", *by))
    assert given["action"] == "extra_time"
    (told,) = lines(admin("live", "show", session, *by))
    assert (told["extra_s"], told["asked"][0]["text"]) == (900.0, "A fire alarm.")

    async def waiting() -> list[str]:
        async with connected(campus.settings) as database:
            live = Live(database, campus.clock, lambda _: None)
            return [one.action for one in await live.pending(session)]

    assert asyncio.run(waiting()) == ["extra_time"]
    for arguments, says in (
        ((*do, "extra_time", "Why?", *by), "say how much time"),
        ((*do, "extra_time", "Why?", "--minutes", "1441", *by), "1 to 1,440"),
        ((*do, "resume", "Why?", *by), "not paused"),
        ((*do, "pause", " ", *by), "say why"),
        ((*do, "shout", "Hey!", *by), "not an action"),
        ((*do, "message", "Hello.", "--by", campus.observer), "needs the role proctor"),
        (("live", "show", "0" * 32, *by), "no such session"),
        (("live", "list", *by, "--state", "sleepy"), "--state is one of"),
    ):
        status, _, said = admin(*arguments)
        assert (status, says in said) == (2, True), said
    done = [one for one in asyncio.run(acts(campus)) if one[0].startswith("session.")]
    assert done[-1] == ("session.extra_time", "proctor", "command line")


def test_a_session_is_looked_after_and_many_are_asked_at_once(
    campus: Campus, admin: Run, running: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.opening.system_clock", campus.clock)
    by, other, session = ("--by", campus.proctor), ("--by", campus.examiner), running.session
    (taken,) = lines(admin("live", "take", session, *by))
    assert (taken["taken_on_by"], taken["mine"]) == ("Proctor", True)
    (listed,) = lines(admin("live", "list", *by))
    assert listed["id"] == session
    status, _, said = admin("live", "take", session, *other)
    assert (status, "Proctor has taken this session on" in said) == (2, True), said
    (over,) = lines(admin("live", "take", session, "--over", *other))
    assert over["taken_on_by"] == "Examiner"
    status, _, said = admin("live", "give-back", session, *by)
    assert (status, "not taken this session on" in said) == (2, True), said
    (free,) = lines(admin("live", "give-back", session, *other))
    assert (free["taken_on_by"], free["mine"]) == (None, False)
    lines(admin("live", "seen", session, *by))

    ask = ("live", "together", "extra_time", "The fire alarm.", "--minutes", "5")
    (done,) = lines(admin(*ask, "--everybody", "--exam", campus.exam.id, *by))
    assert (done["session"], done["done"]) == (session, True)
    status, out, _ = admin(*ask, "--session", session, "--session", "0" * 32, *by)
    told = [json.loads(line) for line in out.splitlines()]
    assert (status, [one["done"] for one in told]) == (1, [True, False])
    assert "no such session" in told[1]["why"]
    for arguments, says in (
        ((*ask, *by), "say --session, or --everybody"),
        ((*ask, "--session", session, "--exam", campus.exam.id, *by), "say --session, or"),
        ((*ask, "--everybody", "--exam", "0" * 32, *by), "choose at least one session"),
        ((*ask, "--everybody", "--state", "sleepy", *by), "--state is one of"),
        (("live", "together", "warn", "Hey.", "--session", session, *by), "one session at a"),
        ((*ask, "--session", session, "--by", campus.observer), "needs the role proctor"),
        (("live", "take", "0" * 32, *by), "no such session"),
        (("live", "take", session, "--by", campus.observer), "needs the role proctor"),
    ):
        status, _, said = admin(*arguments)
        assert (status, says in said) == (2, True), said
    care = [one for one in asyncio.run(acts(campus)) if one[0].startswith("session.")]
    assert ("session.take", "proctor", "command line") in care
    assert ("session.give_back", "examiner", "command line") in care
    assert ("session.seen", "proctor", "command line") in care


def test_webhooks_are_set_up_tried_and_removed(campus: Campus, admin: Run) -> None:
    by = ("--by", campus.admin)
    assert "flag.decided" in {one["event"] for one in lines(admin("webhooks", "events"))}
    add = ("webhooks", "add", "https://8.8.8.8/x", "--name", "LMS", *by)
    inward = ("webhooks", "add", "http://10.0.0.1/", "--name", "Inward")
    (made,) = lines(admin(*add, "--event", "flag.decided"))
    assert made["secret"].startswith("whsec_")
    hook = made["id"]
    (shown,) = lines(admin("webhooks", "list", *by))
    assert ("secret" in shown, shown["name"], shown["waiting"]) == (False, "LMS", 0)
    (changed,) = lines(admin("webhooks", "change", hook, "--name", "LMS 2", *by))
    assert (changed["name"], changed["events"]) == ("LMS 2", ["flag.decided"])
    lines(admin("webhooks", "test", hook, *by))
    (sent,) = lines(admin("webhooks", "deliveries", hook, *by))
    assert (sent["type"], sent["state"]) == ("webhook.ping", "waiting") or sent[
        "type"
    ] == "ping"
    (waiting,) = lines(admin("webhooks", "deliveries", hook, "--state", "waiting", *by))
    assert waiting["event"] == sent["event"]
    for none in (("--state", "failed"), ("--page", "2")):
        assert lines(admin("webhooks", "deliveries", hook, *none, *by)) == []
    assert lines(admin("webhooks", "stop", hook, *by))[0]["paused"] is not None
    waits = "It waits until the webhook is switched on."
    again = ("webhooks", "resend", hook, "--event", sent["event"], *by)
    for arguments in (("webhooks", "test", hook, *by), again):
        status, _, said = admin(*arguments)
        assert (status, waits in said) == (0, True), said
    assert lines(admin("webhooks", "resume", hook, *by))[0]["paused"] is None
    status, _, said = admin(*again)
    assert (status, waits in said) == (0, False), said
    assert lines(admin("webhooks", "resend", hook, *by)) == [{"webhook": hook, "again": 0}]
    (turned,) = lines(admin("webhooks", "rotate", hook, *by))
    assert turned["secret"] != made["secret"]
    for arguments, says in (
        ((*add, "--event", "x"), "no event 'x'"),
        (("webhooks", "rotate", hook, *by), "within the last day"),
        (("webhooks", "test", "0" * 32, *by), "no such webhook"),
        (("webhooks", "deliveries", hook, "--state", "lost", *by), "--state is one of"),
        (("webhooks", "deliveries", hook, "--page", "0", *by), "--page takes 1"),
        (("webhooks", "resend", hook, "--event", "x", *by), "no such delivery"),
        (("webhooks", "list", "--by", campus.examiner), "needs the role admin"),
        ((*inward, "--event", "flag.decided", *by), "inside of a network"),
    ):
        status, _, said = admin(*arguments)
        assert (status, says in said) == (2, True), said
    lines(admin("webhooks", "remove", hook, *by))
    assert lines(admin("webhooks", "list", *by)) == []
    done = {one[1:] for one in asyncio.run(acts(campus)) if one[0].startswith("webhook.")}
    assert done == {("admin", "command line")}


def test_letters_that_are_stuck_go_again(campus: Campus, admin: Run) -> None:
    whose = ("--institution", campus.institution.name)

    async def stick() -> str:
        outbox = Outbox(campus.keys.server_secret(), campus.clock)
        async with connected(campus.settings) as database:
            async with database.transaction() as db:
                name = await outbox.queue(
                    db,
                    campus.institution.id,
                    to="ada@example.edu",
                    subject="Soon",
                    text="It begins soon.",
                    kind="reminder",
                )
                assert name is not None
            async with database.transaction() as db:
                (await db.get_one(MailRow, name)).state = State.GIVEN_UP.value
        return name

    name = asyncio.run(stick())
    (shown,) = lines(admin("letters", "list", *whose, "--state", "given_up"))
    assert (shown["id"], shown["again"]) == (name, True)
    assert lines(admin("letters", "resend", *whose, "--letter", name)) == [{"again": 1}]
    (shown,) = lines(admin("letters", "list", *whose))
    assert shown["state"] == "waiting"
    for arguments, says in (
        (("resend", *whose, "--letter", name), "no letter of that id"),
        (("list", *whose, "--state", "lost"), "--state is one of"),
        (("list", "--institution", "Another"), "no institution"),
    ):
        status, _, said = admin("letters", *arguments)
        assert (status, says in said) == (2, True), said


def test_letters_are_worded_as_the_institution_says(
    campus: Campus, admin: Run, tmp_path: Path
) -> None:
    by = ("--by", campus.examiner)
    kinds = {one["kind"]: one for one in lines(admin("letters", "kinds"))}
    assert "code" in kinds["invitation"]["names"]
    assert "code" not in kinds["reminder"]["names"]
    status, words, said = admin("letters", "words", "reminder", *by)
    assert (status, words.partition("\n")[0]) == (0, "Reminder: {exam}")
    assert "The program's own words." in said
    file = tmp_path / "reminder.txt"
    file.write_text("Soon: {exam}\n\nDear {name},\n\nit opens {opens}.\n", encoding="utf-8")
    (kept,) = lines(admin("letters", "write", "reminder", str(file), *by))
    assert kept == {"kind": "reminder", "subject": "Soon: {exam}", "own": True}
    status, again, said = admin("letters", "words", "reminder", *by)
    assert (again, "The institution's own words." in said) == (file.read_text(), True)
    lines(admin("letters", "reset", "reminder", *by))
    assert admin("letters", "words", "reminder", *by)[1] == words
    assert lines(admin("letters", "zone", "Europe/Vienna", *by)) == [{"zone": "Europe/Vienna"}]
    file.write_text("Soon\n\nDear {nmae}\n")
    bare = tmp_path / "bare.txt"
    bare.write_text("Only a subject")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\0")
    for arguments, says in (
        (("write", "reminder", str(file), *by), "no “{nmae}” here"),
        (("write", "reminder", str(bare), *by), "has no text"),
        (("write", "reminder", str(binary), *by), "no text in UTF-8"),
        (("write", "reminder", str(tmp_path / "none"), *by), "cannot read"),
        (("write", "farewell", str(file), *by), "KIND is one of invitation"),
        (("write", "reminder", str(file), "--by", campus.proctor), "needs the role examiner"),
        (("zone", "Europe/Atlantis", *by), "no time zone"),
        (("zone", "UTC", "--by", campus.proctor), "needs the role examiner"),
    ):
        status, _, said = admin("letters", *arguments)
        assert (status, says in said) == (2, True), said
    done = [one for one in asyncio.run(acts(campus)) if one[0] in ("mail.template", ZONE)]
    assert done == [
        ("mail.template", "examiner", "command line"),
        ("mail.template", "examiner", "command line"),
        (ZONE, "examiner", "command line"),
    ]


def test_tables_are_written(campus: Campus, admin: Run, running: Pupil, tmp_path: Path) -> None:
    by = ("--by", campus.proctor)
    file = tmp_path / "sessions.json"
    assert admin("exports", "take", "sessions", "-o", str(file), *by)[0] == 0
    assert [one["session"] for one in json.loads(file.read_bytes())] == [running.session]
    table = tmp_path / "flags.csv"
    only = ("--exam", campus.exam.id)
    assert admin("exports", "take", "flags", "-o", str(table), *only, *by)[0] == 0
    assert table.read_text(encoding="utf-8-sig").startswith("session,flag,")
    for state, count in (("open", 1), ("closed", 0)):
        some = ("--state", state)
        assert admin("exports", "take", "sessions", "-o", str(file), *some, *by)[0] == 0
        assert len(json.loads(file.read_bytes())) == count
    for arguments, says in (
        (("audit", "-o", str(tmp_path / "a.csv"), *by), "needs the role admin"),
        (("people", "-o", str(tmp_path / "a.csv"), *by), "TABLE is one of"),
        (("flags", "-o", str(tmp_path / "a.xls"), *by), ".csv or .json"),
        (("flags", "-o", str(tmp_path / "a.csv"), "--state", "lost", *by), "state: one of"),
        (("flags", "-o", str(tmp_path / "a.csv"), "--exam", "x", *by), "no exam's id"),
    ):
        status, _, said = admin("exports", "take", *arguments)
        assert (status, says in said) == (2, True), said
    assert not list(tmp_path.glob("a.*"))
    assert ("export.take", "proctor", "command line") in asyncio.run(acts(campus))

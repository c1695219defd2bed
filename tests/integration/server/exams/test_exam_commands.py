"""Exams and their candidates from the command line, in this process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from support.campus import HOUR, Campus, connected

from server.audit.models import LogEntryRow
from server.exams.models import Exam
from server.mail.models import MailRow

pytestmark = pytest.mark.both_databases

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def later(campus: Campus) -> Campus:
    """The campus with its exam tomorrow: commands go by the real clock."""

    async def move() -> None:
        async with connected(campus.settings) as database, database.transaction() as db:
            exam = await db.get_one(Exam, campus.exam.id)
            exam.starts = time.time_ns() // 1_000 + 24 * HOUR
            exam.ends = exam.starts + 3 * HOUR

    asyncio.run(move())
    return campus


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


async def acts(campus: Campus) -> list[str]:
    """What the log says was done."""
    async with connected(campus.settings) as database, database.transaction() as db:
        rows = await db.scalars(select(LogEntryRow.action).order_by(LogEntryRow.n))
        return [str(action) for action in rows]


def test_an_exam_is_moved_copied_published_and_called_off(later: Campus, admin: Run) -> None:
    exam = later.exam.id
    _, out, said = admin("exams", "list", "--institution", "Example University")
    (listed,) = lines(out)
    assert (listed["exam"], listed["state"]) == (exam, "scheduled"), said
    day = "2031-07-01"
    status, out, said = admin(
        *("exams", "schedule", exam, "--zone", "Europe/Vienna", "--minutes", "90"),
        *("--starts", f"{day}T09:00", "--ends", f"{day}T10:00Z", "--reminders", "1,24"),
        *("--together", f"{day}T09:15", "--late-minutes", "15", "--title", "Algebra II"),
    )
    assert status == 0, said
    moved = json.loads(out)
    assert (moved["signed"], moved["title"]) == (True, "Algebra II")
    assert moved["schedule"]["May be entered"].startswith(
        "1 Jul 2031, 09:00 Europe/Vienna (07:00 UTC) to 1 Jul 2031, 09:30"
    )
    # Late comers move with the start.
    _, out, said = admin("exams", "schedule", exam, "--together", f"{day}T09:30")
    assert "to 1 Jul 2031, 09:45" in json.loads(out)["schedule"]["May be entered"], said
    copied = json.loads(admin("exams", "copy", exam)[1])
    assert (copied["state"], copied["title"]) == ("draft", "Algebra II (copy)")
    assert json.loads(admin("exams", "publish", copied["exam"])[1])["state"] == "scheduled"
    done = json.loads(admin("exams", "cancel", exam, "--why", "A storm.", "--tell")[1])
    assert (done["state"], done["told"]) == ("cancelled", 0)
    assert json.loads(admin("exams", "reinstate", exam)[1])["state"] == "scheduled"
    assert json.loads(admin("exams", "show", exam)[1])["state"] == "scheduled"
    assert asyncio.run(acts(later))[-8:] == [
        *("policy.sign", "exam.plan", "policy.sign", "exam.plan"),
        *("exam.create", "exam.publish", "exam.cancel", "exam.reinstate"),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--starts", "soon"), "--starts takes a time"),
        (("--zone", "Europe/Atlantis", "--starts", "2031-01-01T09:00"), "no time zone"),
        (
            ("--zone", "Europe/Vienna", "--starts", "2031-03-30T02:30"),
            "clocks are put forward; take 01:30 or 03:30",
        ),
        (
            ("--zone", "Europe/Vienna", "--starts", "2031-10-26T02:30"),
            "this time is there twice",
        ),
        (("--ends", "2020-01-01T09:00Z"), "closes after it opens"),
        (("--each", "--together", "2031-01-01T09:00Z"), "not both"),
        (("--reminders", "soon"), "--reminders takes hours"),
        (("--reminders", "inf"), "--reminders takes hours"),
        (("--minutes", "nan"), "--minutes takes 1 to 1440"),
        (("--late-minutes", "5"), "Nobody is late where each begins when ready"),
        (("--title", " "), "a title of at most 200"),
    ],
)
def test_times_that_cannot_be_are_said(
    later: Campus, admin: Run, arguments: tuple[str, ...], said: str
) -> None:
    status, out, told = admin("exams", "schedule", later.exam.id, *arguments)
    assert (status, out, said in told) == (2, "", True), told
    assert "Traceback" not in told


def test_a_list_is_tried_taken_in_and_sent(later: Campus, admin: Run, tmp_path: Path) -> None:
    exam, file, report = later.exam.id, tmp_path / "list.csv", tmp_path / "bad.csv"
    file.write_bytes("Name;Nr;Mail\nŁucja;1;l@uni.example\n;2;\n".encode("cp1250"))
    how = ("--encoding", "cp1250", "--columns", "name,reference,email")
    take_in = ("candidates", "import", exam, str(file), *how)
    status, out, said = admin(*take_in, "--dry-run", "--report", str(report))
    tried = json.loads(out)
    assert (status, tried["new"], tried["bad_rows"], tried["imported"]) == (1, 1, 1, None)
    assert "line 3, Name: There is no name." in said
    assert "3,Name,There is no name.," in report.read_text(encoding="utf-8-sig")
    status, _, said = admin(*take_in)
    assert (status, "1 row is wrong, so nobody was enrolled." in said) == (1, True)
    assert admin("candidates", "list", exam)[1] == ""
    status, out, _ = admin(*take_in, "--good-only")
    assert (status, json.loads(out)["imported"]) == (0, 1)
    (ada,) = lines(admin("candidates", "list", exam)[1])
    assert (ada["name"], ada["code"]) == ("Łucja", False)

    def do(what: str, *whom: str) -> dict[str, Any]:
        status, out, said = admin("candidates", what, exam, *whom)
        assert status == 0, said
        return json.loads(out)

    assert do("send", "--standing", "no_code") == {"queued": 1, "no_address": 0, "left": 0}
    assert do("remind", "--everybody") == {"queued": 1, "no_address": 0, "left": 0}
    assert do("codes", "--reference", "1")["code"]
    assert do("revoke", "--text", "ucja") == {"changed": 1, "left": 0}
    assert do("withdraw", "--reference", "1") == {"changed": 1, "left": 0}
    assert do("restore", "--standing", "withdrawn") == {"changed": 1, "left": 0}

    async def letters() -> set[tuple[str, str]]:
        async with connected(later.settings) as database, database.transaction() as db:
            return {(row.kind, row.state) for row in await db.scalars(select(MailRow))}

    assert asyncio.run(letters()) == {("invitation", "withdrawn"), ("reminder", "withdrawn")}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("send", "EXAM"), "say whom in one way"),
        (("send", "EXAM", "--everybody", "--text", "a"), "say whom in one way"),
        (("send", "EXAM", "--standing", "asleep"), "is no standing; choose one of no_code"),
        (("codes", "EXAM", "--reference", "nobody"), "Nobody in this exam is 'nobody'"),
        (("send", "0" * 32, "--everybody"), "there is no exam"),
        (("import", "EXAM", "/none"), "cannot read /none"),
        (("import", "EXAM", "/dev/null", "--encoding", "x"), "encoding is one of utf-8"),
        (("import", "EXAM", "/dev/null", "--columns", "number"), "There is no column"),
    ],
)
def test_a_mistake_about_candidates_is_said(
    later: Campus, admin: Run, arguments: tuple[str, ...], said: str
) -> None:
    given = [later.exam.id if one == "EXAM" else one for one in arguments]
    status, out, told = admin("candidates", *given)
    assert (status, out, said.lower() in told.lower()) == (2, "", True), told


def test_tokens_are_made_listed_and_revoked(campus: Campus, admin: Run) -> None:
    status, out, said = admin(
        *("tokens", "create", campus.examiner, "--name", "LMS", "--days", "7"),
        *("--scope", "exams:read", "--scope", "exams:write"),
    )
    assert status == 0, said
    made = json.loads(out)
    assert made["secret"].startswith("invigil_")
    own = ("tokens", "list", "--institution", "Example University")
    (listed,) = lines(admin(*own)[1])
    assert (listed["token"], listed["state"]) == (made["token"], "good")
    assert listed["scopes"] == ["exams:read", "exams:write"]
    assert made["secret"] not in json.dumps(listed)
    assert admin("tokens", "revoke", made["token"])[0] == 0
    assert lines(admin(*own)[1])[0]["state"] == "revoked"
    assert "exams:read" in admin("tokens", "scopes")[1]
    create = ("tokens", "create", campus.examiner, "--name", "x", "--scope", "exams:read")
    for arguments, why in (
        ((*create, "--days", "400"), "1 to 366 days"),
        ((*create, "--scope", "everything"), "is no scope"),
        (("tokens", "create", "nobody@x", "--name", "x", "--scope", "exams:read"), "no active"),
        (("tokens", "revoke", "0" * 32), "there is no token"),
    ):
        status, out, said = admin(*arguments)
        assert (status, out, why in said) == (2, "", True), said
    assert asyncio.run(acts(campus))[-2:] == ["token.create", "token.revoke"]


def test_rules_are_tried_compared_and_restored(
    campus: Campus, admin: Run, tmp_path: Path
) -> None:
    exam, file = campus.exam.id, tmp_path / "terms.json"
    _, out, _ = admin("policy", "show", exam)
    terms = json.loads(out)
    terms["kinds"] = {**terms["kinds"], "speech": {"enabled": False}}
    file.write_text(json.dumps(terms))
    status, out, said = admin("policy", "try", exam, str(file))
    assert status == 0, said
    assert (json.loads(out)["sessions"], json.loads(out)["kinds"]) == (0, [])
    assert len(lines(admin("policy", "versions", exam)[1])) == 1
    assert admin("policy", "sign", exam, str(file))[0] == 0
    status, out, said = admin("policy", "compare", exam, "1", "2")
    assert (status, len(json.loads(out)["changes"])) == (0, 1), said
    assert "peech" in json.loads(out)["changes"][0]
    status, out, said = admin("policy", "restore", exam, "1")
    assert (status, json.loads(out)["version"]) == (0, 3), said
    assert json.loads(admin("policy", "compare", exam, "1", "3")[1])["changes"] == []
    _, out, _ = admin("policy", "restore", exam, "1")
    assert json.loads(out) == {"exam": exam, "changed": False}
    for arguments in (("restore", exam, "9"), ("compare", exam, "1", "9")):
        status, _, said = admin("policy", *arguments)
        assert (status, "no version 9" in said) == (2, True), said

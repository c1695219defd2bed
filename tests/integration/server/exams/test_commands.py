"""Rules and accommodations from the command line, in this process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from support.campus import Campus, connected

from server.clock import MICROS_PER_DAY
from server.enrolment.models import Enrolment
from server.exams.models import Exam

pytestmark = pytest.mark.both_databases

Run = Callable[..., tuple[int, str, str]]

OWNER = ("--institution", "Example University")


def test_rules_are_shown_changed_and_signed(campus: Campus, admin: Run, tmp_path: Path) -> None:
    exam, file = campus.exam.id, tmp_path / "terms.json"
    terms = json.loads(admin("policy", "show", exam)[1])
    terms["kinds"]["speech"]["enabled"] = False
    file.write_text(json.dumps(terms))
    status, out, said = admin("policy", "sign", exam, str(file))
    assert (status, json.loads(out)["version"]) == (0, 2), said
    newest, first = (
        json.loads(line) for line in admin("policy", "versions", exam)[1].split("\n")[:2]
    )
    assert newest["changes"] == ["Speech: switched off"]
    assert (newest["by"], first["version"]) == ("command line", 1)
    terms["kinds"]["speech"] |= {"release": 0.9}
    file.write_text(json.dumps(terms))
    status, _, said = admin("policy", "sign", exam, str(file))
    assert status == 2
    assert "speech.release: It is flagged from 60 % on" in said
    file.write_text('{"surprise": 1}')
    assert "does not say terms" in admin("policy", "sign", exam, str(file))[2]
    assert "there is no exam" in admin("policy", "show", "0" * 32)[2]


async def open_until(campus: Campus, closes: int) -> None:
    """Commands go by the clock on the wall, which is not the campus's."""
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.get_one(Exam, campus.exam.id)).ends = closes


def test_a_code_of_the_command_line_is_good_until_its_exam_closes(
    campus: Campus, admin: Run
) -> None:
    closes = time.time_ns() // 1_000 + 60 * MICROS_PER_DAY

    async def kept() -> int:
        await open_until(campus, closes)
        ada = ("--name", "Ada", "--reference", "s1")
        status, _, said = await asyncio.to_thread(
            admin, "create-enrolment", campus.exam.id, *ada
        )
        assert status == 0, said
        async with connected(campus.settings) as database, database.transaction() as db:
            return (await db.scalars(select(Enrolment.expires))).one()

    assert asyncio.run(kept()) == closes


def test_from_a_profile_to_a_candidate_who_has_it(
    campus: Campus, admin: Run, tmp_path: Path
) -> None:
    commands = ("accommodations",)
    status, out, said = admin(
        *commands, "create", "Profile B", "--off", "speech", "gaze_away", *OWNER
    )
    assert status == 0, said
    own = json.loads(out)["accommodation"]
    asyncio.run(open_until(campus, time.time_ns() // 1_000 + MICROS_PER_DAY))
    table = tmp_path / "candidates.csv"
    table.write_text("name,reference,accommodation\nGrace,s2,Profile B\nAlan,s3,\n")
    status, out, said = admin("create-enrolment", campus.exam.id, "--candidates", str(table))
    assert status == 0, said
    places = [json.loads(line)["enrolment"] for line in out.splitlines()]
    given = admin(*commands, "give", places[1], "Profile B")[1]
    assert json.loads(given)["accommodation"] == own
    assert json.loads(admin(*commands, "give", places[0])[1])["accommodation"] is None
    changed = admin(*commands, "change", own, "--name", "Profile C", *OWNER)[1]
    assert json.loads(changed)["off"] == ["gaze_away", "speech"]
    assert json.loads(admin(*commands, "archive", "Profile C", *OWNER)[1])["archived"]
    assert "is archived" in admin(*commands, "give", places[0], own)[2]
    restored = admin(*commands, "archive", "Profile C", "--restore", *OWNER)[1]
    assert json.loads(restored)["archived"] is None
    listed = admin(*commands, "list", *OWNER)[1]
    assert [json.loads(line)["name"] for line in listed.splitlines()] == ["Profile C"]
    table.write_text("name,reference,accommodation\nEve,s4,\nDan,s5,Nobody's\n")
    status, _, said = admin("create-enrolment", campus.exam.id, "--candidates", str(table))
    assert status == 2
    assert "line 3, accommodation: There is no such accommodation" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("create", "B", "--off", "sneezing", *OWNER), "no kind of flag is called sneezing"),
        (("create", "B", "--off", "gap", *OWNER), "keep the recording honest"),
        (("change", "Nobody's", *OWNER), "make it with create"),
        (("archive", "Nobody's", *OWNER), "make it with create"),
        (("give", "0" * 32, "B"), "no enrolment"),
        (("list", "--institution", "Nowhere"), "no institution"),
    ],
)
def test_what_cannot_be_done_is_said(admin: Run, arguments: tuple[str, ...], says: str) -> None:
    status, out, said = admin("accommodations", *arguments)
    assert (status, out) == (2, "")
    assert says in said

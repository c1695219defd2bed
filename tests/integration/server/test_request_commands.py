"""Requests for data and appeals, dealt with from the command line."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.campus import Campus, client_of, connected, redeem

from server.candidates.appeals import appeal
from server.enrolment.models import Candidate
from server.ingest.models import ExamSession

pytestmark = pytest.mark.both_databases

Run = Callable[..., tuple[int, str, str]]


def lines(told: tuple[int, str, str]) -> list[dict[str, Any]]:
    status, out, said = told
    assert status == 0, said
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def session(campus: Campus) -> str:
    """A session that was handed in, and an appeal against it."""

    async def prepare() -> str:
        async with client_of(campus) as client:
            pupil = await redeem(client, await campus.code())
            pupil.open()
            pupil.segment()
            pupil.close()
            await pupil.hand_in()
        async with connected(campus.settings) as database, database.transaction() as db:
            row = await db.get_one(ExamSession, pupil.session)
            await appeal(db, campus.clock(), row, "It was the cat.")
        return pupil.session

    return asyncio.run(prepare())


def test_a_copy_is_handed_over_and_an_erasure_waits_for_the_appeal(
    campus: Campus, admin: Run, session: str, tmp_path: Path
) -> None:
    by = ("--by", campus.admin)
    (asked,) = lines(admin("requests", "add", "s-1", "export", *by, "--words", "All of it."))
    name = asked["request"]
    assert [one["request"] for one in lines(admin("requests", "list", *by))] == [name]
    status, _, said = admin("requests", "done", name, *by)
    assert (status, "made sure who asks" in said) == (2, True), said
    file = tmp_path / "copy.zip"
    copy = ("requests", "copy", name, "-o", str(file), *by)
    status, _, said = admin(*copy)
    assert (status, "made sure who asks" in said, file.exists()) == (2, True, False), said
    (checked,) = lines(admin("requests", "check", name, "With a passport.", *by))
    assert (checked["state"], checked["identity"]) == ("checked", "With a passport.")
    assert admin(*copy)[0] == 0
    assert any(session in one for one in zipfile.ZipFile(file).namelist())
    (done,) = lines(admin("requests", "done", name, *by))
    assert done["state"] == "done"
    file.unlink()
    status, _, said = admin(*copy)
    assert (status, "closed already" in said, file.exists()) == (2, True, False), said
    assert lines(admin("requests", "list", *by)) == []
    assert len(lines(admin("requests", "list", "--every", *by))) == 1

    (asked,) = lines(admin("requests", "add", "s-1", "erasure", *by))
    lines(admin("requests", "check", asked["request"], "By phone.", *by))
    status, _, said = admin("requests", "copy", asked["request"], "-o", str(file), *by)
    assert (status, "not for a copy" in said, file.exists()) == (2, True, False), said
    (left,) = lines(admin("requests", "done", asked["request"], *by))
    assert left["state"] == "checked"
    assert any("stays" in one for one in left["outcome"])

    examiner = ("--by", campus.examiner)
    (objection,) = lines(admin("appeals", "list", *examiner))
    assert (objection["session"], objection["words"]) == (session, "It was the cat.")
    (looked,) = lines(admin("appeals", "look", objection["appeal"], *examiner))
    assert looked["state"] == "looking"
    answer = tmp_path / "answer.txt"
    answer.write_text("It was. The flag was dismissed.\n", encoding="utf-8")
    give = ("appeals", "answer", objection["appeal"], str(answer), *examiner)
    (given,) = lines(admin(*give))
    assert (given["state"], given["written"]) == ("answered", False)
    status, _, said = admin(*give)
    assert (status, "answered this appeal already" in said) == (2, True), said

    (gone,) = lines(admin("requests", "done", asked["request"], *by))
    assert (gone["state"], any("destroyed" in one for one in gone["outcome"])) == ("done", True)

    async def left_of() -> str:
        async with connected(campus.settings) as database, database.transaction() as db:
            row = await db.get_one(ExamSession, session)
            return (await db.get_one(Candidate, row.candidate_id)).name

    assert "Ada" not in asyncio.run(left_of())


def test_what_cannot_be_done_is_said(
    campus: Campus, admin: Run, session: str, tmp_path: Path
) -> None:
    by, nobody = ("--by", campus.admin), "0" * 32
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    lines(admin("requests", "add", "s-1", "export", *by))
    for arguments, says in (
        (("requests", "add", "s-1", "export", *by), "asked already"),
        (("requests", "add", "s-99", "export", *by), "no candidate has this reference"),
        (("requests", "add", "s-1", "everything", *by), "export, erasure"),
        (("requests", "check", nobody, "x", *by), "no such request"),
        (("requests", "list", "--by", campus.examiner), "needs the role admin"),
        (("appeals", "look", nobody, *by), "no such appeal"),
        (("appeals", "answer", nobody, str(tmp_path / "latin.txt"), *by), "UTF-8"),
        (("appeals", "answer", nobody, str(tmp_path / "no.txt"), *by), "cannot read"),
    ):
        status, _, said = admin(*arguments)
        assert (status, says in said) == (2, True), said

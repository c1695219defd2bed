"""Reports written by commands: the same as the pages', with an entry in the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.campus import Campus, Pupil, client_of, redeem
from support.logged import entries

from shared.encoding import sha256_hex
from shared.log import Access, Act

pytestmark = pytest.mark.both_databases

Run = Callable[..., tuple[int, str, str]]


async def handed_in(campus: Campus) -> Pupil:
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        pupil.open()
        pupil.segment()
        pupil.incident()
        pupil.close()
        await pupil.hand_in()
    return pupil


def test_reports_are_written_as_their_endings_say(
    campus: Campus, admin: Run, tmp_path: Path
) -> None:
    session, exam = asyncio.run(handed_in(campus)).session, campus.exam.id
    files = [tmp_path / f"report.{one}" for one in ("pdf", "json")]
    for file in files:
        status, out, said = admin("reports", "session", session, "-o", str(file))
        assert status == 0, said
        told = json.loads(out)
        assert (told["session"], told["final"], bool(told["unfinished"])) == (
            *(session, False, True),
        )
        assert "Verifying the evidence" in said
    pdf, plain = (file.read_bytes() for file in files)
    assert pdf.startswith(b"%PDF-")
    assert json.loads(plain)["verdict"]["holds"] is True
    for name in ("exam.json", "exam.csv", "exam.pdf"):
        status, out, said = admin("reports", "exam", exam, "-o", str(tmp_path / name))
        assert (status, json.loads(out)["exam"]) == (0, exam), said
    assert json.loads((tmp_path / "exam.json").read_bytes())["sessions"]["begun"] == 1
    assert (tmp_path / "exam.csv").read_text().startswith("kind,sessions,flags")
    assert (tmp_path / "exam.pdf").read_bytes().startswith(b"%PDF-")
    log = [one.body for one in asyncio.run(entries(campus)) if isinstance(one.body, Act)]
    made = [one.detail["sha256"] for one in log if one.action == "report.make"]
    assert made[:2] == [sha256_hex(pdf), sha256_hex(plain)]
    assert len(made) == 5


def test_a_verdict_is_printed_and_made_anew(campus: Campus, admin: Run) -> None:
    session = asyncio.run(handed_in(campus)).session
    by = ("--by", campus.observer)
    status, out, said = admin("reports", "verdict", session, *by)
    assert status == 0, said
    first = json.loads(out)
    assert (first["holds"], first["session"]) == (True, session)
    assert {one["outcome"] for one in first["checks"]} <= {"holds", "not_applicable", "skipped"}
    status, out, said = admin("reports", "verdict", session, "--anew", "--by", campus.proctor)
    assert (status, json.loads(out)["holds"]) == (0, True), said
    piece = next((campus.settings.data_dir / "blobs" / session).iterdir())
    piece.write_bytes(piece.read_bytes()[:-1] + b"\0")
    status, out, said = admin("reports", "verdict", session, "--anew", "--by", campus.proctor)
    assert (status, json.loads(out)["holds"]) == (1, False), said
    for arguments, says in (
        (("verdict", session, "--anew", *by), "needs the role proctor"),
        (("verdict", "0" * 32, *by), "no such session"),
    ):
        status, _, said = admin("reports", *arguments)
        assert (status, says in said) == (2, True), said
    seen = [one for one in asyncio.run(entries(campus)) if isinstance(one.body, Access)]
    assert "verdict" in {one.body.what for one in seen}


def test_what_cannot_be_reported_is_said(admin: Run, tmp_path: Path) -> None:
    for arguments, says in (
        (("session", "0" * 32, "-o", str(tmp_path / "x.pdf")), "there is no session"),
        (("session", "0" * 32, "-o", str(tmp_path / "x.csv")), ".pdf or .json"),
        (("exam", "nothing", "-o", str(tmp_path / "x.pdf")), "there is no exam nothing"),
        (("exam", "nothing", "-o", str(tmp_path / "x")), ".pdf or .json or .csv"),
    ):
        status, _, said = admin("reports", *arguments)
        assert (status, says in said) == (2, True), said
    assert list(tmp_path.glob("x*")) == []

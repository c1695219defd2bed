"""Receipts as a server gives them for a parcel: what the command says of them, and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.sessions import SessionBuilder
from vectors.make import BUNDLES, HANDED, LOGS
from vectors.session import INSTITUTION, fingerprint, public

from shared import cli, given_receipts
from shared.given_receipts import (
    MAX_GIVEN_BYTES,
    MAX_LINE_BYTES,
    UnreadableReceipts,
    given_verdict_members,
    is_given,
    verify_given,
)
from shared.signed import MAX_PAYLOAD_BYTES
from shared.verdict import GIVEN_CLAIMS

GIVEN = HANDED[2]
GOOD, KEY = GIVEN.file_of("good"), INSTITUTION.public_key().public_bytes_raw()


def complaint(capsys: pytest.CaptureFixture[str], path: Path, **options: object) -> str:
    assert cli.verify(path, **options) == cli.UNREADABLE
    return " ".join(capsys.readouterr().err.split())


def test_a_file_of_receipts_is_known_by_its_first_line(tmp_path: Path) -> None:
    assert is_given(GOOD)
    others = (BUNDLES / "good.zip", LOGS / "good.log", HANDED[0].file_of("good"))
    assert not any(is_given(path) for path in (*others, tmp_path, tmp_path / "none"))
    (tmp_path / "empty").touch()
    assert not is_given(tmp_path / "empty")


def test_the_longest_line_is_read_to_know_it(tmp_path: Path) -> None:
    assert MAX_LINE_BYTES == 86 + 1 + MAX_PAYLOAD_BYTES + 1
    session, path = SessionBuilder(), tmp_path / "x.receipt"
    names = tuple(f"{number:064x}" for number in range(970))
    line = session.receipt(missing=names).line()
    assert 0.97 < len(line) / MAX_LINE_BYTES <= 1
    path.write_bytes(line)
    assert is_given(path)


def test_it_is_said_what_the_institution_had(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.verify(GOOD, key=public(INSTITUTION)) == cli.HOLDS
    said = capsys.readouterr().out
    for claim in GIVEN_CLAIMS.values():
        assert claim in said
    assert "receipts 4, which list 3 pieces\nthe last 2026-" in said
    assert "it holds 11 records, the last " in said
    assert "and every piece that they name" in said
    assert "(as given)" in said
    assert said.endswith("HOLDS\n")
    missing = GIVEN.file_of("good-missing")
    assert cli.verify(missing, key=public(INSTITUTION)) == cli.HOLDS
    assert "still lacks 1 or more" in capsys.readouterr().out


def test_what_does_not_hold_is_said_and_nothing_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = GIVEN.file_of("one-of-a-stranger")
    assert cli.verify(path, key=public(INSTITUTION)) == cli.DOES_NOT_HOLD
    said = capsys.readouterr().out
    assert "receipt 2: not signed by the key given" in said
    assert "it holds" not in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("malformed", "receipt 2: not a receipt: version 2 is not 1"),
        ("line-not-ended", "receipt 3: line 4: cut short"),
        ("one-of-another-session", f"receipt 2: of session {'07' * 16}"),
        ("first-dropped", "receipt 0: follows one that is not here"),
        ("prev-wrong", "receipt 2: does not follow the one before it"),
        ("size-falls", "receipt 2: holds less than the one before it"),
        ("head-changes", "receipt 1: of another chain than the one before it"),
    ],
)
def test_each_failure_is_named(name: str, words: str) -> None:
    verdict = verify_given(GIVEN.file_of(name), KEY)
    assert [why for result in verdict.results for why in result.failures] == [words]


def test_programs_are_told_as_much() -> None:
    verdict = verify_given(GOOD, KEY)
    said = given_verdict_members(verdict)
    assert (said["holds"], said["receipts"], said["durable"]) == (True, 4, 3)
    assert said["institution_key"] == fingerprint(INSTITUTION)
    assert said["last"] == {
        "records": verdict.last.size,
        "head": verdict.last.head,
        "time": verdict.last.time,
        "missing": [],
    }
    assert [result.looked_at for result in verdict.results] == [4, 4, 4]


def test_without_the_key_itself_there_is_nothing_to_check_it_by(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for key in (None, fingerprint(INSTITUTION)):
        said = complaint(capsys, GOOD, key=key)
        assert "which name no key: give the institution's key itself, 43 characters" in said


def test_the_key_itself_may_stand_for_its_fingerprint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bundle = BUNDLES / "good.zip"
    assert cli.verify(bundle, key=public(INSTITUTION), json=True) == cli.HOLDS
    assert json.loads(capsys.readouterr().out)["key_given"]
    other = BUNDLES / "manifest-of-another-institution.zip"
    assert cli.verify(other, key=public(INSTITUTION)) == cli.DOES_NOT_HOLD


def test_a_log_goes_with_no_receipts(capsys: pytest.CaptureFixture[str]) -> None:
    key = public(INSTITUTION)
    for options in ({"log": LOGS / "good.log"}, {"after": ["ab" * 32]}):
        said = complaint(capsys, GOOD, key=key, **options)
        assert "--log and --after go with a session's bundle" in said
        assert said.endswith("good.receipt is receipts.")


def test_what_cannot_be_checked_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnreadableReceipts, match="cannot be read: No such file"):
        verify_given(tmp_path / "none", KEY)
    with pytest.raises(UnreadableReceipts, match="does not begin with a receipt"):
        verify_given(LOGS / "good.log", KEY)
    assert MAX_GIVEN_BYTES == 256 * 2**20
    size = GOOD.stat().st_size
    monkeypatch.setattr(given_receipts, "MAX_GIVEN_BYTES", size)
    assert verify_given(GOOD, KEY).holds
    monkeypatch.setattr(given_receipts, "MAX_GIVEN_BYTES", size - 1)
    with pytest.raises(UnreadableReceipts, match="longer than any session's receipts"):
        verify_given(GOOD, KEY)

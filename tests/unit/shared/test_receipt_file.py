"""The candidate's receipt: what holds, what is found out, what is no receipt at all."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console
from support.proofs import KEY, made, short_session
from support.sessions import Keys, SessionBuilder, fixed_key

from shared.cli import verify as command
from shared.encoding import to_base64
from shared.printing import print_receipt
from shared.receipt_checks import ReceiptVerdict, verify_receipt_file
from shared.receipt_file import (
    MAX_RECEIPT_FILE_BYTES,
    SUFFIX,
    ReceiptFile,
    encode_receipt_file,
    line_in_text,
    read_line_in_text,
)
from shared.signed import MalformedLine, fingerprint, public_bytes
from shared.verdict import RECEIPT_CLAIMS, ReceiptCheck


def judged(folder: Path, file: ReceiptFile, pinned: str | None = None) -> ReceiptVerdict:
    path = folder / "mine.receipt.json"
    path.write_bytes(encode_receipt_file(file))
    return verify_receipt_file(path, pinned)


def failed(verdict: ReceiptVerdict) -> dict[ReceiptCheck, tuple[str, ...]]:
    return {
        ReceiptCheck(result.check): result.failures
        for result in verdict.results
        if result.failures
    }


def test_the_file_is_named_and_bounded_as_the_specification_says() -> None:
    assert SUFFIX == ".receipt.json"
    assert MAX_RECEIPT_FILE_BYTES == 2 * 2**20


def test_an_honest_receipt_holds(tmp_path: Path) -> None:
    verdict = judged(tmp_path, made(), fingerprint(KEY))
    assert verdict.holds
    assert verdict.pinned == verdict.key_fingerprint
    assert [result.looked_at for result in verdict.results] == [1, 2, 1, 10]
    assert [result.claim for result in verdict.results] == list(RECEIPT_CLAIMS.values())


OTHER = short_session("07" * 16)
STRANGER = short_session(keys=Keys(signing=fixed_key(7)))
MISSING = SessionBuilder()
MISSING.open()
MISSING.receipt(missing=("a" * 64,))


def broken(line: str) -> str:
    """The line with its signature's first character another."""
    return ("B" if line[0] == "A" else "A") + line[1:]


@pytest.mark.parametrize(
    ("changes", "check", "words"),
    [
        ({"institution_fingerprint": "0" * 64}, ReceiptCheck.KEY, "not the one said"),
        ({"policy": "nothing"}, ReceiptCheck.SESSION, "policy: no space"),
        ({"policy": line_in_text(OTHER.grant)}, ReceiptCheck.SESSION, "policy:"),
        ({"policy": broken(made().policy)}, ReceiptCheck.SESSION, "policy: not signed by"),
        ({"grant": line_in_text(OTHER.grant)}, ReceiptCheck.SESSION, f"of session {'07' * 16}"),
        ({"grant": broken(made().grant)}, ReceiptCheck.SESSION, "grant: not signed by"),
        ({"grant": "x" * 86 + " {}"}, ReceiptCheck.SESSION, "grant: "),
        (
            {"receipt": line_in_text(OTHER.receipts[0])},
            ReceiptCheck.RECEIPT,
            f"of session {'07' * 16}",
        ),
        ({"receipt": broken(made().receipt)}, ReceiptCheck.RECEIPT, "receipt: not signed by"),
        ({"receipt": line_in_text(OTHER.grant)}, ReceiptCheck.RECEIPT, "receipt: not a rec"),
        ({"exam": "e2"}, ReceiptCheck.SAID, "exam: 'e2' is said, 'e1' is signed"),
        ({"title": "Algebra II"}, ReceiptCheck.SAID, "title: 'Algebra II' is said"),
        ({"candidate": "c\N{CYRILLIC SMALL LETTER ES}"}, ReceiptCheck.SAID, "'c\\u0441'"),
        ({"signed_us": 1}, ReceiptCheck.SAID, "signed_us: 1 is said"),
        ({"records_held": 1}, ReceiptCheck.SAID, "records_held: 1 is said, 2 is signed"),
        ({"head": "0" * 64}, ReceiptCheck.SAID, "head: "),
        ({"records_made": 1}, ReceiptCheck.SAID, "more is said to be held than was made"),
        ({"pieces_made": 0}, ReceiptCheck.SAID, "more is said to be held than was made"),
        ({"records_made": 3}, ReceiptCheck.SAID, "complete: is said, and something is missing"),
        ({"pieces_made": 2}, ReceiptCheck.SAID, "complete: is said, and something is missing"),
    ],
)
def test_what_was_tampered_with_is_found(
    tmp_path: Path, changes: dict[str, Any], check: ReceiptCheck, words: str
) -> None:
    verdict = judged(tmp_path, made(**changes))
    assert not verdict.holds
    assert any(words in why for why in failed(verdict)[check]), failed(verdict)


def test_what_is_said_and_what_is_signed_stand_side_by_side(tmp_path: Path) -> None:
    own = made()
    ask = msgspec.structs.replace(own.ask, institution="Another", contact="else@example.edu")
    changed = made(exam="e2", ask=ask, candidate="c2", records_made=1, complete=False)
    said = judged(tmp_path, changed)
    assert failed(said) == {
        ReceiptCheck.SAID: (
            "exam: 'e2' is said, 'e1' is signed",
            f"ask.institution: 'Another' is said, {own.ask.institution!a} is signed",
            f"ask.contact: 'else@example.edu' is said, {own.ask.contact!a} is signed",
            "exam: 'e2' is said, 'e1' is signed",
            "candidate: 'c2' is said, 'c1' is signed",
            "more is said to be held than was made",
        )
    }
    whole = judged(tmp_path, made(records_made=3))
    assert failed(whole)[ReceiptCheck.SAID] == ("complete: is said, and something is missing",)


def test_a_file_is_laid_out_for_people() -> None:
    data = encode_receipt_file(made())
    assert data == json.dumps(json.loads(data), indent=2, ensure_ascii=False).encode() + b"\n"


def test_a_line_in_a_text_has_no_end() -> None:
    with pytest.raises(MalformedLine) as raised:
        read_line_in_text(made().receipt + "\n")
    assert str(raised.value) == "a line feed at its end, where a text has none"


@pytest.mark.parametrize("name", ["institution", "contact"])
def test_whom_to_ask_is_the_policy_s(tmp_path: Path, name: str) -> None:
    ask = msgspec.structs.replace(made().ask, **{name: "somebody@else.example"})
    assert failed(judged(tmp_path, made(ask=ask))).keys() == {ReceiptCheck.SAID}


def test_a_grant_of_another_policy_is_found(tmp_path: Path) -> None:
    """All are signed by the same key, and of one session, yet do not belong together."""
    other = SessionBuilder()
    other.policy = OTHER.policy._replace(payload=OTHER.policy.payload)
    changed = msgspec.json.decode(other.policy.payload) | {"retention_days": 31}
    from shared.signed import Domain, sign

    policy = sign(Keys().signing, Domain.POLICY, msgspec.json.encode(changed))
    verdict = judged(tmp_path, made(policy=line_in_text(policy)))
    assert failed(verdict) == {ReceiptCheck.SESSION: ("grant: grants another policy",)}


def test_a_receipt_by_another_key_is_found_by_who_knows_the_key(tmp_path: Path) -> None:
    """Whoever makes a key can make a receipt that agrees with itself: compare the key."""
    key = public_bytes(fixed_key(7))
    forged = made(
        STRANGER, institution_key=to_base64(key), institution_fingerprint=fingerprint(key)
    )
    assert judged(tmp_path, forged).holds
    verdict = judged(tmp_path, forged, fingerprint(KEY))
    assert failed(verdict).keys() == {ReceiptCheck.KEY}
    lines = made(STRANGER)
    assert failed(judged(tmp_path, lines)).keys() == {
        ReceiptCheck.SESSION,
        ReceiptCheck.RECEIPT,
    }


def test_a_receipt_that_lacks_pieces_holds_and_says_so(tmp_path: Path) -> None:
    file = made(MISSING, complete=False, pieces_made=1, pieces_held=0)
    verdict = judged(tmp_path, file)
    assert verdict.holds
    assert "still lacks 1 or more" in printed(verdict)
    assert "more was still to come" in printed(verdict)
    said = judged(tmp_path, made(MISSING, complete=True))
    assert failed(said).keys() == {ReceiptCheck.SAID}


def printed(verdict: ReceiptVerdict) -> str:
    file = io.StringIO()
    print_receipt(Console(file=file, width=120, highlight=False), verdict)
    return file.getvalue()


def test_what_is_proved_is_printed_only_where_it_holds(tmp_path: Path) -> None:
    words = printed(judged(tmp_path, made(candidate="c1")))
    assert "Algebra I, c1" in words
    assert "it holds 2 records, the last " in words
    assert "and every piece that they name" in words
    assert "that is all of the session (its own word: not signed)" in words
    assert words.endswith("\nHOLDS\n")
    words = printed(judged(tmp_path, made(title="[bold]x")))
    assert "it holds" not in words
    assert words.endswith("\nDOES NOT HOLD\n")


def test_the_command_takes_a_receipt(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "mine.receipt.json"
    path.write_bytes(encode_receipt_file(made()))
    assert command(path) == 0
    assert capsys.readouterr().out.endswith("HOLDS\n")
    assert command(path, json=True, key=fingerprint(KEY)) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["holds"], said["key_given"]) == (True, True)
    assert said["receipt"]["records"] == said["said"]["records_made"] == 2
    assert said["receipt"]["missing"] == []
    assert [check["name"] for check in said["checks"]] == ["key", "session", "receipt", "said"]
    path.write_bytes(encode_receipt_file(made(receipt="")))
    assert command(path, json=True) == 1
    assert json.loads(capsys.readouterr().out)["receipt"] is None
    assert command(path, log=path) == 2
    assert "is a receipt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "is not a receipt, or damaged: not JSON"),
        (b'{"v":2}', "damaged: version 2 is not 1"),
        (b'{"v":1,"v":1}', "damaged: a member is repeated"),
        (b'{"v":1}', "damaged: Object missing required field"),
        (b"{" + b" " * MAX_RECEIPT_FILE_BYTES, "longer than any receipt is"),
        (encode_receipt_file(made(institution_key="AA")), "names no key of an institution"),
        (encode_receipt_file(made())[:-30], "is not a receipt, or damaged"),
    ],
)
def test_what_is_no_receipt_is_said(
    tmp_path: Path, data: bytes, words: str, capsys: Any
) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(data)
    assert command(path) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in " ".join(said.err.split())


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    from shared.receipt_checks import UnreadableReceipt

    with pytest.raises(UnreadableReceipt, match="cannot be read: No such file"):
        verify_receipt_file(tmp_path / "none.json")

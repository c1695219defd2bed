"""Verdicts as people read them, to the letter and the colour."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import pytest
import vectors.make
from msgspec import structs
from rich.console import Console
from support.proofs import FIRST, KEY, made
from support.said import PRINTED, printed

from shared.certificate_file import CertificateVerdict
from shared.given_receipts import GivenVerdict
from shared.log_checks import About, Known, LogVerdict, verify_log
from shared.printing import (
    moment,
    print_bundle,
    print_certificates,
    print_given,
    print_log,
    print_receipt,
    printable,
)
from shared.receipt_checks import ReceiptVerdict
from shared.receipt_file import read_line_in_text
from shared.receipts import decode_receipt
from shared.signed import fingerprint
from shared.verdict import (
    AnyCheck,
    CertificateCheck,
    CheckId,
    CheckResult,
    GivenCheck,
    LogCheck,
    Outcome,
    ReceiptCheck,
    Verdict,
)
from shared.verify import verify_bundle


def test_verdicts_are_printed_as_they_were_read_once() -> None:
    """Changed on purpose? ``python -m support.said`` in ``tests/``, and read what is new."""
    assert printed() == PRINTED.read_text("utf-8")


Printed = Verdict | LogVerdict | ReceiptVerdict | CertificateVerdict | GivenVerdict


def text(verdict: Printed) -> str:
    """What a file gets."""
    file = io.StringIO()
    console = Console(file=file, width=100, highlight=False)
    match verdict:
        case Verdict():
            print_bundle(console, verdict)
        case LogVerdict():
            print_log(console, verdict)
        case ReceiptVerdict():
            print_receipt(console, verdict)
        case CertificateVerdict():
            print_certificates(console, verdict)
        case GivenVerdict():
            print_given(console, verdict)
    return file.getvalue()


def lines(verdict: Printed) -> list[str]:
    """The same, line by line."""
    return text(verdict).splitlines()


GOOD = verify_bundle(vectors.make.BUNDLES / "good.zip")
LOG = verify_log(vectors.make.LOGS / "good.log")


def test_a_verdict_says_who_named_the_key() -> None:
    for verdict, what in ((GOOD, "bundle"), (LOG, "log")):
        own = verdict.key_fingerprint
        assert f"         (named by the {what} itself: compare it)" in lines(verdict)
        assert "         (as given)" in lines(replace(verdict, pinned=own))
        assert "         (not the key given)" in lines(replace(verdict, pinned="0" * 64))
    follows = replace(LOG, pinned="0" * 64, follows=True)
    assert "         (follows on the key given)" in lines(follows)


def test_the_last_line_is_the_verdict() -> None:
    failed = (CheckResult(CheckId.LINK, Outcome.FAILS, 1, ("[bold]why[/]",), (None,)),)

    for verdict in (GOOD, LOG):
        assert lines(verdict)[-1] == "HOLDS"
        assert lines(replace(verdict, results=failed))[-1] == "DOES NOT HOLD"
    # A bundle's words are its author's: they are never taken for markup.
    assert "     [bold]why[/]" in lines(replace(GOOD, results=failed))[2]


# Clears the screen, says so in green, and conceals the rest; in both ways to write it.
_ORDERS = (
    "\x1b[2J\x1b[H\x1b[32mHOLDS\x1b[8m \x9b2J\x9d0;x\x07\r\n\u202ev\u2066\u2028\udcff\x7f[red]"
)
_SHOWN = (
    "\\u001b[2J\\u001b[H\\u001b[32mHOLDS\\u001b[8m \\u009b2J\\u009d0;x\\u0007\\u000d\\u000a"
    "\\u202ev\\u2066\\u2028\\udcff\\u007f[red]"
)


def _failing(check: AnyCheck) -> tuple[CheckResult, ...]:
    return (CheckResult(check, Outcome.FAILS, 1, (_ORDERS,), (None,)),)


def _hostile() -> dict[str, Printed]:
    """Every kind of verdict, with a file's own words wherever there are some."""
    file, own = made(title=_ORDERS, candidate=_ORDERS), fingerprint(KEY)
    ask = structs.replace(file.ask, institution=_ORDERS, contact=_ORDERS)
    receipt = decode_receipt(read_line_in_text(file.receipt).payload)
    certificate = structs.replace(FIRST, why=_ORDERS)
    about = About(7, 0, _ORDERS, _ORDERS, _ORDERS, _ORDERS)
    return {
        "bundle": replace(GOOD, results=_failing(CheckId.CONTAINER)),
        "log": replace(LOG, results=_failing(LogCheck.CONTAINER)),
        "about": replace(LOG, about=(about,)),
        "said": ReceiptVerdict(structs.replace(file, ask=ask), own, None, (), receipt),
        "receipt": ReceiptVerdict(file, own, None, _failing(ReceiptCheck.SAID), None),
        "why": CertificateVerdict(own, None, (), (certificate,)),
        "certificates": CertificateVerdict(own, None, _failing(CertificateCheck.KEY), ()),
        "given": GivenVerdict("", own, _failing(GivenCheck.RECEIPT), 1, 0, receipt),
    }


@pytest.mark.parametrize("kind", _hostile())
def test_a_file_s_words_are_shown_and_not_obeyed(kind: str) -> None:
    said = text(_hostile()[kind])

    assert all(letter.isprintable() for letter in said.replace("\n", ""))
    # However it is broken into lines and cells, it is there to be read.
    assert "\\u001b[2J" in said


def test_what_a_terminal_would_obey_is_written_out() -> None:
    assert printable(_ORDERS) == _SHOWN
    assert printable("Prüfung “1”, 试验, क्\u200dष") == "Prüfung “1”, 试验, क्\u200dष"


def test_what_a_log_says_of_a_session_is_a_table() -> None:
    about = (
        About(7, 0, "a1", "admin", "192.0.2.7", "saw page"),
        About(123, 1_999_999, "system", None, None, "flag.decide[x]"),
    )

    said = lines(replace(LOG, about=about))

    at = said.index("What the log says was seen and done of this session:")
    assert [line.rstrip() for line in said[at + 1 : at + 4]] == [
        "entry  time                     who         from       what",
        "    7  1970-01-01 00:00:00 UTC  a1 (admin)  192.0.2.7  saw page",
        "  123  1970-01-01 00:00:01 UTC  system                 flag.decide[x]",
    ]
    assert not any("What the log says" in line for line in lines(LOG))


def test_a_noted_entry_is_named_where_it_is_there() -> None:
    there, gone = Known("ab" * 32, 3, 5_000_000), Known("cd" * 32, None, None)

    said = lines(replace(LOG, known=(there, gone)))

    at = said.index("after    " + "ab" * 32)
    assert said[at + 1] == "         (entry 3 of 1970-01-01 00:00:05 UTC, is there)"
    assert not any("cd" * 32 in line for line in said)


@pytest.mark.parametrize(
    ("micros", "words"),
    [
        (0, "1970-01-01 00:00:00 UTC"),
        (1_790_000_000_999_999, "2026-09-21 14:13:20 UTC"),
        (10**24, f"{10**24} µs"),
        (2**70, f"{2**70} µs"),
    ],
)
def test_times_are_in_utc_to_the_second(micros: int, words: str, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert moment(micros) == words
    finally:
        monkeypatch.undo()
        time.tzset()

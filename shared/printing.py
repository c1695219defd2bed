"""Verdicts as people read them: a table of the checks, and what they were made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared.certificate_file import CertificateVerdict
from shared.counting import count
from shared.given_receipts import GivenVerdict
from shared.log_checks import About, LogVerdict
from shared.receipt_checks import ReceiptVerdict
from shared.receipts import Receipt
from shared.verdict import CheckResult, Outcome, Verdict

_MARKS = {
    Outcome.HOLDS: "[green]holds",
    Outcome.FAILS: "[red]FAILS",
    Outcome.SKIPPED: "[yellow]skipped",
}

# What a terminal obeys instead of showing it: control characters of both sets, line breaks,
# and what turns the direction of writing (UAX #9); and halves of surrogate pairs, which cannot
# be written at all.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """A text of somebody else's, with what a terminal would obey written out, as in JSON."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_bundle(console: Console, verdict: Verdict) -> None:
    """A session's verdict."""
    _print_checks(console, verdict.results)
    console.print(f"\nsession  {verdict.session}")
    _print_key(console, verdict.key_fingerprint, "bundle", verdict.pinned)
    console.print(f"records  {verdict.records}, pieces {verdict.blobs}, gaps {verdict.gaps}")
    if verdict.certificates:
        say = "a certificate says" if verdict.certificates == 1 else "certificates say"
        were = "was" if verdict.destroyed == 1 else "were"
        gone = f"{count(verdict.destroyed, 'piece')} {were} destroyed"
        console.print(f"         {gone}, as {say}")
    _print_end(console, holds=verdict.holds)


def print_log(console: Console, verdict: LogVerdict) -> None:
    """A log's verdict, and what it says of the session that was asked about."""
    _print_checks(console, verdict.results)
    console.print(f"\nlog of   {verdict.institution}")
    key, given = verdict.key_fingerprint, verdict.pinned
    _print_key(console, key, "log", given, follows=verdict.follows)
    console.print(f"entries  {verdict.size}, the last of {moment(verdict.time)}")
    console.print(f"head     {verdict.head}\n         (note it: --after shows it is kept)")
    for one in verdict.known:
        if one.n is not None and one.time is not None:
            where = f"entry {one.n} of {moment(one.time)}"
            console.print(f"after    {one.hash}\n         ({where}, is there)")
    if verdict.about:
        console.print("\nWhat the log says was seen and done of this session:")
        _print_about(console, verdict.about)
    _print_end(console, holds=verdict.holds)


def print_receipt(console: Console, verdict: ReceiptVerdict) -> None:
    """A receipt's verdict; what it proves is said only where it holds."""
    file, receipt = verdict.file, verdict.receipt
    _print_checks(console, verdict.results)
    console.print(f"\nsession  {file.session}")
    _print_key(console, verdict.key_fingerprint, "receipt", verdict.pinned)
    if verdict.holds and receipt is not None:
        console.print(f"exam     {_foreign(file.title)}, {_foreign(file.candidate)}")
        whom = _foreign(f"{file.ask.institution} ({file.ask.contact})")
        console.print(f"signed   {moment(receipt.time)}, by {whom}:")
        _print_held(console, receipt)
        made, pieces = count(file.records_made, "record"), count(file.pieces_made, "piece")
        console.print(f"recorder made {made}, {pieces};")
        end = "that is all of the session" if file.complete else "more was still to come"
        console.print(f"         {end} (its own word: not signed)")
    _print_end(console, holds=verdict.holds)


def print_certificates(console: Console, verdict: CertificateVerdict) -> None:
    """What was destroyed of a session, by the word of its institution."""
    _print_checks(console, verdict.results)
    console.print()
    for one in verdict.certificates[:1]:
        console.print(f"session  {one.session}")
    _print_key(console, verdict.key_fingerprint, "file", verdict.pinned)
    for one in verdict.certificates:
        console.print(
            f"{moment(one.time)}: {_foreign(one.why)}; of {count(one.size, 'record')},"
        )
        console.print(f"         the last {one.head}, destroyed:")
        for gone in one.destroyed:
            part = "" if gone.below is None else f", those before {gone.below}"
            size = f"{count(gone.pieces, 'piece')}, {count(gone.bytes, 'byte')}"
            console.print(f"         {gone.kind}: {size}{part}")
    _print_end(console, holds=verdict.holds)


def print_given(console: Console, verdict: GivenVerdict) -> None:
    """What an institution had of a session by its last receipt, said only where it holds."""
    _print_checks(console, verdict.results)
    console.print(f"\nsession  {verdict.session}")
    _print_key(console, verdict.key_fingerprint, "file", verdict.key_fingerprint)
    console.print(f"receipts {verdict.receipts}, which list {count(verdict.durable, 'piece')}")
    if verdict.holds:
        console.print(f"the last {moment(verdict.last.time)}:")
        _print_held(console, verdict.last)
    _print_end(console, holds=verdict.holds)


def _foreign(text: str) -> str:
    """What the file says, as it is shown: neither a terminal's orders nor markup."""
    return escape(printable(text))


def _print_held(console: Console, receipt: Receipt) -> None:
    console.print(
        f"         it holds {count(receipt.size, 'record')}, the last {receipt.head},"
    )
    console.print(f"         {_pieces(receipt)}")


def _pieces(receipt: Receipt) -> str:
    if not receipt.missing:
        return "and every piece that they name"
    return f"and still lacks {len(receipt.missing)} or more of the pieces that they name"


def moment(micros: int) -> str:
    """Microseconds since 1970 as a date and time in UTC."""
    try:
        when = datetime.fromtimestamp(micros // 1_000_000, UTC)
    except (OverflowError, ValueError, OSError):
        # A time of a malformed or forged log may be beyond every calendar.
        return f"{micros} µs"
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _print_checks(console: Console, results: Sequence[CheckResult]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("", "check", "verdict", "looked at"):
        table.add_column(column, justify="right" if column in ("", "looked at") else "left")
    for result in results:
        mark = _MARKS[result.outcome]
        table.add_row(str(int(result.check)), result.claim, mark, str(result.looked_at))
        for failure in result.failures:
            table.add_row("", f"  [red]{_foreign(failure)}", "", "")
    console.print(table)


def _print_about(console: Console, about: Sequence[About]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("entry", "time", "who", "from", "what"):
        table.add_column(column, justify="right" if column == "entry" else "left")
    for one in about:
        who = f"{one.actor} ({one.role})" if one.role else one.actor
        cells = (str(one.n), moment(one.time), who, one.address or "", one.what)
        table.add_row(*(_foreign(cell) for cell in cells))
    console.print(table)


def _print_key(
    console: Console, key: str, what: str, given: str | None, *, follows: bool = False
) -> None:
    """The file's key, and how it stands to the one that the caller gave."""
    if given is None:
        words = f"named by the {what} itself: compare it"
    elif given == key:
        words = "as given"
    else:
        words = "follows on the key given" if follows else "not the key given"
    console.print(f"key      {key}\n         ({words})")


def _print_end(console: Console, *, holds: bool) -> None:
    console.print("[green]HOLDS" if holds else "[red]DOES NOT HOLD")

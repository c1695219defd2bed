"""``invigil-verify``: check an exported session, receipts, certificates of deletion or a log,
without a server.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from cyclopts import App, Parameter
from rich.console import Console

from shared.bar import waiting
from shared.bundle import UnreadableBundle
from shared.certificate_file import (
    CertificateVerdict,
    certificate_verdict_members,
    is_certificate_file,
    verify_certificate_file,
)
from shared.encoding import HASH_HEX, EncodingError
from shared.given_receipts import (
    GivenVerdict,
    given_verdict_members,
    is_given,
    verify_given,
)
from shared.log_checks import LogVerdict, is_log, log_verdict_members, verify_log
from shared.printing import (
    print_bundle,
    print_certificates,
    print_given,
    print_log,
    print_receipt,
    printable,
)
from shared.progress import Progress
from shared.receipt_checks import (
    ReceiptVerdict,
    receipt_verdict_members,
    verify_receipt_file,
)
from shared.receipt_file import is_receipt_file
from shared.signed import fingerprint, read_key
from shared.verdict import Verdict, verdict_members
from shared.verify import verify_bundle

HOLDS, DOES_NOT_HOLD, UNREADABLE = 0, 1, 2

# What is checked by itself, beside a log.
Alone = Verdict | ReceiptVerdict | CertificateVerdict | GivenVerdict

app = App(
    name="invigil-verify",
    help="""Check an exported exam session, a candidate's receipt, the receipts that a server
gave for an import, a session's certificates of deletion, or an institution's log, offline, and
print a verdict for every check.""",
    help_epilogue="""Exit status: 0 everything holds, 1 something does not (it is named), 2 the
file cannot be read as any of them, or the options do not go together.

Examples:

  invigil-verify session.zip

  invigil-verify session.zip --key 4f1c… --json

  invigil-verify session.receipt.json --key 4f1c…

  invigil-verify session.receipt --key 5Dh2…

  invigil-verify session.certificates.json --key 4f1c…

  invigil-verify university.log --after 9b03…

  invigil-verify session.zip --log university.log
""",
    help_format="plaintext",
)


@app.default
def verify(
    bundle: Path,
    *,
    log: Annotated[Path | None, Parameter(help="A log that is to bear the bundle out.")] = None,
    after: Annotated[
        list[str] | None,
        Parameter(negative="", help="Hash of an entry that the log must still contain."),
    ] = None,
    key: Annotated[
        str | None, Parameter(help="The institution's key, or its fingerprint.")
    ] = None,
    json: Annotated[bool, Parameter(negative="", help="Print the verdict as JSON.")] = False,
) -> int:
    """Check BUNDLE: an exported session, receipts, certificates, or a log.

    Args:
        bundle: The exported session, a zip file; the receipt that the recorder saved; the
            receipts that the server gave when a recording was imported; the certificates of
            what was destroyed of a session; or the institution's log.
        log: Beside a session: the institution's log. Shows that the session is the one that
            the log names, no shorter and no other, and who has seen it.
        after: The hash of an entry that you noted at any time before, as the log's page or
            an earlier export said it; may be said more than once. Shows that the log still
            contains it, so that nothing up to there was taken out or written anew.
        key: The institution key's fingerprint (64 hex digits), as the institution tells it, or
            the key itself (43 characters). Without it the verdict stands under the key that
            the file itself names; a file of receipts names none, and needs the key itself.
        json: Print the verdict as JSON instead of a table.
    """
    noted = [name.lower() for name in after or ()]
    pin = _pin(key)
    if why := _mistake(bundle, log, noted, pin):
        return _complain(f"{why}.")
    assert pin is not None  # that is a mistake
    try:
        with waiting(Console(stderr=True)) as progress:
            session, entries = _look(bundle, log, noted, pin, progress)
    except UnreadableBundle as error:
        return _complain(f"{error}.")
    (_print_json if json else _print)(session, entries)
    holds = all(verdict is None or verdict.holds for verdict in (session, entries))
    return HOLDS if holds else DOES_NOT_HOLD


class _Pin(NamedTuple):
    """What the caller knows of the institution's key: its fingerprint, or all of it."""

    fingerprint: str | None
    key: bytes | None = None


def _pin(said: str | None) -> _Pin | None:
    """What is said of the key; ``None`` where that is neither fingerprint nor key."""
    if said is None or re.fullmatch(HASH_HEX, said.lower()):
        return _Pin(said and said.lower())
    try:
        key = read_key(said)
    except EncodingError:
        return None
    return _Pin(fingerprint(key), key)


def _mistake(
    bundle: Path, log: Path | None, noted: Sequence[str], pin: _Pin | None
) -> str | None:
    """What is wrong with the options, if something is."""
    if pin is None:
        return "--key is a fingerprint of 64 hex digits, or a key of 43 characters"
    if any(not re.fullmatch(HASH_HEX, name) for name in noted):
        return "--after is the hash of an entry, 64 hex digits"
    if is_receipt_file(bundle) and (log is not None or noted):
        what = "certificates" if is_certificate_file(bundle) else "a receipt"
        return f"--log and --after go with a session's bundle, and {bundle} is {what}"
    if is_given(bundle) and (log is not None or noted):
        return f"--log and --after go with a session's bundle, and {bundle} is receipts"
    own = is_log(bundle)
    if own and log is not None:
        return f"--log goes with a session's bundle, and {bundle} is a log itself"
    if noted and not own and log is None:
        return "--after goes with a log: name it, or add --log LOG"
    return None


def _look(
    bundle: Path,
    log: Path | None,
    noted: Sequence[str],
    pin: _Pin,
    progress: Progress,
) -> tuple[Alone | None, LogVerdict | None]:
    """The verdicts of the bundle (or receipt) and of the log, each where there is one."""
    key = pin.fingerprint
    if is_certificate_file(bundle):
        return verify_certificate_file(bundle, key), None
    if is_receipt_file(bundle):
        return verify_receipt_file(bundle, key), None
    if is_given(bundle):
        return verify_given(bundle, pin.key), None
    if is_log(bundle):
        return None, verify_log(bundle, key, noted, progress=progress)
    session = verify_bundle(bundle, key, progress)
    if log is None:
        return session, None
    return session, verify_log(log, key, noted, session, progress)


def _complain(text: str) -> int:
    said = f"invigil-verify: {printable(text)}"
    Console(stderr=True, highlight=False).print(said, markup=False)
    return UNREADABLE


def _print_json(session: Alone | None, log: LogVerdict | None) -> None:
    if session is None:
        said = {} if log is None else log_verdict_members(log)
    elif isinstance(session, ReceiptVerdict):
        said = receipt_verdict_members(session)
    elif isinstance(session, CertificateVerdict):
        said = certificate_verdict_members(session)
    elif isinstance(session, GivenVerdict):
        said = given_verdict_members(session)
    else:
        said = verdict_members(session)
        if log is not None:
            both = session.holds and log.holds
            said = {**said, "holds": both, "log": log_verdict_members(log)}
    # The same JSON, which a terminal shows and does not obey.
    sys.stdout.write(printable(msgspec.json.encode(said).decode()) + "\n")


def _print(session: Alone | None, log: LogVerdict | None) -> None:
    console = Console(highlight=False)
    if isinstance(session, ReceiptVerdict):
        print_receipt(console, session)
    elif isinstance(session, CertificateVerdict):
        print_certificates(console, session)
    elif isinstance(session, GivenVerdict):
        print_given(console, session)
    elif session is not None:
        print_bundle(console, session)
    if log is not None:
        print_log(console, log)


def main() -> None:
    """The console script's way in."""
    sys.exit(app(sys.argv[1:]))

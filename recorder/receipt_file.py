"""The candidate's receipt: a file that proves what was delivered, and says whom to ask.

Three lines in it are signed by the institution: the policy (what was agreed), the grant (that
this session is the candidate's) and the newest receipt. A receipt of ``size`` records whose
``missing`` is empty says that the server holds all of them and every piece that they name, so
the newest one alone proves the delivery. How its signatures are checked is in the protocol's
specification (``shared/README.md``).
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from recorder.evidence import contents
from recorder.evidence.asking import Ask
from recorder.evidence.exporting import whole_file
from recorder.evidence.founding import (
    Grounds,
    Unfounded,
    institution_fingerprint,
    read_founding,
)
from recorder.evidence.opening import damaged
from recorder.evidence.store import EvidenceStore, Tally
from recorder.faults import EnvironmentFault
from recorder.status import SavedReceipt
from shared.encoding import to_base64
from shared.receipts import Receipt, decode_receipt
from shared.signed import Signed

RECEIPT_FILE_VERSION = 1
SUFFIX = ".receipt.json"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who recorded, and how to reach them."""

    institution: str
    contact: str
    questions: str
    own_copy: str
    appeal: str


class ReceiptFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says. ``policy``, ``grant`` and ``receipt`` are signed lines; times are
    microseconds since 1970 UTC, ``signed_us`` by the server's clock.
    """

    v: int = RECEIPT_FILE_VERSION
    type: str = "invigil-receipt"
    session: str
    exam: str
    title: str
    candidate: str
    server: str
    saved_us: int
    signed_us: int
    records_made: int
    records_held: int
    pieces_made: int
    pieces_held: int
    complete: bool
    head: str
    institution_key: str
    institution_fingerprint: str
    ask: Asked
    policy: str
    grant: str
    receipt: str


def save_receipt(ask: Ask, target: Path, now_us: int) -> SavedReceipt:
    """Save what proves the delivery.

    Args:
        ask: the way to the store.
        target: the file, or the folder to put ``<session>.receipt.json`` into.
        now_us: the wall clock, microseconds since 1970 UTC.

    Raises:
        EnvironmentFault: there is no receipt yet, the store cannot be read, or the file not
            be written.
    """
    found = ask(lambda store: _read(store, now_us))
    if target.is_dir():
        target /= found.session + SUFFIX
    with whole_file(target) as file:
        file.write(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    return SavedReceipt(
        target, found.session, found.records_held, found.pieces_held, found.complete
    )


def _read(store: EvidenceStore, now_us: int) -> ReceiptFile:
    grounds = read_founding(store.founding)
    if isinstance(grounds, Unfounded):
        raise damaged(store.folder, grounds.why)
    line = contents.newest_receipt(store)
    if line is None:
        raise EnvironmentFault(
            "The server has not signed for anything yet, so there is no receipt.",
            "Wait until the connection is back, then save it; or save the recording itself.",
        )
    return _file(store, grounds, line, decode_receipt(line.payload), now_us)


def _file(
    store: EvidenceStore, grounds: Grounds, line: Signed, receipt: Receipt, now_us: int
) -> ReceiptFile:
    founding, tally, policy = store.founding, store.tally, grounds.terms.policy
    return ReceiptFile(
        session=founding.session,
        exam=policy.exam.id,
        title=policy.exam.title,
        candidate=grounds.grant.candidate,
        server=founding.server,
        saved_us=now_us,
        signed_us=receipt.time,
        records_made=tally.records_made,
        records_held=tally.records_sent,
        pieces_made=tally.blobs_made,
        pieces_held=tally.blobs_sent,
        complete=_complete(tally, receipt),
        head=receipt.head,
        institution_key=to_base64(founding.institution_key),
        institution_fingerprint=institution_fingerprint(founding),
        ask=_whom(policy.institution.name, policy.institution.contact, founding.session),
        policy=_text(founding.policy),
        grant=_text(founding.grant),
        receipt=_text(line),
    )


def _complete(tally: Tally, receipt: Receipt) -> bool:
    """Whether the session is closed and the server has signed for all of it."""
    return tally.closed and tally.delivered and not receipt.missing


def _whom(name: str, contact: str, session: str) -> Asked:
    return Asked(
        institution=name,
        contact=contact,
        questions=f"Ask {name}: {contact}. Name the session {session}.",
        own_copy=f"You may ask {name} for a copy of what was recorded of you.",
        appeal=(
            f"A person decides about every exam, never a program. If you disagree with a "
            f"decision, write to {contact} and name the session; keep this file."
        ),
    )


def _text(line: Signed) -> str:
    return line.line().decode("utf-8").rstrip("\n")

"""The candidate's receipt: a file that proves what was delivered, and says whom to ask.

Three lines in it are signed by the institution: the policy (what was agreed), the grant (that
this session is the candidate's) and the newest receipt. A receipt of ``size`` records whose
``missing`` is empty says that the server holds all of them and every piece that they name, so
the newest one alone proves the delivery. What the file looks like is ``shared.receipt_file``'s;
`invigil-verify` checks it.
"""

from __future__ import annotations

from pathlib import Path

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
from shared.candidate_page import page_path, page_token
from shared.encoding import to_base64
from shared.receipt_file import (
    SUFFIX,
    TYPE,
    Asked,
    ReceiptFile,
    encode_receipt_file,
    line_in_text,
)
from shared.receipts import Receipt, decode_receipt
from shared.signed import Signed


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
        file.write(encode_receipt_file(found))
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
        type=TYPE,
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
        ask=_whom(
            policy.institution.name,
            policy.institution.contact,
            founding.session,
            founding.server + page_path(page_token(founding.token)),
        ),
        policy=line_in_text(founding.policy),
        grant=line_in_text(founding.grant),
        receipt=line_in_text(line),
    )


def _complete(tally: Tally, receipt: Receipt) -> bool:
    """Whether the session is closed and the server has signed for all of it."""
    return tally.closed and tally.delivered and not receipt.missing


def _whom(name: str, contact: str, session: str, page: str) -> Asked:
    return Asked(
        institution=name,
        contact=contact,
        questions=f"Ask {name}: {contact}. Name the session {session}.",
        own_copy=(
            f"What is kept of you, until when, and a copy of it: {page} (whoever has this "
            f"address sees it). You may also ask {name} for a copy."
        ),
        appeal=(
            f"A person decides about every result, never a program. If you disagree with a "
            f"decision, appeal on that page, or write to {contact} and name the session; keep "
            f"this file."
        ),
    )

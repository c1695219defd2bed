"""Checks 6 to 10: the chain against its clocks, its pieces, its receipts and its end.

What is judged here are the records that the chain's own law accepts (``chain.accept``);
``verify`` puts these checks behind that one and names them in a verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from shared.bundle import BLOBS, Bundle, UnreadableBundle
from shared.certificate_checks import Gone
from shared.clock import Corridor, WallState, judge_wall
from shared.encoding import ZERO_HASH, sha256_hex
from shared.policy import Keyring
from shared.progress import Meter
from shared.receipts import MalformedReceipt, Receipt, decode_receipt
from shared.records import BlobReference, Close, Incident, Record, blobs_of
from shared.sealing import SealError, read_header
from shared.signed import Domain, MalformedLine, Signed, holds, parse_lines
from shared.verdict import AtPiece, AtRecord, CheckId, Ledger

# A record or a receipt with its hash: what was signed is not looked at again, and let go.
Chain = list[tuple[str, Record]]
Receipts = list[tuple[str, Receipt]]


def read_lines(ledger: Ledger, check: CheckId, name: str, data: bytes) -> Iterator[Signed]:
    """The signed lines of a file; where they stop being lines is a failure of ``check``."""
    try:
        yield from parse_lines(data)
    except MalformedLine as error:
        ledger.fail(check, f"{name}: {error}")


# (8) receipts: signed, in a row, about this chain


def check_receipts(
    ledger: Ledger, data: bytes, session: str, key: bytes, meter: Meter
) -> Receipts:
    """(8) Every receipt is the institution's, of this session, and follows the one before."""
    receipts: Receipts = []
    prev = ZERO_HASH
    for signed in read_lines(ledger, CheckId.DURABLE, "receipts.signed", data):
        ledger.look(CheckId.DURABLE)
        meter.step()
        where = f"receipt {len(receipts)}"
        try:
            receipt = decode_receipt(signed.payload)
        except MalformedReceipt as error:
            ledger.fail(CheckId.DURABLE, f"{where}: {error}")
            break
        if not holds(signed, Domain.RECEIPT, key):
            ledger.fail(CheckId.DURABLE, f"{where}: not signed by the institution's key")
        if receipt.session != session:
            ledger.fail(CheckId.DURABLE, f"{where}: of session {receipt.session}")
        if receipt.prev != prev:
            ledger.fail(CheckId.DURABLE, f"{where}: does not follow the receipt before it")
        if receipts and receipt.size < receipts[-1][1].size:
            ledger.fail(CheckId.DURABLE, f"{where}: holds less than the receipt before it")
        prev = signed.hash
        receipts.append((prev, receipt))
    return receipts


def check_coverage(
    ledger: Ledger, chain: Chain, receipts: Receipts, references: list[BlobReference]
) -> None:
    """(8) The receipts are about this chain, all of it, and about every piece."""
    heads = [ZERO_HASH, *(head for head, _ in chain)]
    durable: set[str] = set()
    for number, (_, receipt) in enumerate(receipts):
        if receipt.size >= len(heads) or heads[receipt.size] != receipt.head:
            ledger.fail(CheckId.DURABLE, f"receipt {number}: of another chain than this")
        durable.update(receipt.durable)
    ledger.look(CheckId.DURABLE, len(references))
    if not receipts or receipts[-1][1].size < len(chain):
        ledger.fail(CheckId.DURABLE, "no receipt covers the chain's head")
    for blob in references:
        if blob.sha256 not in durable:
            why = f"no receipt lists {_name(blob)} as durable"
            ledger.fail(CheckId.DURABLE, why, _place(blob))


# (6) the clocks


def check_clocks(ledger: Ledger, chain: Chain, receipts: Receipts) -> None:
    """(6) Wall clock, monotonic clock and the receipts' times agree."""
    times = {name: receipt.time for name, receipt in receipts}
    covering = _covering_times(len(chain), receipts)
    wall, corridor = WallState(), Corridor()
    for seq, (_, record) in enumerate(chain):
        corridor = corridor.at(record)
        wall, flag = judge_wall(wall, record)
        if flag is not None:
            ledger.fail(CheckId.CLOCK, f"record {seq}: {flag.why}", AtRecord(seq))
        if record.anchor in times:
            corridor = corridor.after(record, times[record.anchor])
        if (covered := covering[seq]) is not None:
            corridor = corridor.before(record, covered)
        if corridor.excess:
            seconds = corridor.excess / 1e6
            why = f"its time contradicts the receipts around it by {seconds:.1f} s"
            ledger.fail(CheckId.CLOCK, f"record {seq}: {why}", AtRecord(seq))
            corridor = Corridor()


def _covering_times(records: int, receipts: Receipts) -> list[int | None]:
    """For each record the time of the first receipt whose ``size`` includes it."""
    times: list[int | None] = []
    for _, receipt in receipts:
        times.extend([receipt.time] * (min(receipt.size, records) - len(times)))
    return times + [None] * (records - len(times))


# (7) the pieces


def check_references(ledger: Ledger, chain: Chain) -> list[BlobReference]:
    """(7) The pieces committed to, each once. A hash has one place, and a place one hash."""
    pieces: dict[BlobReference, None] = {}
    hashes: set[str] = set()
    places: set[tuple[str, int]] = set()
    for seq, (_, record) in enumerate(chain):
        for blob in blobs_of(record.body):
            if blob in pieces:
                continue
            place = (blob.stream, blob.stream_seq)
            if blob.sha256 in hashes or place in places:
                why = f"record {seq}: {_name(blob)} was committed to in another way"
                ledger.fail(CheckId.BLOB, why, AtRecord(seq))
            pieces[blob] = None
            hashes.add(blob.sha256)
            places.add(place)
    return list(pieces)


def check_blobs(
    ledger: Ledger,
    bundle: Bundle,
    references: list[BlobReference],
    policy: Keyring | None,
    gone: Gone,
    meter: Meter,
) -> None:
    """(7) Every piece is there, as committed, and sealed to a key of the policy; or it is
    gone, and a certificate says so.
    """
    names = bundle.blob_names()
    kids = {key.kid for key in policy.evidence_keys} if policy else set[str]()
    ledger.look(CheckId.BLOB, len(references))
    for blob in references:
        if blob in gone.by:
            if blob.sha256 in names:
                why = f"{_name(blob)}: here, though certificate {gone.by[blob]} destroyed it"
                ledger.fail(CheckId.BLOB, why, _place(blob))
        elif blob.sha256 not in names:
            why = f"{_name(blob)}: committed but missing"
            ledger.fail(CheckId.BLOB, why, _place(blob))
        elif fault := _blob_fault(bundle, blob, kids):
            ledger.fail(CheckId.BLOB, f"{_name(blob)}: {fault}", _place(blob))
        meter.step()


def check_unclaimed(ledger: Ledger, bundle: Bundle, references: list[BlobReference]) -> None:
    """(7) No piece is there that no record commits to."""
    for name in sorted(bundle.blob_names() - {blob.sha256 for blob in references}):
        ledger.fail(CheckId.BLOB, f"blobs/{name}: no record commits to it")


def _blob_fault(bundle: Bundle, blob: BlobReference, kids: set[str]) -> str | None:
    if bundle.size(BLOBS + blob.sha256) != blob.size:
        return f"not the {blob.size} bytes committed"
    try:
        data = bundle.read(BLOBS + blob.sha256)
        header = read_header(data)
    except (UnreadableBundle, SealError) as error:
        return str(error)
    if sha256_hex(data) != blob.sha256:
        return "changed since it was committed"
    if header.kid not in kids:
        return f"sealed to key {header.kid}, which is not the policy's"
    return None


def _name(blob: BlobReference) -> str:
    return f"{blob.stream} {blob.stream_seq} ({blob.sha256[:16]}…)"


def _place(blob: BlobReference) -> AtPiece:
    return AtPiece(blob.stream, blob.stream_seq)


# (9) the anchors


def check_anchors(ledger: Ledger, chain: Chain, receipts: Receipts) -> None:
    """(9) Records name receipts that were there, in their order."""
    order: dict[str, int] = {}
    for number, (name, _) in enumerate(receipts):
        order.setdefault(name, number)
    newest = -1
    for seq, (_, record) in enumerate(chain):
        ledger.look(CheckId.ANCHOR)
        number = order.get(record.anchor or "")
        if record.anchor is None and newest < 0:
            continue
        if record.anchor is None:
            why = "no anchor after one was held"
        elif number is None:
            why = "anchored to an unknown receipt"
        elif number < newest:
            why = "anchored to an older receipt again"
        elif receipts[number][1].size > seq:
            why = "anchored to a receipt that covers it"
        else:
            newest = number
            continue
        ledger.fail(CheckId.ANCHOR, f"record {seq}: {why}", AtRecord(seq))


# (10) the end


def check_complete(ledger: Ledger, chain: Chain, references: list[BlobReference]) -> None:
    """(10) The last record is a close, nothing is left out, and the counts are right."""
    ledger.look(CheckId.COMPLETE)
    last = chain[-1][1].body if chain else None
    if not isinstance(last, Close):
        ledger.fail(CheckId.COMPLETE, "incomplete: the last record is not a close")
    expected: Counter[str] = Counter()
    for blob in references:
        if blob.stream_seq != expected[blob.stream]:
            where = (
                f"{blob.stream}: piece {blob.stream_seq} where {expected[blob.stream]} is due"
            )
            ledger.fail(CheckId.COMPLETE, where, _place(blob))
        expected[blob.stream] = blob.stream_seq + 1
    if isinstance(last, Close):
        if {name: n for name, n in last.segments.items() if n} != dict(expected):
            ledger.fail(CheckId.COMPLETE, "the close counts other pieces than there are")
        incidents = {r.body.id for _, r in chain if isinstance(r.body, Incident)}
        if last.incidents != len(incidents):
            ledger.fail(CheckId.COMPLETE, "the close counts other incidents than there are")

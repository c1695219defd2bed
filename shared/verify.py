"""The offline verifier: does this bundle hold, and if not, where does it fail?

The checks are numbered as in the specification (``shared/README.md``, *Verification*):
1 to 8 are the server's own, made again from the bundle alone; 0 is the container, 9 the
anchors and 10 whether the session is complete. A check that fails says where; the ones
after it still run as far as the bundle allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from shared.bundle import BLOBS, FILES, MANIFEST, BundleReader, Manifest, UnreadableBundle
from shared.chain import Accepted, ChainState, accept
from shared.clock import Corridor, WallState, judge_wall
from shared.encoding import ZERO_HASH, EncodingError, from_base64, sha256_hex
from shared.policy import Policy, PolicyError, decode_policy
from shared.receipts import Grant, MalformedReceipt, Receipt, decode_grant, decode_receipt
from shared.records import BlobReference, Close, Gap, Incident, Open, Record, blobs_of
from shared.sealing import SealError, read_header
from shared.signed import (
    Domain,
    MalformedLine,
    Signed,
    fingerprint,
    holds,
    parse_line,
    parse_lines,
)
from shared.verdict import CheckId, Ledger, Verdict

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Founding:
    """What a session stands on, each ``None`` where it could not be read."""

    policy: Policy | None
    policy_hash: str
    grant: Grant | None
    grant_hash: str


def verify_bundle(path: Path, pinned: str | None = None) -> Verdict:
    """Check a bundle; ``pinned`` is the fingerprint of the institution's key where known.

    Raises:
        UnreadableBundle: there is nothing that could be checked.
    """
    reader = BundleReader(path)
    try:
        return _verify(reader, pinned)
    finally:
        reader.close()


def _verify(reader: BundleReader, pinned: str | None) -> Verdict:
    ledger = Ledger()
    manifest, key = _check_container(ledger, reader, pinned)
    files = _check_files(ledger, reader, manifest)
    founding = _check_founding(ledger, files, manifest.session, key)
    chain = _check_chain(ledger, files["records.signed"], founding)
    _check_forks(ledger, files["forks.signed"])
    receipts = _check_receipts(ledger, files["receipts.signed"], manifest.session, key)
    _check_clocks(ledger, chain, receipts)
    references = [blob for _, record in chain for blob in blobs_of(record.body)]
    _check_blobs(ledger, reader, references, founding.policy)
    _check_coverage(ledger, chain, receipts, references)
    _check_anchors(ledger, chain, receipts)
    _check_complete(ledger, chain, references)
    return Verdict(
        session=manifest.session,
        key_fingerprint=fingerprint(key),
        pinned=pinned is not None,
        results=ledger.results(),
        records=len(chain),
        blobs=len(references),
        gaps=sum(isinstance(record.body, Gap) for _, record in chain),
    )


# (0) the container


def _check_container(
    ledger: Ledger, reader: BundleReader, pinned: str | None
) -> tuple[Manifest, bytes]:
    ledger.look(CheckId.CONTAINER)
    try:
        signed = parse_line(reader.read(MANIFEST))
        manifest = msgspec.json.decode(signed.payload, type=Manifest)
        key = from_base64(manifest.institution_key)
    except (MalformedLine, msgspec.DecodeError, UnicodeDecodeError, EncodingError) as error:
        raise UnreadableBundle(f"{MANIFEST} is not a manifest: {error}") from error
    if not holds(signed, Domain.BUNDLE, key):
        ledger.fail(CheckId.CONTAINER, f"{MANIFEST}: the signature does not hold")
    if pinned is not None and fingerprint(key) != pinned:
        ledger.fail(
            CheckId.CONTAINER, f"signed by key {fingerprint(key)}, not by the key given"
        )
    if reader.duplicated:
        ledger.fail(CheckId.CONTAINER, "a name stands in the zip more than once")
    for name in reader.unexpected():
        ledger.fail(CheckId.CONTAINER, f"{name!r} does not belong in a bundle")
    return manifest, key


def _check_files(ledger: Ledger, reader: BundleReader, manifest: Manifest) -> dict[str, bytes]:
    files: dict[str, bytes] = dict.fromkeys(FILES, b"")
    for name in sorted({*FILES, *manifest.files}):
        ledger.look(CheckId.CONTAINER)
        entry = manifest.files.get(name)
        if entry is None or name not in files:
            ledger.fail(CheckId.CONTAINER, f"{name}: the manifest should not differ on it")
            continue
        try:
            data = reader.read(name)
        except UnreadableBundle as error:
            ledger.fail(CheckId.CONTAINER, str(error))
            continue
        if entry.size != len(data) or entry.sha256 != sha256_hex(data):
            ledger.fail(CheckId.CONTAINER, f"{name}: changed since it was exported")
        files[name] = data
    return files


# (1) the session comes from the grant, and policy and grant from the institution


def _check_founding(
    ledger: Ledger, files: dict[str, bytes], session: str, key: bytes
) -> _Founding:
    ledger.look(CheckId.SESSION, 2)
    policy, policy_hash = _read_one(
        ledger, files, "policy.signed", Domain.POLICY, key, decode_policy
    )
    grant, grant_hash = _read_one(
        ledger, files, "grant.signed", Domain.GRANT, key, decode_grant
    )
    if grant is not None and grant.session != session:
        ledger.fail(CheckId.SESSION, f"grant.signed: of session {grant.session}")
    if grant is not None and grant.policy != policy_hash:
        ledger.fail(CheckId.SESSION, "grant.signed: grants another policy")
    return _Founding(policy, policy_hash, grant, grant_hash)


def _read_one(
    ledger: Ledger,
    files: dict[str, bytes],
    name: str,
    domain: Domain,
    key: bytes,
    decode: Callable[[bytes], _T],
) -> tuple[_T | None, str]:
    try:
        signed = parse_line(files[name])
        value = decode(signed.payload)
    except (MalformedLine, MalformedReceipt, PolicyError) as error:
        ledger.fail(CheckId.SESSION, f"{name}: {error}")
        return None, ZERO_HASH
    if not holds(signed, domain, key):
        ledger.fail(CheckId.SESSION, f"{name}: not signed by the institution's key")
    return value, signed.hash


# (1) to (6) every record against the one before it


def _check_chain(
    ledger: Ledger, data: bytes, founding: _Founding
) -> list[tuple[Signed, Record]]:
    chain: list[tuple[Signed, Record]] = []
    if founding.grant is None:
        return chain
    try:
        state = ChainState(founding.grant.session, from_base64(founding.grant.public_key))
    except EncodingError as error:
        ledger.fail(CheckId.KEY, f"grant.signed: the session's key is {error}")
        return chain
    for signed in _lines(ledger, CheckId.SIGNATURE, "records.signed", data):
        match accept(state, signed):
            case Accepted(state=state, record=record):
                chain.append((signed, record))
            case refused:
                where = f"record {state.size}: {refused.why}; the rest is not judged"
                ledger.fail(CheckId(refused.check), where)
                break
    for check in CHAIN_CHECKS:
        ledger.look(check, len(chain))
    if chain:
        _check_open(ledger, chain[0][1], founding)
    return chain


CHAIN_CHECKS = (
    CheckId.SESSION,
    CheckId.KEY,
    CheckId.SIGNATURE,
    CheckId.ORDER,
    CheckId.LINK,
    CheckId.CLOCK,
)


def _check_open(ledger: Ledger, record: Record, founding: _Founding) -> None:
    assert isinstance(record.body, Open)  # the chain begins with nothing else
    if record.body.policy != founding.policy_hash:
        ledger.fail(CheckId.SESSION, "record 0: opened under another policy")
    if record.body.grant != founding.grant_hash:
        ledger.fail(CheckId.SESSION, "record 0: opened under another grant")


def _lines(ledger: Ledger, check: CheckId, name: str, data: bytes) -> Iterator[Signed]:
    """The signed lines of a file; where they stop being lines is a failure of ``check``."""
    try:
        yield from parse_lines(data)
    except MalformedLine as error:
        ledger.fail(check, f"{name}: {error}")


def _check_forks(ledger: Ledger, data: bytes) -> None:
    for signed in _lines(ledger, CheckId.ORDER, "forks.signed", data):
        ledger.fail(CheckId.ORDER, f"a fork: record {signed.hash} took a number already taken")


# (8) receipts: signed, in a row, about this chain


def _check_receipts(
    ledger: Ledger, data: bytes, session: str, key: bytes
) -> list[tuple[Signed, Receipt]]:
    receipts: list[tuple[Signed, Receipt]] = []
    prev = ZERO_HASH
    for signed in _lines(ledger, CheckId.DURABLE, "receipts.signed", data):
        ledger.look(CheckId.DURABLE)
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
        receipts.append((signed, receipt))
        prev = signed.hash
    return receipts


def _check_coverage(
    ledger: Ledger,
    chain: list[tuple[Signed, Record]],
    receipts: list[tuple[Signed, Receipt]],
    references: list[BlobReference],
) -> None:
    heads = [ZERO_HASH, *(signed.hash for signed, _ in chain)]
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
            ledger.fail(CheckId.DURABLE, f"no receipt lists {_name(blob)} as durable")


# (6) the clocks


def _check_clocks(
    ledger: Ledger, chain: list[tuple[Signed, Record]], receipts: list[tuple[Signed, Receipt]]
) -> None:
    times = {signed.hash: receipt.time for signed, receipt in receipts}
    covering = _covering_times(len(chain), receipts)
    wall, corridor = WallState(), Corridor()
    for seq, (_, record) in enumerate(chain):
        wall, flag = judge_wall(wall, record)
        if flag is not None:
            ledger.fail(CheckId.CLOCK, f"record {seq}: {flag.why}")
        if record.anchor in times:
            corridor = corridor.after(record, times[record.anchor])
        if (covered := covering[seq]) is not None:
            corridor = corridor.before(record, covered)
        if corridor.excess:
            seconds = corridor.excess / 1e6
            why = f"its time contradicts the receipts around it by {seconds:.1f} s"
            ledger.fail(CheckId.CLOCK, f"record {seq}: {why}")
            corridor = Corridor()


def _covering_times(records: int, receipts: list[tuple[Signed, Receipt]]) -> list[int | None]:
    """For each record the time of the first receipt whose ``size`` includes it."""
    times: list[int | None] = []
    for _, receipt in receipts:
        times.extend([receipt.time] * (min(receipt.size, records) - len(times)))
    return times + [None] * (records - len(times))


# (7) the pieces


def _check_blobs(
    ledger: Ledger,
    reader: BundleReader,
    references: list[BlobReference],
    policy: Policy | None,
) -> None:
    names = reader.blob_names()
    kids = {key.kid for key in policy.evidence_keys} if policy else set[str]()
    for blob in references:
        ledger.look(CheckId.BLOB)
        if blob.sha256 not in names:
            ledger.fail(CheckId.BLOB, f"{_name(blob)}: committed but missing")
            continue
        if why := _blob_fault(reader, blob, kids):
            ledger.fail(CheckId.BLOB, f"{_name(blob)}: {why}")
    chain_whole = not ledger.failed(*CHAIN_CHECKS)
    for name in sorted(names - {blob.sha256 for blob in references}) if chain_whole else ():
        ledger.fail(CheckId.BLOB, f"blobs/{name}: no record commits to it")


def _blob_fault(reader: BundleReader, blob: BlobReference, kids: set[str]) -> str | None:
    if reader.size(BLOBS + blob.sha256) != blob.size:
        return f"not the {blob.size} bytes committed"
    try:
        data = reader.read(BLOBS + blob.sha256)
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


# (9) the anchors


def _check_anchors(
    ledger: Ledger, chain: list[tuple[Signed, Record]], receipts: list[tuple[Signed, Receipt]]
) -> None:
    order = {signed.hash: number for number, (signed, _) in enumerate(receipts)}
    newest = -1
    for seq, (_, record) in enumerate(chain):
        ledger.look(CheckId.ANCHOR)
        if record.anchor is None:
            if newest >= 0:
                ledger.fail(CheckId.ANCHOR, f"record {seq}: no anchor after one was held")
            continue
        number = order.get(record.anchor)
        if number is None:
            ledger.fail(CheckId.ANCHOR, f"record {seq}: anchored to an unknown receipt")
        elif number < newest:
            ledger.fail(CheckId.ANCHOR, f"record {seq}: anchored to an older receipt again")
        elif receipts[number][1].size > seq:
            ledger.fail(CheckId.ANCHOR, f"record {seq}: anchored to a receipt that covers it")
        else:
            newest = number


# (10) the end


def _check_complete(
    ledger: Ledger, chain: list[tuple[Signed, Record]], references: list[BlobReference]
) -> None:
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
            ledger.fail(CheckId.COMPLETE, where)
        expected[blob.stream] = blob.stream_seq + 1
    if isinstance(last, Close):
        if {name: n for name, n in last.segments.items() if n} != dict(expected):
            ledger.fail(CheckId.COMPLETE, "the close counts other pieces than there are")
        incidents = {r.body.id for _, r in chain if isinstance(r.body, Incident)}
        if last.incidents != len(incidents):
            ledger.fail(CheckId.COMPLETE, "the close counts other incidents than there are")

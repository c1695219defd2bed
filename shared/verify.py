"""The offline verifier: does this bundle hold, and if not, where does it fail?

The checks are numbered as in the specification (``shared/README.md``, *Verification*):
1 to 8 are the server's own, made again from the bundle alone; 0 is the container, 9 the
anchors and 10 whether the session is complete. A check that fails says where; the others
go on from what the bytes say, and what cannot be read counts as not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from shared.bundle import (
    CERTIFICATES,
    FILES,
    MANIFEST,
    Bundle,
    BundleReader,
    Manifest,
    UnreadableBundle,
    decode_manifest,
)
from shared.certificate_checks import check_certificates
from shared.chain import Accepted, ChainState, accept
from shared.encoding import ZERO_HASH, EncodingError, sha256_hex
from shared.evidence_checks import (
    Chain,
    check_anchors,
    check_blobs,
    check_clocks,
    check_complete,
    check_coverage,
    check_receipts,
    check_references,
    check_unclaimed,
    read_lines,
)
from shared.policy import Keyring, PolicyError, decode_keyring
from shared.progress import Meter, Progress
from shared.receipts import Grant, MalformedReceipt, decode_grant
from shared.records import Gap, MalformedRecord, Open, Record, decode_record
from shared.signed import (
    Domain,
    MalformedLine,
    Signed,
    fingerprint,
    holds,
    parse_lines,
    parse_sole_line,
    read_key,
)
from shared.verdict import AtRecord, CheckId, Ledger, Verdict

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Founding:
    """What a session stands on, each ``None`` where it could not be read."""

    policy: Keyring | None
    policy_hash: str
    grant: Grant | None
    grant_hash: str


@dataclass(slots=True)
class _Judged:
    """The records that could be judged; ``whole`` where they are all there are."""

    records: Chain = field(default_factory=list[tuple[str, Record]])
    whole: bool = False


def verify_bundle(
    path: Path, pinned: str | None = None, progress: Progress | None = None
) -> Verdict:
    """Check a bundle.

    Args:
        path: the bundle, a zip.
        pinned: the fingerprint of the institution's key, where it is known.
        progress: is told now and then how far the verification is.

    Raises:
        UnreadableBundle: there is nothing that could be checked.
    """
    reader = BundleReader(path)
    try:
        return verify(reader, pinned, progress)
    finally:
        reader.close()


def verify(
    bundle: Bundle, pinned: str | None = None, progress: Progress | None = None
) -> Verdict:
    """Check what a bundle holds, wherever it lies; as ``verify_bundle``."""
    ledger = Ledger()
    manifest, key = _check_container(ledger, bundle, pinned)
    files = _check_files(ledger, bundle, manifest)
    lines = files["records.signed"].count(b"\n") + files["receipts.signed"].count(b"\n")
    meter = Meter(lines + len(bundle.blob_names()), progress)
    session = manifest.session
    founding = _check_founding(ledger, files, session, key)
    judged = _check_chain(ledger, files.pop("records.signed"), session, founding, meter)
    _check_forks(ledger, files["forks.signed"])
    receipts = check_receipts(ledger, files.pop("receipts.signed"), session, key, meter)
    chain = judged.records
    check_clocks(ledger, chain, receipts)
    references = check_references(ledger, chain)
    gone = check_certificates(ledger, files.get(CERTIFICATES, b""), session, key, chain)
    check_blobs(ledger, bundle, references, founding.policy, gone, meter)
    if judged.whole:
        check_unclaimed(ledger, bundle, references)
    check_coverage(ledger, chain, receipts, references)
    check_anchors(ledger, chain, receipts)
    check_complete(ledger, chain, references)
    meter.finish()
    return Verdict(
        session=manifest.session,
        key_fingerprint=fingerprint(key),
        pinned=pinned,
        results=ledger.results(),
        records=len(chain),
        blobs=len(references),
        gaps=sum(isinstance(record.body, Gap) for _, record in chain),
        destroyed=len(gone.by),
        certificates=gone.certificates,
        heads=tuple(name for name, _ in chain),
    )


# (0) the container


def _check_container(
    ledger: Ledger, bundle: Bundle, pinned: str | None
) -> tuple[Manifest, bytes]:
    ledger.look(CheckId.CONTAINER)
    try:
        signed = parse_sole_line(bundle.read(MANIFEST))
        manifest = decode_manifest(signed.payload)
        key = read_key(manifest.institution_key)
    except (MalformedLine, EncodingError) as error:
        raise UnreadableBundle(f"{MANIFEST} is not a manifest: {error}") from error
    if not holds(signed, Domain.BUNDLE, key):
        ledger.fail(CheckId.CONTAINER, f"{MANIFEST}: the signature does not hold")
    if pinned is not None and fingerprint(key) != pinned:
        ledger.fail(
            CheckId.CONTAINER, f"signed by key {fingerprint(key)}, not by the key given"
        )
    if bundle.duplicated:
        ledger.fail(CheckId.CONTAINER, "a name stands in the zip more than once")
    for name in bundle.unexpected():
        # In ASCII, so that a letter of another alphabet does not look like the right one.
        ledger.fail(CheckId.CONTAINER, f"{name!a} does not belong in a bundle")
    return manifest, key


def _check_files(ledger: Ledger, bundle: Bundle, manifest: Manifest) -> dict[str, bytes]:
    files: dict[str, bytes] = dict.fromkeys(FILES, b"")
    if bundle.size(CERTIFICATES) is not None or CERTIFICATES in manifest.files:
        files[CERTIFICATES] = b""
    for name in sorted({*files, *manifest.files}):
        ledger.look(CheckId.CONTAINER)
        entry = manifest.files.get(name)
        if name not in files:
            ledger.fail(CheckId.CONTAINER, f"{name!a}: the manifest names it, no bundle has it")
            continue
        try:
            data = files[name] = bundle.read(name)
        except UnreadableBundle as error:
            ledger.fail(CheckId.CONTAINER, str(error))
            continue
        if entry is None:
            ledger.fail(CheckId.CONTAINER, f"{name}: the manifest does not name it")
        elif (entry.size, entry.sha256) != (len(data), sha256_hex(data)):
            ledger.fail(CheckId.CONTAINER, f"{name}: changed since it was exported")
    return files


# (1) the session comes from the grant, and policy and grant from the institution


def _check_founding(
    ledger: Ledger, files: dict[str, bytes], session: str, key: bytes
) -> _Founding:
    ledger.look(CheckId.SESSION, 2)
    policy, policy_hash = _read_one(
        ledger, files, "policy.signed", Domain.POLICY, key, decode_keyring
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
        signed = parse_sole_line(files[name])
        value = decode(signed.payload)
    except (MalformedLine, MalformedReceipt, PolicyError) as error:
        ledger.fail(CheckId.SESSION, f"{name}: {error}")
        return None, ZERO_HASH
    if not holds(signed, domain, key):
        ledger.fail(CheckId.SESSION, f"{name}: not signed by the institution's key")
    return value, signed.hash


# (1) to (6) every record against the one before it


def _check_chain(
    ledger: Ledger, data: bytes, session: str, founding: _Founding, meter: Meter
) -> _Judged:
    if founding.grant is None:
        return _Judged()
    try:
        state = ChainState(session, read_key(founding.grant.public_key))
    except EncodingError as error:
        ledger.fail(CheckId.KEY, f"grant.signed: the session's key is {error}")
        return _Judged()
    judged = _follow(ledger, data, state, meter)
    for check in CHAIN_CHECKS:
        ledger.look(check, len(judged.records))
    if judged.records:
        _check_open(ledger, judged.records[0][1], founding)
    return judged


def _follow(ledger: Ledger, data: bytes, state: ChainState, meter: Meter) -> _Judged:
    judged = _Judged()
    try:
        for signed in parse_lines(data):
            meter.step()
            match accept(state, signed):
                case Accepted(state=state, record=record):
                    judged.records.append((state.head, record))
                case refused:
                    why = f"record {state.size}: {refused.why}; the rest is not judged"
                    ledger.fail(CheckId(refused.check), why, AtRecord(state.size))
                    return judged
    except MalformedLine as error:
        ledger.fail(CheckId.SIGNATURE, f"records.signed: {error}; the rest is not judged")
        return judged
    judged.whole = True
    return judged


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
        ledger.fail(CheckId.SESSION, "record 0: opened under another policy", AtRecord(0))
    if record.body.grant != founding.grant_hash:
        ledger.fail(CheckId.SESSION, "record 0: opened under another grant", AtRecord(0))


def _check_forks(ledger: Ledger, data: bytes) -> None:
    for signed in read_lines(ledger, CheckId.ORDER, "forks.signed", data):
        why = f"a fork: record {signed.hash} took a number already taken"
        ledger.fail(CheckId.ORDER, why, _taken(signed))


def _taken(fork: Signed) -> AtRecord | None:
    try:
        return AtRecord(decode_record(fork.payload).seq)
    except MalformedRecord:
        return None

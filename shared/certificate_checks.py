"""Check 7's part about what was destroyed: a certificate's word for each piece that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.certificate import (
    Certificate,
    EvidenceKind,
    MalformedCertificate,
    decode_certificate,
    destroyed_of,
    pieces_by_kind,
)
from shared.encoding import ZERO_HASH
from shared.records import BlobReference, Record, blobs_of
from shared.signed import Domain, MalformedLine, Signed, holds, parse_lines
from shared.verdict import CheckId, Ledger

Chain = Sequence[tuple[str, Record]]


@dataclass(frozen=True, slots=True)
class Gone:
    """What certificates that hold say: the number of the one that names each piece."""

    by: dict[BlobReference, int] = field(default_factory=dict[BlobReference, int])
    certificates: int = 0


class _Wrong(Exception):
    """A certificate does not hold; the message says why."""


def check_certificates(
    ledger: Ledger, data: bytes, session: str, key: bytes, chain: Chain
) -> Gone:
    """(7) Every certificate is the institution's, of this chain, and names its pieces.

    Up to the first that does not hold; what later ones name counts as missing.
    """
    gone = Gone()
    if not data:
        return gone
    committed = _Committed(chain)
    try:
        for number, signed in enumerate(parse_lines(data)):
            ledger.look(CheckId.BLOB)
            certificate = _read(signed, key)
            _agrees(certificate, number, session, committed.heads)
            for piece in _named(certificate, committed):
                gone.by.setdefault(piece, number)
            gone = Gone(gone.by, number + 1)
    except MalformedLine as error:
        ledger.fail(CheckId.BLOB, f"certificates.signed: {error}")
    except _Wrong as error:
        ledger.fail(CheckId.BLOB, f"certificate {gone.certificates}: {error}")
    return gone


class _Committed:
    """What a chain's records commit to, sorted once for all certificates."""

    def __init__(self, chain: Chain) -> None:
        # By the number of records: the hash of the last of them.
        self.heads = [ZERO_HASH, *(head for head, _ in chain)]
        self._by_kind = pieces_by_kind(record for _, record in chain)
        self._first: dict[BlobReference, int] = {}
        for number, (_, record) in enumerate(chain):
            for piece in blobs_of(record.body):
                self._first.setdefault(piece, number)

    def pieces(self, kind: EvidenceKind, size: int) -> list[BlobReference]:
        """Those of a kind to which the first ``size`` records commit, by ``stream_seq``."""
        every = self._by_kind.get(kind, ())
        return [piece for piece in every if self._first[piece] < size]


def _read(signed: Signed, key: bytes) -> Certificate:
    try:
        certificate = decode_certificate(signed.payload)
    except MalformedCertificate as error:
        raise _Wrong(str(error)) from error
    if not holds(signed, Domain.CERTIFICATE, key):
        raise _Wrong("not signed by the institution's key")
    return certificate


def _agrees(certificate: Certificate, number: int, session: str, heads: Sequence[str]) -> None:
    if certificate.session != session:
        raise _Wrong(f"of session {certificate.session}")
    if certificate.n != number:
        raise _Wrong(f"it is numbered {certificate.n}")
    if certificate.size >= len(heads) or heads[certificate.size] != certificate.head:
        raise _Wrong("of another chain than this")


def _named(certificate: Certificate, committed: _Committed) -> list[BlobReference]:
    """The pieces that the certificate speaks of, by its kinds."""
    found: list[BlobReference] = []
    for one in certificate.destroyed:
        if one.kind is EvidenceKind.RECORDS:
            raise _Wrong("it says that the records are destroyed, and they are here")
        pieces = committed.pieces(one.kind, certificate.size)
        if destroyed_of(one.kind, pieces, one.below) != one:
            raise _Wrong(f"it names other pieces of {one.kind} than records commit to")
        found += [p for p in pieces if one.below is None or p.stream_seq < one.below]
    return found

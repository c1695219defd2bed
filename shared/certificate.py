"""Certificates of deletion: what was destroyed of a session's evidence, when and why.

The chain goes on proving that the evidence existed; a certificate, signed by the institution,
says that it exists no longer. It names pieces by kind, so that it is one line whatever the
session's length, and binds itself to the chain by its head and to the pieces by their digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.encoding import sha256_hex
from shared.records import (
    BlobReference,
    Count,
    Enrolment,
    Hash,
    Id,
    Incident,
    Micros,
    Record,
    blobs_of,
)
from shared.strict_json import NotStrict, check

CERTIFICATE_VERSION = 1

# A reason is a sentence or two.
MAX_WHY_CHARS = 500


class EvidenceKind(StrEnum):
    """What a session's evidence is made of, as far as it is kept and destroyed apart."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN = "screen"
    SNAPSHOTS = "snapshots"
    IDENTITY = "identity"
    RECORDS = "records"


# What is sealed in pieces; records are the chain itself.
SEALED = tuple(kind for kind in EvidenceKind if kind is not EvidenceKind.RECORDS)

# Attachments are kept by what they show.
BY_ROLE = {
    "snapshot": EvidenceKind.SNAPSHOTS,
    "clip": EvidenceKind.SNAPSHOTS,
    "photo": EvidenceKind.IDENTITY,
    "document": EvidenceKind.IDENTITY,
}


class Destroyed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of one kind is gone: all of it, or what stands before ``below`` in its stream.

    ``pieces`` and ``bytes`` are what records commit to, ``digest`` is of their hashes; of the
    records themselves, their number, the bytes of their payloads and the digest of theirs.
    """

    kind: EvidenceKind
    pieces: Count
    bytes: Count
    digest: Hash
    below: Count | None = None


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """The ``n``-th certificate of a session: ``destroyed`` is of its first ``size`` records,
    the last of them hashed ``head``. ``by`` is an account's id or a word, as in the log.
    """

    v: int = CERTIFICATE_VERSION
    institution: Id
    session: Id
    n: Count
    size: Count
    head: Hash
    time: Micros
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_WHY_CHARS)]
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    destroyed: Annotated[tuple[Destroyed, ...], msgspec.Meta(min_length=1)]


class MalformedCertificate(ValueError):
    """The bytes are not a certificate of version 1; the message says why."""


_decoder = msgspec.json.Decoder(Certificate)


def encode_certificate(certificate: Certificate) -> bytes:
    """The bytes that the institution's key signs."""
    return msgspec.json.encode(certificate)


def decode_certificate(data: bytes) -> Certificate:
    """Read a certificate.

    Raises:
        MalformedCertificate: it has not one meaning, is of another kind or version.
    """
    try:
        check(data, CERTIFICATE_VERSION)
        return _decoder.decode(data)
    except (NotStrict, msgspec.DecodeError) as error:
        raise MalformedCertificate(f"not a certificate: {error}") from error


def digest_of(hashes: Iterable[str]) -> str:
    """What stands for many hashes in a certificate: the SHA-256 of them, a line feed each."""
    return sha256_hex("".join(f"{name}\n" for name in hashes).encode("ascii"))


def pieces_by_kind(records: Iterable[Record]) -> Mapping[EvidenceKind, list[BlobReference]]:
    """The pieces that records commit to, by kind, each once and in order of ``stream_seq``.

    A piece that several records name is of the kind that the first of them says.
    """
    kinds: dict[BlobReference, EvidenceKind] = {}
    for record in records:
        body = record.body
        references = blobs_of(body)
        if isinstance(body, Incident | Enrolment):
            roles = (BY_ROLE[attachment.role] for attachment in body.attachments)
        else:
            roles = (EvidenceKind(piece.stream) for piece in references)
        for piece, kind in zip(references, roles, strict=True):
            kinds.setdefault(piece, kind)
    found: dict[EvidenceKind, list[BlobReference]] = {}
    for piece, kind in sorted(kinds.items(), key=lambda item: item[0].stream_seq):
        found.setdefault(kind, []).append(piece)
    return found


def destroyed_of(
    kind: EvidenceKind, pieces: Iterable[BlobReference], below: int | None = None
) -> Destroyed:
    """What a certificate says of these pieces of a kind, in order of ``stream_seq``."""
    chosen = [piece for piece in pieces if below is None or piece.stream_seq < below]
    return Destroyed(
        kind=kind,
        pieces=len(chosen),
        bytes=sum(piece.size for piece in chosen),
        digest=digest_of(piece.sha256 for piece in chosen),
        below=below,
    )

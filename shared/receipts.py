"""Receipts: what the server has made durable, signed by the institution's key.

``size`` and ``head`` name the chain as the server holds it; ``durable`` lists the blobs
that became durable since the receipt before (``prev``); ``missing`` the oldest committed
blobs that the server does not hold yet. ``time`` is the server's clock in microseconds.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from shared.records import Count, Hash, Id, Micros
from shared.strict_json import NotStrict, check

RECEIPT_VERSION = 1

# Enough for the recorder to know what to send next; the rest follows when these are there.
MAX_MISSING = 64


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A promise: these records and blobs are on the server's disk."""

    v: int = RECEIPT_VERSION
    session: Id
    size: Count
    head: Hash
    time: Micros
    prev: Hash
    durable: tuple[Hash, ...]
    missing: tuple[Hash, ...]


class Grant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The institution's word that a session belongs to an enrolment and a first key.

    ``policy`` is the hash of the signed policy's payload, ``public_key`` the Ed25519 key
    of epoch 0 (base64url), ``issued`` the server's clock in microseconds.
    """

    v: int = RECEIPT_VERSION
    session: Id
    exam: str
    candidate: str
    policy: Hash
    public_key: str
    issued: Micros


class MalformedReceipt(ValueError):
    """The bytes are not a receipt (or grant) of version 1; the message says why."""


_T = TypeVar("_T", Receipt, Grant)

_receipts = msgspec.json.Decoder(Receipt)
_grants = msgspec.json.Decoder(Grant)


def encode_receipt(receipt: Receipt | Grant) -> bytes:
    """The bytes that the institution's key signs."""
    return msgspec.json.encode(receipt)


def decode_receipt(data: bytes) -> Receipt:
    """Read a receipt.

    Raises:
        MalformedReceipt: not JSON, not a receipt, or of another version.
    """
    return _versioned(_receipts, data, "receipt")


def decode_grant(data: bytes) -> Grant:
    """Read a grant.

    Raises:
        MalformedReceipt: not JSON, not a grant, or of another version.
    """
    return _versioned(_grants, data, "grant")


def _versioned(decoder: msgspec.json.Decoder[_T], data: bytes, what: str) -> _T:
    try:
        check(data, RECEIPT_VERSION)
        return decoder.decode(data)
    except (NotStrict, msgspec.DecodeError) as error:
        raise MalformedReceipt(f"not a {what}: {error}") from error

"""The pieces of evidence that records commit to, and checks 7 and 10."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from second_verifier.bundle import Bundle
from second_verifier.text import sha256

MAGIC = b"IVS1"
WRAPPED = 1_168
SMALLEST = 4 + 32 + 2 + WRAPPED + 12 + 16


@dataclass(frozen=True, slots=True)
class Piece:
    """One sealed piece as a record commits to it."""

    stream: str
    stream_seq: int
    sha256: str
    size: int


def committed(chain: list[dict[str, Any]]) -> list[Piece]:
    """The pieces that the records commit to, in their order, each once."""
    return list(dict.fromkeys(piece for record in chain for piece in named(record)))


def named(record: dict[str, Any]) -> Iterator[Piece]:
    """The pieces that one record names, in its order."""
    body = record["body"]
    if record["type"] == "segment":
        yield _piece(body["stream"], body)
    elif record["type"] in {"incident", "enrolment"}:
        yield from (_piece("attachment", item) for item in body.get("attachments", ()))


def _piece(stream: str, body: dict[str, Any]) -> Piece:
    return Piece(stream, body["stream_seq"], body["sha256"], body["size"])


def ambiguous(wanted: list[Piece]) -> str:
    """Check 7: has every hash one place, and every place one hash?"""
    if len({piece.sha256 for piece in wanted}) < len(wanted):
        return "a hash has two meanings"
    if len({(piece.stream, piece.stream_seq) for piece in wanted}) < len(wanted):
        return "a place has two pieces"
    return ""


def unclaimed(bundle: Bundle, wanted: list[Piece]) -> str:
    """Check 7: is a piece there that no record commits to?"""
    extra = bundle.blobs - {piece.sha256 for piece in wanted}
    return f"no record commits to {min(extra)}" if extra else ""


def absent(bundle: Bundle, wanted: list[Piece], kids: frozenset[str]) -> str:
    """Check 7: is every piece there, as committed and sealed?"""
    for piece in wanted:
        if piece.sha256 not in bundle.blobs:
            return f"{piece.stream} {piece.stream_seq} is missing"
        data = bundle.content(f"blobs/{piece.sha256}")
        if len(data) != piece.size or sha256(data) != piece.sha256:
            return f"{piece.stream} {piece.stream_seq} is not as committed"
        if not _sealed(data, kids):
            return f"{piece.stream} {piece.stream_seq} is not sealed to a key of the policy"
    return ""


def _sealed(data: bytes, kids: frozenset[str]) -> bool:
    wrapped = int.from_bytes(data[36:38], "big")
    return (
        data[:4] == MAGIC
        and len(data) >= SMALLEST
        and wrapped == WRAPPED
        and data[4:36].hex() in kids
    )


def complete(chain: list[dict[str, Any]], wanted: list[Piece]) -> str:
    """Check 10: say what is wrong, or nothing."""
    counts: dict[str, int] = {}
    for piece in wanted:
        if piece.stream_seq != counts.get(piece.stream, 0):
            return f"{piece.stream} {piece.stream_seq} is out of order"
        counts[piece.stream] = piece.stream_seq + 1
    if not chain or chain[-1]["type"] != "close":
        return "the session has no close"
    body = chain[-1]["body"]
    incidents = {item["body"]["id"] for item in chain if item["type"] == "incident"}
    named = {stream: count for stream, count in body["segments"].items() if count}
    if named != counts or body["incidents"] != len(incidents):
        return "the counts in close are wrong"
    return ""

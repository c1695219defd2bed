"""Certificates of deletion: the part of check 7 that says which pieces may be gone."""

from typing import Any

from second_verifier import pieces, records
from second_verifier.bundle import Bundle
from second_verifier.chain import Chain
from second_verifier.lines import cut, one_line
from second_verifier.pieces import Piece
from second_verifier.text import ZERO, Malformed, is_hash, is_id, is_whole, parse, sha256

OF_ROLE = {
    "snapshot": "snapshots",
    "clip": "snapshots",
    "photo": "identity",
    "document": "identity",
}
KIND = records.one_of("camera", "microphone", "screen", "snapshots", "identity", "records")
DESTROYED = records.members(
    kind=KIND,
    pieces=is_whole,
    bytes=is_whole,
    digest=is_hash,
    **{"below?": records.or_null(is_whole)},
)
CERTIFICATE: records.Shape = {
    "v": records.exactly(1),
    "institution": is_id,
    "session": is_id,
    "n": is_whole,
    "size": is_whole,
    "head": is_hash,
    "time": is_whole,
    "why": lambda value: records.text(value) and 1 <= len(value) <= 500,  # type: ignore[arg-type]
    "by": records.word,
    "destroyed": lambda value: bool(value) and records.list_of(DESTROYED)(value),
}


def destroyed(data: bytes, session: str, key: bytes, chain: Chain) -> tuple[set[Piece], str]:
    """The pieces that certificates which hold name, and what is wrong with the first other."""
    gone: set[Piece] = set()
    for number, raw in enumerate(cut(data)):
        try:
            line = one_line(raw)
            said = records.loose(parse(line.payload), CERTIFICATE)
        except Malformed as error:
            return gone, f"certificate {number}: {error}"
        heads = [ZERO, *chain.hashes]
        if not line.signed_by(key, "certificate"):
            return gone, f"certificate {number} is not signed by the institution"
        if said["session"] != session or said["n"] != number:
            return gone, f"certificate {number} is of another session or place"
        if said["size"] >= len(heads) or heads[said["size"]] != said["head"]:
            return gone, f"certificate {number} is of another chain"
        named: set[Piece] = set()
        for one in said["destroyed"]:
            of_kind = _before(one, _of_kind(chain.records[: said["size"]], one["kind"]))
            if not _fits(one, of_kind):
                return gone, f"certificate {number} names other {one['kind']} than there are"
            named |= set(of_kind)
        gone |= named
    return gone, ""


def contradicted(bundle: Bundle, gone: set[Piece]) -> str:
    """Is a piece there that a certificate says is not?"""
    there = bundle.blobs & {piece.sha256 for piece in gone}
    return f"{min(there)} is there, and was destroyed" if there else ""


def _of_kind(chain: list[dict[str, Any]], kind: str) -> list[Piece]:
    """The kind of a piece is what the first record that names it says."""
    kinds: dict[Piece, str] = {}
    for record in chain:
        body = record["body"]
        if record["type"] == "segment":
            named = [body["stream"]]
        else:
            named = [OF_ROLE[item["role"]] for item in body.get("attachments", ())]
        for piece, own in zip(pieces.named(record), named, strict=False):
            kinds.setdefault(piece, own)
    chosen = [piece for piece, own in kinds.items() if own == kind]
    return sorted(chosen, key=lambda piece: piece.stream_seq)


def _before(said: dict[str, Any], of_kind: list[Piece]) -> list[Piece]:
    below = said.get("below")
    return [piece for piece in of_kind if below is None or piece.stream_seq < below]


def _fits(said: dict[str, Any], of_kind: list[Piece]) -> bool:
    digest = sha256("".join(piece.sha256 + "\n" for piece in of_kind).encode())
    counted = (len(of_kind), sum(piece.size for piece in of_kind), digest)
    told = (said["pieces"], said["bytes"], said["digest"])
    return said["kind"] != "records" and counted == told

"""Seals the vectors' pieces: `python -m vectors.seal`, then `python -m vectors.make`.

Sealing is random, so it is done once for each piece, and the pieces are kept. The private key
is fixed, so that whoever writes a reader can try it on them.
"""

from __future__ import annotations

from vectors.session import PIECES, SESSION

from shared.sealing import OpeningKey, Place, SealingKey

EVIDENCE, STRANGER = OpeningKey(bytes(range(96))), OpeningKey(bytes(range(96, 192)))
PLACES = (
    ("camera", 0),
    ("camera", 1),
    ("attachment", 0),
    ("attachment", 1),
    ("attachment", 2),
)


def plain(stream: str, stream_seq: int) -> bytes:
    return f"{stream} {stream_seq} of a session that never was".encode()


def write() -> None:
    PIECES.mkdir(exist_ok=True)
    (PIECES / "evidence.public").write_bytes(EVIDENCE.public_key)
    for stream, number in PLACES:
        _seal("evidence", EVIDENCE, stream, number)
    _seal("stranger", STRANGER, "camera", 1)


def _seal(name: str, key: OpeningKey, stream: str, number: int) -> None:
    """Seal a piece, unless it is there: published vectors hold its hash."""
    file = PIECES / f"{name}-{stream}-{number}.sealed"
    if file.exists():
        return
    sealed = SealingKey(key.public_key).seal(
        plain(stream, number), Place(SESSION, stream, number)
    )
    file.write_bytes(sealed)


if __name__ == "__main__":
    write()

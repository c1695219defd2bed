"""Attacks on the sealed pieces."""

from __future__ import annotations

from vectors.attack import Attack
from vectors.attacks.chain import bent, body_says
from vectors.packing import Bundle, honest, lied
from vectors.session import CAMERA, Session, piece, sha256

CAMERA_0, CAMERA_1 = sha256(piece("camera", 0)), sha256(piece("camera", 1))
PLAIN = b"not sealed at all " * 70


def lost() -> bytes:
    bundle = honest()
    del bundle.blobs[CAMERA_1]
    return bundle.packed()


def swapped() -> bytes:
    bundle = honest()
    blobs = bundle.blobs
    blobs[CAMERA_0], blobs[CAMERA_1] = blobs[CAMERA_1], blobs[CAMERA_0]
    return bundle.packed()


def content(data: bytes) -> bytes:
    bundle = honest()
    bundle.blobs[CAMERA_1] = data
    return bundle.packed()


def flipped() -> bytes:
    data = bytearray(piece("camera", 1))
    data[-1] ^= 1
    return content(bytes(data))


def extra() -> bytes:
    bundle = honest()
    bundle.blobs[sha256(PLAIN)] = PLAIN
    return bundle.packed()


def committed(data: bytes) -> bytes:
    return lied(Session(pieces={("camera", 1): data}))


def wrapped_longer() -> bytes:
    data = piece("camera", 1)
    return committed(data[:36] + (1_169).to_bytes(2, "big") + data[38:])


def one_hash_two_places() -> bytes:
    size = len(piece("camera", 0))
    session = Session(edits={CAMERA: body_says(sha256=CAMERA_0, size=size)}).written()
    bundle = Bundle.of(session)
    del bundle.blobs[CAMERA_1]
    return bundle.packed()


ATTACKS = (
    Attack("piece-missing", "a committed piece is not there", (7,), lost),
    Attack("pieces-swapped", "two pieces change names", (7,), swapped),
    Attack("piece-flipped", "one bit of a piece is another", (7,), flipped),
    Attack(
        "piece-truncated",
        "a piece is a byte short",
        (7,),
        lambda: content(piece("camera", 1)[:-1]),
    ),
    Attack("piece-extra", "a piece is there that no record commits to", (7,), extra),
    Attack(
        "piece-size-wrong",
        "a record commits to a byte more than its piece has",
        (7,),
        lambda: bent(CAMERA, body_says(size=len(piece("camera", 1)) + 1)),
    ),
    Attack(
        "piece-unsealed", "a piece is committed to unsealed", (7,), lambda: committed(PLAIN)
    ),
    Attack(
        "piece-too-short",
        "a piece begins like a sealed one and is too short for it",
        (7,),
        lambda: committed(piece("camera", 1)[:1_200]),
    ),
    Attack(
        "piece-header-wrong", "a piece's wrapped key has another length", (7,), wrapped_longer
    ),
    Attack(
        "piece-sealed-to-a-stranger",
        "a piece is sealed to a key that is not the policy's",
        (7,),
        lambda: committed(piece("camera", 1, "stranger")),
    ),
    Attack(
        "piece-in-two-places",
        "one piece is committed to as the camera's 0 and its 1",
        (7,),
        one_hash_two_places,
    ),
    Attack(
        "place-of-two-pieces",
        "two pieces are committed to as the camera's 0",
        (7, 10),
        lambda: bent(CAMERA, body_says(stream_seq=0)),
    ),
)

"""Signed lines: what is signed, under which prefix, by which key."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from second_verifier.text import Malformed, from_base64, sha256

LARGEST_PAYLOAD = 65_536


@dataclass(frozen=True, slots=True)
class Line:
    """One signed line, taken apart but not yet believed."""

    signature: bytes
    payload: bytes

    @property
    def hash(self) -> str:
        return sha256(self.payload)

    def signed_by(self, key: bytes, domain: str) -> bool:
        return holds(key, self.signature, domain, self.payload)


def holds(key: bytes, signature: bytes, domain: str, payload: bytes) -> bool:
    """Tell whether an Ed25519 signature over `invigil/<domain>/1`, zero, payload holds."""
    message = f"invigil/{domain}/1".encode() + b"\0" + payload
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def one_line(data: bytes) -> Line:
    """Take apart `base64(signature) SP payload LF`."""
    if not data.endswith(b"\n") or data.count(b"\n") != 1:
        raise Malformed("not one line")
    signature, space, payload = data[:-1].partition(b" ")
    if not space or not signature.isascii():
        raise Malformed("no signature before the payload")
    if len(payload) > LARGEST_PAYLOAD:
        raise Malformed("the payload is too large")
    return Line(from_base64(signature.decode(), 64), payload)


def cut(data: bytes) -> list[bytes]:
    """Cut a file into its lines, line feeds kept; the last may lack its own."""
    parts = data.split(b"\n")
    whole = [part + b"\n" for part in parts[:-1]]
    return [*whole, parts[-1]] if parts[-1] else whole

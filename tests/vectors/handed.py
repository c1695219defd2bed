"""What is handed over as a file of one object: a candidate's receipt, a session's certificates.

Written from the specification byte by byte, and bent on demand.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vectors.session import (
    INSTITUTION,
    ORIGIN,
    SESSION,
    Edit,
    Json,
    Rewrite,
    Session,
    fingerprint,
    hash_of,
    payload,
    public,
    sha256,
    signed,
    to_json,
)

Make = Callable[[], bytes]

LONGEST = 2 * 1024 * 1024  # bytes; neither file may be longer
OF_INSTITUTION = "0f" * 16
EXPIRED = ORIGIN + 3_000_000_000  # when the evidence was destroyed


def laid_out(file: Json) -> bytes:
    return json.dumps(file, indent=2, ensure_ascii=False).encode() + b"\n"


def text(line: bytes) -> str:
    """A signed line as it stands in such a file."""
    return line.decode().removesuffix("\n")


def padded(data: bytes, size: int) -> bytes:
    """The same object, as long as that."""
    return data + b" " * (size - len(data))


def receipt(session: Session, institution: Ed25519PrivateKey = INSTITUTION) -> Json:
    """What the recorder saves of a session of which everything was delivered."""
    said = json.loads(payload(session.receipts[-1]))
    return {
        "v": 1,
        "type": "invigil-receipt",
        "session": session.session,
        "exam": "e1",
        "title": "Algebra I",
        "candidate": "c1",
        "server": "https://exams.example.edu",
        "saved_us": ORIGIN + session.now + 5,
        "signed_us": said["time"],
        "records_made": len(session.records),
        "records_held": said["size"],
        "pieces_made": len(session.blobs),
        "pieces_held": len(session.blobs),
        "complete": True,
        "head": said["head"],
        "institution_key": public(institution),
        "institution_fingerprint": fingerprint(institution),
        "ask": {
            "institution": "Example University",
            "contact": "exams@example.edu",
            "questions": "Ask.",
            "own_copy": "Ask.",
            "appeal": "Ask.",
        },
        "policy": text(session.policy),
        "grant": text(session.grant),
        "receipt": text(session.receipts[-1]),
    }


@dataclass
class Certificates:
    """Certificates in the making: edits by number change what one says before it is signed,
    rewrites its bytes, signers who signs it, domains for what.
    """

    institution: Ed25519PrivateKey = INSTITUTION
    edits: dict[int, Edit] = field(default_factory=dict)
    rewrites: dict[int, Rewrite] = field(default_factory=dict)
    signers: dict[int, Ed25519PrivateKey] = field(default_factory=dict)
    domains: dict[int, str] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)

    def certify(self, *destroyed: Json) -> None:
        """Certify what was destroyed of the honest session."""
        records = Session().written().records
        number = len(self.lines)
        said: Json = {
            "v": 1,
            "institution": OF_INSTITUTION,
            "session": SESSION,
            "n": number,
            "size": len(records),
            "head": hash_of(records[-1]),
            "time": EXPIRED + number,
            "why": "the retention period is over",
            "by": "system",
            "destroyed": list(destroyed),
        }
        self.edits.get(number, lambda said: None)(said)
        data = self.rewrites.get(number, lambda data: data)(to_json(said))
        signer = self.signers.get(number, self.institution)
        self.lines.append(signed(signer, self.domains.get(number, "certificate"), data))

    def written(self) -> Certificates:
        """One of the camera's, one of snapshots and part of the screen's, one of all else."""
        self.certify(gone("camera", 2))
        self.certify(gone("snapshots", 1), gone("screen", 4, below=4))
        self.certify(gone("records", 11))
        return self

    def file(self) -> Json:
        return {
            "v": 1,
            "type": "invigil-certificates",
            "institution_key": public(self.institution),
            "certificates": [text(line) for line in self.lines],
        }


def gone(kind: str, pieces: int, **more: object) -> Json:
    """What a certificate says of a kind; alone, nobody can say whether it is true."""
    digest = sha256(f"{kind} {pieces}".encode())
    return {"kind": kind, "pieces": pieces, "bytes": 1_000 * pieces, "digest": digest, **more}


@dataclass(frozen=True, slots=True)
class Bending:
    """The ways to change such a file in what is not signed of it."""

    honest: Callable[[], Json]

    def rewritten(self, rewrite: Rewrite) -> Make:
        return lambda: rewrite(laid_out(self.honest()))

    def edited(self, edit: Edit) -> Make:
        def make() -> bytes:
            file = self.honest()
            edit(file)
            return laid_out(file)

        return make

    def says(self, **members: object) -> Make:
        return self.edited(lambda file: file.update(members))

    def without(self, name: str) -> Make:
        return self.edited(lambda file: file.pop(name))


# Ways in which such a file's text is bent, whatever it says: each has no one meaning, or is
# cut. In the text as it is laid out, `"v": 1` stands first.
def _first(more: bytes) -> Rewrite:
    return lambda data: data.replace(b'"v": 1', more + b'"v": 1', 1)


def nested(depth: int) -> bytes:
    return b'"x": ' + b"[" * depth + b"]" * depth + b", "


UNREADABLE: tuple[tuple[str, str, Rewrite], ...] = (
    ("empty", "there is nothing in it", lambda data: b""),
    ("not-json", "it begins like an object, and is text", lambda data: b"{an object}"),
    ("cut", "its second half is lost", lambda data: data[: len(data) // 2]),
    ("cut-by-a-brace", "its last brace is lost", lambda data: data.rstrip()[:-1]),
    ("two-objects", "it is there twice", lambda data: data + data),
    ("array", "it stands in an array", lambda data: b"[" + data + b"]"),
    ("byte-order-mark", "it begins with a byte order mark",
     lambda data: b"\xef\xbb\xbf" + data),
    ("spaces-before", "it begins with a space", lambda data: b" " + data),
    ("utf-16", "it is in UTF-16", lambda data: data.decode().encode("utf-16-le")),
    ("not-utf-8", "a member that nobody knows is not UTF-8", _first(b'"x": "\xff", ')),
    ("lone-surrogate", "a member that nobody knows has half a surrogate pair",
     _first(b'"x": "\\udc00", ')),
    ("number-beyond-a-double", "a member that nobody knows is 1e400", _first(b'"x": 1e400, ')),
    ("nan", "a member that nobody knows is NaN", _first(b'"x": NaN, ')),
    ("comma-at-the-end", "a comma follows the last member",
     lambda data: data.rstrip()[:-1] + b",}"),
    ("repeats-a-member", "it says its version twice", _first(b'"v": 1, ')),
    ("repeats-an-unknown-member", "a member that nobody knows stands twice",
     _first(b'"x": 1, "\\u0078": 2, ')),
    ("repeats-a-key", "it names two keys of the institution, the later the right one",
     _first(b'"institution_key": "A", ')),
    ("nested-65", "it nests one deeper than is allowed", _first(nested(64))),
    ("nested-10000", "it nests 10,000 deep", _first(nested(10_000))),
    ("nested-without-end", "it nests 100,000 deep and is cut there",
     lambda data: b'{"type":' * 100_000),
    ("of-version-2", "it is of version 2", lambda data: data.replace(b'"v": 1', b'"v": 2', 1)),
    ("of-version-1.0", "its version has a fraction",
     lambda data: data.replace(b'"v": 1', b'"v": 1.0', 1)),
    ("without-version", "it names no version",
     lambda data: data.replace(b'"v": 1,', b"", 1)),
    ("of-a-byte-too-much", "it is a byte longer than it may be",
     lambda data: padded(data, LONGEST + 1)),
    ("of-10-mb", "it is 10 MB long", lambda data: padded(data, 10_000_000)),
)  # fmt: skip

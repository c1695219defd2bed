"""Attacks on the text itself: JSON, base64, lines."""

from __future__ import annotations

from collections.abc import Callable

from vectors.attack import Attack
from vectors.attacks.chain import ENDS, body_says, says
from vectors.packing import Bundle, brief, lied_briefly
from vectors.session import BRIEF_INCIDENT as INCIDENT
from vectors.session import BRIEF_SEGMENT as SEGMENT
from vectors.session import PHASED_WAITING, Edit, Rewrite, Session, piece, sha256

# One container each for the record, its body and the detail, into which these are put.
AROUND_DETAIL = 3
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def detailed(more: bytes) -> bytes:
    """An incident's detail says more, signed all the same."""
    return rewritten(
        INCIDENT, lambda data: data.replace(b'"detail":{', b'"detail":{' + more + b",")
    )


def brief_bent(number: int, edit: Edit) -> bytes:
    return lied_briefly(Session(edits={number: edit}))


def phased_bent(edit: Edit) -> bytes:
    session = Session(edits={PHASED_WAITING: edit}).phased()
    return Bundle.of(session).packed()


def rewritten(number: int, rewrite: Rewrite) -> bytes:
    return lied_briefly(Session(rewrites={number: rewrite}))


def swapping(old: bytes, new: bytes) -> bytes:
    """The camera's record with some bytes for others, signed all the same."""
    return rewritten(SEGMENT, lambda data: data.replace(old, new, 1))


def lines(change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """Records whose lines are changed after they were signed."""
    bundle = brief()
    bundle.records = change(bundle.records)
    return bundle.packed()


def stray_bits(records: list[bytes]) -> list[bytes]:
    line = records[SEGMENT]
    last = ALPHABET[ALPHABET.index(line[85:86]) + 1 :][:1]
    return [
        *records[:SEGMENT],
        line[:85] + last + line[86:],
        *records[SEGMENT + 1 :],
    ]


def padded(records: list[bytes]) -> list[bytes]:
    line = records[SEGMENT]
    return [
        *records[:SEGMENT],
        line[:86] + b"==" + line[86:],
        *records[SEGMENT + 1 :],
    ]


PIECE = sha256(piece("camera", 0)).encode()
UNKNOWN = b'"independent":true,"x":'

# Each is a record that its signer made up; the chain ends there.
MALFORMED: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
    ("json-nested-10000", "a detail nests 10,000 deep",
     lambda: detailed(b'"x":' + nested(10_000))),
    ("json-nested-65", "a record nests one deeper than is allowed",
     lambda: detailed(b'"x":' + nested(65 - AROUND_DETAIL))),
    ("json-repeats-a-member", "a record has two sequence numbers, the later the right one",
     lambda: swapping(b'"seq"', b'"seq":9,"seq"')),
    ("json-repeats-an-unknown-member", "a member that nobody knows stands twice",
     lambda: swapping(b'"independent":true', b'"x":1,"\\u0078":2,"independent":true')),
    ("json-not-utf-8", "a text in a member that nobody knows is not UTF-8",
     lambda: swapping(b'"independent":true', UNKNOWN + b'"\xff"')),
    ("json-lone-surrogate", "a text in a member that nobody knows has half a surrogate pair",
     lambda: swapping(b'"independent":true', UNKNOWN + b'"\\udc00"')),
    ("json-number-beyond-a-double", "a member that nobody knows is 1e400",
     lambda: swapping(b'"independent":true', UNKNOWN + b"1e400")),
    ("json-digits-beyond-a-double", "a member that nobody knows has 400 digits",
     lambda: swapping(b'"independent":true', UNKNOWN + b"9" * 400)),
    ("json-nan", "a confidence is NaN", lambda: rewritten(
        INCIDENT, lambda data: data.replace(b'"confidence":0.9', b'"confidence":NaN'))),
    ("json-byte-order-mark", "a record begins with a byte order mark",
     lambda: rewritten(SEGMENT, lambda data: b"\xef\xbb\xbf" + data)),
    ("json-two-values", "a record is followed by another value",
     lambda: rewritten(SEGMENT, lambda data: data + b"{}")),
    ("json-array", "a record is an array", lambda: rewritten(SEGMENT, lambda data: b"[1]")),
    ("record-line-of-10-mb", "a record of 10 MB",
     lambda: detailed(b'"x":"' + b"a" * 10_000_000 + b'"')),
    ("record-of-a-newer-version", "a record of version 2",
     lambda: brief_bent(SEGMENT, says(v=2))),
    ("record-of-version-1.0", "a record's version has a fraction",
     lambda: swapping(b'"v":1', b'"v":1.0')),
    ("record-without-version", "a record names no version",
     lambda: brief_bent(SEGMENT, lambda record: record.pop("v"))),
    ("record-of-unknown-type", "a record of a type that there is not",
     lambda: brief_bent(SEGMENT, says(type="confession"))),
    ("record-with-extra-member", "a record has a member more than there is",
     lambda: brief_bent(SEGMENT, says(note=""))),
    ("record-without-a-member", "a record lacks its anchor",
     lambda: brief_bent(SEGMENT, lambda record: record.pop("anchor"))),
    ("record-boot-empty", "a record's boot is empty",
     lambda: brief_bent(SEGMENT, says(boot=""))),
    ("record-boot-too-long", "a record's boot has 65 characters",
     lambda: brief_bent(SEGMENT, says(boot="b" * 65))),
    ("number-with-fraction", "a sequence number is 1.0",
     lambda: swapping(b'"seq":1', b'"seq":1.0')),
    ("number-with-exponent", "a sequence number is 1e0",
     lambda: swapping(b'"seq":1', b'"seq":1e0')),
    ("number-of-2-to-the-53", "a duration is 2 to the power of 53",
     lambda: brief_bent(SEGMENT, body_says(duration=2**53))),
    ("number-negative", "a start lies before 0",
     lambda: brief_bent(SEGMENT, body_says(start=-1))),
    ("number-is-a-boolean", "a count of frames is true",
     lambda: brief_bent(SEGMENT, body_says(frames=True))),
    ("hash-upper-case", "a hash is in upper case",
     lambda: swapping(PIECE, PIECE.upper())),
    ("hash-with-line-feed", "a hash ends in an escaped line feed",
     lambda: swapping(PIECE, PIECE + b"\\n")),
    ("segment-of-unknown-stream", "a segment of the stream of attachments",
     lambda: brief_bent(SEGMENT, body_says(stream="attachment"))),
    ("incident-of-unknown-kind", "an incident of a kind that there is not",
     lambda: brief_bent(INCIDENT, body_says(kind="yawn"))),
    ("incident-too-confident", "an incident is surer than 1",
     lambda: brief_bent(INCIDENT, body_says(confidence=1.01))),
    ("phase-of-unknown-name", "the exam is in a phase that there is not",
     lambda: phased_bent(body_says(name="finished"))),
    ("phase-by-nobody", "a phase began on nobody's word",
     lambda: phased_bent(lambda record: record["body"].pop("by"))),
    ("lines-crlf", "every line ends in CR LF",
     lambda: lines(lambda records: [line[:-1] + b"\r\n" for line in records])),
    ("lines-not-ended", "the last record lacks its line feed",
     lambda: lines(lambda records: [*records[:-1], records[-1][:-1]])),
    ("lines-with-an-empty-one", "an empty line stands among the records",
     lambda: lines(lambda records: [*records[:SEGMENT], b"\n", *records[SEGMENT:]])),
    ("base64-stray-bits", "a signature's last character has bits beyond its bytes",
     lambda: lines(stray_bits)),
    ("base64-padded", "a signature is padded", lambda: lines(padded)),
)  # fmt: skip

ATTACKS = (
    *(Attack(name, words, (3, *ENDS), make) for name, words, make in MALFORMED),
    Attack(
        "good-nested-64",
        "a record nests as deep as is allowed",
        (),
        lambda: detailed(b'"x":' + nested(64 - AROUND_DETAIL)),
    ),
    Attack(
        "good-unknown-members",
        "bodies have members that a verifier does not know",
        (),
        lambda: brief_bent(SEGMENT, body_says(x={"y": [1, 2.5, None, "\U0001d11e"]})),
    ),
    Attack(
        "good-spaced",
        "a record is written with spaces, and signed so",
        (),
        lambda: rewritten(SEGMENT, lambda data: data.replace(b":", b" : ") + b" \t\r"),
    ),
)

"""A short session written from the specification byte by byte, with every type of record.

Nothing of the product is used, so that a vector can be bent in any place and does not move
when the product's own encoders do. Everything is fixed: keys, times, sealed pieces.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Json = dict[str, Any]
Edit = Callable[[Json], object]
Rewrite = Callable[[bytes], bytes]

SESSION = "5e55" * 8
INCIDENT = "1d" * 16
ZERO = "0" * 64
ORIGIN = 1_790_000_000_000_000  # µs since 1970: when the exam begins
STEP = 500_000  # µs between two records
PIECES = Path(__file__).parent / "pieces"

# Where things stand in the honest session, for those who bend it.
OPEN, CAMERA_INIT, CAMERA, INCIDENT_BEGINS, ROTATE, INCIDENT_ENDS = range(6)
HEARTBEAT, CLOCK, RESUME, GAP, CLOSE = range(6, 11)

# And in the brief one.
BRIEF_SEGMENT, BRIEF_INCIDENT, BRIEF_CLOSE = range(1, 4)

# And in the one that says where the exam stands.
PHASED_WAITING = 3


def key(seed: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


INSTITUTION, STRANGER = key(1), key(99)
EPOCHS = (key(10), key(11), key(12), key(13))


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public(private: Ed25519PrivateKey) -> str:
    return to_text(private.public_key().public_bytes_raw())


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def fingerprint(private: Ed25519PrivateKey) -> str:
    return sha256(private.public_key().public_bytes_raw())


def to_json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def signed(private: Ed25519PrivateKey, domain: str, payload: bytes) -> bytes:
    """A signed line."""
    signature = private.sign(f"invigil/{domain}/1".encode() + b"\0" + payload)
    return to_text(signature).encode() + b" " + payload + b"\n"


def payload(line: bytes) -> bytes:
    return line[:-1].partition(b" ")[2]


def hash_of(line: bytes) -> str:
    return sha256(payload(line))


def handover(private: Ed25519PrivateKey, epoch: int, prev: str, session: str = SESSION) -> Json:
    """What a `rotate` or `resume` says of the next epoch."""
    message = f"{session} {epoch} {prev} {public(private)}".encode()
    proof = private.sign(b"invigil/handover/1\0" + message)
    return {"epoch": epoch, "public_key": public(private), "proof": to_text(proof)}


def piece(stream: str, stream_seq: int, kept: str = "evidence") -> bytes:
    """A sealed piece; sealing is random, so they were sealed once and are kept."""
    return (PIECES / f"{kept}-{stream}-{stream_seq}.sealed").read_bytes()


def kid_of(sealed: bytes) -> str:
    return sealed[4:36].hex()


@dataclass
class Session:
    """Records, receipts, policy and grant in the making.

    Edits by number change what a record or receipt says before it is signed, rewrites its
    bytes, signers who signs it, `pieces` what is committed to by stream and number. What
    comes after goes on from the result.
    """

    session: str = SESSION
    institution: Ed25519PrivateKey = INSTITUTION
    epochs: tuple[Ed25519PrivateKey, ...] = EPOCHS
    edits: dict[int, Edit] = field(default_factory=dict)
    rewrites: dict[int, Rewrite] = field(default_factory=dict)
    signers: dict[int, Ed25519PrivateKey] = field(default_factory=dict)
    receipt_edits: dict[int, Edit] = field(default_factory=dict)
    receipt_rewrites: dict[int, Rewrite] = field(default_factory=dict)
    receipt_signers: dict[int, Ed25519PrivateKey] = field(default_factory=dict)
    pieces: dict[tuple[str, int], bytes] = field(default_factory=dict)
    edit_policy: Edit = lambda policy: None
    edit_grant: Edit = lambda grant: None
    records: list[bytes] = field(default_factory=list)
    receipts: list[bytes] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    epoch: int = 0
    now: int = 0  # µs since ORIGIN
    boot: str = "boot-1"
    boot_began: int = -7_000_000
    wall_ahead: int = 250_000

    def __post_init__(self) -> None:
        self.policy = self._policy()
        self.grant = self._grant()
        self.listed: set[str] = set()

    def _policy(self) -> bytes:
        evidence_key = (PIECES / "evidence.public").read_bytes()
        policy: Json = {
            "v": 1,
            "institution": {"name": "Example University", "contact": "exams@example.edu"},
            "exam": {"id": "e1", "title": "Algebra I"},
            "purpose": "To show that the exam was taken by its own rules.",
            "retention_days": 30,
            "evidence_keys": [
                {"kid": sha256(evidence_key), "public_key": to_text(evidence_key)}
            ],
        }
        self.edit_policy(policy)
        return signed(self.institution, "policy", to_json(policy))

    def _grant(self) -> bytes:
        grant: Json = {
            "v": 1,
            "session": self.session,
            "exam": "e1",
            "candidate": "c1",
            "policy": hash_of(self.policy),
            "public_key": public(self.epochs[0]),
            "issued": ORIGIN,
        }
        self.edit_grant(grant)
        return signed(self.institution, "grant", to_json(grant))

    @property
    def mono(self) -> int:
        return self.now - self.boot_began

    @property
    def head(self) -> str:
        return hash_of(self.records[-1]) if self.records else ZERO

    def record(self, kind: str, body: Json) -> None:
        """Append a record."""
        self.now += STEP
        number = len(self.records)
        record: Json = {
            "v": 1,
            "type": kind,
            "session": self.session,
            "epoch": self.epoch,
            "seq": number,
            "prev": self.head,
            "wall": ORIGIN + self.now + self.wall_ahead,
            "mono": self.mono,
            "boot": self.boot,
            "anchor": hash_of(self.receipts[-1]) if self.receipts else None,
            "body": body,
        }
        self.edits.get(number, lambda record: None)(record)
        data = self.rewrites.get(number, lambda data: data)(to_json(record))
        signer = self.signers.get(number, self.epochs[self.epoch])
        self.records.append(signed(signer, "record", data))

    def receipt(self) -> None:
        """The server signs for all there is."""
        self.now += STEP
        number = len(self.receipts)
        receipt: Json = {
            "v": 1,
            "session": self.session,
            "size": len(self.records),
            "head": self.head,
            "time": ORIGIN + self.now,
            "prev": hash_of(self.receipts[-1]) if self.receipts else ZERO,
            "durable": sorted(self.blobs.keys() - self.listed),
            "missing": [],
        }
        self.listed |= self.blobs.keys()
        self.receipt_edits.get(number, lambda receipt: None)(receipt)
        data = self.receipt_rewrites.get(number, lambda data: data)(to_json(receipt))
        signer = self.receipt_signers.get(number, self.institution)
        self.receipts.append(signed(signer, "receipt", data))

    def open(self) -> None:
        self.record(
            "open",
            {
                "policy": hash_of(self.policy),
                "grant": hash_of(self.grant),
                "public_key": public(self.epochs[0]),
                "kid": kid_of(piece("camera", 0)),
                "build": {"version": "1.0"},
                "models": [{"name": "face", "sha256": "fa" * 32}],
                "devices": {"camera": "Camera 1"},
                "consent": {"at": ORIGIN},
                "unwatched": ["second_voice"],
            },
        )

    def _held(self, stream: str, stream_seq: int) -> Json:
        sealed = self.pieces.get((stream, stream_seq)) or piece(stream, stream_seq)
        self.blobs[sha256(sealed)] = sealed
        return {"sha256": sha256(sealed), "size": len(sealed)}

    def segment(self, stream: str, stream_seq: int) -> None:
        init = stream_seq == 0
        body: Json = {
            "stream": stream,
            "stream_seq": stream_seq,
            "part": "init" if init else "fragment",
            "start": self.mono,
            "duration": 0 if init else 4_000_000,
            "frames": 0 if init else 40,
            "independent": True,
            **self._held(stream, stream_seq),
        }
        if init:
            body |= {"codecs": "avc1.42c01e", "origin": self.mono}
        self.record("segment", body)

    def attached(self, role: str, stream_seq: int, media_type: str = "image/jpeg") -> Json:
        """An attachment as a record names it."""
        named = {"role": role, "stream_seq": stream_seq, "media_type": media_type}
        return {**named, **self._held("attachment", stream_seq)}

    def incident(self, end: int | None, *attachments: Json, pictures: bool = True) -> None:
        if pictures and not attachments:
            attachments = (self.attached("snapshot", 0),)
        body: Json = {
            "id": INCIDENT,
            "kind": "gaze_away",
            "start": 8_000_000,
            "end": end,
            "severity": "low",
            "confidence": 0.9,
            "detail": {"reason": "eyes 24° right of the screen"},
            "attachments": list(attachments),
        }
        self.record("incident", body)

    def phase(self, name: str, by: str, reason: str | None = None) -> None:
        said = {} if reason is None else {"reason": reason}
        self.record("phase", {"name": name, "by": by, **said})

    def heartbeat(self) -> None:
        unseen = {"stream": "screen", "start": 0, "end": self.mono, "reason": "no screen"}
        self.record(
            "heartbeat",
            {
                "streams": {"camera": {"frames": 40}},
                "unobserved": [unseen],
                "queue": {},
                "machine": {"disk_free": 10_000_000_000},
            },
        )

    def hand_over(self, kind: str, **more: str) -> None:
        """`rotate` or `resume`, and on with the next key."""
        following = handover(self.epochs[self.epoch + 1], self.epoch + 1, self.head)
        if kind == "resume":
            self.boot, self.boot_began = "boot-2", self.now - 3_000_000
        self.record(kind, {**more, "next": following})
        self.epoch += 1

    def clock(self) -> None:
        """The candidate sets the clock a minute forward, and it is recorded."""
        self.wall_ahead += 60_000_000
        self.record("clock", {"jump": 60_000_000, "reason": "set by hand"})

    def close(self) -> None:
        segments = {"camera": 2, "attachment": 1, "screen": 0}
        self.record("close", {"reason": "finished", "segments": segments, "incidents": 1})

    def brief(self) -> Session:
        """A session of four records and one piece, for attacks that need no more."""
        self.open()
        self.segment("camera", 0)
        self.receipt()
        self.incident(end=9_000_000, pictures=False)
        self.record("close", {"reason": "left", "segments": {"camera": 1}, "incidents": 1})
        self.receipt()
        return self

    def pictured(self) -> Session:
        """A photograph at the beginning, and one incident in three records: a snapshot at its
        onset, nothing at its end, a clip when that was ready.
        """
        self.open()
        self.segment("camera", 0)
        self.record(
            "enrolment",
            {"attachments": [self.attached("photo", 0)], "identity": {"distance": 0.41}},
        )
        self.receipt()
        self.incident(None, self.attached("snapshot", 1))
        self.incident(9_000_000, pictures=False)
        self.incident(9_000_000, self.attached("clip", 2, "video/mp4"))
        self.record(
            "close",
            {
                "reason": "finished",
                "segments": {"camera": 1, "attachment": 3},
                "incidents": 1,
            },
        )
        self.receipt()
        return self

    def phased(self) -> Session:
        """A brief session that says where the exam stands, from preparing to handing in."""
        self.open()
        self.phase("preparing", "recorder")
        self.segment("camera", 0)
        self.phase("waiting", "candidate", "ready")
        self.phase("exam", "recorder")
        self.receipt()
        self.phase("break", "candidate")
        self.phase("exam", "candidate")
        self.phase("paused", "proctor", "a fire alarm")
        self.phase("exam", "proctor")
        self.phase("handed_in", "candidate")
        self.record("close", {"reason": "left", "segments": {"camera": 1}, "incidents": 0})
        self.receipt()
        return self

    def written(self) -> Session:
        """The honest session from `open` to its last receipt, but for the edits."""
        self.open()
        self.segment("camera", 0)
        self.receipt()
        self.segment("camera", 1)
        self.incident(end=None)
        self.receipt()
        self.hand_over("rotate")
        self.incident(end=9_000_000)
        self.heartbeat()
        self.clock()
        self.receipt()
        self.hand_over("resume", reason="the computer was started again")
        self.record(
            "gap", {"stream": "camera", "start": 0, "end": self.mono, "reason": "restart"}
        )
        self.close()
        self.receipt()
        return self

"""Builds whole sessions from values, honest ones by default; a test bends one thing.

``Institution`` holds the keys, ``SessionBuilder`` plays recorder and server at once: it
seals, signs and chains records, and signs receipts, all through ``shared``.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.bundle import Contents, write_bundle
from shared.chain import hand_over
from shared.encoding import ZERO_HASH, sha256_hex, to_base64
from shared.policy import EvidenceKey, Exam, Institution, Policy, encode_policy
from shared.receipts import Grant, Receipt, encode_receipt
from shared.records import (
    Body,
    Close,
    Handover,
    Incident,
    Open,
    Record,
    Resume,
    Rotate,
    Segment,
    encode_record,
)
from shared.sealing import OpeningKey, Place, SealingKey
from shared.signed import Domain, Signed, public_bytes, sign

SESSION = "5e55" * 8
BOOT = "boot-1"
WALL_ORIGIN = 1_790_000_000_000_000
STEP = 100_000


def fixed_key(seed: int) -> Ed25519PrivateKey:
    """An Ed25519 key that is the same in every run."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


@dataclass(frozen=True)
class Keys:
    """An institution's keys."""

    signing: Ed25519PrivateKey = field(default_factory=lambda: fixed_key(1))
    evidence: OpeningKey = field(default_factory=lambda: OpeningKey(bytes(range(96))))

    @property
    def sealing(self) -> SealingKey:
        """The public half of the evidence key."""
        return SealingKey(self.evidence.public_key)


def make_policy(keys: Keys) -> Policy:
    """A policy with every default."""
    evidence = EvidenceKey(
        kid=keys.evidence.kid, public_key=to_base64(keys.evidence.public_key)
    )
    return Policy(
        institution=Institution(name="Example University", contact="exams@example.edu"),
        exam=Exam(id="e1", title="Algebra I"),
        purpose="To show that the exam was taken by its own rules.",
        retention_days=30,
        evidence_keys=(evidence,),
    )


@dataclass
class SessionBuilder:
    """One session in the making; ``records``, ``receipts`` and ``blobs`` may be bent."""

    keys: Keys = field(default_factory=Keys)
    session: str = SESSION
    records: list[Signed] = field(default_factory=list)
    receipts: list[Signed] = field(default_factory=list)
    forks: list[Signed] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    bend: Callable[[Record], Record] = lambda record: record

    def __post_init__(self) -> None:
        self.key = fixed_key(10)
        self.epoch = 0
        self.mono = 5_000_000
        self.next_seq: dict[str, int] = {}
        self.incidents: set[str] = set()
        self.listed: set[str] = set()
        policy = encode_policy(make_policy(self.keys))
        self.policy = sign(self.keys.signing, Domain.POLICY, policy)
        grant = Grant(
            session=self.session,
            exam="e1",
            candidate="c1",
            policy=self.policy.hash,
            public_key=to_base64(public_bytes(self.key)),
            issued=WALL_ORIGIN + self.mono,
        )
        self.grant = sign(self.keys.signing, Domain.GRANT, encode_receipt(grant))

    def record(self, body: Body, key: Ed25519PrivateKey | None = None) -> Signed:
        """Append a record; ``bend`` may change it before it is signed."""
        self.mono += STEP
        record = Record(
            session=self.session,
            epoch=self.epoch,
            seq=len(self.records),
            prev=self.records[-1].hash if self.records else ZERO_HASH,
            wall=WALL_ORIGIN + self.mono,
            mono=self.mono,
            boot=BOOT,
            anchor=self.receipts[-1].hash if self.receipts else None,
            body=body,
        )
        payload = encode_record(self.bend(record))
        signed = sign(key or self.key, Domain.RECORD, payload)
        self.records.append(signed)
        return signed

    def open(self) -> Signed:
        """The first record."""
        return self.record(
            Open(
                policy=self.policy.hash,
                grant=self.grant.hash,
                public_key=to_base64(public_bytes(self.key)),
                kid=self.keys.evidence.kid,
                build={"version": "0"},
                models=(),
                devices={},
                consent={"at": WALL_ORIGIN},
            )
        )

    def segment(
        self, stream: str = "camera", plain: bytes | None = None, **changes: object
    ) -> Signed:
        """Seal a piece and commit to it; the first of a stream is its init segment."""
        seq = self.next_seq.get(stream, 0)
        self.next_seq[stream] = seq + 1
        data = plain if plain is not None else f"{stream} {seq}".encode() * 20
        sealed = self.keys.sealing.seal(data, Place(self.session, stream, seq))
        name = sha256_hex(sealed)
        self.blobs[name] = sealed
        body = Segment(
            stream=stream,
            stream_seq=seq,
            part="init" if seq == 0 else "fragment",
            start=self.mono,
            duration=0 if seq == 0 else 4_000_000,
            frames=0 if seq == 0 else 40,
            independent=True,
            sha256=name,
            size=len(sealed),
            codecs="avc1.42c01e" if seq == 0 else None,
            origin=5_000_000 if seq == 0 else None,
        )
        return self.record(msgspec.structs.replace(body, **changes))

    def incident(self, number: int = 1, **changes: object) -> Signed:
        """An incident that is over."""
        body = Incident(
            id=f"{number:032x}",
            kind="gaze_away",
            start=self.mono - 4_000_000,
            end=self.mono,
            severity="low",
            confidence=0.9,
            detail={"reason": "eyes 24° right of the screen for 4.0 s"},
        )
        body = msgspec.convert(msgspec.to_builtins(body), Incident)
        self.incidents.add(body.id)
        return self.record(msgspec.structs.replace(body, **changes))

    def rotate(self) -> Signed:
        """Hand over to the next epoch's key."""
        return self._hand_over(lambda handover: Rotate(next=handover))

    def resume(self) -> Signed:
        """Go on after a restart, with the next epoch's key."""
        return self._hand_over(lambda handover: Resume(reason="restarted", next=handover))

    def _hand_over(self, body: Callable[[Handover], Body]) -> Signed:
        new = fixed_key(11 + self.epoch)
        prev = self.records[-1].hash
        signed = self.record(body(hand_over(new, self.session, self.epoch + 1, prev)))
        self.key, self.epoch = new, self.epoch + 1
        return signed

    def receipt(self, **changes: object) -> Signed:
        """The server signs for all there is."""
        self.mono += STEP
        held = {b for b in self.blobs if b not in self.listed}
        self.listed |= held
        receipt = Receipt(
            session=self.session,
            size=len(self.records),
            head=self.records[-1].hash if self.records else ZERO_HASH,
            time=WALL_ORIGIN + self.mono,
            prev=self.receipts[-1].hash if self.receipts else ZERO_HASH,
            durable=tuple(sorted(held)),
            missing=(),
        )
        payload = encode_receipt(msgspec.structs.replace(receipt, **changes))
        signed = sign(self.keys.signing, Domain.RECEIPT, payload)
        self.receipts.append(signed)
        return signed

    def close(self) -> Signed:
        """The last record, with true counts."""
        return self.record(
            Close(
                reason="finished",
                segments=dict(self.next_seq),
                incidents=len(self.incidents),
            )
        )

    def honest(self) -> SessionBuilder:
        """A short session with everything in it, from open to the last receipt."""
        self.open()
        for stream in ("camera", "microphone", "screen"):
            self.segment(stream)
        self.receipt()
        for _ in range(3):
            for stream in ("camera", "microphone", "screen"):
                self.segment(stream)
        self.incident()
        self.receipt()
        self.rotate()
        self.segment("camera")
        self.close()
        self.receipt()
        return self

    def contents(self) -> Contents:
        """What a bundle of this session holds."""
        held = [(name, data) for name, data in self.blobs.items()]
        return Contents(
            session=self.session,
            policy=self.policy,
            grant=self.grant,
            records=self.records,
            receipts=self.receipts,
            forks=self.forks,
            decisions=b"[]",
            report=b"{}",
            blobs=held,
        )

    def bundle(self, path: Path, **changes: object) -> Path:
        """Write the bundle to ``path``."""
        buffer = io.BytesIO()
        contents = replace(self.contents(), **changes)
        write_bundle(buffer, contents, self.keys.signing, WALL_ORIGIN + self.mono)
        path.write_bytes(buffer.getvalue())
        return path

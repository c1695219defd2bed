"""A session on the recorder's side: its founding, its clock, and things to record."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.evidence_server import TOKEN, EvidenceServer
from support.sessions import SESSION, WALL_ORIGIN, fixed_key

from recorder.detect.observations import Incident
from recorder.evidence.clocks import Reading
from recorder.evidence.drafts import draft_body
from recorder.evidence.founding import Founding
from recorder.evidence.ledger import Ledger
from recorder.evidence.segments import Segment
from recorder.evidence.store import EvidenceStore
from recorder.sync.channel import SessionChannel
from recorder.sync.courier import Courier
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import Pacing
from recorder.sync.transport import Transport
from shared.encoding import sha256_hex, to_base64
from shared.flags import Kind, Severity
from shared.receipts import encode_receipt
from shared.records import Heartbeat, Open
from shared.signed import public_bytes

BOOT = "boot-1"
ORIGIN_NS = 5_000_000_000


class FakeClock:
    """Both clocks, moved by hand; microseconds."""

    def __init__(self, mono: int = ORIGIN_NS // 1000) -> None:
        self.mono = mono
        self.offset = WALL_ORIGIN

    def __call__(self) -> Reading:
        return Reading(wall=self.mono + self.offset, mono=self.mono)

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self.mono += round(seconds * 1e6)

    @property
    def wall(self) -> int:
        """The wall clock, as the server's."""
        return self.mono + self.offset


def ids() -> Callable[[], str]:
    """Ids of incidents, counted."""
    numbers = count(1)
    return lambda: f"{next(numbers):032x}"


def session_key() -> Ed25519PrivateKey:
    """The session's first key."""
    return fixed_key(10)


def found(server: EvidenceServer, key: Ed25519PrivateKey | None = None) -> Founding:
    """Redeem the server's one code by hand."""
    if server.held is None:
        server.found(public_bytes(key or session_key()))
    assert server.held is not None
    policy, grant = server.held.founding
    return Founding(
        session=SESSION,
        server="http://127.0.0.1:1",
        token=TOKEN,
        policy=policy,
        grant=grant,
        institution_key=public_bytes(server.keys.signing),
    )


def make_store(root: Path, server: EvidenceServer) -> EvidenceStore:
    """The store of the server's session."""
    return EvidenceStore.create(root, found(server), WALL_ORIGIN)


def make_ledger(store: EvidenceStore, clock: FakeClock | None = None) -> Ledger:
    """The ledger of a store."""
    return Ledger(store, session_key(), clock=clock or FakeClock(), boot=BOOT, new_id=ids())


def opened(ledger: Ledger) -> Ledger:
    """The ledger with its ``open`` written."""
    grounds = ledger.grounds
    body = Open(
        policy=grounds.grant.policy,
        grant=sha256_hex(encode_receipt(grounds.grant)),
        public_key=to_base64(grounds.public_key),
        kid=grounds.terms.sealing.kid,
        build={"version": "0"},
        models=(),
        devices={},
        consent={"at": WALL_ORIGIN},
    )
    ledger.commit(draft_body(body))
    return ledger


def segment(
    number: int = 1, stream: str = "camera", size: int = 2_000, **changes: Any
) -> Segment:
    """The ``number``-th piece of a stream; 0 is its init segment."""
    members: dict[str, Any] = {
        "stream": stream,
        "epoch": 0,
        "part": "fragment" if number else "init",
        "start_ns": ORIGIN_NS + number * 4_000_000_000,
        "duration_ns": 4_000_000_000 if number else 0,
        "frames": 40 if number else 0,
        "independent": True,
        "data": bytes([number % 256]) * size,
        "codecs": None if number else "avc1.42c01e",
        "origin_ns": None if number else ORIGIN_NS,
    }
    return Segment(**(members | changes))


def incident(number: int = 1, **changes: Any) -> Incident:
    """An incident that is over."""
    members: dict[str, Any] = {
        "id": f"{number:031x}f",
        "kind": Kind.GAZE_AWAY,
        "start_ns": ORIGIN_NS,
        "end_ns": ORIGIN_NS + 4_000_000_000,
        "severity": Severity.LOW,
        "confidence": 0.9,
        "detail": {"reason": "eyes off the screen", "seconds": 4.0},
    }
    return Incident(**(members | changes))


def heartbeat() -> Heartbeat:
    """A heartbeat that says little."""
    return Heartbeat(streams={}, unobserved=(), queue={}, machine={})


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores do not wait for the disk: for tests of order, not of power cuts."""
    real = EvidenceStore.open.__func__  # type: ignore[attr-defined]

    def hasty(cls: type[EvidenceStore], folder: Path) -> EvidenceStore:
        store = real(cls, folder)
        store.select("PRAGMA synchronous = OFF")
        return store

    monkeypatch.setattr(EvidenceStore, "open", classmethod(hasty))


def eventually(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that another thread brings about, and fail without it."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.005)


def make_channel(server: EvidenceServer, founding: Founding) -> SessionChannel:
    """The session's requests, to a server without a socket."""
    return SessionChannel(Transport(founding.server, adapter=server.transport()), founding)


def deliver_all(server: EvidenceServer, store: EvidenceStore) -> None:
    """Have the server sign for everything that is in the store."""
    courier = Courier(
        Outbox.of_store(store),
        make_channel(server, store.founding),
        Pacing(linger_s=0),
        random.Random(1),
        monotonic=count().__next__,
    )
    for _ in range(2_000):
        if store.tally.delivered:
            return
        courier.step(urgent=True)
    raise AssertionError(f"not delivered: {courier.note}")

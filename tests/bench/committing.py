"""Sealing and the local commit, at the rate of a recording and on this machine's disk.

Each beside what nothing of the kind can do without: sealing beside AES-256-GCM alone, the
commit beside writing the same bytes to a file and syncing it, in turns on the same disk.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from bench.measure import Row, at_most, noted, percentile
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from support.evidence_server import EvidenceServer
from support.recording import make_ledger, make_store, opened, segment
from support.sessions import Keys

from recorder.evidence.drafts import draft_segment
from shared.policy import Streams
from shared.sealing import Place

PIECES = 400
PIECE_BYTES = 24_000

STREAMS = Streams()
# Each stream makes a piece a segment's time; init segments do not count.
PIECES_A_SECOND = 3 / STREAMS.segment_s


def run() -> list[Row]:
    """Time each sealing and each commit."""
    return [*_sealing(), *_commits()]


def _sealing() -> list[Row]:
    key, data = Keys().sealing, os.urandom(PIECE_BYTES)
    sealing = plain = 0.0
    for number in range(PIECES):
        began = time.process_time()
        key.seal(data, Place("ab" * 16, "camera", number))
        sealed = time.process_time()
        AESGCM(os.urandom(32)).encrypt(os.urandom(12), data, b"")
        plain += time.process_time() - sealed
        sealing += sealed - began
    share = sealing / PIECES * PIECES_A_SECOND * 100
    each = f"{sealing / PIECES * 1e6:.0f} µs a piece, {sealing / plain:.1f} × AES-256-GCM alone"
    return [
        at_most("sealing, share of one core at full rate", share, 2, "%", 3),
        noted("sealing (HPKE with X-Wing, AES-256-GCM), CPU", each),
    ]


def _commits() -> list[Row]:
    ours: list[float] = []
    peers: list[float] = []
    data = os.urandom(PIECE_BYTES)
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "peer").open("wb", 0) as peer:
        store = make_store(Path(folder), EvidenceServer())
        ledger = opened(make_ledger(store))
        for number in range(PIECES):
            draft = draft_segment(segment(number, size=PIECE_BYTES))
            began = time.monotonic()
            ledger.commit(draft)
            done = time.monotonic()
            peer.write(data)
            os.fsync(peer.fileno())
            peers.append((time.monotonic() - done) * 1000)
            ours.append((done - began) * 1000)
        store.close()
    median, plain = percentile(ours, 0.5), percentile(peers, 0.5)
    return [
        at_most("local commit, sealing included, p99", percentile(ours, 0.99), 30, "ms"),
        noted("local commit, median", f"{median:.1f} ms, {median / plain:.1f} × its peer"),
        noted(
            "its peer, write and fsync of the same bytes, p99",
            f"{percentile(peers, 0.99):.1f} ms",
        ),
    ]

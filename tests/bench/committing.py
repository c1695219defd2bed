"""Sealing and the local commit, at the rate of a recording and on this machine's disk."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from bench.measure import Row, at_most, noted, percentile
from support.evidence_server import EvidenceServer
from support.recording import make_ledger, make_store, opened, segment
from support.sessions import Keys

from recorder.evidence.drafts import draft_segment
from shared.sealing import Place

PIECES = 400
PIECE_BYTES = 24_000


def run() -> list[Row]:
    """Time each sealing and each commit."""
    return [*_sealing(), *_commits()]


def _sealing() -> list[Row]:
    key, data = Keys().sealing, os.urandom(PIECE_BYTES)
    began = time.process_time()
    for number in range(PIECES):
        key.seal(data, Place("ab" * 16, "camera", number))
    each = (time.process_time() - began) / PIECES
    # Three streams of one piece every four seconds.
    share = each * 3 / 4 * 100
    return [at_most("sealing, share of one core at full rate", share, 2, "%", 3)]


def _commits() -> list[Row]:
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        store = make_store(Path(folder), EvidenceServer())
        ledger = opened(make_ledger(store))
        for number in range(PIECES):
            draft = draft_segment(segment(number, size=PIECE_BYTES))
            began = time.monotonic()
            ledger.commit(draft)
            times.append((time.monotonic() - began) * 1000)
        store.close()
    return [
        at_most("local commit, sealing included, p99", percentile(times, 0.99), 30, "ms"),
        noted("local commit, median", f"{percentile(times, 0.5):.1f} ms"),
    ]

"""One session on disk, with an honest server to sign for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.evidence_server import EvidenceServer
from support.recording import FakeClock, make_ledger, make_store, opened

from recorder.evidence.ledger import Ledger
from recorder.evidence.store import EvidenceStore


@pytest.fixture
def clock() -> FakeClock:
    """The candidate's clocks."""
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> EvidenceServer:
    """The institution's server, whose clock is right."""
    return EvidenceServer(now=lambda: clock.wall)


@pytest.fixture
def store(tmp_path: Path, server: EvidenceServer) -> Iterator[EvidenceStore]:
    """The session's store, empty."""
    made = make_store(tmp_path, server)
    yield made
    made.close()


@pytest.fixture
def ledger(store: EvidenceStore, clock: FakeClock) -> Ledger:
    """The session's ledger, its ``open`` written."""
    return opened(make_ledger(store, clock))

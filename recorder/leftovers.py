"""What an earlier run left behind, delivered quietly while the window is open."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import structlog

from recorder.evidence.store import EvidenceStore, session_folders
from recorder.faults import EnvironmentFault
from recorder.sync.channel import SessionChannel
from recorder.sync.delivery import deliver
from recorder.sync.pacing import Pacing
from recorder.sync.transport import Transport

_log = structlog.get_logger(__name__)

# One store that cannot be delivered now does not hold up the next for longer (seconds).
PATIENCE_S = 60.0


class _Interrupted(Exception):
    """The program ends in the middle of a delivery; the rest keeps."""


class Leftovers:
    """Delivers every store that is not in use, one after the other, on a thread."""

    def __init__(self, root: Path, spread_s: float) -> None:
        """Look under ``root``; ``spread_s`` as in the settings."""
        self._root = root
        self._pacing = Pacing(spread_s=spread_s)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leftovers", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Leave the rest for another time."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            folders = session_folders(self._root)
        except EnvironmentFault as fault:
            _log.warning("leftovers_not_found", why=fault.what)
            return
        for folder in folders:
            if self._stopping.is_set():
                return
            try:
                self._deliver(folder)
            except _Interrupted:
                return
            except EnvironmentFault as fault:
                # In use by a recording, or damaged: `evidence check` tells more.
                _log.info("leftover_skipped", folder=folder.name, why=fault.what)

    def _deliver(self, folder: Path) -> None:
        store = EvidenceStore.open(folder)
        try:
            if store.tally.delivered:
                return
            transport = Transport(store.founding.server)
            report = deliver(
                store,
                SessionChannel(transport, store.founding, time.time),
                show=lambda _tally, _note: None,
                patience_s=PATIENCE_S,
                pacing=self._pacing,
                dice=random.SystemRandom(),
                monotonic=time.monotonic,
                sleep=self._nap,
            )
            _log.info("leftover", session=store.founding.session, result=report.words)
        finally:
            store.close()

    def _nap(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise _Interrupted

"""What an earlier run left behind, delivered quietly while the window is open.

A recording that was never closed may still go on, and is delivered as far as it got; long
after the exam's end it is closed, so that no session stays incomplete for ever.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import structlog

from recorder import interrupted
from recorder.evidence.store import EvidenceStore, session_folders
from recorder.faults import EnvironmentFault
from recorder.status import Delivery
from recorder.sync.channel import SessionChannel
from recorder.sync.delivery import deliver, delivery_of
from recorder.sync.pacing import Pacing
from recorder.sync.transport import Transport

_log = structlog.get_logger(__name__)

# One store that cannot be delivered now does not hold up the next for longer (seconds).
PATIENCE_S = 60.0

# How long after the exam's planned end a recording is taken to be over: a day allows for
# every accommodation, and for a computer that came back from repair the next morning.
OVER_AFTER_S = 24 * 3600

# How often what could not be delivered is tried again while the window is open (seconds).
AGAIN_S = 300.0

# Why a recording was closed that nobody went on with, as its last record says.
NEVER_FINISHED = "closed after the exam: the recording was interrupted and never finished"


class _Wanted(Exception):
    """The program ends, or somebody wants the store; the rest keeps."""


class Leftovers:
    """Delivers every store that is not in use, one after the other, on a thread."""

    def __init__(
        self, root: Path, spread_s: float, wall: Callable[[], float] = time.time
    ) -> None:
        """Look under ``root``; ``spread_s`` as in the settings, ``wall`` seconds since 1970."""
        self._root = root
        self._wall = wall
        self._pacing = Pacing(spread_s=spread_s)
        self._changed = threading.Condition()
        self._stopping = False
        self._due = True
        self._kept_back: set[Path] = set()
        self._too_late: set[Path] = set()
        self._at: Path | None = None
        self._way: Transport | None = None
        self._progress: dict[str, Delivery] = {}
        self._thread = threading.Thread(target=self._run, name="leftovers", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Leave the rest for another time."""
        with self._changed:
            self._stopping = True
            self._cut_short()
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def let_go(self, folder: Path, timeout_s: float) -> bool:
        """Leave a store alone that is wanted now; whether it was let go in time. Where not, it
        is delivered as before once it is, unless somebody wants it again.
        """
        with self._changed:
            self._kept_back.add(folder)
            self._too_late.discard(folder)
            if self._at == folder:
                self._cut_short()
            self._changed.notify_all()
            in_time = self._changed.wait_for(lambda: self._at != folder, timeout_s)
            if not in_time:
                self._too_late.add(folder)
            return in_time

    def look_again(self) -> None:
        """Go through all stores once more, those too that were wanted."""
        with self._changed:
            self._kept_back.clear()
            self._due = True
            self._changed.notify_all()

    def progress(self) -> dict[str, Delivery]:
        """How far each store is that was tried so far, by session. Returns at once."""
        with self._changed:
            return dict(self._progress)

    def _run(self) -> None:
        while self._next_round():
            try:
                folders = session_folders(self._root)
            except EnvironmentFault as fault:
                _log.warning("leftovers_not_found", why=fault.what)
                continue
            for folder in folders:
                self._visit(folder)

    def _next_round(self) -> bool:
        """Wait until the stores are gone through again; false when the program ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._due or self._stopping, AGAIN_S)
            self._due = False
            return not self._stopping

    def _visit(self, folder: Path) -> None:
        with self._changed:
            if self._stopping or folder in self._kept_back:
                return
            self._at = folder
        try:
            self._finish(folder)
            self._deliver(folder)
        except _Wanted:
            pass
        except EnvironmentFault as fault:
            # In use by a recording, or damaged: `evidence check` tells more.
            _log.info("leftover_skipped", folder=folder.name, why=fault.what)
        except Exception:  # noqa: BLE001  (the others are to be delivered all the same)
            _log.exception("leftover_failed", folder=folder.name)
        finally:
            with self._changed:
                self._at = self._way = None
                self._kept_back -= self._too_late
                self._too_late.clear()
                self._changed.notify_all()

    def _finish(self, folder: Path) -> None:
        """Close what can no longer go on."""
        one = interrupted.look(folder)
        if one.closed or not interrupted.is_over(one, self._wall() * 1e6, OVER_AFTER_S):
            return
        try:
            interrupted.close(one, NEVER_FINISHED)
        except EnvironmentFault as fault:
            # Without its key it stays incomplete; what there is can be delivered.
            _log.warning("leftover_not_closed", folder=folder.name, why=fault.what)

    def _deliver(self, folder: Path) -> None:
        with closing(EvidenceStore.open(folder)) as store:
            if store.tally.delivered:
                return
            self._note(folder, delivery_of(store.tally, online=True, note=""))
            transport = self._way_for(folder, store.founding.server)
            with closing(SessionChannel(transport, store.founding, self._wall)) as channel:
                report = deliver(
                    store,
                    channel,
                    show=lambda delivery: self._note(folder, delivery),
                    patience_s=PATIENCE_S,
                    pacing=self._pacing,
                    dice=random.SystemRandom(),
                    monotonic=time.monotonic,
                    sleep=lambda seconds: self._nap(folder, seconds),
                )
            _log.info("leftover", session=folder.name, result=report.words)

    def _way_for(self, folder: Path, server: str) -> Transport:
        """The connections of this visit, which whoever wants the store may cut."""
        with self._changed:
            if self._is_wanted(folder):
                raise _Wanted
            self._way = Transport(server)
            return self._way

    def _cut_short(self) -> None:
        """Have the request that is under way fail, which else may take a minute."""
        if self._way is not None:
            self._way.close()

    def _note(self, folder: Path, delivery: Delivery) -> None:
        with self._changed:
            self._progress[folder.name] = delivery
        self._nap(folder, 0)

    def _nap(self, folder: Path, seconds: float) -> None:
        with self._changed:
            if self._changed.wait_for(lambda: self._is_wanted(folder), seconds):
                raise _Wanted

    def _is_wanted(self, folder: Path) -> bool:
        return self._stopping or folder in self._kept_back

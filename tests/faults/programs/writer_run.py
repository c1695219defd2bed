"""A short session by the real writer and its thread, for errors of the disk to be put into.

    python writer_run.py STORE

Store, ledger, intake, ballast, rotation and receipts are the recorder's own; the server is in
the same process, so that the session can be verified at its end, whatever happened on the way.
Each line of standard output is written at once, when it is true:

    saved HASH      the record is on the disk: ``flush`` has said so
    refused WHAT    the store could not be made, or not yet; it is tried again
    stalled         the writer has said that the disk refuses
    held            all was saved and delivered, and the bundle verifies
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from support.recording import (
    BOOT,
    FakeClock,
    deliver_all,
    heartbeat,
    ids,
    incident,
    make_store,
    segment,
    session_key,
)
from support.sessions import SESSION
from support.short_session import make_server

from recorder.evidence import contents
from recorder.evidence.audit import check_store
from recorder.evidence.drafts import Attachment
from recorder.evidence.keys import keep_epoch_key
from recorder.evidence.opening import make_folder
from recorder.evidence.shortage import Care
from recorder.evidence.store import EvidenceStore
from recorder.evidence.writer import EvidenceWriter, Stalled
from recorder.faults import EnvironmentFault
from recorder.logs import log_to_stderr
from shared.verify import verify_bundle

ROUNDS = 3

# So few pages in the log that it is copied into the database several times in the run.
LOG_PAGES = 16
STEP_S = 20
STREAMS = ("camera", "microphone")

# More errors in a row than a fault test puts in, so that only a lasting fault ends the run.
ATTEMPTS = 20

# How long what waits is given to reach the disk; the errors end long before.
BOUND_S = 30.0


def say(line: str) -> None:
    """Write a line at once; the fault may be in this very call."""
    for _ in range(ATTEMPTS):
        try:
            os.write(1, f"{line}\n".encode())
        except OSError:
            continue
        return


def insist(attempt: Callable[[], EvidenceStore]) -> EvidenceStore:
    """Try again as a candidate does who is told what is wrong."""
    for _ in range(ATTEMPTS):
        try:
            return attempt()
        except EnvironmentFault as fault:
            say(f"refused {fault.what}")
            time.sleep(0.01)
    raise AssertionError("the store could not be made")


class Run:
    """One session with its writer, and the server that it is for."""

    def __init__(self, root: Path) -> None:
        self.clock = FakeClock()
        self.server = make_server()
        self.store = insist(lambda: self._begin(root))
        self.writer = EvidenceWriter(
            self.store,
            session_key(),
            boot=BOOT,
            clock=self.clock,
            new_id=ids(),
            retry_s=0.01,
            care=Care(look_s=0.0),
        )
        self.said = 0

    def _begin(self, root: Path) -> EvidenceStore:
        make_folder(root / SESSION)
        keep_epoch_key(root / SESSION, 0, session_key())
        return make_store(root, self.server)

    def flush(self) -> None:
        """Wait until all is on disk, and say of each record that it is."""
        deadline = time.monotonic() + BOUND_S
        while not self.writer.flush(0.02):
            if isinstance(self.writer.state, Stalled):
                say("stalled")
            assert time.monotonic() < deadline, f"it never recovered: {self.writer.state}"
        made = self.writer.tally.records_made
        hashes = self.writer.ask(contents.record_hashes)
        for name in hashes[self.said : made]:
            say(f"saved {name}")
        self.said = made

    def record(self) -> None:
        """Evidence of every kind, an epoch a round, and delivery on the way."""
        writer = self.writer
        writer.start()
        writer.open(build={"version": "0"}, models=(), devices={}, consent={})
        writer.ask(lambda own: own.select(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}"))
        for number in range(ROUNDS):
            for stream in STREAMS:
                writer.submit(segment(number, stream=stream))
                self.clock.tick(STEP_S)
            clip = Attachment("clip", "video/mp4", b"clip")
            writer.submit(incident(number), [clip] if number % 2 else [])
            writer.submit(heartbeat())
            self.clock.tick(STEP_S)
            self.flush()
        writer.ask(lambda own: deliver_all(self.server, own))
        writer.submit(segment(ROUNDS))
        self.flush()
        writer.close("finished")
        self.flush()

    def finish(self) -> None:
        """Deliver, let go, and have everything checked."""
        self.writer.ask(lambda own: deliver_all(self.server, own))
        assert self.writer.stop(BOUND_S) == 0, self.writer.state
        store = insist(lambda: EvidenceStore.open(self.store.folder))
        findings = check_store(store)
        store.close()
        assert findings == [], findings
        with TemporaryDirectory() as elsewhere:
            verdict = verify_bundle(self.server.export(Path(elsewhere) / "session.zip"))
        assert verdict.holds, [line for line in verdict.results if line.failures]


def main(root: Path) -> int:
    log_to_stderr()
    run = Run(root)
    run.record()
    run.finish()
    say("held")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""A short session from a code to the last receipt, on one thread, for faults to be put into.

    python short_run.py SERVER CODE STORE

The recorder's own code at every step: enrolment, keys, store, ledger, rotation, receipts.
Whatever an earlier run left under STORE goes on with ``resume``; so the same command again,
without a fault, finishes what a fault has interrupted. Nothing is random and no time is
read, so that two runs make the same calls in the same order.

Each line of standard output is written at once, with one call, when it is true:

    saved HASH      the record is on the disk: the commit has returned
    refused WHAT    an ``EnvironmentFault`` ended the run; the exit status is then 2
    delivered       the server has signed for everything, and the store is closed
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from support.recording import BOOT, FakeClock, heartbeat, incident, opened, segment

from recorder.evidence import contents
from recorder.evidence.drafts import (
    Attachment,
    Draft,
    draft_body,
    draft_incident,
    draft_segment,
)
from recorder.evidence.going_on import Entered, reopen, session_of
from recorder.evidence.ledger import NO_HANDOVER, Ledger, empty_close
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from recorder.sync.channel import SessionChannel
from recorder.sync.client import ServerClient
from recorder.sync.delivery import deliver
from recorder.sync.enrolment import enrol
from recorder.sync.pacing import Pacing
from recorder.sync.transport import Transport
from shared.records import Resume, decode_record

# Time between two drafts, in seconds: with the policy's least ``rotate_s`` of 60, every
# third draft is the first of an epoch.
STEP_S = 20

REFUSED = 2

Say = Callable[[str], None]


def write_line(line: str) -> None:
    """Write a line at once: what is killed after this has said it."""
    os.write(1, f"{line}\n".encode())


class Run:
    """One session's store and ledger, and a clock that goes on where the chain ends."""

    def __init__(self, entered: Entered, say: Say) -> None:
        self._say = say
        self.store = entered.store
        self.clock = FakeClock()
        if (last := contents.last_record(self.store)) is not None:
            self.clock.mono = decode_record(last.payload).mono
            self.clock.tick(STEP_S)
        numbers = random.Random(self.store.tally.records_made)
        self.ledger = Ledger(
            self.store,
            entered.key,
            clock=self.clock,
            boot=BOOT,
            new_id=lambda: f"{numbers.getrandbits(128):032x}",
        )
        self._said = self.store.tally.records_made

    def begin(self) -> None:
        if self.ledger.chain.size:
            self.ledger.resume(Resume(reason="started again", next=NO_HANDOVER))
        else:
            opened(self.ledger)
        self._say_saved()

    def commit(self, draft: Draft) -> None:
        self.clock.tick(STEP_S)
        self.ledger.commit(draft)
        self._say_saved()

    def _say_saved(self) -> None:
        for signed in contents.records(self.store, self._said, 100):
            self._say(f"saved {signed.hash}")
            self._said += 1


def record(run: Run) -> None:
    """Some pieces of two streams, an incident with a clip, delivery on the way, the end."""
    for number in range(3):
        for stream in ("camera", "microphone"):
            run.commit(draft_segment(segment(number, stream=stream)))
    bring(run.store)
    name = f"{run.ledger.chain.size:032x}"
    run.commit(draft_incident(incident(id=name, end_ns=None)))
    run.commit(draft_incident(incident(id=name), [Attachment("clip", "video/mp4", b"clip")]))
    run.commit(draft_body(heartbeat()))
    run.commit(draft_segment(segment(3)))
    run.commit(empty_close("finished"))


def bring(store: EvidenceStore) -> None:
    """Deliver all that waits."""
    transport = Transport(store.founding.server)
    with closing(SessionChannel(transport, store.founding)) as channel:
        report = deliver(
            store,
            channel,
            show=lambda _delivery: None,
            patience_s=20.0,
            pacing=Pacing(linger_s=0.0, spread_s=0.0),
            dice=random.Random(1),
            # A server on this computer answers at once: steps, not seconds.
            monotonic=iter(range(10_000)).__next__,
            sleep=lambda _seconds: None,
        )
    if not report.delivered:
        raise EnvironmentFault(report.words, "Run it again.")


def enter(server: str, code: str, root: Path) -> Entered | None:
    """The session that the code opens; ``None`` where it is closed already."""
    folder = session_of(root, server, code)
    if folder is None:
        with closing(ServerClient(server)) as client:
            return enrol(client, client.inspect(code), root, 0)
    with closing(EvidenceStore.open(folder)) as store:
        if store.tally.closed:
            bring(store)
            return None
    return reopen(folder)


def main(server: str, code: str, root: Path, say: Say = write_line) -> int:
    try:
        entered = enter(server, code, root)
        if entered is not None:
            with closing(entered.store):
                run = Run(entered, say)
                run.begin()
                record(run)
                bring(run.store)
    except EnvironmentFault as fault:
        say(f"refused {fault.what}")
        return REFUSED
    say("delivered")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))

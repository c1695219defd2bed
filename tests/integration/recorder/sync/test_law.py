"""The law of delivery: whatever happens in whatever order, in the end the server holds
everything, has signed for it, and the verifier accepts it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.evidence_server import (
    Answer,
    EvidenceServer,
    Fault,
    Request,
    answering,
    down,
    lost,
    problem,
)
from support.recording import (
    FakeClock,
    heartbeat,
    hurry,
    incident,
    make_channel,
    make_ledger,
    make_store,
    opened,
    segment,
)

from recorder.evidence import contents
from recorder.evidence.audit import check_store
from recorder.evidence.drafts import Attachment, draft_body, draft_incident, draft_segment
from recorder.evidence.ledger import empty_close
from recorder.evidence.opening import StoreTrouble
from recorder.evidence.store import EvidenceStore
from recorder.sync.courier import Courier
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import Pacing
from shared.signed import MEDIA_TYPE
from shared.verify import verify_bundle
from shared.wire import ProblemType

FAULTS: list[Fault] = [
    down,
    lost,
    answering(503, retry_after="7"),
    answering(200, b"<html>sign in</html>"),
    answering(200, b"A" * 86 + b" {}\n", MEDIA_TYPE),
    problem(ProblemType.OUT_OF_ORDER, 409, size=0, head="0" * 64),
    problem(ProblemType.BLOB_UNKNOWN, 404),
    problem(ProblemType.REFUSED, 422),
    problem(ProblemType.QUOTA, 413),
    problem(ProblemType.CREDENTIAL, 401),
]

# What a single piece may come upon each time, while all others get through.
OF_A_PIECE: list[Fault] = [lost, answering(413, b"<h1>nginx"), answering(500)]


def of_one_piece(fault: Fault) -> Fault:
    """The fault of the first piece that is sent, each time; all others get through."""
    held_up = ""

    def only_this(request: Request, go: Callable[[], Answer]) -> Answer:
        nonlocal held_up
        if request.method == "PUT" and held_up in {"", request.path}:
            held_up = request.path
            return fault(request, go)
        return go()

    return only_this


class Session(RuleBasedStateMachine):
    """A recorder, its disk, the network and the server, moved in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.clock = FakeClock()
        self.server = EvidenceServer(now=lambda: self.clock.wall)
        self.store = make_store(Path(self.folder.name), self.server)
        self.ledger = opened(make_ledger(self.store, self.clock))
        self.pieces: dict[str, int] = {}
        self.number = 0
        self.down = False
        self._connect()

    def _connect(self) -> None:
        channel = make_channel(self.server, self.store.founding)
        pacing = Pacing(linger_s=1.0, cap_s=30.0, spread_s=60.0)
        self.courier = Courier(
            Outbox.of_store(self.store),
            channel,
            pacing,
            random.Random(self.number),
            self._now,
        )

    def _now(self) -> float:
        return self.clock.mono / 1e6

    @rule(stream=st.sampled_from(["camera", "microphone", "screen"]))
    def record_a_piece(self, stream: str) -> None:
        seq = self.pieces.get(stream, 0)
        self.pieces[stream] = seq + 1
        self.ledger.commit(draft_segment(segment(seq, stream=stream, size=50)))

    @rule(clip=st.booleans())
    def record_an_incident(self, clip: bool) -> None:
        self.number += 1
        clips = [Attachment("clip", "video/mp4", b"clip")] if clip else []
        self.ledger.commit(draft_incident(incident(self.number), clips))

    @rule()
    def record_many(self) -> None:
        for _ in range(70):
            self.ledger.commit(draft_body(heartbeat()))

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 40.0, 100.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.tick(seconds)

    @rule(urgent=st.booleans(), steps=st.integers(1, 4))
    def deliver(self, urgent: bool, steps: int) -> None:
        for _ in range(steps):
            self.courier.step(urgent=urgent)

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3))
    def trouble_ahead(self, faults: list[Fault]) -> None:
        self.server.script.extend(faults)

    @precondition(lambda self: not self.server.always)
    @rule()
    def the_server_goes_away(self) -> None:
        self.server.always = down

    @precondition(lambda self: not self.server.always)
    @rule(fault=st.sampled_from(OF_A_PIECE))
    def one_piece_does_not_get_through(self, fault: Fault) -> None:
        self.server.always = of_one_piece(fault)

    @precondition(lambda self: self.server.always)
    @rule()
    def the_server_comes_back(self) -> None:
        self.server.always = None

    @rule()
    def our_disk_refuses_a_receipt(self) -> None:
        def full(*_: object, **__: object) -> None:
            raise StoreTrouble("The disk is full.", "Free some space.")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(EvidenceStore, "add_receipt", full)
            self.courier.step(urgent=True)

    @rule()
    def the_program_dies(self) -> None:
        self.store.close()
        self.store = EvidenceStore.open(self.store.folder)
        self.ledger = make_ledger(self.store, self.clock)
        self._connect()

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self._everything_arrives()
            self.store.close()
            self.folder.cleanup()

    def _everything_arrives(self) -> None:
        """All but one piece though that one fails, and then that one, too."""
        self.ledger.commit(empty_close("finished"))
        self.server.script.clear()
        self.server.always = of_one_piece(OF_A_PIECE[self.number % len(OF_A_PIECE)])
        self._deliver_until(lambda: self._left() <= 1)
        self.server.always = None
        self._deliver_until(lambda: self.store.tally.delivered)
        assert check_store(self.store) == []
        assert self.server.held is not None
        assert list(contents.all_records(self.store)) == self.server.held.records
        assert all(row.data is None for row in contents.blob_rows(self.store))
        verdict = verify_bundle(self.server.export(Path(self.folder.name) / "session.zip"))
        assert verdict.holds, [result for result in verdict.results if result.failures]

    def _left(self) -> int:
        """Records and pieces that nothing is signed for."""
        tally = self.store.tally
        return tally.records_made - tally.records_sent + tally.blobs_made - tally.blobs_sent

    def _deliver_until(self, done: Callable[[], bool]) -> None:
        for _ in range(500):
            if done():
                return
            again = self.courier.step(urgent=True)
            self.clock.tick(min(max(again - self._now(), 0.01), 3_600))
        raise AssertionError(self.courier.note)


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


def test_in_the_end_everything_is_delivered_and_verifies() -> None:
    run_state_machine_as_test(
        Session, settings=settings(max_examples=25, stateful_step_count=40, deadline=None)
    )

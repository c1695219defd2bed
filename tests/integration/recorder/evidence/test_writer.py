"""The writer: nothing waits for it, nothing is lost in it, nothing is called saved too soon."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from support.evidence_server import EvidenceServer
from support.recording import (
    BOOT,
    FakeClock,
    deliver_all,
    eventually,
    heartbeat,
    ids,
    incident,
    make_store,
    segment,
    session_key,
)

from recorder.evidence import contents
from recorder.evidence.audit import check_store
from recorder.evidence.drafts import Attachment
from recorder.evidence.intake import Accepted, Ended, Full, Limits
from recorder.evidence.opening import StoreTrouble
from recorder.evidence.room import Step
from recorder.evidence.store import EvidenceStore
from recorder.evidence.writer import (
    Broken,
    EvidenceWriter,
    Saving,
    Stalled,
    Stopped,
    WriterGone,
)
from shared import records
from shared.flags import Kind
from shared.policy import Rule
from shared.records import decode_record
from shared.verify import verify_bundle

SECONDS = 20.0


def make(
    store: EvidenceStore, clock: FakeClock, limits: Limits | None = None
) -> EvidenceWriter:
    return EvidenceWriter(
        store,
        session_key(),
        boot=BOOT,
        clock=clock,
        limits=limits,
        new_id=ids(),
        retry_s=0.01,
    )


@pytest.fixture
def writer(store: EvidenceStore, clock: FakeClock) -> Iterator[EvidenceWriter]:
    made = make(store, clock, Limits(items=6, bytes=1_000_000, reserve=4))
    made.start()
    assert begin(made) == Accepted()
    assert made.flush(SECONDS)
    yield made
    made.stop(0)


def begin(writer: EvidenceWriter) -> object:
    return writer.open(build={"version": "0"}, models=(), devices={}, consent={})


def fill(writer: EvidenceWriter) -> None:
    """Let the disk be full for anything larger than a small record."""
    writer.ask(lambda store: store.select("PRAGMA max_page_count = 1"))


def free(writer: EvidenceWriter) -> None:
    """Let the disk have room again."""
    writer.ask(lambda store: store.select("PRAGMA max_page_count = 1000000"))


def bodies(folder: Path) -> list[records.Body]:
    store = EvidenceStore.open(folder)
    try:
        assert check_store(store) == []
        return [decode_record(line.payload).body for line in contents.all_records(store)]
    finally:
        store.close()


def names(folder: Path) -> list[str]:
    return [type(body).__name__ for body in bodies(folder)]


def big(number: int) -> object:
    return segment(number, size=200_000)


def test_what_is_handed_in_is_on_disk_in_order(
    writer: EvidenceWriter, store: EvidenceStore
) -> None:
    woken = threading.Event()
    writer.on_commit = woken.set
    assert writer.submit(segment(0)) == Accepted()
    assert writer.submit(incident(), [Attachment("clip", "video/mp4", b"x")]) == Accepted()
    assert writer.submit(heartbeat()) == Accepted()
    gap = records.Gap(stream="camera", start=1, end=2, reason="device lost")
    assert writer.submit(gap) == Accepted()
    assert writer.flush(SECONDS)
    assert woken.is_set()
    assert writer.close("finished") == Accepted()
    assert writer.flush(SECONDS)
    assert writer.tally[:4] == (6, 0, 2, 0)
    assert writer.state == Saving()
    assert isinstance(writer.submit(heartbeat()), Ended)
    assert isinstance(writer.close("again"), Ended)
    assert writer.stop(SECONDS) == 0
    assert writer.state == Stopped(0)
    expected = ["Open", "Segment", "Incident", "Heartbeat", "Gap", "Close"]
    assert names(store.folder) == expected


def test_a_written_session_verifies(
    writer: EvidenceWriter, store: EvidenceStore, server: EvidenceServer, tmp_path: Path
) -> None:
    for number in range(3):
        writer.submit(segment(number))
    writer.close("finished")
    assert writer.flush(SECONDS)
    writer.ask(lambda own: deliver_all(server, own))
    assert writer.tally.delivered
    assert verify_bundle(server.export(tmp_path / "session.zip")).holds


def test_a_full_disk_stalls_and_nothing_is_lost(
    writer: EvidenceWriter, store: EvidenceStore, clock: FakeClock
) -> None:
    fill(writer)
    assert writer.submit(big(0)) == Accepted()
    eventually(lambda: isinstance(writer.state, Stalled))
    state = writer.state
    assert isinstance(state, Stalled)
    assert state.disk_full
    assert state.since == clock.mono
    assert "disk is full" in state.reason
    assert not writer.flush(0)
    assert writer.tally.blobs_made == 0
    assert writer.waiting == (1, 200_000)
    eventually(lambda: writer.room.step is Step.CONTROL_ONLY)
    clock.tick(60)
    free(writer)
    assert writer.flush(SECONDS)
    assert writer.state == Saving()
    eventually(lambda: writer.room.step is Step.ALL and writer.room.whole)
    writer.close("finished")
    writer.stop(SECONDS)
    _, *begun, piece, over, close = bodies(store.folder)
    assert isinstance(piece, records.Segment)
    for said in (*begun, over):
        assert isinstance(said, records.Incident)
        assert said.kind is Kind.DISK_FULL
        assert said.start == state.since
        assert said.detail["worst"] == "control_only"
    assert isinstance(over, records.Incident)
    assert over.end == state.since + 60_000_000
    assert over.detail["seconds"] == 60
    assert isinstance(close, records.Close)
    assert close.incidents == 1


def test_what_a_stalled_disk_has_no_room_for_becomes_a_gap(
    writer: EvidenceWriter, store: EvidenceStore
) -> None:
    fill(writer)
    writer.submit(big(0))
    eventually(lambda: isinstance(writer.state, Stalled))
    for number in range(1, 5):
        writer.submit(big(number))
    assert isinstance(writer.submit(big(5)), Full)
    free(writer)
    assert writer.flush(SECONDS)
    assert writer.submit(big(6)) == Accepted()
    writer.close("finished")
    writer.stop(SECONDS)
    written = bodies(store.folder)
    pieces = [body for body in written if isinstance(body, records.Segment)]
    [gap] = [body for body in written if isinstance(body, records.Gap)]
    assert len(pieces) == 6
    assert gap.start == pieces[4].start + pieces[4].duration
    assert gap.end == pieces[5].start


def test_a_disk_that_is_full_to_the_end_is_said_before_the_close(
    writer: EvidenceWriter, store: EvidenceStore
) -> None:
    fill(writer)
    writer.close("finished" + "!" * 60_000)
    eventually(lambda: isinstance(writer.state, Stalled))
    free(writer)
    writer.stop(SECONDS)
    assert names(store.folder)[-2:] == ["Incident", "Close"]


def test_what_never_reached_the_disk_is_counted(
    writer: EvidenceWriter, store: EvidenceStore
) -> None:
    fill(writer)
    writer.submit(big(0))
    writer.submit(big(1))
    eventually(lambda: isinstance(writer.state, Stalled))
    assert writer.stop(0.05) == 2
    eventually(lambda: writer.state == Stopped(2))
    assert "Segment" not in names(store.folder)


def test_a_disk_full_is_no_incident_where_the_policy_says_so(
    tmp_path: Path, clock: FakeClock
) -> None:
    plain = EvidenceServer().policy
    kinds = plain.kinds | {Kind.DISK_FULL: Rule(enabled=False)}
    server = EvidenceServer(policy=msgspec.structs.replace(plain, kinds=kinds))
    store = make_store(tmp_path, server)
    writer = make(store, clock)
    writer.start()
    begin(writer)
    writer.flush(SECONDS)
    fill(writer)
    writer.submit(big(0))
    eventually(lambda: isinstance(writer.state, Stalled))
    free(writer)
    writer.close("finished")
    assert writer.stop(SECONDS) == 0
    assert names(store.folder) == ["Open", "Segment", "Close"]


def test_another_fault_of_the_disk_is_tried_again_too(
    writer: EvidenceWriter, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = EvidenceStore.append, iter(range(3))

    def failing(self: EvidenceStore, *arguments: object) -> None:
        if next(left, None) is not None:
            raise StoreTrouble("The disk is gone.", "Plug it in.")
        real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(EvidenceStore, "append", failing)
    writer.submit(heartbeat())
    assert writer.flush(SECONDS)
    writer.close("finished")
    writer.stop(SECONDS)
    assert names(store.folder) == ["Open", "Heartbeat", "Close"]


def test_an_incident_of_a_full_disk_that_does_not_fit_is_owed(
    writer: EvidenceWriter, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up again just when the incident is due: it follows later."""
    fill(writer)
    writer.submit(big(0))
    eventually(lambda: isinstance(writer.state, Stalled))
    real, refused = EvidenceStore.append, []

    def failing(self: EvidenceStore, signed, record, blobs) -> None:
        if isinstance(record.body, records.Incident) and not refused:
            refused.append(record)
            raise StoreTrouble("The disk is full.", "Free some space.")
        real(self, signed, record, blobs)

    monkeypatch.setattr(EvidenceStore, "append", failing)
    free(writer)
    assert writer.flush(SECONDS)
    writer.submit(heartbeat())
    writer.close("finished")
    writer.stop(SECONDS)
    assert refused
    written = [n for n in names(store.folder) if n != "Incident"]
    assert written == ["Open", "Segment", "Heartbeat", "Close"]


def test_a_bug_stops_the_writer_and_leaves_what_is_saved_deliverable(
    writer: EvidenceWriter, store: EvidenceStore, clock: FakeClock
) -> None:
    clock.mono -= 1  # time that runs backwards cannot be recorded
    writer.submit(heartbeat())
    eventually(lambda: isinstance(writer.state, Broken))
    state = writer.state
    assert isinstance(state, Broken)
    assert "backwards" in state.reason
    assert isinstance(writer.submit(heartbeat()), Ended)
    assert writer.ask(lambda own: own.tally.records_made) == 1
    assert writer.stop(0) == 1
    eventually(lambda: not writer._thread.is_alive())
    assert writer.state == state


def test_a_clock_that_was_set_is_said_without_anything_handed_in(
    writer: EvidenceWriter,
    store: EvidenceStore,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[int] = []
    writer.on_commit = lambda: told.append(1)
    writer.look_at_clock()
    clock.offset += 60_000_000
    writer.look_at_clock()
    writer.ask(lambda _: None)
    assert writer.tally.records_made == 3
    assert told == [1]
    clock.offset -= 60_000_000

    def refuse(self: EvidenceStore, *_: object) -> None:
        raise StoreTrouble("The disk is gone.", "Plug it in.")

    with monkeypatch.context() as patch:
        patch.setattr(EvidenceStore, "append", refuse)
        for _ in range(2):  # it is due with the next record
            writer.look_at_clock()
            writer.ask(lambda _: None)
            assert isinstance(writer.state, Stalled)
    writer.submit(heartbeat())
    assert writer.flush(SECONDS)
    writer.stop(SECONDS)
    said = [name for name in names(store.folder) if name in ("Clock", "Heartbeat")]
    assert said == ["Clock", "Clock", "Heartbeat"]


def test_a_question_is_answered_on_the_writers_thread(writer: EvidenceWriter) -> None:
    assert writer.ask(lambda _: threading.current_thread().name) == "evidence-writer"
    with pytest.raises(ZeroDivisionError):
        writer.ask(lambda _: 1 / 0)


def test_after_the_end_there_is_nobody_to_ask(
    writer: EvidenceWriter, store: EvidenceStore, clock: FakeClock
) -> None:
    writer.stop(SECONDS)
    with pytest.raises(WriterGone, match="evidence upload"):
        writer.ask(lambda own: own.tally)
    assert isinstance(writer.submit(heartbeat()), Ended)


def test_a_writer_that_never_started_can_be_stopped(
    store: EvidenceStore, clock: FakeClock
) -> None:
    writer = make(store, clock)
    begin(writer)
    with pytest.raises(WriterGone):
        writer.ask(lambda own: own.tally)
    assert writer.stop(0) == 1

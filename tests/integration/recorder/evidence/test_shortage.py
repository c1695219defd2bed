"""A disk that runs short: what is left out, what goes on, what is said, and how it ends."""

from __future__ import annotations

import errno
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
    make_ledger,
    make_store,
    opened,
    segment,
    session_key,
)

from recorder.evidence import contents, room
from recorder.evidence import ledger as ledger_module
from recorder.evidence.ballast import NAME, Ballast
from recorder.evidence.drafts import Attachment, draft_body
from recorder.evidence.intake import Accepted
from recorder.evidence.keys import destroy_other_keys
from recorder.evidence.opening import Cause, StoreTrouble
from recorder.evidence.room import FLOOR_BYTES, Step, ballast_bytes, rates
from recorder.evidence.shortage import Care, Room, Shortage
from recorder.evidence.store import EvidenceStore
from recorder.evidence.writer import EvidenceWriter, Saving, Stalled
from shared import records
from shared.flags import Kind
from shared.policy import Policy, Rule
from shared.records import decode_record
from shared.verify import verify_bundle

SECONDS = 20.0
AMPLE = 10**12


class Disk:
    """A disk whose free bytes a test sets; what is really there does not count."""

    def __init__(self, free: int = AMPLE) -> None:
        self.free = free
        self.asked = 0

    def __call__(self, folder: Path) -> int:
        self.asked += 1
        if self.free < 0:
            raise OSError(errno.EIO, "the disk is gone")
        return self.free


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def writer(store: EvidenceStore, clock: FakeClock, disk: Disk) -> Iterator[EvidenceWriter]:
    made = EvidenceWriter(
        store,
        session_key(),
        boot=BOOT,
        clock=clock,
        new_id=ids(),
        retry_s=0.01,
        care=Care(free=disk, look_s=0.0),
    )
    made.start()
    made.open(build={"version": "0"}, models=(), devices={}, consent={})
    assert made.flush(SECONDS)
    yield made
    made.stop(2.0)


def room_for(policy: Policy, step: Step) -> int:
    """Just enough free bytes for a step while evidence is not delivered."""
    return round(rates(policy)[step] * policy.exam.duration_s * 1.3) + FLOOR_BYTES


def written(store: EvidenceStore) -> list[records.Body]:
    again = EvidenceStore.open(store.folder)
    try:
        return read(again)
    finally:
        again.close()


def read(store: EvidenceStore) -> list[records.Body]:
    return [decode_record(line.payload).body for line in contents.all_records(store)]


def shortages(bodies: list[records.Body]) -> list[records.Incident]:
    return [
        body
        for body in bodies
        if isinstance(body, records.Incident) and body.kind is Kind.DISK_FULL
    ]


def beat(writer: EvidenceWriter) -> None:
    """Let the writer look at the disk once more."""
    assert writer.submit(heartbeat()) == Accepted()
    eventually(lambda: writer.waiting.items == 0 or isinstance(writer.state, Stalled))


def reaches(writer: EvidenceWriter, step: Step) -> None:
    beat(writer)
    eventually(lambda: writer.room.step is step)


def test_the_ballast_is_held_once_the_session_has_begun_and_gone_with_its_close(
    writer: EvidenceWriter, store: EvidenceStore
) -> None:
    eventually(lambda: writer.room.whole)
    assert (store.folder / NAME).stat().st_size > FLOOR_BYTES
    writer.close("finished")
    assert writer.flush(SECONDS)
    writer.stop(SECONDS)
    assert not (store.folder / NAME).exists()
    assert shortages(written(store)) == []


def test_a_session_that_was_not_closed_keeps_its_ballast(
    writer: EvidenceWriter, store: EvidenceStore
) -> None:
    eventually(lambda: writer.room.whole)
    writer.stop(SECONDS)
    assert Ballast(store.folder, (store.folder / NAME).stat().st_size).held


def test_quality_goes_down_and_up_by_steps_and_each_is_said(
    writer: EvidenceWriter,
    store: EvidenceStore,
    clock: FakeClock,
    disk: Disk,
    server: EvidenceServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "RATE_TIME_S", 1e9)  # what is made is what the policy bounds
    policy = server.policy
    steps: list[Step] = []
    writer.on_step = steps.append
    eventually(lambda: writer.room.whole)
    # Nothing is delivered for more than a minute, so the whole exam must fit.
    writer.submit(segment(0))
    beat(writer)
    clock.tick(61)
    order = [Step.CAMERA_THINNED, Step.SCREEN_THINNED, Step.NO_ATTACHMENTS]
    for step in order:
        disk.free = room_for(policy, step) - (room_for(policy, step) - FLOOR_BYTES) // 5
        reaches(writer, step)
        assert isinstance(writer.state, Saving)
    disk.free = AMPLE
    reaches(writer, Step.ALL)
    eventually(lambda: steps == [*order, Step.ALL])
    writer.close("finished")
    assert writer.stop(SECONDS) == 0
    said = shortages(written(store))
    assert [body.detail["step"] for body in said] == [*(s.label for s in order), "all"]
    assert len({body.id for body in said}) == 1
    assert [body.end is None for body in said] == [True, True, True, False]
    assert said[-1].detail["worst"] == "no_attachments"


def test_without_room_evidence_waits_and_control_goes_on(
    writer: EvidenceWriter, store: EvidenceStore, disk: Disk, server: EvidenceServer
) -> None:
    eventually(lambda: writer.room.whole)
    disk.free = FLOOR_BYTES - 1
    reaches(writer, Step.CONTROL_ONLY)
    eventually(lambda: isinstance(writer.state, Stalled))
    state = writer.state
    assert isinstance(state, Stalled)
    assert state.disk_full
    assert "no pictures or sound" in writer.room.words
    for number in range(3):
        writer.submit(segment(number))
        writer.submit(heartbeat())
    clip = Attachment("clip", "video/mp4", b"clip")
    assert writer.submit(incident(1, end_ns=None), [clip]) == Accepted(left_out=1)
    assert writer.submit(incident(1)) == Accepted()
    eventually(lambda: writer.waiting.items == 3)
    assert writer.tally.blobs_made == 0
    assert writer.room.ballast, "there was room for control without it"
    disk.free = AMPLE
    assert writer.flush(SECONDS)
    eventually(lambda: writer.room.step is Step.ALL)
    beat(writer)
    writer.close("finished")
    assert writer.stop(SECONDS) == 0
    bodies = written(store)
    own = [b for b in bodies if isinstance(b, records.Incident) and b.kind is Kind.GAZE_AWAY]
    assert [body.end is None for body in own] == [True, False]
    gaps = [body for body in bodies if isinstance(body, records.Gap)]
    assert [gap.stream for gap in gaps] == ["attachment"]
    pieces = [body for body in bodies if isinstance(body, records.Segment)]
    assert [piece.part for piece in pieces] == ["init", "fragment", "fragment"]


def test_a_control_record_that_does_not_fit_releases_a_part_of_the_ballast(
    writer: EvidenceWriter, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is as full as it can be: nothing fits until the ballast is made smaller."""
    eventually(lambda: writer.room.whole)
    whole = writer.room.ballast
    real, gone, released = EvidenceStore.append, Ballast.release, []

    def release(self: Ballast) -> bool:
        released.append(self.left)
        return gone(self)

    monkeypatch.setattr(Ballast, "release", release)

    def append(self: EvidenceStore, *arguments) -> None:
        if not released:
            raise StoreTrouble("The disk is full.", "Free some.", Cause.DISK_FULL)
        real(self, *arguments)

    monkeypatch.setattr(EvidenceStore, "append", append)
    beat(writer)
    eventually(lambda: writer.waiting.items == 0 and not writer.room.whole)
    assert 0 < writer.room.ballast < whole
    assert (store.folder / NAME).stat().st_size == writer.room.ballast
    # Evidence that is taken proves that there is room again, and the ballast is back.
    monkeypatch.undo()
    writer.submit(segment(0))
    assert writer.flush(SECONDS)
    eventually(lambda: writer.room.whole and writer.room.step is Step.ALL)
    assert (store.folder / NAME).exists()
    writer.close("finished")
    assert writer.stop(SECONDS) == 0
    said = shortages(written(store))
    assert said[0].detail["ballast"] < whole
    assert said[0].end is None
    assert said[-1].detail["ballast"] == whole
    assert said[-1].end is not None


def test_a_piece_that_there_is_no_room_for_waits_alone(
    writer: EvidenceWriter, clock: FakeClock, disk: Disk
) -> None:
    """There is room enough for evidence, but not for this; records of control go on."""
    eventually(lambda: writer.room.whole)
    clock.tick(61)
    disk.free = FLOOR_BYTES * 5 // 2
    reaches(writer, Step.NO_ATTACHMENTS)
    writer.submit(segment(0, size=FLOOR_BYTES))
    eventually(lambda: writer.room.step is Step.CONTROL_ONLY)
    beat(writer)
    eventually(lambda: writer.waiting.items == 1)
    assert isinstance(writer.state, Stalled)
    disk.free = AMPLE
    assert writer.flush(SECONDS)


def test_where_all_ballast_is_used_up_control_waits_too(
    writer: EvidenceWriter, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    eventually(lambda: writer.room.whole)

    def full(self: EvidenceStore, *_: object) -> None:
        raise StoreTrouble("The disk is full.", "Free some.", Cause.DISK_FULL)

    with monkeypatch.context() as patch:
        patch.setattr(EvidenceStore, "append", full)
        writer.submit(heartbeat())
        eventually(lambda: writer.room.ballast == 0)
        assert writer.waiting.items == 1
        assert isinstance(writer.state, Stalled)
    assert writer.flush(SECONDS)


def test_a_rotation_on_a_full_disk_has_a_part_of_the_ballast(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = EvidenceServer().policy
    server = EvidenceServer(policy=msgspec.structs.replace(plain, rotate_s=60.0))
    store = make_store(tmp_path, server)
    ledger = opened(make_ledger(store, clock))
    asked: list[str] = []
    real = ledger_module.make_epoch_key

    def make_room() -> bool:
        asked.append("room")
        return len(asked) > 1

    def make_key(folder: Path, epoch: int):
        if len(asked) < 2:
            raise StoreTrouble("The disk is full.", "Free some.", Cause.DISK_FULL)
        return real(folder, epoch)

    ledger.make_room = make_room
    monkeypatch.setattr(ledger_module, "make_epoch_key", make_key)
    for _ in range(2):
        clock.tick(60)
        ledger.commit(draft_body(heartbeat()))
    names = [type(body).__name__ for body in read(store)]
    assert names == ["Open", "Heartbeat", "Rotate", "Heartbeat"]
    store.close()


def test_keys_that_cannot_be_listed_are_destroyed_another_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, _: str) -> None:
        raise OSError(errno.EIO, "the disk is gone")

    monkeypatch.setattr(Path, "glob", fail)
    with pytest.raises(StoreTrouble, match="the disk is gone"):
        destroy_other_keys(tmp_path, 0)


def test_a_disk_that_stays_full_to_the_end_lets_the_chain_be_closed(
    writer: EvidenceWriter,
    store: EvidenceStore,
    disk: Disk,
    server: EvidenceServer,
    tmp_path: Path,
) -> None:
    eventually(lambda: writer.room.whole)
    disk.free = 0
    reaches(writer, Step.CONTROL_ONLY)
    for number in range(4):
        writer.submit(segment(number))
    writer.close("finished")
    assert not writer.flush(0.1)
    writer.give_up_bulk()
    assert writer.flush(SECONDS)
    writer.ask(lambda own: deliver_all(server, own))
    assert writer.stop(SECONDS) == 0
    *_, gap, last, close = written(store)
    assert isinstance(gap, records.Gap)
    assert gap.end - gap.start == 16_000_000
    assert isinstance(last, records.Incident)
    assert last.end is not None
    assert last.detail["step"] == "control_only"
    assert isinstance(close, records.Close)
    assert verify_bundle(server.export(tmp_path / "session.zip")).holds


def test_room_within_the_database_counts(
    store: EvidenceStore, clock: FakeClock, server: EvidenceServer
) -> None:
    """What the server has signed for leaves its room to what comes, on the fullest disk."""
    disk = Disk(0)
    shortage = Shortage(store, server.policy, ids(), Care(free=disk, look_s=0.0))
    assert shortage.look(clock())
    assert shortage.room.step is Step.CONTROL_ONLY
    assert not shortage.admits(0)
    store.room_inside = lambda: ballast_bytes(server.policy) + 4 * FLOOR_BYTES
    assert shortage.look(clock())
    assert shortage.open
    assert shortage.admits(FLOOR_BYTES)
    assert not shortage.admits(3 * FLOOR_BYTES)


def test_a_disk_that_does_not_answer_changes_nothing(
    store: EvidenceStore, clock: FakeClock, server: EvidenceServer
) -> None:
    disk = Disk(-1)
    shortage = Shortage(store, server.policy, ids(), Care(free=disk, look_s=0.0))
    assert not shortage.look(clock())
    assert shortage.room == Room()


def test_the_disk_is_not_asked_more_often_than_need_be(
    store: EvidenceStore, clock: FakeClock, server: EvidenceServer
) -> None:
    disk = Disk()
    shortage = Shortage(store, server.policy, ids(), Care(free=disk, look_s=60.0))
    shortage.look(clock())
    asked = disk.asked
    shortage.look(clock())
    assert disk.asked == asked


def test_ballast_that_cannot_be_written_is_tried_again_later(
    store: EvidenceStore,
    clock: FakeClock,
    server: EvidenceServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[int] = []

    def take(self: Ballast) -> bool:
        tries.append(1)
        return False

    monkeypatch.setattr(Ballast, "take", take)
    shortage = Shortage(store, server.policy, ids(), Care(free=Disk(), look_s=0.0))
    for _ in range(3):
        shortage.look(clock())
    assert tries == [1]
    assert shortage.room == Room(Step.ALL, AMPLE)


def test_while_evidence_is_delivered_room_for_an_outage_is_enough(
    store: EvidenceStore, clock: FakeClock, server: EvidenceServer
) -> None:
    disk = Disk(room_for(server.policy, Step.ALL) // 3)
    shortage = Shortage(store, server.policy, ids(), Care(free=disk, look_s=0.0))
    shortage.look(clock())
    assert shortage.room.step is Step.ALL
    store.tally = store.tally._replace(blobs_made=1, bytes_made=1_000)
    clock.tick(61)
    shortage.look(clock())
    assert shortage.room.step is not Step.ALL
    store.tally = store.tally._replace(blobs_made=2, bytes_sent=1_000)
    clock.tick(1)
    shortage.look(clock())
    assert shortage.room.step is Step.ALL


def test_a_shortage_is_no_incident_where_the_policy_says_so(
    tmp_path: Path, clock: FakeClock
) -> None:
    plain = EvidenceServer().policy
    kinds = plain.kinds | {Kind.DISK_FULL: Rule(enabled=False)}
    server = EvidenceServer(policy=msgspec.structs.replace(plain, kinds=kinds))
    store = make_store(tmp_path, server)
    shortage = Shortage(store, server.policy, ids(), Care(free=Disk(0), look_s=0.0))
    assert shortage.look(clock())
    assert shortage.due(clock()) is None
    store.close()

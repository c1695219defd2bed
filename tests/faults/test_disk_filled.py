"""A real, small disk that another program fills: what is saved stays, what waits is told."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from support.evidence_server import EvidenceServer
from support.figures import amount
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
from support.small_disk import fill, small_disk

from recorder.evidence import contents
from recorder.evidence.audit import check_store
from recorder.evidence.ballast import NAME
from recorder.evidence.intake import Accepted, Limits
from recorder.evidence.opening import StoreTrouble
from recorder.evidence.room import OTHER_RECORDS_AN_HOUR, PROLONGED, Step
from recorder.evidence.segments import Segment
from recorder.evidence.shortage import Care
from recorder.evidence.store import EvidenceStore
from recorder.evidence.writer import EvidenceWriter, Stalled
from shared import records
from shared.policy import Policy
from shared.records import Heartbeat, decode_record
from shared.verify import verify_bundle

DISK_BYTES = 64 * 1024 * 1024

LEVELS = amount(2, 100)
EXT4_LEVELS = amount(1, 100)

# Fragments of some seven times the usual size, so that the disk fills in seconds.
PIECES = {"camera": 250_000, "microphone": 60_000, "screen": 180_000}
STEP_S = 4.0

# So little may wait that a full disk makes the queue full, too.
LIMITS = Limits(items=60, bytes=6_000_000)

# Records of control on the full disk at each level; at one level, those of a whole exam.
BEATS = amount(80, 150)


class Recording:
    """A real writer on the disk, and what it was given and called saved."""

    def __init__(self, place: Path) -> None:
        self.clock = FakeClock()
        self.server = EvidenceServer(now=lambda: self.clock.wall)
        self.store = make_store(place / "store", self.server)
        self.writer = EvidenceWriter(
            self.store,
            session_key(),
            boot=BOOT,
            clock=self.clock,
            limits=LIMITS,
            new_id=ids(),
            retry_s=0.005,
            care=Care(look_s=0.0),
        )
        self.claimed: list[str] = []
        self.writer.on_commit = self._claim
        self.taken: dict[str, list[int]] = defaultdict(list)
        self.refused: dict[str, list[int]] = defaultdict(list)
        self.beats = 0
        self.rounds = 0
        self.released = False

    def _claim(self) -> None:
        """On the writer's thread, when a commit has returned: this is called saved."""
        self.claimed.append(contents.hash_at(self.store, self.store.tally.records_made) or "")

    def begin(self) -> None:
        self.writer.start()
        self.writer.open(build={"version": "0"}, models=(), devices={}, consent={})
        for stream in PIECES:
            self.hand_in(segment(0, stream=stream))
        assert self.writer.flush(30)
        eventually(lambda: self.writer.room.whole)

    def hand_in(self, piece: Segment) -> None:
        taken = isinstance(self.writer.submit(piece), Accepted)
        (self.taken if taken else self.refused)[piece.stream].append(piece.start_ns // 1000)

    def go_on(self) -> None:
        """Four seconds of a recording."""
        self.rounds += 1
        self.clock.tick(STEP_S)
        for stream, size in PIECES.items():
            self.hand_in(segment(self.rounds, stream=stream, size=size))
        self.beat()

    def beat(self) -> None:
        """One heartbeat of the usual size, and wait until it is on the disk."""
        self.beats += self.writer.submit(BEAT) == Accepted()
        eventually(self._control_is_saved)
        self.released = self.released or not self.writer.room.whole

    def _control_is_saved(self) -> bool:
        return all(draft.pieces for draft in tuple(self.writer._intake._drafts))

    @property
    def held_up(self) -> bool:
        return isinstance(self.writer.state, Stalled)


BEAT = msgspec.structs.replace(heartbeat(), machine={"detail": "x" * 1_100})


@contextmanager
def disk_of(kind: str, tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path, kind, DISK_BYTES) as place:
        yield place


@pytest.mark.parametrize(("kind", "levels"), [("tmpfs", LEVELS), ("ext4", EXT4_LEVELS)])
def test_a_disk_filled_to_any_level_loses_nothing_that_was_saved(
    tmp_path: Path, figures: Callable[[str, str], None], kind: str, levels: int
) -> None:
    totals: defaultdict[str, int] = defaultdict(int)
    with disk_of(kind, tmp_path) as place:
        for level in range(levels):
            share = level / max(1, levels - 1)
            for what, count in fill_and_free(place, share, tmp_path).items():
                totals[what] += count
            shutil.rmtree(place / "store")
    figures(
        f"a 64 MB {kind} filled to the last byte",
        f"{levels} levels: {totals['saved']} records called saved, all there; "
        f"{totals['beats']} heartbeats on the full disk; "
        f"ballast used at {totals['released']} levels; {totals['refused']} pieces refused, "
        f"each in a signed gap; every queue drained, every bundle verifies",
    )


def fill_and_free(place: Path, share: float, tmp_path: Path) -> dict[str, int]:
    """One level: ``share`` of the room is another's from the beginning, then all of it."""
    recording = Recording(place)
    recording.begin()
    try:
        fill(place, leave=round(shutil.disk_usage(place).free * (1 - share)))
        while not recording.held_up:
            recording.go_on()
        beats_before = recording.beats
        filler = fill(place)
        for _ in range(BEATS):
            recording.beat()
        while not recording.refused:
            recording.go_on()
        on_full_disk = recording.beats - beats_before
        assert recording.held_up
        assert recording.released, "the ballast was not needed: the test proves nothing"
        filler.unlink()
        return {**judge(recover(recording), tmp_path), "beats": on_full_disk}
    finally:
        recording.writer.stop(0)


def recover(recording: Recording) -> Recording:
    """Room comes back, on the disk or by delivery: all that waits is saved, and more."""
    writer = recording.writer
    writer.ask(lambda own: deliver_all(recording.server, own))
    assert writer.flush(60)
    for _ in range(3):
        recording.go_on()
        assert writer.flush(60)
    assert not recording.held_up
    writer.close("finished")
    assert writer.flush(60)
    writer.ask(lambda own: deliver_all(recording.server, own))
    assert writer.stop(30) == 0
    return recording


def judge(recording: Recording, tmp_path: Path) -> dict[str, int]:
    """All that was called saved is there, all that is missing is said, and it verifies."""
    store = EvidenceStore.open(recording.store.folder)
    try:
        assert check_store(store) == []
        chain = contents.record_hashes(store)
        assert not (store.folder / NAME).exists()
    finally:
        store.close()
    held = recording.server.held
    assert held is not None
    assert set(recording.claimed) <= set(chain)
    bodies = [decode_record(signed.payload).body for signed in held.records]
    assert sum(isinstance(body, Heartbeat) for body in bodies) == recording.beats
    pieces: defaultdict[str, list[int]] = defaultdict(list)
    gaps: defaultdict[str, list[records.Gap]] = defaultdict(list)
    for body in bodies:
        match body:
            case records.Segment(stream=stream, start=start):
                pieces[stream].append(start)
            case records.Gap(stream=stream):
                gaps[stream].append(body)
            case _:
                pass
    assert pieces == recording.taken
    for stream, starts in recording.refused.items():
        for start in starts:
            assert any(gap.start <= start < gap.end for gap in gaps[stream]), (stream, start)
    assert verify_bundle(recording.server.export(tmp_path / "session.zip")).holds
    return {
        "saved": len(recording.claimed),
        "refused": sum(map(len, recording.refused.values())),
        "released": int(recording.released),
    }


def test_the_ballast_holds_the_control_records_of_a_whole_exam(
    tmp_path: Path, figures: Callable[[str, str], None]
) -> None:
    """From the moment when the disk is full to the end, and the close: all on ballast."""
    with disk_of("tmpfs", tmp_path) as place:
        recording = Recording(place)
        recording.begin()
        policy = recording.server.policy
        ballast = (recording.store.folder / NAME).stat().st_size
        recording.go_on()
        fill(place)
        try:
            for number in range(control_records(policy)):
                if number % 2:
                    recording.beat()
                else:
                    recording.writer.submit(incident(number))
                    eventually(recording._control_is_saved)
            assert recording.released
            recording.writer.close("finished")
            recording.writer.give_up_bulk()
            assert recording.writer.flush(30)
            left = shutil.disk_usage(place).free
        finally:
            recording.writer.stop(0)
    figures(
        "control records on ballast alone",
        f"{control_records(policy)} in {ballast:,} bytes of ballast, {left:,} left of it",
    )


def control_records(policy: Policy) -> int:
    """As many as the ballast is made for (``room``)."""
    hours = policy.exam.duration_s * PROLONGED / 3600
    rotations = 3600 / policy.rotate_s
    return round(hours * (3600 / policy.heartbeat_s + rotations + OTHER_RECORDS_AN_HOUR))


def test_a_session_cannot_begin_on_a_full_disk_and_says_what_to_do(tmp_path: Path) -> None:
    with disk_of("tmpfs", tmp_path) as place:
        filler = fill(place)
        with pytest.raises(StoreTrouble) as caught:
            Recording(place)
        assert "No space left" in caught.value.what or "full" in caught.value.what
        filler.unlink()
        recording = Recording(place)
        recording.begin()
        assert recording.writer.room.step is Step.ALL
        recording.writer.stop(10)

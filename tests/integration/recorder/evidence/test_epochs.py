"""Epochs: keys hand over on time, and a chain goes on after a crash at any point."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.evidence_server import EvidenceServer
from support.recording import (
    BOOT,
    FakeClock,
    deliver_all,
    heartbeat,
    ids,
    incident,
    make_store,
    opened,
    segment,
    session_key,
)
from support.sessions import WALL_ORIGIN

from recorder.evidence import contents, keys
from recorder.evidence import ledger as room
from recorder.evidence.drafts import draft_body, draft_incident, draft_segment
from recorder.evidence.going_on import read_standing, reopen
from recorder.evidence.keys import epoch_path, keep_epoch_key
from recorder.evidence.ledger import NO_HANDOVER, ROTATE_RETRY_US, Ledger, empty_close
from recorder.evidence.opening import StoreTrouble, unwritable
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from shared import records
from shared.flags import Kind
from shared.policy import Rule
from shared.records import decode_record
from shared.signed import public_bytes
from shared.verify import verify_bundle

ROTATE_S = 900
BEAT = draft_body(heartbeat())


def bodies(store: EvidenceStore) -> list[records.Body]:
    return [decode_record(line.payload).body for line in contents.all_records(store)]


def kinds(store: EvidenceStore) -> list[str]:
    return [type(body).__name__ for body in bodies(store)]


def key_files(store: EvidenceStore) -> list[str]:
    return sorted(path.name for path in store.folder.glob("*.key"))


@pytest.fixture
def store(store: EvidenceStore) -> EvidenceStore:
    """The session's store with its first key on disk."""
    keep_epoch_key(store.folder, 0, session_key())
    return store


def again(store: EvidenceStore, clock: FakeClock, boot: str = BOOT) -> Ledger:
    """A new start of the program, whose predecessor was killed."""
    folder = store.folder
    store.close()
    opened, key = reopen(folder)
    return Ledger(opened, key, clock=clock, boot=boot, new_id=ids())


def resume(made: Ledger, begins: int | None = None) -> list[records.Body]:
    """Resume; what was written."""
    size = made.chain.size
    made.resume(records.Resume(reason="started again", next=NO_HANDOVER), begins)
    return bodies(made._store)[size:]


# Rotation


def test_a_key_serves_for_the_policys_time(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    server: EvidenceServer,
    tmp_path: Path,
) -> None:
    clock.tick(ROTATE_S - 1)
    ledger.commit(BEAT)
    assert ledger.chain.epoch == 0
    for epoch in (1, 2):
        clock.tick(1 if epoch == 1 else ROTATE_S)
        ledger.commit(BEAT)
        assert ledger.chain.epoch == epoch
        assert key_files(store) == [f"epoch-{epoch}.key"]
    assert kinds(store) == ["Open", "Heartbeat", "Rotate", "Heartbeat", "Rotate", "Heartbeat"]
    ledger.commit(empty_close("finished"))
    assert key_files(store) == []
    deliver_all(server, store)
    assert verify_bundle(server.export(tmp_path / "session.zip")).holds


def test_a_store_is_gone_on_with_by_the_key_of_its_epoch(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    clock.tick(ROTATE_S)
    ledger.commit(BEAT)
    made = again(store, clock)
    assert made.chain.epoch == 1
    resume(made)
    assert made.chain.epoch == 2
    assert key_files(store) == ["epoch-2.key"]


def test_a_next_key_without_its_rotate_is_replaced(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    """Killed between writing the next key and the record that hands over to it."""
    stale = keys.make_epoch_key(store.folder, 1)
    (store.folder / "epoch-1.new").write_bytes(b"half a k")
    made = again(store, clock)
    resume(made)
    assert made.chain.public_key != public_bytes(stale)
    assert sorted(p.name for p in store.folder.glob("epoch-*")) == ["epoch-1.key"]


def test_an_old_key_that_a_crash_left_is_destroyed(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed between the rotate and the destruction of the old key."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(room, "destroy_other_keys", killed)
        clock.tick(ROTATE_S)
        with pytest.raises(KeyboardInterrupt):
            ledger.commit(BEAT)
    assert key_files(store) == ["epoch-0.key", "epoch-1.key"]
    made = again(store, clock)
    resume(made)
    assert key_files(store) == ["epoch-2.key"]


def test_a_key_is_overwritten_before_its_name_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_epoch_key(tmp_path, 0, session_key())
    seen: list[bytes] = []
    unlink = Path.unlink

    def look(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".key":
            seen.append(path.read_bytes())
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", look)
    keys.destroy_other_keys(tmp_path, 1)
    [data] = seen
    assert data == bytes(len(data))
    assert len(data) > 32


def test_recording_goes_on_where_a_key_cannot_be_kept(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(folder: Path, _epoch: int) -> Ed25519PrivateKey:
        raise unwritable(folder, "no space")

    clock.tick(ROTATE_S)
    with monkeypatch.context() as patch:
        patch.setattr(room, "make_epoch_key", full)
        ledger.commit(BEAT)
        ledger.commit(BEAT)
    assert capsys.readouterr().out.count("rotation_put_off") == 1
    assert ledger.chain.epoch == 0
    clock.tick(ROTATE_RETRY_US / 1e6)
    ledger.commit(BEAT)
    assert ledger.chain.epoch == 1


def test_a_key_that_cannot_be_destroyed_is_tried_again(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stuck(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    clock.tick(ROTATE_S)
    with monkeypatch.context() as patch:
        patch.setattr(keys, "_destroy", stuck)
        ledger.commit(BEAT)
    assert "old_key_kept" in capsys.readouterr().out
    assert key_files(store) == ["epoch-0.key", "epoch-1.key"]
    clock.tick(ROTATE_S)
    ledger.commit(BEAT)
    assert key_files(store) == ["epoch-2.key"]


def test_a_commit_that_fails_is_tried_again_with_the_same_next_key(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be found on the disk after all, and then that key is the one in force."""
    clock.tick(ROTATE_S)
    with monkeypatch.context() as patch:
        patch.setattr(store, "append", raising(unwritable(store.folder, "an error")))
        with pytest.raises(StoreTrouble):
            ledger.commit(BEAT)
    made = epoch_path(store.folder, 1).read_bytes()
    ledger.commit(BEAT)
    assert epoch_path(store.folder, 1).read_bytes() == made
    assert kinds(store) == ["Open", "Rotate", "Heartbeat"]


def raising(error: Exception) -> Callable[..., None]:
    def call(*_: object) -> None:
        raise error

    return call


# Going on


def test_a_resume_says_what_was_missed(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    server: EvidenceServer,
    tmp_path: Path,
) -> None:
    """Two streams; the microphone had one segment more when the recorder was killed."""
    for number in range(2):
        ledger.commit(draft_segment(segment(number)))
        ledger.commit(draft_segment(segment(number, stream="microphone")))
    ledger.commit(draft_segment(segment(2, stream="microphone")))
    clock.tick(12)
    ledger.commit(draft_incident(incident(end_ns=None)))
    clock.tick(60)
    made = again(store, clock)
    written = resume(made, clock.mono + 500_000)
    assert [type(body).__name__ for body in written] == ["Resume", "Gap", "Gap", "Incident"]
    first = segment(1)
    end = (first.start_ns + first.duration_ns) // 1000
    assert written[1] == records.Gap(
        stream="camera", start=end, end=clock.mono + 500_000, reason=room.INTERRUPTED
    )
    assert isinstance(written[2], records.Gap)
    assert written[2].start == end + 4_000_000
    said = written[3]
    assert isinstance(said, records.Incident)
    assert (said.kind, said.start, said.end) == (Kind.GAP, end, clock.mono + 500_000)
    assert said.detail["seconds"] == 60.5
    assert said.detail["streams"] == ["camera", "microphone"]
    made.commit(draft_segment(segment(0)))
    made.commit(draft_segment(segment(1, start_ns=clock.mono * 1000)))
    made.commit(empty_close("finished"))
    deliver_all(server, made._store)
    verdict = verify_bundle(server.export(tmp_path / "session.zip"))
    assert verdict.holds, verdict.results


def test_an_interruption_is_no_incident_where_the_policy_says_so(
    tmp_path: Path, clock: FakeClock
) -> None:
    server = EvidenceServer()
    off = server.policy.kinds | {Kind.GAP: Rule(enabled=False)}
    store = make_store(
        tmp_path, EvidenceServer(policy=msgspec.structs.replace(server.policy, kinds=off))
    )
    keep_epoch_key(store.folder, 0, session_key())
    opened(Ledger(store, session_key(), clock=clock, boot=BOOT, new_id=ids()))
    clock.tick(5)
    assert [type(body).__name__ for body in resume(again(store, clock))] == ["Resume"]


def test_another_boot_begins_with_a_resume(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    server: EvidenceServer,
    tmp_path: Path,
) -> None:
    """The new boot's clock began at nought 10 s ago, two minutes after the last segment."""
    ledger.commit(draft_segment(segment(0)))
    ledger.commit(draft_segment(segment(1)))
    end = segment(1).start_ns // 1000 + 4_000_000
    since = end + clock.offset
    clock.tick(130)
    later = FakeClock(10_000_000)
    later.offset = clock.wall - later.mono
    made = again(store, later, "boot-2")
    written = resume(made)
    assert [type(body).__name__ for body in written] == ["Resume", "Gap", "Incident"]
    gap, said = written[1:]
    assert isinstance(gap, records.Gap)
    assert (gap.start, gap.end, gap.since) == (0, 10_000_000, since)
    assert isinstance(said, records.Incident)
    assert said.detail["seconds"] == 130.0
    made.commit(empty_close("finished"))
    # The server's clock is the fixture's, which went on.
    clock.tick(1)
    deliver_all(server, made._store)
    verdict = verify_bundle(server.export(tmp_path / "session.zip"))
    assert verdict.holds, verdict.results


def test_a_clock_set_while_the_recorder_was_down_is_said_first(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    clock.tick(5)
    clock.offset += 3_600_000_000
    written = resume(again(store, clock))
    assert [type(body).__name__ for body in written] == [
        "Clock",
        "Resume",
        "Incident",
        "Incident",
    ]
    said = [body.kind for body in written if isinstance(body, records.Incident)]
    assert said == [Kind.CLOCK_JUMP, Kind.GAP]


def test_a_crash_in_the_middle_of_a_resume_is_resumed_too(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After ``resume``, before its gap: the next one covers all of it."""
    ledger.commit(draft_segment(segment(0)))
    clock.tick(5)
    made = again(store, clock)
    with monkeypatch.context() as patch:
        patch.setattr(made, "_missed", lambda *_: [draft_body(heartbeat())])
        resume(made)
    clock.tick(5)
    written = resume(again(made._store, clock))
    assert [type(body).__name__ for body in written] == ["Resume", "Gap", "Incident"]
    [gap] = [body for body in written if isinstance(body, records.Gap)]
    assert (gap.start, gap.end) == (segment(0).start_ns // 1000, clock.mono)


# Replaying


def test_what_a_receipt_covers_is_not_verified_again(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    server: EvidenceServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deliver_all(server, store)
    ledger.commit(BEAT)
    judged: list[str] = []
    for name in ("accept", "follow"):
        monkeypatch.setattr(room, name, counting(name, judged, getattr(room, name)))
    again(store, clock)
    assert judged == ["follow", "accept"]


def counting(name: str, calls: list[str], call: Callable[..., object]) -> Callable[..., object]:
    def counted(*arguments: object) -> object:
        calls.append(name)
        return call(*arguments)

    return counted


@pytest.mark.parametrize(
    ("covered", "why"),
    [((1, "ab" * 32), "of another chain"), ((2, "ab" * 32), "not all here")],
)
def test_a_receipt_that_is_not_of_this_chain_ends_it(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    covered: tuple[int, str],
    why: str,
) -> None:
    monkeypatch.setattr(Ledger, "_covered", lambda _self: covered)
    with pytest.raises(EnvironmentFault, match=why):
        again(store, clock)


def test_a_receipt_by_another_key_counts_for_nothing(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    server: EvidenceServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deliver_all(server, store)
    monkeypatch.setattr(room, "holds", lambda *_: False)
    assert ledger._covered()[0] == 0


def test_a_session_knows_when_it_should_be_over(
    store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    standing = read_standing(store)
    assert standing.planned_end == clock.wall + 3_600_000_000
    assert (standing.begun, standing.last, standing.empty) == (clock.wall, clock.wall, False)
    assert standing.begun > WALL_ORIGIN

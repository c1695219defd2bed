"""What an earlier run left: found by its code, opened again, handed in as it is."""

from __future__ import annotations

import errno
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.evidence_server import EvidenceServer
from support.recording import (
    BOOT,
    FakeClock,
    deliver_all,
    found,
    heartbeat,
    ids,
    incident,
    make_ledger,
    make_store,
    opened,
    segment,
    session_key,
)
from support.sessions import WALL_ORIGIN

from recorder.evidence import contents, keys, ledger
from recorder.evidence.ballast import NAME, PART_BYTES, Ballast
from recorder.evidence.drafts import (
    draft_body,
    draft_enrolment,
    draft_incident,
    draft_segment,
)
from recorder.evidence.going_on import (
    consent_of,
    hand_in,
    read_calibration,
    read_phases,
    read_standing,
    reopen,
    session_of,
)
from recorder.evidence.keys import (
    CODE_FILE,
    came_from,
    code_digest,
    keep_epoch_key,
    pending_key,
    pending_path,
    remember_code,
    save_key,
)
from recorder.evidence.ledger import NO_HANDOVER, Ledger, empty_close
from recorder.evidence.opening import StoreTrouble, disk_full, failed, unwritable
from recorder.evidence.store import EvidenceStore
from recorder.evidence.writer import EvidenceWriter
from recorder.faults import EnvironmentFault
from recorder.status import Agreed
from shared import records
from shared.records import decode_record
from shared.signed import Signed
from shared.verify import verify_bundle

SERVER = "https://exams.example.edu"


@pytest.fixture
def folder(tmp_path: Path, server: EvidenceServer) -> Path:
    """A session that holds its key and nothing else yet; nobody uses it."""
    store = make_store(tmp_path, server)
    store.close()
    keep_epoch_key(store.folder, 0, session_key())
    return store.folder


@pytest.fixture
def interrupted(folder: Path, clock: FakeClock) -> Path:
    """A session with a segment that was never closed."""
    with closing(EvidenceStore.open(folder)) as store:
        opened(make_ledger(store, clock)).commit(draft_segment(segment(0)))
    return folder


def bodies(folder: Path) -> list[records.Body]:
    with closing(EvidenceStore.open(folder)) as store:
        return [decode_record(line.payload).body for line in contents.all_records(store)]


def close(folder: Path, clock: FakeClock) -> None:
    hand_in(folder, "handed in", boot=BOOT, clock=clock, new_id=ids())


# By its code


@pytest.mark.parametrize("typed", ["7K2M-Q4WD-9XTA", " 7k2mq4wd9xta", "7k2m q4wd 9xta"])
def test_a_code_finds_its_session_however_it_is_typed(folder: Path, typed: str) -> None:
    remember_code(folder, SERVER, "7K2M-Q4WD-9XTA")
    assert session_of(folder.parent, SERVER, typed) == folder


def test_letters_that_are_written_for_digits_are_the_digits() -> None:
    assert code_digest(SERVER, "OIL0-1111-0000") == code_digest(SERVER, "0110-1111-OOOO")


def test_another_code_or_server_finds_nothing(folder: Path) -> None:
    remember_code(folder, SERVER, "7K2M-Q4WD-9XTA")
    assert session_of(folder.parent, SERVER, "7K2M-Q4WD-9XTB") is None
    assert session_of(folder.parent, "https://other.example", "7K2M-Q4WD-9XTA") is None


def test_a_session_without_a_code_is_found_by_none(folder: Path) -> None:
    assert not came_from(folder, SERVER, "7K2M-Q4WD-9XTA")
    (folder / CODE_FILE).write_bytes(b"\xff\xfe")
    assert not came_from(folder, SERVER, "7K2M-Q4WD-9XTA")


# Opened again


def test_a_key_that_was_left_under_the_code_is_destroyed(interrupted: Path) -> None:
    root = interrupted.parent
    remember_code(interrupted, SERVER, "A-CODE")
    pending_key(root, SERVER, "A-CODE")
    save_key(pending_path(root, SERVER, "ANOTHER"), session_key())
    reopen(interrupted).store.close()
    assert not pending_path(root, SERVER, "A-CODE").exists()
    assert pending_path(root, SERVER, "ANOTHER").exists()


def test_a_key_under_the_code_that_cannot_be_destroyed_is_said(
    interrupted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    remember_code(interrupted, SERVER, "A-CODE")
    monkeypatch.setattr(keys, "_destroy", stuck)
    with pytest.raises(StoreTrouble, match="Permission denied"):
        reopen(interrupted)


def test_a_writer_goes_on_before_it_starts(
    interrupted: Path, clock: FakeClock, server: EvidenceServer, tmp_path: Path
) -> None:
    clock.tick(5)
    store, key = reopen(interrupted)
    writer = EvidenceWriter(store, key, boot=BOOT, clock=clock, new_id=ids())
    assert writer.streams == ("camera",)
    writer.resume(
        "started again",
        clock.mono,
        build={"version": "1"},
        models=(),
        devices={"camera": "another"},
        unwatched=("screen: not recorded",),
    )
    assert writer.epoch == 1
    writer.start()
    writer.close("finished")
    assert writer.stop(20.0) == 0
    resume = next(body for body in bodies(interrupted) if isinstance(body, records.Resume))
    assert (resume.devices, resume.unwatched) == (
        {"camera": "another"},
        ("screen: not recorded",),
    )
    with closing(EvidenceStore.open(interrupted)) as again:
        deliver_all(server, again)
    assert verify_bundle(server.export(tmp_path / "session.zip")).holds


def test_the_newest_calibration_is_gone_on_with(folder: Path, clock: FakeClock) -> None:
    with closing(EvidenceStore.open(folder)) as store:
        own = opened(make_ledger(store, clock))
        assert read_calibration(store) is None
        for detail in ({"v": 1}, {"v": 2}):
            own.commit(draft_enrolment(records.Enrolment(calibration=detail)))
        # What was taken later of the face says nothing of the screen.
        own.commit(draft_enrolment(records.Enrolment(identity={"likeness": 0.9})))
        assert read_calibration(store) == {"v": 2}


HOUR_US = 3_600_000_000


def in_exam(store: EvidenceStore, clock: FakeClock, set_by: int, boot: str = BOOT) -> int:
    """Write that the exam begins, and ten minutes of it; the clock is set in the middle.

    When it began is given, ``mono`` microseconds.
    """
    own = Ledger(store, session_key(), clock=clock, boot=boot, new_id=ids())
    opened(own).commit(draft_body(records.Phase(name="exam", by="recorder")))
    began = clock.mono
    clock.tick(300)
    clock.offset += set_by
    clock.tick(300)
    own.commit(draft_body(heartbeat()))
    return began


@pytest.mark.parametrize("set_by", [HOUR_US, -HOUR_US])
def test_a_clock_that_is_set_does_not_move_the_phases_of_this_boot(
    folder: Path, clock: FakeClock, set_by: int
) -> None:
    with closing(EvidenceStore.open(folder)) as store:
        began = in_exam(store, clock, set_by)
        clock.offset += set_by
        [(at_ns, phase)] = read_phases(store, BOOT, clock())
    assert (at_ns, phase.name) == (began * 1_000, "exam")


@pytest.mark.parametrize("set_by", [0, HOUR_US, -HOUR_US])
def test_a_clock_that_is_set_does_not_move_the_phases_of_an_earlier_boot(
    folder: Path, clock: FakeClock, set_by: int
) -> None:
    with closing(EvidenceStore.open(folder)) as store:
        began = in_exam(store, clock, set_by)
        later = FakeClock(mono=60_000_000)
        later.offset = clock.wall + 120_000_000 - later.mono
        [(at_ns, _)] = read_phases(store, "boot-2", later())
    assert later.mono - at_ns // 1_000 == clock.mono - began + 120_000_000


@pytest.mark.parametrize("set_by", [HOUR_US, -HOUR_US])
def test_a_clock_set_after_a_restart_does_not_move_what_came_before_it(
    folder: Path, clock: FakeClock, set_by: int
) -> None:
    """Set while the second boot records, and once more before the recorder goes on."""
    with closing(EvidenceStore.open(folder)) as store:
        began = in_exam(store, clock, 0)
        later = FakeClock(mono=60_000_000)
        later.offset = clock.wall - later.mono
        gone = Ledger(store, session_key(), clock=later, boot="boot-2", new_id=ids())
        gone.resume(records.Resume(reason="again", next=NO_HANDOVER))
        for _ in range(2):
            later.tick(10)
            later.offset += set_by
            gone.commit(draft_incident(incident(detail={"type": "phase"})))
        later.offset += set_by
        found = read_phases(store, "boot-2", later())
    assert [later.mono - at_ns // 1_000 for at_ns, _ in found] == [
        clock.mono - began + 20_000_000
    ]


def test_a_session_without_a_record_went_through_no_phase(
    folder: Path, clock: FakeClock
) -> None:
    with closing(EvidenceStore.open(folder)) as store:
        assert read_phases(store, BOOT, clock()) == []


@pytest.mark.parametrize("parts", [0, 2])
def test_a_full_disk_gives_its_ballast_for_a_resume(
    interrupted: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    """The key fits when a second part of the ballast has been let go."""
    clock.tick(5)
    store, key = reopen(interrupted)
    writer = EvidenceWriter(store, key, boot=BOOT, clock=clock, new_id=ids())
    left = [parts]

    def make_room() -> bool:
        left[0] -= 1
        return left[0] >= 0

    def full(folder: Path, _epoch: int) -> Ed25519PrivateKey:
        if left[0] <= 0:
            return keys.make_epoch_key(folder, 1)
        raise failed(OSError(errno.ENOSPC, "No space left on device"), folder)

    monkeypatch.setattr(writer._shortage, "make_room", make_room)
    monkeypatch.setattr(ledger, "make_epoch_key", full)
    writer.resume("again", clock.mono, build={}, models=(), devices={})
    assert writer.epoch == 1
    writer.start()
    assert writer.stop(20.0) == 0


def test_a_disk_that_stays_full_is_said(
    interrupted: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, _epoch: int) -> Ed25519PrivateKey:
        raise failed(OSError(errno.ENOSPC, "No space left on device"), folder)

    store, key = reopen(interrupted)
    writer = EvidenceWriter(store, key, boot=BOOT, clock=clock, new_id=ids())
    monkeypatch.setattr(writer._shortage, "make_room", lambda: False)
    monkeypatch.setattr(ledger, "make_epoch_key", full)
    with closing(store), pytest.raises(StoreTrouble, match="disk is full"):
        writer.resume("again", clock.mono, build={}, models=(), devices={})


def test_what_is_no_hash_names_no_key(interrupted: Path) -> None:
    (interrupted / CODE_FILE).write_text("../../somewhere")
    reopen(interrupted).store.close()


def test_a_closed_session_is_not_opened_again(interrupted: Path, clock: FakeClock) -> None:
    close(interrupted, clock)
    keep_epoch_key(interrupted, 3, session_key())
    with pytest.raises(EnvironmentFault, match=r"handed in.*evidence upload"):
        reopen(interrupted)
    # A crash right after the last record had left a key.
    assert list(interrupted.glob("*.key")) == []


def test_a_session_without_its_key_is_let_go_again(interrupted: Path) -> None:
    (interrupted / "epoch-0.key").unlink()
    with pytest.raises(EnvironmentFault, match="key"):
        reopen(interrupted)
    EvidenceStore.open(interrupted).close()


@pytest.mark.parametrize("lie", [b"{}", b'{"v":1,"type":"heartbeat"}'])
def test_records_that_cannot_be_read_are_damage(
    interrupted: Path, monkeypatch: pytest.MonkeyPatch, lie: bytes
) -> None:
    monkeypatch.setattr(contents, "last_record", lambda _store: Signed(lie, b""))
    with pytest.raises(EnvironmentFault, match="damaged"):
        reopen(interrupted)


def test_a_founding_that_does_not_hold_is_damage(
    tmp_path: Path, server: EvidenceServer
) -> None:
    founding = found(server)
    bent = Signed(founding.policy.payload, bytes(64))
    store = EvidenceStore.create(
        tmp_path, type(founding)(**{**_members(founding), "policy": bent}), WALL_ORIGIN
    )
    with closing(store), pytest.raises(EnvironmentFault, match="damaged"):
        read_standing(store)


def _members(founding: object) -> dict[str, object]:
    names = ("session", "server", "token", "policy", "grant", "institution_key")
    return {name: getattr(founding, name) for name in names}


# Handed in


def test_a_session_is_handed_in_as_it_is(
    interrupted: Path, clock: FakeClock, server: EvidenceServer, tmp_path: Path
) -> None:
    clock.tick(600)
    close(interrupted, clock)
    *_, resume, gap, said, last = bodies(interrupted)
    assert isinstance(resume, records.Resume)
    assert isinstance(gap, records.Gap)
    assert gap.end == clock.mono
    assert isinstance(said, records.Incident)
    assert isinstance(last, records.Close)
    assert (last.reason, last.segments, last.incidents) == ("handed in", {"camera": 1}, 1)
    with closing(EvidenceStore.open(interrupted)) as store:
        deliver_all(server, store)
    assert verify_bundle(server.export(tmp_path / "session.zip")).holds


def test_nothing_is_missed_after_the_exams_end(interrupted: Path, clock: FakeClock) -> None:
    begun = clock.mono
    clock.tick(48 * 3600)
    close(interrupted, clock)
    [gap] = [body for body in bodies(interrupted) if isinstance(body, records.Gap)]
    assert gap.end == begun + 3_600_000_000


def test_a_session_in_which_nothing_was_recorded_is_opened_and_closed(
    folder: Path, clock: FakeClock, server: EvidenceServer, tmp_path: Path
) -> None:
    with closing(EvidenceStore.open(folder)) as store:
        standing = read_standing(store)
    assert standing.empty
    assert standing.begun == standing.last == WALL_ORIGIN
    close(folder, clock)
    first, last = bodies(folder)
    assert isinstance(first, records.Open)
    assert first.consent["at"] == WALL_ORIGIN
    assert first.unwatched
    assert isinstance(last, records.Close)
    with closing(EvidenceStore.open(folder)) as store:
        deliver_all(server, store)
    assert verify_bundle(server.export(tmp_path / "session.zip")).holds


def hold_back(folder: Path, parts: int) -> Ballast:
    """What an interrupted run left of its ballast."""
    ballast = Ballast(folder, parts * PART_BYTES)
    assert ballast.take()
    return ballast


def fill_disk(folder: Path, monkeypatch: pytest.MonkeyPatch, need: int) -> None:
    """A record takes ``need`` bytes, and there are none but what the ballast gives up."""
    held, used = Ballast(folder, 0).left, 0
    append = EvidenceStore.append

    def full(store: EvidenceStore, *args: Any) -> None:
        nonlocal used
        if used + need > held - Ballast(folder, 0).left:
            raise disk_full(folder)
        append(store, *args)
        used += need

    monkeypatch.setattr(EvidenceStore, "append", full)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_full_disk_gives_its_ballast_for_handing_in(
    folder: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, recorded: bool
) -> None:
    if recorded:
        with closing(EvidenceStore.open(folder)) as store:
            opened(make_ledger(store, clock)).commit(draft_segment(segment(0)))
    hold_back(folder, parts=3)
    fill_disk(folder, monkeypatch, need=PART_BYTES // 3)
    clock.tick(600)
    close(folder, clock)
    assert isinstance(bodies(folder)[-1], records.Close)
    assert not (folder / NAME).exists()


def test_what_was_held_back_is_given_back_when_the_exam_is_handed_in(
    interrupted: Path, clock: FakeClock
) -> None:
    hold_back(interrupted, parts=2)
    close(interrupted, clock)
    assert not (interrupted / NAME).exists()


def test_a_disk_that_stays_full_keeps_an_exam_from_being_handed_in(
    interrupted: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_back(interrupted, parts=1)
    fill_disk(interrupted, monkeypatch, need=PART_BYTES)
    with pytest.raises(StoreTrouble, match="disk is full"):
        close(interrupted, clock)
    monkeypatch.undo()
    close(interrupted, clock)
    assert isinstance(bodies(interrupted)[-1], records.Close)


def test_another_fault_of_the_disk_leaves_the_ballast(
    interrupted: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_store: EvidenceStore, *_args: object) -> None:
        raise unwritable(interrupted, "Input/output error")

    ballast = hold_back(interrupted, parts=1)
    monkeypatch.setattr(EvidenceStore, "append", fail)
    with pytest.raises(StoreTrouble, match="Input/output error"):
        close(interrupted, clock)
    assert Ballast(interrupted, 0).left == ballast.left


def test_what_was_agreed_to_is_said_where_it_is_known(folder: Path) -> None:
    agreed = Agreed(("camera", "photo"), WALL_ORIGIN - 9, "de")
    with closing(EvidenceStore.open(folder)) as store:
        without, told = consent_of(store), consent_of(store, agreed)
    assert told == {
        "at": WALL_ORIGIN - 9,
        "given": without["given"],
        "items": ["camera", "photo"],
        "language": "de",
    }
    assert without.keys() == {"at", "given"}


def test_a_session_can_be_handed_in_once(interrupted: Path, clock: FakeClock) -> None:
    close(interrupted, clock)
    with pytest.raises(EnvironmentFault, match="handed in"):
        close(interrupted, clock)


def test_a_closed_ledger_takes_nothing(interrupted: Path, clock: FakeClock) -> None:
    close(interrupted, clock)
    with (
        closing(EvidenceStore.open(interrupted)) as store,
        pytest.raises(EnvironmentFault, match="closed"),
    ):
        make_ledger(store, clock).commit(empty_close("again"))

"""Saving a recording as a file: all of it or none, and nothing let go."""

from __future__ import annotations

import errno
import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support.evidence_server import EvidenceServer
from support.recording import BOOT, FakeClock, deliver_all, heartbeat, segment, session_key
from support.sessions import SESSION

from recorder.evidence import exporting
from recorder.evidence.asking import ask_of
from recorder.evidence.drafts import draft_body, draft_segment
from recorder.evidence.exporting import export
from recorder.evidence.ledger import Ledger, empty_close
from recorder.evidence.opening import StoreTrouble
from recorder.evidence.store import EvidenceStore
from recorder.evidence.writer import EvidenceWriter, WriterGone
from recorder.faults import EnvironmentFault
from recorder.status import SavedFile
from shared.parcel import RECEIPTS, RECORDS, Parcel
from shared.sealing import OpeningKey
from shared.signed import parse_lines


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Two pieces and seventy records."""
    for number in (0, 1):
        ledger.commit(draft_segment(segment(number)))
    for _ in range(66):
        ledger.commit(draft_body(heartbeat()))
    ledger.commit(empty_close("finished"))
    return ledger


def save(store: EvidenceStore, target: Path) -> SavedFile:
    return export(ask_of(store), target, 7, lambda _done, _all: None)


def records_in(parcel: Parcel, kind: str, key: OpeningKey) -> int:
    portions = (parcel.portion(kind, n, key) for n in range(parcel.portions(kind)))
    return sum(len(list(parse_lines(lines))) for lines in portions)


def test_all_that_waits_is_in_it_and_stays_here(
    tmp_path: Path, server: EvidenceServer, store: EvidenceStore, filled: Ledger
) -> None:
    before = store.tally
    made = save(store, tmp_path)
    assert made.path == tmp_path / f"{SESSION}.invigil"
    assert (made.session, made.records, made.pieces, made.damaged) == (SESSION, 70, 2, 0)
    assert made.bytes == made.path.stat().st_size
    assert store.tally == before
    with closing(Parcel(made.path)) as parcel:
        assert parcel.manifest.exported == 7
        assert records_in(parcel, RECORDS, server.keys.evidence) == 70
        assert parcel.portions(RECEIPTS) == 0
        for name in parcel.manifest.pieces:
            assert parcel.piece(name)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [made.path.name]


def test_progress_goes_up_to_all(tmp_path: Path, store: EvidenceStore, filled: Ledger) -> None:
    seen: list[tuple[int, int]] = []
    export(ask_of(store), tmp_path / "a", 7, lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert seen[-1][0] == seen[-1][1]


def test_what_is_delivered_is_left_out_and_its_receipts_go_along(
    tmp_path: Path, server: EvidenceServer, store: EvidenceStore, filled: Ledger
) -> None:
    deliver_all(server, store)
    made = save(store, tmp_path)
    assert (made.records, made.pieces) == (70, 0)
    assert server.held is not None
    with closing(Parcel(made.path)) as parcel:
        held = records_in(parcel, RECEIPTS, server.keys.evidence)
    assert held == len(server.held.receipts)


def test_no_secret_of_the_session_is_in_it(
    tmp_path: Path, store: EvidenceStore, filled: Ledger
) -> None:
    data = save(store, tmp_path).path.read_bytes()
    assert store.founding.token.encode() not in data
    assert store.founding.server.encode() not in data
    for key in store.folder.glob("*.key"):
        assert key.read_bytes() not in data


def test_again_makes_it_anew(tmp_path: Path, store: EvidenceStore, filled: Ledger) -> None:
    first = save(store, tmp_path).path.read_bytes()
    left = tmp_path / f".{SESSION}.invigil.part"
    left.write_bytes(b"what a crash left")
    again = save(store, tmp_path)
    assert not left.exists()
    assert again.path.read_bytes() != first  # sealed afresh
    with closing(Parcel(again.path)) as parcel:
        assert parcel.manifest.records == 70


def test_only_the_user_reads_it(tmp_path: Path, store: EvidenceStore, filled: Ledger) -> None:
    assert save(store, tmp_path).path.stat().st_mode & 0o777 == 0o600


def test_too_little_room_is_told_before_anything_is_written(
    tmp_path: Path, store: EvidenceStore, filled: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = exporting.shutil.disk_usage(tmp_path)._replace(free=1_000)
    monkeypatch.setattr(exporting.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(EnvironmentFault, match="not enough room") as caught:
        save(store, tmp_path / "a")
    assert "choose another disk" in caught.value.advice
    assert not (tmp_path / "a").exists()


def test_the_estimate_of_room_is_never_too_small(
    tmp_path: Path, server: EvidenceServer, store: EvidenceStore, filled: Ledger
) -> None:
    for _ in range(2):
        made = save(store, tmp_path)
        assert made.bytes <= exporting._room(exporting.contents.extent(store))
        deliver_all(server, store)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EFBIG, "exFAT"),
        (errno.EIO, "still there"),
        (errno.EACCES, "another folder or disk"),
    ],
)
def test_a_file_that_cannot_be_finished_leaves_the_earlier_one(
    tmp_path: Path,
    store: EvidenceStore,
    filled: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    advice: str,
) -> None:
    target = tmp_path / "a.invigil"
    target.write_bytes(b"earlier")

    def fails(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(exporting.os, "fsync", fails)
    with pytest.raises(EnvironmentFault, match="cannot be written") as caught:
        save(store, target)
    assert advice in caught.value.advice
    assert target.read_bytes() == b"earlier"
    assert list(tmp_path.glob(".*")) == []


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, store: EvidenceStore, filled: Ledger
) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be written: No such file"):
        save(store, tmp_path / "nowhere" / "a")


def test_a_stick_that_cannot_sync_its_folder_is_good_enough(
    tmp_path: Path, store: EvidenceStore, filled: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_folder: Path) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(exporting, "sync_folder", fails)
    assert save(store, tmp_path).path.exists()


def test_a_damaged_piece_is_counted_and_left_out(
    tmp_path: Path, store: EvidenceStore, filled: Ledger
) -> None:
    store.select("DROP TRIGGER blobs_update")
    store.select("UPDATE blobs SET bytes = x'00' WHERE stream_seq = 1")
    made = save(store, tmp_path)
    assert (made.pieces, made.damaged) == (1, 1)


def test_a_piece_that_is_delivered_meanwhile_is_left_out(
    tmp_path: Path, server: EvidenceServer, store: EvidenceStore, filled: Ledger
) -> None:
    """The network comes back while the file is being written."""

    def show(done: int, total: int) -> None:
        if 0 < done < total and not store.tally.delivered:
            deliver_all(server, store)

    made = export(ask_of(store), tmp_path / "a", 7, show)
    assert (made.records, made.pieces, made.damaged) == (70, 0, 0)


def test_records_that_come_meanwhile_wait_for_the_next_file(
    tmp_path: Path, store: EvidenceStore, ledger: Ledger
) -> None:
    ledger.commit(draft_segment(segment(0)))

    def show(done: int, total: int) -> None:
        if done < total:
            ledger.commit(draft_body(heartbeat()))

    assert export(ask_of(store), tmp_path / "a", 7, show).records == 2


def test_a_store_that_lost_records_ends_where_they_end(
    tmp_path: Path, store: EvidenceStore, filled: Ledger
) -> None:
    for trigger in ("records_no_delete", "outbox_delete"):
        store.select(f"DROP TRIGGER {trigger}")
    store.select("PRAGMA foreign_keys = OFF")
    extent = exporting.contents.extent(store)
    store.select("DELETE FROM records WHERE seq >= 10")
    source = exporting._Source(ask_of(store), extent, lambda _done, _all: None)
    assert len(list(source._records())) == 10


def test_a_store_without_grounds_is_told(
    tmp_path: Path, store: EvidenceStore, filled: Ledger
) -> None:
    store.founding = replace(store.founding, institution_key=b"x" * 32)
    with pytest.raises(StoreTrouble, match="is damaged"):
        save(store, tmp_path)


def test_a_running_recording_is_saved_through_its_writer(
    tmp_path: Path, store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> None:
    """As the window does after an exam, while delivery goes on beside it."""
    ledger.commit(draft_segment(segment(0)))
    writer = EvidenceWriter(store, session_key(), boot=BOOT, clock=clock)
    writer.start()
    try:
        made = export(writer.ask, tmp_path / "a", 7, lambda _done, _all: None)
    finally:
        writer.stop(10.0)
    assert (made.records, made.pieces) == (2, 1)
    with pytest.raises(WriterGone):
        export(writer.ask, tmp_path / "a", 7, lambda _done, _all: None)

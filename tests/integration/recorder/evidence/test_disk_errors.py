"""An error of the disk, and what the store makes sure of before it goes on."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database
from support.evidence_server import EvidenceServer
from support.recording import (
    FakeClock,
    deliver_all,
    heartbeat,
    make_ledger,
    make_store,
    opened,
    segment,
)

from recorder.evidence import contents, opening
from recorder.evidence.audit import check_store
from recorder.evidence.drafts import draft_body, draft_segment
from recorder.evidence.ledger import Ledger, empty_close
from recorder.evidence.opening import StoreTrouble, shakes_trust, unwritable
from recorder.evidence.store import EvidenceStore
from shared import records
from shared.records import decode_record

AFTER, BEFORE = "after the commit", "before the commit"


def io_error(code: int = sqlite3.SQLITE_IOERR_FSYNC) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, when: str) -> Iterator[None]:
    """Commits that fail, or that seem to: their fsync fails though all was written."""
    real = Database.atomic

    @contextmanager
    def atomic(self: Database) -> Iterator[Database]:
        with real(self) as database:
            yield database
            if when is BEFORE:
                raise io_error()
        if when is AFTER:
            raise io_error()

    with monkeypatch.context() as patch:
        patch.setattr(Database, "atomic", atomic)
        yield


def bodies(store: EvidenceStore) -> list[str]:
    return [
        type(decode_record(signed.payload).body).__name__
        for signed in contents.all_records(store)
    ]


def test_a_full_or_busy_disk_leaves_the_connection_trusted() -> None:
    assert not shakes_trust(io_error(sqlite3.SQLITE_FULL))
    assert not shakes_trust(io_error(sqlite3.SQLITE_BUSY))
    assert shakes_trust(io_error())
    assert shakes_trust(sqlite3.OperationalError("who knows"))


def test_what_was_taken_back_is_committed_again(
    ledger: Ledger, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_segment(segment(0))
    before = store.tally
    with failing(monkeypatch, BEFORE), pytest.raises(StoreTrouble):
        ledger.commit(draft)
    assert store.tally == before
    ledger.commit(draft)
    assert bodies(store) == ["Open", "Segment"]
    assert check_store(store) == []


def test_what_seemed_to_fail_and_is_on_the_disk_is_not_written_twice(
    ledger: Ledger, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, other = draft_segment(segment(0)), draft_body(heartbeat())
    before = store.tally
    with failing(monkeypatch, AFTER), pytest.raises(StoreTrouble):
        ledger.commit(draft)
    assert store.tally == before, "not proved, so not called saved"
    ledger.commit(other)
    assert store.tally.records_made == 3
    ledger.commit(draft)
    assert store.tally.records_made == 3
    # The same thing again, handed in again, is another record.
    ledger.commit(draft)
    assert bodies(store) == ["Open", "Segment", "Heartbeat", "Segment"]
    assert check_store(store) == []


def test_a_rotation_that_seemed_to_fail_goes_on_with_the_next_key(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = EvidenceServer().policy
    server = EvidenceServer(policy=msgspec.structs.replace(plain, rotate_s=60.0))
    store = make_store(tmp_path, server)
    ledger = opened(make_ledger(store, clock))
    clock.tick(60)
    with failing(monkeypatch, AFTER), pytest.raises(StoreTrouble):
        ledger.commit(draft_body(heartbeat()))
    ledger.commit(draft_body(heartbeat()))
    assert bodies(store) == ["Open", "Rotate", "Heartbeat"]
    assert ledger.chain.epoch == 1
    assert check_store(store) == []
    store.close()


def test_a_close_that_seemed_to_fail_is_the_end(
    ledger: Ledger, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = empty_close("finished")
    with failing(monkeypatch, AFTER), pytest.raises(StoreTrouble):
        ledger.commit(close)
    ledger.commit(close)
    assert store.tally.closed
    assert bodies(store) == ["Open", "Close"]


def test_a_receipt_that_seemed_to_fail_is_held_and_counts(
    ledger: Ledger,
    store: EvidenceStore,
    server: EvidenceServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger.commit(draft_segment(segment(0)))
    # Each receipt's commit seems to fail; the next look finds it, and delivery goes on.
    with failing(monkeypatch, AFTER):
        deliver_all(server, store)
    assert store.tally.delivered
    assert store.tally == EvidenceStore._count(store)
    assert check_store(store) == []


def test_nothing_is_saved_before_the_disk_has_answered(
    ledger: Ledger, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_body(heartbeat())
    with failing(monkeypatch, BEFORE), pytest.raises(StoreTrouble):
        ledger.commit(draft)

    def refuse(folder: Path) -> Database:
        raise unwritable(folder, "disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr("recorder.evidence.store.connect", refuse)
        for _ in range(2):
            with pytest.raises(StoreTrouble):
                ledger.commit(draft)
            with pytest.raises(StoreTrouble):
                store.select("SELECT 1")
    assert store.tally.records_made == 1
    ledger.commit(draft)
    assert store.tally.records_made == 2


def test_a_log_that_cannot_be_copied_proves_nothing(
    ledger: Ledger, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with failing(monkeypatch, BEFORE), pytest.raises(StoreTrouble):
        ledger.commit(draft_body(heartbeat()))
    real = EvidenceStore.select

    def half(self: EvidenceStore, sql: str, *parameters: object) -> list[tuple]:
        return [(0, 9, 3)] if "checkpoint" in sql else real(self, sql, *parameters)

    with monkeypatch.context() as patch:
        patch.setattr(EvidenceStore, "select", half)
        with pytest.raises(StoreTrouble, match="log could not be copied"):
            store.settle()
    store.settle()
    store.copy_log()


def _older(folder: Path) -> None:
    """The last record is gone, as if its sectors never reached the disk."""
    for name in ("evidence.db-wal", "evidence.db"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(folder / "before", folder / "evidence.db")


def _another(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "evidence.db")) as other, other:
        other.execute("DROP TRIGGER records_no_update")
        other.execute("UPDATE records SET hash = 'f' WHERE seq = 1")


def _bent(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "evidence.db")) as other, other:
        other.execute("DROP TRIGGER blobs_update")
        other.execute("UPDATE blobs SET bytes = x'00'")


@pytest.mark.parametrize(
    ("lose", "words"),
    [
        (_older, "what was saved is gone"),
        (_another, "what was saved is gone"),
        (_bent, "a piece changed"),
    ],
)
def test_what_was_saved_and_is_gone_is_never_passed_over(
    store: EvidenceStore,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    lose: Callable[[Path], None],
    words: str,
) -> None:
    store.copy_log()
    shutil.copy(store.folder / "evidence.db", store.folder / "before")
    ledger.commit(draft_segment(segment(0)))
    with failing(monkeypatch, BEFORE), pytest.raises(StoreTrouble):
        ledger.commit(draft_body(heartbeat()))
    store.close()
    lose(store.folder)
    for _ in range(2):
        with pytest.raises(StoreTrouble, match=words):
            ledger.commit(draft_body(heartbeat()))
    assert store.tally.records_made == 2


def test_a_record_that_is_not_ours_is_damage(
    store: EvidenceStore,
    ledger: Ledger,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with failing(monkeypatch, BEFORE), pytest.raises(StoreTrouble):
        ledger.commit(draft_body(heartbeat()))
    # Somebody with the session's key writes a record of their own meanwhile.
    store.close()
    again = EvidenceStore.open(store.folder)
    make_ledger(again, clock).commit(
        draft_body(records.Gap(stream="camera", start=0, end=1, reason="x"))
    )
    again.close()
    with pytest.raises(StoreTrouble, match="not ours"):
        ledger.commit(draft_body(heartbeat()))


def test_a_name_that_is_not_on_the_disk_yet_is_synced_by_the_next_call(
    tmp_path: Path, server: EvidenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []

    def sync_folder(folder: Path) -> None:
        synced.append(folder)
        if len(synced) == 1:
            raise OSError(5, "disk I/O error")

    monkeypatch.setattr(opening, "sync_folder", sync_folder)
    with pytest.raises(StoreTrouble, match="I/O error"):
        make_store(tmp_path, server)
    store = make_store(tmp_path, server)
    assert synced[1:] == [store.folder, tmp_path]
    store.close()

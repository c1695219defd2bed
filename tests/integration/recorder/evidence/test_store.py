"""The store: what is on disk stays as it was signed, and the user hears what is wrong."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from support.evidence_server import EvidenceServer
from support.recording import deliver_all, found, incident, make_store, segment
from support.sessions import SESSION, WALL_ORIGIN

from recorder.evidence import contents
from recorder.evidence.drafts import draft_incident, draft_segment
from recorder.evidence.ledger import Ledger, empty_close
from recorder.evidence.opening import Cause, StoreTrouble
from recorder.evidence.schema import APPLICATION_ID, STORE_VERSION
from recorder.evidence.store import EvidenceStore, Tally, session_folders
from recorder.faults import EnvironmentFault
from shared.encoding import ZERO_HASH


@contextmanager
def tampering(folder: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection, while the store is closed."""
    with closing(sqlite3.connect(folder / "evidence.db", isolation_level=None)) as connection:
        yield connection


def test_a_new_store_is_durable_and_for_its_user_only(store: EvidenceStore) -> None:
    def pragma(name: str) -> object:
        return store.select(f"PRAGMA {name}")[0][0]

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2
    assert pragma("fullfsync") == 1
    assert pragma("foreign_keys") == 1
    assert pragma("application_id") == APPLICATION_ID
    assert pragma("user_version") == STORE_VERSION
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    for file in store.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_the_founding_comes_back_as_it_was(
    store: EvidenceStore, server: EvidenceServer
) -> None:
    store.close()
    with closing(EvidenceStore.open(store.folder)) as again:
        assert again.founding == found(server)
        assert again.created == WALL_ORIGIN
        assert again.tally == Tally()
        assert again.newest_receipt is None


def test_a_commit_is_there_after_the_power_is_cut(store: EvidenceStore, ledger: Ledger) -> None:
    """The files as they lie on the disk, without the store ever being closed."""
    ledger.commit(draft_segment(segment(0)))
    copy = store.folder.parent / "copy" / SESSION
    copy.mkdir(parents=True)
    for file in store.folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    with closing(EvidenceStore.open(copy)) as again:
        assert again.tally == store.tally
        assert list(contents.all_records(again)) == list(contents.all_records(store))


def test_counts_are_kept_and_counted_again_alike(
    store: EvidenceStore, ledger: Ledger, server: EvidenceServer
) -> None:
    for number in range(3):
        ledger.commit(draft_segment(segment(number)))
    deliver_all(server, store)
    ledger.commit(draft_incident(incident()))
    ledger.commit(draft_segment(segment(3)))
    ledger.commit(empty_close("finished"))
    kept = store.tally
    assert kept[:4] == (7, 4, 4, 3)
    assert kept.closed
    assert not kept.delivered
    assert 0 < kept.bytes_sent < kept.bytes_made
    newest = store.newest_receipt
    store.close()
    with closing(EvidenceStore.open(store.folder)) as again:
        assert again.tally == kept
        assert again.newest_receipt == newest


def test_delivered_bytes_go_and_only_they(
    store: EvidenceStore, ledger: Ledger, server: EvidenceServer
) -> None:
    ledger.commit(draft_segment(segment(0)))
    deliver_all(server, store)
    ledger.commit(draft_segment(segment(1)))
    gone, kept = contents.blob_rows(store)
    assert (gone.data, gone.listed, gone.waiting) == (None, True, False)
    assert kept.data is not None
    assert (kept.listed, kept.waiting) == (False, True)
    assert contents.waiting_records(store) == [2]
    assert contents.waiting_blob(store, 3, frozenset()) == (kept.reference.sha256, kept.data)
    assert contents.waiting_blob(store, 3, frozenset({kept.reference.sha256})) is None
    assert contents.waiting_blob(store, 2, frozenset()) is None


TAMPERINGS = {
    "change a record": "UPDATE records SET payload = x'00' WHERE seq = 0",
    "delete a record": "DELETE FROM records",
    "add a record out of turn": "INSERT INTO records VALUES (9, 'x', x'00', x'00')",
    "change the session": "UPDATE session SET token = 'mine'",
    "add a session": "INSERT INTO session SELECT 'x', server, token, policy, \"grant\", "
    "institution_key, created FROM session",
    "delete a piece": "DELETE FROM blobs",
    "clear a piece": "UPDATE blobs SET bytes = NULL WHERE stream = 'microphone'",
    "change a delivered piece": "UPDATE blobs SET bytes = x'00' WHERE stream = 'camera'",
    "rename a delivered piece": "UPDATE blobs SET bytes = NULL, stream_seq = 7 "
    "WHERE stream = 'camera'",
    "list what no receipt lists": "INSERT INTO durable SELECT sha256, 1 FROM blobs "
    "WHERE stream = 'microphone'",
    "unlist a piece": "DELETE FROM durable",
    "change a receipt": "UPDATE receipts SET size = 99",
    "delete a receipt": "DELETE FROM receipts",
    "add a receipt that says otherwise": "INSERT INTO receipts SELECT 99, 'x', 'y', 99, time, "
    "late, payload, signature FROM receipts LIMIT 1",
    "drop a waiting record": "DELETE FROM outbox WHERE sha256 IS NULL",
    "drop a waiting piece": "DELETE FROM outbox WHERE sha256 IS NOT NULL",
    "change the outbox": "UPDATE outbox SET seq = 0",
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_the_database_itself_refuses(
    name: str, store: EvidenceStore, ledger: Ledger, server: EvidenceServer
) -> None:
    ledger.commit(draft_segment(segment(0)))
    deliver_all(server, store)
    ledger.commit(draft_segment(segment(0, stream="microphone")))
    with pytest.raises(sqlite3.IntegrityError):
        store.select(TAMPERINGS[name])


def test_making_the_same_store_again_opens_it(
    store: EvidenceStore, ledger: Ledger, server: EvidenceServer
) -> None:
    root = store.folder.parent
    store.close()
    with closing(make_store(root, server)) as again:
        assert again.tally.records_made == ledger.chain.size


def test_a_store_of_another_session_is_left_alone(
    store: EvidenceStore, server: EvidenceServer
) -> None:
    root = store.folder.parent
    store.close()
    other = replace(found(server), grant=found(EvidenceServer(now=lambda: 1)).grant)
    with pytest.raises(EnvironmentFault, match="belongs to another session"):
        EvidenceStore.create(root, other, WALL_ORIGIN)
    moved = store.folder.rename(root / ("0" * 32))
    with pytest.raises(EnvironmentFault, match="belongs to another session"):
        EvidenceStore.open(moved)


def test_a_store_has_one_user_at_a_time(store: EvidenceStore) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from recorder.evidence.store import EvidenceStore\n"
        "from recorder.evidence.opening import StoreTrouble\n"
        "try: EvidenceStore.open(Path(sys.argv[1]))\n"
        "except StoreTrouble as e: print(e.cause.name, e)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(store.folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith("IN_USE")
    assert "in use by another Invigil program" in done.stdout


def test_a_newer_store_is_left_alone(store: EvidenceStore) -> None:
    store.close()
    with tampering(store.folder) as connection:
        connection.execute(f"PRAGMA user_version = {STORE_VERSION + 1}")
    before = (store.folder / "evidence.db").read_bytes()
    with pytest.raises(StoreTrouble, match="newer Invigil"):
        EvidenceStore.open(store.folder)
    assert (store.folder / "evidence.db").read_bytes() == before


def test_an_older_store_is_brought_up_to_date(store: EvidenceStore) -> None:
    store.close()
    with tampering(store.folder) as connection:
        connection.execute("PRAGMA user_version = 0")
    with closing(EvidenceStore.open(store.folder)) as again:
        assert again.select("PRAGMA user_version") == [(STORE_VERSION,)]


@pytest.mark.parametrize(
    "content", [b"", b"hello" * 1_000, b"SQLite format 3\0" + bytes(4_096)]
)
def test_another_file_is_not_a_store(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "evidence.db").write_bytes(content)
    with pytest.raises(StoreTrouble, match=r"not an evidence store|damaged"):
        EvidenceStore.open(tmp_path)
    assert (tmp_path / "evidence.db").read_bytes() == content


def test_another_programs_database_is_not_a_store(tmp_path: Path) -> None:
    with tampering(tmp_path) as connection:
        connection.execute("CREATE TABLE cookies (name)")
    with pytest.raises(StoreTrouble, match="not an evidence store"):
        EvidenceStore.open(tmp_path)


def test_a_folder_in_the_stores_place_is_not_a_store(tmp_path: Path) -> None:
    (tmp_path / "evidence.db").mkdir()
    with pytest.raises(StoreTrouble, match="not an evidence store"):
        EvidenceStore.open(tmp_path)


def test_a_missing_store_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble, match="no evidence store"):
        EvidenceStore.open(tmp_path / SESSION)


@pytest.mark.parametrize("place", ["/dev/null/x", "/proc/x"])
def test_a_place_that_cannot_be_written_says_so(place: str, server: EvidenceServer) -> None:
    with pytest.raises(StoreTrouble, match="cannot be written"):
        make_store(Path(place), server)


def test_a_draft_that_cannot_be_replaced_says_so(
    tmp_path: Path, server: EvidenceServer
) -> None:
    (tmp_path / SESSION / "evidence.db.new").mkdir(parents=True)
    with pytest.raises(StoreTrouble, match="cannot be written"):
        make_store(tmp_path, server)


def test_a_place_that_cannot_be_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        session_folders(Path("/dev/null"))

    def denied(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    # Root may read everything, so the system's answer is played here.
    monkeypatch.setattr(Path, "is_file", denied)
    with pytest.raises(StoreTrouble, match="Permission denied"):
        EvidenceStore.open(Path("/somewhere"))


def test_a_full_disk_leaves_nothing_that_looks_like_a_store(
    tmp_path: Path, server: EvidenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("recorder.evidence.opening.migrate", full)
        with pytest.raises(StoreTrouble, match="cannot be written"):
            make_store(tmp_path, server)
    assert session_folders(tmp_path) == []
    make_store(tmp_path, server).close()


def test_a_disk_without_a_log_is_refused(
    store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network disks answer with another journal mode instead of an error."""
    store.close()
    real = sqlite3.connect

    class Stubborn(sqlite3.Connection):
        def execute(self, sql: str, *rest: object):
            asked = "PRAGMA journal_mode = DELETE" if "WAL" in sql else sql
            return super().execute(asked, *rest)

    monkeypatch.setattr(
        "recorder.evidence.opening.sqlite3.connect",
        lambda *a, **k: real(*a, **k, factory=Stubborn),
    )
    with pytest.raises(StoreTrouble, match="write-ahead log"):
        EvidenceStore.open(store.folder)


def test_a_session_row_that_makes_no_sense_is_damage(store: EvidenceStore) -> None:
    store.close()
    with tampering(store.folder) as connection:
        connection.execute("DROP TRIGGER session_no_update")
        connection.execute("UPDATE session SET policy = x'00'")
    with pytest.raises(StoreTrouble, match="damaged"):
        EvidenceStore.open(store.folder)


def test_a_last_record_that_is_none_does_not_keep_the_store_shut(
    store: EvidenceStore, ledger: Ledger
) -> None:
    """Saying what is wrong with it is the check's work."""
    store.close()
    with tampering(store.folder) as connection:
        connection.execute("DROP TRIGGER records_no_update")
        connection.execute("UPDATE records SET payload = x'00'")
    with closing(EvidenceStore.open(store.folder)) as again:
        assert not again.tally.closed


def test_a_torn_file_is_damage(store: EvidenceStore) -> None:
    store.close()
    with tampering(store.folder) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(size,)] = connection.execute("PRAGMA page_size")
        [(page,)] = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'session'"
        )
    data = bytearray((store.folder / "evidence.db").read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    (store.folder / "evidence.db").write_bytes(data)
    with pytest.raises(StoreTrouble, match="damaged") as caught:
        EvidenceStore.open(store.folder)
    assert "Do not delete it" in caught.value.advice


def test_a_system_without_modes_and_folder_syncs_does_without(
    tmp_path: Path, server: EvidenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.evidence.opening.POSIX", False)
    make_store(tmp_path, server).close()
    assert session_folders(tmp_path) == [tmp_path / SESSION]


def test_a_full_disk_is_known_as_such(store: EvidenceStore, ledger: Ledger) -> None:
    [(pages,)] = store.select("PRAGMA page_count")
    store.select(f"PRAGMA max_page_count = {pages}")
    before = store.tally
    with pytest.raises(StoreTrouble, match="disk is full") as caught:
        ledger.commit(draft_segment(segment(0, size=200_000)))
    assert caught.value.cause is Cause.DISK_FULL
    assert store.tally == before
    store.select("PRAGMA max_page_count = 1000000")
    ledger.commit(draft_segment(segment(0, size=200_000)))
    assert store.tally.records_made == before.records_made + 1


def test_a_bug_is_not_called_the_disks_fault(store: EvidenceStore) -> None:
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        store.select("SELECT 1")


def test_heads_by_size(store: EvidenceStore, ledger: Ledger) -> None:
    assert contents.hash_at(store, 0) == ZERO_HASH
    assert contents.hash_at(store, 1) == ledger.chain.head
    assert contents.hash_at(store, 2) is None


def test_sessions_are_found_by_name_and_content(store: EvidenceStore) -> None:
    root = store.folder.parent
    (root / ("1" * 32)).mkdir()
    (root / "notes").mkdir()
    assert session_folders(root) == [store.folder]
    assert session_folders(root / "nowhere") == []


class Reader(threading.Thread):
    """Uses a store until that fails."""

    def __init__(self, store: EvidenceStore) -> None:
        super().__init__()
        self.reads = threading.Event()
        self.end: Exception | None = None
        self._store = store

    def run(self) -> None:
        try:
            while self._store.room_inside() >= 0:
                self.reads.set()
        except Exception as error:  # noqa: BLE001  (whatever it is, it is looked at)
            self.end = error


def test_a_store_is_closed_between_the_calls_of_another_thread(
    server: EvidenceServer, tmp_path: Path
) -> None:
    """Not in the midst of one: what SQLite had in its hands then ended the program."""
    for number in range(20):
        store = make_store(tmp_path / str(number), server)
        reader = Reader(store)
        reader.start()
        assert reader.reads.wait(10)
        store.close()
        reader.join(10)
        assert isinstance(reader.end, sqlite3.ProgrammingError)

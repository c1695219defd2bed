"""``invigil-recorder evidence``: what a person at the keyboard, or a script, gets to see."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support.evidence_server import EvidenceServer, problem
from support.recording import deliver_all, found, heartbeat, make_ledger, opened, segment
from support.sessions import SESSION, WALL_ORIGIN, SessionBuilder

from recorder.evidence import contents, purging, returning
from recorder.evidence.commands import app
from recorder.evidence.drafts import draft_body, draft_segment
from recorder.evidence.ledger import empty_close
from recorder.evidence.opening import StoreTrouble
from recorder.evidence.store import EvidenceStore, session_folders
from recorder.faults import EnvironmentFault
from shared.signed import Signed
from shared.wire import ProblemType


@pytest.fixture
def address(server: EvidenceServer) -> Iterator[str]:
    """Where the server listens."""
    with server.listening() as url:
        yield url


def run(root: Path, *words: str) -> int:
    return app(
        [*words, "--store", str(root)], exit_on_error=False, result_action="return_value"
    )


def record(root: Path, server: EvidenceServer, url: str, *, close: bool = True) -> Path:
    """A recording that is over, or was interrupted; nothing of it delivered."""
    founding = replace(found(server), server=url)
    store = EvidenceStore.create(root, founding, WALL_ORIGIN)
    ledger = opened(make_ledger(store))
    ledger.commit(draft_segment(segment(0)))
    ledger.commit(draft_segment(segment(1)))
    ledger.commit(draft_body(heartbeat()))
    if close:
        ledger.commit(empty_close("finished"))
    store.close()
    return store.folder


def deliver(folder: Path, server: EvidenceServer) -> None:
    store = EvidenceStore.open(folder)
    deliver_all(server, store)
    store.close()


def test_an_empty_place_lists_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "nowhere", "list") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "No recordings" in err
    assert run(tmp_path, "check") == 0
    assert run(tmp_path, "upload") == 0
    assert run(tmp_path, "purge") == 0


def test_the_place_comes_from_the_settings_too(
    tmp_path: Path,
    server: EvidenceServer,
    address: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(tmp_path, server, address)
    monkeypatch.setenv("INVIGIL_STORE", str(tmp_path))
    assert app(["list"], exit_on_error=False, result_action="return_value") == 0
    assert SESSION in capsys.readouterr().out


def test_list_shows_how_far_each_is(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address, close=False)
    assert run(tmp_path, "list") == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.split()[0] == SESSION
    assert "Algebra I" in line
    assert " open " in line
    assert "0/4" in line
    assert "0/2" in line
    assert "kB" in line
    deliver(folder, server)
    run(tmp_path, "list")
    line = capsys.readouterr().out.splitlines()[-1]
    assert "open, delivered" in line
    assert "4/4" in line


def test_list_fits_a_terminal(
    tmp_path: Path,
    server: EvidenceServer,
    address: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(tmp_path, server, address)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    assert run(tmp_path, "list") == 0
    assert SESSION in capsys.readouterr().out


def test_list_shows_what_it_cannot_read(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address)
    open_store = EvidenceStore.open(folder)
    assert run(tmp_path, "list") == 0
    assert "in use" in capsys.readouterr().out
    open_store.select("DROP TRIGGER session_no_update")
    open_store.select("UPDATE session SET institution_key = zeroblob(32)")
    open_store.close()
    run(tmp_path, "list")
    assert " ? " in capsys.readouterr().out
    (folder / "evidence.db").write_bytes(b"something else" * 100)
    assert run(tmp_path, "list") == 0
    assert "unreadable" in capsys.readouterr().out


def test_check_says_what_holds_and_what_does_not(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address)
    assert run(tmp_path, "check") == 0
    assert capsys.readouterr().out == f"{SESSION}  holds (5 records, 2 pieces)\n"
    store = EvidenceStore.open(folder)
    store.select("DROP TRIGGER blobs_update")
    store.select("UPDATE blobs SET bytes = x'00' WHERE stream_seq = 1")
    store.close()
    assert run(tmp_path, "check", SESSION) == 1
    out = capsys.readouterr().out
    assert f"{SESSION}  does not hold" in out
    assert "  7 blob: camera 1 (" in out
    assert "changed since it was committed" in out
    (folder / "evidence.db").write_bytes(b"")
    assert run(tmp_path, "check") == 1
    assert "cannot be checked" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "upload", "purge"])
def test_a_session_that_is_not_there_is_said(tmp_path: Path, command: str) -> None:
    with pytest.raises(EnvironmentFault, match="no recording abc"):
        run(tmp_path, command, "abc")


def test_upload_delivers_what_is_left(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path, server, address)
    assert run(tmp_path, "upload") == 0
    assert capsys.readouterr().out == f"{SESSION}  delivered (5 records, 2 pieces)\n"
    assert server.held is not None
    assert server.held.chain.closed
    assert len(server.held.blobs) == 2


def test_upload_of_an_interrupted_recording_says_so(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path, server, address, close=False)
    assert run(tmp_path, "upload") == 0
    assert "though the recording was never closed" in capsys.readouterr().out


def test_upload_gives_up_on_a_server_that_is_not_there(
    tmp_path: Path, server: EvidenceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path, server, "http://127.0.0.1:1")
    assert run(tmp_path, "upload", "--patience", "0") == 1
    out = capsys.readouterr().out
    assert "not delivered, 5 records and 2 pieces wait" in out
    assert "cannot be reached" in out


def test_upload_says_what_the_server_refuses(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path, server, address)
    server.always = problem(ProblemType.CREDENTIAL, 401)
    assert run(tmp_path, "upload") == 1
    assert "does not take the evidence: by the script" in capsys.readouterr().out


def test_upload_of_a_store_in_use_says_so(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address)
    open_store = EvidenceStore.open(folder)
    assert run(tmp_path, "upload") == 1
    assert "in use by another" in capsys.readouterr().out
    with pytest.raises(EnvironmentFault, match="in use by another"):
        run(tmp_path, "purge", "--force", "--yes")
    open_store.close()
    assert session_folders(tmp_path) == [folder]


def test_upload_shows_a_bar_on_a_terminal(
    tmp_path: Path,
    server: EvidenceServer,
    address: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(tmp_path, server, address)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert run(tmp_path, "upload") == 0
    out, err = capsys.readouterr()
    assert "delivering" in err
    assert "delivering" not in out


def test_purge_removes_only_what_is_closed_and_signed_for(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address)
    assert run(tmp_path, "purge") == 0
    assert f"{SESSION}  kept: it is not delivered" in capsys.readouterr().out
    deliver(folder, server)
    assert run(tmp_path, "purge") == 0
    assert capsys.readouterr().out == f"{SESSION}  removed\n"
    assert not folder.exists()


def test_purge_keeps_what_was_never_closed_or_cannot_be_read(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address, close=False)
    deliver(folder, server)
    assert run(tmp_path, "purge") == 0
    assert "it was never closed" in capsys.readouterr().out
    (folder / "evidence.db").write_bytes(b"")
    assert run(tmp_path, "purge") == 0
    assert "it cannot be read" in capsys.readouterr().out
    assert folder.exists()


class Keyboard(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "gone"), [("remove\n", True), ("yes\n", False), ("", False)])
def test_force_asks_for_the_word(
    tmp_path: Path,
    server: EvidenceServer,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    gone: bool,
) -> None:
    folder = record(tmp_path, server, address)
    monkeypatch.setattr(sys, "stdin", Keyboard(typed))
    assert run(tmp_path, "purge", "--force") == (0 if gone else 1)
    assert folder.exists() != gone
    out, err = capsys.readouterr()
    assert "it is not delivered" in err
    assert ("removed, though it is not delivered" in out) == gone


def test_force_without_a_keyboard_needs_yes(
    tmp_path: Path, server: EvidenceServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record(tmp_path, server, address)
    monkeypatch.setattr(sys, "stdin", io.StringIO("remove\n"))
    with pytest.raises(EnvironmentFault, match="nobody is there to be asked"):
        run(tmp_path, "purge", "--force")
    assert folder.exists()
    assert run(tmp_path, "purge", "--force", "--yes") == 0
    assert not folder.exists()


class Interrupting(Keyboard):
    """Somebody who types the word after something else has happened."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__("remove\n")
        self._happens = happens

    def readline(self, *args: int) -> str:  # type: ignore[override]
        self._happens()
        return super().readline(*args)


def test_what_came_into_use_while_it_asked_stays(
    tmp_path: Path, server: EvidenceServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record(tmp_path, server, address, close=False)
    held: list[EvidenceStore] = []
    asked = Interrupting(lambda: held.append(EvidenceStore.open(folder)))
    monkeypatch.setattr(sys, "stdin", asked)
    with pytest.raises(EnvironmentFault, match="in use by another"):
        run(tmp_path, "purge", "--force")
    held[0].close()
    assert len(recorded(folder)) == 4


def test_what_was_gone_on_with_while_it_asked_stays(
    tmp_path: Path, server: EvidenceServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record(tmp_path, server, address, close=False)

    def go_on() -> None:
        with closing(EvidenceStore.open(folder)) as store:
            make_ledger(store).commit(draft_body(heartbeat()))

    monkeypatch.setattr(sys, "stdin", Interrupting(go_on))
    with pytest.raises(EnvironmentFault, match="was used meanwhile"):
        run(tmp_path, "purge", "--force")
    assert len(recorded(folder)) == 5


def recorded(folder: Path) -> list[Signed]:
    with closing(EvidenceStore.open(folder)) as store:
        return list(contents.all_records(store))


def test_nobody_opens_a_recording_while_it_is_removed(
    tmp_path: Path, server: EvidenceServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record(tmp_path, server, address)
    real = shutil.rmtree

    def watched(place: Path) -> None:
        with pytest.raises(StoreTrouble, match="in use by another"):
            EvidenceStore.open(place)
        real(place)

    monkeypatch.setattr("recorder.evidence.purging.shutil.rmtree", watched)
    assert run(tmp_path, "purge", "--force", "--yes") == 0
    assert not folder.exists()


def test_on_windows_the_database_goes_first_and_let_go(
    tmp_path: Path, server: EvidenceServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There nothing can be removed that is open, by this program or another."""
    folder = record(tmp_path, server, address)
    before = sorted(path.name for path in folder.iterdir())
    real = Path.unlink

    def busy(path: Path) -> None:
        EvidenceStore.open(path.parent).close()
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(purging, "POSIX", False)
    monkeypatch.setattr(Path, "unlink", busy)
    with pytest.raises(EnvironmentFault, match="cannot be removed: The process cannot access"):
        run(tmp_path, "purge", "--force", "--yes")
    assert sorted(path.name for path in folder.iterdir()) == before
    monkeypatch.setattr(Path, "unlink", real)
    assert run(tmp_path, "purge", "--force", "--yes") == 0
    assert not folder.exists()


def test_a_folder_that_cannot_be_removed_is_said(
    tmp_path: Path, server: EvidenceServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record(tmp_path, server, address)
    deliver(folder, server)

    def stuck(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("recorder.evidence.purging.shutil.rmtree", stuck)
    with pytest.raises(EnvironmentFault, match="cannot be removed"):
        run(tmp_path, "purge")


def test_export_saves_what_waits(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    record(tmp_path, server, address)
    assert run(tmp_path, "export", "--output", str(stick)) == 0
    out = capsys.readouterr().out
    assert f"saved as {stick / SESSION}.invigil (5 records, 2 pieces, " in out
    assert (stick / f"{SESSION}.invigil").exists()
    assert run(tmp_path, "export", SESSION, "-o", str(tmp_path / "named")) == 0
    assert (tmp_path / "named").exists()


def test_export_saves_what_is_delivered_only_when_named(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(record(tmp_path, server, address), server)
    assert run(tmp_path, "export", "-o", str(tmp_path)) == 0
    assert capsys.readouterr().out == ""
    assert run(tmp_path, "export", SESSION, "-o", str(tmp_path)) == 0
    assert "0 pieces" in capsys.readouterr().out


def test_export_tells_of_damaged_pieces(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = EvidenceStore.open(record(tmp_path, server, address))
    store.select("DROP TRIGGER blobs_update")
    store.select("UPDATE blobs SET bytes = x'00' WHERE stream_seq = 1")
    store.close()
    assert run(tmp_path, "export", "-o", str(tmp_path)) == 1
    assert "1 piece is damaged on this disk and not in it" in capsys.readouterr().out


def test_export_of_several_needs_a_folder(
    tmp_path: Path, server: EvidenceServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record(tmp_path, server, address)
    monkeypatch.setattr(
        "recorder.evidence.commands.session_folders", lambda _root: [folder, folder]
    )
    with pytest.raises(EnvironmentFault, match="is not a folder"):
        run(tmp_path, "export", "-o", str(tmp_path / "a"))


def receipts_of(server: EvidenceServer, path: Path) -> Path:
    assert server.held is not None
    path.write_bytes(b"".join(receipt.line() for receipt in server.held.receipts))
    return path


def test_receipts_by_hand_let_pieces_go(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address)
    # Another copy of the store is delivered, as an import would.
    shutil.copytree(folder, tmp_path / "elsewhere" / SESSION)
    deliver(tmp_path / "elsewhere" / SESSION, server)
    file = receipts_of(server, tmp_path / "a.receipt")
    assert run(tmp_path, "receipt", str(file)) == 0
    assert "delivered (5 records, 2 pieces)" in capsys.readouterr().out
    with closing(EvidenceStore.open(folder)) as store:
        assert store.tally.delivered
        assert store.select("SELECT count(*) FROM blobs WHERE bytes IS NOT NULL") == [(0,)]
    assert run(tmp_path, "receipt", str(file)) == 0
    assert run(tmp_path, "purge") == 0


def test_receipts_that_do_not_hold_let_nothing_go(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address)
    builder = SessionBuilder()
    builder.open()
    forged = tmp_path / "forged.receipt"
    forged.write_bytes(builder.receipt().line() + builder.receipt().line())
    assert run(tmp_path, "receipt", str(forged)) == 1
    out = capsys.readouterr().out
    assert "not delivered, 5 records and 2 pieces wait. the receipt is about another" in out
    with closing(EvidenceStore.open(folder)) as store:
        assert store.tally.records_sent == 0


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b"x\n", "line 1: no space"),
        (b"A" * 86 + b" {}\n", "not a receipt"),
    ],
)
def test_what_is_no_file_of_receipts_is_told(
    tmp_path: Path,
    server: EvidenceServer,
    address: str,
    data: bytes,
    why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "a.receipt"
    file.write_bytes(data)
    assert run(tmp_path, "receipt", str(file)) == 1
    out = capsys.readouterr().out
    assert f"{file}  not taken: {file} is not a file of receipts: " in out
    assert why in out
    assert ".receipt file that the server gave" in out


def test_a_file_of_receipts_that_cannot_be_read(
    tmp_path: Path,
    server: EvidenceServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(tmp_path, "receipt", str(tmp_path / "none")) == 1
    assert "cannot be read: No such file" in capsys.readouterr().out
    file = tmp_path / "a.receipt"
    file.write_bytes(SessionBuilder().receipt().line())
    assert run(tmp_path, "receipt", str(file)) == 1
    assert "There is no recording" in capsys.readouterr().out
    monkeypatch.setattr(returning, "MAX_BYTES", 10)
    assert run(tmp_path, "receipt", str(file)) == 1
    assert "far too large" in capsys.readouterr().out


def test_receipts_after_one_that_cannot_be_taken_are_taken(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address)
    shutil.copytree(folder, tmp_path / "elsewhere" / SESSION)
    deliver(tmp_path / "elsewhere" / SESSION, server)
    file = receipts_of(server, tmp_path / "a.receipt")
    assert run(tmp_path, "receipt", str(tmp_path / "none"), str(file)) == 1
    assert "delivered (5 records, 2 pieces)" in capsys.readouterr().out


def test_what_comes_after_a_store_that_cannot_be_read_is_saved(
    tmp_path: Path, server: EvidenceServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path, server, address)
    broken = folder.with_name("0" * 32)
    broken.mkdir()
    (broken / "evidence.db").write_bytes(b"something else" * 100)
    stick = tmp_path / "stick"
    stick.mkdir()
    assert run(tmp_path, "export", "-o", str(stick)) == 1
    out = capsys.readouterr().out
    assert f"{broken.name}  not saved: " in out
    assert f"saved as {stick / SESSION}.invigil" in out

"""``invigil-recorder evidence close``: what was interrupted is handed in as it is."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from support.evidence_server import EvidenceServer
from support.recording import make_ledger, make_store, opened, session_key
from support.sessions import SESSION

from recorder.evidence.commands import app
from recorder.evidence.keys import keep_epoch_key
from recorder.evidence.store import EvidenceStore


@pytest.fixture
def folder(tmp_path: Path, server: EvidenceServer) -> Path:
    with closing(make_store(tmp_path, server)) as store:
        keep_epoch_key(store.folder, 0, session_key())
        opened(make_ledger(store))
    return store.folder


def close(root: Path, *sessions: str) -> int:
    command = ["close", *sessions, "--store", str(root)]
    return app(command, exit_on_error=False, result_action="return_value")


def is_closed(folder: Path) -> bool:
    with closing(EvidenceStore.open(folder)) as store:
        return store.tally.closed


def test_all_that_was_interrupted_is_closed(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert close(tmp_path) == 0
    assert capsys.readouterr().out == f"{SESSION}  closed\n"
    assert is_closed(folder)
    assert close(tmp_path) == 0
    assert capsys.readouterr().out == ""


def test_one_that_is_named_is_said_to_be_closed_already(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    close(tmp_path, SESSION)
    assert close(tmp_path, SESSION) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{SESSION}  closed already"


def test_one_in_use_is_left_alone(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(EvidenceStore.open(folder)):
        assert close(tmp_path) == 1
    assert "not closed: The evidence in" in capsys.readouterr().out
    assert not is_closed(folder)


def test_one_without_its_key_cannot_be_closed(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "epoch-0.key").unlink()
    assert close(tmp_path) == 1
    assert "key" in capsys.readouterr().out

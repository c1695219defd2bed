"""``invigil-server admin log``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server.cli import main
from shared.log_checks import verify_log


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> str:
    """A database with an institution, which the commands work on; its key's fingerprint."""
    monkeypatch.setenv("INVIGIL_DATA_DIR", str(tmp_path / "data"))
    done("migrate")
    done("admin", "create-institution", "Example", "--contact", "e@example.edu")
    return json.loads(capsys.readouterr().out)["key"]


def done(*arguments: str) -> None:
    """Run a command that works."""
    with pytest.raises(SystemExit) as exited:
        main(list(arguments))
    assert not exited.value.code


def test_the_log_is_exported_and_its_head_told(key: str, tmp_path: Path, capsys) -> None:
    done("admin", "log", "head", "--institution", "Example")
    noted = json.loads(capsys.readouterr().out)
    assert noted["entries"] == 1
    file = tmp_path / "example.log"
    done("admin", "log", "export", str(file), "--institution", "Example")
    assert f"Wrote 2 entries to {file}." in " ".join(capsys.readouterr().err.split())
    verdict = verify_log(file, key, [noted["head"]])
    assert verdict.holds, verdict
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "example.log"]


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "x.log", "--institution", "Nowhere"], "there is no institution 'Nowhere'"),
        (["head", "--institution", "Nowhere"], "there is no institution 'Nowhere'"),
        (["export", "no/such/x.log", "--institution", "Example"], "No such file"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], words: str, capsys) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["admin", "log", *arguments])
    assert exited.value.code == 2
    assert words in " ".join(capsys.readouterr().err.split())

"""The keys in one file under a passphrase: there and back, and nothing by halves."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.storage.key_backup import BackupError, restore_backup, write_backup
from server.storage.keys import KeyStore

PASSPHRASE = "a long enough one"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    store = KeyStore(folder)
    store.server_secret()
    store.create("a" * 32)
    return folder


@pytest.fixture
def file(tmp_path: Path, keys: Path) -> Path:
    file = tmp_path / "backup.ivk"
    assert len(write_backup(keys, file, PASSPHRASE)) == 3
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_backed_up_comes_back_private(tmp_path: Path, keys: Path, file: Path) -> None:
    back = tmp_path / "back"
    assert len(restore_backup(file, back, PASSPHRASE)) == 3
    assert contents(back) == contents(keys)
    assert KeyStore(back).faults() == []
    assert file.stat().st_mode & 0o077 == 0
    for data in contents(keys).values():
        assert data not in file.read_bytes()


def test_what_a_share_keeps_of_earlier_days_is_none_of_it(tmp_path: Path, keys: Path) -> None:
    before = contents(keys)
    for snapshot in (".snapshot/daily.0", ".snapshot", "old/2025"):
        folder = keys / snapshot
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "server.secret").write_bytes(b"of another day")
    names = write_backup(keys, tmp_path / "b", PASSPHRASE)
    assert names == sorted(before)
    restore_backup(tmp_path / "b", tmp_path / "back", PASSPHRASE)
    assert contents(tmp_path / "back") == before


def test_what_is_there_is_kept_and_what_is_missing_is_put_back(keys: Path, file: Path) -> None:
    before = contents(keys)
    (keys / "server.secret").unlink()
    assert restore_backup(file, keys, PASSPHRASE) == ["server.secret"]
    assert restore_backup(file, keys, PASSPHRASE) == []
    assert contents(keys) == before


def test_another_key_in_the_place_stops_everything(keys: Path, file: Path) -> None:
    (keys / "server.secret").unlink()
    (keys / ("a" * 32) / "signing.key").write_bytes(b"x" * 32)
    with pytest.raises(BackupError, match=r"signing\.key is another key"):
        restore_backup(file, keys, PASSPHRASE)
    assert not (keys / "server.secret").exists()


def test_a_wrong_passphrase_and_any_damage_is_said(tmp_path: Path, file: Path) -> None:
    with pytest.raises(BackupError, match="passphrase is another one"):
        restore_backup(file, tmp_path / "back", "another long one")
    good = file.read_bytes()
    for at in (4, 20, 33, len(good) - 1):
        file.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        with pytest.raises(BackupError, match="does not open"):
            restore_backup(file, tmp_path / "back", PASSPHRASE)
    for cut in (0, 3, 31, 32):
        file.write_bytes(good[:cut])
        with pytest.raises(BackupError, match="is not a backup"):
            restore_backup(file, tmp_path / "back", PASSPHRASE)
    assert not (tmp_path / "back").exists()


def test_a_short_passphrase_and_no_keys_are_refused(tmp_path: Path, keys: Path) -> None:
    with pytest.raises(BackupError, match="at least 12"):
        write_backup(keys, tmp_path / "b", "short")
    with pytest.raises(BackupError, match="no keys"):
        write_backup(tmp_path / "nowhere", tmp_path / "b", PASSPHRASE)


@pytest.mark.parametrize("name", ["../evil.key", "/etc/x.key", "a/b/c.key", "a\\b.key", "x"])
def test_a_backup_that_climbs_out_is_refused(
    tmp_path: Path, keys: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "server.storage.key_backup.msgspec.json.encode",
        lambda _files: f'{{"{name}":"eA=="}}'.replace("\\", "\\\\").encode(),
    )
    write_backup(keys, tmp_path / "b", PASSPHRASE)
    with pytest.raises(BackupError, match="no key's name"):
        restore_backup(tmp_path / "b", tmp_path / "back", PASSPHRASE)

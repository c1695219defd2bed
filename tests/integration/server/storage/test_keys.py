"""Key files: made once, private, and missed with a clear word."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from server.storage.keys import KeysMissing, KeyStore


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    made = store.create("a")
    assert KeyStore(tmp_path / "keys").create("a").public == made.public
    assert KeyStore(tmp_path / "keys").of("a").evidence.kid == made.evidence.kid
    assert store.server_secret() == KeyStore(tmp_path / "keys").server_secret()
    for file in (tmp_path / "keys").rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_missing_key_says_which_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match=r"signing\.key.*backup"):
        KeyStore(tmp_path).of("nobody")


@pytest.mark.parametrize("name", ["signing.key", "evidence.key"])
def test_a_damaged_key_is_named(tmp_path: Path, name: str) -> None:
    KeyStore(tmp_path).create("a")
    (tmp_path / "a" / name).write_bytes(b"short")
    with pytest.raises(KeysMissing, match=f"{name} has 5 bytes"):
        KeyStore(tmp_path).of("a")


def test_keys_that_a_crash_left_half_made_are_made(tmp_path: Path) -> None:
    KeyStore(tmp_path).create("a")
    (tmp_path / "a" / "signing.key").unlink()
    assert KeyStore(tmp_path).create("a").public


def test_a_key_s_name_and_its_folder_s_are_durable_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power loss leaves of a folder what was in it when it was synced."""
    synced: list[tuple[Path, list[str]]] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path.is_dir():
            synced.append((path, sorted(found.name for found in path.iterdir())))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    keys = tmp_path / "data" / "keys"
    KeyStore(keys).create("a")
    assert (keys / "a", ["evidence.key", "signing.key"]) in synced
    assert (keys, ["a"]) in synced
    assert (keys.parent, ["keys"]) in synced
    assert (tmp_path, ["data"]) in synced


def test_a_folder_that_cannot_be_synced_takes_keys_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(reason: int) -> None:
        def sync_folder(folder: Path) -> None:
            raise OSError(reason, os.strerror(reason), str(folder))

        monkeypatch.setattr("server.storage.keys.sync_folder", sync_folder)

    fails(errno.EINVAL)
    assert KeyStore(tmp_path).create("a").public
    fails(errno.EIO)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        KeyStore(tmp_path).create("b")

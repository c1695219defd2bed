"""The ballast is room on the disk, not a number in a folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from recorder.evidence import ballast
from recorder.evidence.ballast import NAME, PART_BYTES, Ballast, is_full

SIZE = 2**19 + 4096


def failing(error: int):
    def fail(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    return fail


def test_it_holds_real_blocks_until_it_is_released(tmp_path: Path) -> None:
    held = Ballast(tmp_path, SIZE)
    assert not held.held
    assert held.take()
    assert held.take()
    found = (tmp_path / NAME).stat()
    assert found.st_size == SIZE
    assert found.st_blocks * 512 >= SIZE
    assert found.st_mode & 0o077 == 0
    assert len(set((tmp_path / NAME).read_bytes())) == 256
    assert held.release()
    assert not held.held
    assert held.left == (tmp_path / NAME).stat().st_size == SIZE - PART_BYTES
    assert held.take()
    held.discard()
    assert held.left == 0
    assert list(tmp_path.iterdir()) == []


def test_it_is_released_to_the_last_part(tmp_path: Path) -> None:
    held = Ballast(tmp_path, SIZE)
    held.take()
    parts = [held.left for _ in range(4) if held.release()]
    assert parts == [SIZE - PART_BYTES, SIZE - 2 * PART_BYTES, 0]
    assert not held.release()


def test_what_an_earlier_run_left_is_taken_over_if_it_is_whole(tmp_path: Path) -> None:
    Ballast(tmp_path, SIZE).take()
    assert Ballast(tmp_path, SIZE).held
    assert not Ballast(tmp_path, SIZE + 4096).held


def test_a_sparse_file_holds_nothing(tmp_path: Path) -> None:
    with (tmp_path / NAME).open("wb") as file:
        file.truncate(SIZE)
    held = Ballast(tmp_path, SIZE)
    assert not held.held
    assert held.take()


def test_without_the_systems_help_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "posix_fallocate")
    assert Ballast(tmp_path, SIZE).take()


def test_where_there_is_no_room_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "posix_fallocate", failing(errno.ENOSPC))
    assert not Ballast(tmp_path, SIZE).take()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_removed_is_held_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Ballast(tmp_path, SIZE)
    held.take()
    monkeypatch.setattr(Path, "unlink", failing(errno.EIO))
    held.discard()
    monkeypatch.setattr(os, "truncate", failing(errno.EIO))
    assert not held.release()
    assert held.held
    monkeypatch.undo()
    monkeypatch.setattr(ballast, "sync_folder", failing(errno.EIO))
    held.discard()
    assert held.left == 0


@pytest.mark.parametrize(
    ("error", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, False)]
)
def test_the_disk_is_asked_whether_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, full: bool
) -> None:
    assert not is_full(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(os, "fsync", failing(error))
    assert is_full(tmp_path) is full
    assert list(tmp_path.iterdir()) == []

"""Blobs, in a folder and in an object store; the store in memory stands for S3."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.storage.blobs import BlobMissing, BlobStore

pytestmark = pytest.mark.anyio

SESSION, NAME = "5" * 32, "a" * 64


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    folder = tmp_path / "with space"
    folder.mkdir()
    url = folder.as_uri() if request.param == "file" else "memory:///"
    store = BlobStore(url, tmp_path / "scratch")
    store.prepare()
    return store


async def test_what_is_put_can_be_got(store: BlobStore) -> None:
    data = bytes(range(256)) * 3_000
    file = store.scratch / "upload"
    file.write_bytes(data)
    await store.put(SESSION, NAME, file)
    await store.put_bytes(SESSION, "b" * 64, b"small")
    assert await store.get(SESSION, NAME) == data
    assert store.get_blocking(SESSION, NAME) == data
    assert await store.get(SESSION, "b" * 64) == b"small"
    assert list(store.scratch.iterdir()) == []


async def test_putting_again_changes_nothing(store: BlobStore) -> None:
    for _ in range(2):
        await store.put_bytes(SESSION, NAME, b"x")
    assert await store.get(SESSION, NAME) == b"x"


async def test_what_is_not_there_is_missing(store: BlobStore) -> None:
    with pytest.raises(BlobMissing):
        await store.get(SESSION, NAME)
    with pytest.raises(BlobMissing):
        store.get_blocking(SESSION, NAME)
    await store.delete(SESSION, NAME)
    assert await store.delete_session(SESSION) == 0


async def test_deleting_a_session_takes_its_blobs_and_no_others(store: BlobStore) -> None:
    other = "6" * 32
    for n in range(3):
        await store.put_bytes(SESSION, f"{n}" * 64, b"x")
    await store.put_bytes(other, NAME, b"y")
    await store.delete(SESSION, "0" * 64)
    assert await store.delete_session(SESSION) == 2
    assert await store.get(other, NAME) == b"y"
    with pytest.raises(BlobMissing):
        await store.get(SESSION, "1" * 64)


async def test_a_folder_found_there_is_made_durable_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever made it, another upload or one before a crash, may not have come to the end."""
    synced: list[Path] = []
    monkeypatch.setattr("server.storage.blobs._sync_folder", synced.append)
    (tmp_path / SESSION).mkdir()
    store = BlobStore(tmp_path.as_uri(), tmp_path / "scratch")
    store.prepare()
    assert tmp_path in synced
    synced.clear()
    await store.put_bytes(SESSION, NAME, b"x")
    assert synced == [tmp_path, tmp_path / SESSION]
    synced.clear()
    await store.put_bytes(SESSION, "b" * 64, b"x")
    assert synced == [tmp_path / SESSION]

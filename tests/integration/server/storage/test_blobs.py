"""Blobs, in a folder and in an object store; the store in memory stands for S3."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.storage.blobs import BlobMissing, BlobStore
from server.storage.regions import RegionalBlobs

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
    monkeypatch.setattr("server.storage.blobs.sync_folder", synced.append)
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


class Somewhere:
    """Says in which region a session is; ``now`` may change between asking and writing."""

    def __init__(self, now: str = "") -> None:
        self.now = now

    async def find(self, _session: str) -> str:
        return self.now


async def test_a_server_with_stores_elsewhere_starts_again(tmp_path: Path) -> None:
    """A region's uploads on their way lie in a folder within the default store's."""
    url, scratch = "memory:///", tmp_path / "incoming"
    RegionalBlobs(url, scratch, {"eu": url}, Somewhere().find).prepare()
    blobs = RegionalBlobs(url, scratch, {"eu": url}, Somewhere().find)
    left = [blobs.scratch_file(), blobs.store("eu").scratch_file()]
    for file in left:
        file.write_bytes(b"half of a piece")
    blobs.prepare()
    assert [file for file in left if file.exists()] == []
    await blobs.put_bytes(SESSION, NAME, b"x")
    assert await blobs.get(SESSION, NAME) == b"x"


async def test_a_piece_that_came_while_its_session_was_moved_is_found_and_destroyed(
    tmp_path: Path,
) -> None:
    folders = {"": tmp_path / "here", "eu": tmp_path / "there"}
    at = Somewhere()
    blobs = RegionalBlobs(
        folders[""].as_uri(), tmp_path / "scratch", {"eu": folders["eu"].as_uri()}, at.find
    )
    blobs.prepare()
    await blobs.put_bytes(SESSION, NAME, b"x")
    at.now = "eu"
    assert await blobs.get(SESSION, NAME) == b"x"
    assert blobs.get_blocking(SESSION, NAME) == b"x"
    assert await blobs.names(SESSION) == {NAME}
    await blobs.delete(SESSION, NAME)
    with pytest.raises(BlobMissing):
        await blobs.get(SESSION, NAME)
    assert not any(file.is_file() for file in folders[""].rglob("*"))

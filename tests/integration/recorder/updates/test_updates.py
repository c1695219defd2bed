"""A recorder looks for updates at a real server: what it takes, and what it must not."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.published import DAY, INSTALLED, PASSPHRASE, Shelf
from support.running_server import RunningServer, running
from support.signed_builds import OTHER_KEY, signed_build
from tuf.api.exceptions import DownloadError

from recorder.updates.fetching import Fetcher
from recorder.updates.looking import Updates
from recorder.updates.news import Fetched, Found, Nothing, NotNow, Trouble, Wrong
from server.updates.repository import RepositoryBroken
from shared.updates import is_for

NEW, NEWER = signed_build(6, installer=b"new" * 100_000), signed_build(7)
OLD = signed_build(4)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("updates") / "data"
    folder.mkdir()
    with running(folder, updates_dir=str(folder.parent / "updates")) as server:
        yield server


@pytest.fixture
def shelf(server: RunningServer) -> Shelf:
    """A repository of its own on the server of all."""
    return Shelf(server.log_file.parent)


@pytest.fixture
def updates(shelf: Shelf, server: RunningServer, tmp_path: Path) -> Updates:
    return shelf.recorder(server.url, tmp_path / "own")


def metadata(shelf: Shelf) -> Path:
    return shelf.repository.folder / "metadata"


def test_an_update_is_found_fetched_and_checked(shelf: Shelf, updates: Updates) -> None:
    assert isinstance(updates.look(), Nothing)
    shelf.publish(NEW)
    found = updates.look()
    assert isinstance(found, Found)
    assert found.release.told("de") == "Schneller."
    fetched = updates.fetch(found)
    assert isinstance(fetched, Fetched)
    assert fetched.file.name == NEW.name
    assert fetched.file.read_bytes() == NEW.installer
    assert fetched.manifest.build == NEW.build
    # The next one takes its place, and the same is not fetched again.
    assert updates.fetch(found) == fetched
    shelf.publish(NEWER)
    assert isinstance(updates.fetch(found), Trouble)
    later = updates.look()
    assert isinstance(later, Found)
    assert isinstance(updates.fetch(later), Fetched)
    assert not fetched.file.exists()


def test_a_recorder_follows_to_other_keys_by_the_root_that_it_knows(
    shelf: Shelf, updates: Updates
) -> None:
    shelf.publish(NEW)
    assert isinstance(updates.look(), Found)
    for _ in range(2):
        shelf.rotate()
    shelf.publish(NEWER)
    found = updates.look()
    assert isinstance(found, Found)
    fetched = updates.fetch(found)
    assert isinstance(fetched, Fetched)
    assert fetched.file.read_bytes() == NEWER.installer


def test_the_same_or_an_older_build_is_no_update(shelf: Shelf, updates: Updates) -> None:
    shelf.publish(OLD)
    assert isinstance(updates.look(), Nothing)
    shelf.publish(INSTALLED)
    assert isinstance(updates.look(), Nothing)


def test_going_back_is_said_by_who_publishes(
    shelf: Shelf, server: RunningServer, tmp_path: Path
) -> None:
    shelf.publish(NEW)
    updates = shelf.recorder(server.url, tmp_path / "own", NEW)
    assert isinstance(updates.look(), Nothing)
    before = shelf.repository.read()
    shelf.publish(OLD, back=True)
    found = updates.look()
    assert isinstance(found, Found)
    assert found.release.back
    fetched = updates.fetch(found)
    assert isinstance(fetched, Fetched)
    assert fetched.manifest.build.number == OLD.build.number
    after = shelf.repository.read()
    assert after.targets.signed.version == before.targets.signed.version + 1
    assert after.snapshot.signed.version > before.snapshot.signed.version


def test_a_share_decides_and_a_larger_one_reaches_the_rest(
    shelf: Shelf, server: RunningServer, tmp_path: Path
) -> None:
    path = shelf.publish(NEW, share=30).path
    release = shelf.repository.published()[0].release
    names = [f"{n:032x}" for n in range(60)]
    one = next(name for name in names if is_for(release, name))
    other = next(name for name in names if not is_for(release, name))
    first = shelf.recorder(server.url, tmp_path / "one", installation=one)
    second = shelf.recorder(server.url, tmp_path / "two", installation=other)
    assert isinstance(first.look(), Found)
    assert isinstance(second.look(), Nothing)
    shelf.repository.change_share(path, 100, shelf.offline, PASSPHRASE)
    assert isinstance(second.look(), Found)
    shelf.repository.withdraw(path, shelf.offline, PASSPHRASE)
    assert isinstance(first.look(), Nothing)


def test_a_tampered_file_is_refused(shelf: Shelf, updates: Updates, tmp_path: Path) -> None:
    shelf.publish(NEW)
    found = updates.look()
    assert isinstance(found, Found)
    (file,) = (shelf.repository.folder / "targets").rglob("*.deb")
    file.write_bytes(b"x" + file.read_bytes()[1:])
    assert_trouble(updates.fetch(found), Wrong.TAMPERED)
    file.write_bytes(file.read_bytes() + b"more")
    assert_trouble(updates.fetch(found), Wrong.TAMPERED)
    assert not (tmp_path / "own" / "files" / NEW.name).exists()


def test_what_the_server_stopped_renewing_is_out_of_date(
    shelf: Shelf, server: RunningServer, tmp_path: Path
) -> None:
    shelf.late = -10 * DAY
    shelf.publish(NEW)
    updates = shelf.recorder(server.url, tmp_path / "own")
    # The server's chore has not looked yet; a copy of ten days ago is what there is.
    assert_trouble(updates.look(), Wrong.EXPIRED)
    shelf.late = 0
    assert shelf.repository.keep_fresh()
    assert isinstance(updates.look(), Found)


def test_an_older_state_is_not_believed_again(
    shelf: Shelf, updates: Updates, tmp_path: Path
) -> None:
    shelf.publish(NEW)
    copy = tmp_path / "copy"
    shutil.copytree(metadata(shelf), copy)
    shelf.late = 5_000_000
    shelf.publish(NEWER)
    assert isinstance(updates.look(), Found)
    shutil.copytree(copy, metadata(shelf), dirs_exist_ok=True)
    assert_trouble(updates.look(), Wrong.REPLAYED)


def test_another_institutions_root_and_a_changed_list_are_not_believed(
    shelf: Shelf, server: RunningServer, tmp_path: Path
) -> None:
    shelf.publish(NEW)
    stranger = Shelf(server.log_file.parent)
    own = shelf.recorder(server.url, tmp_path / "one", root=stranger.root())
    assert_trouble(own.look(), Wrong.FORGED)
    again = shelf.recorder(server.url, tmp_path / "two")
    version = shelf.repository.read().targets.signed.version
    listed = metadata(shelf) / f"{version}.targets.json"
    listed.write_bytes(listed.read_bytes().replace(b'"share":100', b'"share":101'))
    assert_trouble(again.look(), Wrong.FORGED)
    # Nor does the server sign for it, or publish on top of it.
    with pytest.raises(RepositoryBroken, match="does not hold"):
        shelf.publish(NEWER)
    with pytest.raises(RepositoryBroken, match="does not hold"):
        shelf.repository.keep_fresh()


def test_a_build_of_another_builder_or_program_is_not_taken(
    shelf: Shelf, server: RunningServer, tmp_path: Path
) -> None:
    for made in (
        signed_build(6, OTHER_KEY),
        signed_build(7, bundle="edu.other"),
    ):
        shelf.publish(made)
        updates = shelf.recorder(server.url, tmp_path / "own")
        found = updates.look()
        assert isinstance(found, Found)
        assert_trouble(updates.fetch(found), Wrong.STRANGER)
    # A key that the brand names is trusted besides the one that built this.
    shelf.publish(signed_build(8, OTHER_KEY))
    both = frozenset({INSTALLED.signer, signed_build(8, OTHER_KEY).signer})
    trusting = shelf.recorder(server.url, tmp_path / "own", signers=both)
    found = trusting.look()
    assert isinstance(found, Found)
    assert isinstance(trusting.fetch(found), Fetched)


def test_a_build_without_the_exams_browser_takes_no_place_of_one_with_it(
    shelf: Shelf, server: RunningServer, tmp_path: Path
) -> None:
    whole = signed_build(5, browser=True)
    shelf.publish(NEW)
    updates = shelf.recorder(server.url, tmp_path / "own", whole)
    found = updates.look()
    assert isinstance(found, Found)
    assert_trouble(updates.fetch(found), Wrong.LESSER)
    assert not (tmp_path / "own" / "files" / NEW.name).exists()
    shelf.publish(signed_build(7, browser=True))
    found = updates.look()
    assert isinstance(found, Found)
    assert isinstance(updates.fetch(found), Fetched)


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        (errno.ENOSPC, Wrong.NO_ROOM),
        (errno.EDQUOT, Wrong.NO_ROOM),
        (errno.EROFS, Wrong.UNKEPT),
        (errno.EACCES, Wrong.UNKEPT),
    ],
)
def test_a_disk_that_keeps_nothing_is_told_as_what_it_is(
    shelf: Shelf,
    server: RunningServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    wrong: Wrong,
) -> None:
    updates = shelf.recorder(server.url, tmp_path / "own")

    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("recorder.updates.looking.Updater", refused)
    assert_trouble(updates.look(), wrong)


def test_a_server_that_is_gone_or_has_none_is_told(
    shelf: Shelf, server: RunningServer, tmp_path: Path
) -> None:
    gone = shelf.recorder("http://127.0.0.1:9", tmp_path / "one")
    assert_trouble(gone.look(), Wrong.UNREACHABLE)
    address = f"{server.url}/updates/{'0' * 32}"
    none = shelf.recorder(server.url, tmp_path / "two", address=address)
    assert_trouble(none.look(), Wrong.ABSENT)


def test_a_server_whose_name_cannot_be_looked_up_is_told(shelf: Shelf, tmp_path: Path) -> None:
    nowhere = shelf.recorder("https://xn--a.example.edu", tmp_path / "one")
    assert_trouble(nowhere.look(), Wrong.UNREACHABLE)


def test_a_proxy_that_nobody_speaks_to_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9")
    with pytest.raises(DownloadError, match="ALL_PROXY"):
        Fetcher("https://updates.example.edu", lambda: True)


def test_nothing_is_asked_while_something_more_important_is_near(
    shelf: Shelf, server: RunningServer, tmp_path: Path
) -> None:
    shelf.publish(NEW)
    allowed = [True]
    updates = shelf.recorder(server.url, tmp_path / "own", may=lambda: allowed[0])
    found = updates.look()
    assert isinstance(found, Found)
    allowed[0] = False
    assert isinstance(updates.look(), NotNow)
    assert isinstance(updates.fetch(found), NotNow)
    # An exam that begins in the middle of a download ends that at once.
    turns = iter([True] * 8)
    busy = shelf.recorder(server.url, tmp_path / "two", may=lambda: next(turns, False))
    assert isinstance(busy.fetch(found), NotNow)
    assert not (tmp_path / "two" / "files" / NEW.name).exists()


def test_what_was_fetched_and_is_not_wanted_any_more_goes(
    shelf: Shelf, updates: Updates, tmp_path: Path
) -> None:
    shelf.publish(NEW)
    found = updates.look()
    assert isinstance(found, Found)
    assert isinstance(updates.fetch(found), Fetched)
    shelf.repository.withdraw(found.path, shelf.offline, PASSPHRASE)
    assert isinstance(updates.look(), Nothing)
    assert not (tmp_path / "own" / "files").exists()


def test_files_are_served_with_their_tags_and_nothing_else_is(
    shelf: Shelf, server: RunningServer
) -> None:
    shelf.publish(NEW)
    address = f"{server.url}/updates/{shelf.institution}"
    with httpx.Client() as client:
        first = client.get(f"{address}/metadata/timestamp.json")
        assert first.headers["Cache-Control"] == "public, no-cache"
        tag = {"If-None-Match": first.headers["ETag"]}
        assert client.get(f"{address}/metadata/timestamp.json", headers=tag).status_code == 304
        version = shelf.repository.read().targets.signed.version
        listed = client.get(f"{address}/metadata/{version}.targets.json")
        assert "immutable" in listed.headers["Cache-Control"]
        head = client.head(f"{address}/metadata/root.json")
        assert (head.status_code, head.content) == (200, b"")
        for path in (".lock", "metadata/../.lock", "metadata/x.json", "targets/stable/x.deb"):
            assert client.get(f"{address}/{path}").status_code == 404, path


def assert_trouble(news: object, wrong: Wrong) -> None:
    assert isinstance(news, Trouble), news
    assert news.wrong is wrong, news

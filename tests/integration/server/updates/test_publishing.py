"""The repository of updates by command, renewed by the server, and what it refuses."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.campus import Campus
from support.published import DAY, NOTES, PASSPHRASE, Shelf
from support.signed_builds import signed_build

from server.cli import main
from server.updates.keeping import Keeping
from server.updates.keys import UpdateKeyError
from server.updates.publishing import Draft, NotPublished
from server.updates.repository import LASTS, RepositoryBroken
from shared.sidecar import SUFFIX

Run = Callable[..., tuple[int, str, str]]

NEW = signed_build(6)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def keeping(shelf: Shelf) -> Keeping:
    own = shelf.repository
    return Keeping(own.folder.parent, shelf.folder / "keys", own._clock)


def test_the_server_renews_its_own_word_as_it_ages_and_no_sooner(shelf: Shelf) -> None:
    shelf.publish(NEW)
    before = shelf.repository.read()
    assert keeping(shelf).look() == []
    assert shelf.repository.read().timestamp.signed.version == before.timestamp.signed.version
    shelf.late = 3 * DAY
    assert keeping(shelf).look() == []
    after = shelf.repository.read()
    assert after.timestamp.signed.version > before.timestamp.signed.version
    left = after.timestamp.signed.expires - before.timestamp.signed.expires
    assert left.days in (2, 3)
    assert after.targets.signed.version == before.targets.signed.version


def test_what_the_offline_keys_have_to_sign_is_told_in_time(shelf: Shelf) -> None:
    shelf.late = (LASTS["targets"].days - 20) * DAY
    (told,) = keeping(shelf).look()
    assert "targets expires on" in told
    assert "updates renew" in told
    shelf.repository.renew(shelf.offline, PASSPHRASE)
    assert keeping(shelf).look() == []
    root = shelf.repository.read().root.signed
    assert root.version == 2
    assert (shelf.repository.folder / "metadata" / "2.root.json").exists()


def test_a_repository_that_does_not_hold_is_told_and_others_are_kept(shelf: Shelf) -> None:
    other = Shelf(shelf.folder)
    (shelf.repository.folder / "metadata" / "timestamp.json").write_bytes(b"{}")
    shelf.late = other.late = 3 * DAY
    (told,) = keeping(other).look()
    assert told.startswith(shelf.institution)
    assert other.repository.read().timestamp.signed.expires > datetime.now(UTC)


def test_a_server_restored_from_an_older_backup_goes_on_above_it(shelf: Shelf) -> None:
    folder = shelf.repository.folder / "metadata"
    old = {path.name: path.read_bytes() for path in folder.iterdir()}
    shelf.late = 3 * DAY
    keeping(shelf).look()
    newest = shelf.repository.read().timestamp.signed.version
    for path in folder.iterdir():
        path.unlink()
    for name, data in old.items():
        (folder / name).write_bytes(data)
    shelf.late = 3 * DAY + 10_000_000
    keeping(shelf).look()
    assert shelf.repository.read().timestamp.signed.version > newest


def test_old_files_go_and_those_of_the_last_look_stay(shelf: Shelf) -> None:
    for number in range(6, 20):
        shelf.publish(signed_build(number, installer=b"%d" % number))
    folder = shelf.repository.folder
    assert len(list((folder / "targets").rglob("*.deb"))) == 2
    assert len(list((folder / "metadata").glob("*.targets.json"))) == 10


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("another name", "give it that name"),
        ("changed", "not what its manifest says"),
        ("no manifest", "cannot be read"),
        ("no manifest of it", "is no manifest"),
        ("older", "say --back"),
        ("back from nothing", "leave --back out"),
        ("share", "0 to 100"),
        ("channel", "is no channel"),
        ("no English", "English at least"),
        ("notes too long", "no release"),
    ],
)
def test_what_cannot_be_published_is_told(shelf: Shelf, what: str, why: str) -> None:
    shelf.publish(signed_build(6, installer=b"six"))
    made = signed_build(5 if what == "older" else 7)
    file = shelf.built(made)
    draft = Draft(file, "stable", 100, NOTES)
    match what:
        case "another name":
            other = file.rename(file.with_name("other.deb"))
            file.with_name(file.name + SUFFIX).rename(other.with_name("other.deb" + SUFFIX))
            draft = Draft(other, "stable", 100, NOTES)
        case "changed":
            file.write_bytes(b"other")
        case "no manifest":
            file.with_name(file.name + SUFFIX).unlink()
        case "no manifest of it":
            file.with_name(file.name + SUFFIX).write_bytes(b"x")
        case "back from nothing":
            draft = Draft(file, "stable", 100, NOTES, back=True)
        case "share":
            draft = Draft(file, "stable", 101, NOTES)
        case "channel":
            draft = Draft(file, "../up", 100, NOTES)
        case "no English":
            draft = Draft(file, "stable", 100, {"de": "Neu."})
        case "notes too long":
            draft = Draft(file, "stable", 100, {"en": "x" * 5_000})
        case _:
            pass
    with pytest.raises(NotPublished, match=why):
        shelf.repository.publish(draft, shelf.offline, PASSPHRASE)
    assert [one.release.number for one in shelf.repository.published()] == [6]


def test_what_was_withdrawn_is_gone_back_from_and_said_again(shelf: Shelf) -> None:
    bad, good = signed_build(7, installer=b"seven"), signed_build(6, installer=b"six")
    path = shelf.publish(bad).path
    shelf.repository.withdraw(path, shelf.offline, PASSPHRASE)
    shelf.publish(good, back=True)
    # Once more, as with better notes; who still has what was withdrawn goes back.
    shelf.publish(good, back=True)
    (there,) = shelf.repository.published()
    assert (there.release.number, there.release.back) == (6, True)
    # Said without, it would leave them there, and nobody would know.
    with pytest.raises(NotPublished, match="say --back again"):
        shelf.publish(good)
    assert shelf.repository.published() == [there]
    shelf.publish(signed_build(8, installer=b"eight"))
    with pytest.raises(NotPublished, match="leave --back out"):
        shelf.publish(signed_build(8, installer=b"eight"), back=True)


def test_files_that_are_not_as_they_were_published_are_found(shelf: Shelf) -> None:
    path = shelf.publish(NEW).path
    assert shelf.repository.damaged() == []
    targets = shelf.repository.folder / "targets"
    (installer,) = targets.rglob("*.deb")
    whole = installer.read_bytes()
    installer.write_bytes(whole[:-1])
    assert shelf.repository.damaged() == [path]
    installer.write_bytes(whole)
    (manifest,) = targets.rglob(f"*{SUFFIX}")
    manifest.unlink()
    assert shelf.repository.damaged() == [path]


def test_keys_that_lie_open_or_are_others_sign_nothing(shelf: Shelf) -> None:
    other = Shelf(shelf.folder)
    draft = Draft(shelf.built(NEW), "stable", 100, NOTES)
    with pytest.raises(RepositoryBroken, match="not this repository's"):
        shelf.repository.publish(draft, other.offline, PASSPHRASE)
    with pytest.raises(UpdateKeyError, match="its passphrase is another"):
        shelf.repository.publish(draft, shelf.offline, "wrong")
    (shelf.offline / "targets.pem").chmod(0o644)
    with pytest.raises(UpdateKeyError, match="others can read"):
        shelf.repository.publish(draft, shelf.offline, PASSPHRASE)
    (shelf.offline / "targets.pem").unlink()
    with pytest.raises(UpdateKeyError, match="--keys"):
        shelf.repository.publish(draft, shelf.offline, PASSPHRASE)
    assert shelf.repository.published() == []


def test_keys_are_private_and_made_once(shelf: Shelf) -> None:
    assert (shelf.offline.stat().st_mode & 0o777) == 0o700
    files = [*shelf.offline.iterdir(), *(shelf.folder / "keys").rglob("*.key")]
    assert len(files) == 4
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    with pytest.raises(RepositoryBroken, match="already"):
        shelf.repository.create(shelf.offline, PASSPHRASE)
    missing = next((shelf.folder / "keys").rglob("timestamp.key"))
    missing.unlink()
    shelf.late = 3 * DAY
    with pytest.raises(UpdateKeyError, match="restore it"):
        shelf.repository.keep_fresh()


def test_other_keys_take_the_place_of_all_four(shelf: Shelf) -> None:
    shelf.publish(NEW)
    old, before = shelf.offline, shelf.repository.read()
    shelf.rotate()
    after = shelf.repository.read()
    assert after.root.signed.version == before.root.signed.version + 1
    before.root.signed.verify_delegate("root", after.root.signed_bytes, after.root.signatures)
    assert not before.root.signed.keys.keys() & after.root.signed.keys.keys()
    assert after.targets.signed.targets == before.targets.signed.targets
    draft = Draft(shelf.built(signed_build(7)), "stable", 100, NOTES)
    with pytest.raises(RepositoryBroken, match="not this repository's"):
        shelf.repository.publish(draft, old, PASSPHRASE)
    shelf.repository.publish(draft, shelf.offline, PASSPHRASE)
    shelf.late = 3 * DAY
    assert keeping(shelf).look() == []
    with pytest.raises(RepositoryBroken, match="not this repository's"):
        shelf.repository.rotate(old, shelf.folder / "elsewhere", PASSPHRASE)
    with pytest.raises(UpdateKeyError):
        shelf.repository.rotate(shelf.offline, shelf.offline, PASSPHRASE)
    assert keeping(shelf).look() == []


class Crash(BaseException):
    """The computer is gone."""


# More than there are, so that the last one is not interrupted.
RENAMES = 14


@pytest.mark.parametrize("at", range(RENAMES))
def test_a_change_of_keys_that_was_interrupted_is_ended_or_has_not_begun(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    shelf.publish(NEW)
    old, new = shelf.offline, shelf.folder / "new"
    rename, done = Path.replace, 0

    def until_the_crash(path: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done > at:
            raise Crash
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", until_the_crash)
        with suppress(Crash):
            shelf.repository.rotate(old, new, PASSPHRASE)
    shelf.late = 3 * DAY
    assert keeping(shelf).look() == []
    state = shelf.repository.read()
    assert state.timestamp.signed.expires > datetime.now(UTC)
    changed = state.root.signed.version == 2
    assert changed or at < RENAMES - 1
    keys = new if changed else old
    shelf.repository.renew(keys, PASSPHRASE)
    files = shelf.repository.folder.rglob("*.next")
    assert [*files, *(shelf.folder / "keys").rglob("*.next")] == []


def test_the_commands_do_all_of_it(
    campus: Campus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("INVIGIL_DATA_DIR", str(campus.settings.data_dir))
    monkeypatch.setenv("INVIGIL_UPDATES_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def run(*arguments: str) -> tuple[int, str, str]:
        status = 0
        try:
            main(["admin", "updates", *arguments, "--institution", "Example University"])
        except SystemExit as error:
            status = int(error.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    keys = ("--keys", str(tmp_path / "safe"))
    status, _, said = run("list")
    assert (status, "updates init" in said) == (2, True)
    status, out, said = run("init", *keys)
    assert status == 0, said
    root = json.loads(out)["root"]
    status, out, _ = run("root", str(tmp_path / "root.json"))
    assert json.loads(out)["root"] == root
    assert json.loads(out)["url"].endswith(f"/updates/{campus.institution.id}")
    assert json.loads((tmp_path / "root.json").read_text())["signed"]["_type"] == "root"
    file, notes = Shelf(tmp_path / "other").built(NEW), tmp_path / "en.txt"
    notes.write_text("Quicker.\n")
    status, out, said = run(
        "publish", str(file), *keys, "--share", "10", "--notes", f"en={notes}"
    )
    assert status == 0, said
    path = json.loads(out)["path"]
    assert run("publish", str(file), *keys, "--notes", str(notes))[0] == 2
    assert json.loads(run("share", path, "50", *keys)[1])["share"] == 50
    assert json.loads(run("list")[1])["number"] == 6
    assert run("check")[0] == 0
    listed = campus.settings.updates / campus.institution.id / "targets"
    (installer,) = listed.rglob("*.deb")
    whole = installer.read_bytes()
    installer.unlink()
    status, _, said = run("check")
    assert (status, f"{path}: its files are not as they were published" in said) == (1, True)
    installer.write_bytes(whole)
    assert run("renew", *keys)[0] == 0
    assert run("withdraw", "stable/nothing.deb", *keys)[0] == 2
    assert run("withdraw", path, *keys)[0] == 0
    assert run("list")[1] == ""
    status, out, said = run("rotate", *keys, "--into", str(tmp_path / "new"))
    assert (status, json.loads(out)["version"]) == (0, 3)
    assert json.loads(run("root", str(tmp_path / "root.json"))[1])["root"] != root
    assert run("renew", *keys)[0] == 2
    assert run("renew", "--keys", str(tmp_path / "new"))[0] == 0

"""Who installs an update, by system: shown, unpacked beside, or opened."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.published import NOTES
from support.signed_builds import SignedBuild, signed_build

from recorder.brand import App, Brand, UpdateSource
from recorder.faults import EnvironmentFault
from recorder.updates.commands import folder_of
from recorder.updates.here import installation, kind_here, updates_here
from recorder.updates.installing import install
from recorder.updates.news import (
    ByCommand,
    Fetched,
    Found,
    Nothing,
    NotNow,
    Opened,
    Trouble,
    Wrong,
)
from recorder.updates.words import told, told_installed
from shared.encoding import ID_HEX
from shared.sidecar import read_sidecar
from shared.updates import Release

ROOT = Path("/usr/lib/invigil")


def fetched(made: SignedBuild, folder: Path, *, back: bool = False) -> Fetched:
    release = Release(
        build=made.id, number=made.build.number, version="0.2.0", name=made.name,
        share=100, back=back, notes=NOTES,
    )  # fmt: skip
    file = folder / made.name
    file.write_bytes(made.installer)
    return Fetched(release, file, read_sidecar(made.manifest))


def test_a_package_is_shown_with_the_one_command(tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    folder.mkdir()
    done = install(fetched(signed_build(6), folder), ROOT, always, "linux", run=never)
    assert isinstance(done, ByCommand)
    assert done.command == f"sudo apt-get install '{done.file}'"
    assert done.command in told_installed(done)
    older = fetched(signed_build(6), folder, back=True)
    back = install(older, ROOT, always, "linux", run=never)
    assert isinstance(back, ByCommand)
    assert "INVIGIL_ALLOW_DOWNGRADE=1" in back.command


def always() -> bool:
    return True


def never(command: Sequence[str]) -> None:
    raise AssertionError(command)


@pytest.mark.parametrize(
    ("platform", "name", "command"),
    [("win32", "invigil.msi", ["msiexec", "/i"]), ("darwin", "invigil.pkg", ["open"])],
)
def test_the_systems_own_installer_is_opened(
    tmp_path: Path, platform: str, name: str, command: list[str]
) -> None:
    ran: list[Sequence[str]] = []
    made = fetched(signed_build(6, name=name), tmp_path)
    done = install(made, ROOT, always, platform, run=ran.append)
    assert ran == [[*command, str(made.file)]]
    assert done == Opened(made.file)
    assert str(made.file) in told_installed(done)

    def fails(command: Sequence[str]) -> None:
        raise subprocess.CalledProcessError(1, list(command))

    with pytest.raises(EnvironmentFault, match="open"):
        install(made, ROOT, always, platform, run=fails)


@pytest.mark.parametrize("name", ["invigil.deb", "invigil.tar.xz", "invigil.msi"])
def test_nothing_is_begun_with_an_exam_near(tmp_path: Path, name: str) -> None:
    made = fetched(signed_build(6, name=name), tmp_path)
    with pytest.raises(EnvironmentFault, match="not installed") as told:
        install(made, tmp_path / "home" / "tree", lambda: False, "win32", run=never)
    assert "Nothing was changed" in told.value.advice


def test_what_is_no_archive_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "invigil-1" / "tree").mkdir(parents=True)
    made = fetched(signed_build(6, name="invigil.tar.xz"), tmp_path)
    with pytest.raises(EnvironmentFault, match="Nothing was changed"):
        install(made, home / "invigil-1" / "tree", always, "linux", run=never)
    assert [path.name for path in home.iterdir()] == ["invigil-1"]


def test_an_installations_id_is_made_once_and_again_where_it_is_none(tmp_path: Path) -> None:
    own = installation(tmp_path / "updates")
    assert installation(tmp_path / "updates") == own
    (tmp_path / "updates" / "installation").write_text("nonsense")
    assert installation(tmp_path / "updates") != own


def test_a_home_that_cannot_be_written_gives_an_id_for_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    made = {installation(tmp_path / "file" / "updates") for _ in range(2)}
    assert len(made) == 2
    assert all(ID_HEX.fullmatch(one) for one in made)


def test_recorders_beside_each_other_keep_what_they_know_apart(tmp_path: Path) -> None:
    others = (App(), App(package="uni-exams"), App(bundle="edu.example"))
    folders = {folder_of(tmp_path / "sessions", app) for app in others}
    assert len(folders) == len(others)
    assert {folder.parent for folder in folders} == {tmp_path / "updates"}


@pytest.mark.parametrize(
    ("platform", "root", "kind"),
    [
        ("linux", "/usr/lib/invigil", ".deb"),
        ("linux", "/home/ada/invigil-1/tree", ".tar.xz"),
        ("win32", "C:/Program Files/Invigil", ".msi"),
        ("darwin", "/Applications/Invigil.app", ".pkg"),
    ],
)
def test_what_brought_the_program_is_told_by_where_it_is(
    platform: str, root: str, kind: str
) -> None:
    assert kind_here(Path(root), platform) == kind


def test_a_program_from_source_or_without_a_repository_has_no_updates(tmp_path: Path) -> None:
    source = UpdateSource(url="https://exams.example.edu/updates/" + "0" * 32, root="r.json")
    branded = Brand(updates=source)
    assert updates_here(branded, None, tmp_path, lambda: True) is None
    assert updates_here(Brand(), tmp_path, tmp_path, lambda: True) is None
    with pytest.raises(EnvironmentFault, match="not whole"):
        updates_here(branded, tmp_path, tmp_path, lambda: True)


def test_every_outcome_has_its_words(tmp_path: Path) -> None:
    made = fetched(signed_build(6), tmp_path)
    found = Found(made.release, "stable/x.deb", 3)
    assert told(found, "de").endswith("Schneller.")
    assert "version 0.2.0, build 6" in told(made)
    assert "gone back to" in told(fetched(signed_build(6), tmp_path, back=True))
    every = [Nothing("why"), NotNow(), *(Trouble(one, "detail") for one in Wrong)]
    words = [told(one) for one in every]
    assert len(set(words)) == len(every)
    assert all("works as it is" in one for one in words[2:])

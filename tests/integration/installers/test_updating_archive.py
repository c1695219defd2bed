"""An unpacked program updates itself beside itself, and goes back."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.published import NOTES
from support.small_builds import BRAND, order, tiny

from installers.branded import read_branded
from installers.faults import BuildFault
from installers.linux.archive import build_archive
from installers.sidecar import write_sidecar
from recorder.faults import EnvironmentFault
from recorder.installed import look_at
from recorder.updates.here import updates_here
from recorder.updates.installing import REGISTER, TREE, install
from recorder.updates.news import Beside, Fetched
from shared.build import UPDATES_ROOT, FilesVerdict
from shared.sidecar import SUFFIX, read_sidecar
from shared.updates import Release

URL = f"https://exams.example.edu/updates/{'0' * 32}"
ROOT = {"signed": {"_type": "root"}, "signatures": []}
UPDATED = f'{BRAND}\n[updates]\nurl = "{URL}"\nroot = "root.json"\n'


@dataclass(frozen=True)
class Built:
    """An archive with its manifest beside it."""

    archive: Path
    number: int

    def fetched(self, archive: Path | None = None) -> Fetched:
        """As the recorder has it once it was checked."""
        manifest = read_sidecar(Path(f"{self.archive}{SUFFIX}").read_bytes())
        release = Release(
            build=manifest.artifact.build, number=self.number, version="1.0",
            name=self.archive.name, share=100, notes=NOTES,
        )  # fmt: skip
        return Fetched(release, archive or self.archive, manifest)


def built(folder: Path, number: int) -> Built:
    out = folder / f"out-{number}"
    out.mkdir(parents=True)
    (out / "root.json").write_text(json.dumps(ROOT))
    asked = order(out, number, UPDATED)
    made = tiny(asked, folder / f"build-{number}" / "tree")
    archive = build_archive(asked, made, fast=True)
    write_sidecar(asked, made, archive, [])
    return Built(archive, number)


def always() -> bool:
    return True


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Built, Built]:
    folder = tmp_path_factory.mktemp("archives")
    return built(folder, 3), built(folder, 4)


@pytest.fixture
def home(two: tuple[Built, Built], tmp_path: Path) -> Path:
    """The first one, unpacked; the root of its tree."""
    with tarfile.open(two[0].archive) as tar:
        tar.extractall(tmp_path / "home", filter="tar")
    (folder,) = (tmp_path / "home").iterdir()
    return folder / TREE


def test_a_newer_one_is_unpacked_beside_and_the_old_one_goes_back(
    two: tuple[Built, Built], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    entry = tmp_path / "share" / "applications" / "small.desktop"
    done = install(two[1].fetched(), home, always, "linux")
    assert isinstance(done, Beside)
    assert done.before == home.parent
    assert look_at(done.folder / TREE).verdict is FilesVerdict.INTACT
    assert look_at(home).verdict is FilesVerdict.INTACT
    assert str(done.folder / TREE) in entry.read_text()
    subprocess.run(done.back, shell=True, check=True)
    assert str(home) in entry.read_text()
    # Once more, over what is there: the same.
    assert install(two[1].fetched(), home, always, "linux") == done


def test_an_archive_of_another_build_changes_nothing(
    two: tuple[Built, Built], home: Path
) -> None:
    with pytest.raises(EnvironmentFault, match="not what was signed"):
        install(two[1].fetched(two[0].archive), home, always, "linux")
    assert list(home.parent.parent.iterdir()) == [home.parent]
    with pytest.raises(EnvironmentFault, match="runs from"):
        install(two[0].fetched(), home, always, "linux")
    assert look_at(home).verdict is FilesVerdict.INTACT


def test_an_exam_that_comes_near_ends_the_unpacking_wherever_it_is(
    two: tuple[Built, Built], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    with tarfile.open(two[1].archive) as tar:
        members = tar.getmembers()
    # Asked before it begins, at each member, and at each file that is compared.
    listed = sum("/tree/" in one.name and not one.isdir() for one in members)
    most = 1 + len(members) + listed
    for turns in range(most):
        with pytest.raises(EnvironmentFault, match="exam is near"):
            install(two[1].fetched(), home, only(turns), "linux")
        assert list(home.parent.parent.iterdir()) == [home.parent]
    assert isinstance(install(two[1].fetched(), home, only(most), "linux"), Beside)


def only(turns: int) -> Callable[[], bool]:
    """Nobody is near for so many times that it is asked."""
    left = iter([True] * turns)
    return lambda: next(left, False)


def test_registering_that_fails_is_told(two: tuple[Built, Built], home: Path) -> None:
    def fails(command: object) -> None:
        raise OSError(2, "No such file", REGISTER)

    with pytest.raises(EnvironmentFault, match="could not be put into the menu"):
        install(two[1].fetched(), home, always, "linux", run=fails)


def test_the_builder_puts_the_root_into_the_program(home: Path, tmp_path: Path) -> None:
    assert json.loads((home / UPDATES_ROOT).read_text()) == ROOT
    brand = read_branded(_file(tmp_path, json.dumps(ROOT))).brand
    found = updates_here(brand, home, tmp_path / "updates", lambda: True)
    assert found is not None
    assert found._here.kind == ".tar.xz"
    assert found._source.address == URL


@pytest.mark.parametrize("root", ["", "{}", '{"signed": {"_type": "targets"}}', "[]"])
def test_what_is_no_root_is_refused_by_the_builder(tmp_path: Path, root: str) -> None:
    with pytest.raises(BuildFault, match=r"updates\.root"):
        read_branded(_file(tmp_path, root))


def _file(folder: Path, root: str) -> Path:
    (folder / "root.json").write_text(root)
    (folder / "briefcase.toml").write_text(UPDATED)
    return folder / "briefcase.toml"

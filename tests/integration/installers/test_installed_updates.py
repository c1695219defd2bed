"""An installed recorder and its institution's server: what it takes, and what it must not.

Long like the package's own test, and run with it: `make installer-test`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from demo.machine import process, virtual_display
from support.clean_root import USER, CleanRoot
from support.clips import make_clip
from support.packages import Builds
from support.published import Shelf
from support.signed_builds import OTHER_KEY, signed_build

from installers.checking import check_tree
from shared.build import Build
from shared.sidecar import SUFFIX, read_sidecar

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("INVIGIL_INSTALLERS") != "full", reason="long; make installer-test"
    ),
    pytest.mark.timeout(1800),
]

TREE = "usr/lib/invigil"
NOTES = {"en": "Quicker.", "de": "Schneller."}
FAULT = 2
RECORDED_S = 12.0


@dataclass(frozen=True)
class Desk:
    """A computer with the first build on it, and its institution's repository."""

    root: CleanRoot
    builds: Builds
    repository: Path

    def updates(self, *arguments: str, status: int = 0) -> str:
        """What ``invigil-recorder updates`` says to the computer's user."""
        done = self.root.run(
            "invigil-recorder", "updates", *arguments, user=USER, network=True, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def publish(self, installer: Path, *more: str) -> None:
        """Put a build on the channel, by the server's own command."""
        told: list[str] = []
        for language, words in NOTES.items():
            file = self.repository.parent / f"{language}.txt"
            file.write_text(words)
            told += ["--notes", f"{language}={file}"]
        self.builds.updates(
            "publish", str(installer), "--keys", str(self.builds.offline), *told, *more
        )

    def install(self, *arguments: str) -> str:
        """Have the recorder fetch an update, and do as it says, as who may, saying yes where
        apt asks; what the recorder said.
        """
        said = self.updates("--install", *arguments)
        command = said.strip().splitlines()[-1].strip()
        assert command.startswith("sudo ")
        self.root.run("sh", "-c", f"yes | {command.removeprefix('sudo ')}")
        return said

    def kept(self) -> set[str]:
        """What updates left on the user's computer, by name, beside the metadata."""
        data = self.root.folder / "home" / USER / ".local/share/invigil"
        files = data / "updates" / "org.invigil.invigil" / "files"
        return {path.name for path in files.iterdir()} if files.is_dir() else set()

    def installed(self) -> int:
        """The number of the build that is installed, and whole."""
        told = check_tree(self.root.folder / TREE, self.builds.signers)
        assert told.holds, told.checks
        version = self.root.run("dpkg-query", "-W", "-f", "${Version}", "invigil").stdout
        return int(version.rpartition("b")[2])


def head(installer: Path) -> Build:
    """What a build says of itself in the manifest beside its installer."""
    return read_sidecar(Path(f"{installer}{SUFFIX}").read_bytes()).build


@pytest.fixture
def desk(builds: Builds, root: CleanRoot) -> Iterator[Desk]:
    root.run("dpkg", "-i", root.put(builds.first))
    (repository,) = (builds.programs.folder / "server" / "updates").iterdir()
    with builds.programs.server():
        yield Desk(root, builds, repository)
    root.run("dpkg", "--purge", "invigil")
    shutil.rmtree(root.folder / "home" / USER / ".local", ignore_errors=True)


def test_an_installed_recorder_follows_its_institution_and_nobody_else(
    desk: Desk, tmp_path: Path
) -> None:
    older, newer = head(desk.builds.first), head(desk.builds.newer)
    assert "nothing is published" in desk.updates()
    before = shutil.copytree(desk.repository, tmp_path / "before")

    desk.publish(desk.builds.newer)
    said = desk.updates("--language", "de")
    assert f"There is: version {newer.version}, build {newer.number}." in said
    assert NOTES["de"] in said
    assert desk.kept() == set()
    _not_during_an_exam(desk, tmp_path)
    _not_what_was_tampered_with(desk)
    _not_what_is_older_or_somebody_elses(desk, before, tmp_path)

    assert NOTES["en"] in desk.install()
    assert desk.installed() == newer.number
    assert "this is the build that is published" in desk.updates()
    assert desk.kept() == set()

    _not_another_builders(desk, newer, tmp_path)
    _back_on_purpose_alone(desk, older)


def _not_during_an_exam(desk: Desk, tmp_path: Path) -> None:
    """While another program of the same user records, nothing is asked."""
    with _recording(desk, tmp_path) as recorder:
        said = desk.updates("--install", status=FAULT)
        assert "An exam is being recorded on this computer." in said
        assert recorder.poll() is None
        assert desk.kept() == set()
        output, told = recorder.communicate(timeout=120)
        assert recorder.returncode == 0, told
    assert json.loads(output.strip().splitlines()[-1])["delivered"] is True
    assert "There is: version" in desk.updates()


@contextmanager
def _recording(desk: Desk, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    demo = desk.builds.programs.demo()
    clip = make_clip(
        tmp_path / "sitting.mp4",
        seconds=RECORDED_S + 5,
        size=(640, 480),
        shows=lambda at: at % 4.0 < 0.5,
    )
    camera = f"file:{desk.root.put(clip)}"
    with (
        virtual_display() as screen,
        process(
            [*desk.root.entered(USER, network=True, DISPLAY=screen, INVIGIL_SPREAD_S="0.5"),
             "invigil-recorder", "record", "--headless", "--consent",
             "--server", demo["server"], "--code", demo["code"],
             "--camera", camera, "--microphone", camera, "--duration", str(RECORDED_S)],
            env=desk.root.environment(USER), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as recorder,
    ):  # fmt: skip
        said: list[str] = []
        for line in recorder.stderr or ():
            said.append(line)
            if line.strip() == "recording":
                break
        else:
            raise AssertionError("".join(said))
        yield recorder


def _not_what_was_tampered_with(desk: Desk) -> None:
    (package,) = desk.repository.joinpath("targets").rglob("*.deb")
    whole = package.read_bytes()
    package.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    said = desk.updates("--install", status=FAULT)
    assert "not the one that was signed for" in said
    assert not any(name.endswith(".deb") for name in desk.kept())
    package.write_bytes(whole)


def _not_what_is_older_or_somebody_elses(desk: Desk, before: Path, tmp_path: Path) -> None:
    """A server that gives an old copy, and one that signs by keys of its own."""
    now = tmp_path / "now"
    shutil.copytree(desk.repository, now)
    with _served(desk, before, now):
        assert "something older than before" in desk.updates(status=FAULT)
    other = Shelf(tmp_path / "other", institution=desk.repository.name)
    with _served(desk, other.repository.folder, now):
        assert "not signed by whoever may" in desk.updates(status=FAULT)
    assert "There is: version" in desk.updates()


@contextmanager
def _served(desk: Desk, instead: Path, now: Path) -> Iterator[None]:
    """Another repository's metadata in the place of the institution's."""
    metadata = desk.repository / "metadata"
    for source in (instead, now):
        shutil.rmtree(metadata)
        shutil.copytree(source / "metadata", metadata)
        if source is instead:
            yield


def _not_another_builders(desk: Desk, newer: Build, tmp_path: Path) -> None:
    """The institution's own server offers it, signed by TUF's keys: that is not enough."""
    strange = signed_build(
        newer.number + 1, OTHER_KEY, bundle=newer.bundle, target=newer.target
    )
    installer = tmp_path / strange.name
    installer.write_bytes(strange.installer)
    Path(f"{installer}{SUFFIX}").write_bytes(strange.manifest)
    desk.publish(installer)
    assert "built by somebody else" in desk.updates("--install", status=FAULT)
    assert strange.name not in desk.kept()
    assert desk.installed() == newer.number


def _back_on_purpose_alone(desk: Desk, older: Build) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        desk.publish(desk.builds.first)
    assert "to go back on purpose, say --back" in (
        desk.builds.programs.folder / "server.log"
    ).read_text("utf-8")
    refused = desk.root.run("dpkg", "-i", desk.root.put(desk.builds.first), check=False)
    assert "is older: refused" in refused.stderr

    desk.publish(desk.builds.first, "--back")
    said = desk.install()
    assert f"gone back to: version {older.version}, build {older.number}." in said
    assert "INVIGIL_ALLOW_DOWNGRADE=1" in said
    assert desk.installed() == older.number
    assert "this is the build that is published" in desk.updates()

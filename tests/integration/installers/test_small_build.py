"""A tiny program signed, packed and received: what holds, and each thing that must not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO

import msgspec
import pytest
from support.signed_programs import mach, pe
from support.small_builds import KEY, LOCKED, order, tiny

from installers import verify
from installers.build import _beside
from installers.build import main as build_main
from installers.checking import Unreadable, check_artifact, check_tree
from installers.faults import BuildFault
from installers.linux.archive import build_archive
from installers.linux.debian import build_deb
from installers.making import BILL, seal
from installers.sidecar import write_sidecar
from installers.signing import new_key, read_key_file
from installers.tree import site_packages
from recorder.brand import load_brand
from recorder.installed import InstalledProgram, installed_root, look_at
from shared.build import (
    HEAD_FILE,
    LIST_FILE,
    FileEntry,
    FilesVerdict,
    decode_artifact,
    encode_head,
)
from shared.code_signatures import SEAL_OF_BUNDLE
from shared.sidecar import SUFFIX
from shared.signed import Domain, fingerprint, parse_sole_line, public_bytes, sign

SIGNERS = frozenset({fingerprint(public_bytes(KEY))})


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with its manifest and what goes with it."""
    folder = tmp_path_factory.mktemp("published")
    asked = order(folder / "out")
    made = tiny(asked, folder / "build" / "tree")
    bill = folder / "out" / "small-sbom.json"
    bill.write_bytes((made.root / BILL).read_bytes())
    package = build_deb(asked, made, folder / "build" / "deb", fast=True)
    write_sidecar(asked, made, package, [bill])
    return package


@pytest.fixture
def received(published: Path, tmp_path: Path) -> Path:
    """The same, as one recipient has it."""
    return Path(shutil.copytree(published.parent, tmp_path / "received")) / published.name


def failed(path: Path, signers: frozenset[str] = SIGNERS, installed: Path | None = None) -> str:
    """The words of the checks that fail, each with its number."""
    told = check_artifact(path, signers, installed)
    return "; ".join(f"{one.number} {one.words}" for one in told.checks if not one.holds)


def test_a_package_is_received_whole(
    received: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signer = ["--signer", next(iter(SIGNERS))]

    assert failed(received) == ""
    assert verify.main([str(received), *signer]) == verify.HOLDS
    assert "verdict: holds" in capsys.readouterr().out
    assert verify.main([str(received), "--json", *signer]) == verify.HOLDS
    assert json.loads(capsys.readouterr().out)["holds"] is True


def test_the_control_file_says_what_it_is(received: Path) -> None:
    told = subprocess.run(
        ["dpkg-deb", "-f", str(received), "Package", "Version", "Depends", "Maintainer"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    scripts = subprocess.run(
        ["dpkg-deb", "--ctrl-tarfile", str(received)], capture_output=True, check=True
    ).stdout

    assert "Package: small\nVersion: 1.0+b3\n" in told
    assert "python3." in told
    assert "help@example.edu" in told
    assert b"@PACKAGE@" not in scripts
    assert b'gt "1.0+b3"' in scripts


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _edited(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    sidecar = path.with_name(path.name + SUFFIX)
    sidecar.write_bytes(b"".join(change(sidecar.read_bytes().splitlines(keepends=True))))


def _naming(path: Path, name: str) -> None:
    """Have the manifest's own signer sign for a file of this name."""
    sidecar = path.with_name(path.name + SUFFIX)
    first, rest = sidecar.read_bytes().split(b"\n", 1)
    artifact = decode_artifact(parse_sole_line(first + b"\n"))
    named = msgspec.structs.replace(artifact.beside[0], name=name)
    artifact = msgspec.structs.replace(artifact, beside=(named,))
    sidecar.write_bytes(sign(KEY, Domain.ARTIFACT, encode_head(artifact)).line() + rest)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda one: _naming(one, "a/b"), "manifest names 'a/b'"),
        (lambda one: _naming(one, ".."), "names '..', which is no file beside it"),
        (lambda one: _naming(one, "C:x"), "names 'C:x', which is no file beside it"),
        (_flip, "was changed"),
        (lambda one: _flip(one.with_name("small-sbom.json")), "small-sbom.json was changed"),
        (lambda one: one.with_name("small-sbom.json").unlink(), "small-sbom.json is not there"),
        (lambda one: _edited(one, lambda lines: lines[:-1]), "not the one that was signed"),
        (lambda one: _edited(one, lambda lines: [lines[1]]), "not the head of a build"),
        (lambda one: _edited(one, lambda _: [b"nothing\n"]), "not a manifest"),
    ],
)
def test_what_was_changed_on_the_way_is_refused(
    received: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(received)

    assert said in failed(received)
    assert verify.main([str(received), "--signer", next(iter(SIGNERS))]) == verify.DOES_NOT_HOLD


def test_another_signer_is_refused_and_none_is_not_enough(received: Path) -> None:
    assert failed(received, frozenset({"ab" * 32})).startswith("2 signed by")
    assert "name the key with --signer" in failed(received, frozenset())


def test_a_package_under_another_name_is_refused(received: Path) -> None:
    other = received.rename(received.with_name("other.deb"))
    received.with_name(received.name + SUFFIX).rename(other.with_name(other.name + SUFFIX))

    assert "was signed as" in failed(other)


def test_an_older_build_is_refused_beside_a_newer_one(received: Path, tmp_path: Path) -> None:
    newer = tiny(order(tmp_path / "newer", number=4), tmp_path / "installed")
    older = tiny(order(tmp_path / "older", number=2), tmp_path / "before")

    assert "older than build 4, which is installed" in failed(received, installed=newer.root)
    assert failed(received, installed=older.root) == ""
    assert "cannot be compared" in failed(received, installed=tmp_path)


def test_what_cannot_be_read_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.main([str(tmp_path / "absent.deb")]) == verify.UNREADABLE
    assert "absent.deb.manifest cannot be read" in capsys.readouterr().err
    with pytest.raises(Unreadable):
        check_tree(tmp_path, SIGNERS)


def test_a_file_of_a_tree_that_cannot_be_read_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tiny(order(tmp_path / "out"), tmp_path / "tree")

    def refused(file: IO[bytes]) -> FileEntry:
        raise PermissionError(13, "Permission denied", file.name)

    monkeypatch.setattr("installers.tree.unsigned_entry", refused)
    assert verify.main([str(made.root)]) == verify.UNREADABLE
    assert "cannot be read: Permission denied" in capsys.readouterr().err


def test_no_file_of_a_build_takes_the_place_of_one_with_other_parts(tmp_path: Path) -> None:
    found: list[set[str]] = []
    for browser in (True, False):
        asked = replace(order(tmp_path / "out"), browser=browser)
        folder = tmp_path / f"build-{browser}"
        made = tiny(asked, folder / "tree")
        package = build_deb(asked, made, folder / "deb", fast=True)
        archive = build_archive(asked, made, fast=True)
        found.append({path.name for path in (package, archive, *_beside(asked, made))})
    assert len(found[0] | found[1]) == 8
    assert all("-no-browser" in name for name in found[1] - found[0])


def test_two_builds_of_one_source_are_the_same(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        asked = order(tmp_path / name)
        made = tiny(asked, tmp_path / name / "build" / "tree")
        package = build_deb(asked, made, tmp_path / name / "build" / "deb", fast=True)
        archive = build_archive(asked, made, fast=True)
        write_sidecar(asked, made, archive, [])
        assert failed(archive) == ""
        found.append((made.id, package.read_bytes(), archive.read_bytes()))

    assert found[0] == found[1]


def test_the_program_sees_itself_whole_or_changed(tmp_path: Path) -> None:
    made = tiny(order(tmp_path / "out"), tmp_path / "tree")
    package = site_packages(made.root) / "recorder"
    root = installed_root(package)
    assert root == made.root
    assert load_brand(package.parent / "briefcase.toml").built
    program = InstalledProgram(root, packaged=True)

    told = program.told()

    assert told["files"] == FilesVerdict.INTACT.value
    assert (told["build"], told["number"]) == (made.id, 3)
    assert told["signer"] in SIGNERS
    assert program.check() is program
    assert not program.altered().changed

    (package / "app.py").write_text("NAME = 'other'\n")
    (package / "brand.py").unlink()
    (package / "more.py").touch()
    (made.root / "bin" / "python3").unlink()
    (made.root / "bin" / "python3").symlink_to("/tmp/python3")

    inner = package.relative_to(made.root).as_posix()
    look = look_at(made.root)
    assert look.verdict is FilesVerdict.CHANGED
    assert look.changed == (
        "bin/python3", f"{inner}/app.py", f"{inner}/brand.py", f"{inner}/more.py"
    )  # fmt: skip
    refused = check_tree(made.root, SIGNERS)
    words = next(one.words for one in refused.checks if not one.holds)
    assert "changed: " in words
    assert "missing: " in words
    assert "not on the list: " in words
    assert "symbolic links" in words


def test_programs_are_signed_for_their_system_after_the_list(tmp_path: Path) -> None:
    asked = order(tmp_path / "out")
    root = tiny(asked, tmp_path / "tree").root
    programs = {"start.exe": pe, "lib/one.dylib": mach}
    for name, program in programs.items():
        (root / name).write_bytes(program(b"code" * 500))
    made = seal(asked, root, LOCKED)

    for name, program in programs.items():
        (root / name).write_bytes(program(b"code" * 500, b"who signs for the system"))
    sealed = root / "lib" / SEAL_OF_BUNDLE
    sealed.parent.mkdir()
    sealed.write_text("<plist/>")

    assert look_at(root).verdict is FilesVerdict.INTACT
    assert all(one.holds for one in check_tree(root, SIGNERS).checks)
    package = build_deb(asked, made, tmp_path / "deb", fast=True)
    write_sidecar(asked, made, package, [])
    assert failed(package) == ""

    (root / "lib/one.dylib").write_bytes(mach(b"other" * 400, b"who signs for the system"))
    assert look_at(root).changed == ("lib/one.dylib",)


@pytest.mark.parametrize("gone", [HEAD_FILE, LIST_FILE])
def test_a_program_without_its_list_says_so(tmp_path: Path, gone: str) -> None:
    made = tiny(order(tmp_path / "out"), tmp_path / "tree")
    (made.root / gone).unlink()

    program = InstalledProgram(
        installed_root(site_packages(made.root) / "recorder"), packaged=True
    )

    assert program.told() == {"packaged": True, "files": FilesVerdict.UNLISTED.value}
    assert program.altered().expected
    assert not program.altered().listed


def test_a_program_that_runs_from_its_source_has_no_list() -> None:
    program = InstalledProgram(None, packaged=False)

    assert program.told() == {"packaged": False, "files": FilesVerdict.SOURCE.value}
    assert program.check() is None


def test_a_key_is_made_once_and_read_with_its_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    told = new_key(path, "correct horse")

    assert fingerprint(public_bytes(read_key_file(path, "correct horse"))) == told
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BuildFault, match="its passphrase is another"):
        read_key_file(path, "wrong")
    with pytest.raises(BuildFault, match="there already"):
        new_key(path, "")


def test_a_build_without_a_key_or_with_a_bad_brand_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = ["--output", str(tmp_path / "out"), "--number", "1", "--made", "1"]
    assert build_main(["deb", *output]) == 2
    assert "Nobody signs this build" in capsys.readouterr().err

    brand = tmp_path / "briefcase.toml"
    brand.write_text("[app]\nbundle = 'x'\nicon = 'a.svg'")
    assert build_main(["deb", "--trial", "--brand", str(brand), *output]) == 2
    assert "app.bundle is 'x'; allowed" in capsys.readouterr().err
    brand.write_text("[app]\nicon = 'a.svg'")
    assert build_main(["deb", "--trial", "--brand", str(brand), *output]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_the_launcher_names_the_python_that_is_missing(tmp_path: Path) -> None:
    made = tiny(order(tmp_path / "out"), tmp_path / "tree")
    (made.root / "bin" / "python3").unlink()

    told = subprocess.run(
        [str(made.root / "bin" / "invigil-recorder")],
        capture_output=True,
        text=True,
        check=False,
    )

    major, minor = sys.version_info[:2]
    assert told.returncode == 2
    assert f"python{major}.{minor}" in told.stderr

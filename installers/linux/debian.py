"""The ``.deb``: the tree below ``/usr/lib``, what the desktop needs, and scripts around them.

Briefcase builds packages for Linux, too, and is not used for it: it runs under the system's own
Python alone, compiles a start program, writes the control file itself (no scripts, no build in
the version) and has no place between its steps where the list of files could be signed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from email.utils import format_datetime
from importlib.resources import files
from pathlib import Path

from installers import tree
from installers.faults import BuildFault
from installers.linux.desktop import command, entry, manual, packed
from installers.linux.launcher import PYTHON
from installers.making import NOTICES, Made, Order
from installers.version import ROOT

# What is opened by name at run time, so that no library says it: sound by PortAudio and
# PulseAudio's plug-in for ALSA, letters for a system that has none, certificates for https.
_OPENED = ("libportaudio2", "libasound2-plugins", "fonts-dejavu-core", "ca-certificates")
# Opens links and moves windows where it is there; nothing is lost without.
_RECOMMENDED = ("xdg-utils", "libgl1-mesa-dri")

_SCRIPTS = ("preinst", "prerm", "postrm")

# Of xz's levels, the one that dpkg takes itself.
_XZ_LEVEL = "6"
# A fixed number, as it decides where the compressed blocks end.
_THREADS = "2"


def build_deb(order: Order, made: Made, folder: Path, *, fast: bool) -> Path:
    """Build the package into the output folder.

    Args:
        order: what is built.
        made: the signed tree.
        folder: an empty one, for the staged package.
        fast: compress quickly instead of well, for tests.

    Raises:
        BuildFault: a tool is missing or fails.
    """
    _stage(order, made, folder)
    architecture = _run(["dpkg", "--print-architecture"]).strip()
    _control(order, made, folder, architecture)
    scripts = [f"DEBIAN/{name}" for name in _SCRIPTS]
    tree.settle(
        folder, order.version.made, (*scripts, f"{order.installed_at[1:]}/bin/invigil-recorder")
    )
    name = f"{order.package}_{order.version.full()}_{architecture}{order.variant}.deb"
    path = order.output / name
    compression = ("-Zgzip", "-z1") if fast else ("-Zxz", f"-z{_XZ_LEVEL}")
    _run(
        ["dpkg-deb", "--root-owner-group", f"--threads-max={_THREADS}", *compression,
         "--build", str(folder), str(path)],
        SOURCE_DATE_EPOCH=str(order.version.made),
    )  # fmt: skip
    return path


def _stage(order: Order, made: Made, folder: Path) -> None:
    installed = folder / order.installed_at.lstrip("/")
    installed.parent.mkdir(parents=True)
    shutil.copytree(made.root, installed, symlinks=True, copy_function=_linked)
    name, share = command(order), folder / "usr" / "share"
    _write(folder / "usr/bin" / name, None)
    (folder / "usr/bin" / name).symlink_to(f"../lib/{order.package}/bin/invigil-recorder")
    _write(share / "applications" / f"{order.package}.desktop", entry(order).encode())
    for picture in sorted((made.root / "share" / "icons").glob("*.png")):
        size = f"{picture.stem}x{picture.stem}"
        _write(share / f"icons/hicolor/{size}/apps" / f"{name}.png", picture.read_bytes())
    _write(share / "man/man1" / f"{name}.1.gz", manual(order))
    doc = share / "doc" / order.package
    notices = (made.root / NOTICES).read_text("utf-8")
    _write(doc / "copyright", _copyright(notices).encode())
    _write(doc / "NOTICES.txt.gz", packed(notices))
    _write(doc / "changelog.gz", packed(_changelog(order)))


def _linked(source: str, target: str) -> None:
    """A second name for a file is quicker than a copy, where both are on one disk."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _copyright(notices: str) -> str:
    head = notices.partition("\n\nPySide6")[0]
    return f"{head}\n\nEvery package's own licence: NOTICES.txt.gz beside this file.\n"


def _changelog(order: Order) -> str:
    when = format_datetime(datetime.fromtimestamp(order.version.made, UTC))
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    return (
        f"{order.package} ({order.version.full()}) stable; urgency=medium\n\n"
        f"  * Built from this source; what is new:\n\n"
        + "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
        + f"\n -- {_maintainer(order)}  {when}\n"
    )


def _maintainer(order: Order) -> str:
    support = order.branded.brand.institution.support
    mail = support if "@" in support else f"support@{_domain(order)}"
    return f"{order.branded.institution} <{mail}>"


def _domain(order: Order) -> str:
    return ".".join(reversed(order.branded.brand.app.bundle.split(".")))


def _control(order: Order, made: Made, folder: Path, architecture: str) -> None:
    control = folder / "DEBIAN"
    control.mkdir()
    depends = sorted({*_shared_libraries(made.root), PYTHON, *_OPENED})
    size = sum(
        p.lstat().st_size for p in folder.rglob("*") if p.is_file() and "DEBIAN" not in p.parts
    )
    browser = "with" if order.browser else "without"
    (control / "control").write_text(
        f"Package: {order.package}\n"
        f"Version: {order.version.full()}\n"
        f"Architecture: {architecture}\n"
        f"Maintainer: {_maintainer(order)}\n"
        f"Installed-Size: {-(-size // 1024)}\n"
        f"Depends: {', '.join(depends)}\n"
        f"Recommends: {', '.join(_RECOMMENDED)}\n"
        "Section: education\n"
        "Priority: optional\n"
        f"Homepage: {order.branded.brand.institution.server or 'https://' + _domain(order)}\n"
        f"Description: {order.branded.brand.app.name}, a recorder for supervised exams\n"
        f" Records a supervised exam on the candidate's own computer, {browser} a browser\n"
        " for exams within it. Nothing is recorded before consent.\n"
        " .\n"
        f" Build {made.id[:16]}.\n",
        "utf-8",
    )
    _write(control / "md5sums", _md5sums(folder))
    for name in _SCRIPTS:
        text = files("installers.linux").joinpath(f"{name}.sh").read_text("utf-8")
        for mark, value in (
            ("@PACKAGE@", order.package),
            ("@VERSION@", order.version.full()),
            ("@ROOT@", order.installed_at),
        ):
            text = text.replace(mark, value)
        (control / name).write_text(text, "utf-8")


def _md5sums(folder: Path) -> bytes:
    import hashlib

    lines = [
        f"{hashlib.md5(p.read_bytes(), usedforsecurity=False).hexdigest()}  "
        f"{p.relative_to(folder).as_posix()}\n"
        for p in sorted(folder.rglob("*"))
        if p.is_file() and not p.is_symlink() and "DEBIAN" not in p.relative_to(folder).parts
    ]
    return "".join(lines).encode()


def _shared_libraries(root: Path) -> list[str]:
    """The packages of the libraries that the tree is linked with, with their least versions."""
    found = [
        path
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink() and _is_elf(path)
    ]
    if not found:
        return []
    own = sorted({str(path.parent) for path in found})
    work = root.parent / "shlibdeps"
    (work / "debian").mkdir(parents=True)
    (work / "debian" / "control").write_text("Source: x\n\nPackage: x\nArchitecture: any\n")
    try:
        told = _run(
            ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0",
             *(f"-l{folder}" for folder in own), *(f"-e{path}" for path in found)],
            cwd=work,
        )  # fmt: skip
    finally:
        shutil.rmtree(work)
    depends = re.search(r"shlibs:Depends=(.*)", told)
    return [one.strip() for one in depends[1].split(",")] if depends else []


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _write(path: Path, data: bytes | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if data is not None:
        path.write_bytes(data)


def _run(command: list[str], cwd: Path | None = None, **environment: str) -> str:
    try:
        done = subprocess.run(
            command, cwd=cwd, check=True, capture_output=True, text=True,
            env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        )  # fmt: skip
    except FileNotFoundError as error:
        raise BuildFault(
            f"{command[0]} is not installed here.", "Install dpkg-dev, or build on Debian."
        ) from error
    except subprocess.CalledProcessError as error:
        raise BuildFault(
            f"{command[0]} failed: {error.stderr.strip()[-600:]}", "Nothing was built."
        ) from error
    return done.stdout

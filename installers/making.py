"""Making a build: the tree staged, trimmed, compiled, listed and signed."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from installers import tree
from installers.branded import Branded
from installers.icons import draw
from installers.linux.launcher import write_launcher
from installers.materials import bill, notices
from installers.requirements import LOCK, Locked, closure, project_requirements, read_lock
from installers.source import PACKAGES, copy_source
from installers.trimming import trim
from installers.version import ROOT, Version
from installers.weights import reduce_weights
from shared.build import (
    HEAD_FILE,
    LIST_FILE,
    UPDATES_ROOT,
    Build,
    encode_files,
    encode_head,
    total,
)
from shared.encoding import sha256_hex, to_base64
from shared.signed import Domain, Signed, public_bytes, sign

Say = Callable[[str], None]

NOTICES = "share/NOTICES.txt"
BILL = "share/sbom.cdx.json"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built, by whom, where to."""

    branded: Branded
    version: Version
    key: Ed25519PrivateKey
    output: Path
    cache: Path
    browser: bool
    objects: bool

    @property
    def package(self) -> str:
        """What the system calls it."""
        return self.branded.brand.app.package

    @property
    def variant(self) -> str:
        """What file names say of the parts, so that none takes another's place in a folder."""
        return "" if self.browser else "-no-browser"

    @property
    def installed_at(self) -> str:
        """The tree's path on the computers that it is installed on."""
        return f"/usr/lib/{self.package}"


@dataclass(frozen=True, slots=True)
class Made:
    """A signed tree: its root, its head as signed, the list, and what it is made of."""

    root: Path
    head: Build
    signed: Signed
    files: bytes
    locked: tuple[Locked, ...]

    @property
    def id(self) -> str:
        """The build's id."""
        return self.signed.hash


def target() -> str:
    """System, processor and Python that what is built here runs on."""
    major, minor = sys.version_info[:2]
    return f"{sys.platform}-{platform.machine().lower()}-cp{major}{minor}"


def wanted(*, browser: bool, objects: bool) -> tuple[Locked, ...]:
    """The packages of a recorder, with the exam's browser and what runs an institution's own
    object model, or without.
    """
    parts = {"recorder": True, "browser": browser, "objects": objects}
    extras = [name for name, comes in parts.items() if comes]
    asked = project_requirements((ROOT / "pyproject.toml").read_text("utf-8"), extras)
    return closure(read_lock(LOCK.read_text("utf-8")), asked)


def make(order: Order, root: Path, say: Say) -> Made:
    """Stage the whole program below ``root`` and sign its list of files."""
    locked = wanted(browser=order.browser, objects=order.objects)
    packages = tree.site_packages(root)
    say(f"installing {len(locked)} packages at the lock file's versions")
    tree.install(locked, packages, order.cache)
    # Licences are read before anything is left out.
    said = notices(packages)
    left = sum(1 for _ in trim(
        packages, browser=order.browser, languages=order.branded.brand.window.languages
    ))  # fmt: skip
    say(f"left out {left} files that the recorder does not reach")
    say(
        f"took {_reduce(order, packages) / 1e6:.0f} MB out of libraries that are needed in part"
    )
    tree.strip(packages)
    copy_source(packages)
    reduce_weights(packages)
    (packages / "briefcase.toml").write_text(order.branded.installed_text(), "utf-8")
    write_share(root, order, said)
    _add_starter(root)
    say("compiling")
    tree.compile_all(root, packages, order.installed_at, tuple(PACKAGES))
    return seal(order, root, locked)


def _reduce(order: Order, packages: Path) -> int:
    """Make libraries smaller that are needed in part, where binutils are; bytes saved."""
    if sys.platform != "linux":
        return 0
    from installers.linux.blas import share_blas
    from installers.linux.hollow import hollow_out
    from installers.linux.icu import reduce_icu
    from installers.linux.objects import can_be_written

    if not can_be_written():
        return 0
    saved = share_blas(packages) + hollow_out(packages)
    return saved + reduce_icu(packages, order.branded.brand.window.languages)


def _add_starter(root: Path) -> None:
    """What starts the program here; on macOS that is the bundle's, around the tree."""
    if sys.platform == "win32":
        from installers.windows.staging import add_runtime

        add_runtime(root)
    elif sys.platform == "linux":
        write_launcher(root)


def write_share(root: Path, order: Order, said: str) -> None:
    """Write what lies beside the packages: the notices, the icons."""
    share = root / "share"
    (share / "icons").mkdir(parents=True)
    (root / NOTICES).write_text(said, "utf-8")
    if order.branded.root is not None:
        (root / UPDATES_ROOT).write_bytes(order.branded.root)
    for size, png in draw(order.branded.icon).items():
        (share / "icons" / f"{size}.png").write_bytes(png)


def seal(order: Order, root: Path, locked: Sequence[Locked]) -> Made:
    """Write the bill of materials, list every file, sign the list, settle modes and times."""
    name = order.branded.brand.app.name
    before, _links = tree.read_tree(root)
    (root / BILL).write_text(
        bill(name, order.version, locked, sha256_hex(encode_files(before))), "utf-8"
    )
    files, links = tree.read_tree(root)
    listed = encode_files(files)
    head = Build(
        product="invigil",
        name=name,
        bundle=order.branded.brand.app.bundle,
        version=order.version.version,
        number=order.version.number,
        made=order.version.made,
        target=target(),
        browser=order.browser,
        lock=sha256_hex(LOCK.read_bytes()),
        policy_keys=order.branded.brand.institution.pinned_keys,
        signer=to_base64(public_bytes(order.key)),
        files=sha256_hex(listed),
        count=len(files),
        size=total(files.values()),
        links=links,
    )
    signed = sign(order.key, Domain.BUILD, encode_head(head))
    (root / LIST_FILE).write_bytes(listed)
    (root / HEAD_FILE).write_bytes(signed.line())
    tree.settle(root, order.version.made)
    return Made(root, head, signed, listed, tuple(locked))

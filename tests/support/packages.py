"""Packages as an institution builds them, with the server that their updates come from."""

from __future__ import annotations

import json
import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from demo.programs import Programs
from support.clean_root import CleanRoot

from installers.branded import read_branded
from installers.build import build
from installers.checking import check_artifact
from installers.making import Order
from installers.version import ROOT, Version, this_version
from shared.signed import fingerprint, public_bytes


@dataclass(frozen=True)
class Builds:
    """Two builds of one source, ``again`` the first once more, and their signers. ``programs``
    has the server that they ask for updates; ``offline`` is the folder of its offline keys.
    """

    first: Path
    again: Path
    newer: Path
    signers: frozenset[str]
    build_id: str
    programs: Programs
    institution: str
    offline: Path

    def updates(self, *arguments: str) -> str:
        """Run one of the server's commands on the institution's repository of updates."""
        return self.programs.server_command(
            "admin", "updates", *arguments, "--institution", self.institution
        )


def make_builds(folder: Path, cache: Path) -> Builds:
    """Set a server up, and build a package for it three times."""
    programs = Programs(folder / "server")
    institution, offline = programs.demo()["institution"], folder / "offline"
    told = ("--institution", institution)
    programs.server_command("admin", "updates", "init", "--keys", str(offline), *told)
    brand = _brand(folder / "brand", programs, told)
    key, source = Ed25519PrivateKey.generate(), this_version(None, None)
    order = Order(
        branded=read_branded(brand),
        version=source,
        key=key,
        output=folder / "first",
        cache=cache,
        browser=False,
        objects=True,
    )
    newer = Version(source.version, source.number + 1, source.made + 60)
    signers = frozenset({fingerprint(public_bytes(key))})
    first = _package(build(order, ("deb",), fast=True))
    return Builds(
        first=first,
        again=_package(build(replace(order, output=folder / "again"), ("deb",), fast=True)),
        newer=_package(
            build(replace(order, output=folder / "newer", version=newer), ("deb",), fast=True)
        ),
        signers=signers,
        build_id=check_artifact(first, signers, None).id,
        programs=programs,
        institution=institution,
        offline=offline,
    )


def make_root(folder: Path, package: Path) -> CleanRoot:
    """A clean system with what the package depends on, and no network."""
    told = subprocess.run(
        ["dpkg-deb", "-f", str(package), "Depends"], capture_output=True, text=True, check=True
    ).stdout
    names = [re.sub(r"\s*[(|].*", "", one).strip() for one in told.split(",")]
    suite = platform.freedesktop_os_release()["VERSION_CODENAME"]
    folder.chmod(0o755)
    return CleanRoot.make(folder / "root", names, suite)


def _brand(folder: Path, programs: Programs, told: tuple[str, ...]) -> Path:
    """The project's own brand, with where its updates come from."""
    folder.mkdir()
    root = folder / "root.json"
    url = json.loads(programs.server_command("admin", "updates", "root", str(root), *told))[
        "url"
    ]
    text = (ROOT / "briefcase.toml").read_text("utf-8")
    head, table, rest = text.partition("[updates]\n")
    changed = rest.replace('url = ""', f'url = "{url}"', 1).replace(
        'root = ""', 'root = "root.json"', 1
    )
    path = folder / "briefcase.toml"
    path.write_text(head + table + changed, "utf-8")
    return path


def _package(paths: Iterator[Path]) -> Path:
    return next(path for path in list(paths) if path.suffix == ".deb")

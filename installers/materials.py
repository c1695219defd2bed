"""What a build is made of: a bill of materials (CycloneDX) and the notices of third parties."""

# The library makes its classes by a decorator that hides their parameters from the checker.
# pyright: reportCallIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from uuid import UUID, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from installers.requirements import Locked
from installers.version import Version

# Names this project in the bill's serial number (RFC 9562, version 5).
_NAMESPACE = UUID("6f0f3c1e-6a57-5c1b-9c0e-2f1d6b6f5a10")

_LICENCE_FILE = re.compile(r"(?i)^(licen[cs]e|copying|copyright|notice|authors|third.?party)")

# What is linked into wheels without their metadata saying so.
INSIDE = """\
About this program as a whole
=============================

Invigil's own code is under the Apache Licence 2.0. The package "av" (PyAV) carries the
libraries of FFmpeg together with x264 and x265, which are under the GNU General Public
Licence, version 2 or later, and with gnutls and others under the LGPL. A program that is
distributed with them is, as a whole, distributed under the terms of the GNU General Public
Licence, version 3 (x264 and x265 "or later", which Apache-2.0 agrees with from version 3 on):
/usr/share/common-licenses/GPL-3 on Debian, https://www.gnu.org/licenses/gpl-3.0.txt elsewhere.
Whoever passes this program on must offer the source of those libraries; their versions are in
the packages' metadata, their source at https://github.com/PyAV-Org/pyav-ffmpeg.

PySide6 (Qt for Python) and Qt are used under the GNU Lesser General Public Licence, version 3:
the libraries lie apart, as they were published, and may be replaced by other versions of them.
Qt WebEngine, where it comes along, contains Chromium (BSD and others; its list is shown at
chrome://credits of the browser).

"""


def bill(name: str, version: Version, locked: Sequence[Locked], build_files: str) -> str:
    """The bill of materials as CycloneDX 1.6 JSON; the same for the same build.

    Args:
        name: the program.
        version: of the build.
        locked: what the build is made of, with the hashes of every file the index has of it.
        build_files: hash of the list of files, which the serial number is made of.
    """
    serial = uuid5(_NAMESPACE, f"{name} {version.full()} {build_files}")
    root = Component(
        name=name, version=version.full(), type=ComponentType.APPLICATION, bom_ref="program"
    )
    bom = Bom(serial_number=serial, version=1)
    bom.metadata.timestamp = datetime.fromtimestamp(version.made, UTC)
    bom.metadata.component = root
    parts = [_component(one) for one in locked]
    bom.components.update(parts)
    bom.register_dependency(root, parts)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _component(one: Locked) -> Component:
    return Component(
        name=one.name,
        version=one.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"pypi/{one.name}@{one.version}",
        purl=PackageURL("pypi", None, one.name, one.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=h) for h in one.hashes],
    )


def notices(packages: Path) -> str:
    """What every package says about its licence, and its licence files, word for word."""
    parts = [INSIDE]
    for info in sorted(packages.glob("*.dist-info"), key=lambda one: one.name.lower()):
        metadata = info / "METADATA"
        if metadata.is_file():
            message = HeaderParser().parsestr(metadata.read_text("utf-8", "replace"))
            parts.append(_notice(message, _licence_files(info, packages)))
    return "\n".join(parts)


def _licence_files(info: Path, packages: Path) -> Iterable[Path]:
    beside = packages / info.name.partition("-")[0]
    for folder in (info, beside):
        for path in sorted(folder.rglob("*")) if folder == info else sorted(folder.glob("*")):
            if (
                path.is_file()
                and path.suffix not in (".py", ".so")
                and (_LICENCE_FILE.match(path.name) or path.parent.name == "licenses")
            ):
                yield path


def _notice(message: Message, files: Iterable[Path]) -> str:
    title = f"{message['Name']} {message['Version']}"
    said = message["License-Expression"] or message["License"] or ""
    classified = [
        one.rpartition(" :: ")[2]
        for one in message.get_all("Classifier", [])
        if one.startswith("License ::")
    ]
    first = said.strip().splitlines()[0] if said.strip() else ""
    lines = [
        title,
        "-" * len(title),
        f"Licence: {first or ', '.join(classified) or 'see below'}",
    ]
    if where := message["Home-page"] or next(iter(message.get_all("Project-URL", [])), ""):
        lines.append(f"From: {where.rpartition(', ')[2]}")
    for path in files:
        lines += ["", f"[{path.name}]", "", path.read_text("utf-8", "replace").rstrip()]
    return "\n".join(lines) + "\n\n"

"""The project that Briefcase packs for Windows and macOS, from the brand and a staged program.

The program is staged, trimmed, listed and signed by us, as on Linux; Briefcase makes the MSI,
the PKG and the DMG around it (an *external* app, in its words), with templates of our own.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path

from installers.branded import Branded
from installers.macos.staging import LEAST_SYSTEM
from installers.version import ROOT, Version

HERE = Path(__file__).parent

# MSI compares three numbers of at most 255, 255 and 65,535.
_MOST = 65_535

_PROJECT = """\
# Written by installers/project.py from briefcase.toml.
[project]
name = {package}
version = {version}
license = "Apache-2.0 AND GPL-3.0-or-later"
license-files = ["LICENSE"]

[tool.briefcase]
project_name = {name}
bundle = {bundle}
version = {version}
url = {url}
author = {institution}
author_email = {mail}
license = "Apache-2.0 AND GPL-3.0-or-later"
license-files = ["LICENSE"]

[tool.briefcase.app.{package_key}]
formal_name = {name}
description = {description}
long_description = {description}
icon = "icon"
requires = []

[tool.briefcase.app.{package_key}.windows]
template = {windows_template}
external_package_path = {staged}
external_package_executable_path = "invigil.exe"
system_installer = true
guid = {guid}
version_triple = {triple}

[tool.briefcase.app.{package_key}.macOS]
template = {macos_template}
external_package_path = {staged}
min_os_version = {least_system}
universal_build = false
"""


def upgrade_code(branded: Branded) -> uuid.UUID:
    """What makes Windows replace an older build of the same program, and no other."""
    app = branded.brand.app
    return uuid.uuid5(uuid.NAMESPACE_DNS, f"{app.package}.{app.bundle}.msi")


def project_text(branded: Branded, version: Version, staged: Path) -> str:
    """``pyproject.toml`` of the project; ``staged`` is the program's folder or bundle."""
    app, institution = branded.brand.app, branded.brand.institution
    domain = ".".join(reversed(app.bundle.split(".")))
    major, minor, *_ = [*version.version.split("."), "0", "0"]
    support = institution.support
    values = {
        "package": app.package,
        "name": app.name,
        "bundle": app.bundle,
        "version": version.version,
        "url": institution.server or f"https://{domain}",
        "institution": branded.institution,
        "mail": support if "@" in support else f"support@{domain}",
        "description": f"{app.name}, a recorder for supervised exams",
        "windows_template": str(HERE / "windows" / "template"),
        "macos_template": str(HERE / "macos" / "template"),
        "staged": str(staged),
        "guid": str(upgrade_code(branded)),
        "triple": f"{major}.{minor}.{version.number % (_MOST + 1)}",
        "least_system": LEAST_SYSTEM,
    }
    # TOML's basic strings are JSON's, but for characters that no brand may have.
    written = {key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}
    return _PROJECT.format(**written, package_key=json.dumps(app.package))


def write_project(branded: Branded, version: Version, staged: Path, folder: Path) -> None:
    """Write the project with its licence and pictures into a folder."""
    from installers.icons import apple_icon, draw, windows_icon

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(project_text(branded, version, staged), "utf-8")
    (folder / "LICENSE").write_bytes((ROOT / "LICENSE").read_bytes())
    drawn = draw(branded.icon)
    (folder / "icon.ico").write_bytes(windows_icon(drawn))
    (folder / "icon.icns").write_bytes(apple_icon(drawn))
    (folder / "icon.png").write_bytes(drawn[max(drawn)])

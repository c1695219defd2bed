"""Packing a signed tree with Briefcase, where it is the packer: MSI, PKG and DMG.

Settings of whoever signs for a system, all from the environment:

- ``INVIGIL_AUTHENTICODE``: SHA-1 thumbprint of the certificate for Windows (user's store);
- ``INVIGIL_APPLE_IDENTITY``: the Developer ID that signs for macOS, whose notarisation
  credentials lie in the keychain as Briefcase asks for them;
- ``INVIGIL_GPG_KEY``: a detached GPG signature beside each artifact, by this key.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from installers.faults import BuildFault
from installers.macos.staging import make_bundle
from installers.making import Made, Order
from installers.project import write_project

# Which Briefcase packs a format, by its name for the system and the setting that signs.
_PACKERS = {
    "msi": ("windows", "INVIGIL_AUTHENTICODE"),
    "pkg": ("macOS", "INVIGIL_APPLE_IDENTITY"),
    "dmg": ("macOS", "INVIGIL_APPLE_IDENTITY"),
}

# Nobody sits before a build.
ASKS_NOBODY = ("--no-input",)


def pack_with_briefcase(kind: str, order: Order, made: Made, folder: Path) -> Path:
    """Make the project around the tree and have Briefcase pack it.

    Raises:
        BuildFault: Briefcase failed.
    """
    system, setting = _PACKERS[kind]
    project = folder / f"project-{kind}"
    staged = made.root
    if system == "macOS":
        # Within the project, as Briefcase names what it signs by its path from there; and for
        # each kind anew, as it signs in place.
        staged = make_bundle(order.branded, order.version, made.root, project / "bundle")
    write_project(order.branded, order.version, staged, project)
    identity = os.environ.get(setting, "")
    signed = ["--identity", identity] if identity else ["--adhoc-sign"]
    # Of a program that was staged elsewhere this renders the template itself; a ``create``
    # before it would only have it ask whether to do so again.
    _briefcase(project, "package", system, "app", "--packaging-format", kind, *signed)
    found = sorted((project / "dist").glob(f"*.{kind}"))
    if len(found) != 1:
        raise BuildFault(f"Briefcase left no .{kind}.", "Its log lies in the project's logs.")
    name = f"{order.package}-{order.version.full()}-{made.head.target}{order.variant}.{kind}"
    return Path(shutil.move(found[0], order.output / name))


def gpg_signature(artifact: Path) -> Path | None:
    """A detached signature beside the artifact, where a key for it is set.

    Raises:
        BuildFault: gpg could not sign.
    """
    key = os.environ.get("INVIGIL_GPG_KEY", "")
    if not key:
        return None
    path = artifact.with_name(artifact.name + ".asc")
    try:
        subprocess.run(
            ["gpg", "--batch", "--yes", "--local-user", key, "--armor", "--detach-sign",
             "--output", str(path), str(artifact)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise BuildFault(
            f"gpg could not sign {artifact.name}: {said.strip()[-300:]}",
            "INVIGIL_GPG_KEY names a key whose private half gpg can use here.",
        ) from error
    return path


def _briefcase(project: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "briefcase", *arguments, *ASKS_NOBODY]
    if subprocess.run(command, cwd=project, check=False).returncode:
        raise BuildFault(
            f"Briefcase failed at {arguments[0]}.",
            "It says why above, and in the project's logs.",
        )

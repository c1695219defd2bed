"""What is installed here, and where its updates come from; nothing, where it has none."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from recorder.brand import Brand
from recorder.faults import EnvironmentFault
from recorder.sync.address import read_address
from recorder.updates.looking import Here, Source, Updates
from shared.build import HEAD_FILE, UPDATES_ROOT, BuildError, decode_build, signer_of
from shared.encoding import ID_HEX
from shared.signed import MalformedLine, parse_sole_line

# A package's files are there; what was unpacked lies anywhere else.
PACKAGED_BELOW = Path("/usr/lib")

INSTALLATION_FILE = "installation"


def updates_here(
    brand: Brand, root: Path | None, folder: Path, may: Callable[[], bool]
) -> Updates | None:
    """What looks for updates of this program; ``None`` where it is not installed, or its brand
    names no repository.

    Args:
        brand: what the institution branded.
        root: of the installed tree.
        folder: for what updates keep on this computer.
        may: whether nothing more important is near.

    Raises:
        EnvironmentFault: the installed program is not whole.
    """
    if root is None or not brand.updates.url:
        return None
    try:
        signed = parse_sole_line((root / HEAD_FILE).read_bytes())
        build = decode_build(signed)
        trusted = (root / UPDATES_ROOT).read_bytes()
        own = Here(
            build=build,
            id=signed.hash,
            kind=kind_here(root),
            installation=installation(folder),
            signers=frozenset({signer_of(build), *brand.updates.signers}),
        )
    except (OSError, MalformedLine, BuildError) as error:
        raise EnvironmentFault(
            f"Updates cannot be looked for: the installed program is not whole ({error}).",
            "Install it again.",
        ) from error
    address = read_address(brand.updates.url)
    return Updates(Source(address, trusted, brand.updates.channel), own, folder, may)


def kind_here(root: Path, platform: str = sys.platform) -> str:
    """What kind of installer brought the program, as ``shared.updates.KINDS`` says it."""
    match platform:
        case "win32":
            return ".msi"
        case "darwin":
            return ".pkg"
        case _:
            return ".deb" if root.is_relative_to(PACKAGED_BELOW) else ".tar.xz"


def installation(folder: Path) -> str:
    """This installation's random id, made at the first call; of one call alone, where nothing
    can be written. It only decides here whether this is among the first that a build is for,
    and is never sent.
    """
    path = folder / INSTALLATION_FILE
    try:
        told = path.read_text("ascii").strip()
        if ID_HEX.fullmatch(told):
            return told
    except (OSError, UnicodeDecodeError):
        pass
    made = secrets.token_hex(16)
    # A look at what is published then says by itself that nothing can be kept.
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(made, "ascii")
    return made

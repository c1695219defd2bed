"""The brand as the builder reads it: the file, its pictures, what is written into the tree."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from installers.faults import BuildFault
from recorder.brand import Brand, BrandError, read_brand

OUR_ICON = Path(__file__).parent / "icon.svg"


@dataclass(frozen=True, slots=True)
class Branded:
    """A checked brand: the file's text, what it says, the icon's file, and the root of the
    repository of updates where it names one.
    """

    text: str
    brand: Brand
    icon: Path
    root: bytes | None = None

    def installed_text(self) -> str:
        """The file as it goes into the installed program."""
        return "# Written by the builder.\nbuilt = true\n\n" + self.text

    @property
    def institution(self) -> str:
        """Who stands behind it, in words."""
        return self.brand.institution.name or self.brand.app.name


def read_branded(path: Path) -> Branded:
    """Read and check a ``briefcase.toml``.

    Raises:
        BuildFault: it cannot be read, a key makes no sense, or the icon is not there.
    """
    try:
        text = path.read_text("utf-8")
        brand = read_brand(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BuildFault(
            f"{path} cannot be read: {error}.", "Name another with --brand."
        ) from error
    except BrandError as error:
        raise BuildFault(f"{path} cannot be built from.", str(error)) from error
    if brand.built:
        raise BuildFault(f"{path} has the key built.", "The builder writes it; take it out.")
    icon = path.parent / brand.app.icon if brand.app.icon else OUR_ICON
    if not icon.is_file():
        raise BuildFault(
            f"{path}: app.icon names {brand.app.icon!r}, and there is no such file.",
            "Its path is read from the folder of the file that names it.",
        )
    return Branded(text, brand, icon, _root(path, brand))


def _root(path: Path, brand: Brand) -> bytes | None:
    if not brand.updates.root:
        return None
    file = path.parent / brand.updates.root
    try:
        data = file.read_bytes()
        told = json.loads(data)["signed"]["_type"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BuildFault(
            f"{path}: updates.root names {brand.updates.root!r}, which is no root: {error}.",
            "Write one with `invigil-server admin updates root FILE`.",
        ) from error
    if told != "root":
        raise BuildFault(
            f"{path}: updates.root names {brand.updates.root!r}, which is TUF's {told!r}.",
            "Write one with `invigil-server admin updates root FILE`.",
        )
    return data

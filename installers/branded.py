"""The brand as the builder reads it: the file, its pictures, what is written into the tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from installers.faults import BuildFault
from recorder.brand import Brand, BrandError, read_brand

OUR_ICON = Path(__file__).parent / "icon.svg"


@dataclass(frozen=True, slots=True)
class Branded:
    """A checked brand: the file's text, what it says, and the icon's file."""

    text: str
    brand: Brand
    icon: Path

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
    return Branded(text, brand, icon)

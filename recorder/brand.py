"""What the institution branded: ``briefcase.toml``, installed beside the package."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

import recorder
from recorder.faults import EnvironmentFault
from shared.encoding import HASH_HEX

BRAND = Path(recorder.__file__).parents[1] / "briefcase.toml"


class Institution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose recorder this is: its server's address, the keys that it trusts."""

    server: str = ""
    pinned_keys: tuple[str, ...] = ()


class App(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the program is called, and its bundle's id."""

    name: str = "Invigil"
    bundle: str = "org.invigil"


class Brand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    app: App = App()
    institution: Institution = Institution()


def load_brand(path: Path = BRAND) -> Brand:
    """Read the brand; a program without one is nobody's in particular.

    Raises:
        EnvironmentFault: the file is there and makes no sense.
    """
    try:
        brand = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Brand)
    except FileNotFoundError:
        return Brand()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as e:
        raise EnvironmentFault(
            f"{path} cannot be used: {e}.", "Ask the institution for its own recorder."
        ) from e
    for key in brand.institution.pinned_keys:
        if not HASH_HEX.fullmatch(key):
            raise EnvironmentFault(
                f"{path} pins {key!r}, which is not a key's fingerprint.",
                "A fingerprint is 64 hex digits, in small letters.",
            )
    return brand

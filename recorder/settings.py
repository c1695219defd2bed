"""What the recorder is told from outside: the environment, and else the brand."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from recorder.brand import Brand, load_brand
from recorder.faults import EnvironmentFault
from shared.encoding import HASH_HEX


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them have defaults.

    Attributes:
        store: the folder of all sessions; ``None`` for the user's data folder.
        server: the address that the window suggests.
        pinned: fingerprints of institution keys that are trusted; where there are none, the
            key that a server names is taken, kept, and named in the evidence.
        allow_plain: whether plain http may leave this computer.
        spread_s: the longest random wait after an outage, in seconds.
        models: the folder of the institution's own models; ``None`` for the user's.
        camera, microphone, screen: the SRC that is suggested first; empty for the first
            device there is.
    """

    store: Path | None = None
    server: str = ""
    pinned: frozenset[str] = frozenset()
    allow_plain: bool = False
    spread_s: float = 180.0
    models: Path | None = None
    camera: str = ""
    microphone: str = ""
    screen: str = ""

    @property
    def root(self) -> Path:
        """The folder of all sessions' stores: one folder a session."""
        return self.store or default_root()


def default_root() -> Path:
    """The folder of all stores of this user, where none is said."""
    return user_data_path("invigil") / "sessions"


def read_settings(
    environ: Mapping[str, str] = os.environ, brand: Brand | None = None
) -> Settings:
    """The settings that the environment gives, and the brand where it does not.

    Raises:
        EnvironmentFault: one of them makes no sense.
    """
    institution = (brand or load_brand()).institution
    store, models = environ.get("INVIGIL_STORE"), environ.get("INVIGIL_MODELS")
    return Settings(
        store=Path(store) if store else None,
        server=environ.get("INVIGIL_SERVER", institution.server),
        pinned=_pinned(environ.get("INVIGIL_PINNED_KEYS", ""))
        or frozenset(institution.pinned_keys),
        allow_plain=environ.get("INVIGIL_ALLOW_PLAIN", "") == "1",
        spread_s=_seconds("INVIGIL_SPREAD_S", environ, 180.0),
        models=Path(models) if models else None,
        camera=environ.get("INVIGIL_CAMERA", ""),
        microphone=environ.get("INVIGIL_MICROPHONE", ""),
        screen=environ.get("INVIGIL_SCREEN", ""),
    )


def _pinned(text: str) -> frozenset[str]:
    keys = frozenset(text.replace(",", " ").split())
    for key in keys:
        if not HASH_HEX.fullmatch(key):
            raise EnvironmentFault(
                f"INVIGIL_PINNED_KEYS names {key!r}, which is not a key's fingerprint.",
                "A fingerprint is 64 hex digits; several are separated by spaces.",
            )
    return keys


def _seconds(name: str, environ: Mapping[str, str], default: float) -> float:
    text = environ.get(name, "")
    try:
        seconds = float(text) if text else default
    except ValueError as error:
        raise EnvironmentFault(
            f"{name} is {text!r}, which is no number.", "Give a number of seconds."
        ) from error
    return checked_seconds(name, seconds)


def checked_seconds(name: str, seconds: float) -> float:
    """A length of time that somebody typed, where it is one.

    Raises:
        EnvironmentFault: it is below nought, without end or no number at all.
    """
    if not (math.isfinite(seconds) and seconds >= 0):
        raise EnvironmentFault(
            f"{name} is {seconds}, which is no length of time.",
            "Give a number of seconds that is not below 0.",
        )
    return seconds

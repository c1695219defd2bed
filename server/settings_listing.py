"""Every setting with what is in force, its default and what it is for; and what is read beside
them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Any

from server.config import Settings
from server.environment import BESIDE, PREFIX, Beside

# Settings whose value lets somebody in.
SECRET_ENDS = ("_token", "_secret", "_password")
HIDDEN = "***"

# The same in a URL, of whatever setting: a password beside the user's name, up to the last @
# there is (rather too much than half of a password with an @ in it), or in the query, as
# PostgreSQL's own programs write it.
_BESIDE_NAME = re.compile(r"(?<=://)([^:/?#@]*):.*@", re.DOTALL)
_IN_QUERY = re.compile(r"([?&][^=&#]*(?:passw(?:or)?d|secret|token)=)[^&#]*", re.IGNORECASE)

# An entry of the docstring's list of attributes, with the lines that go on.
_ENTRY = re.compile(r"^    (\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, as ``invigil-server config`` prints it."""

    variable: str
    value: str
    default: str
    what: str


def listed(settings: Settings, environment: Mapping[str, str]) -> list[Setting]:
    """Every setting in the order of ``Settings``, and what ``environment`` holds of the
    variables that are read beside them; no value is a secret.
    """
    what = _said()
    settled = [
        Setting(
            PREFIX + field.name.upper(),
            _shown(field.name, getattr(settings, field.name)),
            _shown(field.name, _default(field)),
            what[field.name],
        )
        for field in fields(Settings)
    ]
    return settled + [_beside(one, environment.get(one.variable, "")) for one in BESIDE]


def _beside(one: Beside, value: str) -> Setting:
    shown = HIDDEN if value and one.secret else without_passwords(value)
    return Setting(one.variable, shown, "", one.what)


def _said() -> dict[str, str]:
    """What the docstring of ``Settings`` says of each; a test holds it to all of them."""
    text = inspect.cleandoc(Settings.__doc__ or "")
    return {name: " ".join(words.split()) for name, words in _ENTRY.findall(text)}


def _default(field: Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else ""


def _shown(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        told = (f"{one}: {_shown(name, url)}" for one, url in value.items())
        return ", ".join(told)
    if value == Path() or value in {"", None}:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith(SECRET_ENDS):
        return HIDDEN
    return without_passwords(str(value))


def without_passwords(text: str) -> str:
    """A value, with what a URL in it hides from others hidden; what is no URL stays."""
    if "://" not in text:
        return text
    return _BESIDE_NAME.sub(rf"\1:{HIDDEN}@", _IN_QUERY.sub(rf"\1{HIDDEN}", text))

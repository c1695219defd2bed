"""Settings of desktops that switch notifications off, read and written; one way a desktop.

GNOME, Cinnamon and MATE keep theirs in GSettings, which ``gsettings`` writes; dunst and Xfce
answer on the session's bus.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Protocol

import msgspec

from recorder.faults import EnvironmentFault
from recorder.lockdown.dbus.bus import Bus, Refused, session_address

# The tool reads or writes one value in some 20 ms; a busy machine takes seconds.
_TOOL_S = 10.0

# By the name of the desktop (XDG_CURRENT_DESKTOP): schema, key, and the value for quiet.
_SCHEMAS = {
    "gnome": ("org.gnome.desktop.notifications", "show-banners", "false"),
    "unity": ("org.gnome.desktop.notifications", "show-banners", "false"),
    "budgie": ("org.gnome.desktop.notifications", "show-banners", "false"),
    "cinnamon": ("org.cinnamon.desktop.notifications", "display-notifications", "false"),
    "x-cinnamon": ("org.cinnamon.desktop.notifications", "display-notifications", "false"),
    "mate": ("org.mate.NotificationDaemon", "do-not-disturb", "true"),
}

_BY_HAND = "Switch “do not disturb” in the desktop's settings yourself."

_PROPERTIES = "org.freedesktop.DBus.Properties"
_NOTIFICATIONS = ("org.freedesktop.Notifications", "/org/freedesktop/Notifications")


class Setting(Protocol):
    """One value somewhere in the desktop."""

    def read(self) -> str:
        """The value now, as text; raises EnvironmentFault."""
        ...

    def write(self, value: str) -> None:
        """Change it; raises EnvironmentFault."""
        ...


class GSetting(msgspec.Struct, frozen=True, tag="gsettings"):
    """A key of a schema."""

    schema: str
    key: str
    quiet: str

    def read(self) -> str:
        """The value now, as GSettings writes it."""
        return _tool("get", self.schema, self.key).strip()

    def write(self, value: str) -> None:
        """Change it. The tool ends well also where nothing could be written: without a bus, as
        after a log-out."""
        _tool("set", self.schema, self.key, value)
        if self.read() != value:
            raise EnvironmentFault(
                "The desktop did not take a setting for its notifications.", _BY_HAND
            )


class Dunst(msgspec.Struct, frozen=True, tag="dunst"):
    """Whether dunst is paused; ``address`` is the bus it is on."""

    address: str
    quiet: str = "true"

    def read(self) -> str:
        """Whether it is paused."""
        where = (_PROPERTIES, "Get", "ss", "org.dunstproject.cmd0", "paused")
        return _text(_call(self.address, *_NOTIFICATIONS, *where)[0][1])

    def write(self, value: str) -> None:
        """Pause it or not."""
        where = (_PROPERTIES, "Set", "ssv", "org.dunstproject.cmd0", "paused")
        _call(self.address, *_NOTIFICATIONS, *where, ("b", value == "true"))


class Xfce(msgspec.Struct, frozen=True, tag="xfce"):
    """Xfce's “do not disturb”; ``address`` is the bus it is on."""

    address: str
    quiet: str = "true"

    def read(self) -> str:
        """Whether it is on; a setting that was never made is off."""
        try:
            return _text(self._call("GetProperty", "ss")[0][1])
        except EnvironmentFault as fault:
            if isinstance(cause := fault.__cause__, Refused) and "NotFound" in cause.name:
                return "false"
            raise

    def write(self, value: str) -> None:
        """Switch it."""
        self._call("SetProperty", "ssv", ("b", value == "true"))

    def _call(self, member: str, signature: str, *values: Any) -> list[Any]:
        where = ("org.xfce.Xfconf", "/org/xfce/Xfconf", "org.xfce.Xfconf", member, signature)
        return _call(self.address, *where, "xfce4-notifyd", "/do-not-disturb", *values)


AnySetting = GSetting | Dunst | Xfce


def find_setting(environ: Mapping[str, str]) -> AnySetting | None:
    """The setting of the desktop that runs; ``None`` where none is known."""
    desktops = environ.get("XDG_CURRENT_DESKTOP", "").casefold().split(":")
    address = session_address(environ)
    if address is not None:
        bus_settings: list[AnySetting] = [Dunst(address)]
        if "xfce" in desktops:
            bus_settings.append(Xfce(address))
        for setting in bus_settings:
            if _answers(setting):
                return setting
    for desktop in desktops:
        if desktop in _SCHEMAS and shutil.which("gsettings"):
            setting = GSetting(*_SCHEMAS[desktop])
            if _answers(setting):
                return setting
    return None


def inhibitable(environ: Mapping[str, str]) -> bool:
    """Whether who shows notifications can be asked to hold them off (KDE's extension)."""
    address = session_address(environ)
    if address is None:
        return False
    where = (_PROPERTIES, "Get", "ss", "org.freedesktop.Notifications", "Inhibited")
    try:
        _call(address, *_NOTIFICATIONS, *where)
    except EnvironmentFault:
        return False
    return True


def _answers(setting: Setting) -> bool:
    try:
        setting.read()
    except EnvironmentFault:
        return False
    return True


def _text(value: Any) -> str:
    return "true" if value else "false"


def _call(address: str, *call: Any) -> list[Any]:
    with closing(Bus(address)) as bus:
        try:
            return bus.call(*call).values
        except Refused as refusal:
            raise EnvironmentFault(
                f"The desktop did not take a setting for its notifications ({refusal}).",
                _BY_HAND,
            ) from refusal


def _tool(*arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  (the desktop's own tool)
            ["gsettings", *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
            timeout=_TOOL_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as problem:
        raise EnvironmentFault(
            f"The desktop's setting for notifications cannot be reached ({problem}).",
            _BY_HAND,
        ) from problem
    return done.stdout

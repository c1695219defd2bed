"""A desktop of its own for tests of the lockdown: a display with a window manager, settings in
a folder, somebody who copies; and what of it an exam changes, as it is."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo.machine import virtual_display
from support.copying import Copying, copying
from support.waiting import until
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xinput

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

BANNERS = ("org.gnome.desktop.notifications", "show-banners")

# Shortcuts of which a leftover grab would show; the first is openbox's own, too.
_PROBED = ((XK.XK_Tab, X.Mod1Mask), (XK.XK_Print, 0), (XK.XK_t, X.Mod1Mask | X.ControlMask))


@dataclass(frozen=True, slots=True)
class Machine:
    """Everything that the lockdown changes, as it is now."""

    saver: tuple[int, int, int, int]
    banners: str
    clipboard: str
    marked: str
    picture: str
    keys_free: bool
    journals: tuple[str, ...]


class Desk:
    """One desktop."""

    def __init__(self, display: str, folder: Path, other: Copying, environ: dict[str, str]):
        self.name = display
        self.journals = folder / "journals"
        self.other = other
        self.environ = environ
        self.x = Display(display)

    def machine(self) -> Machine:
        """As it is now."""
        saver = self.x.get_screen_saver()
        told = (saver.timeout, saver.interval, saver.prefer_blanking, saver.allow_exposures)
        folder = self.journals
        left = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        pasted = self.other.pasted()
        return Machine(
            saver=told,
            banners=self.setting("get"),
            **pasted,
            keys_free=self.keys_free(),
            journals=tuple(left),
        )

    def shuffle(self, dice: random.Random) -> None:
        """Have it another way than before."""
        self.x.set_screen_saver(dice.randrange(60, 6000), dice.randrange(60, 6000), 1, 1)
        self.x.sync()
        self.setting("set", dice.choice(["true", "false"]))
        self.other.copy(f"copied before the exam: {dice.random()}")
        if dice.random() < 0.3:
            self.other.picture(dice.randrange(10, 300))

    def setting(self, verb: str, *value: str) -> str:
        """Read or write whether notifications show."""
        done = subprocess.run(
            ["gsettings", verb, *BANNERS, *value],
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
        return done.stdout.strip()

    def keys_free(self) -> bool:
        """Whether nobody holds the shortcuts by XInput: we could, and let go again."""
        root, every = self.x.screen().root, xinput.AllMasterDevices
        self.x.xinput_query_version()
        free = True
        for keysym, mask in _PROBED:
            code = self.x.keysym_to_keycode(keysym)
            modes = (xinput.GrabModeAsync, xinput.GrabModeAsync, False, xinput.KeyPressMask)
            asked = (every, X.CurrentTime, code, *modes, [mask])
            free = free and not root.xinput_grab_keycode(*asked).modifiers
            root.xinput_ungrab_keycode(every, code, [mask])
        self.x.sync()
        return free

    def type(self, *arguments: str) -> str:
        """Have xdotool do something."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
        return done.stdout.strip()


@contextmanager
def desk(folder: Path, size: str = "640x480x24") -> Iterator[Desk]:
    """Such a desktop, with GNOME's settings in ``folder`` and no message bus."""
    with virtual_display(size) as name:
        environ = {
            **os.environ,
            "DISPLAY": name,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_CURRENT_DESKTOP": "GNOME",
            "GSETTINGS_BACKEND": "keyfile",
        }
        for variable in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "WAYLAND_DISPLAY"):
            environ.pop(variable, None)
        with copying(environ) as other:
            one = Desk(name, folder, other, environ)
            until(lambda: _managed(one.x), "a window manager")
            try:
                yield one
            finally:
                one.x.close()


def _managed(display: Display) -> bool:
    atom = display.intern_atom("_NET_SUPPORTING_WM_CHECK")
    return display.screen().root.get_full_property(atom, 0) is not None


def changed(before: DataclassInstance, now: DataclassInstance) -> dict[str, Any]:
    """What is not as it was, by name, for the words of a failing test."""
    was, is_now = asdict(before), asdict(now)
    return {name: (was[name], is_now[name]) for name in was if was[name] != is_now[name]}

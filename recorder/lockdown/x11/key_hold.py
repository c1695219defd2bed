"""Shortcuts taken from everybody else on one display, and noticed in any case.

*Taken* by passive grabs on the root window. A window manager has core grabs on its own
shortcuts, which the core protocol gives to one client; but grabs of XInput 2 are counted apart
from those, and the server asks the newest first. So each is grabbed by XInput 2, and by the
core protocol where another client has it there. Who grabs later comes before us: window
managers do when the mapping of the keyboard changes, so then we grab again after them.

Super with Alt is assistive technology's and is let through. Where Alt goes up and Super stays
down the keyboard is taken until Super goes up as well, or Alt down again: Super alone would
still lead to the desktop.

*Noticed* by XInput 2's raw events, which tell what was pressed whoever has grabbed it (from
version 2.1). What is no shortcut of ours is forgotten at once and kept nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from Xlib import X, error
from Xlib.display import Display
from Xlib.ext import ge, xinput
from Xlib.protocol import rq

from recorder.lockdown.operations.shortcuts import ALT, SUPER, Modifiers, Shortcut
from recorder.lockdown.x11.connection import Listener
from recorder.lockdown.x11.keyboard import Keyboard, read_keyboard

# Raw events come to everybody, whoever has the keyboard, from here on.
_XI_VERSION = (2, 2)

# After a change of the mapping a window manager has grabbed anew in some milliseconds; once
# more later for one that was busy (seconds).
AGAIN_S = (0.03, 0.4)

# A modifier that was pressed so long ago (seconds) is looked at before it counts: its release
# may have passed unseen.
TRUSTED_S = 0.5

# `xXIRawEvent` of XI2proto.h, up to its valuators, which keys have none of.
_RAW = rq.Struct(
    rq.Card16("deviceid"),
    rq.Card32("time"),
    rq.Card32("detail"),
    rq.Card16("sourceid"),
    rq.Card16("valuators_len"),
    rq.Card32("flags"),
    rq.Pad(4),
)
_GRABBED = xinput.KeyPressMask | xinput.KeyReleaseMask
_NOTICED = xinput.RawKeyPressMask | xinput.RawKeyReleaseMask


@dataclass(slots=True)
class Press:
    """A shortcut that was pressed; ``caught`` where nobody else got it."""

    shortcut: Shortcut
    at_ns: int
    caught: bool = False


class KeyHold:
    """Notices shortcuts, and holds them where ``taken`` is asked for."""

    def __init__(
        self,
        display: str,
        shortcuts: Iterable[Shortcut],
        *,
        taken: bool,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Begin at once.

        Raises:
            EnvironmentFault: the display does not answer, or has no XInput 2.
        """
        self._shortcuts = tuple(shortcuts)
        self._taken = taken
        self._clock = clock
        self._keyboard: Keyboard | None = None
        # By keycode since when a modifier is held (monotonic seconds).
        self._down: dict[int, float] = {}
        # Super is down and was let through with Alt; the keyboard was taken after that.
        self._let = self._again = False
        self._presses: list[Press] = []
        self._waiting: dict[int, Press] = {}
        self._owed = list[float]()
        self._major = 0
        self.lost: tuple[str, ...] = ()
        self._listener = Listener(display, "lockdown-keys", self._on_event)
        self.notices: bool = self._listener.call(self._begin)

    @property
    def alive(self) -> bool:
        """Whether the display still answers."""
        return self._listener.alive

    def presses(self) -> list[Press]:
        """What was pressed since the last call, in order. Raises EnvironmentFault."""
        return self._listener.call(self._gathered)

    def take_again(self) -> None:
        """Grab once more, after whoever did since. Raises EnvironmentFault."""
        self._listener.call(self._grab)

    def close(self) -> None:
        """Let all go; the server does by itself when this process dies."""
        self._listener.close()

    def _begin(self, display: Display) -> bool:
        if not display.has_extension("XInputExtension"):
            return False
        self._major = display.display.get_extension_major("XInputExtension")
        version = xinput.XIQueryVersion(
            display=display.display,
            opcode=self._major,
            major_version=_XI_VERSION[0],
            minor_version=_XI_VERSION[1],
        )
        for kind in (xinput.RawKeyPress, xinput.RawKeyRelease):
            display.ge_add_event_data(self._major, kind, _RAW)
        self._keyboard = read_keyboard(display, self._shortcuts)
        root = display.screen().root
        root.xinput_select_events([(xinput.AllMasterDevices, _NOTICED)])
        if self._taken:
            self._grab(display)
        return (version.major_version, version.minor_version) >= (2, 1)

    def _gathered(self, _display: Display) -> list[Press]:
        # The server tells of a press and of its grab at once: after an answer both are here,
        # and none is given away that is only half told.
        self._listener.catch_up()
        presses, self._presses = self._presses, []
        return presses

    def _on_event(self, display: Display, event: Any) -> None:
        if self._keyboard is None:  # not begun yet
            return
        if event.type == X.MappingNotify:
            self._remapped(display, event)
        elif event.type == ge.GenericEventCode and event.extension == self._major:
            self._on_input(display, event.evtype, event.data)
        elif event.type == X.KeyPress:
            self._caught(display, event.detail, None)
        elif event.type == X.KeyRelease:
            self._released(display, event.detail)

    def _on_input(self, display: Display, kind: int, data: Any) -> None:
        code = data["detail"]
        match kind:
            case xinput.RawKeyPress:
                self._pressed(display, code)
            case xinput.RawKeyRelease | xinput.KeyRelease:
                # Who has a grab is told by that alone while it lasts.
                self._released(display, code)
            case xinput.KeyPress:
                self._caught(display, code, data["deviceid"])
            case _:
                pass

    def _pressed(self, display: Display, code: int) -> None:
        if self._keyboard is None:
            return
        self._forget_released(display)
        held = self._keyboard.held
        own = {held[code]} if code in held else set[str]()
        others = self._modifiers() - own
        shortcut = self._keyboard.keys.get((code, others))
        if code in held:
            self._down[code] = time.monotonic()
            self._let = self._let or {ALT, SUPER} <= self._modifiers()
        elif shortcut is None:
            shortcut = self._past_assistive(others)
        if shortcut is not None:
            press = Press(shortcut, self._clock())
            self._presses.append(press)
            self._waiting[code] = press

    def _modifiers(self) -> Modifiers:
        """What is held."""
        held = {} if self._keyboard is None else self._keyboard.held
        return frozenset(held[one] for one in self._down if one in held)

    def _past_assistive(self, held: Modifiers) -> Shortcut | None:
        """What a key is with Super alone that was let through with Alt: Super itself, where
        that is asked for."""
        if not self._let or ALT in held or SUPER not in held:
            return None
        own = Shortcut("Super_L", held - {SUPER})
        return own if own in self._shortcuts else None

    def _released(self, display: Display, code: int) -> None:
        self._down.pop(code, None)
        held = self._modifiers()
        if SUPER not in held:
            self._let = False
            self._give_up(display)
        elif self._taken and not self._again and self._past_assistive(held) is not None:
            modes = (X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
            # Somebody else may have it for now; then at the next release.
            answer = display.screen().root.grab_keyboard(False, *modes)
            self._again = answer == X.GrabSuccess

    def _give_up(self, display: Display) -> None:
        if self._again:
            self._again = False
            display.ungrab_keyboard(X.CurrentTime)
            display.flush()

    def _forget_released(self, display: Display) -> None:
        """A release may pass unseen, as on another virtual console; what is typed later must
        not be taken for shortcuts."""
        long_ago = time.monotonic() - TRUSTED_S
        if not any(since < long_ago for since in self._down.values()):
            return
        pressed = display.query_keymap()
        for code in list(self._down):
            if not pressed[code // 8] >> code % 8 & 1:
                del self._down[code]

    def _caught(self, display: Display, code: int, device: int | None) -> None:
        """A grab of ours had it (XInput's, of a ``device``, or the core protocol's). What is
        pressed while Super is down comes here, too."""
        assert self._keyboard is not None
        press = self._waiting.pop(code, None)
        if press is not None:
            press.caught = True
        if code in self._keyboard.held:
            self._down.setdefault(code, time.monotonic())
        if {ALT, SUPER} <= self._modifiers():
            # Assistive technology's: nobody may stand between.
            self._let, self._again = True, False
            if device is None:
                display.ungrab_keyboard(X.CurrentTime)
            else:
                display.xinput_ungrab_device(device, X.CurrentTime)
            display.flush()
        elif self._again and press is None:
            self._caught_again(display, code)

    def _caught_again(self, display: Display, code: int) -> None:
        """The keyboard is ours, so that no raw event tells of it. Whoever let go of Super
        unseen gets it back."""
        assert self._keyboard is not None
        self._forget_released(display)
        held = self._modifiers()
        own = self._past_assistive(held)
        if SUPER not in held:
            self._give_up(display)
        elif own is not None and code not in self._keyboard.held:
            self._presses.append(Press(own, self._clock(), caught=True))

    def _remapped(self, display: Display, event: Any) -> None:
        display.refresh_keyboard_mapping(event)
        if event.request == X.MappingPointer:
            return
        self._keyboard = read_keyboard(display, self._shortcuts)
        if self._taken:
            self._owed = list(AGAIN_S)
            self._listener.later(self._owed.pop(0), self._grab_after_others)

    def _grab_after_others(self, display: Display) -> None:
        self._grab(display)
        if self._owed:
            self._listener.later(self._owed.pop(0), self._grab_after_others)

    def _grab(self, display: Display) -> None:
        """Grab every shortcut; ``lost`` are those that others hold in both ways."""
        if self._keyboard is None:
            return
        root = display.screen().root
        lost = {
            shortcut.name
            for (code, held), shortcut in self._keyboard.keys.items()
            if not self._grab_one(display, root, code, self._keyboard.mask(held))
        }
        self.lost = tuple(sorted(lost))
        display.flush()

    def _grab_one(self, display: Display, root: Any, code: int, mask: int) -> bool:
        assert self._keyboard is not None
        masks = [mask | locked for locked in self._keyboard.locks]
        every = xinput.AllMasterDevices
        root.xinput_ungrab_keycode(every, code, masks)
        modes = (xinput.GrabModeAsync, xinput.GrabModeAsync, False, _GRABBED)
        refused = root.xinput_grab_keycode(every, X.CurrentTime, code, *modes, masks).modifiers
        if not refused:
            return True
        caught = error.CatchError(error.BadAccess)
        for one in masks:
            root.ungrab_key(code, one)
            root.grab_key(code, one, False, X.GrabModeAsync, X.GrabModeAsync, onerror=caught)
        display.sync()
        return caught.get_error() is None

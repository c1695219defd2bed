"""What is held to on Microsoft Windows: keys, staying awake, windows out of other pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from recorder.faults import EnvironmentFault
from recorder.lockdown.operation import Evasion, InForce, NotInForce, Performed, State
from recorder.lockdown.operations.shortcuts import ALT, CTRL, SHIFT, SUPER, Shortcut
from recorder.lockdown.windows.api import (
    ES_CONTINUOUS,
    ES_DISPLAY_REQUIRED,
    ES_SYSTEM_REQUIRED,
    WDA_EXCLUDEFROMCAPTURE,
    WDA_NONE,
    Hook,
    WindowsApi,
)
from recorder.lockdown.windows.shortcuts import KEYS, WIN
from shared.flags import Kind

# What no program may take on Windows; the system keeps it for signing in and out.
WITHOUT = ("Windows keeps Ctrl+Alt+Delete and Win+L to itself.",)

# A thread answers within milliseconds; a busy computer's within a second or two (s).
_THREAD_S = 5.0

# Virtual keys (winuser.h) of modifiers.
_MODIFIERS = {
    0x10: SHIFT, 0xA0: SHIFT, 0xA1: SHIFT, 0x11: CTRL, 0xA2: CTRL, 0xA3: CTRL,
    0x12: ALT, 0xA4: ALT, 0xA5: ALT, 0x5B: SUPER, 0x5C: SUPER,
}  # fmt: skip

# The key AltGr, and the left Ctrl that Windows presses together with it where it types.
_RIGHT_ALT, _LEFT_CTRL = 0xA5, 0xA2

# A virtual key that nothing has: Win with it between is not Win alone.
_NO_KEY = 0xE8


class KeyboardHook:
    """The low-level keyboard hook, which tells keys; here they become shortcuts.

    Win goes through, or Windows' assistive keys would be dead. What is pressed while it is
    down is swallowed key by key; where nothing of it went through, Windows is told of a key
    that nothing has before Win goes up, and opens no start menu.
    """

    def __init__(self, api: WindowsApi) -> None:
        self._api = api
        self._hook: Hook | None = None
        self._held: dict[int, str] = {}
        # Since Win went down: whether another key went through, and whether one was swallowed.
        self._passed = self._swallowed = False

    @property
    def alive(self) -> bool:
        """Whether the hook's thread still runs."""
        return self._hook is not None and self._hook.alive

    def start(self, swallow: Callable[[Shortcut], bool]) -> None:
        """Hook the keyboard; raises EnvironmentFault where Windows refuses."""
        self._held.clear()

        def on_key(key: int, down: bool) -> bool:
            return self._pressed(key, swallow) if down else self._released(key, swallow)

        try:
            self._hook = self._api.hook_keyboard(on_key)
        except OSError as error:
            raise EnvironmentFault(
                f"Windows does not let shortcuts be held ({error}).",
                "Close programs that change the keyboard, and try again.",
            ) from error

    def close(self) -> None:
        """Unhook; twice is allowed."""
        hook, self._hook = self._hook, None
        if hook is not None:
            hook.close()

    def _pressed(self, key: int, swallow: Callable[[Shortcut], bool]) -> bool:
        self._forget_what_is_up()
        if key in _MODIFIERS:
            if key in WIN and key not in self._held:
                self._passed = self._swallowed = False
            self._held[key] = _MODIFIERS[key]
            return False
        name = KEYS.get(key)
        others = self._modifiers()
        alt_gr = {_RIGHT_ALT, _LEFT_CTRL} <= self._held.keys() and SUPER not in others
        types = alt_gr and len(name or "") == 1
        taken = name is not None and not types and swallow(Shortcut(name, others))
        self._swallowed |= taken
        self._passed |= not taken
        return taken

    def _modifiers(self) -> frozenset[str]:
        return frozenset(self._held.values())

    def _forget_what_is_up(self) -> None:
        """Modifiers whose going up was not told: it happened on Windows' own desktop, where it
        asks for passwords and where Ctrl+Alt+Delete leads; no hook is called there."""
        for key in [one for one in self._held if not self._api.key_down(one)]:
            del self._held[key]

    def _released(self, key: int, swallow: Callable[[Shortcut], bool]) -> bool:
        # A key that goes up without having gone down harms nobody: it goes through.
        was_held = self._held.pop(key, None)
        others = self._modifiers()
        if key not in WIN or not was_held or self._passed or SUPER in others:
            return False
        if not (self._swallowed or swallow(Shortcut(WIN[key], others))):
            return False
        # Told anew, after a key that nothing has; this hook then lets both through.
        return self._api.send_keys(((_NO_KEY, True), (_NO_KEY, False), (key, False)))


class StayAwake:
    """Sleep and the screen's blanking held off; it ends with its thread, so with a crash."""

    name = "stay_awake"

    def __init__(self, api: WindowsApi) -> None:
        self._api = api
        self._thread: threading.Thread | None = None
        self._let_go = threading.Event()

    def before(self) -> State | None:
        """Nothing outlives the process."""
        return None

    def perform(self) -> Performed:
        """Ask Windows from a thread of its own: it forgets what a thread asked for with it."""
        answered = threading.Event()
        allowed: list[bool] = []

        def hold() -> None:
            wanted = ES_CONTINUOUS | ES_SYSTEM_REQUIRED | ES_DISPLAY_REQUIRED
            allowed.append(self._api.set_execution_state(wanted))
            answered.set()
            self._let_go.wait()
            self._api.set_execution_state(ES_CONTINUOUS)

        self._let_go.clear()
        self._thread = threading.Thread(target=hold, name="stay-awake", daemon=True)
        self._thread.start()
        if not answered.wait(_THREAD_S) or not allowed[0]:
            self.revert()
            return NotInForce("Windows does not let a program keep the computer awake.")
        return InForce()

    def check(self) -> tuple[Evasion, ...]:
        """Nobody but Windows can take it away: it sleeps on its power button all the same."""
        return ()

    def revert(self) -> None:
        """Let the computer sleep again."""
        self._let_go.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(_THREAD_S)


class OutOfPictures:
    """Windows of ours that no capture shows, our own neither: for policies without a screen."""

    name = "out_of_pictures"

    def __init__(self, api: WindowsApi, windows: Callable[[], Iterable[int]]) -> None:
        """Hide the windows whose handles ``windows`` gives, new ones too."""
        self._api = api
        self._windows = windows
        self._hidden: set[int] = set()
        self._on = False

    def before(self) -> State | None:
        """It ends with the windows."""
        return None

    def perform(self) -> Performed:
        """Hide all there are."""
        try:
            self._hide()
        except OSError as error:
            self.revert()
            return NotInForce(f"Windows does not hide the exam from other programs ({error}).")
        self._on = True
        return InForce()

    def check(self) -> tuple[Evasion, ...]:
        """A window that was shown to others again is hidden anew."""
        if not self._on:
            return ()
        try:
            shown = [one for one in self._hidden & set(self._windows()) if self._is_shown(one)]
            self._hide()
        except OSError as error:
            raise EnvironmentFault(
                f"Windows does not say whether the exam is hidden ({error}).",
                "Tell the proctor if this stays so.",
            ) from error
        return (Evasion(Kind.SCREEN_CAPTURE, "the exam was made visible"),) if shown else ()

    def revert(self) -> None:
        """Show them again; those that closed need nothing."""
        self._on = False
        for window in self._hidden & set(self._windows()):
            with suppress(OSError):  # it closes just now
                self._api.set_display_affinity(window, WDA_NONE)
        self._hidden.clear()

    def _hide(self) -> None:
        for window in self._windows():
            if self._is_shown(window):
                self._api.set_display_affinity(window, WDA_EXCLUDEFROMCAPTURE)
            self._hidden.add(window)

    def _is_shown(self, window: int) -> bool:
        return self._api.display_affinity(window) == WDA_NONE

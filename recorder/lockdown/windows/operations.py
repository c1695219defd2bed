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
from shared.flags import Kind

# What no program may take on Windows; the system keeps it for signing in and out.
WITHOUT = ("Windows keeps Ctrl+Alt+Delete and Win+L to itself.",)

# A thread answers within milliseconds; a busy computer's within a second or two (s).
_THREAD_S = 5.0

# Virtual keys (winuser.h): modifiers, and those of shortcuts by their keysyms' names.
_MODIFIERS = {
    0x10: SHIFT, 0xA0: SHIFT, 0xA1: SHIFT, 0x11: CTRL, 0xA2: CTRL, 0xA3: CTRL,
    0x12: ALT, 0xA4: ALT, 0xA5: ALT, 0x5B: SUPER, 0x5C: SUPER,
}  # fmt: skip
_KEYS = {
    0x08: "BackSpace", 0x09: "Tab", 0x0D: "Return", 0x1B: "Escape", 0x20: "space",
    0x21: "Page_Up", 0x22: "Page_Down", 0x23: "End", 0x24: "Home", 0x25: "Left", 0x26: "Up",
    0x27: "Right", 0x28: "Down", 0x2C: "Print", 0x2E: "Delete", 0x5B: "Super_L",
    0x5C: "Super_R", 0xC0: "grave", 0xAA: "XF86Search", 0xAC: "XF86HomePage",
    0xB4: "XF86Mail", 0xB6: "XF86Launch0", 0xB7: "XF86Launch1",
    **{0x70 + n: f"F{n + 1}" for n in range(12)},
    **{0x41 + n: chr(ord("a") + n) for n in range(26)},
}  # fmt: skip


# The key AltGr, and the left Ctrl that Windows presses together with it where it types.
_RIGHT_ALT, _LEFT_CTRL = 0xA5, 0xA2


class KeyboardHook:
    """The low-level keyboard hook, which tells keys; here they become shortcuts."""

    def __init__(self, api: WindowsApi) -> None:
        self._api = api
        self._hook: Hook | None = None
        self._held: dict[int, str] = {}

    @property
    def alive(self) -> bool:
        """Whether the hook's thread still runs."""
        return self._hook is not None and self._hook.alive

    def start(self, swallow: Callable[[Shortcut], bool]) -> None:
        """Hook the keyboard; raises EnvironmentFault where Windows refuses."""
        self._held.clear()

        def on_key(key: int, down: bool) -> bool:
            return self._pressed(key, swallow) if down else self._released(key)

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
        name = _KEYS.get(key)
        others = frozenset(name for held, name in self._held.items() if held != key)
        types = {_RIGHT_ALT, _LEFT_CTRL} <= self._held.keys() and len(name or "") == 1
        taken = name is not None and not types and swallow(Shortcut(name, others))
        if key in _MODIFIERS and not taken:  # one that was taken is not down for Windows
            self._held[key] = _MODIFIERS[key]
        return taken

    def _forget_what_is_up(self) -> None:
        """Modifiers whose going up was not told: it happened on Windows' own desktop, where it
        asks for passwords and where Ctrl+Alt+Delete leads; no hook is called there."""
        for key in [one for one in self._held if not self._api.key_down(one)]:
            del self._held[key]

    def _released(self, key: int) -> bool:
        # Never swallowed: a key that goes up without having gone down harms nobody.
        self._held.pop(key, None)
        return False


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

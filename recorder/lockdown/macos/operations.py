"""What is held to on macOS: keys by an event tap, and staying awake by an assertion."""

from __future__ import annotations

from collections.abc import Callable

from recorder.faults import EnvironmentFault
from recorder.lockdown.macos.api import MacApi, Tap
from recorder.lockdown.macos.permissions import CONTROL
from recorder.lockdown.operation import Evasion, InForce, NotInForce, Performed, State
from recorder.lockdown.operations.shortcuts import ALT, CTRL, SHIFT, SUPER, Shortcut, any_of

# Why the computer stays awake, as `pmset -g assertions` shows it.
_REASON = "An exam is being recorded"

# What no program may take: keys for ending programs and for logging out, and what a tap of keys
# does not see.
WITHOUT = (
    "macOS keeps Cmd+Alt+Esc and the power key to itself.",
    "macOS keeps the gestures of trackpad and mouse, which show other windows, to itself.",
)

# CGEventFlags (CGEventTypes.h).
_FLAGS = {1 << 17: SHIFT, 1 << 18: CTRL, 1 << 19: ALT, 1 << 20: SUPER}

# What the pictures on the keys of Apple's keyboards send, unless somebody makes function keys
# of them; newer ones have Spotlight where older ones have Launchpad. In no header: the codes
# are as event taps are handed them.
_PICTURES = {0xA0: "Mission Control", 0x83: "Launchpad", 0xB1: "Spotlight"}

# Virtual key codes (HIToolbox, Events.h) of the keys of shortcuts, as keysyms' names or those.
_KEYS = {
    0x30: "Tab", 0x35: "Escape", 0x31: "space", 0x32: "grave", 0x24: "Return",
    0x7B: "Left", 0x7C: "Right", 0x7D: "Down", 0x7E: "Up", 0x04: "h", 0x2E: "m", 0x02: "d",
    0x14: "3", 0x15: "4", 0x17: "5", 0x16: "6", 0x63: "F3", 0x76: "F4", 0x67: "F11",
    **_PICTURES,
}  # fmt: skip

_CMD = frozenset({SUPER})
_CMD_SHIFT = frozenset({SUPER, SHIFT})
_SPACES = frozenset({CTRL})

# What leads out of an exam on a Mac: other applications and windows, Spotlight, hiding,
# Mission Control and spaces, screenshots. VoiceOver (Cmd+F5, and Ctrl+Alt with anything), zoom
# (Cmd+Alt) and Cmd+Q, which leaves this program, are nobody's to take.
BLOCKED: tuple[Shortcut, ...] = (
    *(Shortcut(key, _CMD) for key in ("Tab", "grave", "space", "h", "m")),
    *(Shortcut(key, _CMD_SHIFT) for key in ("Tab", "grave", "3", "4", "5", "6")),
    *(Shortcut(key, _CMD_SHIFT | {CTRL}) for key in ("3", "4")),
    *(Shortcut(key, _SPACES) for key in ("Up", "Down", "Left", "Right")),
    *(Shortcut(key) for key in ("F3", "F4", "F11")),
    *any_of((CTRL, SHIFT, SUPER), *_PICTURES.values()),
)


def takes_picture(shortcut: Shortcut) -> bool:
    """Whether it takes a picture of the screen: Cmd+Shift with 3 to 6."""
    return shortcut.key in {"3", "4", "5", "6"} and shortcut.modifiers >= _CMD_SHIFT


class KeyTap:
    """The event tap, which tells key codes; here they become shortcuts."""

    def __init__(self, api: MacApi) -> None:
        self._api = api
        self._tap: Tap | None = None

    @property
    def alive(self) -> bool:
        """Whether macOS still hands keys over."""
        return self._tap is not None and self._tap.alive

    def start(self, swallow: Callable[[Shortcut], bool]) -> None:
        """Tap the keys; raises EnvironmentFault without the permission to."""
        if not self._api.may_control():
            raise EnvironmentFault(
                "macOS does not let shortcuts be held without a permission.", CONTROL
            )

        def on_key(code: int, flags: int) -> bool:
            name = _KEYS.get(code)
            held = frozenset(name for flag, name in _FLAGS.items() if flags & flag)
            return name is not None and swallow(Shortcut(name, held))

        try:
            self._tap = self._api.tap_keys(on_key)
        except OSError as error:
            raise EnvironmentFault(
                f"macOS does not let shortcuts be held ({error}).", CONTROL
            ) from error

    def close(self) -> None:
        """Let the keys go; twice is allowed."""
        tap, self._tap = self._tap, None
        if tap is not None:
            tap.close()


class StayAwake:
    """Sleep of computer and display held off by an assertion, which ends with the process."""

    name = "stay_awake"

    def __init__(self, api: MacApi) -> None:
        self._api = api
        self._assertion: int | None = None

    def before(self) -> State | None:
        """Nothing outlives the process."""
        return None

    def perform(self) -> Performed:
        """Assert it."""
        try:
            self._assertion = self._api.stay_awake(_REASON)
        except OSError as error:
            return NotInForce(
                f"macOS does not let a program keep the computer awake ({error})."
            )
        return InForce()

    def check(self) -> tuple[Evasion, ...]:
        """Nobody can take it away; the lid and the power key work all the same."""
        return ()

    def revert(self) -> None:
        """Let the computer sleep again."""
        assertion, self._assertion = self._assertion, None
        if assertion is not None:
            self._api.let_sleep(assertion)

"""The shortcuts that lead out of an exam, and those that nobody may take away; pure.

Left alone, whatever a policy says: everything with Super and Alt together (GNOME's screen
reader, zoom and on-screen keyboard), Shift pressed often or long (Sticky and Slow Keys), Caps
Lock and Insert (the keys of screen readers), Ctrl with plus, minus and 0 (the size of text),
Tab and arrows without Alt, and Ctrl+Q, which leaves this program. The keys of the volume and
of the display's brightness are nobody's way out. Windows (`windows.shortcuts`) and macOS
(`macos.operations`) have assistive keys of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

# As people read them on a keyboard, in this order.
CTRL, ALT, SHIFT, SUPER = "Ctrl", "Alt", "Shift", "Super"
_ORDER = (CTRL, ALT, SHIFT, SUPER)

Modifiers = frozenset[str]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A key and what is held with it. ``key`` is a keysym's name (X11/keysymdef.h)."""

    key: str
    modifiers: Modifiers = frozenset()

    @property
    def name(self) -> str:
        """What it is called: ``Ctrl+Alt+Left``."""
        held = [one for one in _ORDER if one in self.modifiers]
        key = self.key.upper() if len(self.key) == 1 else self.key.removeprefix("XF86")
        return "+".join((*held, _NAMES.get(self.key, key)))


_NAMES = {
    "Escape": "Esc",
    "grave": "`",
    "space": "Space",
    "Super_L": "Super",
    "Super_R": "Super",
}

_ARROWS = ("Left", "Right", "Up", "Down")


def _with(modifiers: str, *keys: str) -> set[Shortcut]:
    held = frozenset(modifiers.split("+")) if modifiers else frozenset[str]()
    return {Shortcut(key, held) for key in keys}


def any_of(modifiers: tuple[str, ...], *keys: str, held: tuple[str, ...] = ()) -> set[Shortcut]:
    """The keys with every choice of the modifiers, none of them too; ``held`` in any case."""
    choices = (c for n in range(len(modifiers) + 1) for c in combinations(modifiers, n))
    return {Shortcut(key, frozenset((*held, *choice))) for choice in choices for key in keys}


# Windows' cut of the screen, and KDE's.
_CUT = Shortcut("s", frozenset({SHIFT, SUPER}))


def takes_picture(shortcut: Shortcut) -> bool:
    """Whether it takes a picture of the screen; macOS has others (`macos.operations`)."""
    return shortcut.key == "Print" or shortcut == _CUT


# Which they are: other windows, workspaces, menus of the desktop and its windows, terminals,
# locks and logouts, screenshots, and keys that start a program.
BLOCKED: tuple[Shortcut, ...] = tuple(
    sorted(
        _with("Alt", "Tab", "Escape", "grave", "space", *(f"F{n}" for n in range(1, 11)))
        | _with("Alt+Shift", "Tab", "Escape", "grave")
        | _with("Ctrl+Alt", *_ARROWS, "Tab", "Delete", "BackSpace", "Escape", "t", "l", "d")
        | _with("Ctrl+Alt", "Home", "End", "Page_Up", "Page_Down", "Return", "space")
        | _with("Ctrl+Alt+Shift", *_ARROWS, "Tab", "r")
        | _with("Ctrl", "Escape", "F1", "F2", "F3", "F4", "F8", "F9", "F10")
        | _with("Ctrl+Shift", "Escape")
        | any_of((CTRL, ALT, SHIFT), "Print")
        | any_of((CTRL, SHIFT), "Print", held=(SUPER,))
        | {_CUT}
        | any_of((CTRL, SHIFT), "Super_L", "Super_R")
        | _with("", "XF86HomePage", "XF86WWW", "XF86Mail", "XF86Search", "XF86Explorer")
        | _with("", "XF86Calculator", "XF86Tools", "XF86MyComputer", "XF86Display")
        | _with("", "XF86ScreenSaver", *(f"XF86Launch{n}" for n in (*range(10), "A", "B"))),
        key=lambda shortcut: (shortcut.name, shortcut.key),
    )
)

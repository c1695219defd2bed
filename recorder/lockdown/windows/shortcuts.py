"""The shortcuts that lead out of an exam on Microsoft Windows, and its assistive ones; pure.

Each key that is pressed while Win is down is the desktop's, whatever else is held with it, and
Win alone opens the start menu. Left alone are those that people need.
"""

from __future__ import annotations

from recorder.lockdown.operations import shortcuts
from recorder.lockdown.operations.shortcuts import ALT, CTRL, SHIFT, SUPER, Shortcut, any_of

# Virtual keys (winuser.h), by their keysyms' names: the two of Win, and those of shortcuts.
WIN = {0x5B: "Super_L", 0x5C: "Super_R"}
KEYS = {
    0x08: "BackSpace", 0x09: "Tab", 0x0D: "Return", 0x13: "Pause", 0x1B: "Escape",
    0x20: "space", 0x21: "Page_Up", 0x22: "Page_Down", 0x23: "End", 0x24: "Home",
    0x25: "Left", 0x26: "Up", 0x27: "Right", 0x28: "Down", 0x2C: "Print", 0x2D: "Insert",
    0x2E: "Delete", 0x5D: "Menu", 0x6A: "KP_Multiply", 0x6B: "KP_Add", 0x6D: "KP_Subtract",
    0x6E: "KP_Decimal", 0x6F: "KP_Divide", 0xAA: "XF86Search", 0xAC: "XF86HomePage",
    0xB4: "XF86Mail", 0xB6: "XF86Launch0", 0xB7: "XF86Launch1", 0xBA: "semicolon",
    0xBB: "plus", 0xBC: "comma", 0xBD: "minus", 0xBE: "period", 0xBF: "slash",
    0xC0: "grave", 0xDB: "bracketleft", 0xDC: "backslash", 0xDD: "bracketright",
    0xDE: "apostrophe", 0xE2: "less",
    **{0x30 + n: str(n) for n in range(10)},
    **{0x41 + n: chr(ord("a") + n) for n in range(26)},
    **{0x60 + n: f"KP_{n}" for n in range(10)},
    **{0x70 + n: f"F{n + 1}" for n in range(24)},
}  # fmt: skip

# Windows' own for people who need them, by Microsoft's list of accessibility shortcuts.
LEFT_ALONE = frozenset({
    # Magnifier: nearer, farther, off, and over the screen.
    *any_of((SHIFT,), "plus", "minus", "KP_Add", "KP_Subtract", held=(SUPER,)),
    *any_of((), "Escape", held=(SUPER,)),
    *any_of((), "Left", "Right", "Up", "Down", held=(CTRL, ALT)),
    # Narrator, the on-screen keyboard, colour filters, live captions, voice access.
    *any_of((), "Return", "o", "c", "l", "s", held=(CTRL, SUPER)),
    # The settings of all these, and dictation.
    *any_of((), "u", "h", held=(SUPER,)),
})  # fmt: skip

_WITH_WIN = any_of((CTRL, ALT, SHIFT), *KEYS.values(), held=(SUPER,))
_WIN_ALONE = any_of((CTRL, ALT, SHIFT), *WIN.values())

BLOCKED: frozenset[Shortcut] = (
    frozenset(shortcuts.BLOCKED) | _WITH_WIN | _WIN_ALONE
) - LEFT_ALONE

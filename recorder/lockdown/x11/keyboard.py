"""Which keycodes and masks this display's keyboard has for keys and modifiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from Xlib import XK, X
from Xlib.display import Display

from recorder.lockdown.operations.shortcuts import ALT, CTRL, SHIFT, SUPER, Modifiers, Shortcut

# Where a keyboard does not say otherwise, as XFree86 has laid them since 1994.
_USUAL = {CTRL: X.ControlMask, SHIFT: X.ShiftMask, ALT: X.Mod1Mask, SUPER: X.Mod4Mask}

_KEYSYMS = {ALT: ("Alt_L", "Alt_R"), SUPER: ("Super_L", "Super_R")}
_LOCKS = ("Num_Lock", "Scroll_Lock")

# In a keysym table the plain characters of the first and second group: layouts without Latin
# letters have those in the second.
_PLAIN = (0, 2)


@dataclass(frozen=True, slots=True)
class Keyboard:
    """One mapping of the keyboard.

    ``keys`` are keycodes with what is held, and the shortcut that this is; ``held`` is by
    keycode the modifier that it is; ``masks`` are by modifier; ``locks`` every mask that
    locked keys may add.
    """

    keys: Mapping[tuple[int, Modifiers], Shortcut]
    held: Mapping[int, str]
    masks: Mapping[str, int]
    locks: tuple[int, ...]

    def mask(self, modifiers: Iterable[str]) -> int:
        """The mask of some modifiers."""
        total = 0
        for modifier in modifiers:
            total |= self.masks[modifier]
        return total


def read_keyboard(display: Display, shortcuts: Iterable[Shortcut]) -> Keyboard:
    """The keyboard as it is mapped now; shortcuts on keys that it lacks are left out."""
    XK.load_keysym_group("xf86")
    mapping = display.get_modifier_mapping()
    masks = _USUAL | {
        modifier: _mask(display, mapping, names) or _USUAL[modifier]
        for modifier, names in _KEYSYMS.items()
    }
    locks = (X.LockMask, *(_mask(display, mapping, (name,)) for name in _LOCKS))
    keys = {
        (code, shortcut.modifiers): shortcut
        for shortcut in shortcuts
        for code in _codes(display, shortcut.key)
    }
    held = {
        code: modifier
        for modifier, mask in masks.items()
        for code in mapping[mask.bit_length() - 1]
        if code
    }
    return Keyboard(keys, held, masks, _sums(mask for mask in set(locks) if mask))


def _codes(display: Display, name: str) -> list[int]:
    keysym = XK.string_to_keysym(name) or XK.string_to_keysym(name.replace("XF86", "XF86_"))
    if not keysym:
        return []
    found = display.keysym_to_keycodes(keysym)
    return sorted({code for code, index in found if index in _PLAIN})


def _mask(display: Display, mapping: Sequence[Sequence[int]], names: tuple[str, ...]) -> int:
    """The mask of the modifier that these keys are; 0 where they are none."""
    codes = {code for name in names for code in _codes(display, name)}
    for bit, row in enumerate(mapping):
        if codes & {code for code in row if code}:
            return 1 << bit
    return 0


def _sums(masks: Iterable[int]) -> tuple[int, ...]:
    every = sorted(masks)
    return tuple(
        sum(chosen) for count in range(len(every) + 1) for chosen in combinations(every, count)
    )

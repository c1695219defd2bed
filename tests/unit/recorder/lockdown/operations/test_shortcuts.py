from __future__ import annotations

from recorder.lockdown.operations.shortcuts import (
    ALT,
    BLOCKED,
    CTRL,
    SHIFT,
    SUPER,
    Shortcut,
    takes_picture,
)

NAMES = {shortcut.name for shortcut in BLOCKED}


def test_the_ways_out_are_blocked() -> None:
    ways = "Alt+Tab Alt+Shift+Tab Alt+F4 Alt+F2 Alt+Esc Alt+Space Super Print Alt+Print"
    more = "Ctrl+Alt+Left Ctrl+Alt+Shift+Down Ctrl+Alt+T Ctrl+Alt+Delete Ctrl+Esc Shift+Print"
    assert {*ways.split(), *more.split()} <= NAMES


def test_the_keys_that_take_a_picture_are_blocked_and_known_for_it() -> None:
    pictures = {shortcut.name for shortcut in BLOCKED if takes_picture(shortcut)}
    alone = {"Print", "Ctrl+Print", "Alt+Print", "Shift+Print"}
    assert alone | {"Super+Print", "Shift+Super+Print", "Shift+Super+S"} <= pictures
    assert not takes_picture(Shortcut("s", frozenset({SHIFT})))
    assert "Alt+Tab" not in pictures


def test_what_people_need_is_left_alone() -> None:
    for shortcut in BLOCKED:
        assert not {ALT, SUPER} <= shortcut.modifiers
        if shortcut.key.startswith("Super"):
            assert ALT not in shortcut.modifiers
        assert shortcut.key not in {
            *("Insert", "Caps_Lock", "KP_Insert", "Shift_L", "Shift_R", "Control_L"),
            *("plus", "minus", "equal", "0", "q", "Alt_L"),
        }
        assert not shortcut.key.startswith(("XF86Audio", "XF86MonBrightness"))


def test_nothing_that_is_typed_is_among_them() -> None:
    for shortcut in BLOCKED:
        if shortcut.modifiers <= {SHIFT}:
            assert shortcut.key.startswith(("Print", "Super", "XF86"))
        if shortcut.modifiers == {CTRL}:
            assert len(shortcut.key) > 1


def test_each_is_there_once() -> None:
    assert len(set(BLOCKED)) == len(BLOCKED)

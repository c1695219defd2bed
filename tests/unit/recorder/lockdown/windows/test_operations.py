from __future__ import annotations

from itertools import count

import pytest
from support.fake_windows import FakeWindows

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.environment.judging import judged
from recorder.lockdown.environment.signs import of_kind, total
from recorder.lockdown.hooked_keys import HookedKeys
from recorder.lockdown.operation import InForce, NotInForce
from recorder.lockdown.operations.shortcuts import takes_picture
from recorder.lockdown.windows import steps
from recorder.lockdown.windows.api import (
    RIM_HID,
    RIM_MOUSE,
    SM_REMOTECONTROL,
    SM_REMOTESESSION,
    WDA_EXCLUDEFROMCAPTURE,
    WDA_NONE,
    RawInput,
)
from recorder.lockdown.windows.operations import KeyboardHook, OutOfPictures
from recorder.lockdown.windows.readers import WindowsDesktop, WindowsFacts
from recorder.lockdown.windows.shortcuts import BLOCKED, KEYS
from shared.flags import Kind

ALT, TAB, SHIFT, WIN, A, PRINT = 0xA4, 0x09, 0xA0, 0x5B, 0x41, 0x2C
CTRL, ALT_GR, D, L, S, T = 0xA2, 0xA5, 0x44, 0x4C, 0x53, 0x54
ENTER, ESC, UP, PLUS, MINUS = 0x0D, 0x1B, 0x26, 0xBB, 0xBD
H, LETTER_O, R, U = 0x48, 0x4F, 0x52, 0x55


@pytest.fixture
def api() -> FakeWindows:
    return FakeWindows()


def keys(api: FakeWindows, *, taken: bool = True) -> HookedKeys:
    ticks = count(1)
    return HookedKeys(KeyboardHook(api), BLOCKED, taken=taken, clock=lambda: next(ticks))


def test_a_blocked_shortcut_is_swallowed_and_told_by_its_name_and_time(
    api: FakeWindows,
) -> None:
    step = keys(api)
    assert isinstance(step.perform(), InForce)
    assert api.press(ALT, TAB)
    assert not api.press(WIN)
    assert api.press(PRINT)
    told = step.check()
    assert [one.subject for one in told] == [
        "Alt+Tab pressed", "Super pressed", "Print pressed",
    ]  # fmt: skip
    assert {one.kind for one in told} == {Kind.BLOCKED_KEY}
    assert [one.at_ns for one in told] == [1, 2, 3]
    assert told[0].detail == {"shortcut": "Alt+Tab", "blocked": True, "times": 1}
    assert step.check() == ()
    step.revert()


def test_what_is_typed_goes_through_and_is_kept_nowhere(api: FakeWindows) -> None:
    step = keys(api)
    step.perform()
    assert not api.press(A)
    assert not api.press(SHIFT, A)
    assert not api.press(TAB)
    assert step.check() == ()
    assert step._presses == []


def test_where_only_pictures_are_held_each_key_that_takes_one_is(api: FakeWindows) -> None:
    step = steps.keys("screenshot_keys", takes_picture, taken=True, api=api)
    assert isinstance(step.perform(), InForce)
    for taking in ((PRINT,), (ALT, PRINT), (WIN, PRINT), (WIN, SHIFT, S)):
        assert api.press(*taking)
    assert not api.press(WIN, D)
    assert [one.detail["shortcut"] for one in step.check()] == [
        "Print", "Alt+Print", "Super+Print", "Shift+Super+S",
    ]  # fmt: skip


def test_a_modifier_that_went_up_is_not_held(api: FakeWindows) -> None:
    step = keys(api)
    step.perform()
    api.press(ALT)
    assert not api.press(TAB)


@pytest.mark.parametrize("key", [D, L, T])
def test_a_letter_that_alt_gr_types_goes_through(api: FakeWindows, key: int) -> None:
    step = keys(api)
    step.perform()
    assert not api.press(CTRL, ALT_GR, key), "ł, ð and þ on some keyboards"
    assert step.check() == ()
    assert api.press(CTRL, ALT, key), "the same with the left Alt leads out"
    assert api.press(CTRL, ALT_GR, TAB), "and so does the switcher with AltGr"


def test_a_modifier_that_went_up_on_windows_own_desktop_is_not_held(api: FakeWindows) -> None:
    step = keys(api)
    step.perform()
    assert not api.push(CTRL)
    assert not api.push(ALT)
    api.down.clear()  # Ctrl+Alt+Delete: they went up where no hook is called
    assert not api.press(T)
    assert not api.press(TAB)
    assert step.check() == ()


def test_win_alone_opens_no_start_menu_and_is_not_left_held(api: FakeWindows) -> None:
    step = keys(api)
    step.perform()
    api.press(WIN)
    api.press(CTRL, WIN)
    assert (api.start_menus, api.down) == (0, set())
    assert [one.subject for one in step.check()] == ["Super pressed", "Ctrl+Super pressed"]


def test_a_win_key_that_windows_does_not_take_back_goes_up_all_the_same(
    api: FakeWindows,
) -> None:
    step = keys(api)
    step.perform()
    api.refuses = True
    api.press(WIN)
    assert (api.start_menus, api.down) == (1, set())


def test_what_is_pressed_with_win_leads_nowhere_and_is_told_once(api: FakeWindows) -> None:
    step = keys(api)
    step.perform()
    for key in KEYS:
        name = KEYS[key]
        assert api.press(WIN, SHIFT, key) or name in {"plus", "minus", "KP_Add", "KP_Subtract"}
        step.check()
    assert api.press(WIN, R)
    assert api.press(WIN, ALT, TAB)
    assert api.press(CTRL, ALT_GR, WIN, D), "no letter is typed with Win"
    assert [one.subject for one in step.check()] == [
        "Super+R pressed", "Alt+Super+Tab pressed", "Ctrl+Alt+Super+D pressed",
    ]  # fmt: skip
    assert (api.start_menus, api.down) == (0, set())


@pytest.mark.parametrize(
    "pressed",
    [
        (WIN, PLUS), (WIN, MINUS), (WIN, ESC), (CTRL, ALT, UP), (CTRL, WIN, ENTER),
        (CTRL, WIN, LETTER_O), (WIN, U), (WIN, H),
    ],
)  # fmt: skip
def test_windows_own_assistive_keys_go_through_and_are_no_incident(
    api: FakeWindows, pressed: tuple[int, ...]
) -> None:
    step = keys(api)
    step.perform()
    assert not api.press(*pressed)
    assert [key for key, down in api.through if down] == list(pressed), "with all that is held"
    assert step.check() == ()


def test_win_that_stays_down_after_alt_opens_no_way_out(api: FakeWindows) -> None:
    step = keys(api)
    step.perform()
    for key in (ALT, WIN):
        api.push(key)
    api.release(ALT)
    assert api.push(R)
    assert [one.subject for one in step.check()] == ["Super+R pressed"]
    api.release(R)
    api.release(WIN)
    assert (api.start_menus, api.down) == (0, set())


def test_watched_keys_are_told_and_go_through(api: FakeWindows) -> None:
    step = keys(api, taken=False)
    step.perform()
    assert not api.press(ALT, TAB)
    assert not api.press(WIN)
    told, win = step.check()
    assert told.detail["blocked"] is False
    assert (win.subject, api.start_menus) == ("Super pressed", 1)


def test_a_hook_that_windows_dropped_is_set_again(api: FakeWindows) -> None:
    step = keys(api)
    step.perform()
    api.hooks[0].alive = False
    step.check()
    assert len(api.hooks) == 2
    assert api.press(ALT, TAB)


def test_reverting_lets_the_keys_go_however_often(api: FakeWindows) -> None:
    step = keys(api)
    step.revert()
    step.perform()
    step.revert()
    step.revert()
    assert not api.press(ALT, TAB)
    assert api.hooks[0].closed == 1
    assert step.check() == ()
    assert len(api.hooks) == 1


def test_a_refused_hook_is_said_and_nothing_is_left(api: FakeWindows) -> None:
    api.refuses = True
    came = keys(api).perform()
    assert isinstance(came, NotInForce)
    assert "Access is denied" in came.reason


def test_what_no_program_may_take_is_said(api: FakeWindows) -> None:
    held = steps.keys(taken=True, api=api).perform()
    assert isinstance(held, InForce)
    assert "Ctrl+Alt+Delete" in held.without[0]
    assert steps.keys(taken=False, api=FakeWindows()).perform() == InForce()


def test_staying_awake_lasts_until_it_is_reverted(api: FakeWindows) -> None:
    step = steps.stay_awake(api)
    assert isinstance(step.perform(), InForce)
    assert api.is_kept_awake
    assert step.check() == ()
    step.revert()
    step.revert()
    assert not api.is_kept_awake


def test_a_refusal_to_stay_awake_is_said(api: FakeWindows) -> None:
    api.refuses = True
    assert isinstance(steps.stay_awake(api).perform(), NotInForce)


def shield(api: FakeWindows, *windows: int) -> OutOfPictures:
    api.pids.update(dict.fromkeys(windows, 9))
    return OutOfPictures(api, lambda: list(api.pids))


def test_windows_are_hidden_from_captures_and_shown_again(api: FakeWindows) -> None:
    step = shield(api, 1, 2)
    assert isinstance(step.perform(), InForce)
    assert set(api.affinities.values()) == {WDA_EXCLUDEFROMCAPTURE}
    assert step.check() == ()
    step.revert()
    assert set(api.affinities.values()) == {WDA_NONE}


def test_where_windows_can_only_empty_a_window_that_is_no_evasion(api: FakeWindows) -> None:
    api.oldest = True
    step = shield(api, 1)
    assert isinstance(step.perform(), InForce)
    assert step.check() == ()
    api.affinities[1] = WDA_NONE
    assert len(step.check()) == 1


def test_a_window_made_visible_is_told_and_hidden_anew(api: FakeWindows) -> None:
    step = shield(api, 1)
    step.perform()
    api.affinities[1] = WDA_NONE
    (told,) = step.check()
    assert told.kind is Kind.SCREEN_CAPTURE
    assert api.affinities[1] == WDA_EXCLUDEFROMCAPTURE
    assert step.check() == ()


def test_a_new_window_is_hidden_and_is_no_evasion(api: FakeWindows) -> None:
    step = shield(api, 1)
    step.perform()
    api.pids[2] = 9
    assert step.check() == ()
    assert api.affinities[2] == WDA_EXCLUDEFROMCAPTURE


def test_a_refused_shield_is_said_and_taken_back(api: FakeWindows) -> None:
    step = shield(api, 1)
    api.refuses = True
    assert isinstance(step.perform(), NotInForce)
    assert step.check() == ()


def test_a_shield_that_cannot_be_looked_at_is_a_fault(api: FakeWindows) -> None:
    step = shield(api, 1)
    step.perform()
    api.refuses = True
    with pytest.raises(EnvironmentFault, match="hidden"):
        step.check()


def test_input_devices_by_their_sorts(api: FakeWindows) -> None:
    api.inputs = [
        RawInput(r"\\?\HID#VID_1&PID_1#a#{1}", RIM_MOUSE),
        RawInput(r"\\?\HID#VID_2&PID_2#a#{1}", RIM_HID, 0x0D, 0x04),
        RawInput(r"\\?\HID#VID_3&PID_3#a#{1}", RIM_HID, 0x01, 0x05),
        RawInput(r"\\?\HID#VID_4&PID_4#headset#{1}", RIM_HID, 0x0C, 0x01),
    ]
    devices = WindowsDesktop(api, lambda _pid: "").input_devices()
    assert [(one.name, one.kind) for one in devices] == [
        ("HID#VID_1&PID_1", "pointer"),
        ("HID#VID_2&PID_2", "touch"),
        ("HID#VID_3&PID_3", "controller"),
    ]


def remote(api: FakeWindows) -> float:
    return total(of_kind(judged(WindowsFacts(api).facts(())), Kind.REMOTE_SESSION))


def test_a_remote_session_of_windows(api: FakeWindows) -> None:
    assert remote(api) == 0
    api.metrics = {SM_REMOTESESSION: 1}
    assert remote(api) >= 0.8
    api.metrics, api.session = {}, 3
    assert remote(api) >= 0.8
    api.session, api.metrics = 1, {SM_REMOTECONTROL: 1}
    assert remote(api) >= 0.8


def test_a_console_that_is_just_handed_over_is_no_sign(api: FakeWindows) -> None:
    api.console = -1
    assert remote(api) == 0


def test_a_guest_and_a_debugger_of_windows(api: FakeWindows) -> None:
    api.makers, api.debugged = ("innotek GmbH", "VirtualBox"), True
    signs = judged(WindowsFacts(api, lambda: {"camera": "OBS Virtual Camera"}).facts(()))
    assert {sign.kind for sign in signs} == {
        Kind.VIRTUAL_MACHINE, Kind.DEBUGGER, Kind.VIRTUAL_CAMERA,
    }  # fmt: skip


def test_elsewhere_the_steps_say_that_this_is_not_windows() -> None:
    assert isinstance(steps.keys(taken=True).perform(), Unsupported)
    assert isinstance(steps.stay_awake().perform(), Unsupported)

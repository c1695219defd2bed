from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import default_policy

from recorder.detect.observations import Incident
from recorder.lockdown.adapter import Copied, Desk, Display, InputDevice, Window
from recorder.lockdown.device_watchers import ClipboardWatcher, DisplayWatcher, InputWatcher
from recorder.lockdown.watchers import WindowWatcher
from shared.flags import Kind
from shared.policy import Rule

NS = 1_000_000_000
LAPTOP = Display("eDP-1", 1920, 1200)
BEAMER = Display("HDMI-1", 1024, 768)
COPY = Display("HDMI-1", 1920, 1200, mirrors="eDP-1")
KEYBOARD = InputDevice("USB Keyboard", "keyboard", "0003 046d c31c")
MOUSE = InputDevice("Wireless Mouse", "pointer", "0005 046d b023 00:1f")


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"id-{next(numbers)}"


def see(watcher: DisplayWatcher, *looks: tuple[Display, ...]) -> list[Incident]:
    """A look a second."""
    return [one for at, look in enumerate(looks) for one in watcher.look(at * NS, look)]


def displays(**changes: object) -> DisplayWatcher:
    return DisplayWatcher(default_policy(**changes), ids())


def test_what_was_there_at_first_is_no_incident() -> None:
    assert see(displays(), *[(LAPTOP, BEAMER)] * 60) == []


def test_a_display_more_is_an_incident_while_it_is_there() -> None:
    opened, ended = see(
        displays(), *[(LAPTOP,)] * 3, *[(LAPTOP, BEAMER)] * 10, *[(LAPTOP,)] * 20
    )
    assert (opened.kind, opened.start_ns, opened.end_ns) == (Kind.DISPLAY_CHANGE, 3 * NS, None)
    assert ended.id == opened.id
    changes = ended.detail["changes"]
    assert isinstance(changes, list)
    assert changes[0] == {"name": "HDMI-1", "what": "plugged in", "about": "1024 × 768"}
    assert opened.detail["reason"] == "HDMI-1 plugged in (1024 × 768)"


def test_a_display_that_begins_to_repeat_another_is_an_incident() -> None:
    opened, _ = see(
        displays(), *[(LAPTOP, BEAMER)] * 3, *[(LAPTOP, COPY)] * 5, *[(LAPTOP, BEAMER)] * 9
    )
    assert "same picture as eDP-1" in str(opened.detail["reason"])


def test_one_that_repeated_from_the_start_is_none() -> None:
    assert see(displays(), *[(LAPTOP, COPY)] * 30) == []


def test_a_display_that_goes_is_told_once_and_may_come_back() -> None:
    loose = [(LAPTOP, BEAMER), (LAPTOP,), (LAPTOP,), *[(LAPTOP, BEAMER)] * 20]
    opened, ended = see(displays(), *loose)
    assert opened.detail["reason"] == "HDMI-1 removed"
    assert ended.end_ns is not None
    assert ended.end_ns - ended.start_ns <= NS


def test_a_moment_counts_though_the_rule_has_an_onset() -> None:
    rule = Rule(onset_s=3.0)
    watcher = displays(kinds={Kind.DISPLAY_CHANGE: rule})
    reports = see(watcher, (LAPTOP, BEAMER), *[(LAPTOP,)] * 20)
    assert [report.end_ns is None for report in reports] == [True, False]


def inputs() -> InputWatcher:
    return InputWatcher(default_policy(), ids(), hold_ns=3 * NS)


def plug(watcher: InputWatcher, *looks: tuple[InputDevice, ...]) -> list[Incident]:
    return [one for at, look in enumerate(looks) for one in watcher.look(2 * at * NS, look)]


def test_a_mouse_that_sleeps_and_comes_back_is_not_new() -> None:
    assert (
        plug(inputs(), (KEYBOARD, MOUSE), (KEYBOARD,), (KEYBOARD, MOUSE), (KEYBOARD, MOUSE))
        == []
    )


def test_a_second_keyboard_is_told_with_its_name_even_when_alike() -> None:
    reports = plug(inputs(), (KEYBOARD,), (KEYBOARD, KEYBOARD), *[(KEYBOARD, KEYBOARD)] * 5)
    assert reports[0].kind is Kind.INPUT_DEVICE
    assert reports[0].detail["reason"] == "USB Keyboard plugged in (keyboard)"
    assert len({report.id for report in reports}) == 1
    assert reports[-1].end_ns is not None


def test_what_was_told_once_may_go_and_come_back() -> None:
    many = [(KEYBOARD,), (KEYBOARD, MOUSE), *[(KEYBOARD,)] * 9, *[(KEYBOARD, MOUSE)] * 9]
    assert len({report.id for report in plug(inputs(), *many)}) == 1


def test_an_on_screen_keyboards_device_never_counts() -> None:
    for name in ("BRLTTY", "BRLTTY 6.6 Linux Screen Driver Keyboard"):
        assert plug(inputs(), (), (InputDevice(name, "keyboard", "0006 brltty"),)) == []
    assert plug(inputs(), (), (InputDevice("Keyboard for BRLTTY", "keyboard", "0003"),))


def clipboard() -> ClipboardWatcher:
    return ClipboardWatcher(default_policy(), lambda pid: pid == 100, ids())


def test_a_copy_elsewhere_is_told_by_its_application_and_ours_is_not() -> None:
    watcher = clipboard()
    ours, chat = Window("Exam", "invigil", 100), Window("Chat", "Telegram", 7)
    reports: list[Incident] = []
    for at, copied in enumerate(
        [
            Copied(4, chat),
            Copied(5, ours),
            Copied(5, ours),
            Copied(6, chat),
            *[Copied(6, chat)] * 40,
        ]
    ):
        reports += watcher.look(at * NS // 4, copied)
    assert {report.id for report in reports} == {"id-1"}
    assert reports[0].start_ns == 3 * NS // 4
    assert reports[0].detail["reason"] == "copied or emptied by Telegram"
    assert reports[0].detail["applications"] == ["Telegram"]
    assert "Chat" not in str(reports)


EXAM = Window("Exam", "invigil", 100)
CHAT = Window("Chat", "Telegram", 7)


def places(*looks: tuple[Window | None, Desk]) -> list[Incident]:
    watcher = WindowWatcher(default_policy(), lambda pid: pid == 100, ids())
    reports: list[Incident] = []
    for at, (window, desk) in enumerate(looks):
        reports += watcher.look(at * NS // 4, window, desk)
    return reports


def test_another_workspace_is_an_incident_though_it_is_empty() -> None:
    home, away = Desk(0, EXAM), Desk(1, None)
    opened, ended = places(*[(EXAM, home)] * 4, *[(None, away)] * 8, *[(EXAM, home)] * 30)
    assert opened.detail["how"] == "workspace"
    assert str(ended.detail["reason"]).startswith("another workspace shown for")


def test_a_workspace_that_is_told_before_its_windows_is_one_all_the_same() -> None:
    """One look finds the exam still in front where another workspace is shown already."""
    home, away = Desk(0, EXAM), Desk(1, None)
    looks = [*[(EXAM, home)] * 4, (EXAM, away), *[(None, away)] * 8, *[(EXAM, home)] * 30]
    opened, _ended = places(*looks)
    assert opened.detail["how"] == "workspace"
    moved = [*[(EXAM, away)] * 4, *[(None, home)] * 8, *[(EXAM, away)] * 30]
    opened, _ended = places(*[(EXAM, home)] * 4, *moved)
    assert opened.detail["how"] == "workspace"


def test_the_exam_may_be_moved_to_another_workspace() -> None:
    assert places(*[(EXAM, Desk(0, EXAM))] * 4, *[(EXAM, Desk(1, EXAM))] * 20) == []


def test_the_keys_going_elsewhere_while_ours_is_in_front_is_an_incident() -> None:
    opened, _ = places(
        *[(EXAM, Desk(0, EXAM))] * 4,
        *[(EXAM, Desk(0, CHAT))] * 8,
        *[(EXAM, Desk(0, EXAM))] * 30,
    )
    assert opened.detail["how"] == "focus"
    assert opened.detail["application"] == "Telegram"


def test_a_window_over_the_exam_s_own_is_an_incident() -> None:
    clear, covered = Desk(0, EXAM), Desk(0, EXAM, CHAT)
    opened, ended = places(*[(EXAM, clear)] * 4, *[(EXAM, covered)] * 8, *[(EXAM, clear)] * 30)
    assert (opened.detail["how"], opened.detail["application"]) == ("over", "Telegram")
    assert str(ended.detail["reason"]).startswith("“Chat” (Telegram) over the exam for")


@pytest.mark.parametrize(
    ("front", "over"),
    [
        (EXAM, Window("Save as", "invigil", 100)),
        (EXAM, Window("Keyboard", "Onboard", 9)),
        (Window("Sheet", "Calc", 8), CHAT),
    ],
    ids=["our own", "assistive", "over an allowed program"],
)
def test_what_may_lie_there_is_none(front: Window, over: Window) -> None:
    policy = default_policy(allowed_windows=("Calc",))
    watcher = WindowWatcher(policy, lambda pid: pid == 100, ids())
    looks = [watcher.look(at * NS // 4, front, Desk(0, front, over)) for at in range(30)]
    assert not any(looks)


def test_a_screen_reader_in_front_is_none() -> None:
    assert places(*[(Window("Preferences", "Orca", 9), Desk(0, None))] * 30) == []


SETS = st.sets(st.sampled_from([LAPTOP, BEAMER, COPY]), max_size=3)


@given(st.lists(SETS, min_size=1, max_size=60))
def test_every_incident_of_displays_ends_once_and_names_what_changed(
    script: list[set[Display]],
) -> None:
    watcher = displays()
    reports = see(watcher, *[tuple(sorted(look, key=str)) for look in script])
    reports += watcher.finish(len(script) * NS)
    opened = [report.id for report in reports if report.end_ns is None]
    assert opened == [report.id for report in reports if report.end_ns is not None]
    assert all(report.detail["changes"] for report in reports)

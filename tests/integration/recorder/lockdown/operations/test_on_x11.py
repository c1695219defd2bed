"""Each step on a real display with a window manager: done, noticed when evaded, undone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path

import psutil
import pytest
from demo.machine import process
from support.desk import Desk, desk
from support.locked_app import EVERYTHING
from support.policies import default_policy
from support.waiting import until
from Xlib import XK, X, Xatom
from Xlib.display import Display
from Xlib.protocol.event import SelectionNotify, SelectionRequest

from recorder.detect.observations import Incident
from recorder.exam_room import NoBrowser
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.lockdown import Held, Lockdown, new_journal
from recorder.lockdown.machine import this_machine
from recorder.lockdown.operation import Performed
from recorder.lockdown.operations.for_policy import Desktop
from recorder.lockdown.operations.keys import Keys
from recorder.lockdown.processes import descends_from_us
from recorder.lockdown.x11.copied import read_copies
from shared.flags import Kind
from shared.policy import Level
from shared.policy import Lockdown as Wanted

# A window that says on its standard output which keys it gets, as Qt reads them.
WINDOW = """
import sys
from PySide6.QtWidgets import QApplication, QLineEdit
application = QApplication(sys.argv)
class Line(QLineEdit):
    def keyPressEvent(self, event):
        super().keyPressEvent(event)
        print(self.text(), flush=True)
line = Line()
line.setWindowTitle(sys.argv[1])
line.show()
print("shown", flush=True)
application.exec()
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


class Exam:
    """A lockdown in this process, on that desk."""

    def __init__(self, one: Desk, wanted: Wanted, **options: object) -> None:
        ids = count()
        self.heard: list[Incident] = []
        self.lockdown = Lockdown(
            default_policy(lockdown=wanted),
            # Whether this computer is a virtual one is not what is tested here.
            replace(this_machine("linux", one.environ), environment=Unsupported("not asked")),
            self.heard.append,
            lambda: str(next(ids)),
            new_journal(one.journals),
            desktop=Desktop("linux", one.environ),
            **options,  # type: ignore[arg-type]
        )

    def held(self, name: str) -> Held:
        return next(one for one in self.lockdown.held() if one.name == name)

    def of(self, kind: Kind) -> list[Incident]:
        return [one for one in self.heard if one.kind is kind]


@pytest.fixture
def started(one: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    for name in ("DISPLAY", "XDG_CONFIG_HOME", "XDG_CURRENT_DESKTOP", "GSETTINGS_BACKEND"):
        monkeypatch.setenv(name, one.environ[name])
    for name in ("DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as stack:
        yield stack


def begin(one: Desk, stack: ExitStack, wanted: Wanted = EVERYTHING, **options: object) -> Exam:
    exam = Exam(one, wanted, **options)
    exam.lockdown.start()
    stack.callback(exam.lockdown.stop)
    return exam


def window(one: Desk, stack: ExitStack, title: str, *, waits: bool = True):
    command = [sys.executable, "-c", WINDOW, title]
    environ = {**one.environ, "QT_QPA_PLATFORM": "xcb"}
    child = stack.enter_context(process(command, env=environ, stdout=-1))
    assert child.stdout is not None
    assert child.stdout.readline() == "shown\n"
    if waits:
        until(lambda: front(one) == title, title)
    return child


def front(one: Desk) -> str:
    try:
        return one.type("getactivewindow", "getwindowname")
    except subprocess.CalledProcessError:  # none is
        return ""


def test_shortcuts_do_nothing_and_are_told_by_name(one: Desk, started: ExitStack) -> None:
    window(one, started, "first")
    window(one, started, "second")
    one.type("key", "alt+Tab")
    until(lambda: front(one) == "first", "that the window manager obeys without a lockdown")
    one.type("key", "alt+Tab")
    until(lambda: front(one) == "second", "the way back")
    exam = begin(one, started)
    assert exam.held("keys").state == "in_force"
    assert exam.held("keys").reason == ""
    for keys in ("alt+Tab", "ctrl+alt+Right", "super+e", "Print", "ctrl+alt+t", "alt+F4"):
        one.type("key", keys)
    until(lambda: exam.held("keys").evaded >= 6, "all six")
    assert front(one) == "second"
    assert exam.lockdown.stop()
    [first, *_], last = exam.of(Kind.BLOCKED_KEY), exam.of(Kind.BLOCKED_KEY)[-1]
    assert first.id == last.id
    told = {event["shortcut"]: event["blocked"] for event in last.detail["events"]}  # type: ignore[union-attr, index]
    names = ["Alt+Tab", "Ctrl+Alt+Right", "Super", "Print", "Ctrl+Alt+T", "Alt+F4"]
    assert told == dict.fromkeys(names, True)
    one.type("key", "alt+Tab")
    until(lambda: front(one) == "first", "that the window manager obeys again")


def test_who_grabs_keys_later_is_noticed_and_loses_them(one: Desk, started: ExitStack) -> None:
    exam = begin(one, started)
    other = Display(one.name)
    started.callback(other.close)
    code = other.keysym_to_keycode(XK.XK_Print)
    other.screen().root.grab_key(code, 0, False, X.GrabModeAsync, X.GrabModeAsync)
    other.sync()
    one.type("key", "Print")
    until(lambda: exam.held("keys").evaded == 1, "the first press")
    one.type("key", "Print")
    until(lambda: exam.held("keys").evaded == 2, "the second press")
    [*_, last] = (exam.lockdown.stop() and exam.of(Kind.BLOCKED_KEY)) or []
    [event] = last.detail["events"]  # type: ignore[misc]
    assert event["blocked"] is True  # type: ignore[index]


def test_what_is_typed_in_the_exam_is_nobodys_and_no_incident(
    one: Desk, started: ExitStack
) -> None:
    """Typing, clicking, capitals, switching windows of the exam's own, and copying in it."""
    child = window(one, started, "exam")
    exam = begin(one, started, is_ours=lambda pid: pid in (os.getpid(), child.pid))
    one.type("type", "--delay", "2", "Hallo, Tab and Print are words. AltGr?")
    one.type("key", "shift+Tab")
    for keys in ("ctrl+a", "ctrl+c", "ctrl+plus", "End", "ctrl+v", "F11", "ctrl+q"):
        one.type("key", keys)
    one.type("mousemove", "100", "100", "click", "1")
    window(one, started, "exam too")
    until(lambda: exam.lockdown.status() != [], "a look")
    assert exam.lockdown.stop()
    assert exam.heard == []
    assert exam.held("keys").evaded == 0
    typed = []
    assert child.stdout is not None
    while not typed or "words. AltGr?" not in typed[-1]:
        typed.append(child.stdout.readline().strip())
    assert "Hallo, Tab and Print are words. AltGr?" in typed[-1]


@pytest.mark.parametrize("keys", ["super+alt+s", "super+alt+8", "shift+Insert", "Caps_Lock"])
def test_assistive_technology_keeps_its_keys(one: Desk, started: ExitStack, keys: str) -> None:
    """Another program has them, as a screen reader does, and gets them."""
    begin(one, started)
    other = Display(one.name)
    started.callback(other.close)
    key, *held = reversed(keys.split("+"))
    masks = {"super": X.Mod4Mask, "alt": X.Mod1Mask, "shift": X.ShiftMask}
    code = other.keysym_to_keycode(XK.string_to_keysym(key))
    mask = sum(masks[one] for one in held)
    other.screen().root.grab_key(code, mask, False, X.GrabModeAsync, X.GrabModeAsync)
    other.sync()
    got: list[int] = []

    def pressed() -> bool:
        while other.pending_events():
            event = other.next_event()
            if event.type == X.KeyPress:
                got.append(event.detail)
        return code in got

    for name in reversed(held):
        one.type("keydown", name)
    try:
        one.type("key", key)
        until(pressed, keys)
    finally:
        for name in held:
            one.type("keyup", name)
        if keys == "Caps_Lock":
            one.type("key", "Caps_Lock")


@pytest.mark.parametrize(("first", "second"), [("alt", "super"), ("super", "alt")])
def test_alt_does_not_open_the_way_for_super_alone(
    one: Desk, started: ExitStack, first: str, second: str
) -> None:
    """Both are let through; when Alt goes up first the desktop gets nothing with Super."""
    child = window(one, started, "exam")
    exam = begin(one, started, is_ours=lambda pid: pid in (os.getpid(), child.pid))
    other = Display(one.name)
    started.callback(other.close)
    # Shortcuts of a desktop and of a screen reader that the window manager has not.
    j, k = (other.keysym_to_keycode(XK.string_to_keysym(key)) for key in "jk")
    for code, mask in ((j, X.Mod4Mask), (k, X.Mod4Mask | X.Mod1Mask)):
        other.screen().root.grab_key(code, mask, False, X.GrabModeAsync, X.GrabModeAsync)
    other.sync()
    got: list[int] = []

    def pressed(code: int) -> bool:
        while other.pending_events():
            event = other.next_event()
            if event.type == X.KeyPress:
                got.append(event.detail)
        return code in got

    def is_told(times: int) -> None:
        until(lambda: exam.held("keys").evaded >= times, f"{times} times")
        assert exam.held("keys").evaded == times

    before = int(first == "super")  # by itself it is taken, and told
    one.type("keydown", first)
    one.type("keydown", second)
    try:
        one.type("key", "k")
        until(lambda: pressed(k), "Super+Alt+K")
        is_told(before)
        one.type("keyup", "alt")
        one.type("key", "j")
        is_told(before + 1)
        one.type("keydown", "alt")
        got.clear()
        one.type("key", "k")
        until(lambda: pressed(k), "Super+Alt+K once more")
    finally:
        for name in ("alt", "super"):
            one.type("keyup", name)
    one.type("key", "j")  # the exam has its keys again
    assert child.stdout is not None
    assert "j\n" in iter(child.stdout.readline, "")
    assert not pressed(j)
    assert exam.lockdown.stop()
    [*_, last] = exam.of(Kind.BLOCKED_KEY)
    told = {event["shortcut"]: event["blocked"] for event in last.detail["events"]}  # type: ignore[union-attr]
    assert told == {"Super": True}


def test_only_watched_keys_reach_everybody_and_are_told(one: Desk, started: ExitStack) -> None:
    window(one, started, "first")
    window(one, started, "second")
    exam = begin(one, started, Wanted(keys=Level.WATCH, sleep=Level.OFF))
    one.type("key", "alt+Tab")
    until(lambda: front(one) == "first", "the switch")
    until(lambda: bool(exam.of(Kind.BLOCKED_KEY)), "the incident")
    assert exam.lockdown.watchdog is None
    [event] = exam.of(Kind.BLOCKED_KEY)[0].detail["events"]  # type: ignore[misc]
    assert event == {  # type: ignore[comparison-overlap]
        "what": "Alt+Tab pressed",
        "shortcut": "Alt+Tab",
        "blocked": False,
        "times": 1,
    }


def test_a_copy_of_another_program_is_told_by_form_and_length_and_taken_away(
    one: Desk, started: ExitStack
) -> None:
    one.other.copy("kept for later")
    exam = begin(one, started, is_ours=lambda pid: pid == os.getpid())
    assert one.other.pasted()["clipboard"] == ""
    one.other.copy("the answer is 42")
    until(lambda: not any(one.other.pasted().values()), "that it is taken away")
    until(lambda: bool(exam.of(Kind.CLIPBOARD)), "the incident")
    assert exam.lockdown.stop()
    told = exam.of(Kind.CLIPBOARD)[-1].detail
    events = {event["selection"]: event for event in told["events"]}  # type: ignore[union-attr, index]
    assert set(events) == {"clipboard", "primary"}
    assert events["clipboard"]["length"] == len("the answer is 42")
    assert "text/plain" in events["clipboard"]["formats"]
    assert "answer" not in repr(exam.heard)
    assert one.other.pasted()["clipboard"] == "kept for later"


def test_a_long_text_and_a_picture_come_back_whole(one: Desk, started: ExitStack) -> None:
    for fill in (lambda: one.other.copy("Übung " * 100_000), lambda: one.other.picture(400)):
        fill()
        before = one.other.pasted()
        exam = begin(one, started)
        assert not any(one.other.pasted().values())
        assert exam.lockdown.stop()
        assert one.other.pasted() == before


def test_what_will_not_come_back_is_said_by_form(one: Desk) -> None:
    name = one.environ["DISPLAY"]
    one.other.form("application/x-notes")
    alone = "CLIPBOARD: in forms that cannot be kept: 1, as application/x-notes"
    assert read_copies(name).left_out == (alone,)
    # A picture or a text under a dozen names comes back by those that are kept.
    for fill in (lambda: one.other.copy("Übung"), lambda: one.other.picture(4)):
        fill()
        assert read_copies(name).left_out == ()


def test_a_form_that_comes_too_late_is_not_taken_for_the_next(
    one: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner answers each once the next is asked for; the last comes at once."""
    monkeypatch.setattr("recorder.lockdown.x11.copied.FORM_S", 2.0)
    forms = ["text/html", "image/png", "image/jpeg"]
    owner = Display(one.name)
    window = owner.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
    mine, targets = owner.intern_atom("CLIPBOARD"), owner.intern_atom("TARGETS")
    atoms = {owner.intern_atom(name): name for name in forms}
    window.set_selection_owner(mine, X.CurrentTime)
    owner.sync()

    def answer(asked: SelectionRequest) -> None:
        if asked.target == targets:
            asked.requestor.change_property(asked.property, Xatom.ATOM, 32, list(atoms))
        else:
            data = atoms[asked.target].encode()
            asked.requestor.change_property(asked.property, asked.target, 8, data)
        fields = ("time", "requestor", "selection", "target", "property")
        asked.requestor.send_event(
            SelectionNotify(**{name: getattr(asked, name) for name in fields})
        )
        owner.flush()

    def own() -> None:
        late: list[SelectionRequest] = []
        while len(late) < len(forms):
            asked = owner.next_event()
            if asked.type != X.SelectionRequest:
                continue
            if asked.target == targets:
                answer(asked)
                continue
            late.append(asked)
            for before in late[-2:-1]:
                answer(before)
        answer(late[-1])

    thread = threading.Thread(target=own)
    thread.start()
    try:
        copies = read_copies(one.name)
    finally:
        thread.join(10)
        owner.close()
    [clipboard, _primary] = copies.contents
    assert {form.target: form.data for form in clipboard.forms} == {"image/jpeg": b"image/jpeg"}
    assert copies.left_out == tuple(
        f"CLIPBOARD: {name} did not come in time" for name in forms[:2]
    )


def test_a_watchdog_that_hangs_holds_nothing_up(one: Desk, started: ExitStack) -> None:
    one.other.copy("before the exam")
    exam = begin(one, started)
    hanging = exam.lockdown.watchdog
    assert hanging is not None
    os.kill(hanging, signal.SIGSTOP)
    assert exam.lockdown.stop()
    assert one.other.pasted()["clipboard"] == "before the exam"
    until(lambda: not psutil.pid_exists(hanging), "its end")


def test_the_screen_saver_and_notifications_stay_off(one: Desk, started: ExitStack) -> None:
    one.x.set_screen_saver(321, 45, 1, 1)
    one.x.sync()
    one.setting("set", "true")
    exam = begin(one, started)
    assert one.x.get_screen_saver().timeout == 0
    assert one.setting("get") == "false"
    one.x.set_screen_saver(60, 45, 1, 1)
    one.x.sync()
    until(lambda: one.x.get_screen_saver().timeout == 0, "that it is off again")
    until(lambda: exam.held("screen_saver").evaded == 1, "the count")
    assert exam.lockdown.stop()
    assert one.x.get_screen_saver().timeout == 321
    assert one.setting("get") == "true"
    assert not list(one.journals.iterdir())


def test_the_exam_comes_back_when_another_window_is_in_front(
    one: Desk, started: ExitStack
) -> None:
    ours = window(one, started, "exam")
    wanted = Wanted(windows=Level.ENFORCE, sleep=Level.OFF)
    exam = begin(one, started, wanted, is_ours=lambda pid: pid == ours.pid)
    assert exam.held("windows").state == "in_force"
    window(one, started, "chat", waits=False)
    until(lambda: exam.held("windows").evaded == 1, "the count")
    until(lambda: front(one) == "exam", "that the exam is back")
    one.type("set_num_desktops", "2")
    one.type("set_desktop", "1")
    until(lambda: exam.held("windows").evaded == 2, "the second count")
    until(lambda: front(one) == "exam", "that the exam is back again")
    assert one.type("get_desktop") == "0"
    assert exam.lockdown.stop()
    assert exam.held("windows").evaded == 2
    last = exam.of(Kind.WINDOW_SWITCH)[-1]
    assert {"title": "chat", "application": "-c"} in last.detail["windows"]  # type: ignore[operator]
    one.type("search", "--name", "^chat$", "windowactivate", "--sync")
    assert front(one) == "chat"


def test_where_keys_are_free_those_that_take_a_picture_are_held(
    one: Desk, started: ExitStack
) -> None:
    window(one, started, "first")
    window(one, started, "second")
    wanted = Wanted(keys=Level.WATCH, screen_capture=Level.ENFORCE, sleep=Level.OFF)
    exam = begin(one, started, wanted)
    assert exam.held("screenshot_keys").part == "screen_capture"
    one.type("key", "alt+Tab")
    until(lambda: front(one) == "first", "that other keys do as ever")
    taking = ("Print", "alt+Print", "super+Print", "super+shift+Print", "super+shift+s")
    for keys in taking:
        one.type("key", keys)
    until(lambda: exam.held("screenshot_keys").evaded == len(taking), "all")
    until(lambda: exam.held("keys").evaded == 4, "Alt+Tab, and Super itself three times")
    assert exam.lockdown.stop()
    told = exam.of(Kind.BLOCKED_KEY)[-1].detail["events"]
    assert {event["shortcut"]: event["blocked"] for event in told} == {  # type: ignore[union-attr, index]
        "Alt+Tab": False,
        "Super": False,
        "Print": True,
        "Alt+Print": True,
        "Super+Print": True,
        "Shift+Super+Print": True,
        "Shift+Super+S": True,
    }
    assert one.keys_free()


def test_what_this_desktop_cannot_do_is_said_before(one: Desk, started: ExitStack) -> None:
    environ = {**one.environ, "XDG_CURRENT_DESKTOP": "TWM", "WAYLAND_DISPLAY": "w"}
    environ["XDG_SESSION_TYPE"] = "wayland"
    ids = count()
    lockdown = Lockdown(
        default_policy(lockdown=EVERYTHING),
        this_machine("linux", {}),
        lambda _incident: None,
        lambda: str(next(ids)),
        new_journal(one.journals),
        desktop=Desktop("linux", environ),
    )
    started.callback(lockdown.stop)
    told = {held.name: held for held in lockdown.start()}
    assert told["keys"].state == told["clipboard"].state == "unsupported"
    assert "Wayland" in told["keys"].reason
    assert told["notifications"].state == "unsupported"
    states = {watched.kind: watched.state for watched in lockdown.status()}
    assert states[Kind.BLOCKED_KEY] == states[Kind.CLIPBOARD] == "unsupported"


def test_what_cannot_be_held_here_is_watched_all_the_same(
    one: Desk, started: ExitStack
) -> None:
    ids = count()
    lockdown = Lockdown(
        default_policy(lockdown=Wanted(clipboard=Level.ENFORCE)),
        this_machine("linux", one.environ),
        lambda _incident: None,
        lambda: str(next(ids)),
        new_journal(one.journals),
        desktop=Desktop("win32", {}),
    )
    started.callback(lockdown.stop)
    told = {held.name: held.state for held in lockdown.start()}
    assert told["clipboard"] == "unsupported"

    def state() -> str:
        return {one.kind: one.state for one in lockdown.status()}[Kind.CLIPBOARD]

    until(lambda: state() == "watching", "the watcher")


def test_a_step_that_breaks_off_is_named_and_nothing_is_held(
    one: Desk, started: ExitStack
) -> None:
    class Breaking(NoBrowser):
        def perform(self) -> Performed:
            raise RuntimeError("it is gone")

    ids = count()
    lockdown = Lockdown(
        default_policy(lockdown=Wanted()),
        this_machine("linux", one.environ),
        lambda _incident: None,
        lambda: str(next(ids)),
        new_journal(one.journals),
        [Breaking("")],
        desktop=Desktop("win32", {}),
    )
    started.callback(lockdown.stop)
    assert lockdown.failed == ""
    held = lockdown.start()
    assert lockdown.failed == "browser"
    assert {step.state for step in held} == {"not_in_force"}
    assert "it is gone" in held[0].reason


def test_a_display_that_dies_is_unobserved_and_the_rest_is_given_back(
    tmp_path: Path, started: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(tmp_path) as gone:
        monkeypatch.setenv("DISPLAY", gone.name)
        exam = begin(gone, started, Wanted(keys=Level.ENFORCE))
    until(lambda: exam.lockdown.status()[0].state == "unobserved", "that it cannot be told")
    assert "does not answer" in exam.lockdown.status()[0].reason
    assert "does not answer" in exam.held("keys").blind
    assert exam.lockdown.stop()
    assert exam.held("keys").blind == ""


def test_keys_on_a_display_that_is_not_there() -> None:
    from recorder.faults import EnvironmentFault

    keys = Keys(":4711", taken=True)
    with pytest.raises(EnvironmentFault, match="does not answer"):
        keys.perform()
    keys.revert()
    assert descends_from_us(os.getpid())

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from demo.machine import process, virtual_display
from support.policies import default_policy
from support.waiting import until
from Xlib.display import Display

from recorder.detect.observations import Incident
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Window
from recorder.lockdown.machine import this_machine
from recorder.lockdown.processes import RunningProcesses
from recorder.lockdown.watch import MachineWatch
from recorder.lockdown.x11.windows import X11Windows
from shared.flags import Kind

# A window as applications make them: a name with an umlaut, a class, a process id. It is
# told on its standard input what to be called, and ends with it.
WINDOW = """
import itertools, os, sys
from Xlib import X, Xutil
from Xlib.display import Display

display = Display()
root = display.screen().root
window = root.create_window(10, 10, 200, 100, 0, display.screen().root_depth)
window.set_wm_class("instance", sys.argv[1])
window.change_property(
    display.intern_atom("_NET_WM_PID"), display.intern_atom("CARDINAL"), 32, [os.getpid()]
)
name = display.intern_atom("_NET_WM_NAME")
utf8 = display.intern_atom("UTF8_STRING")
window.set_wm_hints(flags=Xutil.InputHint, input=1)
for title in itertools.chain(sys.argv[2:], sys.stdin):
    window.change_property(name, utf8, 8, title.strip().encode())
    window.map()
    display.sync()
"""


@contextmanager
def window(app: str, title: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", WINDOW, app, title]
    with process(command, stdin=subprocess.PIPE) as child:
        yield child


@pytest.fixture
def windows(display: str) -> Iterator[X11Windows]:
    reader = X11Windows(display)
    until(lambda: managed(display), "a window manager")
    yield reader
    reader.close()


def managed(name: str) -> bool:
    display = Display(name)
    try:
        atom = display.intern_atom("_NET_SUPPORTING_WM_CHECK")
        return display.screen().root.get_full_property(atom, 0) is not None
    finally:
        display.close()


def test_tells_the_window_in_front_and_what_follows(windows: X11Windows) -> None:
    assert windows.active_window() is None
    with window("Editor", "Übung 1") as first:
        until(lambda: windows.active_window() is not None, "the first window")
        assert windows.active_window() == Window("Übung 1", "Editor", first.pid)
        with window("Chat", "Hello") as second:
            until(lambda: front(windows) == "Hello", "the second window")
            assert windows.active_window() == Window("Hello", "Chat", second.pid)
        until(lambda: front(windows) == "Übung 1", "the first window's return")
    until(lambda: windows.active_window() is None, "an empty desk")


def front(windows: X11Windows) -> str:
    window = windows.active_window()
    return "" if window is None else window.title


def test_a_title_that_changes_is_seen(windows: X11Windows) -> None:
    with window("Browser", "Exam") as child:
        until(lambda: front(windows) == "Exam", "the window")
        assert child.stdin is not None
        child.stdin.write("Answers\n")
        child.stdin.flush()
        until(lambda: front(windows) == "Answers", "the new title")


def test_without_a_window_manager_the_focus_counts(tmp_path: object) -> None:
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp", "-noreset"]
    with process(command, pass_fds=(write,), stderr=subprocess.DEVNULL):
        os.close(write)
        with os.fdopen(read) as numbers:
            name = f":{numbers.readline().strip()}"
        windows = X11Windows(name)
        assert windows.active_window() is None
        display = Display(name)
        root = display.screen().root
        outer = root.create_window(0, 0, 50, 50, 0, display.screen().root_depth)
        outer.set_wm_class("inner", "Outer")
        outer.set_wm_name("plain")
        inner = outer.create_window(0, 0, 20, 20, 0, display.screen().root_depth)
        outer.map()
        inner.map()
        display.sync()
        inner.set_input_focus(2, 0)
        display.sync()
        assert windows.active_window() == Window("plain", "Outer", os.getpid())
        windows.close()
        display.close()


def test_a_display_that_dies_is_a_fault_and_the_next_one_is_found() -> None:
    with virtual_display("320x240x24") as name:
        windows = X11Windows(name)
        windows.active_window()
    with pytest.raises(EnvironmentFault, match="does not answer"):
        windows.active_window()
    with pytest.raises(EnvironmentFault, match="does not answer"):
        windows.active_window()
    windows.close()


def test_a_switch_is_an_incident_and_the_own_window_is_none(
    windows: X11Windows, display: str
) -> None:
    heard: list[Incident] = []
    ids = count()
    with window("Exam", "The exam") as ours:
        until(lambda: front(windows) == "The exam", "our window")
        watch = MachineWatch(
            default_policy(),
            this_machine("linux", {"DISPLAY": display}),
            heard.append,
            lambda: str(next(ids)),
            is_ours=lambda pid: pid == ours.pid,
        )
        watch.start()
        with window("Chat", "Hello"):
            until(lambda: bool(switches(heard)), "the incident")
        until(lambda: front(windows) == "The exam", "the return")
        assert watch.stop()
    opened, ended = switches(heard)
    assert opened.detail["application"] == "Chat"
    assert opened.detail["title"] == "Hello"
    assert ended.end_ns is not None


def switches(heard: list[Incident]) -> list[Incident]:
    return [one for one in heard if one.kind is Kind.WINDOW_SWITCH]


def test_a_program_that_runs_is_listed_and_one_that_ended_is_not() -> None:
    processes = RunningProcesses()
    with process(["sleep", "60"]) as child:
        until(
            lambda: (
                (child.pid, "sleep")
                in [(found.pid, found.name) for found in processes.processes()]
            ),
            "the program",
        )
    assert child.pid not in [found.pid for found in processes.processes()]


def test_a_prohibited_program_is_an_incident_unless_it_is_our_own() -> None:
    heard: list[Incident] = []
    policy = default_policy(prohibited_processes=("SLEEP",))
    watch = MachineWatch(policy, this_machine("linux", {}), heard.append, lambda: "one")
    with process(["sleep", "60"]) as own, orphan(["sleep", "60"]) as other:
        watch.start()
        until(lambda: bool(prohibited(heard)), "the incident")
        assert watch.stop()
    pids = prohibited(heard)[-1].detail["pids"]
    assert isinstance(pids, list)
    assert other in pids
    assert own.pid not in pids


def prohibited(heard: list[Incident]) -> list[Incident]:
    return [one for one in heard if one.kind is Kind.PROHIBITED_PROCESS]


@contextmanager
def orphan(command: list[str]) -> Iterator[int]:
    """A program that is nobody's child any more: its parent has gone."""
    script = "import subprocess as s, sys; "
    script += "print(s.Popen(sys.argv[1:], stdout=s.DEVNULL, stderr=s.DEVNULL).pid)"
    told = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, check=True
    )
    pid = int(told.stdout)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)

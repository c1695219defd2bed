"""Ten minutes of an honest candidate, with every watcher on: not one incident.

Typing, moving, clicking, marking text, scrolling and pausing in the exam's window, by real
events in a real window manager. The signs of a virtual machine are left out: where this runs,
they may well be true.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from demo.machine import process, virtual_display
from support.figures import amount
from support.policies import default_policy
from support.waiting import until

from recorder.detect.observations import Incident
from recorder.lockdown.machine import this_machine
from recorder.lockdown.watch import MachineWatch
from recorder.lockdown.x11.windows import X11Windows
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, OFF, Level, Lockdown

# Seconds of use: the figure that is published, and one that fits into every run.
USE_S = amount(4, 600)

# What the place may truly be, whoever sits there.
_OF_THE_PLACE = (Kind.VIRTUAL_MACHINE, Kind.REMOTE_SESSION, Kind.DEBUGGER, Kind.VIRTUAL_CAMERA)

# An exam's window: text to type in, a button, and a menu that opens a window of its own.
EXAM = """
import sys
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit, QPushButton, QVBoxLayout
from PySide6.QtWidgets import QWidget

app = QApplication(sys.argv)
window = QWidget()
window.setWindowTitle("The exam")
layout = QVBoxLayout(window)
answer, choice, button = QPlainTextEdit(), QComboBox(), QPushButton("Next")
choice.addItems(["A", "B", "C"])
for one in (answer, choice, button):
    layout.addWidget(one)
button.clicked.connect(lambda: answer.appendPlainText("\\n"))
window.showMaximized()
answer.setFocus()
app.exec()
"""


@contextmanager
def exam(display: str) -> Iterator[int]:
    """The exam's window in front; its process id."""
    environ = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    with process([sys.executable, "-c", EXAM], env=environ) as child:
        windows = X11Windows(display)

        def in_front() -> bool:
            window = windows.active_window()
            return window is not None and window.pid == child.pid

        until(in_front, "the exam's window", 30)
        windows.close()
        yield child.pid


def acts(random_: random.Random) -> list[str]:
    """What a candidate does next, as words of xdotool."""
    x, y = random_.randrange(20, 780), random_.randrange(20, 580)
    move = ["mousemove", str(x), str(y)]
    words = random_.choice(["the mean is 4.2", "H0 is rejected", "n=30, p<0.05", "therefore"])
    return random_.choice(
        [
            ["type", "--delay", "40", words],
            [*move, "click", "1"],
            [*move, "click", "--repeat", "2", "--delay", "80", "1"],
            [*move, "click", "4", "click", "5"],
            ["key", "Return"],
            ["key", "ctrl+a"],
            ["key", "ctrl+c"],
            ["key", "ctrl+v"],
            ["key", "Tab"],
            ["key", "End", "BackSpace"],
            ["sleep", "0.5"],
        ]
    )


@pytest.mark.timeout(900)
def test_an_honest_candidate_gives_no_incident(
    figures: Callable[[str, str], None], tmp_path: Path
) -> None:
    seed = 20
    random_ = random.Random(seed)
    kinds = {**DEFAULT_RULES, **dict.fromkeys(_OF_THE_PLACE, OFF)}
    policy = default_policy(
        kinds=kinds,
        lockdown=Lockdown(clipboard=Level.WATCH),
        prohibited_processes=("teamviewer*", "anydesk*", "obs*", "discord"),
    )
    heard: list[Incident] = []
    numbers = count()
    done = 0
    with virtual_display("800x600x24") as display, exam(display) as ours:
        environ = {"DISPLAY": display, "XDG_RUNTIME_DIR": str(tmp_path)}
        watch = MachineWatch(
            policy,
            this_machine("linux", environ),
            heard.append,
            lambda: str(next(numbers)),
            is_ours=lambda pid: pid == ours,
        )
        watch.start()
        end = time.monotonic() + USE_S
        while time.monotonic() < end:
            command = ["xdotool", *acts(random_)]
            subprocess.run(command, env={**os.environ, **environ}, check=True, timeout=30)
            done += 1
        looked = {watched.kind: watched for watched in watch.status()}
        assert watch.stop()
    assert heard == [], f"seed {seed}"
    on = {kind for kind, watched in looked.items() if watched.state == "watching"}
    assert on >= {
        Kind.WINDOW_SWITCH,
        Kind.CLIPBOARD,
        Kind.DISPLAY_CHANGE,
        Kind.INPUT_DEVICE,
        Kind.PROHIBITED_PROCESS,
        Kind.SCREEN_CAPTURE,
    }
    blind = sum(looked[kind].unobserved_s for kind in on)
    assert blind < 0.5 * USE_S * len(on)  # a busy machine misses looks, but it did look
    figures(
        "honest use of a watched machine",
        f"{done} acts in {USE_S} s, {len(on)} watchers: no incident, {blind:.1f} s unobserved",
    )

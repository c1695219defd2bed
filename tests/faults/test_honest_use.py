"""Working in an exam under full lockdown gives no incident: typing, clicking, copying in it."""

from __future__ import annotations

import random
import string
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from demo.machine import process
from support.desk import Desk, desk
from support.figures import amount
from support.policies import default_policy
from support.waiting import until

from recorder.detect.observations import Incident
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.lockdown import Lockdown as Holding
from recorder.lockdown.lockdown import new_journal
from recorder.lockdown.machine import this_machine
from recorder.lockdown.operations.for_policy import Desktop
from shared.policy import Level, Lockdown

# Ten minutes in the full form: what a candidate does in them, one thing after another.
SECONDS = amount(1, 600)
SEED = 7

# All that can be enforced is, and all else watched.
WANTED = Lockdown(
    keys=Level.ENFORCE,
    clipboard=Level.ENFORCE,
    notifications=Level.ENFORCE,
)

# The exam: two windows of one program, a text and a list beside it.
EXAM = """
import sys
from PySide6.QtWidgets import QApplication, QTextEdit
application = QApplication(sys.argv)
windows = []
for number, name in enumerate(("exam", "notes")):
    window = QTextEdit()
    window.setWindowTitle(name)
    window.setGeometry(20 + 300 * number, 40, 260, 300)
    window.show()
    windows.append(window)
print("shown", flush=True)
application.exec()
"""


def test_honest_use_gives_no_incident(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: Callable[[str, str], None]
) -> None:
    heard: list[Incident] = []
    ids, dice, did = count(), random.Random(SEED), 0
    with desk(tmp_path) as one, ExitStack() as stack:
        for name in ("DISPLAY", "XDG_CONFIG_HOME", "XDG_CURRENT_DESKTOP", "GSETTINGS_BACKEND"):
            monkeypatch.setenv(name, one.environ[name])
        command = [sys.executable, "-c", EXAM]
        environ = {**one.environ, "QT_QPA_PLATFORM": "xcb"}
        child = stack.enter_context(process(command, env=environ, stdout=-1))
        assert child.stdout is not None
        assert child.stdout.readline() == "shown\n"
        until(lambda: len(one.type("search", "--name", "exam|notes").split()) >= 2, "both")
        machine = this_machine("linux", one.environ)
        lockdown = Holding(
            default_policy(lockdown=WANTED),
            replace(machine, environment=Unsupported("what this computer is, is not asked")),
            heard.append,
            lambda: str(next(ids)),
            new_journal(one.journals),
            is_ours=lambda pid: pid == child.pid,
            desktop=Desktop("linux", one.environ),
        )
        lockdown.start()
        stack.callback(lockdown.stop)
        until_s = time.monotonic() + SECONDS
        while time.monotonic() < until_s:
            work(one, dice)
            did += 1
        assert lockdown.stop()
        evaded = {held.name: held.evaded for held in lockdown.held() if held.evaded}
    assert heard == [], heard
    assert evaded == {}
    figures("lockdown: honest use", f"{SECONDS} s, {did} things done, no incident")


def work(one: Desk, dice: random.Random) -> None:
    """One thing that a candidate does."""
    do = dice.choice([typed, typed, typed, edited, clicked, switched])
    do(one, dice)


def typed(one: Desk, dice: random.Random) -> None:
    letters = string.ascii_letters + string.digits + " .,;:!?()[]{}<>|\\@#$%^&*+-=_/~`'\"äöüßé€"
    text = "".join(dice.choices(letters, k=dice.randrange(5, 40)))
    one.type("type", "--delay", str(dice.choice([0, 2, 8])), "--", text)


def edited(one: Desk, dice: random.Random) -> None:
    keys = "ctrl+a ctrl+c ctrl+v ctrl+x ctrl+z ctrl+shift+z ctrl+Left shift+ctrl+Right Home End"
    more = "Page_Down Delete BackSpace Return Tab shift+Tab F1 F5 ctrl+plus ctrl+minus Escape"
    one.type("key", *dice.choices([*keys.split(), *more.split()], k=4))


def clicked(one: Desk, dice: random.Random) -> None:
    where = (str(40 + dice.randrange(200)), str(80 + dice.randrange(200)))
    one.type("mousemove", *where, "click", "--repeat", str(dice.randrange(1, 4)), "1")


def switched(one: Desk, dice: random.Random) -> None:
    """Between the exam's own windows, by a click."""
    x = dice.choice(["100", "400"])
    one.type("mousemove", x, "200", "click", "1")

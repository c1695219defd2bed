"""The candidate's machine is given back as it was, however the program ends, time and again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from support.desk import Desk, Machine, changed, desk
from support.figures import amount
from support.locked_app import LockedApp, locked_app
from support.waiting import until

from recorder.lockdown.at_start import undo_at_start

ROUNDS = amount(3, 100)
SEED = 20

# What a busy machine may take to give all back, and to start another watchdog (seconds).
PATIENCE_S = 30.0


def end_normally(app: LockedApp, _desk: Desk) -> None:
    assert app.stop()["undone"]


def kill_the_app(app: LockedApp, _desk: Desk) -> None:
    app.kill()


def kill_the_watchdog(app: LockedApp, _desk: Desk) -> None:
    """Another one takes its place, and then the program is killed, too."""
    replace_watchdog(app)
    app.kill()


def kill_the_watchdog_and_end(app: LockedApp, _desk: Desk) -> None:
    replace_watchdog(app)
    assert app.stop()["undone"]


def replace_watchdog(app: LockedApp) -> None:
    first = app.watchdog
    os.kill(first, signal.SIGKILL)
    until(lambda: app.watchdog not in (0, first), "another watchdog", PATIENCE_S)


ENDS = (end_normally, kill_the_app, kill_the_watchdog, kill_the_watchdog_and_end)


def test_nothing_is_left_over(tmp_path: Path, figures: Callable[[str, str], None]) -> None:
    dice, done, took = random.Random(SEED), Counter[str](), list[float]()
    with desk(tmp_path) as one:
        for number in range(ROUNDS):
            end = ENDS[number % len(ENDS)]
            took.append(play(one, dice, end, number))
            done[end.__name__.replace("_", " ")] += 1
        one.other.copy("the next thing that is copied")
        until(lambda: not watchdogs(one), "every watchdog's end", PATIENCE_S)
    ways = ", ".join(f"{count} {end}" for end, count in sorted(done.items()))
    figures(
        "lockdown: the machine as it was",
        f"{ROUNDS} of {ROUNDS} rounds without a left-over ({ways}); "
        f"given back after p50 {sorted(took)[len(took) // 2]:.2f} s, max {max(took):.2f} s",
    )


def play(one: Desk, dice: random.Random, end: Callable[..., None], number: int) -> float:
    """One exam; returns how long after its end all was as before, in seconds."""
    one.shuffle(dice)
    before = one.machine()
    assert before.keys_free, (number, "somebody else holds keys")
    with locked_app(one.journals, one.environ) as app:
        assert locked(one.machine()), (SEED, number, app.held)
        end(app, one)
        ended = time.monotonic()
        while (differs := changed(before, one.machine())) and not late(ended):
            time.sleep(0.01)
        assert not differs, (SEED, number, end.__name__, differs)
        took = time.monotonic() - ended
    assert len(watchdogs(one)) <= 1, (number, "more than who hands out what was copied")
    return took


def late(since: float) -> bool:
    return time.monotonic() - since > PATIENCE_S


def locked(now: Machine) -> bool:
    return (
        now.saver[0] == 0
        and now.banners == "false"
        and not (now.clipboard or now.marked or now.picture)
        and not now.keys_free
        and len(now.journals) == 1
    )


def watchdogs(one: Desk) -> list[int]:
    """Watchdogs of programs of this desktop that still run, by their journals' folder."""
    found: list[int] = []
    for process in psutil.process_iter():
        try:
            line, status = process.cmdline(), process.status()
        except psutil.Error:
            continue
        ours = any(part.startswith(str(one.journals)) for part in line)
        if ours and "recorder.lockdown.watchdog" in line and status != psutil.STATUS_ZOMBIE:
            found.append(process.pid)
    return found


def test_both_killed_at_once_is_undone_by_the_next_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As a power cut would leave it; what was copied is lost with them, and that is said."""
    with desk(tmp_path) as one:
        one.shuffle(random.Random(SEED))
        before = one.machine()
        with locked_app(one.journals, one.environ) as app:
            os.kill(app.watchdog, signal.SIGSTOP)
            dog = app.watchdog
            app.kill()
            os.kill(dog, signal.SIGKILL)
            assert one.machine().journals
        with pytest.MonkeyPatch.context() as patch:
            for name, value in one.environ.items():
                patch.setenv(name, value)
            undo_at_start(one.journals)
        now = one.machine()
        assert set(changed(before, now)) <= {"clipboard", "marked", "picture"}
        assert not now.journals

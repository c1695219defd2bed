"""The candidate's machine is given back as it was, however the program ends, time and again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil
import pytest
from support.desk import Desk, Machine, changed
from support.exam_hall import COVER, EXAM, Hall, hall, in_force
from support.figures import amount
from support.locked_app import STRICTEST, LockedApp, locked_app
from support.neighbours import Shown, settled
from support.waiting import until

from recorder.lockdown.at_start import undo_at_start
from shared.policy import Level

ROUNDS = amount(4, 100)
SEED = 20

# What a busy machine may take to give all back, and to start another watchdog (seconds).
PATIENCE_S = 30.0

# With the exam's window on all of its display, and with one that is free to move.
FREE = msgspec.structs.replace(STRICTEST, full_screen=Level.OFF)


def end_normally(app: LockedApp) -> None:
    assert app.stop()["undone"]


def kill_the_app(app: LockedApp) -> None:
    app.kill()


def kill_the_watchdog(app: LockedApp) -> None:
    """Another one takes its place, and then the program is killed, too."""
    replace_watchdog(app)
    app.kill()


def kill_the_watchdog_and_end(app: LockedApp) -> None:
    replace_watchdog(app)
    assert app.stop()["undone"]


def replace_watchdog(app: LockedApp) -> None:
    first = app.watchdog
    os.kill(first, signal.SIGKILL)
    until(lambda: app.watchdog not in (0, first), "another watchdog", PATIENCE_S)


ENDS = (end_normally, kill_the_app, kill_the_watchdog, kill_the_watchdog_and_end)


def put_another_in_front(place: Hall, app: LockedApp, before: Shown) -> None:
    """The window that was in front before the exam; told, and the exam is back."""
    place.beside.to_the_front(before.front)
    comes(app, "window_switch", "title", before.front)
    until(lambda: place.in_front(), "the exam back in front", PATIENCE_S)
    until(lambda: any(evaded(app, "windows", "on_top")), "its being counted", PATIENCE_S)


def evaded(app: LockedApp, *names: str) -> list[int]:
    """How often a step had to be done again."""
    held = app.held()
    return [held[name]["evaded"] for name in names]


def go_to_another_workspace(place: Hall, app: LockedApp, before: Shown) -> None:
    other = (before.workspace + 1) % 4
    place.beside.go_to(other)
    comes(app, "window_switch", "how", "workspace")
    until(lambda: place.in_front(), "the exam back in front", PATIENCE_S)


def make_it_small(place: Hall, app: LockedApp, _before: Shown) -> None:
    """Out of full screen, as by a window manager's key."""
    place.beside.state(place.beside.number(EXAM), "FULLSCREEN", on=False)
    comes(app, "fullscreen_exit")


def put_the_cover_away(place: Hall, app: LockedApp, _before: Shown) -> None:
    """Minimised, as from a panel."""
    place.desk.type("windowminimize", str(place.beside.number(COVER)))
    comes(app, "fullscreen_exit")


def comes(app: LockedApp, kind: str, key: str = "kind", value: str | None = None) -> None:
    """Such an incident is told."""
    wanted = value or kind

    def told() -> bool:
        return any(one["kind"] == kind and one.get(key) == wanted for one in app.incidents())

    until(told, f"{kind} with {key} {wanted}", PATIENCE_S)


IN_FRONT = (put_another_in_front, go_to_another_workspace)
EVASIONS = (*IN_FRONT, make_it_small, put_the_cover_away)


@pytest.mark.timeout(7_200)
def test_nothing_is_left_over(tmp_path: Path, figures: Callable[[str, str], None]) -> None:
    dice, done, took = random.Random(SEED), Counter[str](), list[float]()
    with hall(tmp_path) as place:
        for number in range(ROUNDS):
            end = ENDS[number % len(ENDS)]
            evade = EVASIONS[(number + number // len(ENDS)) % len(EVASIONS)]
            took.append(play(place, dice, end, evade, number))
            done[said(end)] += 1
            done[said(evade)] += 1
        place.desk.other.copy("the next thing that is copied")
        until(lambda: not watchdogs(place.desk), "every watchdog's end", PATIENCE_S)
    ways = ", ".join(f"{count} {end}" for end, count in sorted(done.items()))
    figures(
        "lockdown: the machine as it was",
        f"{ROUNDS} of {ROUNDS} rounds with the exam's window on two displays without a "
        f"left-over ({ways}); "
        f"given back after p50 {sorted(took)[len(took) // 2]:.2f} s, max {max(took):.2f} s",
    )


def said(function: Callable[..., None]) -> str:
    return function.__name__.replace("_", " ")


def play(
    place: Hall,
    dice: random.Random,
    end: Callable[[LockedApp], None],
    evade: Callable[[Hall, LockedApp, Shown], None],
    number: int,
) -> float:
    """One exam; returns how long after its end all was as before, in seconds."""
    one = place.desk
    one.shuffle(dice)
    place.beside.shuffle(dice)
    before, shown = one.machine(), settled(place.beside)
    assert before.keys_free, (number, "somebody else holds keys")
    # A window that is free to move leaves nothing by being made small.
    wanted = dice.choice((STRICTEST, FREE)) if evade in IN_FRONT else STRICTEST
    with locked_app(one.journals, one.environ, place.page, wanted) as app:
        full = wanted is STRICTEST
        until(lambda: in_force(app), f"{SEED}, {number}: {app.held()}", PATIENCE_S)
        until(lambda: place.stands(full=full), f"{SEED}, {number}: a window", PATIENCE_S)
        assert locked(one.machine()), (SEED, number, app.held())
        evade(place, app, shown)
        until(lambda: place.stands(full=full), f"{number}: {said(evade)} undone", PATIENCE_S)
        end(app)
        ended = time.monotonic()
        while (differs := not_as(place, before, shown)) and not late(ended):
            time.sleep(0.01)
        assert not differs, (SEED, number, end.__name__, differs)
        took = time.monotonic() - ended
        until(lambda: not engines(app), f"{number}: the browser's end", PATIENCE_S)
    assert len(watchdogs(one)) <= 1, (number, "more than who hands out what was copied")
    return took


def not_as(place: Hall, before: Machine, shown: Shown) -> dict[str, object]:
    """What differs from before the exam."""
    return changed(before, place.desk.machine()) | changed(shown, place.beside.shown())


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


def engines(app: LockedApp) -> list[int]:
    """Processes of the browser that outlive its program: they are in its session."""
    found: list[int] = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == app.process.pid and "WebEngine" in process.name():
                found.append(process.pid)
        except (psutil.Error, ProcessLookupError):
            continue
    return found


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
    with hall(tmp_path) as place:
        one = place.desk
        one.shuffle(random.Random(SEED))
        before, shown = one.machine(), settled(place.beside)
        with locked_app(one.journals, one.environ, place.page) as app:
            until(lambda: in_force(app), "the lockdown", PATIENCE_S)
            os.kill(app.watchdog, signal.SIGSTOP)
            dog = app.watchdog
            app.kill()
            os.kill(dog, signal.SIGKILL)
            assert one.machine().journals
        with pytest.MonkeyPatch.context() as patch:
            for name, value in one.environ.items():
                patch.setenv(name, value)
            undo_at_start(one.journals)
        until(lambda: place.beside.shown() == shown, "the windows as they were", PATIENCE_S)
        now = one.machine()
        assert set(changed(before, now)) <= {"clipboard", "marked", "picture"}
        assert not now.journals

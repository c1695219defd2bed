from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count

import pytest
from structlog.testing import capture_logs
from support.policies import default_policy
from support.waiting import until

from recorder.detect.observations import Incident
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Machine, Process, Unsupported, Window
from recorder.lockdown.lane import Lane, Watched
from recorder.lockdown.machine import this_machine
from recorder.lockdown.watch import MachineWatch
from shared.flags import Kind, Severity
from shared.policy import OFF, Policy

CHAT = Window("Chat", "Telegram", 1)


class Desk:
    """A machine that shows what a test says; a fault or a bug instead of a window is raised."""

    def __init__(self) -> None:
        self.window: Window | Exception | None = None
        self.running: list[Process] | Exception = []
        self.closed = False

    def active_window(self) -> Window | None:
        if isinstance(self.window, Exception):
            raise self.window
        return self.window

    def processes(self) -> list[Process]:
        if isinstance(self.running, Exception):
            raise self.running
        return self.running

    def close(self) -> None:
        self.closed = True


class Always:
    """A watcher to which something is so at each look, and that ends it late."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def look(self, now_ns: int) -> list[Incident]:
        return [Incident("a", self.kind, now_ns, None, Severity.HIGH, 1.0)]

    def unobserved(self, now_ns: int) -> list[Incident]:
        return []

    def finish(self, now_ns: int) -> list[Incident]:
        return [Incident("a", self.kind, 10, now_ns + 1, Severity.HIGH, 1.0)]


class FastClock:
    """Each look at it is a second later: a minute of watching in a moment."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ticks = count(1)

    def __call__(self) -> int:
        with self.lock:
            return next(self.ticks) * 1_000_000_000


def policy(**changes: object) -> Policy:
    named = {"prohibited_processes": ("solver",), **changes}
    return default_policy(**named)


def begin(
    desk: Desk,
    heard: Callable[[Incident], None],
    *,
    rules: Policy | None = None,
    machine: Machine | None = None,
    boundaries: list[int] | None = None,
) -> MachineWatch:
    ids = count()
    watch = MachineWatch(
        rules or policy(),
        machine or Machine(desk, desk),
        heard,
        lambda: str(next(ids)),
        clock=FastClock(),
        boundaries=lambda: tuple(boundaries or ()),
    )
    watch.start()
    return watch


def of(watch: MachineWatch, kind: Kind) -> Watched:
    return next(watched for watched in watch.status() if watched.kind is kind)


def windows(watch: MachineWatch) -> Watched:
    return of(watch, Kind.WINDOW_SWITCH)


def programs(watch: MachineWatch) -> Watched:
    return of(watch, Kind.PROHIBITED_PROCESS)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def kinds(incidents: list[Incident]) -> list[tuple[Kind, bool]]:
    return [(incident.kind, incident.end_ns is not None) for incident in incidents]


def test_reports_what_is_in_front_and_what_runs(desk: Desk) -> None:
    heard: list[Incident] = []
    watch = begin(desk, heard.append)
    desk.window, desk.running = CHAT, [Process(7, "solver")]
    until(lambda: len(heard) == 2, "both incidents")
    assert watch.stop()
    assert set(kinds(heard)) == {
        (kind, over)
        for kind in (Kind.WINDOW_SWITCH, Kind.PROHIBITED_PROCESS)
        for over in (False, True)
    }
    assert desk.closed
    assert [windows(watch).state, programs(watch).state] == ["watching", "watching"]


def test_where_the_exam_stops_or_goes_on_what_is_open_ends_and_what_lasts_begins_anew(
    desk: Desk,
) -> None:
    heard: list[Incident] = []
    boundaries: list[int] = []
    desk.window = CHAT
    watch = begin(desk, heard.append, boundaries=boundaries)
    until(lambda: len(heard) == 1, "the incident")
    boundaries.append(watch._clock())
    until(lambda: len(heard) == 3, "the next part")
    assert watch.stop()
    assert [over for _, over in kinds(heard)] == [False, True, False, True]
    begun, ended, anew, _ = heard
    assert begun.id == ended.id != anew.id
    assert ended.end_ns is not None
    assert ended.end_ns <= boundaries[0] < anew.start_ns


def test_what_is_no_deed_of_the_candidates_goes_on_over_every_boundary() -> None:
    deeds, signs = (
        Lane(Watched(kind, "watching"), watcher, watcher.look, 1.0)
        for kind, watcher in (
            (Kind.PROHIBITED_PROCESS, Always(Kind.PROHIBITED_PROCESS)),
            (Kind.REMOTE_SESSION, Always(Kind.REMOTE_SESSION)),
        )
    )
    for lane in (deeds, signs):
        lane.look(10)
    assert [one.end_ns for one in deeds.cut(20)] == [20]
    assert signs.cut(20) == []


def test_a_reader_that_fails_is_unobserved_time_until_it_is_back(desk: Desk) -> None:
    heard: list[Incident] = []
    desk.window = EnvironmentFault("The display does not answer.", "Look.")
    watch = begin(desk, heard.append)
    until(lambda: windows(watch).state == "unobserved", "the failure")
    assert windows(watch).reason == "The display does not answer."
    assert programs(watch).state == "watching"
    desk.window = CHAT
    until(lambda: windows(watch).state == "watching", "the return")
    assert windows(watch).unobserved_s > 0
    until(lambda: kinds(heard) == [(Kind.WINDOW_SWITCH, False)], "the incident")
    assert watch.stop()


def test_a_look_that_comes_late_has_seen_nothing_before_it(desk: Desk) -> None:
    watch = begin(desk, lambda _: None)
    until(lambda: next(watch._clock.ticks) > 10, "some looks")  # type: ignore[attr-defined]
    with watch._clock.lock:  # type: ignore[attr-defined]
        watch._clock.ticks = count(1_000)  # type: ignore[attr-defined]
    until(lambda: windows(watch).unobserved_s > 900, "the time asleep")
    assert windows(watch).state == "watching"
    assert watch.stop()


def test_a_bug_in_a_reader_is_logged_once_and_the_watch_goes_on(desk: Desk) -> None:
    heard: list[Incident] = []
    desk.window = ZeroDivisionError("a bug")
    with capture_logs() as logs:
        watch = begin(desk, heard.append)
        until(lambda: windows(watch).unobserved_s > 1, "the failure")
    desk.window = CHAT
    until(lambda: bool(heard), "the incident")
    assert watch.stop()
    assert [log["event"] for log in logs] == ["watcher_failed"]


def test_a_listener_that_fails_does_not_stop_the_watch(desk: Desk) -> None:
    heard: list[Incident] = []

    def broken(incident: Incident) -> None:
        heard.append(incident)
        raise ValueError("a listener's bug")

    desk.window, desk.running = CHAT, [Process(7, "solver")]
    with capture_logs() as logs:
        watch = begin(desk, broken)
        until(lambda: len(heard) == 2, "both incidents")
        assert watch.stop()
    assert {log["event"] for log in logs} == {"incident_not_taken"}


def test_what_a_machine_cannot_tell_is_said(desk: Desk) -> None:
    desk.running = [Process(7, "solver")]
    heard: list[Incident] = []
    machine = Machine(Unsupported("not on this system"), desk)
    watch = begin(desk, heard.append, machine=machine)
    until(lambda: bool(heard), "the incident")
    assert windows(watch).state == "unsupported"
    assert windows(watch).reason == "not on this system"
    assert watch.stop()


def test_what_the_policy_leaves_out_is_off(desk: Desk) -> None:
    desk.window, desk.running = CHAT, [Process(7, "solver")]
    rules = policy(kinds={Kind.WINDOW_SWITCH: OFF, Kind.PROHIBITED_PROCESS: OFF})
    heard: list[Incident] = []
    watch = begin(desk, heard.append, rules=rules)
    assert watch.stop()
    assert [windows(watch).state, programs(watch).state] == ["off", "off"]
    assert heard == []


def test_without_names_there_is_no_program_to_look_for(desk: Desk) -> None:
    watch = begin(desk, lambda _incident: None, rules=policy(prohibited_processes=()))
    assert watch.stop()
    assert programs(watch).state == "off"


def test_a_watch_that_never_started_stops(desk: Desk) -> None:
    watch = MachineWatch(policy(), Machine(desk, desk), lambda _incident: None, lambda: "")
    assert watch.stop()


@pytest.mark.parametrize(
    ("platform", "environ", "why"),
    [
        ("sunos", {}, "sunos"),
        ("linux", {}, "no display"),
        (
            "linux",
            {"XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "w", "DISPLAY": ":0"},
            "Wayland",
        ),
    ],
)
def test_a_machine_without_a_way_to_tell_says_why(
    platform: str, environ: dict[str, str], why: str
) -> None:
    windows = this_machine(platform, environ).windows
    assert isinstance(windows, Unsupported)
    assert why in windows.reason

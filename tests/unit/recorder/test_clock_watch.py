"""The watch of the clocks: each sleep is reported once, each look looks at everything."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs
from support.asleep import SleepyClock, watched
from support.policies import default_policy
from support.waiting import until

from recorder import clock_watch
from recorder.clock_watch import ClockWatch
from recorder.detect.observations import Incident
from recorder.status import Notice
from shared.flags import Kind, Severity
from shared.policy import OFF, Rule


class Desk:
    """A watch with everything that it tells."""

    def __init__(self, **rules: Rule) -> None:
        self.clock = SleepyClock()
        self.incidents: list[Incident] = []
        self.looks: list[str] = []
        self.losses: list[int] = []
        self.told: list[Notice] = []
        self.fault: Exception | None = None
        self.sleeps = watched(self.clock)
        kinds = default_policy().kinds | {Kind(k): rule for k, rule in rules.items()}
        policy = default_policy(kinds=kinds)
        self.watch = ClockWatch(
            policy,
            self.sleeps,
            on_incident=self.incidents.append,
            new_id=lambda: f"{len(self.incidents):032x}",
            look_at_clock=self._look,
            look_at_losses=self.losses.append,
            tell=self.told.append,
            clock=self.clock,
        )

    def _look(self) -> None:
        self.looks.append("clock")
        if self.fault is not None:
            raise self.fault


def test_a_sleep_is_one_incident_over_the_time_it_lies_in() -> None:
    desk = Desk()
    before = desk.clock()
    desk.clock.sleeps(303.0)
    desk.sleeps.look()  # another thread may notice it first
    with capture_logs():
        desk.watch.look()
    desk.watch.look()
    [incident] = desk.incidents
    assert (incident.kind, incident.severity) == (Kind.GAP, Severity.MEDIUM)
    assert (incident.start_ns, incident.end_ns) == (before, desk.clock())
    assert incident.detail == {
        "reason": "The computer slept for 5 min 3 s; nothing was recorded meanwhile.",
        "seconds": 303.0,
    }
    assert desk.looks == ["clock", "clock"]
    assert desk.losses == [desk.clock()] * 2
    assert desk.watch.describe() == {"sleeps": 1, "slept_s": 303.0}


@pytest.mark.parametrize("rule", [OFF, Rule(onset_s=400.0)])
def test_the_rule_decides_on_the_incident_and_the_heartbeat_counts_all_the_same(
    rule: Rule,
) -> None:
    desk = Desk(gap=rule)
    desk.clock.sleeps(303.0)
    with capture_logs():
        desk.watch.look()
    assert desk.incidents == []
    assert len(desk.told) == 1
    assert desk.watch.describe() == {"sleeps": 1, "slept_s": 303.0}


def test_whoever_closed_the_lid_is_told_what_it_means_and_what_to_do() -> None:
    desk = Desk()
    desk.clock.sleeps(303.0)
    with capture_logs():
        desk.watch.look()
    desk.watch.look()
    [notice] = desk.told
    assert notice.text.startswith("The computer slept for 5 min 3 s, and nothing was recorded")
    assert "time does not stop" in notice.text
    assert "keep the lid open" in notice.text


def test_it_looks_until_stopped_and_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_watch, "LOOK_EVERY_S", 0.001)
    desk = Desk()
    desk.fault = ZeroDivisionError()
    with capture_logs() as logs:
        desk.watch.start()
        until(lambda: len(desk.looks) > 3, "three looks, each with a bug")
        desk.fault = None
        desk.clock.sleeps(2.0)
        desk.watch.stop()
    assert {log["event"] for log in logs} == {"clocks_not_looked_at", "the_computer_slept"}
    assert len(desk.incidents) == 1
    count = len(desk.looks)
    desk.watch.stop()
    assert len(desk.looks) == count + 1


def test_one_that_never_started_has_nothing_to_stop() -> None:
    desk = Desk()
    desk.watch.stop()
    assert desk.looks == []

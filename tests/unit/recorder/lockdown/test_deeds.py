from __future__ import annotations

from itertools import count

import pytest
from support.policies import default_policy

from recorder.detect.observations import Incident
from recorder.lockdown.deeds import DeedWatcher
from recorder.lockdown.operation import Evasion
from shared.flags import Kind
from shared.policy import Policy

S = 1_000_000_000


def watcher(kind: Kind = Kind.BLOCKED_KEY, policy: Policy | None = None) -> DeedWatcher:
    ids = count()
    return DeedWatcher(kind, policy or default_policy(), lambda: str(next(ids)), 2 * S)


def press(name: str, times: int = 1, at_ns: int | None = None) -> Evasion:
    detail = {"shortcut": name, "blocked": True, "times": times}
    return Evasion(Kind.BLOCKED_KEY, f"{name} pressed", detail, at_ns)


def looks(one: DeedWatcher, evasions: dict[int, list[Evasion]], until: int) -> list[Incident]:
    heard: list[Incident] = []
    for quarter in range(until * 4):
        heard += one.look(quarter * S // 4, evasions.get(quarter, []))
    return heard


def test_a_deed_is_an_incident_at_once_and_the_next_joins_it() -> None:
    one = watcher()
    heard = looks(one, {8: [press("Alt+Tab")], 12: [press("Print"), press("Alt+Tab", 2)]}, 20)
    opened, ended = heard
    assert opened.start_ns == 2 * S
    assert opened.detail["reason"] == "Alt+Tab pressed"
    assert ended.id == opened.id
    assert ended.detail["reason"] == "Alt+Tab pressed and 1 more"
    assert ended.detail["events"] == [
        {"what": "Alt+Tab pressed", "shortcut": "Alt+Tab", "blocked": True, "times": 2},
        {"what": "Print pressed", "shortcut": "Print", "blocked": True, "times": 1},
    ]


def test_it_begins_when_it_was_done_and_never_before_the_last_look() -> None:
    one = watcher()
    [opened] = looks(one, {8: [press("Print", at_ns=2 * S - S // 8)]}, 3)
    assert opened.start_ns == 2 * S - S // 8
    late = watcher()
    [opened] = looks(late, {8: [press("Print", at_ns=0)]}, 3)
    assert opened.start_ns == 7 * S // 4


def test_a_second_incident_tells_nothing_of_the_first() -> None:
    one = watcher()
    heard = looks(one, {4: [press("Print")], 80: [press("Super")]}, 40)
    assert [incident.end_ns is None for incident in heard] == [True, False, True, False]
    assert heard[-1].detail["events"] == [
        {"what": "Super pressed", "shortcut": "Super", "blocked": True, "times": 1}
    ]


def test_what_lasts_is_an_incident_after_the_rules_onset() -> None:
    away = Evasion(Kind.FULLSCREEN_EXIT, "the exam was not full screen", lasts=True)
    short = watcher(Kind.FULLSCREEN_EXIT)
    assert looks(short, {8: [away]}, 20) == []
    longer = watcher(Kind.FULLSCREEN_EXIT)
    heard = looks(longer, {n: [away] for n in range(8, 16)}, 20)
    assert [incident.end_ns is None for incident in heard] == [True, False]


@pytest.mark.parametrize("look_ms", [250, 251, 260, 310, 490])
def test_a_deed_is_told_though_the_rule_has_an_onset_and_looks_come_late(look_ms: int) -> None:
    left = Evasion(Kind.FULLSCREEN_EXIT, "the exam's window")
    one = watcher(Kind.FULLSCREEN_EXIT)
    heard: list[Incident] = []
    for number in range(90):
        heard += one.look(number * look_ms * S // 1000, [left] if number in (8, 40) else [])
    assert [incident.end_ns is None for incident in heard] == [True, False, True, False]
    assert heard[0].start_ns == 8 * look_ms * S // 1000


def test_other_kinds_and_what_is_none_are_let_be() -> None:
    one = watcher()
    others = [Evasion(None, "the screen saver"), Evasion(Kind.CLIPBOARD, "copied")]
    assert looks(one, {8: others}, 10) == []
    assert one.finish(20 * S) == []

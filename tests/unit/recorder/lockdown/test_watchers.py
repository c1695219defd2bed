from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import default_policy

from recorder.detect.observations import Incident
from recorder.lockdown.adapter import Process, Window
from recorder.lockdown.watchers import ProcessWatcher, WindowWatcher, matches
from shared.flags import Kind, Severity
from shared.policy import Policy, Rule

NS = 1_000_000_000
OURS = frozenset({100})
EXAM = Window("Exam", "invigil-recorder", 100)
CHAT = Window("Chat with a friend", "Telegram", 200)
NOTES = Window("Notes", "gedit", 300)
BROWSER = Window("Course reader — Firefox", "firefox", 400)


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"id-{next(numbers)}"


def policy(**changes: object) -> Policy:
    return default_policy(**changes)


def windows(**changes: object) -> WindowWatcher:
    return WindowWatcher(policy(**changes), OURS.__contains__, ids())


def watch(
    watcher: WindowWatcher, script: list[tuple[float, Window | None]], start: float = 0.0
) -> list[Incident]:
    """Show each window for so many seconds, four looks a second."""
    reports: list[Incident] = []
    now = start
    for seconds, window in script:
        for _ in range(round(seconds * 4)):
            reports += watcher.look(round(now * NS), window)
            now += 0.25
    return reports


def test_our_own_window_is_no_incident() -> None:
    assert watch(windows(), [(60, EXAM)]) == []


def test_no_window_in_front_is_no_incident() -> None:
    assert watch(windows(), [(60, None)]) == []


def test_another_window_is_reported_from_onset_to_return() -> None:
    opened, ended = watch(windows(), [(5, EXAM), (10, CHAT), (20, EXAM)])
    assert opened.id == ended.id == "id-1"
    assert opened.kind is Kind.WINDOW_SWITCH
    assert opened.severity is Severity.HIGH
    assert (opened.start_ns, opened.end_ns) == (5 * NS, None)
    assert ended.end_ns == 15 * NS
    assert ended.detail["title"] == "Chat with a friend"
    assert ended.detail["application"] == "Telegram"
    assert "Chat with a friend" in str(ended.detail["reason"])


def test_a_flicker_below_the_onset_is_nothing() -> None:
    assert watch(windows(), [(5, EXAM), (0.25, CHAT), (30, EXAM)]) == []


def test_two_windows_within_the_merge_time_are_one_incident_that_names_both() -> None:
    script = [(2, EXAM), (3, CHAT), (2, EXAM), (3, NOTES), (20, EXAM)]
    opened, ended = watch(windows(), script)
    assert opened.id == ended.id
    assert ended.end_ns == 10 * NS
    named = ended.detail["windows"]
    assert isinstance(named, list)
    assert [window["application"] for window in named] == ["Telegram", "gedit"]


def test_a_later_window_is_an_incident_of_its_own() -> None:
    script = [(2, EXAM), (3, CHAT), (20, EXAM), (3, NOTES), (20, EXAM)]
    reports = watch(windows(), script)
    assert [report.id for report in reports] == ["id-1", "id-1", "id-2", "id-2"]
    assert reports[3].detail["application"] == "gedit"
    assert reports[3].detail["windows"] == [{"title": "Notes", "application": "gedit"}]


@pytest.mark.parametrize(
    "pattern", ["firefox", "FIREFOX", "fire*", "*course reader*", "Course reader [!x] Firefox"]
)
def test_an_allowed_window_is_matched_by_application_or_title(pattern: str) -> None:
    assert watch(windows(allowed_windows=(pattern,)), [(9, BROWSER), (9, EXAM)]) == []


def test_another_window_than_the_allowed_one_is_reported() -> None:
    assert len(watch(windows(allowed_windows=("firefox",)), [(9, CHAT), (9, BROWSER)])) == 2


def test_a_window_that_hides_its_process_is_not_ours() -> None:
    assert len(watch(windows(), [(9, Window("Exam", "", None)), (9, EXAM)])) == 2


def test_the_policys_rule_is_obeyed() -> None:
    rule = Rule(severity=Severity.LOW, onset_s=5.0)
    watcher = windows(kinds={Kind.WINDOW_SWITCH: rule})
    assert watch(watcher, [(4, CHAT), (9, EXAM)]) == []
    reports = watch(watcher, [(6, CHAT), (9, EXAM)], start=20)
    assert {report.severity for report in reports} == {Severity.LOW}


def test_what_is_open_at_the_end_is_ended() -> None:
    watcher = windows()
    (opened,) = watch(watcher, [(5, CHAT)])
    (ended,) = watcher.finish(5 * NS)
    assert (ended.id, ended.end_ns) == (opened.id, 5 * NS)
    assert ended.detail["title"] == CHAT.title


def test_time_that_could_not_be_seen_is_not_counted_against_anyone() -> None:
    watcher = windows()
    watch(watcher, [(3, CHAT)])
    reports: list[Incident] = []
    for tick in range(12, 12 + 4 * 40):
        reports += watcher.unobserved(tick * NS // 4)
    (ended,) = reports
    assert ended.end_ns is not None
    assert ended.end_ns <= 3.5 * NS


@given(st.lists(st.tuples(st.integers(1, 20), st.sampled_from([EXAM, CHAT, NOTES, None]))))
def test_every_incident_that_begins_ends_once(
    script: list[tuple[int, Window | None]],
) -> None:
    watcher = windows()
    reports = watch(watcher, [(seconds / 2, window) for seconds, window in script])
    reports += watcher.finish(10**12)
    opened = [report.id for report in reports if report.end_ns is None]
    ended = [report.id for report in reports if report.end_ns is not None]
    assert opened == ended
    for report in reports:
        assert report.detail["windows"]


def test_a_very_long_title_is_cut_and_very_many_windows_are_bounded() -> None:
    many = [(0.5, Window("x" * 5000, f"app-{n}", 500)) for n in range(50)]
    reports = watch(windows(), [*many, (9, EXAM)])
    named = reports[-1].detail["windows"]
    assert isinstance(named, list)
    assert len(named) == 10
    assert max(len(window["title"]) for window in named) == 200


def processes(**changes: object) -> ProcessWatcher:
    named = {"prohibited_processes": ("teamviewer", "obs*"), **changes}
    return ProcessWatcher(policy(**named), ids())


INIT = Process(1, "init")
TEAM = Process(50, "TeamViewer")
OBS = Process(60, "obs-studio")


def run(
    watcher: ProcessWatcher, script: list[tuple[float, list[Process]]], start: float = 0.0
) -> list[Incident]:
    reports: list[Incident] = []
    now = start
    for seconds, running in script:
        for _ in range(round(seconds * 4)):
            reports += watcher.look(round(now * NS), running)
            now += 0.25
    return reports


def test_programs_that_are_allowed_are_no_incident() -> None:
    assert run(processes(), [(30, [INIT, Process(2, "bash")])]) == []


def test_a_prohibited_program_is_an_incident_from_sight_to_end() -> None:
    opened, ended = run(processes(), [(4, [INIT]), (6, [INIT, TEAM]), (20, [INIT])])
    assert opened.kind is Kind.PROHIBITED_PROCESS
    assert (opened.start_ns, opened.end_ns) == (4 * NS, None)
    assert (ended.id, ended.end_ns) == (opened.id, 10 * NS)
    assert ended.detail["name"] == "TeamViewer"
    assert ended.detail["pids"] == [50]


def test_each_name_is_an_incident_of_its_own() -> None:
    reports = run(processes(), [(4, [TEAM, OBS]), (4, [OBS]), (20, [])])
    assert {report.detail["name"] for report in reports} == {"TeamViewer", "obs-studio"}
    assert len({report.id for report in reports}) == 2


def test_a_program_that_is_started_again_soon_is_the_same_incident() -> None:
    again = Process(51, "TeamViewer")
    reports = run(processes(), [(4, [TEAM]), (2, []), (4, [again]), (20, [])])
    assert len({report.id for report in reports}) == 1
    assert reports[-1].detail["pids"] == [50, 51]


def test_a_program_that_is_started_again_later_is_another_incident() -> None:
    reports = run(processes(), [(4, [TEAM]), (20, []), (4, [TEAM]), (20, [])])
    assert [report.id for report in reports] == ["id-1", "id-1", "id-2", "id-2"]


def test_what_still_runs_at_the_end_is_ended_then() -> None:
    watcher = processes()
    run(watcher, [(4, [TEAM])])
    (ended,) = watcher.finish(4 * NS)
    assert ended.end_ns == 4 * NS
    assert watcher.finish(5 * NS) == []


def test_an_unreadable_list_ends_nothing_at_once() -> None:
    watcher = processes()
    run(watcher, [(4, [TEAM])])
    assert watcher.unobserved(5 * NS) == []
    reports = run(watcher, [(20, [])], start=6.0)
    assert len(reports) == 1


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("teamviewer", "TeamViewer", True),
        ("TEAMVIEWER", "teamviewer", True),
        ("teamviewer", "teamviewerd", False),
        ("teamviewer*", "teamviewerd", True),
        ("obs", "obs.exe", True),
        ("obs.exe", "OBS.EXE", True),
        ("*", "", False),
    ],
)
def test_names_are_matched_whole_whatever_their_capitals(
    pattern: str, name: str, fits: bool
) -> None:
    watcher = processes(prohibited_processes=(pattern,))
    assert bool(run(watcher, [(1, [Process(9, name)])])) is fits


def test_a_pattern_matches_any_of_the_names() -> None:
    assert matches(("b*",), "alpha", "beta")
    assert not matches((), "alpha")
    assert not matches(("*",), "")

from __future__ import annotations

from itertools import count

import pytest
from support.policies import default_policy

from recorder.detect.observations import Incident
from recorder.lockdown.adapter import Cast, Process
from recorder.lockdown.assistive import NAMES, assistive
from recorder.lockdown.capture_tools import capture_signs, cast_signs
from recorder.lockdown.environment.signs import Sign, total
from recorder.lockdown.sign_watcher import SignWatcher
from shared.flags import Kind
from shared.policy import Rule

NS = 1_000_000_000


def nobody(_pid: int) -> bool:
    return False


def signs(*names: str) -> tuple[Sign, ...]:
    return capture_signs([Process(n, name) for n, name in enumerate(names, 10)], nobody)


@pytest.mark.parametrize(
    "name",
    ["obs", "OBS64.exe", "scrot", "flameshot", "x11vnc", "TeamViewer_Desktop", "AnyDesk.exe"],
)
def test_a_tool_that_captures_is_an_incident_alone(name: str) -> None:
    (sign,) = signs(name)
    assert sign.weight >= 0.8
    assert name in sign.reason


@pytest.mark.parametrize("name", ["bash", "firefox", "ffmpeg", "obsidian", "vlc", "Xorg", ""])
def test_other_programs_are_no_sign(name: str) -> None:
    assert signs(name) == ()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_assistive_technology_is_never_a_sign(name: str) -> None:
    assert assistive(name.upper())
    assert signs(name, f"{name}.exe") == ()


def test_an_app_that_windows_keeps_suspended_is_no_sign_until_it_goes_on() -> None:
    kept = Process(1, "SnippingTool.exe", suspended=True)
    assert capture_signs([kept], nobody) == ()
    assert len(capture_signs([kept, Process(2, "SnippingTool.exe")], nobody)) == 1


def test_a_name_that_is_another_programs_elsewhere_counts_where_it_is_meant() -> None:
    spectacle = [Process(1, "Spectacle")]
    assert len(capture_signs(spectacle, nobody, "linux")) == 1
    assert capture_signs(spectacle, nobody, "darwin") == ()


def test_a_service_that_only_waits_is_no_incident_alone() -> None:
    assert total(signs("gnome-remote-desktop-daemon", "teamviewerd")) < 0.8


def test_what_a_tool_does_may_be_in_its_arguments() -> None:
    grabbing = Process(1, "ffmpeg", ("ffmpeg", "-f", "x11grab", "-i", ":0", "secret.mp4"))
    converting = Process(2, "ffmpeg", ("ffmpeg", "-i", "lecture.mp4", "out.webm"))
    waiting = Process(3, "anydesk", ("/usr/bin/anydesk", "--service"))
    (grabs, waits) = capture_signs([grabbing, converting, waiting], nobody)
    assert grabs.weight > 0.8
    assert "secret" not in grabs.reason
    assert waits.weight < 0.8


def test_our_own_programs_do_not_count() -> None:
    assert capture_signs([Process(9, "obs")], lambda pid: pid == 9) == ()
    casts = [Cast("invigil-recorder", 9), Cast("obs", 10), Cast("orca", 11), Cast("", None)]
    reasons = [sign.reason for sign in cast_signs(casts, lambda pid: pid == 9)]
    assert reasons == ["obs receives the screen", "a program receives the screen"]


def watcher(**rules: object) -> SignWatcher:
    numbers = count(1)
    policy = default_policy(**rules)
    return SignWatcher(Kind.SCREEN_CAPTURE, policy, lambda: f"id-{next(numbers)}", 3 * NS)


def look(one: SignWatcher, *looks: tuple[Sign, ...]) -> list[Incident]:
    return [i for at, found in enumerate(looks) for i in one.look(2 * at * NS, found)]


def test_signs_that_weigh_enough_are_one_incident_with_all_reasons() -> None:
    found = signs("obs", "teamviewerd")
    opened, ended = look(watcher(), (), found, found, found, *[()] * 9)
    assert opened.detail["reason"] == (
        "obs records or streams the screen; teamviewerd waits for remote connections"
    )
    assert opened.detail["total"] == 1.1
    assert ended.end_ns is not None


def test_signs_below_the_limit_are_none_and_are_forgotten() -> None:
    faint = Sign(Kind.SCREEN_CAPTURE, "something faint", 0.3)
    strong = Sign(Kind.SCREEN_CAPTURE, "something strong", 0.9)
    (opened,) = look(watcher(), (faint,), (faint,), (strong,))
    assert opened.detail["reason"] == "something strong"


def test_the_rules_own_threshold_is_obeyed() -> None:
    kinds = {Kind.SCREEN_CAPTURE: Rule(threshold=1.5, release=1.5)}
    assert look(watcher(kinds=kinds), *[signs("obs")] * 5) == []


def test_signs_of_other_kinds_are_not_added() -> None:
    other = Sign(Kind.VIRTUAL_MACHINE, "a virtual machine", 0.9)
    assert look(watcher(), *[(other,)] * 5) == []

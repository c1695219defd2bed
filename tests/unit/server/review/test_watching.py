"""What was not watched and why, and how much could be observed."""

from __future__ import annotations

import pytest
from support.policies import default_policy

from server.review.absences import Absences, Interval
from server.review.flags import Flags
from server.review.given_up import GivenUp, NoLonger
from server.review.timeline import timeline
from server.review.watching import By, Observability, observability, watching
from shared.flags import Kind
from shared.policy import (
    DEFAULT_RULES,
    Accommodation,
    CameraStream,
    Level,
    Lockdown,
    Policy,
    Rule,
    Streams,
    Surface,
)

SECOND = 1_000_000
GONE = "was not watched any more"
OFF = Rule(enabled=False)
ALL_ON = {kind: Rule() for kind in DEFAULT_RULES}


def policy(**changed: object) -> Policy:
    everything = dict.fromkeys(Lockdown.__struct_fields__, Level.WATCH)
    values = {
        "kinds": dict(ALL_ON),
        "prohibited_processes": ("discord",),
        "lockdown": Lockdown(**everything),
        "surface": Surface(kind="browser", start="https://exams.example.edu"),
    }
    return default_policy(**(values | changed))


def test_what_was_off_is_told_by_who_left_it_out() -> None:
    given = policy(
        kinds=ALL_ON | {Kind.SPEECH: OFF},
        accommodation=Accommodation(profile="Profile B", off=(Kind.GAZE_AWAY, Kind.SPEECH)),
    )
    found = watching(given, ("object_seen: no object model is installed", "odd"))
    assert found.profile == "Profile B"
    assert [(one.kind, one.why) for one in found.by("policy")] == [
        (Kind.SPEECH, "switched off for this exam")
    ]
    (gaze,) = found.by("accommodation")
    assert gaze.kind is Kind.GAZE_AWAY
    assert gaze.why == "switched off for this candidate by accommodation Profile B"
    seen, odd = found.by(By.MACHINE)
    assert (seen.what, seen.why) == ("Object in view", "no object model is installed")
    assert (odd.what, odd.why, odd.kind) == ("odd", "", None)


def test_what_a_later_start_could_not_watch_is_told_once() -> None:
    lines = ("camera: not recorded",)
    found = watching(policy(), lines, [lines, ("speech: gone",), ("speech: gone",)])
    told = [(one.what, one.why) for one in found.by(By.MACHINE)]
    assert told == [("Camera", "not recorded"), ("Speech", "gone (after an interruption)")]


def test_what_was_given_up_in_the_middle_is_told_with_its_stretch() -> None:
    hands, voices = "hand_at_ear: it failed", "second_voice: no memory"
    told = GivenUp(
        (
            NoLonger(hands, 65 * SECOND, 90 * SECOND),
            NoLonger(hands, 100 * SECOND),
            NoLonger(voices, 0),
        ),
        ("identity_mismatch: no photograph", "camera: not recorded"),
    )
    found = watching(policy(), ("camera: not recorded",), (), told)
    camera, face, first, second, voice = found.by(By.MACHINE)
    assert (camera.when, face.what, face.when) == ("", "Face does not match", "")
    assert first.when == ("not any more from 1:05 on, to 1:30 when the recorder started anew")
    assert (second.what, second.why, second.when) == (
        "Hand at the ear",
        "it failed",
        "not any more from 1:40 on",
    )
    assert voice.start == 0
    assert found.given_up(120 * SECOND) == [
        Interval("camera", 65 * SECOND, 90 * SECOND, f"{first.what} {GONE}: it failed"),
        Interval("camera", 100 * SECOND, 120 * SECOND, f"{first.what} {GONE}: it failed"),
        Interval("microphone", 0, 120 * SECOND, f"{voice.what} {GONE}: no memory"),
    ]


def test_a_flag_without_what_it_is_noticed_by_is_told() -> None:
    found = watching(policy(lockdown=Lockdown(windows=Level.OFF), surface=Surface()), ())
    told = {one.kind: one.why for one in found.by(By.POLICY)}
    assert set(told) == {
        Kind.WINDOW_SWITCH,
        Kind.FULLSCREEN_EXIT,
        Kind.BLOCKED_KEY,
        Kind.CLIPBOARD,
        Kind.BLOCKED_ADDRESS,
    }
    assert set(told.values()) == {"no part of what this exam watches"}


def test_a_stream_and_a_list_that_ask_for_nothing_are_told() -> None:
    streams = Streams(camera=CameraStream(enabled=False))
    found = watching(policy(streams=streams, prohibited_processes=()), ())
    told = {one.what: one.why for one in found.by(By.POLICY)}
    assert told["Camera"] == "not recorded in this exam"
    assert told["Prohibited program running"] == "no program is prohibited"


DARK, SMALL = "the picture was too dark", "the face was too small to judge"


def test_observability_is_told_by_stream_and_reason() -> None:
    absences = Absences(
        unobserved=(
            Interval("camera", 0, 230 * SECOND, DARK),
            Interval("camera", 230 * SECOND, 252 * SECOND, "the camera was covered"),
        ),
        partly=(Interval("camera", 300 * SECOND, 320 * SECOND, SMALL),),
    )
    camera, sound = observability(
        policy(), 3600 * SECOND, absences, [], ["camera", "microphone"], live=False
    )
    assert camera.words == [
        f"4 min 12 s not observed: {DARK} 3 min 50 s, the camera was covered 22 s.",
        f"20 s only partly observed: {SMALL}.",
    ]
    assert (camera.percent, sound.percent, sound.words) == ("93 %", "100 %", [])
    drawn = timeline("s", 10, {}, Flags(), absences, [], live=False)
    assert [lane.id for lane in drawn.lanes] == ["unobserved", "partly", "missing"]
    assert [span.reason for span in drawn.partly] == [SMALL]


def test_what_was_not_recorded_was_not_observed() -> None:
    """A device that gave nothing is both; it counts once."""
    lost = (10 * SECOND, 40 * SECOND)
    absences = Absences(unobserved=(Interval("microphone", *lost, "the device gave nothing"),))
    gone = [Interval("microphone", *lost, "unplugged"), Interval("screen", 0, SECOND, "x")]
    streams = ["camera", "microphone"]
    camera, sound = observability(policy(), 60 * SECOND, absences, gone, streams, live=False)
    assert (camera.share, sound.share) == (1.0, 0.5)
    assert sound.words == [
        "30 s not observed: the device gave nothing.",
        "30 s not recorded: unplugged.",
    ]


@pytest.mark.parametrize(
    ("duration", "missed", "recorded", "percent"),
    [
        (0, 0, True, "nothing yet"),
        (100_000, 1, True, "99 %"),
        (100, 200, True, "0 %"),
        (100, 0, False, "0 %"),
        (100, 0, True, "100 %"),
    ],
)
def test_a_share_is_never_rounded_up_to_all_of_it(
    duration: int, missed: int, recorded: bool, percent: str
) -> None:
    found = Observability("camera", duration, missed, recorded)
    assert found.percent == percent


def test_a_stream_that_was_not_recorded_was_not_observed() -> None:
    camera, sound = observability(
        policy(), 60 * SECOND, Absences(), [], ["microphone"], live=False
    )
    assert (camera.share, sound.share) == (0.0, 1.0)
    assert camera.words == ["Not recorded, so nothing of it could be observed."]
    streams = Streams(camera=CameraStream(enabled=False))
    found = observability(policy(streams=streams), 1, Absences(), [], [], live=True)
    assert [one.stream for one in found] == ["microphone"]

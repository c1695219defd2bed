"""The status light and what it means: the gravest that is to be said of a session."""

from __future__ import annotations

from recorder.course import CourseView
from recorder.evidence.encoder_thread import Backlog
from recorder.evidence.room import Step
from recorder.evidence.writer import Broken, Stalled
from recorder.parts import Parts
from recorder.status import Delivery, Light, Stage, StreamHealth


def judge(
    stage: Stage,
    parts: Parts,
    streams: tuple[StreamHealth, ...],
    delivery: Delivery,
    course: CourseView,
) -> tuple[Light, str]:
    """The light and its words, of one look at everything."""
    if trouble := _unsaved(parts):
        return Light.PROBLEM, trouble
    if stage is Stage.FAILED:
        return Light.PROBLEM, _STAGE_WORDS[stage]
    if stage is not Stage.RECORDING:
        return Light.GOOD, _STAGE_WORDS[stage]
    if lost := [health for health in streams if not health.working]:
        names = " and ".join(health.stream for health in lost)
        return Light.PROBLEM, f"No {names}: {lost[0].note}"
    if course.refused:
        return Light.ATTENTION, course.words
    if attention := _attention(parts, delivery):
        return Light.ATTENTION, attention
    return Light.GOOD, course.words or _STAGE_WORDS[stage]


def _unsaved(parts: Parts) -> str:
    """What keeps evidence from the disk; empty where nothing does, or all is on it."""
    if parts.writer.tally.closed:
        return ""
    match parts.writer.state:
        case Broken(reason):
            return f"Recording has failed: {reason}"
        case Stalled(reason):
            return f"Evidence cannot be saved: {reason}"
        case _:
            return ""


def _attention(parts: Parts, delivery: Delivery) -> str:
    """What does not keep the exam from being recorded; empty where there is nothing."""
    if (room := parts.writer.room).step is not Step.ALL:
        return f"{room.words} Free some space on this computer."
    if parts.reporter.short_of_room:
        return "The disk does not keep up; something may be missing."
    if any(e.backlog is not Backlog.NONE for e in parts.encoders.values()):
        return "This computer is busy; pictures are kept less often."
    if parts.detection.slowed:
        return "This computer is busy. Closing other programs helps."
    if delivery.refused:
        return "The server does not take all of it. All is kept safely here: go on."
    if not delivery.online:
        return "No connection. All is kept safely on this computer."
    return ""


_STAGE_WORDS = {
    Stage.CHECKING: "Getting ready",
    Stage.RECORDING: "Recording",
    Stage.CLOSING: "Finishing the recording",
    Stage.DELIVERING: "Delivering the recording",
    Stage.DELIVERED: "Everything is delivered",
    Stage.FAILED: "The recording could not be ended as it should be.",
}

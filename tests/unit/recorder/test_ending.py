"""The end of a session: whatever fails in it, the rest of it is done."""

from __future__ import annotations

from typing import Any

import pytest
from support.sessions import Keys, make_policy

from recorder.capture.timeline import Timeline
from recorder.heartbeat import UnobservedTime
from recorder.parts import Opening, Parts
from recorder.session import Session

# What an end consists of; the heartbeats before the close are judged for themselves.
STEPS = (
    "course.stop",
    "locking.stop",
    "camera.stop",
    "screen.stop",
    "encoder.finish",
    "clocks.stop",
    "detection.stop",
    "course.finish",
    "losses.finish",
    "surroundings.finish",
    "delivering.last_words",
    "writer.close",
    "writer.flush",
    "delivering.hasten",
)


class Part:
    """Any part of a session: notes what is called, and fails where it is to."""

    def __init__(self, name: str, done: list[str], failing: str) -> None:
        self._name, self._done, self._failing = name, done, failing

    def __getattr__(self, what: str) -> Any:
        def call(*_: object) -> bool:
            step = f"{self._name}.{what}"
            if step not in self._done:
                self._done.append(step)
            if step == self._failing:
                raise RuntimeError(step)
            return True

        return call


def make_session(done: list[str], failing: str) -> Session:
    def part(name: str) -> Any:
        return Part(name, done, failing)

    parts = Parts(
        policy=make_policy(Keys()),
        folder=part("folder"),
        writer=part("writer"),
        reporter=part("reporter"),
        losses=part("losses"),
        unobserved=UnobservedTime(),
        preview=part("preview"),
        pumps={"camera": part("camera"), "screen": part("screen")},
        encoders={"camera": part("encoder")},
        detection=part("detection"),
        surroundings=part("surroundings"),
        locking=part("locking"),
        clocks=part("clocks"),
        delivering=part("delivering"),
        course=part("course"),
        enrolling=part("enrolling"),
        calibrating=part("calibrating"),
        talk=part("talk"),
    )
    opening = Opening("5e55" * 8, {}, (), {}, {}, ())
    return Session(parts, opening, Timeline(0, 0), lambda: 1)


@pytest.mark.parametrize("failing", ["", *STEPS])
def test_what_fails_keeps_nothing_else_from_being_done(failing: str) -> None:
    done: list[str] = []
    session = make_session(done, failing)
    session.finish("finished")
    assert session.wait(10)
    assert [step for step in done if step in STEPS] == list(STEPS)


@pytest.mark.parametrize("failing", ["", "locking.stop", "camera.stop", "delivering.stop"])
def test_a_beginning_that_breaks_off_leaves_nothing_running(failing: str) -> None:
    done: list[str] = []
    make_session(done, failing).break_off()
    stopped = {step for step in done if step.endswith((".stop", ".finish"))}
    assert stopped >= {
        *("locking.stop", "camera.stop", "screen.stop", "encoder.finish", "clocks.stop"),
        *("detection.stop", "surroundings.finish", "delivering.stop", "writer.stop"),
    }
    assert "writer.close" not in done

"""What is left out first where the disk runs short, and how much ballast an exam takes."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.evidence_server import EvidenceServer

from recorder.evidence.opening import LOG_BYTES, PAGE_BYTES
from recorder.evidence.room import (
    FLOOR_BYTES,
    MOST_BALLAST_BYTES,
    UNDO_MARGIN,
    Rate,
    Step,
    ballast_bytes,
    choose,
    rates,
)
from shared.policy import CameraStream, Exam, Policy, Streams

POLICY: Policy = EvidenceServer().policy
RATES = (20_000.0, 15_000.0, 12_000.0, 11_000.0, 800.0)
HOUR = 3600.0


def with_exam(seconds: float, **changes: object) -> Policy:
    exam = Exam(id="x", title="x", duration_s=seconds)
    return msgspec.structs.replace(POLICY, exam=exam, **changes)


def test_each_step_makes_less_than_the_one_before() -> None:
    made = rates(POLICY)
    assert len(made) == len(Step)
    assert all(more > less for more, less in pairwise(made))


def test_a_stream_that_is_not_recorded_takes_no_room() -> None:
    without = msgspec.structs.replace(
        POLICY, streams=Streams(camera=CameraStream(enabled=False))
    )
    assert rates(without)[0] < rates(POLICY)[0] - POLICY.streams.camera.kbit_s * 125


@pytest.mark.parametrize(
    ("room", "step"),
    [
        (RATES[0] * HOUR, Step.ALL),
        (RATES[0] * HOUR - 1, Step.CAMERA_THINNED),
        (RATES[1] * HOUR - 1, Step.SCREEN_THINNED),
        (RATES[2] * HOUR - 1, Step.NO_ATTACHMENTS),
        (RATES[3] * HOUR - 1, Step.NO_ATTACHMENTS),
        (0, Step.NO_ATTACHMENTS),
        (-1, Step.CONTROL_ONLY),
    ],
)
def test_the_least_step_with_which_the_rest_of_the_exam_fits(room: float, step: Step) -> None:
    assert choose(Step.ALL, room + FLOOR_BYTES, HOUR, RATES) is step


def test_a_step_is_undone_only_when_there_is_room_to_spare() -> None:
    just = RATES[0] * HOUR + FLOOR_BYTES
    assert choose(Step.CAMERA_THINNED, just, HOUR, RATES) is Step.CAMERA_THINNED
    ample = RATES[0] * HOUR * UNDO_MARGIN + FLOOR_BYTES
    assert choose(Step.CAMERA_THINNED, ample, HOUR, RATES) is Step.ALL
    assert choose(Step.CONTROL_ONLY, 1.5 * FLOOR_BYTES, HOUR, RATES) is Step.CONTROL_ONLY
    assert choose(Step.CONTROL_ONLY, 2 * FLOOR_BYTES, HOUR, RATES) is Step.NO_ATTACHMENTS


@given(st.sampled_from(Step), st.floats(-1e9, 1e11), st.floats(1, 86_400))
def test_a_step_stays_in_force_while_nothing_changes(
    now: Step, spare: float, ahead_s: float
) -> None:
    """Law: no flapping. What is chosen once is chosen again in the same circumstances."""
    chosen = choose(now, spare, ahead_s, RATES)
    assert choose(chosen, spare, ahead_s, RATES) is chosen


def test_ballast_grows_with_the_exam_and_is_bounded() -> None:
    one, three = ballast_bytes(with_exam(HOUR)), ballast_bytes(with_exam(3 * HOUR))
    assert 2 * LOG_BYTES < one < three <= MOST_BALLAST_BYTES
    assert ballast_bytes(with_exam(86_400, heartbeat_s=1.0)) == MOST_BALLAST_BYTES
    assert all(size % PAGE_BYTES == 0 for size in (one, three))


def test_the_rate_follows_what_is_made_and_forgets_a_pause() -> None:
    rate = Rate()
    made = 0
    for second in range(1200):
        rate.observe(second * 1_000_000, made, 20_000)
        made += 5_000
    assert rate.share == pytest.approx(0.25, abs=0.01)
    rate.pause(2_400_000_000, made)
    rate.observe(2_400_000_000, made, 20_000)
    assert rate.share == pytest.approx(0.25, abs=0.01)

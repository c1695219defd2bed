"""A lost device: an incident that begins, a gap and an end when it is back."""

from __future__ import annotations

from itertools import count

from support.sessions import Keys, make_policy

from recorder.detect.observations import Incident
from recorder.losses import LossRecorder
from shared.flags import Kind
from shared.policy import Rule
from shared.records import Gap

S = 1_000_000_000


def recorder(policy=None) -> tuple[LossRecorder, list]:
    told: list = []
    numbers = count(1)
    policy = policy or make_policy(Keys())
    return LossRecorder(policy, told.append, lambda: f"{next(numbers):032x}"), told


def test_a_loss_begins_at_once_and_ends_with_a_gap() -> None:
    losses, told = recorder()

    losses.on_lost("camera", 10 * S, "unplugged")
    assert set(losses.missing) == {"camera"}
    losses.on_back("camera", 14 * S)

    begin, gap, end = told
    assert isinstance(begin, Incident)
    assert (begin.kind, begin.start_ns, begin.end_ns) == (Kind.DEVICE_LOST, 10 * S, None)
    assert gap == Gap(
        stream="camera", start=10_000_000, end=14_000_000, reason="device lost: unplugged"
    )
    assert (end.id, end.end_ns, end.detail["seconds"]) == (begin.id, 14 * S, 4.0)
    assert losses.missing == {}


def test_what_is_missing_at_the_end_is_missing_until_the_end() -> None:
    losses, told = recorder()

    losses.on_lost("microphone", S, "taken by another program")
    losses.finish(3 * S)

    assert [type(item) for item in told] == [Incident, Gap, Incident]
    assert told[1].end == 3_000_000
    losses.finish(4 * S)
    assert len(told) == 3


def test_back_without_a_loss_is_nothing() -> None:
    losses, told = recorder()

    losses.on_back("screen", S)

    assert told == []


def test_a_kind_that_is_off_still_leaves_its_gap() -> None:
    policy = make_policy(Keys())
    policy.kinds[Kind.DEVICE_LOST] = Rule(enabled=False)
    losses, told = recorder(policy)

    losses.on_lost("camera", S, "unplugged")
    losses.on_back("camera", 2 * S)

    assert [type(item) for item in told] == [Gap]

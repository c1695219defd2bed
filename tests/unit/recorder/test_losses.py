"""A lost device: an incident that begins, a gap and an end when it is back."""

from __future__ import annotations

from itertools import count

from support.asleep import SleepyClock, watched
from support.sessions import Keys, make_policy

from recorder.detect.observations import Incident
from recorder.losses import LossRecorder, Relay
from recorder.sleeps import SLEPT
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


def asleep_recorder() -> tuple[LossRecorder, list, SleepyClock]:
    told: list = []
    numbers = count(1)
    clock = SleepyClock(10 * S)
    sleeps = watched(clock)
    clock.on_wake = sleeps.look  # as the watch does
    losses = LossRecorder(
        make_policy(Keys()),
        told.append,
        lambda: f"{next(numbers):032x}",
        sleeps=sleeps,
        clock=clock,
    )
    return losses, told, clock


def test_a_device_that_comes_back_after_a_sleep_was_asleep_and_not_lost() -> None:
    losses, told, clock = asleep_recorder()
    clock.sleeps(300)
    clock.passes(4)
    losses.on_lost("camera", 10 * S, "no picture")
    clock.passes(3)
    losses.look(clock())
    losses.on_back("camera", clock())
    assert told == [Gap(stream="camera", start=10_000_000, end=317_000_000, reason=SLEPT)]


def test_a_device_that_does_not_come_back_is_lost_from_the_waking_on() -> None:
    losses, told, clock = asleep_recorder()
    clock.sleeps(300)
    losses.on_lost("camera", 10 * S, "no picture")
    clock.passes(15)
    losses.look(clock())
    assert told == []
    clock.passes(1)
    losses.look(clock())
    losses.look(clock())
    clock.passes(4)
    losses.on_back("camera", clock())
    begin, asleep, lost, end = told
    assert (begin.start_ns, begin.end_ns) == (310 * S, None)
    assert (asleep.start, asleep.end, asleep.reason) == (10_000_000, 310_000_000, SLEPT)
    assert (lost.start, lost.end) == (310_000_000, 330_000_000)
    assert lost.reason == "device lost: no picture"
    assert (end.id, end.end_ns, end.detail["seconds"]) == (begin.id, 330 * S, 20.0)


def test_one_that_is_back_before_anyone_looked_was_lost_all_the_same() -> None:
    losses, told, clock = asleep_recorder()
    clock.sleeps(300)
    losses.on_lost("camera", 10 * S, "no picture")
    clock.passes(60)
    losses.finish(clock())
    assert [type(item) for item in told] == [Gap, Gap, Incident]
    assert told[2].start_ns == 310 * S


def test_a_loss_goes_on_over_a_sleep_and_its_seconds_are_those_awake() -> None:
    losses, told, clock = asleep_recorder()
    clock.passes(30)
    losses.on_lost("camera", 20 * S, "unplugged")
    clock.passes(10)
    losses.look(clock())
    clock.sleeps(300)
    clock.passes(60)
    losses.on_back("camera", clock())
    begin, before, asleep, after, end = told
    assert [gap.reason == SLEPT for gap in (before, asleep, after)] == [False, True, False]
    assert (before.start, after.end) == (20_000_000, 410_000_000)
    assert before.end == asleep.start
    assert asleep.end == after.start
    assert (begin.start_ns, end.end_ns) == (20 * S, 410 * S)
    assert (end.detail["seconds"], end.detail["asleep_seconds"]) == (90.0, 300.0)


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


def test_what_was_lost_before_anybody_listened_is_missing_from_the_beginning() -> None:
    losses, told = recorder()
    relay = Relay()
    relay.on_lost("camera", 10 * S, "unplugged")
    relay.on_lost("microphone", 11 * S, "unplugged")
    relay.on_back("microphone", 12 * S)

    relay.listen(losses, 20 * S)
    assert set(losses.missing) == {"camera"}
    relay.on_back("camera", 24 * S)

    begin, gap, end = told
    assert (begin.kind, begin.start_ns, begin.end_ns) == (Kind.DEVICE_LOST, 20 * S, None)
    assert (gap.stream, gap.start, gap.end) == ("camera", 20_000_000, 24_000_000)
    assert (end.id, end.end_ns) == (begin.id, 24 * S)


def test_what_is_lost_while_somebody_listens_is_told_at_once() -> None:
    losses, told = recorder()
    relay = Relay()
    relay.on_lost("camera", 30 * S, "unplugged")
    relay.listen(losses, 20 * S)
    relay.on_lost("screen", 40 * S, "no permission")

    assert [incident.start_ns for incident in told] == [30 * S, 40 * S]
    assert set(losses.missing) == {"camera", "screen"}


def test_what_it_is_recorded_with_when_it_is_back_is_said() -> None:
    told: list = []
    losses = LossRecorder(
        make_policy(Keys()), told.append, lambda: "0" * 32, device=lambda _: "HD Webcam"
    )
    losses.on_lost("camera", S, "unplugged")
    losses.on_back("camera", 3 * S)
    losses.on_lost("camera", 4 * S, "unplugged")
    losses.finish(5 * S)

    ends = [one for one in told if isinstance(one, Incident) and one.end_ns is not None]
    assert [end.detail.get("device") for end in ends] == ["HD Webcam", None]

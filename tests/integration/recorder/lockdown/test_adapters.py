"""What every platform's adapter keeps, on a real X server and on fakes of the others."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from demo.machine import virtual_display
from support.policies import default_policy
from support.rigs import MacRig, Rig, WaylandRig, WindowsRig, X11Rig
from support.waiting import until

from recorder.detect.observations import Incident
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Machine, Unsupported
from recorder.lockdown.watch import MachineWatch
from shared.flags import Kind
from shared.policy import Level, Lockdown


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """A display of this module's own: other tests leave monitors and windows behind."""
    with virtual_display("800x600x24") as name:
        yield name


@pytest.fixture(params=["x11", "windows", "macos", "wayland"])
def rig(request: pytest.FixtureRequest, tmp_path: Path, screen: str) -> Iterator[Rig]:
    match request.param:
        case "x11":
            real = X11Rig(screen, tmp_path)
            yield real
            closed(real.machine)
            real.close()
        case "windows":
            yield WindowsRig()
        case "macos":
            yield MacRig()
        case _:
            yield WaylandRig(tmp_path)


def closed(machine: Machine) -> None:
    for reader in (machine.windows, machine.desk, machine.displays, machine.clipboard):
        if not isinstance(reader, Unsupported):
            reader.close()
            reader.close()


def test_each_reader_is_there_or_says_in_words_why_not(rig: Rig) -> None:
    for field in dataclasses.fields(rig.machine):
        reader = getattr(rig.machine, field.name)
        if isinstance(reader, Unsupported):
            assert len(reader.reason.split()) > 3, field.name
            assert not reader.reason.endswith(".")
    assert not isinstance(rig.machine.processes, Unsupported)
    assert not isinstance(rig.machine.displays, Unsupported)
    assert not isinstance(rig.machine.inputs, Unsupported)
    assert not isinstance(rig.machine.environment, Unsupported)


def test_the_window_in_front_is_told_and_so_is_none(rig: Rig) -> None:
    windows = rig.machine.windows
    if isinstance(windows, Unsupported):
        assert "Wayland" in windows.reason
        return
    until(lambda: windows.active_window() is None, "an empty desk")
    with rig.window("Editor", "Übung 1") as first:
        until(lambda: windows.active_window() == first, "the window")
        with rig.window("Chat", "Hello") as second:
            until(lambda: windows.active_window() == second, "the second window")
        until(lambda: windows.active_window() == first, "the first window's return")
    until(lambda: windows.active_window() is None, "an empty desk")


def test_a_display_more_is_told_and_gone_again(rig: Rig) -> None:
    displays = rig.machine.displays
    assert not isinstance(displays, Unsupported)
    (own,) = displays.displays()
    assert own.width > 0
    assert own.height > 0
    assert own.mirrors == ""
    with rig.display(mirrored=False):
        both = displays.displays()
        assert own in both
        assert [one.mirrors for one in both] == ["", ""]
        assert len({one.name for one in both}) == 2
    assert displays.displays() == (own,)


def test_a_mirrored_display_names_the_one_it_repeats(rig: Rig) -> None:
    displays = rig.machine.displays
    assert not isinstance(displays, Unsupported)
    with rig.display(mirrored=True):
        both = displays.displays()
        mirrors = [one.mirrors for one in both if one.mirrors]
        assert len(both) == 2
        if isinstance(rig, WaylandRig):
            assert mirrors == []
        else:
            assert mirrors[0] in {one.name for one in both}


def test_a_keyboard_is_the_same_one_in_another_socket(rig: Rig) -> None:
    inputs = rig.machine.inputs
    assert not isinstance(inputs, Unsupported)
    assert inputs.input_devices() == ()
    with rig.keyboard(1):
        (first,) = inputs.input_devices()
        assert first.kind == "keyboard"
    assert inputs.input_devices() == ()
    with rig.keyboard(2):
        assert inputs.input_devices() == (first,)


def test_a_copy_changes_the_clipboards_number_and_a_look_does_not(rig: Rig) -> None:
    clipboard = rig.machine.clipboard
    if isinstance(clipboard, Unsupported):
        assert "Wayland" in clipboard.reason
        return
    before = clipboard.copied().serial
    assert clipboard.copied().serial == before
    rig.copy()
    after = clipboard.copied().serial
    assert after != before
    assert clipboard.copied().serial == after


def test_what_the_system_refuses_is_a_fault_with_advice(rig: Rig) -> None:
    rig.fail()
    inputs, displays = rig.machine.inputs, rig.machine.displays
    assert not isinstance(inputs, Unsupported)
    assert not isinstance(displays, Unsupported)
    with pytest.raises(EnvironmentFault) as fault:
        inputs.input_devices()
    assert fault.value.what
    assert fault.value.advice
    if not isinstance(rig, X11Rig):
        with pytest.raises(EnvironmentFault):
            displays.displays()
    environment = rig.machine.environment
    assert not isinstance(environment, Unsupported)
    environment.signs()  # what is refused gives no sign, and no fault either


def test_an_honest_machine_has_no_weighty_sign(rig: Rig) -> None:
    environment = rig.machine.environment
    assert not isinstance(environment, Unsupported)
    assert environment.signs() == ()


ALL = Lockdown(clipboard=Level.WATCH)


def test_the_watch_tells_each_change_as_its_kind(rig: Rig) -> None:
    heard: list[Incident] = []
    numbers = count()
    watch = MachineWatch(
        default_policy(lockdown=ALL),
        rig.machine,
        heard.append,
        lambda: str(next(numbers)),
        is_ours=lambda _pid: False,
    )
    looks = {watched.kind: watched for watched in watch.status()}
    seen = [kind for kind in CHANGES if looks[kind].state == "watching"]
    watch.start()
    # The first look of each lane says what was there.
    until(lambda: all(looked(watch, kind) for kind in seen), "the first looks")
    with rig.display(mirrored=False), rig.keyboard(1), rig.window("Chat", "Hello"):
        rig.copy()
        until(lambda: {one.kind for one in heard} >= set(seen), f"all of {seen}")
    assert watch.stop()
    assert {one.kind for one in heard} == set(seen)
    ended = {one.id for one in heard if one.end_ns is not None}
    assert ended == {one.id for one in heard}


CHANGES = (Kind.DISPLAY_CHANGE, Kind.INPUT_DEVICE, Kind.WINDOW_SWITCH, Kind.CLIPBOARD)


def looked(watch: MachineWatch, kind: Kind) -> bool:
    """Whether a watcher knows what was there at first; the windows' needs not."""
    (watcher,) = [lane._watcher for lane in watch._lanes if lane.watched.kind is kind]
    beginnings = [getattr(watcher, name, 0) for name in ("_known", "_serial")]
    return all(beginning is not None for beginning in beginnings)

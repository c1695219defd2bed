from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from recorder.capture.frames import AudioBlock
from recorder.capture.microphone import QUEUE_BLOCKS, DeviceMicrophone
from recorder.capture.portaudio import Callback, Format
from recorder.capture.reading import Idle, Lost
from recorder.capture.timeline import BLOCK_SAMPLES, NS_PER_S, Timeline
from recorder.faults import EnvironmentFault

BLOCK_NS = 20_000_000
LATENCY_S = 0.03
USUAL = Format(48_000, 1)


@dataclass
class Times:
    currentTime: float  # noqa: N815
    inputBufferAdcTime: float  # noqa: N815


@dataclass
class Status:
    input_overflow: bool = False

    def __bool__(self) -> bool:
        return self.input_overflow


class ScriptedDevice:
    """A microphone whose blocks a test sends itself, on a clock that the test moves."""

    name = "USB microphone"
    latency_s = 0.05

    def __init__(self, sound: Format = USUAL) -> None:
        self.format = sound
        self.active = True
        self.closed = False
        self.now = 10 * NS_PER_S
        self.sent = 0
        self.callback: Callback | None = None
        self.asked_for: list[str] = []

    def open(
        self, _index: int, block_s: float, callback: Callback, known_name: str
    ) -> ScriptedDevice:
        self.asked_for.append(known_name)
        assert block_s == pytest.approx(0.02)
        self.callback = callback
        self.closed = False
        return self

    def clock(self) -> int:
        return self.now

    def send(
        self, blocks: int = 1, *, latency_s: float = LATENCY_S, overflow: bool = False
    ) -> None:
        assert self.callback is not None
        count = round(0.02 * self.format.rate)
        for _ in range(blocks):
            self.now += BLOCK_NS
            samples = (np.arange(self.sent, self.sent + count) % 20_000).astype(np.int16)
            samples = np.repeat(samples, self.format.channels)
            self.sent += count
            times = Times(5.0, 5.0 - latency_s)
            self.callback(samples.tobytes(), count, times, Status(overflow))

    def close(self) -> None:
        self.closed = True


def all_blocks(microphone: DeviceMicrophone) -> list[AudioBlock]:
    """Everything that has arrived so far."""
    blocks: list[AudioBlock] = []
    while microphone._ready or not microphone._queue.empty():
        item = microphone.read()
        if isinstance(item, AudioBlock):
            blocks.append(item)
    return blocks


@pytest.fixture
def device() -> ScriptedDevice:
    return ScriptedDevice()


@pytest.fixture
def microphone(device: ScriptedDevice) -> DeviceMicrophone:
    one = DeviceMicrophone(
        0, Timeline(0, device.now), open_device=device.open, clock=device.clock
    )
    one.open()
    return one


def test_a_block_is_stamped_when_its_first_sample_was_heard(
    device: ScriptedDevice, microphone: DeviceMicrophone
) -> None:
    started = device.now
    device.send(40)
    blocks = all_blocks(microphone)
    assert len(blocks) == 39  # the first was heard before the epoch began
    heard = started + 2 * BLOCK_NS - int(LATENCY_S * NS_PER_S)
    assert blocks[0].monotonic_ns == pytest.approx(heard, abs=50_000)
    assert all(len(block.samples) == BLOCK_SAMPLES for block in blocks)
    assert all(b.pts - a.pts == BLOCK_SAMPLES for a, b in pairwise(blocks))
    assert microphone.name == "USB microphone"


@pytest.mark.parametrize("nonsense", [0.0, -3.0, 1e9])
def test_a_drivers_nonsense_falls_back_on_its_own_latency(
    device: ScriptedDevice, microphone: DeviceMicrophone, nonsense: float
) -> None:
    started = device.now
    device.send(20, latency_s=nonsense)
    last = all_blocks(microphone)[-1]
    heard = started + 20 * BLOCK_NS - int(device.latency_s * NS_PER_S)
    assert last.monotonic_ns == pytest.approx(heard, abs=50_000)


def test_a_consumer_that_pauses_loses_sound_and_it_is_counted(
    device: ScriptedDevice, microphone: DeviceMicrophone
) -> None:
    device.send(QUEUE_BLOCKS + 50)
    assert microphone.skipped == 50
    blocks = all_blocks(microphone)
    device.send(30)
    blocks += all_blocks(microphone)
    steps = [b.pts - a.pts for a, b in pairwise(blocks)]
    assert max(steps) == pytest.approx(51 * BLOCK_SAMPLES, rel=0.05)
    assert blocks[-1].monotonic_ns == pytest.approx(
        device.now - LATENCY_S * NS_PER_S, abs=2_000_000
    )


def test_an_overflow_of_the_card_is_counted(
    device: ScriptedDevice, microphone: DeviceMicrophone
) -> None:
    device.send(1, overflow=True)
    assert microphone.skipped == 1


def test_a_device_that_stops_is_lost(
    device: ScriptedDevice, microphone: DeviceMicrophone
) -> None:
    assert isinstance(microphone.read(), Idle)
    device.active = False
    assert isinstance(microphone.read(), Lost)


def test_a_device_that_is_silent_for_long_is_lost(
    device: ScriptedDevice, microphone: DeviceMicrophone
) -> None:
    device.now += 5 * NS_PER_S
    assert isinstance(microphone.read(), Lost)


def test_after_a_loss_it_goes_on_in_the_same_numbers(
    device: ScriptedDevice, microphone: DeviceMicrophone
) -> None:
    device.send(20)
    before = all_blocks(microphone)[-1]
    microphone.close()
    assert device.closed
    assert isinstance(microphone.read(), Lost)
    device.now += NS_PER_S
    microphone.open()
    device.send(20)
    after = all_blocks(microphone)[0]
    assert after.seq == before.seq + 1
    assert after.pts - before.pts > 48_000


def test_it_is_opened_again_by_its_name(
    device: ScriptedDevice, microphone: DeviceMicrophone
) -> None:
    microphone.close()
    microphone.open()
    assert device.asked_for == ["", "USB microphone"]


def test_a_device_of_another_format_is_converted() -> None:
    device = ScriptedDevice(Format(44_100, 2))
    microphone = DeviceMicrophone(
        0, Timeline(0, device.now), open_device=device.open, clock=device.clock
    )
    microphone.open()
    device.send(100)
    blocks = all_blocks(microphone)
    assert 95 <= len(blocks) <= 100
    assert all(block.rate == 48_000 for block in blocks)
    heard = device.now - LATENCY_S * NS_PER_S
    assert blocks[-1].monotonic_ns == pytest.approx(heard, abs=2 * BLOCK_NS)


def test_a_missing_microphone_is_the_users_to_know() -> None:
    def absent(_index: int, _block_s: float, _callback: Callback, _name: str) -> ScriptedDevice:
        raise EnvironmentFault("There is no microphone.", "Plug one in.")

    microphone = DeviceMicrophone(0, Timeline(0, 0), open_device=absent)
    with pytest.raises(EnvironmentFault, match="Plug one in"):
        microphone.open()

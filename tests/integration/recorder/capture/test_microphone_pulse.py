from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from support.clips import RATE, TONE_HZ, tone
from support.sound_server import SoundServer
from support.waiting import until

from recorder.capture.devices import microphones
from recorder.capture.frames import AudioBlock, StreamName
from recorder.capture.microphone import DeviceMicrophone
from recorder.capture.pump import CapturePump, Missing, Working
from recorder.capture.reading import Lost
from recorder.capture.timeline import Timeline
from recorder.clock import now_ns
from recorder.faults import EnvironmentFault

pytest.importorskip("sounddevice", reason="PortAudio is not installed", exc_type=OSError)


@pytest.fixture
def microphone(sound: SoundServer) -> Iterator[DeviceMicrophone]:
    source = DeviceMicrophone(0, Timeline(0, now_ns()))
    yield source
    source.close()


def read_blocks(source: DeviceMicrophone, count: int) -> list[AudioBlock]:
    blocks: list[AudioBlock] = []

    def enough() -> bool:
        item = source.read()
        assert not isinstance(item, Lost), item
        if isinstance(item, AudioBlock):
            blocks.append(item)
        return len(blocks) >= count

    until(enough, f"{count} blocks")
    return blocks


def test_hears_what_is_played_without_a_break(
    microphone: DeviceMicrophone, sound: SoundServer, tmp_path: Path
) -> None:
    microphone.open()
    blocks = read_blocks(microphone, 10)
    with sound.playing(tone(10 * RATE), tmp_path / "tone.raw"):

        def heard() -> bool:
            blocks.extend(read_blocks(microphone, 1))
            return sum(is_loud(block) for block in blocks) >= 50

        until(heard, "the tone")
    assert all(len(block.samples) == 960 and block.rate == RATE for block in blocks)
    breaks = sum(b.pts - a.pts != 960 for a, b in pairwise(blocks))
    assert breaks <= microphone.skipped
    wave = np.concatenate([b.samples for b in blocks if is_loud(b)]).astype(float)
    peak = np.argmax(np.abs(np.fft.rfft(wave * np.hanning(len(wave))))) * RATE / len(wave)
    assert peak == pytest.approx(TONE_HZ, abs=5)


def is_loud(block: AudioBlock) -> bool:
    """Loud to its very ends: not one in which the player begins, ends or pauses."""
    return min(np.abs(part).max() for part in np.split(block.samples, 4)) > 5000


def test_a_block_is_stamped_before_it_arrives(microphone: DeviceMicrophone) -> None:
    microphone.open()
    read_blocks(microphone, 20)
    block = read_blocks(microphone, 1)[0]
    age_ns = now_ns() - block.monotonic_ns
    assert age_ns >= 15_000_000  # 20 ms long, less what the first blocks' times jitter


def test_the_default_microphone_comes_first(sound: SoundServer) -> None:
    listed = microphones()
    assert isinstance(listed, list)
    assert listed[0].source == "device:0"
    assert "default" in [choice.name for choice in listed]


def test_a_number_too_high_is_answered_with_those_there_are(sound: SoundServer) -> None:
    with pytest.raises(EnvironmentFault, match="no microphone 99") as caught:
        DeviceMicrophone(99, Timeline(0, 0)).open()
    assert "device:0" in caught.value.advice


class Losses:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def on_lost(self, stream: StreamName, start_ns: int, reason: str) -> None:
        self.heard.append("lost")

    def on_back(self, stream: StreamName, end_ns: int) -> None:
        self.heard.append("back")


def test_a_sound_server_that_dies_is_a_loss_and_the_next_one_is_found(
    microphone: DeviceMicrophone,
    sound: SoundServer,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from support.sound_server import sound_server

    losses = Losses()
    pump: CapturePump[AudioBlock] = CapturePump(microphone, losses, first_retry_s=0.05)
    pump.start()
    until(lambda: pump.counts.read > 20, "sound")
    assert isinstance(pump.state, Working)
    os.kill(sound.pid, signal.SIGTERM)
    until(lambda: isinstance(pump.state, Missing), "the loss")
    with sound_server(tmp_path_factory.mktemp("second")) as second:
        monkeypatch.setenv("PULSE_SERVER", second.address)
        until(lambda: isinstance(pump.state, Working), "the return")
        assert losses.heard == ["lost", "back"]
        assert pump.stop()

"""Who uses the microphone, and what is played and heard, on a sound server of our own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from demo.machine import process
from support.sound_server import RATE, SoundServer
from support.waiting import until

from recorder.capture.holders import holders
from recorder.capture.microphone import DeviceMicrophone
from recorder.capture.pump import CapturePump
from recorder.capture.timeline import Timeline
from recorder.clock import now_ns
from recorder.doctor.finding import PlayBack, State
from recorder.doctor.sounding import levels, play_back
from recorder.losses import Relay


def tone(seconds: float, amplitude: float = 12_000) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * 440 * at) * amplitude).astype(np.int16)


@pytest.fixture
def pump(sound: SoundServer) -> Iterator[CapturePump]:
    running = CapturePump(DeviceMicrophone(0, Timeline(0, now_ns())), Relay())
    running.start()
    running.wait_ready(10)
    assert running.latest() is not None
    yield running
    running.stop()


def test_what_was_said_is_recorded_and_heard_again(
    sound: SoundServer, pump: CapturePump, tmp_path: Path
) -> None:
    played: list[tuple[bytes, int]] = []
    with sound.playing(tone(8), tmp_path / "tone"):
        until(lambda: pump.latest() is not None and pump.latest().samples.max() > 5_000)
        finding = play_back(
            pump, seconds=0.5, play=lambda data, rate: played.append((data, rate))
        )
    assert (finding.state, finding.mends) == (State.ASKING, (PlayBack(),))
    ((data, rate),) = played
    samples = np.frombuffer(data, np.int16)
    assert (rate, len(samples)) == (RATE, RATE // 2)
    assert 0.8 < levels(samples).loudest < 1.0


def test_playing_is_heard_by_a_microphone_that_stays_open(
    pump: CapturePump, sound: SoundServer
) -> None:
    from recorder.capture.portaudio import PORTAUDIO

    heard: list[int] = []
    pump.add_sink(lambda block: heard.append(int(np.abs(block.samples).max())))
    PORTAUDIO.play(tone(0.5).tobytes(), RATE)
    until(lambda: max(heard, default=0) > 5_000)
    assert pump.counts.lost_intervals == 0


def test_silence_is_said_and_not_asked_about(pump: CapturePump) -> None:
    finding = play_back(pump, seconds=0.3, play=lambda _data, _rate: None)
    assert finding.state is State.ATTENTION
    assert play_back(None).state is State.PROBLEM


def test_another_program_that_records_is_named(sound: SoundServer) -> None:
    assert holders().found == ()
    command = ["parec", "--client-name=meeting", "--raw", "/dev/null"]
    with process(command, env=sound.environ, stderr=subprocess.DEVNULL) as recorder:
        until(lambda: holders().found)
        (one,) = holders().found
        assert (one.device, one.program, one.pid) == ("microphone", "meeting", recorder.pid)
        assert holders({recorder.pid}.__contains__).found == ()

"""The voice detector's timing and thrift, with scripted detectors."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import pytest
from support.blocks import blocks

from recorder.capture.frames import AudioBlock
from recorder.detect.observations import Blindness, VoiceObservation
from recorder.detect.voice.sound_input import SILENT_AFTER_S
from recorder.detect.voice.speech import HANGOVER, NS, PRE_ROLL, WINDOW_NS, VoiceAnalyzer

ORIGIN_NS = 7_000 * NS


@dataclass
class Ear:
    """A gate and a confirmer in one: loud is voiced, and speech where ``says``."""

    says: float = 0.9
    heard: list[bytes] = field(default_factory=list)
    resets: int = 0

    def is_speech(self, buf: bytes, sample_rate: int) -> bool:
        assert sample_rate == 16_000
        assert len(buf) == 960
        return bool(np.abs(np.frombuffer(buf, np.int16)).max() > 1000)

    def process_chunk(self, audio: bytes) -> float:
        assert len(audio) == 1024
        self.heard.append(audio)
        return self.says

    def reset(self) -> None:
        self.resets += 1


class Follower(Ear):
    """An ear that is sure of what is loud and of nothing else."""

    def process_chunk(self, audio: bytes) -> float:
        return 0.9 if np.abs(np.frombuffer(audio, np.int16)).max() > 1000 else 0.0


def analyzer(ear: Ear) -> VoiceAnalyzer:
    return VoiceAnalyzer(gate=ear, confirmer=ear)


def listen(voice: VoiceAnalyzer, sound: list[AudioBlock]) -> list[VoiceObservation]:
    windows = [window for block in sound for window in voice.observe(block)]
    return [window.observation for window in (*windows, *voice.finish())]


def loud(seconds: float, rate: int = 16_000) -> np.ndarray:
    return np.full(round(seconds * rate), 8000, np.int16)


def quiet(seconds: float, rate: int = 16_000) -> np.ndarray:
    return np.zeros(round(seconds * rate), np.int16)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_gives_a_window_every_32_ms(rate: int) -> None:
    seen = listen(analyzer(Ear()), blocks(quiet(2, rate), rate, start_ns=ORIGIN_NS))
    assert len(seen) in (61, 62)
    steps = {b.monotonic_ns - a.monotonic_ns for a, b in itertools.pairwise(seen)}
    assert steps == {WINDOW_NS}
    assert seen[0].monotonic_ns == ORIGIN_NS


def test_the_size_of_blocks_does_not_matter() -> None:
    sound = np.concatenate([quiet(0.5), loud(0.5), quiet(0.5)])
    answers = []
    for size in (100, 512, 1600, 24_000):
        sounds = blocks(sound, 16_000, size=size, start_ns=ORIGIN_NS)
        answers.append(listen(analyzer(Ear()), sounds))
    assert all(answer == answers[0] for answer in answers)


def test_silence_never_asks_the_neural_detector() -> None:
    ear = Ear()
    seen = listen(analyzer(ear), blocks(quiet(5), 16_000, start_ns=ORIGIN_NS))
    assert ear.heard == []
    assert {window.speech for window in seen} == {0}


def test_a_voice_is_heard_from_before_it_began_until_after_it_ended() -> None:
    ear = Ear()
    sound = np.concatenate([quiet(0.32), loud(0.32), quiet(0.96)])
    listen(analyzer(ear), blocks(sound, 16_000, size=512, start_ns=ORIGIN_NS))
    assert len(ear.heard) == PRE_ROLL + 10 + HANGOVER


def test_what_the_neural_detector_denies_is_no_speech() -> None:
    seen = listen(analyzer(Ear(says=0.02)), blocks(loud(3), 16_000, start_ns=ORIGIN_NS))
    assert max(window.speech for window in seen) < 0.1


def test_speech_is_said_at_once_and_silence_a_window_later() -> None:
    voice = analyzer(Ear())
    sound = np.concatenate([quiet(0.32), loud(0.32)])
    said = [
        [window.observation.speech for window in voice.observe(block)]
        for block in blocks(sound, 16_000, size=512, start_ns=ORIGIN_NS)
    ]
    assert [len(windows) for windows in said] == [0, *[1] * 9, 2, *[1] * 9]
    assert said[10] == [0.6, 0.9]


def test_a_pause_between_words_is_speech_and_what_follows_the_last_one_is_not() -> None:
    sound = np.concatenate([loud(0.512), quiet(0.512), loud(0.512), quiet(2)])
    ear = Follower()
    seen = listen(VoiceAnalyzer(ear, ear), blocks(sound, 16_000, start_ns=ORIGIN_NS))
    assert [window.speech > 0.5 for window in seen[:48]] == [True] * 48
    assert not any(window.speech > 0.5 for window in seen[48:])


def test_a_pause_of_the_stream_begins_anew() -> None:
    ear = Ear()
    voice = analyzer(ear)
    for block in blocks(loud(1), 16_000, start_ns=ORIGIN_NS):
        voice.observe(block)
    later = ORIGIN_NS + 10 * NS
    seen = listen(voice, blocks(quiet(1), 16_000, start_ns=later))
    assert seen[0].monotonic_ns == later
    assert seen[0].speech == 0
    assert ear.resets == 2


def test_another_rate_begins_anew() -> None:
    voice = analyzer(Ear())
    listen(voice, blocks(quiet(1), 16_000, start_ns=ORIGIN_NS))
    seen = listen(voice, blocks(quiet(1, 48_000), 48_000, start_ns=ORIGIN_NS + NS))
    assert seen[0].monotonic_ns == ORIGIN_NS + NS


@pytest.mark.parametrize("ppm", [-300, 300])
def test_the_times_follow_a_sound_card_whose_clock_drifts(ppm: int) -> None:
    sound = blocks(quiet(600), 16_000, size=1600, ppm=ppm, start_ns=ORIGIN_NS)
    seen = listen(analyzer(Ear()), sound)
    end_ns = sound[-1].monotonic_ns + NS // 10
    assert abs(seen[-1].monotonic_ns + WINDOW_NS - end_ns) < 3 * WINDOW_NS
    assert all(b.monotonic_ns >= a.monotonic_ns for a, b in itertools.pairwise(seen))


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
def test_a_muted_microphone_is_said_after_some_seconds(rate: int) -> None:
    sound = np.concatenate([loud(1, rate), quiet(SILENT_AFTER_S + 2, rate), loud(2, rate)])
    seen = listen(analyzer(Ear()), blocks(sound, rate, start_ns=ORIGIN_NS))
    silent = [window.monotonic_ns for window in seen if window.blind is Blindness.SILENT]
    assert abs(silent[0] - ORIGIN_NS - round((1 + SILENT_AFTER_S) * NS)) < 3 * WINDOW_NS
    assert abs(silent[-1] - ORIGIN_NS - round((3 + SILENT_AFTER_S) * NS)) < 3 * WINDOW_NS
    assert seen[-1].blind is None
    assert seen[-1].speech == 0.9


def test_an_overdriven_microphone_is_said_and_still_heard() -> None:
    sound = np.clip(8 * np.tile(np.arange(-8000, 8000, 160), 400), -32768, 32767)
    seen = listen(analyzer(Ear()), blocks(sound.astype(np.int16), 16_000))
    assert {window.blind for window in seen[40:]} == {Blindness.CLIPPED}
    assert seen[-1].speech == 0.9

"""The voice detector's timing and thrift, with scripted detectors."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import pytest
from support.blocks import blocks

from recorder.capture.frames import AudioBlock
from recorder.detect.observations import VoiceObservation
from recorder.detect.voice import HANGOVER, NS, PRE_ROLL, WINDOW_NS, VoiceAnalyzer

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


def analyzer(ear: Ear) -> VoiceAnalyzer:
    return VoiceAnalyzer(gate=ear, confirmer=ear)


def listen(voice: VoiceAnalyzer, sound: list[AudioBlock]) -> list[VoiceObservation]:
    return [seen for block in sound for seen in voice.observe(block)]


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


def test_the_probability_sinks_slowly_in_a_voice_and_fast_in_silence() -> None:
    sound = np.concatenate([loud(0.512), loud(0.512), quiet(0.96)])
    ear = Ear()
    voice = analyzer(ear)
    seen = listen(voice, blocks(sound[:8192], 16_000, size=512, start_ns=ORIGIN_NS))
    ear.says = 0.0
    seen += listen(voice, blocks(sound, 16_000, size=512, start_ns=ORIGIN_NS)[16:])
    at_end_of_voice, after_silence = seen[31].speech, seen[31 + 19].speech
    assert 0.55 < at_end_of_voice < 0.75
    assert after_silence < 0.25


def test_a_pause_of_the_stream_begins_anew() -> None:
    ear = Ear()
    voice = analyzer(ear)
    listen(voice, blocks(loud(1), 16_000, start_ns=ORIGIN_NS))
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

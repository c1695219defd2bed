"""The packaged models on made speech: a small form of what `make accuracy` measures."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest
from accuracy.labelled import over_noise, pcm, talk
from accuracy.second_voice import second_voices
from accuracy.spoken import HELD_OUT, RATE, Voice, sentences, spoken
from accuracy.voice import compared, listen, pooled
from support.blocks import blocks

from recorder.detect.analysis.analyze import Request, analyze
from recorder.detect.observations import Blindness
from recorder.detect.setup import DetectorSetup
from recorder.detect.voice.sounds import SoundAnalyzer
from recorder.detect.voice.speech import VoiceAnalyzer
from recorder.detect.voice.voice_enrolment import NotEnrolled, VoicePrint, enrol
from recorder.faults import EnvironmentFault

RMS = next(voice for voice in HELD_OUT if voice.name == "rms")
OTHER = next(voice for voice in HELD_OUT if voice.name == "en-us+f3")


def said(voice: Voice, seconds: float, seed: int = 1) -> np.ndarray:
    clean, _ = talk(voice, seconds, seed)
    return clean


def hiss(sound: np.ndarray) -> np.ndarray:
    return sound + np.random.default_rng(0).normal(0, 5e-4, len(sound)).astype(np.float32)


@pytest.fixture(scope="module")
def known() -> VoicePrint:
    found = enrol(pcm(hiss(said(RMS, 14))), RATE)
    assert isinstance(found, VoicePrint), found
    return found


def test_speech_over_noise_at_10_db_is_heard_where_it_is() -> None:
    scenes = [
        over_noise(RMS, "pink", 10, 8, 1),
        over_noise(OTHER, "white", 10, 8, 2),
        over_noise(HELD_OUT[2], "brown", 10, 8, 3),
    ]
    counts = pooled([compared(scene.speech, listen(scene)) for scene in scenes])
    assert counts.f1 >= 0.94
    assert counts.false_rate <= 0.15


def test_another_voice_is_told_and_ones_own_is_not(known: VoicePrint) -> None:
    mine, other = said(RMS, 12, seed=5), said(OTHER, 10, seed=6)
    (found,) = second_voices(pcm(hiss(np.concatenate([mine, other]))), known.setup)
    assert 13 <= found.start_ns / 1e9 <= 15
    assert "the enrolled one" in str(found.detail["reason"])


def wav(path: Path, sound: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm(sound).tobytes())
    return path


def test_analyze_compares_the_voices_of_a_file_with_one_that_is_given(tmp_path: Path) -> None:
    voice = wav(tmp_path / "candidate.wav", hiss(said(RMS, 14)))
    audio = wav(tmp_path / "exam.wav", hiss(said(OTHER, 12, seed=6)))
    output = tmp_path / "lines.jsonl"
    assert analyze(Request(None, audio, None, output, voice=voice)) == 0
    lines = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    heard = [line for line in lines if line.get("stream") == "microphone"]
    assert all("speech" in line for line in heard if line["type"] == "observation")
    compared_with = [line["unlike"] for line in heard if line["type"] == "voice"]
    assert min(compared_with) > 0.9
    (found,) = [line for line in lines if line.get("kind") == "second_voice"]
    assert "the enrolled one" in found["detail"]["reason"]
    assert "voice-encoder" in lines[-1]["models"]


def test_a_voice_that_cannot_be_compared_with_is_said(tmp_path: Path) -> None:
    audio = wav(tmp_path / "exam.wav", said(RMS, 3))
    muted = wav(tmp_path / "muted.wav", np.zeros(5 * RATE))
    with pytest.raises(EnvironmentFault, match="no voice to compare with") as fault:
        analyze(Request(None, audio, None, tmp_path / "lines.jsonl", voice=muted))
    assert "muted" in fault.value.advice


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (np.zeros(8 * RATE), "muted"),
        (spoken(RMS, sentences(RMS)[0]), "4 s are needed"),
        (np.clip(40 * said(RMS, 14), -1, 1), "too loud"),
        (np.concatenate([said(RMS, 8), said(OTHER, 8)]), "More than one voice"),
    ],
)
def test_what_is_no_enrolment_is_said_with_what_to_do(sound: np.ndarray, words: str) -> None:
    found = enrol(pcm(sound), RATE)
    assert isinstance(found, NotEnrolled)
    assert words in found.problem
    assert "Read the sentence aloud once more." in found.problem


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_speech_is_heard_from_a_microphone_of_any_rate_and_offset(rate: int) -> None:
    sound = hiss(spoken(RMS, sentences(RMS)[1]))
    at = np.arange(0, len(sound) - 1, RATE / rate)
    moved = np.interp(at, np.arange(len(sound)), sound) + 0.1
    analyzer = VoiceAnalyzer()
    windows = [w for block in blocks(pcm(moved), rate) for w in analyzer.observe(block)]
    share = np.mean([window.is_speech for window in windows])
    assert 0.7 < share <= 1
    assert {window.observation.blind for window in windows} == {None}


def test_a_muted_microphone_is_silent_and_costs_no_comparison(known: VoicePrint) -> None:
    sounds = SoundAnalyzer()
    sounds.prepare(DetectorSetup(voice=known.setup))
    answers = [sounds.observe([b]) for b in blocks(np.zeros(8 * RATE, np.int16), RATE)]
    reasons = {heard.blind for answer in answers for heard in answer.observations}
    assert reasons == {None, Blindness.SILENT}
    assert not any(answer.speakers for answer in answers)

"""Stretches of speech, compared one at a time with a voice that is known or learnt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pytest

from recorder.detect.observations import Blindness, SpeakerObservation, VoiceObservation
from recorder.detect.setup import VoiceSetup
from recorder.detect.voice.pauses import HeardWindow
from recorder.detect.voice.speakers import (
    HOP_WINDOWS,
    LEAST_ROOM_WINDOWS,
    STRETCH_WINDOWS,
    WAITING,
    SpeakerTracker,
    Stretches,
)
from recorder.detect.voice.speech import WINDOW, WINDOW_NS
from recorder.detect.voice.voice_encoder import PARTIAL_SAMPLES
from recorder.detect.voice.voice_print import FirstVoice, likeness, unlike, voice_print


@dataclass
class ByLoudness:
    """An encoder to which voices of another loudness are other voices."""

    asked: int = 0
    rooms: list[object] = field(default_factory=list)

    def embed(self, sound: np.ndarray, noise: np.ndarray | None = None) -> np.ndarray:
        assert len(sound) == PARTIAL_SAMPLES
        self.asked += 1
        self.rooms.append(noise)
        found = np.zeros(4, np.float32)
        found[int(np.abs(sound).max()) // 2000] = 1
        return found


def window(
    number: int,
    speech: float = 0.9,
    level: int = 1000,
    *,
    blind: Blindness | None = None,
    voiced: bool | None = None,
) -> HeardWindow:
    samples = np.where(np.arange(WINDOW) % 20 < 10, level, -level).astype(np.int16)
    heard = VoiceObservation(number * WINDOW_NS, speech, blind)
    return HeardWindow(heard, samples, speech >= 0.5 if voiced is None else voiced)


def stretches(windows: Iterable[HeardWindow]) -> list[int]:
    """The first window of each stretch that is found."""
    cutter = Stretches()
    found = [cutter.take(one) for one in windows]
    return [stretch.start_ns // WINDOW_NS for stretch in found if stretch]


def test_stretches_overlap_by_half() -> None:
    windows = [window(number) for number in range(STRETCH_WINDOWS + 2 * HOP_WINDOWS)]
    assert stretches(windows) == [0, HOP_WINDOWS, 2 * HOP_WINDOWS]
    assert stretches(windows[: STRETCH_WINDOWS - 1]) == []


@pytest.mark.parametrize(
    "odd",
    [
        window(30, speech=0.1),
        window(30, blind=Blindness.CLIPPED),
        window(35),  # sound was lost
    ],
)
def test_a_stretch_is_of_one_piece(odd: HeardWindow) -> None:
    windows = [window(number) for number in range(60)]
    assert stretches([*windows[:30], odd, *windows[31:]]) == []


def test_a_stretch_that_is_mostly_pause_says_nothing() -> None:
    pauses = [window(number, voiced=number % 2 == 0) for number in range(STRETCH_WINDOWS)]
    assert stretches(pauses) == []


@pytest.mark.parametrize(("room_level", "found"), [(300, 1), (600, 0)])
def test_speech_must_stand_out_of_the_room(room_level: int, found: int) -> None:
    room = [window(number, 0.0, room_level) for number in range(LEAST_ROOM_WINDOWS)]
    speech = [window(LEAST_ROOM_WINDOWS + number) for number in range(STRETCH_WINDOWS)]
    assert len(stretches([*room, *speech])) == found


def tracker(setup: VoiceSetup, encoder: ByLoudness | None = None) -> SpeakerTracker:
    return SpeakerTracker(encoder or ByLoudness(), setup)


KNOWN = VoiceSetup((0.9, 0.0, 0.0, 0.0))


def heard(tracker: SpeakerTracker, windows: Iterable[HeardWindow]) -> list[SpeakerObservation]:
    found = []
    for one in windows:
        tracker.hear(one)
        if said := tracker.judge():
            found.append(said)
    return found


def test_the_known_voice_and_another_are_told_apart() -> None:
    mine = [window(number, level=1000) for number in range(STRETCH_WINDOWS)]
    after = STRETCH_WINDOWS + 10
    others = [window(after + number, level=5000) for number in range(STRETCH_WINDOWS)]
    first, second = heard(tracker(KNOWN), [*mine, *others])
    assert first.unlike < 0.1
    assert second.unlike > 0.9
    assert second.monotonic_ns == after * WINDOW_NS
    assert second.end_ns - second.monotonic_ns == PARTIAL_SAMPLES * 62_500
    assert not second.learnt


def test_the_room_is_taken_off() -> None:
    encoder = ByLoudness()
    room = [window(number, 0.0, 40) for number in range(20)]
    speech = [window(20 + number) for number in range(STRETCH_WINDOWS)]
    heard(tracker(KNOWN, encoder), [*room, *speech])
    (taken,) = encoder.rooms
    assert isinstance(taken, np.ndarray)
    assert taken.shape == (40,)
    assert taken.sum() > 0


def test_one_stretch_is_compared_at_a_time_and_the_oldest_give_way() -> None:
    encoder = ByLoudness()
    tracking = tracker(KNOWN, encoder)
    for number in range(STRETCH_WINDOWS + (WAITING + 3) * HOP_WINDOWS):
        tracking.hear(window(number))
    assert encoder.asked == 0
    first = tracking.judge()
    assert encoder.asked == 1
    assert first is not None
    assert first.monotonic_ns == 4 * HOP_WINDOWS * WINDOW_NS
    rest = [tracking.judge() for _ in range(WAITING - 1)]
    assert all(rest)
    assert not tracking.is_behind
    assert tracking.judge() is None


def test_without_an_enrolled_voice_the_first_for_long_enough_is_learnt() -> None:
    tracking = tracker(VoiceSetup())
    long = STRETCH_WINDOWS + 11 * HOP_WINDOWS
    other = [window(number, level=3000) for number in range(2 * STRETCH_WINDOWS)]
    mine = [window(200 + number, level=1000) for number in range(long)]
    first = heard(tracking, [*other, *mine])
    assert [one.unlike < 0.1 for one in first] == [True, True]
    learnt = tracking.take_learnt()
    assert learnt is not None
    assert tracking.take_learnt() is None
    (after,) = heard(
        tracking, [window(2000 + number, level=3000) for number in range(STRETCH_WINDOWS)]
    )
    assert after.unlike > 0.9
    assert after.learnt
    again = tracker(VoiceSetup(learnt, learnt=True))
    (same,) = heard(again, [window(number, level=1000) for number in range(STRETCH_WINDOWS)])
    assert same.unlike < 0.1
    assert same.learnt
    assert again.take_learnt() is None


def unit(*numbers: float) -> np.ndarray:
    found = np.array(numbers, np.float32)
    return found / np.linalg.norm(found)


def test_a_prints_length_is_how_alike_its_stretches_are() -> None:
    same = voice_print([unit(1, 0, 0), unit(1, 0, 0), unit(1, 0, 0)])
    assert np.linalg.norm(same) == pytest.approx(1)
    spread = voice_print([unit(1, 0.5, 0), unit(1, -0.5, 0), unit(1, 0, 0.5)])
    assert 0.7 < np.linalg.norm(spread) < 0.95
    assert likeness(spread, unit(1, 0, 0)) > 0.95


def test_the_less_a_voice_is_like_itself_the_more_is_allowed() -> None:
    stretch = unit(0.72, 0.69, 0)
    sure, unsure = unit(1, 0, 0) * 0.9, unit(1, 0, 0) * 0.75
    assert unlike(sure, stretch) > 0.5 > unlike(unsure, stretch)


def test_many_voices_do_not_fill_the_memory() -> None:
    first = FirstVoice()
    for number in range(100):
        other = np.zeros(100, np.float32)
        other[number] = 1
        assert first.take(other) is None
    mine = np.zeros(100, np.float32)
    mine[0] = 1
    learnt = [first.take(mine) for _ in range(FirstVoice.ENOUGH)]
    assert learnt[-1] is not None
    assert learnt[:-1] == [None] * (FirstVoice.ENOUGH - 1)

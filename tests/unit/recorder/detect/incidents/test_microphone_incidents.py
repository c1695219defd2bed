"""Speech and a second voice: two questions about one sound, the second answered late."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from recorder.detect.incidents.microphone_incidents import LATEST_WORD_NS, MicrophoneIncidents
from recorder.detect.observations import (
    Blindness,
    Finding,
    Incident,
    MicrophoneObservation,
    SpeakerObservation,
    Unobserved,
    VoiceObservation,
)
from recorder.detect.voice.speech import NS, WINDOW_NS
from shared.flags import Kind
from shared.policy import DEFAULT_RULES

Span = tuple[float, float]
STRETCH_S, HOP_S = 1.6, 0.8


def sound(
    seconds: float,
    speech: list[Span],
    unlike: list[Span] = [],  # noqa: B006
    *,
    late_s: float = 0.3,
    blind: tuple[Span, Blindness] | None = None,
) -> Iterator[MicrophoneObservation]:
    """What is heard in the order in which it is said."""
    said: list[tuple[float, MicrophoneObservation]] = []
    for at_ns in range(0, round(seconds * NS), WINDOW_NS):
        at = at_ns / NS
        speaking = any(start <= at < end for start, end in speech)
        reason = blind[1] if blind and blind[0][0] <= at < blind[0][1] else None
        said.append((at, VoiceObservation(at_ns, 0.9 if speaking else 0.0, reason)))
    for start, end in speech:
        at = start
        while at + STRETCH_S <= end:
            other = any(a <= at + STRETCH_S / 2 < b for a, b in unlike)
            heard = SpeakerObservation(
                round(at * NS), round((at + STRETCH_S) * NS), 0.97 if other else 0.02
            )
            said.append((at + STRETCH_S + late_s, heard))
            at += HOP_S
    return (heard for _, heard in sorted(said, key=lambda pair: pair[0]))


def findings(heard: Iterator[MicrophoneObservation], seconds: float) -> list[Finding]:
    ids = itertools.count()
    incidents = MicrophoneIncidents(DEFAULT_RULES.__getitem__, lambda: str(next(ids)))
    found = [finding for one in heard for finding in incidents.observed(one)]
    return found + incidents.finish(round(seconds * NS))


def ended(found: list[Finding], kind: Kind) -> list[Span]:
    return [
        (round(one.start_ns / NS, 1), round(one.end_ns / NS, 1))
        for one in found
        if isinstance(one, Incident) and one.kind is kind and one.end_ns is not None
    ]


def test_another_voice_is_one_incident_from_its_first_word_to_its_last() -> None:
    found = findings(sound(40, [(2, 8), (15, 22)], [(15, 22)]), 40)
    ((start, end),) = ended(found, Kind.SECOND_VOICE)
    assert start == 15
    assert 21.5 <= end <= 22.1
    assert ended(found, Kind.SPEECH) == [(2, 8), (15, 22)]


def test_the_incident_goes_on_over_the_pauses_of_the_other() -> None:
    found = findings(sound(40, [(5, 9), (11, 15)], [(5, 15)]), 40)
    assert len(ended(found, Kind.SECOND_VOICE)) == 1


def test_short_sentences_with_pauses_add_up() -> None:
    found = findings(sound(40, [(5, 7.5), (10, 12.5)], [(5, 12.5)]), 40)
    ((start, end),) = ended(found, Kind.SECOND_VOICE)
    assert (start, end) == (5, 12.5)


def test_what_is_far_apart_does_not_add_up() -> None:
    found = findings(sound(40, [(5, 7.5), (13, 15.5)], [(5, 16)]), 40)
    assert not ended(found, Kind.SECOND_VOICE)


def test_the_candidate_alone_is_no_second_voice() -> None:
    assert not ended(findings(sound(60, [(2, 20), (30, 50)]), 60), Kind.SECOND_VOICE)


def test_one_stretch_or_two_that_are_unlike_are_none() -> None:
    found = findings(sound(30, [(2, 20)], [(10, 11.6)]), 30)
    assert not ended(found, Kind.SECOND_VOICE)


def test_an_answer_in_a_conversation_ends_where_the_candidate_speaks_again() -> None:
    found = findings(sound(40, [(2, 30)], [(10, 16)]), 40)
    ((start, end),) = ended(found, Kind.SECOND_VOICE)
    assert abs(start - 10) < 1
    assert abs(end - 16) < 1.3


def test_a_detector_that_is_slow_changes_nothing() -> None:
    quick = findings(sound(40, [(15, 22)], [(15, 22)], late_s=0.1), 40)
    slow = findings(sound(40, [(15, 22)], [(15, 22)], late_s=1.2), 40)
    assert ended(slow, Kind.SECOND_VOICE) == ended(quick, Kind.SECOND_VOICE)
    assert LATEST_WORD_NS >= (STRETCH_S + 1.2) * NS


def test_what_is_open_at_the_end_is_ended() -> None:
    found = findings(sound(12, [(4, 12)], [(4, 12)]), 12)
    ((start, end),) = ended(found, Kind.SECOND_VOICE)
    assert start == 4
    assert end <= 12


def test_a_muted_microphone_is_unobserved_and_an_overdriven_one_is_still_heard() -> None:
    muted = findings(sound(30, [(1, 25)], blind=((10, 20), Blindness.SILENT)), 30)
    (silent,) = [one for one in muted if isinstance(one, Unobserved)]
    assert (round(silent.start_ns / NS), round(silent.end_ns / NS)) == (10, 20)
    assert silent.reason is Blindness.SILENT
    loud = findings(sound(30, [(1, 25)], blind=((1, 25), Blindness.CLIPPED)), 30)
    assert ended(loud, Kind.SPEECH) == [(1, 25)]
    assert {one.reason for one in loud if isinstance(one, Unobserved)} == {Blindness.CLIPPED}


def test_it_is_said_which_voice_was_compared_with() -> None:
    ids = itertools.count()
    for learnt, words in ((False, "the enrolled one"), (True, "the first one heard")):
        incidents = MicrophoneIncidents(
            lambda kind: DEFAULT_RULES[kind], lambda: str(next(ids))
        )
        found = []
        for number in range(5):
            at = number * 800_000_000
            found += incidents.observed(SpeakerObservation(at, at + 2 * NS, 0.9, learnt))
        (begun,) = [one for one in found if isinstance(one, Incident)]
        assert words in str(begun.detail["reason"])

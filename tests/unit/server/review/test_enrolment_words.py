"""What was found before the exam, in words; odd details are printed as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.review.enrolment_words import Told, merged, told

IDENTITY = {"quality": 0.83, "threshold": 0.55}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"identity": IDENTITY}, [Told("Photograph", "taken, quality 0.83 of 1")]),
        (
            {"identity": {"left_out": "no camera", "unwatched": ["identity_mismatch: none"]}},
            [Told("Photograph", "left out: no camera (identity_mismatch: none)", look=True)],
        ),
        (
            {"identity": {"document": {"distance": 0.41, "threshold": 0.55}}},
            [Told("Document", "its face is like the candidate's: distance 0.41, limit 0.55")],
        ),
        (
            {"identity": {"document": {"distance": 0.61, "threshold": 0.55, "same": True}}},
            [
                Told(
                    "Document",
                    "its face is not like the candidate's: distance 0.61, limit 0.55",
                    look=True,
                )
            ],
        ),
        (
            {"identity": {"document": {"left_out": "nobody to ask"}}},
            [Told("Document", "left out: nobody to ask", look=True)],
        ),
        (
            {"identity": {"document": {"reason": "not shown: lost"}}},
            [Told("Document", "not shown: lost", look=True)],
        ),
        (
            {"liveness": {"blinks": 2, "hint": "blinked 2 times in 6 s"}},
            [Told("Liveness", "blinked 2 times in 6 s")],
        ),
        (
            {"calibration": {"calibrated": True, "quality": 0.81, "points": 9}},
            [Told("Looks at the screen", "calibrated, quality 0.81 of 1, 9 points")],
        ),
        (
            {"calibration": {"calibrated": False, "trouble": "skipped"}},
            [Told("Looks at the screen", "not calibrated: skipped", look=True)],
        ),
        (
            {"calibration": {"left_out": "no camera"}},
            [Told("Looks at the screen", "left out: no camera", look=True)],
        ),
        (
            {"voice": {"speech_s": 9.5, "likeness": 0.9}},
            [Told("Voice", "taken from 9.5 s of speech, like itself to 0.90 of 1")],
        ),
        (
            {"voice": {"left_out": "unasked", "instead": "learnt in the exam"}},
            [Told("Voice", "left out: unasked (learnt in the exam)", look=True)],
        ),
        ({}, []),
    ],
)
def test_what_was_found_is_said_in_words(said: dict, expected: list[Told]) -> None:
    assert list(told(said)) == expected


def test_a_later_word_about_the_document_keeps_the_face() -> None:
    left_out = {"document": {"left_out": "lost"}}
    both = merged(IDENTITY, left_out)
    assert both == IDENTITY | left_out
    # Taken anew, nothing of the first try is left.
    assert merged({"left_out": "dark"}, IDENTITY) == IDENTITY


json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
KEYS = (
    *("quality", "left_out", "document", "distance", "threshold", "hint", "calibrated"),
    *("trouble", "speech_s", "likeness", "points", "spread_degrees", "unwatched"),
)
details = st.dictionaries(st.sampled_from(KEYS), json, max_size=5)


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("identity", "liveness", "calibration", "voice"), details)
    )
)
def test_whatever_a_machine_says_is_printed_and_bounded(said: dict) -> None:
    for one in told(said):
        assert one.name
        assert len(one.words) < 600

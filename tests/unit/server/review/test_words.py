"""Words of the search index, and who a text calls."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.review.calling import Colleague, called_in
from server.review.queue import Filters, Place
from server.review.search import DOCUMENT_WORDS, index_words, words_of
from server.web.queue_form import query_of, read_filters

COLLEAGUES = [
    Colleague("a", "Ada Lovelace", "ada"),
    Colleague("b", "Bob", "b.smith"),
    Colleague("c", "Ada Byron", "byron"),
]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("", []),
        (" … — \0", []),
        ("Chat GPT – Browser", ["chat", "gpt", "browser"]),
        ("Müller's Café, CAFÉ", ["muller", "s", "cafe"]),
        ("straße 12b", ["strasse", "12b"]),
        ("日本語 test", ["日本語", "test"]),
        ("x" * 50, ["x" * 40]),
    ],
)
def test_words_are_without_case_accents_and_signs(said: str, words: list[str]) -> None:
    assert words_of(said) == words


@given(st.text())
def test_what_is_kept_is_plain_and_stays_in_its_words(said: str) -> None:
    kept = index_words([said])
    assert len(kept) <= DOCUMENT_WORDS
    assert all(set(word) <= set("0123456789abcdef") and word for word in kept)


@pytest.mark.parametrize(
    ("said", "people", "unknown"),
    [
        ("@ada look", ["a"], ()),
        ("@ADALOVELACE, @bob and @b.smith.", ["a", "b"], ()),
        ("ada@example.edu is an address", [], ()),
        ("@nobody", [], ("nobody",)),
        ("@byron @byron", ["c"], ()),
        ("@", [], ()),
    ],
)
def test_colleagues_are_called_by_name(
    said: str, people: list[str], unknown: tuple[str, ...]
) -> None:
    found = called_in(said, COLLEAGUES)
    assert ([one.id for one in found.people], found.unknown) == (people, unknown)


@given(st.floats(0, 100), st.integers(0, 2**53), st.uuids())
def test_a_place_is_read_as_it_is_written(score: float, created: int, name) -> None:
    place = Place(score, created, name.hex)
    assert Place.read(str(place)) == place


@pytest.mark.parametrize(
    "said", ["", "x", "1~2~3", "nan~1~" + "0" * 32, "1e9999~1~" + "0" * 32]
)
def test_what_is_no_place_is_none(said: str) -> None:
    assert Place.read(said) is None


def test_filters_are_read_as_an_address_says_them() -> None:
    said = {
        "exam": "e1",
        "state": "closed",
        "evidence": "missing",
        "sort": "second",
        "kind": "gaze_away",
        "outcome": "referred",
        "mine": "yes",
        "min": "10",
        "max": "90",
        "candidate": "Ada & Co",
        "q": "chat gpt",
    }
    filters = read_filters(said)

    assert dict(parse_qsl(query_of(filters)[1:])) == said
    assert read_filters({"sort": "odd", "min": "x", "max": "1e9", "state": "?"}) == Filters()
    assert read_filters({"min": "80", "max": "20"}) == Filters(low=20, high=80)
    assert query_of(read_filters({"max": "0"})) == "?max=0"

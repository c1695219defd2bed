"""The words of a candidate's page: the same in every language; kept sentences found again."""

from __future__ import annotations

from string import Formatter

import pytest

from server.accounts.models import Role
from server.audit.words import ACTIONS
from server.candidates.outcome_lines import outcome_in
from server.candidates.words import ENGLISH, LANGUAGES, Words, Wrong

SESSION = "5e" * 16
PLACES = {"session": SESSION, "n": "12", "hash": "ab" * 32}
ENGLISH_WORDS, GERMAN_WORDS = Words("en"), Words("de")


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_words_with_the_same_places(language: str) -> None:
    words = LANGUAGES[language]
    assert words.keys() == ENGLISH.keys()
    assert {name: places(words[name]) for name in words} == {
        name: places(ENGLISH[name]) for name in ENGLISH
    }


def test_who_looked_and_at_what_has_words() -> None:
    looked = [name.removeprefix("access.") for name in ACTIONS if name.startswith("access.")]
    assert len(looked) > 10
    asked = {f"what.{one}" for one in looked} | {f"role.{role.value}" for role in Role}
    assert not sorted({*asked, "role.", "role.candidate"} - ENGLISH.keys())


@pytest.mark.parametrize("name", [name for name in ENGLISH if name.startswith("outcome.")])
def test_what_came_of_a_request_is_found_again_in_its_sentence(name: str) -> None:
    reasons = [one for one in ENGLISH if one.startswith("reason.")]
    kept, told = (
        words(name, why="; ".join(words(one, **PLACES) for one in reasons), **PLACES)
        for words in (ENGLISH_WORDS, GERMAN_WORDS)
    )
    assert outcome_in(GERMAN_WORDS, kept) == told
    assert outcome_in(ENGLISH_WORDS, kept) == kept


@pytest.mark.parametrize(
    "line",
    ["", "Refused", "We refused it.", f"Session {SESSION} stays with us.", "{why} {session}"],
)
def test_what_staff_wrote_stays_as_it_is(line: str) -> None:
    assert outcome_in(GERMAN_WORDS, line) == line


def test_a_reason_that_has_no_words_is_told_as_it_was_kept() -> None:
    line = f"Session {SESSION} stays: the moon is full; a legal hold on the exam."
    told = f"Die Sitzung {SESSION} bleibt: the moon is full; eine Löschsperre für die Prüfung."
    assert outcome_in(GERMAN_WORDS, line) == told


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [(1, "1 day", "einem Tag"), (7, "7 days", "7 Tagen"), (1_000, "1,000 days", "1.000 Tagen")],
)
def test_days_are_counted(count: int, english: str, german: str) -> None:
    assert (ENGLISH_WORDS.days(count), GERMAN_WORDS.days(count)) == (english, german)


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [(1, "1 minute", "einer Minute"), (15, "15 minutes", "15 Minuten")],
)
def test_minutes_are_counted(count: int, english: str, german: str) -> None:
    assert (ENGLISH_WORDS.minutes(count), GERMAN_WORDS.minutes(count)) == (english, german)


def test_an_error_is_english_for_everybody_but_the_candidate() -> None:
    error = ValueError(Wrong("request-text", 4_000))
    assert str(error) == "At most 4,000 characters, please."
    assert GERMAN_WORDS.wrong(error) == "Höchstens 4.000 Zeichen, bitte."
    assert GERMAN_WORDS.wrong(ValueError("No.")) == "No."

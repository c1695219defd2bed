"""Numbers, kinds and flaws in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QLocale
from support.scripted_program import make_offer

from recorder.status import Delivery
from recorder.ui import words
from recorder.ui.link import Flaw
from shared.flags import Group, Kind
from shared.policy import Accommodation, EvidenceKey, Exam, Institution, Policy, Rule


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


def policy(**changes: object) -> Policy:
    values: dict[str, object] = {
        "institution": Institution(name="U", contact="c"),
        "exam": Exam(id="e", title="E"),
        "purpose": "p",
        "retention_days": 30,
        "evidence_keys": (EvidenceKey(kid="k", public_key="p"),),
    }
    return Policy(**(values | changes))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-3, "0:00"),
        (0, "0:00"),
        (59.9, "0:59"),
        (61, "1:01"),
        (3600, "1:00:00"),
        (86399, "23:59:59"),
    ],
)
def test_a_clock_counts_whole_seconds(seconds: float, shown: str) -> None:
    assert words.clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (1, "1 second"),
        (45, "45 seconds"),
        (60, "1 minute"),
        (3599, "1 hour"),
        (3600, "1 hour"),
        (5400, "1 hour 30 minutes"),
        (7260, "2 hours 1 minute"),
    ],
)
def test_a_length_is_said_to_the_minute(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 kB"),
        (1, "1 kB"),
        (99_999, "100 kB"),
        (100_000, "0.1 MB"),
        (440_000, "0.4 MB"),
        (12_345_678, "12.3 MB"),
    ],
)
def test_a_size_is_never_nothing_for_something(count: int, shown: str) -> None:
    assert words.size(count) == shown


def test_the_queue_says_that_all_is_safe() -> None:
    assert (
        words.waiting(Delivery(10, 6, 20, 12, 900_000, 500_000, online=True))
        == "12 pieces, 0.4 MB waiting; all safe on this computer."
    )
    assert (
        words.waiting(Delivery(10, 9, 20, 20, 900_000, 900_000, online=True))
        == "1 piece, 0 kB waiting; all safe on this computer."
    )
    assert (
        words.waiting(Delivery(10, 10, 20, 20, 9, 9, online=False))
        == "Everything so far has been delivered."
    )


def test_how_far_the_delivery_is() -> None:
    delivery = Delivery(10, 6, 20, 12, 4_500_000, 3_200_000, online=True)
    assert words.delivered(delivery) == "18 of 30 pieces delivered (3.2 MB of 4.5 MB)"


def test_the_last_day_a_recording_is_kept() -> None:
    shown = words.kept_until(policy(retention_days=30), date(2026, 12, 20))
    assert shown == "Kept 30 days, until 19 January 2027; then it is deleted."
    assert words.kept_until(policy(retention_days=1), date(2028, 2, 28)).startswith(
        "Kept 1 day, until 29 February 2028;"
    )


def test_what_goes_earlier_is_said_by_kind_the_first_first_and_the_rest_last() -> None:
    today = date(2026, 12, 20)
    said = words.kept_by_kind(
        policy(retention_days=90, kept_days={"camera": 30, "identity": 7, "screen": 400}),
        today,
    )
    rest = "Everything else: what was noted, and the exam's record"
    assert said == [
        "Photographs of you and your document – 7 days, until 27 December 2026",
        "Video from the camera – 30 days, until 19 January 2027",
        f"{rest} – 90 days, until 20 March 2027",
    ]
    assert words.kept_by_kind(policy(retention_days=90), today) == []
    same = policy(retention_days=90, kept_days={"camera": 90, "screen": 400})
    assert words.kept_by_kind(same, today) == []


def test_what_is_not_recorded_is_not_said_to_be_kept() -> None:
    kinds = {"camera": 3, "microphone": 4, "screen": 5, "snapshots": 6, "identity": 7}
    bare = make_offer(camera=False, microphone=False, kept_days=kinds).policy
    said = words.kept_by_kind(bare, date(2026, 12, 20))
    assert [line.partition(" – ")[0] for line in said[:-1]] == [
        "Video of the screen",
        "Pictures and clips of what was noted",
    ]


def test_only_enabled_kinds_of_the_group_are_noted() -> None:
    rules = {Kind.SPEECH: Rule(), Kind.SECOND_VOICE: Rule(enabled=False), Kind.GAP: Rule()}
    assert words.noted(policy(kinds=rules), Group.VOICE) == ["when someone speaks"]
    assert words.noted(policy(kinds=rules), Group.FACE) == []


def test_what_an_accommodation_switches_off_is_said_and_not_noted() -> None:
    given = Accommodation(profile="B", off=(Kind.SPEECH, Kind.SECOND_VOICE, Kind.GAP))
    rules = {Kind.SPEECH: Rule(), Kind.SECOND_VOICE: Rule(enabled=False)}
    shown = policy(kinds=rules, accommodation=given)
    assert words.switched_off(shown) == ["when someone speaks"]
    assert words.noted(shown, Group.VOICE) == []
    assert words.switched_off(policy(kinds=rules)) == []


def test_every_kind_has_words_of_its_own() -> None:
    assert len({words.noted_kind(kind) for kind in Kind}) == len(Kind)


@pytest.mark.parametrize("flaw", list(Flaw))
def test_every_flaw_says_what_to_do(flaw: Flaw) -> None:
    trouble = words.flaw(flaw)
    assert trouble.what.endswith(".")
    assert trouble.advice.endswith(".")
    assert not trouble.reference


def test_a_stream_of_a_later_version_is_shown_by_its_name() -> None:
    assert words.stream("microphone") == "Microphone"
    assert words.stream("second-camera") == "second-camera"

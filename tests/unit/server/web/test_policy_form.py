"""The form of a policy: whatever it shows is read back, whatever is wrong is named."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.exams.terms import Terms
from server.web.policy_form import Mistakes, fields_of, read_terms, reset_fields
from server.web.policy_view import groups
from shared.flags import Kind, Severity
from shared.policy import (
    DEFAULT_RULES,
    Breaks,
    Clips,
    Environment,
    Identity,
    Objects,
    Review,
    Rule,
)

FIELDS = fields_of(Terms())


def read(base: Terms | None = None, **changes: str) -> Terms:
    found = read_terms(FIELDS | changes, base or Terms())
    assert isinstance(found, Terms), found
    return found


def whole(terms: Terms) -> Terms:
    """The same with every kind said."""
    return msgspec.structs.replace(terms, kinds=terms.rules)


def test_the_defaults_are_read_back() -> None:
    assert read() == whole(Terms())


rules = st.builds(
    Rule,
    enabled=st.booleans(),
    severity=st.sampled_from([Severity.INFO, Severity.LOW, Severity.HIGH]),
    threshold=st.integers(50, 99).map(lambda n: n / 100),
    release=st.integers(5, 50).map(lambda n: n / 100),
    onset_s=st.integers(0, 100).map(lambda n: n / 10),
    escalate_after_s=st.integers(200, 900).map(float),
    escalate_to=st.just(Severity.CRITICAL),
    weight=st.integers(0, 1000).map(lambda n: n / 10),
)


@given(rules, st.booleans())
def test_whatever_is_set_is_read_back(rule: Rule, photo: bool) -> None:
    terms = Terms(
        kinds=Terms().rules | {Kind.SPEECH: rule},
        identity=Identity(photo=True, document=photo),
        objects=Objects(labels=("a", "b"), model="f" * 64),
        clips=Clips(before_s=2.5),
        heartbeat_s=7.0,
    )
    assert read_terms(fields_of(terms), terms) == terms


def of_micros(least_s: int, most_s: int) -> st.SearchStrategy[float]:
    return st.integers(least_s * 10**6, most_s * 10**6).map(lambda n: n / 10**6)


@given(of_micros(60, 86_400), of_micros(0, 86_400), of_micros(0, 10), of_micros(61, 3_600))
@example(6_020.0, 62.0, 0.5, 1_234.567_8)
def test_no_number_changes_by_being_shown(
    duration_s: float, longest_s: float, limit: float, graver_s: float
) -> None:
    speech = msgspec.structs.replace(
        DEFAULT_RULES[Kind.SPEECH],
        threshold=0.612_345_67,
        weight=limit,
        escalate_after_s=graver_s,
        escalate_to=Severity.CRITICAL,
    )
    terms = Terms(
        duration_s=duration_s,
        kinds=Terms().rules | {Kind.SPEECH: speech},
        breaks=Breaks(longest_s=longest_s),
        environment=Environment(limit=limit),
        review=Review(burst_s=graver_s),
    )
    assert read_terms(fields_of(terms), terms) == terms


def test_what_the_form_does_not_show_stays() -> None:
    camera = msgspec.structs.replace(Terms().streams.camera, width=1280)
    speech = msgspec.structs.replace(DEFAULT_RULES[Kind.SPEECH], merge_s=9.0)
    base = msgspec.structs.replace(
        Terms(),
        streams=msgspec.structs.replace(Terms().streams, camera=camera),
        kinds=Terms().rules | {Kind.SPEECH: speech},
        rotate_s=600.0,
    )
    assert read(base) == base


def test_numbers_are_read_as_people_write_them() -> None:
    found = read(**{"speech.threshold": " 75,5 ", "minutes": "90"})
    assert found.kinds[Kind.SPEECH].threshold == 0.755
    assert found.duration_s == 5400


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("gaze_away.threshold", "wide", "number"),
        ("gaze_away.threshold", "nan", "number"),
        ("gaze_away.threshold", "100", "from 5 to 90°"),
        ("gaze_away.escalate_after_s", "soon", "or nothing"),
        ("gaze_away.escalate_to", "awful", "from the list"),
        ("speech.release", "70", "never more"),
        ("clips.severity", "awful", "from the list"),
        ("retention_days", "1.5", "whole number"),
        ("camera.kbit_s", "", "from 16 to 8,000"),
        ("model", "not a hash", "64 digits"),
        ("purpose", " ", "why it is recorded"),
    ],
)
def test_a_mistake_is_named_and_nothing_typed_is_lost(
    field: str, typed: str, says: str
) -> None:
    found = read_terms(FIELDS | {field: typed}, Terms())
    assert isinstance(found, Mistakes)
    assert says in found.words[field]
    assert found.fields[field] == typed
    assert len(found.words) == 1


def test_without_a_stream_what_needs_it_goes_off_where_that_is_said() -> None:
    fields = {name: text for name, text in FIELDS.items() if name != "camera"}
    found = read_terms(fields, Terms())
    assert isinstance(found, Mistakes)
    assert "Eyes off the screen" in found.words["camera"]
    found = read_terms(fields | {"camera.without": "on"}, Terms())
    assert isinstance(found, Terms)
    assert not found.kinds[Kind.GAZE_AWAY].enabled
    assert found.kinds[Kind.SPEECH].enabled
    assert not found.identity.photo
    assert not found.clips.enabled


def test_a_kind_goes_back_to_its_default_and_the_others_stay() -> None:
    typed = FIELDS | {"speech.threshold": "99", "gaze_away.threshold": "x"}
    del typed["speech.on"]
    found = reset_fields(typed, "speech")
    assert (found["speech.threshold"], found["speech.on"]) == ("60", "on")
    assert found["gaze_away.threshold"] == "x"
    assert reset_fields(typed | {"labels": "x"}, "all") == FIELDS | {"labels": "x"}
    assert reset_fields(typed, "nothing") == typed


def test_the_form_tells_what_is_otherwise_than_by_default() -> None:
    shown = {
        one.kind: one
        for group in groups(Terms().rules, FIELDS | {"speech.weight": "9"}, {})
        for one in group.kinds
    }
    assert list(shown) == [kind for kind in Kind if kind in DEFAULT_RULES]
    assert shown[Kind.SPEECH].default.startswith("on. Somebody speaks")
    assert not any(one.default for kind, one in shown.items() if kind is not Kind.SPEECH)


@given(st.dictionaries(st.sampled_from(list(FIELDS)), st.text(max_size=20)))
def test_whatever_is_typed_is_terms_or_named_mistakes(typed: dict[str, str]) -> None:
    found = read_terms(typed, Terms())
    assert isinstance(found, Terms) or found.words
    drawn = groups(DEFAULT_RULES, typed, found.words if isinstance(found, Mistakes) else {})
    assert drawn


def test_nothing_is_said_of_what_is_held_against_a_mistake() -> None:
    mistyped = ("minutes", "retention_days", "clips.after_s", "gaze_away.threshold")
    typed = dict.fromkeys((*mistyped, "speech.onset_s"), "x") | {
        "breaks.count": "1",
        "breaks.minutes": "10",
        "kept.camera": "30",
        "clips.before_s": "0",
        "gaze_away.release": "40",
        "speech.escalate_after_s": "0.1",
        "speech.escalate_to": "critical",
    }
    found = read_terms(FIELDS | typed, Terms())
    assert isinstance(found, Mistakes)
    assert set(found.words) == {*mistyped, "speech.onset_s"}
    said = read_terms(FIELDS | typed | dict.fromkeys(mistyped, "20"), Terms())
    assert isinstance(said, Mistakes)
    assert {"kept.camera", "gaze_away.release"} < set(said.words)

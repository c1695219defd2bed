"""The policy form about start, breaks, the machine, the browser and what is asked for."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.exams.contradictions import contradictions
from server.exams.terms import Terms
from server.web.policy_form import WITHOUT, Mistakes, fields_of, read_terms
from server.web.schedule_form import start_said
from server.web.surroundings_form import part_views
from shared.policy import Breaks, Environment, Identity, Level, Lockdown, Surface

FIELDS = fields_of(Terms())
VIENNA = {"zone": "Europe/Vienna"}
HOUR = 3_600 * 1_000_000


def whole(terms: Terms) -> Terms:
    """The same with every kind said."""
    return msgspec.structs.replace(terms, kinds=terms.rules)


def read(**changes: str) -> Terms:
    found = read_terms(FIELDS | changes, Terms())
    assert isinstance(found, Terms), found.words
    return found


def wrong(**changes: str) -> dict[str, str]:
    found = read_terms(FIELDS | changes, Terms())
    assert isinstance(found, Mistakes)
    return found.words


levels = st.fixed_dictionaries(
    {name: st.sampled_from(list(Level)) for name in Lockdown.__struct_fields__}
)
surfaces = st.builds(
    Surface,
    kind=st.sampled_from(["record_only", "browser"]),
    start=st.just("https://exams.example.edu/a"),
    allowed=st.sampled_from([(), ("a.example", "*.b.example/x*")]),
    **{
        name: st.booleans()
        for name in Surface.__struct_fields__
        if name not in {"kind", "start", "allowed"}
    },
)


@given(
    levels,
    surfaces,
    st.builds(Identity, **dict.fromkeys(Identity.__struct_fields__, st.booleans())),
    st.builds(
        Breaks, count=st.integers(0, 9), longest_s=st.integers(1, 59).map(lambda n: n * 60.0)
    ),
    st.builds(
        Environment,
        action=st.sampled_from(["note", "ask"]),
        limit=st.integers(0, 20).map(lambda n: n / 2),
    ),
    st.integers(0, 100),
)
def test_whatever_is_set_is_read_back(
    level: dict, surface: Surface, identity: Identity, breaks: Breaks, environment, warnings
) -> None:
    terms = whole(
        Terms(
            lockdown=Lockdown(**level),
            surface=surface,
            identity=identity,
            breaks=breaks,
            environment=environment,
            warnings=warnings,
        )
    )
    found = read_terms(fields_of(terms), terms)
    if contradictions(terms):
        assert isinstance(found, Mistakes)
        assert set(found.words) == {one.field for one in contradictions(terms)}
    else:
        assert found == terms


@given(st.integers(0, 4_000_000_000), st.sampled_from(["UTC", "Europe/Vienna", "Asia/Tokyo"]))
def test_any_start_is_read_back_to_the_minute(seconds: int, zone: str) -> None:
    starts = seconds // 60 * 60 * 1_000_000
    terms = whole(Terms(starts_us=starts, zone=zone))
    assert read_terms(fields_of(terms), terms) == terms


def test_a_start_is_local_with_utc_beside_it() -> None:
    typed = {"starts_at": "2026-07-15T09:00", **VIENNA}
    assert read(**typed).starts_us == 1_784_098_800_000_000
    assert start_said(typed) == "15 Jul 2026, 09:00 Europe/Vienna (07:00 UTC)"
    assert read(starts_at="", **VIENNA).starts_us is None
    assert start_said({"starts_at": "", "zone": "UTC"}) == ""


def test_of_a_time_that_is_there_twice_it_is_asked_which() -> None:
    typed = {"starts_at": "2026-10-25T02:30", **VIENNA}
    found = read_terms(FIELDS | typed, Terms())
    assert isinstance(found, Mistakes)
    assert "(00:30 UTC), or 25 Oct 2026" in found.words["starts_fold"]
    # So the form shows the question, and the answer is taken.
    assert found.fields["starts_fold"] == ""
    first, second = (read(**typed, starts_fold=one).starts_us for one in ("first", "second"))
    assert first is not None
    assert second == first + HOUR
    terms = whole(Terms(starts_us=second, zone="Europe/Vienna"))
    assert fields_of(terms)["starts_fold"] == "second"


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"starts_at": "2026-03-29T02:30", **VIENNA}, "starts_at", "take 01:30 or 03:30"),
        ({"starts_at": "tomorrow"}, "starts_at", "a date and a time"),
        ({"zone": "Atlantis"}, "zone", "no time zone"),
        ({"zone": ""}, "zone", "no time zone"),
        ({"lockdown.keys": "block"}, "lockdown.keys", "from the list"),
        ({"surface.kind": "kiosk"}, "surface.kind", "one of the two"),
        ({"surface.start": "x" * 2_001}, "surface.start", "2,000"),
        ({"environment.action": "block"}, "environment.action", "from the list"),
        ({"environment.limit": "11"}, "environment.limit", "from 0 to 10"),
        ({"breaks.count": "1.5"}, "breaks.count", "whole number"),
        ({"breaks.count": "1", "breaks.minutes": "0,5"}, "breaks.minutes", "a minute"),
        ({"warnings": "-1"}, "warnings", "from 0 to 100"),
        ({"surface.kind": "browser"}, "surface.start", "needs an address"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(
    typed: dict[str, str], field: str, says: str
) -> None:
    assert says in wrong(**typed)[field]


def test_a_start_outside_the_exam_is_named() -> None:
    fields = FIELDS | {"starts_at": "2026-07-15T09:00", "zone": "UTC"}
    found = read_terms(fields, Terms(), (0, 1_000_000))
    assert isinstance(found, Mistakes)
    assert "within its own time" in found.words["starts_at"]


def test_without_a_stream_what_needs_it_goes_too() -> None:
    for stream, gone in (("microphone", {"voice"}), ("camera", {"photo", "calibration"})):
        fields = {name: text for name, text in FIELDS.items() if name != stream}
        found = read_terms(fields | {f"{stream}.{WITHOUT}": "on"}, Terms())
        assert isinstance(found, Terms)
        assert not any(getattr(found.identity, name) for name in gone)


def test_parts_are_shown_with_what_was_typed_and_what_is_wrong() -> None:
    views = part_views({"lockdown.keys": "watch"}, {"lockdown.keys": "no"})
    shown = {one.part.name: (one.level, one.wrong) for one in views}
    assert shown["keys"] == ("watch", "no")
    assert shown["sleep"] == ("", "")

"""What a verification says: counted, named up to a bound, in the order of the checks."""

from __future__ import annotations

import json
import re

import pytest

from shared.verdict import (
    CLAIMS,
    MAX_NAMED,
    AtPiece,
    AtRecord,
    CheckId,
    CheckResult,
    Ledger,
    Outcome,
    Verdict,
    verdict_json,
)


def verdict(*outcomes: Outcome) -> Verdict:
    """A verdict whose checks went so."""
    results = tuple(
        CheckResult(check, outcome, 1)
        for check, outcome in zip(CheckId, outcomes, strict=False)
    )
    return Verdict(
        session="s",
        key_fingerprint="f",
        pinned="f",
        results=results,
        records=0,
        blobs=0,
        gaps=0,
    )


def test_checks_have_the_numbers_of_the_specification() -> None:
    assert [check.name.lower() for check in CheckId] == [
        "container",
        "session",
        "key",
        "signature",
        "order",
        "link",
        "clock",
        "blob",
        "durable",
        "anchor",
        "complete",
    ]
    assert [check.value for check in CheckId] == list(range(11))


def test_every_check_claims_something_in_a_line() -> None:
    assert list(CLAIMS) == list(CheckId)
    assert len(set(CLAIMS.values())) == len(CLAIMS)
    for check, claim in CLAIMS.items():
        assert re.fullmatch(r"[a-z][a-z',]*( [a-z',]+){3,11}", claim), claim
        assert CheckResult(check, Outcome.HOLDS, 1).claim == claim


def test_outcomes_are_words() -> None:
    assert [str(outcome) for outcome in Outcome] == ["holds", "fails", "skipped"]


@pytest.mark.parametrize(
    ("outcomes", "holds"),
    [
        ((Outcome.HOLDS, Outcome.HOLDS), True),
        ((Outcome.HOLDS, Outcome.FAILS), False),
        ((Outcome.SKIPPED, Outcome.HOLDS), False),
    ],
)
def test_a_verdict_holds_where_every_check_does(
    outcomes: tuple[Outcome, ...], holds: bool
) -> None:
    assert verdict(*outcomes).holds is holds


def test_what_is_not_looked_at_is_skipped() -> None:
    results = Ledger().results()

    assert results == tuple(CheckResult(check, Outcome.SKIPPED, 0) for check in CheckId)


def test_looks_are_counted() -> None:
    ledger = Ledger()
    ledger.look(CheckId.KEY)
    ledger.look(CheckId.KEY, 4)
    ledger.look(CheckId.BLOB, 0)

    assert ledger.results()[CheckId.KEY] == CheckResult(CheckId.KEY, Outcome.HOLDS, 5)
    assert ledger.results()[CheckId.BLOB] == CheckResult(CheckId.BLOB, Outcome.HOLDS, 0)


def test_failures_are_in_words_and_in_places() -> None:
    ledger = Ledger()
    ledger.look(CheckId.LINK, 9)
    ledger.fail(CheckId.LINK, "first", AtRecord(3))
    ledger.fail(CheckId.LINK, "second", AtPiece("camera", 4))
    ledger.fail(CheckId.LINK, "third")

    assert ledger.results()[CheckId.LINK] == CheckResult(
        CheckId.LINK,
        Outcome.FAILS,
        9,
        ("first", "second", "third"),
        (AtRecord(3), AtPiece("camera", 4), None),
    )


def test_a_failure_without_a_look_fails() -> None:
    ledger = Ledger()
    ledger.fail(CheckId.KEY, "why")

    assert ledger.results()[CheckId.KEY].outcome is Outcome.FAILS
    assert ledger.results()[CheckId.KEY].looked_at == 0


@pytest.mark.parametrize("beyond", [0, 1, 7])
def test_only_so_many_failures_are_in_words(beyond: int) -> None:
    ledger = Ledger()
    for number in range(MAX_NAMED + beyond):
        ledger.fail(CheckId.BLOB, f"piece {number}", AtRecord(number))

    result = ledger.results()[CheckId.BLOB]

    words = [f"piece {number}" for number in range(20)]
    assert list(result.failures) == words + ([f"and {beyond} more"] if beyond else [])
    places = [AtRecord(number) for number in range(20)]
    assert list(result.places) == places + ([None] if beyond else [])


def test_a_verdict_for_programs_has_these_members() -> None:
    """What scripts and the server's pages read; a name that changes breaks them."""
    ledger = Ledger()
    for check in CheckId:
        ledger.look(check, int(check) + 1)
    ledger.fail(CheckId.LINK, "first", AtRecord(3))
    ledger.fail(CheckId.LINK, "second", AtPiece("camera", 4))
    ledger.fail(CheckId.LINK, "third")
    told = Verdict(
        session="s",
        key_fingerprint="f",
        pinned="f",
        results=ledger.results(),
        records=7,
        blobs=5,
        gaps=2,
    )

    said = json.loads(verdict_json(told))

    checks = said.pop("checks")
    assert said == {
        "holds": False,
        "session": "s",
        "institution_key": "f",
        "key_given": True,
        "records": 7,
        "blobs": 5,
        "gaps": 2,
    }
    assert [check["number"] for check in checks] == list(range(11))
    assert checks[CheckId.LINK] == {
        "number": 5,
        "name": "link",
        "claim": CLAIMS[CheckId.LINK],
        "outcome": "fails",
        "looked_at": 6,
        "failures": ["first", "second", "third"],
        "where": [{"record": 3}, {"stream": "camera", "stream_seq": 4}, None],
    }

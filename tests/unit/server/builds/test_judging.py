"""How a program stands with the list, over all that it can say and the list can hold."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sessions import Keys, make_policy

from server.builds.judging import CONFIDENCE, Listed, Program, Standing, finding, judge
from server.builds.reading import findings
from server.ingest.projection import program_row
from server.review.correlation import Incident
from server.review.flag_reading import Added, flags_of
from server.review.flags import HUMAN_ABOVE
from server.review.score import automatic
from shared.build import FilesVerdict
from shared.flags import Kind, Severity
from shared.policy import Policy, Rule

OWN, SIGNER = "a1" * 32, "b2" * 32
PROGRAM = Program(
    seq=0, at=0, packaged=True, files="as it was built", build=OWN, signer=SIGNER,
    number=4, version="0.1.0",
)  # fmt: skip
BEGAN = 1_000
ON_IT = Listed(any=True, flagged=True, signer_known=True, signer=SIGNER)
NOT_ON_IT = Listed(any=True, flagged=True, signer_known=True)
EMPTY = Listed(any=False, flagged=True)
POLICY: Policy = make_policy(Keys())


@pytest.mark.parametrize(
    ("changes", "listed", "standing", "flagged"),
    [
        ({}, ON_IT, Standing.ACCEPTED, False),
        ({}, NOT_ON_IT, Standing.UNLISTED, True),
        ({}, replace(NOT_ON_IT, signer_known=False), Standing.STRANGER, True),
        ({"signer": "c3" * 32}, ON_IT, Standing.STRANGER, True),
        ({"files": "changed since it was built"}, ON_IT, Standing.ALTERED, True),
        ({"files": "changed since it was built"}, EMPTY, Standing.ALTERED, True),
        ({"files": "still being compared"}, ON_IT, Standing.ACCEPTED, False),
        ({"files": FilesVerdict.UNLISTED.value}, ON_IT, Standing.UNSIGNED, True),
        ({"build": ""}, NOT_ON_IT, Standing.UNSIGNED, True),
        ({"build": "", "packaged": False, "files": ""}, NOT_ON_IT, Standing.UNSIGNED, True),
        (
            {"build": "", "packaged": False, "files": "runs from its source"},
            NOT_ON_IT,
            Standing.SOURCE,
            True,
        ),
        ({}, EMPTY, Standing.UNJUDGED, False),
        ({"build": ""}, EMPTY, Standing.UNJUDGED, False),
        ({}, replace(ON_IT, withdrawn=BEGAN + 1), Standing.ACCEPTED, False),
        ({}, replace(ON_IT, withdrawn=BEGAN), Standing.UNLISTED, True),
    ],
)
def test_a_program_stands_as_it_says_and_the_list_has_it(
    changes: dict, listed: Listed, standing: Standing, flagged: bool
) -> None:
    judged = judge(replace(PROGRAM, **changes), listed, BEGAN)
    assert (judged.standing, judged.flagged) == (standing, flagged)
    assert judged.words
    assert judged.standing.label


PROGRAMS = st.builds(
    Program,
    seq=st.integers(0, 9),
    at=st.integers(0, 10**9),
    packaged=st.booleans(),
    files=st.sampled_from(["", *FilesVerdict]),
    build=st.sampled_from(["", OWN]),
    signer=st.sampled_from(["", SIGNER, "c3" * 32]),
    number=st.none() | st.integers(0, 9),
    version=st.sampled_from(["", "0.1.0"]),
)
LISTS = st.builds(
    Listed,
    any=st.booleans(),
    flagged=st.booleans(),
    signer_known=st.booleans(),
    signer=st.none() | st.just(SIGNER),
    withdrawn=st.none() | st.integers(0, 2 * BEGAN),
)


@given(PROGRAMS, LISTS)
def test_an_empty_list_says_nothing_and_the_setting_flags_nothing(
    program: Program, listed: Listed
) -> None:
    judged = judge(program, listed, BEGAN)
    if not listed.any and judged.standing is not Standing.ALTERED:
        assert judged.standing is Standing.UNJUDGED
    assert not (judged.flagged and judged.standing.good)
    assert not judge(program, replace(listed, flagged=False), BEGAN).flagged
    assert judged.told


def flags(judged, policy: Policy = POLICY, incidents=(), added: Added | None = None):
    return flags_of("s", list(incidents), policy, added or Added(), [judged])


def test_a_finding_is_a_flag_that_no_limit_counts_before_a_person_has_looked() -> None:
    altered = judge(replace(PROGRAM, files="changed since it was built"), EMPTY, BEGAN)
    (flag,) = flags(altered)
    assert (flag.id, flag.kind) == ("program-0", Kind.ALTERED_PROGRAM)
    assert flag.severity is POLICY.rule(Kind.ALTERED_PROGRAM).severity
    assert flag.needs_person
    assert automatic([flag]) == []


def test_an_unlisted_build_is_weaker_than_what_asks_for_a_person() -> None:
    (flag,) = flags(judge(PROGRAM, NOT_ON_IT, BEGAN))
    assert flag.confidence == CONFIDENCE[Standing.UNLISTED] <= HUMAN_ABOVE
    assert not flag.needs_person
    assert automatic([flag]) == []


def test_what_the_recorder_told_of_the_same_is_one_flag_with_it() -> None:
    own = Incident(
        id=f"{1:032x}", kind=Kind.ALTERED_PROGRAM, severity=Severity.HIGH,
        start=2_000_000, end=None, confidence=1.0, seq=5,
    )  # fmt: skip
    altered = judge(replace(PROGRAM, files="changed since it was built"), EMPTY, BEGAN)
    (flag,) = flags(altered, incidents=[own])
    assert flag.count == 2


def test_a_kind_that_the_policy_has_off_is_only_shown() -> None:
    off = {Kind.ALTERED_PROGRAM: Rule(enabled=False)}
    judged = judge(PROGRAM, NOT_ON_IT, BEGAN)
    assert findings([judged], _with(off), ()) == []
    assert judged.flagged


def test_what_somebody_decided_about_stays_as_a_remark() -> None:
    accepted = judge(PROGRAM, ON_IT, BEGAN)
    assert findings([accepted], POLICY, ()) == []
    (left,) = findings([accepted], POLICY, {"program-0"})
    assert left == finding(accepted, Severity.HIGH)
    assert (left.severity, left.confidence) == (Severity.INFO, 0.0)


def _with(kinds: dict[Kind, Rule]) -> Policy:
    return msgspec.structs.replace(POLICY, kinds={**POLICY.kinds, **kinds})


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"packaged": "yes", "files": 3, "build": "x" * 64, "signer": None, "number": "4"},
        {"build": OWN.upper(), "number": True, "version": ["1"], "system": {}},
        {"build": OWN + "\n", "number": -1, "files": "as it was built "},
        {"number": 2**60, "signer": [SIGNER]},
    ],
)
def test_what_a_record_says_otherwise_than_the_protocol_it_has_not_said(told: dict) -> None:
    assert program_row(told) == {
        "packaged": False,
        "files": "",
        "build": "",
        "signer": "",
        "number": None,
        "version": "",
        "system": "",
    }


def test_what_a_record_says_is_kept_within_its_columns() -> None:
    row = program_row({"packaged": True, "build": OWN, "version": "a\0" * 500, "number": 7})
    assert (row["packaged"], row["build"], row["number"]) == (True, OWN, 7)
    assert row["version"] == "a\N{REPLACEMENT CHARACTER}" * 100

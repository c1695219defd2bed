"""What the templates of documents say of programs: as the exams' rules have it."""

from __future__ import annotations

import pytest
from support.policies import default_policy

from server.retention.documents import DOCUMENTS, MOST_PURPOSES, markdown
from server.retention.facts import Facts
from server.retention.settings import KindDays, Protection
from shared.flags import Kind
from shared.policy import (
    OFF,
    Breaks,
    CameraStream,
    Clips,
    Identity,
    MicrophoneStream,
    Policy,
    Review,
    Rule,
    ScreenStream,
    Streams,
)

PAUSED = "until a proctor lets it go on."
ENDED = "ended two minutes later unless a proctor lets it go on."


def text(name: str, *reviews: Review) -> str:
    return filled(name, *(default_policy(review=review) for review in reviews))


def filled(name: str, *policies: Policy) -> str:
    facts = Facts(
        institution="University of Example",
        contact="exams@example.edu",
        protection=Protection(),
        policies=policies,
        exams=len(policies),
        sessions=0,
        store="on this server",
    )
    return markdown(DOCUMENTS[name](facts))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("privacy-notice", "None of them decides anything. A person decides about every exam."),
        ("impact-assessment", "A detector's word has no consequence by itself."),
    ],
)
def test_that_no_program_decides_is_said_only_where_no_score_has_a_limit(
    name: str, words: str
) -> None:
    told = text(name, Review(), Review(at_limit="terminate"))
    assert words in told
    assert PAUSED not in told
    assert ENDED not in told
    assert words not in text(name, Review(), Review(limit=60))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_score_does_at_its_limit_is_said(name: str) -> None:
    pauses, ends = Review(limit=60), Review(limit=60, at_limit="terminate")
    for reviews, paused, ended in (
        ((pauses,), True, False),
        ((ends,), False, True),
        ((Review(), ends, pauses), True, True),
    ):
        told = text(name, *reviews)
        assert (PAUSED in told, ENDED in told) == (paused, ended)
        assert "A person decides about the result" in told


@pytest.mark.parametrize(
    ("number", "days", "held"),
    [
        (1, "1 day", "1 exam and 1 recorded session"),
        (2, "2 days", "2 exams and 2 recorded sessions"),
    ],
)
def test_one_is_one_and_more_are_more(number: int, days: str, held: str) -> None:
    facts = Facts(
        institution="University of Example",
        contact="exams@example.edu",
        protection=Protection(days=KindDays(camera=number), appeal_days=number),
        policies=[default_policy()],
        exams=number,
        sessions=number,
        store="on this server",
    )
    notice, assessed = (markdown(DOCUMENTS[name](facts)) for name in DOCUMENTS)
    assert f"| camera recording | {days} |" in notice
    assert f"an answer within {days}." in notice
    assert f"So far {held} have been on this server." in assessed


def test_an_assessment_asks_why_a_score_may_end_an_exam() -> None:
    asked = "why a score may pause or end an exam"
    assert asked in text("impact-assessment", Review(limit=60))
    assert asked not in text("impact-assessment", Review())


NO_FACE = Identity(photo=False, calibration=False, voice=False)
STREAMS = Streams(screen=ScreenStream(enabled=False))
NOTHING_OF_THE_COMPUTER = {Kind.FACE_MISSING: Rule(), Kind.SECOND_VOICE: Rule()}

PHOTOGRAPH, DOCUMENT = "- a photograph of the face", "- a photograph of a document"
VOICE, CLIPS = "- a sample of the voice", "- short clips of what was noticed"
PICTURES, PROGRAMS = "- pictures of what was noticed", "- the names of windows and programs"
FACES, VOICES = "compares faces with the photograph", "voices with the sample"
TAKEN = (PHOTOGRAPH, DOCUMENT, VOICE, CLIPS, PICTURES, PROGRAMS, FACES, VOICES)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(
    ("policy", "taken"),
    [
        (
            default_policy(),
            {PHOTOGRAPH, VOICE, CLIPS, PICTURES, PROGRAMS, FACES, VOICES},
        ),
        # A document is compared with a photograph, which is taken for that.
        (
            default_policy(
                identity=Identity(photo=False, document=True),
                kinds=NOTHING_OF_THE_COMPUTER,
                clips=Clips(enabled=False),
            ),
            {PHOTOGRAPH, DOCUMENT, VOICE, PICTURES, FACES, VOICES},
        ),
        # A photograph that nothing is compared with; a voice that no other is told from.
        (
            default_policy(
                kinds={Kind.IDENTITY_MISMATCH: OFF, Kind.SECOND_VOICE: OFF},
                streams=STREAMS,
            ),
            {PHOTOGRAPH, CLIPS, PICTURES},
        ),
        (
            default_policy(identity=NO_FACE, kinds=NOTHING_OF_THE_COMPUTER),
            {CLIPS, PICTURES},
        ),
        # Without camera and microphone there is nothing that they would take.
        (
            default_policy(
                identity=Identity(document=True),
                streams=Streams(
                    camera=CameraStream(enabled=False),
                    microphone=MicrophoneStream(enabled=False),
                    screen=ScreenStream(enabled=False),
                ),
            ),
            {PROGRAMS},
        ),
    ],
)
def test_what_is_taken_is_what_candidates_are_asked_to_agree_to(
    name: str, policy: Policy, taken: set[str]
) -> None:
    told = filled(name, policy)
    assert {words for words in TAKEN if words in told} == taken


def test_breaks_are_named_where_the_rules_have_some() -> None:
    none, some = default_policy(), default_policy(breaks=Breaks(count=1))
    assert "; breaks" not in filled("impact-assessment", none)
    assert "; breaks, in which recording goes on" in filled("impact-assessment", none, some)


def test_purposes_that_are_too_many_are_said_to_be_more() -> None:
    policies = [default_policy(purpose=f"For reason {n}.") for n in range(MOST_PURPOSES + 1)]
    some, all_of = filled("privacy-notice", *policies[1:]), filled("privacy-notice", *policies)
    assert "more purpose" not in some
    assert "[1 more purpose: see the exams' rules]" in all_of
    assert f"For reason {MOST_PURPOSES}." not in all_of


def test_only_recordings_are_said_to_lie_in_their_store() -> None:
    told = filled("privacy-notice", default_policy())
    assert "Recordings and pictures are stored on this server;" in told
    assert "are in the server's database [where it stands]." in told

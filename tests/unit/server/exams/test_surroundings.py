"""What terms cannot mean about the machine, the surface, the start, breaks and identity."""

from __future__ import annotations

import msgspec
import pytest
from support.policies import default_policy

from server.exams.changes import changes, plainly
from server.exams.contradictions import contradictions
from server.exams.machine import BY_KIND, PARTS, level_of
from server.exams.surroundings import pattern_fault, start_fault
from server.exams.terms import Terms, noticed, terms_of
from shared.flags import Kind
from shared.policy import (
    DEFAULT_RULES,
    Breaks,
    CameraStream,
    Environment,
    Exam,
    Identity,
    Level,
    Lockdown,
    MicrophoneStream,
    Rule,
    Streams,
    Surface,
)

BROWSER = Surface(kind="browser", start="https://exams.example.edu/a")
OFF = Rule(enabled=False)


def test_every_part_of_the_policy_is_said() -> None:
    assert [part.name for part in PARTS] == list(Lockdown.__struct_fields__)
    for part in PARTS:
        words = {part.said(level) for level in Level}
        assert len(words) == len(Level), part.name
        assert all(one.endswith(".") for one in words)
        assert part.undone in part.said(Level.ENFORCE)


@pytest.mark.parametrize("kind", list(BY_KIND))
def test_a_kind_follows_its_part_where_nothing_else_is_said(kind: Kind) -> None:
    part = BY_KIND[kind]
    off = Terms(lockdown=msgspec.structs.replace(Lockdown(), **{part.name: Level.OFF}))
    assert not off.rule(kind).enabled
    assert contradictions(off) == []
    watched = Terms(lockdown=msgspec.structs.replace(Lockdown(), **{part.name: Level.WATCH}))
    assert watched.rule(kind).enabled
    assert contradictions(watched) == []


@pytest.mark.parametrize("kind", list(BY_KIND))
def test_a_flag_that_nobody_would_notice_is_a_contradiction(kind: Kind) -> None:
    part = BY_KIND[kind]
    for level, rule, wrong in (
        (Level.OFF, DEFAULT_RULES[kind], True),
        (Level.WATCH, OFF, True),
        (Level.ENFORCE, OFF, False),
        (Level.OFF, OFF, False),
        (Level.WATCH, DEFAULT_RULES[kind], False),
    ):
        surface = BROWSER if part.name == "full_screen" else Surface()
        terms = Terms(
            lockdown=msgspec.structs.replace(Lockdown(), **{part.name: level}),
            kinds={kind: rule},
            surface=surface,
        )
        fields = [one.field for one in contradictions(terms)]
        assert fields == ([f"lockdown.{part.name}"] if wrong else []), (level, rule.enabled)


CASES = [
    (Terms(surface=Surface(kind="browser")), "surface.start", "needs an address"),
    (
        Terms(surface=Surface(kind="browser", start="http://exams.example.edu")),
        "surface.start",
        "https://",
    ),
    (
        Terms(surface=Surface(kind="browser", start="https://e.edu", allowed=("*",))),
        "surface.allowed",
        "every address",
    ),
    (Terms(kinds={Kind.BLOCKED_ADDRESS: Rule()}), "surface.kind", "choose the browser"),
    (
        Terms(lockdown=Lockdown(full_screen=Level.ENFORCE)),
        "lockdown.full_screen",
        "no window that could fill",
    ),
    (
        Terms(surface=msgspec.structs.replace(BROWSER, clipboard=False)),
        "surface.clipboard",
        "watch the clipboard",
    ),
    (
        Terms(
            environment=Environment(action="ask"),
            kinds=dict.fromkeys(
                (
                    Kind.VIRTUAL_MACHINE,
                    Kind.REMOTE_SESSION,
                    Kind.VIRTUAL_CAMERA,
                    Kind.DEBUGGER,
                    Kind.ALTERED_PROGRAM,
                ),
                OFF,
            ),
        ),
        "environment.action",
        "only note them",
    ),
    (Terms(breaks=Breaks(count=1, longest_s=30)), "breaks.minutes", "a minute at least"),
    (Terms(breaks=Breaks(count=1, longest_s=3600)), "breaks.minutes", "as long as the exam"),
    (Terms(zone="Europe/Atlantis"), "zone", "no time zone"),
]


@pytest.mark.parametrize(("terms", "field", "says"), CASES)
def test_a_contradiction_is_named_at_its_field(terms: Terms, field: str, says: str) -> None:
    (found,) = contradictions(terms)
    assert found.field == field
    assert says in found.words


def test_a_start_lies_within_the_exam() -> None:
    window = (10_000_000, 20_000_000)
    for starts, wrong in ((9_999_999, True), (10_000_000, False), (20_000_000, True)):
        fields = [one.field for one in contradictions(Terms(starts_us=starts), window)]
        assert fields == (["starts_at"] if wrong else [])
    assert contradictions(Terms(starts_us=1)) == []


def test_what_a_stream_is_needed_for_before_the_exam_is_named() -> None:
    camera = Terms(streams=Streams(camera=CameraStream(enabled=False)))
    microphone = Terms(streams=Streams(microphone=MicrophoneStream(enabled=False)))
    assert "the nine looks at the screen" in contradictions(camera)[0].words
    assert "the sentence that the candidate reads aloud" in contradictions(microphone)[0].words


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("https://exams.example.edu", ""),
        ("https://exams.example.edu:8443/a?b=c", ""),
        ("http://127.0.0.1:8000/", ""),
        ("http://localhost/", ""),
        ("http://[::1]:9/", ""),
        ("http://10.0.0.1/", "https://"),
        ("ftp://e.edu/", "https://"),
        ("javascript:alert(1)", "no address"),
        ("exams.example.edu", "no address"),
        ("https://", "no address"),
        ("https://e.edu:99999/", "no address"),
        ("https://e.edu/a b", "no address"),
        ("https://ada:secret@e.edu/", "password"),
        ("", "needs an address"),
    ],
)
def test_a_start_is_an_address_that_nobody_can_change(start: str, says: str) -> None:
    found = start_fault(start)
    assert (says in found) if says else (found == "")


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("login.example.edu", ""),
        ("*.example.edu", ""),
        ("example.org/dictionary/*", ""),
        ("https://example.org/x", ""),
        ("bücher.example", ""),
        ("e.edu:8443/x", ""),
        ("[::1]:80/x", ""),
        ("*", "every address"),
        ("*/*", "every address"),
        ("*.*", "every address"),
        ("https://**/x", "every address"),
        ("http://e.edu", "no host"),
        ("e.edu/a?b=c", "no host"),
        ("e.edu/a b", "no host"),
        ("user@e.edu", "no host"),
        ("e.edu:*", "no host"),
        ("e.edu\\x", "no host"),
    ],
)
def test_an_allowed_address_is_a_host_or_a_host_with_a_path(pattern: str, says: str) -> None:
    found = pattern_fault(pattern)
    assert (says in found) if says else (found == "")


def test_an_old_policy_stays_editable() -> None:
    """It names no kind of the machine, and records neither what newer defaults ask for."""
    streams = Streams(
        camera=CameraStream(enabled=False), microphone=MicrophoneStream(enabled=False)
    )
    old = default_policy(
        kinds={Kind.GAP: DEFAULT_RULES[Kind.GAP]},
        streams=streams,
        identity=Identity(photo=False),
        clips=msgspec.structs.replace(Terms().clips, enabled=False),
    )
    terms = terms_of(old)
    assert contradictions(terms) == []
    assert level_of(terms.lockdown, BY_KIND[Kind.SCREEN_CAPTURE]) is Level.OFF
    assert terms.lockdown.sleep is Level.ENFORCE
    assert not terms.identity.calibration


def test_what_is_noticed_by_a_browser_needs_one() -> None:
    assert noticed(Kind.BLOCKED_ADDRESS, Lockdown(), BROWSER)
    assert not noticed(Kind.BLOCKED_ADDRESS, Lockdown(), Surface())
    assert noticed(Kind.GAP, Lockdown(), Surface())


def test_what_changed_around_the_exam_is_told_in_words() -> None:
    before = default_policy()
    after = default_policy(
        exam=Exam(id="exam-1", title="Statistics", starts_us=0, zone="Europe/Vienna"),
        breaks=Breaks(count=2, longest_s=300),
        warnings=3,
        surface=msgspec.structs.replace(BROWSER, allowed=("a.example",)),
        environment=Environment(action="ask", limit=1.5),
        lockdown=Lockdown(clipboard=Level.ENFORCE),
        identity=Identity(voice=False),
    )
    told = changes(before, after)
    assert told == [
        "Exam begins: 1 Jan 1970, 01:00 Europe/Vienna (00:00 UTC) (was when each is ready)",
        "Breaks: 2, 5 minutes each at most (was none)",
        "Warnings: 3 end the session (was none ends the session)",
        "Sentence read aloud before the exam: not asked for (was asked for)",
        (
            "The candidate works in: the exam browser, from https://exams.example.edu/a on; "
            "with clipboard, header (was other programs beside the recorder)"
        ),
        "Signs of other computers or programs: a proctor is asked from 1.5 on (was noted)",
        "Computer, clipboard: held to (was let be)",
        "Allowed addresses: added a.example",
    ]
    assert ("Computer, clipboard", "held to") in plainly(after)

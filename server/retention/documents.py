"""Templates of a privacy notice and of a data protection impact assessment, filled from what is
set up: as a document of sections, which pages, Markdown and PDF are made of.

They are a beginning. What nobody but the institution knows stands in brackets, and what they
say is to be checked by whoever is responsible; every form of them says so at its head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from server.retention.facts import Facts
from server.retention.kinds import WORDS
from server.retention.settings import Texts
from shared.certificate import EvidenceKind
from shared.counting import count
from shared.flags import Group, Kind
from shared.policy import Policy

DRAFT = (
    "This is a template, filled from the settings of the server. It is not legal advice "
    "and not "
    "complete: have it checked, fill what stands in brackets, and sign it off before "
    "you use it."
)

# More different ones nobody reads; an institution sums them up in its own words.
MOST_PURPOSES = 5


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, a list, and a table whose first row is its head."""

    heading: str
    paragraphs: Sequence[str] = ()
    items: Sequence[str] = ()
    table: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A template that was filled."""

    name: str
    title: str
    sections: Sequence[Section]


def privacy_notice(facts: Facts) -> Document:
    """What candidates are to be told (GDPR, Articles 13 and 14)."""
    texts = facts.texts
    sections = [
        Section(
            "Who is responsible",
            [
                texts.controller or f"{facts.institution}, {facts.contact} [postal address]",
                f"Data protection officer: {texts.officer or '[name and how to reach them]'}",
            ],
        ),
        Section("Why and on what ground", [*_purposes(facts), _basis(texts)]),
        Section(
            "What is recorded",
            [
                (
                    f"{facts.institution} entered your name, its own reference for you and, "
                    "where you are written to, your e-mail address."
                ),
                "Nothing is recorded before you agreed in the app. Depending on the exam:",
            ],
            _recorded(facts),
        ),
        Section(
            "How it is looked at",
            [
                (
                    "Programs on your own computer look for what a reviewer should see, "
                    "for example "
                    "that no face is in the picture. They are wrong at times; how often "
                    "is published. "
                    "None of them recognises feelings."
                ),
                *_decided(facts),
                *_compared(facts),
            ],
        ),
        Section("How long it is kept", [_ends()], table=_retention(facts)),
        Section("Who gets it, and where it is", _recipients(facts)),
        Section(
            "Your rights",
            [
                (
                    "You may see what is kept of you, take a copy, have it corrected or "
                    "deleted, have "
                    "its use limited, object, and withdraw your consent for the time to "
                    "come. On your "
                    "own page, whose address is in the receipt that the app saves, you see "
                    "what is kept and until when, take a copy, withdraw, and ask for "
                    f"deletion. For anything else ask {facts.contact}."
                ),
                (
                    f"If you disagree with a decision, appeal on your page; you have an "
                    f"answer within "
                    f"{count(facts.protection.appeal_days, 'day')}."
                ),
                (
                    "You may complain to a supervisory authority: "
                    f"{texts.authority or '[the authority of your country or state]'}."
                ),
            ],
        ),
    ]
    return Document("privacy-notice", f"Privacy notice: exams of {facts.institution}", sections)


def assessment(facts: Facts) -> Document:
    """An assessment of what it means for candidates (GDPR, Article 35)."""
    done = (
        f"{facts.institution} has exams supervised by recording. So far "
        f"{count(facts.exams, 'exam')} and {count(facts.sessions, 'recorded session')} have "
        "been on this server."
    )
    sections = [
        Section(
            "What is done",
            [done, *_purposes(facts), _basis(facts.texts), *_compared(facts)],
            _recorded(facts),
        ),
        Section("How long it is kept", [_ends()], table=_retention(facts)),
        Section("Who gets it, and where it is", _recipients(facts)),
        _NECESSITY,
        _detectors(facts),
        Section(
            "Risks for candidates, and what is done about them",
            table=[
                ("Risk", "What is done", "What is left"),
                _wrong_flag(facts),
                *_RISKS,
                _weighing(facts),
                ("[others]", "[…]", "[…]"),
            ],
        ),
        Section(
            "Who was asked",
            [
                f"Data protection officer: {facts.texts.officer or '[name]'}: [advice, date]",
                "Candidates or their representatives: [views, date]",
                "Decision: [by whom, date, to be looked at again on]",
            ],
        ),
    ]
    title = f"Data protection impact assessment: exams of {facts.institution}"
    return Document("impact-assessment", title, sections)


_NECESSITY = Section(
    "Why it is necessary, and nothing milder would do",
    [
        (
            "[Say which exams need it, what else was considered (an exam in a hall, an open "
            "book, an oral exam), and why that does not do.]"
        ),
        "[Say which alternative candidates have who do not want to be recorded.]",
    ],
)

_MEASURED = (
    "Measured by the makers of the program on media whose truth is known; what the figures do "
    "not show stands beside them in its documentation."
)
_NO_FIGURES = (
    "[The published figures are not installed on this server; take them from the documentation "
    "of the program.]"
)


def _detectors(facts: Facts) -> Section:
    head = ("What", "Measured", "95 % interval", "Of", "On")
    return Section(
        "How well the detectors work",
        [_MEASURED if facts.rates else _NO_FIGURES, *_consequences(facts)],
        table=[head, *facts.rates] if facts.rates else (),
    )


DOCUMENTS = {"privacy-notice": privacy_notice, "impact-assessment": assessment}

# What a score does to a running exam, by what the exam's rules say of their limit.
_AT_LIMIT = {
    "pause": (
        "Some exams have a limit in their rules at which the exam is paused: when the score "
        "of what was noticed reaches it, the exam is paused before anybody has looked, until "
        "a proctor lets it go on."
    ),
    "terminate": (
        "Some exams have a limit in their rules at which the exam is ended: when the score "
        "of what was noticed reaches it, the exam is paused before anybody has looked, and "
        "ended two minutes later unless a proctor lets it go on."
    ),
}

_RISKS = (
    (
        "Somebody sees recordings who should not",
        (
            "Sealed to the institution's key on the candidate's computer; every view is "
            "in a log "
            "that cannot be changed unseen; roles"
        ),
        "[who has which role, and who looks at the log]",
    ),
    (
        "It is kept too long",
        (
            "Destroyed by itself when its time is over, by kind, with a signed "
            "certificate; a hold "
            "needs a reason and a day on which it is looked at again"
        ),
        "[backups: after how many days are they gone?]",
    ),
    (
        "Others are recorded (flatmates, children)",
        "Candidates are told before; camera and microphone stop with the exam",
        "[what candidates are told to arrange]",
    ),
)


def _at_limits(facts: Facts) -> list[str]:
    does = {policy.review.at_limit for policy in facts.policies if policy.review.limit}
    return [words for at_limit, words in _AT_LIMIT.items() if at_limit in does]


def _decided(facts: Facts) -> list[str]:
    if limits := _at_limits(facts):
        return [*limits, "A person decides about the result of every exam."]
    return ["None of them decides anything. A person decides about every exam."]


def _consequences(facts: Facts) -> list[str]:
    if limits := _at_limits(facts):
        return [*limits, "A person decides about the result in every case."]
    return ["A detector's word has no consequence by itself."]


def _wrong_flag(facts: Facts) -> tuple[str, str, str]:
    decides, left = "A person decides", "how reviewers are trained and checked"
    if _at_limits(facts):
        decides += " about the result"
        left += "; why a score may pause or end an exam, and what becomes of one that it did"
    done = (
        f"{decides}; error rates are published; accommodations switch detectors off; "
        "what could not be observed is counted apart; appeal with a written answer"
    )
    return ("A wrong flag harms somebody", done, f"[{left}]")


def _weighing(facts: Facts) -> tuple[str, str, str]:
    done = "What is recorded and watched is said before; a system check days ahead"
    if any(policy.breaks.count for policy in facts.policies):
        done += "; breaks, in which recording goes on"
    return ("Recording weighs on candidates", done, "[the alternative that is offered]")


def _purposes(facts: Facts) -> list[str]:
    if facts.texts.purposes:
        return [facts.texts.purposes]
    said = list(dict.fromkeys(policy.purpose for policy in facts.policies))
    more = [f"[{count(len(said) - MOST_PURPOSES, 'more purpose')}: see the exams' rules]"]
    shown = said[:MOST_PURPOSES] + (more if len(said) > MOST_PURPOSES else [])
    return shown or ["[why exams are recorded]"]


def _basis(texts: Texts) -> str:
    return f"Legal basis: {texts.legal_basis or '[consent, public task, or another, with law]'}"


def _recorded(facts: Facts) -> list[str]:
    """What the exams record, as the app asks candidates to agree to it."""
    asked = facts.policies
    found = [
        ("the picture of the camera", any(p.streams.camera.enabled for p in asked)),
        ("the sound of the microphone", any(p.streams.microphone.enabled for p in asked)),
        ("the screen", any(p.streams.screen.enabled for p in asked)),
        ("a photograph of the face", any(map(_takes_face, asked))),
        ("a photograph of a document", any(map(_takes_document, asked))),
        ("a sample of the voice", any(map(_takes_voice, asked))),
        ("pictures of what was noticed", any(map(_takes_pictures, asked))),
        ("short clips of what was noticed", any(map(_takes_clips, asked))),
        ("what the app noticed", bool(asked)),
        ("the names of windows and programs", any(map(_names_programs, asked))),
        ("what was written to proctors and by them", bool(asked)),
    ]
    return [what for what, so in found if so] or ["[no exam is set up yet]"]


def _takes_face(policy: Policy) -> bool:
    return policy.identity.takes_face and policy.streams.camera.enabled


def _takes_document(policy: Policy) -> bool:
    return policy.identity.document and policy.streams.camera.enabled


def _takes_voice(policy: Policy) -> bool:
    asked = policy.identity.voice and policy.streams.microphone.enabled
    return asked and policy.rule(Kind.SECOND_VOICE).enabled


def _takes_pictures(policy: Policy) -> bool:
    return policy.streams.camera.enabled or policy.streams.screen.enabled


def _takes_clips(policy: Policy) -> bool:
    return policy.clips.enabled and policy.streams.camera.enabled


def _names_programs(policy: Policy) -> bool:
    on = (kind.group for kind in Kind if policy.rule(kind).enabled)
    return not {Group.MACHINE, Group.RECORDER}.isdisjoint(on)


def _compares_faces(policy: Policy) -> bool:
    later = policy.rule(Kind.IDENTITY_MISMATCH).enabled
    return _takes_face(policy) and (later or policy.identity.document)


def _compared(facts: Facts) -> list[str]:
    """That people are told apart by face or voice, where an exam does so."""
    told = [
        ("faces with the photograph", any(map(_compares_faces, facts.policies))),
        ("voices with the sample", any(map(_takes_voice, facts.policies))),
    ]
    if not (what := " and ".join(words for words, so in told if so)):
        return []
    return [
        (
            f"The app compares {what} that it takes before the exam, on the computer where "
            "the exam is sat: biometric data (GDPR, Article 9)."
        )
    ]


def _ends() -> str:
    return (
        "Counted from when the exam was opened in the app with its code. Then it is destroyed, "
        "unless a legal hold or an "
        "appeal that is not answered keeps it; a signed certificate says what was destroyed. "
        "What stays is when the session was, what was agreed to, the certificates, and a log "
        "of who looked, without names of candidates; whose session it was, until that is "
        "erased on request."
    )


def _retention(facts: Facts) -> list[tuple[str, str]]:
    rows = [(WORDS[kind], facts.days(kind)) for kind in EvidenceKind]
    return [("What", "How long"), *rows]


def _recipients(facts: Facts) -> list[str]:
    texts = facts.texts
    recipients = texts.recipients or "[who runs the server, who else gets data, and why]"
    transfers = texts.transfers or "[none, or where and on what ground]"
    return [
        f"Recipients: {recipients}",
        (
            f"Recordings and pictures are stored {facts.store}; names, records and decisions "
            "are in the server's database [where it stands]."
        ),
        f"Transfers to other countries: {transfers}",
    ]


def markdown(document: Document) -> str:
    """The document as Markdown."""
    blocks = [f"# {document.title}", f"> **Template.** {DRAFT}"]
    for section in document.sections:
        blocks.append(f"## {section.heading}")
        blocks += section.paragraphs
        if section.items:
            blocks.append("\n".join(f"- {item}" for item in section.items))
        if section.table:
            blocks.append("\n".join(_rows(section.table)))
    return "\n\n".join(blocks) + "\n"


def _rows(table: Sequence[Sequence[Any]]) -> Iterator[str]:
    for number, row in enumerate(table):
        cells = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        yield "| " + " | ".join(cells) + " |"
        if number == 0:
            yield "| " + " | ".join("---" for _ in row) + " |"

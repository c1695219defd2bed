"""Templates of a privacy notice and of a data protection impact assessment, filled from what is
set up: as a document of sections, which pages, Markdown and PDF are made of.

They are a beginning. What nobody but the institution knows stands in brackets, and what they
say is to be checked by whoever is responsible; every form of them says so at its head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.exams.models import Exam, PolicyVersion
from server.ingest.models import ExamSession
from server.retention.kinds import WORDS, days_kept
from server.retention.settings import Protection, Texts, read_protection
from shared.certificate import EvidenceKind
from shared.counting import count
from shared.policy import Policy, decode_policy

# Measured by `make accuracy` and installed with the list of models.
ACCURACY = Path(__file__).parents[2] / "models" / "accuracy.json"

DRAFT = (
    "This is a template, filled from the settings of the server. It is not legal advice "
    "and not "
    "complete: have it checked, fill what stands in brackets, and sign it off before "
    "you use it."
)

# Exams whose policies are summed up: those of today, not of all time.
MOST_POLICIES = 200


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


@dataclass(frozen=True, slots=True)
class Facts:
    """What the templates are filled from."""

    institution: str
    contact: str
    protection: Protection
    policies: Sequence[Policy]
    exams: int
    sessions: int
    store: str
    rates: Sequence[Sequence[str]] = field(default=())

    @property
    def texts(self) -> Texts:
        """What the institution wrote."""
        return self.protection.texts

    def days(self, kind: EvidenceKind) -> str:
        """How long a kind is kept, over all policies."""
        own = self.protection.days.said()
        found = sorted({days_kept(policy, own, kind) for policy in self.policies})
        if not found:
            return "[no exam is set up yet]"
        if len(found) == 1:
            return count(found[0], "day")
        return f"{found[0]:,} to {count(found[-1], 'day')}, as the exam's rules say"


async def store_in_words(db: AsyncSession, institution_id: str, blobs: str) -> str:
    """Where an institution's recordings are stored; ``blobs`` is the address of the store."""
    region = (await read_protection(db, institution_id)).region
    if region:
        return f"in the region {region}"
    kind = "a folder of the server" if blobs.startswith("file:") else "object storage"
    return f"{kind} [where it stands]"


async def read_facts(db: AsyncSession, institution_id: str, store: str) -> Facts:
    """Read them; ``store`` says where recordings are stored."""
    own = await db.get_one(Institution, institution_id)
    newest = (
        select(func.max(PolicyVersion.version))
        .where(PolicyVersion.exam_id == Exam.id)
        .correlate(Exam)
        .scalar_subquery()
    )
    query = (
        select(PolicyVersion.payload)
        .join(Exam, (Exam.id == PolicyVersion.exam_id) & (PolicyVersion.version == newest))
        .where(Exam.institution_id == institution_id)
        .order_by(Exam.created.desc())
        .limit(MOST_POLICIES)
    )
    policies = [decode_policy(payload) for payload in await db.scalars(query)]
    exams = select(func.count()).where(Exam.institution_id == institution_id)
    sessions = select(func.count()).where(ExamSession.institution_id == institution_id)
    return Facts(
        institution=own.name,
        contact=own.contact,
        protection=await read_protection(db, institution_id),
        policies=policies,
        exams=await db.scalar(exams) or 0,
        sessions=await db.scalar(sessions) or 0,
        store=store,
        rates=list(error_rates()),
    )


class _Row(msgspec.Struct, frozen=True):
    what: str
    measured: str
    interval: str
    count: str


class _Measured(msgspec.Struct, frozen=True):
    title: str
    day: str
    rows: list[_Row]


def error_rates(path: Path = ACCURACY) -> Iterator[tuple[str, ...]]:
    """The published figures of the detectors, a row each; none where they are not installed."""
    try:
        tables = msgspec.json.decode(path.read_bytes(), type=list[_Measured])
    except (OSError, msgspec.DecodeError):
        return
    for table in tables:
        for row in table.rows:
            title = f"{table.title}: {row.what}"
            yield (title, row.measured, row.interval, row.count, table.day)


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
            ["Nothing is recorded before you agreed in the app. Depending on the exam:"],
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
                    "come. Your "
                    "own page, whose address is in the receipt that the app saves, does "
                    "most of it "
                    f"at once. Or ask {facts.contact}."
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
        f"{facts.institution} has exams supervised by recording. {count(facts.exams, 'exam')} "
        f"and {count(facts.sessions, 'recorded session')} are on this server."
    )
    sections = [
        Section(
            "What is done", [done, *_purposes(facts), _basis(facts.texts)], _recorded(facts)
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
            "needs a reason and is reviewed"
        ),
        "[backups: after how many days are they gone?]",
    ),
    (
        "Others are recorded (flatmates, children)",
        "Candidates are told before; camera and microphone stop with the exam",
        "[what candidates are told to arrange]",
    ),
    (
        "Recording weighs on candidates",
        "What is recorded and watched is said before; a system check days ahead; breaks",
        "[the alternative that is offered]",
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


def _purposes(facts: Facts) -> list[str]:
    said = list(dict.fromkeys(policy.purpose for policy in facts.policies))
    own = [facts.texts.purposes] if facts.texts.purposes else said[:5]
    return own or ["[why exams are recorded]"]


def _basis(texts: Texts) -> str:
    return f"Legal basis: {texts.legal_basis or '[consent, public task, or another, with law]'}"


def _recorded(facts: Facts) -> list[str]:
    policies = facts.policies
    found = [
        ("the picture of the camera", any(p.streams.camera.enabled for p in policies)),
        ("the sound of the microphone", any(p.streams.microphone.enabled for p in policies)),
        ("the screen", any(p.streams.screen.enabled for p in policies)),
        ("a photograph of your face", any(p.identity.photo for p in policies)),
        ("a photograph of a document", any(p.identity.document for p in policies)),
        ("a sample of your voice", any(p.identity.voice for p in policies)),
        ("pictures and short clips of what was noticed", bool(policies)),
        ("what the app noticed, and which windows and programs were open", bool(policies)),
    ]
    return [what for what, so in found if so] or ["[no exam is set up yet]"]


def _ends() -> str:
    return (
        "Counted from the beginning of the exam. Then it is destroyed, unless a legal "
        "hold or an "
        "appeal that is not answered keeps it; a signed certificate says what was destroyed."
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
        f"Stored: {facts.store}",
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

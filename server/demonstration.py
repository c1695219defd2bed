"""A demo institution with an exam, a candidate and a proctor, ready to be recorded.

Its secrets are derived from the server's own, so that setting it up again on the same
server gives the same login, and the same code for as long as nobody has used it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict, dataclass
from itertools import count

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Institution, Role
from server.accounts.passwords import Passwords
from server.accounts.service import (
    create_account,
    create_institution,
    find_account,
    find_institution,
)
from server.clock import MICROS_PER_DAY, WallClock
from server.config import Settings
from server.enrolment.codes import ALPHABET, CODE_CHARS, code_hash, grouped, link
from server.enrolment.models import Enrolment
from server.enrolment.service import CandidateDraft, enrol
from server.exams.accommodations import ProfileDraft, create_profile
from server.exams.models import Exam
from server.exams.service import ExamDraft, create_exam
from server.exams.terms import Terms
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.flags import Kind
from shared.signed import fingerprint
from shared.wire import API_PREFIX

INSTITUTION = "Demo University"
CONTACT = "exams@demo.invalid"
EXAM = "Demonstration exam"
PROCTOR = "proctor@demo.invalid"
CANDIDATE = CandidateDraft(name="Demo Candidate", reference="demo-candidate")

# Where a demo candidate may be: in the exam's paper, and nowhere else.
ALLOWED_WINDOWS = ("Exam paper*",)

# A demo's recordings are nobody's evidence.
RETENTION_DAYS = 30

# What lets somebody else see or use the candidate's computer.
PROHIBITED = ("teamviewer*", "anydesk*", "rustdesk*", "discord*")

TERMS = Terms(
    purpose="To show how Invigil records an exam, and what a reviewer gets to see of it.",
    retention_days=RETENTION_DAYS,
    allowed_windows=ALLOWED_WINDOWS,
    prohibited_processes=PROHIBITED,
)

# Somebody who thinks aloud and looks away to think; nobody has it until it is given.
ACCOMMODATION = ProfileDraft(
    name="Profile A",
    off=(Kind.LOOKING_AWAY, Kind.GAZE_AWAY, Kind.SPEECH),
    note="An example: thinks aloud, and looks away to do so.",
)

YEAR = 366 * MICROS_PER_DAY


@dataclass(frozen=True, slots=True)
class Demo:
    """What somebody needs to record a session and review it."""

    server: str
    code: str
    link: str
    email: str
    password: str
    review: str
    institution: str
    exam: str
    key: str
    api: str

    def as_dict(self) -> dict[str, str]:
        """For ``--json``."""
        return asdict(self)


async def set_up(
    database: Database,
    keys: KeyStore,
    passwords: Passwords,
    settings: Settings,
    clock: WallClock,
) -> Demo:
    """Make what is not there yet, in one transaction."""
    secret, now = keys.server_secret(), clock()
    password = _derived(secret, "password", 20)
    async with database.transaction() as db:
        institution = await find_institution(db, INSTITUTION)
        if institution is None:
            institution = await create_institution(db, keys, INSTITUTION, CONTACT, now)
            await create_profile(db, institution.id, ACCOMMODATION, now)
        if await find_account(db, PROCTOR) is None:
            await _proctor(db, passwords, institution, password, now)
        exam = await _exam(db, keys, institution, now)
        code = await _code(db, secret, exam, now)
    key = fingerprint(keys.of(institution.key_ref).public)
    return Demo(
        server=settings.url,
        code=grouped(code),
        link=link(settings.url, code, key),
        email=PROCTOR,
        password=password,
        review=f"{settings.url}/sessions",
        institution=institution.id,
        exam=exam.id,
        key=key,
        api=settings.url + API_PREFIX,
    )


async def _proctor(
    db: AsyncSession, passwords: Passwords, institution: Institution, password: str, now: int
) -> Account:
    return await create_account(
        db,
        passwords,
        institution,
        email=PROCTOR,
        name="Demo Proctor",
        role=Role.ADMIN,
        password=password,
        now=now,
    )


async def _exam(db: AsyncSession, keys: KeyStore, institution: Institution, now: int) -> Exam:
    query = (
        select(Exam)
        .where(Exam.institution_id == institution.id, Exam.title == EXAM, Exam.ends > now)
        .limit(1)
    )
    found = (await db.execute(query)).scalar_one_or_none()
    if found is not None:
        return found
    draft = ExamDraft(title=EXAM, starts=now, ends=now + YEAR, terms=TERMS)
    return await create_exam(db, keys, institution, draft, now)


async def _code(db: AsyncSession, secret: bytes, exam: Exam, now: int) -> str:
    """The first derived code that nobody has used."""
    for number in count():
        code = _derived(secret, f"code {exam.id} {number}", CODE_CHARS)
        query = select(Enrolment).where(Enrolment.code_hash == code_hash(secret, code))
        found = (await db.execute(query)).scalar_one_or_none()
        if found is None:
            await enrol(
                db, secret, exam, CANDIDATE, expires=exam.ends, now=now, code=grouped(code)
            )
            return code
        if found.redeemed_at is None:
            return code
    raise AssertionError("count() does not end")


def _derived(secret: bytes, purpose: str, chars: int) -> str:
    digest = hmac.digest(secret, f"invigil/demo/1\0{purpose}".encode(), hashlib.sha256)
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:chars])

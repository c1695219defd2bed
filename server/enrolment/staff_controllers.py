"""Enrolling candidates, for staff: each gets a one-time code, shown this once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution, Role
from server.accounts.staff import current_account, require
from server.audit import service as audit
from server.clock import MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.enrolment.accommodating import NotGiven, accommodate, enrol_all
from server.enrolment.codes import link
from server.enrolment.models import Candidate, Enrolment
from server.enrolment.service import (
    AlreadyEnrolled,
    CandidateDraft,
    ExamOver,
    NotEnrolled,
    Place,
    places_of,
    usual_expiry,
)
from server.exams.controllers import exam_of
from server.exams.models import Exam
from server.mail.letters import MailError
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.signed import fingerprint
from shared.wire import API_PREFIX

# What one request enrols: a large course; a larger one takes two requests.
MAX_CANDIDATES = 1_000


class EnrolmentDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who to enrol, and until when their codes are good (seconds from now); where that is not
    said, as long as the server's setting has it, and at least until the exam closes.
    """

    candidates: Annotated[
        tuple[CandidateDraft, ...], msgspec.Meta(min_length=1, max_length=MAX_CANDIDATES)
    ]
    valid_s: Annotated[int, msgspec.Meta(ge=60, le=366 * 86_400)] | None = None


class EnrolmentOut(msgspec.Struct, frozen=True):
    """A place in an exam: times in microseconds UTC, ``accommodation`` a profile's id."""

    enrolment: str
    candidate: str
    reference: str
    accommodation: str | None
    expires: int
    session: str | None


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The profile that a candidate has in an exam, by its id or name; ``null`` for none."""

    accommodation: Annotated[str, msgspec.Meta(max_length=200)] | None


@get(
    f"{API_PREFIX}/exams/{{exam_id:str}}/enrolments",
    guards=[require(Role.EXAMINER)],
    tags=["staff"],
)
async def get_enrolments(
    request: AnyRequest, exam_id: FromPath[str], database: NamedDependency[Database]
) -> list[EnrolmentOut]:
    """Who sits the exam, by name."""
    async with database.transaction() as db:
        exam = await exam_of(db, current_account(request), exam_id)
        return [_place(*row) for row in await places_of(db, exam.id)]


@put(
    f"{API_PREFIX}/exams/{{exam_id:str}}/enrolments/{{enrolment_id:str}}/accommodation",
    guards=[require(Role.EXAMINER)],
    tags=["staff"],
)
async def put_accommodation(
    data: JSONBody[Given],
    request: AnyRequest,
    exam_id: FromPath[str],
    enrolment_id: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[WallClock],
) -> EnrolmentOut:
    """Give a candidate an accommodation, or none; 409 where they have begun."""
    staff = current_account(request)
    async with database.transaction() as db:
        exam = await exam_of(db, staff, exam_id)
        try:
            place = await accommodate(
                db, clock(), staff, exam, enrolment_id, data.accommodation
            )
        except NotGiven as error:
            raise ClientException(str(error), status_code=409) from error
        return _place(place, await db.get_one(Candidate, place.candidate_id))


def _place(place: Enrolment, candidate: Candidate) -> EnrolmentOut:
    return EnrolmentOut(
        place.id,
        candidate.name,
        candidate.reference,
        place.accommodation_id,
        place.expires,
        place.session_id,
    )


@post(
    f"{API_PREFIX}/exams/{{exam_id:str}}/enrolments",
    status_code=201,
    guards=[require(Role.EXAMINER)],
    tags=["staff"],
)
async def post_enrolments(
    data: JSONBody[EnrolmentDraft],
    request: AnyRequest,
    exam_id: FromPath[str],
    database: NamedDependency[Database],
    keys: NamedDependency[KeyStore],
    server_secret: NamedDependency[bytes],
    settings: NamedDependency[Settings],
    clock: NamedDependency[WallClock],
) -> list[dict[str, Any]]:
    """Enrol candidates; 409 where one of them has a place already, or the exam is over, and
    then nobody is. The codes cannot be shown again: only their hashes are kept.
    """
    staff, now = current_account(request), clock()
    async with database.transaction() as db:
        exam = await exam_of(db, staff, exam_id)
        if data.valid_s is None:
            expires = usual_expiry(exam, settings.enrolment_days, now)
        else:
            expires = now + data.valid_s * MICROS_PER_SECOND
        institution = await db.get_one(Institution, staff.institution_id)
        key = fingerprint(keys.of(institution.key_ref).public)
        places = await _enrolled(db, server_secret, exam, data.candidates, expires, now)
        subject = ("exam", exam.id)
        audit.record(db, now, staff, "exam.enrol", subject, candidates=len(places))
    return [
        {
            "enrolment": place.enrolment.id,
            "candidate": place.candidate.name,
            "reference": place.candidate.reference,
            "code": place.code,
            "link": link(settings.url, place.code, key),
            "expires": place.enrolment.expires,
        }
        for place in places
    ]


async def _enrolled(
    db: AsyncSession,
    secret: bytes,
    exam: Exam,
    drafts: Sequence[CandidateDraft],
    expires: int,
    now: int,
) -> list[Place]:
    try:
        return await enrol_all(db, secret, exam, drafts, expires=expires, now=now)
    except (ExamOver, AlreadyEnrolled) as error:
        raise ClientException(str(error), status_code=409) from error
    except (NotGiven, NotEnrolled, MailError) as error:
        raise ClientException(str(error)) from error

"""Enrolling candidates, for staff: each gets a one-time code, shown this once."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from server.accounts.models import Institution, Role
from server.accounts.staff import current_account, require
from server.audit import service as audit
from server.clock import MICROS_PER_DAY, MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.enrolment.codes import link
from server.enrolment.service import CandidateDraft, enrol
from server.exams.controllers import exam_of
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.signed import fingerprint
from shared.wire import API_PREFIX

# What one request enrols: a large course; a larger one takes two requests.
MAX_CANDIDATES = 1_000


class EnrolmentDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who to enrol, and until when their codes are good (seconds from now)."""

    candidates: Annotated[
        tuple[CandidateDraft, ...], msgspec.Meta(min_length=1, max_length=MAX_CANDIDATES)
    ]
    valid_s: Annotated[int, msgspec.Meta(ge=60, le=366 * 86_400)] | None = None


@post(
    f"{API_PREFIX}/exams/{{exam_id:str}}/enrolments",
    status_code=201,
    guards=[require(Role.ADMIN)],
    tags=["staff"],
)
async def post_enrolments(
    data: JSONBody[EnrolmentDraft],
    request: AnyRequest,
    exam_id: FromPath[str],
    database: NamedDependency[Database],
    keys: NamedDependency[KeyStore],
    secret: NamedDependency[bytes],
    settings: NamedDependency[Settings],
    clock: NamedDependency[WallClock],
) -> list[dict[str, Any]]:
    """Enrol candidates. The codes cannot be shown again: only their hashes are kept."""
    staff, now = current_account(request), clock()
    valid = (
        settings.enrolment_days * MICROS_PER_DAY
        if data.valid_s is None
        else data.valid_s * MICROS_PER_SECOND
    )
    async with database.transaction() as db:
        exam = await exam_of(db, staff, exam_id)
        institution = await db.get_one(Institution, staff.institution_id)
        key = fingerprint(keys.of(institution.key_ref).public)
        places = [
            await enrol(db, secret, exam, draft, expires=now + valid, now=now)
            for draft in data.candidates
        ]
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

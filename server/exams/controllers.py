"""Exams and their policies, for staff."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution, Role
from server.accounts.staff import Staff, current_account, require
from server.audit import service as audit
from server.clock import WallClock
from server.exams.models import Exam
from server.exams.service import (
    ExamDraft,
    ExamError,
    add_policy,
    create_exam,
    lock_exam,
    newest_policy,
)
from server.exams.terms import Terms, terms_of
from server.exams.versions import Version, read_versions
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.wire import API_PREFIX


async def exam_of(db: AsyncSession, staff: Staff, exam_id: str) -> Exam:
    """An exam of the account's institution.

    Raises:
        NotFoundException: there is none.
    """
    exam = await db.get(Exam, exam_id)
    if exam is None or exam.institution_id != staff.institution_id:
        raise NotFoundException("There is no such exam.")
    return exam


class VersionOut(msgspec.Struct, frozen=True):
    """A version of a policy: ``signed`` in microseconds UTC, ``by`` whom where that is
    known, ``terms`` as ``POST …/policies`` takes them, ``changes`` in words.
    """

    version: int
    hash: str
    signed: int
    by: str
    changes: tuple[str, ...]
    terms: Terms


class ExamsController(Controller):
    """``/exams``: listed by all staff, made by admins."""

    path = f"{API_PREFIX}/exams"
    tags = ("staff",)

    @get("/", guards=[require(Role.OBSERVER)])
    async def get_exams(
        self, request: AnyRequest, database: NamedDependency[Database]
    ) -> list[dict[str, Any]]:
        """The institution's exams, the newest first."""
        query = (
            select(Exam)
            .where(Exam.institution_id == current_account(request).institution_id)
            .order_by(Exam.starts.desc())
        )
        async with database.transaction() as db:
            return [_shown(exam) for exam in await db.scalars(query)]

    @post("/", status_code=201, guards=[require(Role.EXAMINER)])
    async def post_exam(
        self,
        data: JSONBody[ExamDraft],
        request: AnyRequest,
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
    ) -> dict[str, Any]:
        """Create an exam; its policy is signed at once."""
        staff = current_account(request)
        async with database.transaction() as db:
            institution = await db.get_one(Institution, staff.institution_id)
            try:
                exam = await create_exam(db, keys, institution, data, clock(), by=staff.id)
            except ExamError as error:
                raise ClientException(str(error)) from error
            audit.record(db, clock(), staff, "exam.create", ("exam", exam.id))
        return _shown(exam)

    @get("/{exam_id:str}/policies", guards=[require(Role.OBSERVER)])
    async def get_policies(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> list[VersionOut]:
        """Every version of the policy, the newest first."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            return [_version(one) for one in await read_versions(db, exam.id, limit=None)]

    @post("/{exam_id:str}/policies", status_code=201, guards=[require(Role.EXAMINER)])
    async def post_policy(
        self,
        data: JSONBody[Terms],
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
        follows: FromQuery[int | None] = None,
    ) -> dict[str, Any]:
        """Sign a new version of the policy; sessions under way keep theirs.

        With ``follows``, the version that it is a change of: 409 where there is a newer one.
        """
        staff = current_account(request)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            await lock_exam(db, exam)
            newest = (await newest_policy(db, exam.id)).version
            if follows not in (None, newest):
                why = f"Version {newest} was signed meanwhile; look at it first."
                raise ClientException(why, status_code=409)
            institution = await db.get_one(Institution, staff.institution_id)
            try:
                version = await add_policy(
                    db, keys, institution, exam, data, clock(), by=staff.id
                )
            except ExamError as error:
                raise ClientException(str(error)) from error
            subject = ("exam", exam.id)
            audit.record(db, clock(), staff, "policy.sign", subject, hash=version.hash)
        return {"exam": exam_id, "version": version.version, "hash": version.hash}


def _shown(exam: Exam) -> dict[str, Any]:
    return {"id": exam.id, "title": exam.title, "starts": exam.starts, "ends": exam.ends}


def _version(one: Version) -> VersionOut:
    return VersionOut(
        one.version, one.hash, one.when, one.who, one.changes, terms_of(one.policy)
    )

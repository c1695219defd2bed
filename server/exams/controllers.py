"""Exams and their policies, for staff."""

from __future__ import annotations

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution, Role
from server.accounts.staff import Staff, current_account, require
from server.audit import service as audit
from server.clock import WallClock
from server.exams.listing import ExamLine, exam_line, exam_lines
from server.exams.models import Exam, PolicyVersion
from server.exams.schedule import State
from server.exams.service import (
    ExamDraft,
    ExamError,
    create_exam,
    lock_exam,
    newest_policy,
)
from server.exams.signing import sign_terms
from server.exams.terms import Terms, terms_of
from server.exams.versions import Version, read_versions
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.policy import decode_policy
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


class ExamOut(msgspec.Struct, frozen=True):
    """An exam: may be begun from ``starts`` to ``ends``, which people say in ``zone``, and
    where it stands (``state``). ``cancelled_why`` is what candidates read of one that is called
    off. Times are microseconds UTC; ``candidates`` are the places that were not given up.
    """

    id: str
    title: str
    starts: int
    ends: int
    zone: str
    state: State
    published: int | None
    cancelled: int | None
    cancelled_why: str
    candidates: int
    sessions: int


class VersionOut(msgspec.Struct, frozen=True):
    """A version of a policy: ``signed`` in microseconds UTC, ``by`` whom where that is
    known, ``terms`` as ``PUT …/policy`` takes them, ``changes`` in words.
    """

    version: int
    hash: str
    signed: int
    by: str
    changes: tuple[str, ...]
    terms: Terms


class SignedOut(msgspec.Struct, frozen=True):
    """A version of an exam's policy that was signed."""

    exam: str
    version: int
    hash: str


class ExamsController(Controller):
    """``/exams``: listed by all staff, made by admins."""

    path = f"{API_PREFIX}/exams"
    tags = ("staff",)

    @get("/", guards=[require(Role.OBSERVER)])
    async def get_exams(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> list[ExamOut]:
        """The institution's exams, the newest first."""
        own = current_account(request).institution_id
        async with database.transaction() as db:
            return [shown_exam(line) for line in await exam_lines(db, own, clock())]

    @post("/", status_code=201, guards=[require(Role.EXAMINER)])
    async def post_exam(
        self,
        data: JSONBody[ExamDraft],
        request: AnyRequest,
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
    ) -> ExamOut:
        """Create an exam; its policy is signed at once."""
        staff = current_account(request)
        async with database.transaction() as db:
            institution = await db.get_one(Institution, staff.institution_id)
            try:
                exam = await create_exam(db, keys, institution, data, clock(), by=staff.id)
            except ExamError as error:
                raise ClientException(str(error)) from error
            audit.record(db, clock(), staff, "exam.create", ("exam", exam.id))
            return shown_exam(await exam_line(db, exam, clock()))

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
    ) -> SignedOut:
        """Sign a new version of the policy; sessions under way keep theirs.

        Where it has the exam begin at another time (``starts_us``), late entry moves along, and
        ends where each begins when ready. With ``follows``, the version that it is a change of:
        409 where there is a newer one.
        """
        staff = current_account(request)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            await _in_force(db, exam, follows)
            version = await _signed(db, keys, exam, data, clock(), staff)
        return SignedOut(exam_id, version.version, version.hash)

    @get("/{exam_id:str}/policy", guards=[require(Role.OBSERVER)])
    async def get_policy(
        self, request: AnyRequest, exam_id: FromPath[str], database: NamedDependency[Database]
    ) -> VersionOut:
        """The policy in force: whoever begins now is held to it."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            return _version((await read_versions(db, exam.id, limit=1))[0])

    @put("/{exam_id:str}/policy", guards=[require(Role.EXAMINER)])
    async def put_policy(
        self,
        data: JSONBody[Terms],
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
        follows: FromQuery[int | None] = None,
    ) -> VersionOut:
        """Have the policy say this. It is signed as a new version where it says something
        else; asked again, nothing is. Late entry and ``follows`` as in ``POST …/policies``.
        """
        staff = current_account(request)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            current = await _in_force(db, exam, follows)
            if terms_of(decode_policy(current.payload)) != _whole(data):
                await _signed(db, keys, exam, data, clock(), staff)
            return _version((await read_versions(db, exam.id, limit=1))[0])


async def _in_force(db: AsyncSession, exam: Exam, follows: int | None) -> PolicyVersion:
    """The newest version, which nobody overtakes before the transaction ends.

    Raises:
        ClientException: it is another than the one that is to be followed (409).
    """
    await lock_exam(db, exam)
    newest = await newest_policy(db, exam.id)
    if follows not in (None, newest.version):
        why = f"Version {newest.version} was signed meanwhile; look at it first."
        raise ClientException(why, status_code=409)
    return newest


async def _signed(
    db: AsyncSession, keys: KeyStore, exam: Exam, terms: Terms, now: int, staff: Staff
) -> PolicyVersion:
    try:
        return await sign_terms(db, keys, exam, terms, now, by=staff)
    except ExamError as error:
        raise ClientException(str(error)) from error


def _whole(terms: Terms) -> Terms:
    """The same with every kind's rule said, as a signed policy gives them back."""
    return msgspec.structs.replace(terms, kinds=terms.rules)


def shown_exam(line: ExamLine) -> ExamOut:
    """An exam of the list as programs get it."""
    exam = line.exam
    return ExamOut(
        id=exam.id,
        title=exam.title,
        starts=exam.starts,
        ends=exam.ends,
        zone=exam.zone,
        state=line.state,
        published=exam.published,
        cancelled=exam.cancelled,
        cancelled_why=exam.cancelled_why,
        candidates=line.places,
        sessions=line.sessions,
    )


def _version(one: Version) -> VersionOut:
    return VersionOut(
        one.version, one.hash, one.when, one.who, one.changes, terms_of(one.policy)
    )

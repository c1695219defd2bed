"""Appeals, and requests for data or erasure: the lists, and the answers."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import accessed
from server.candidates.appeals import (
    AppealError,
    all_appeals,
    answer,
    appeal_of,
    count_appeals,
    look_at,
)
from server.candidates.erasing import Erasing
from server.candidates.handling import Handling, Step, candidate_named, request_named
from server.candidates.letters import Notices
from server.candidates.own_copy import OwnCopy
from server.candidates.requests import (
    RequestError,
    RequestKind,
    all_requests,
    count_requests,
    must_be_for_copy,
    receive,
)
from server.clock import WallClock
from server.config import Settings
from server.enrolment.models import Candidate
from server.ingest.models import ExamSession
from server.network import AnyRequest
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.hold_pages import HOME
from server.web.own_copy_file import own_copy_file, whole_copy_file
from server.web.rendering import page


class AppealPages(Controller):
    """Appeals, for examiners."""

    path = f"{HOME}/appeals"
    guards = (require(Role.EXAMINER),)
    include_in_schema = False

    @get("/")
    async def get_appeals(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """All appeals, those that wait first."""
        async with database.transaction() as db:
            return await _appeals(db, request, clock())

    @post("/{appeal_id:str}", status_code=303)
    async def post_answer(
        self,
        request: AnyRequest,
        appeal_id: FromPath[str],
        database: NamedDependency[Database],
        notices: NamedDependency[Notices],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Say that it is looked at (field ``do`` is ``look``), or answer it."""
        staff, fields, now = current_account(request), await text_fields(request), clock()
        async with database.transaction() as db:
            row = await appeal_of(db, staff.institution_id, appeal_id)
            if row is None:
                raise NotFoundException("There is no such appeal.")
            typed = fields.get("answer", "")
            if fields.get("do") == "look":
                await look_at(db, now, staff, row)
                if typed.strip():
                    return await _appeals(db, request, now, said={appeal_id: typed})
                return Redirect(f"{HOME}/appeals", status_code=303)
            try:
                await answer(db, now, staff, row, typed)
            except AppealError as error:
                return await _appeals(db, request, now, str(error), {appeal_id: typed})
            session = await db.get_one(ExamSession, row.session_id)
            unwritten = await notices.answered(db, session, now)
        done = "answered" if unwritten is None else f"answered-{unwritten}"
        return Redirect(f"{HOME}/appeals?done={done}", status_code=303)


class RequestPages(Controller):
    """Requests for data or erasure, for administrators."""

    path = f"{HOME}/requests"
    guards = (require(Role.ADMIN),)
    include_in_schema = False

    @get("/")
    async def get_requests(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """All requests, those that wait first."""
        async with database.transaction() as db:
            return await _requests(db, request, clock())

    @post("/", status_code=303)
    async def post_request(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Write down a request that came by letter or in person."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            try:
                candidate, kind = await _asked(db, staff.institution_id, fields)
                text = fields.get("text", "")
                await receive(db, clock(), staff, candidate, kind, text)
            except RequestError as error:
                return await _requests(db, request, clock(), str(error), fields)
        return Redirect(f"{HOME}/requests", status_code=303)

    @post("/{request_id:str}", status_code=303)
    async def post_step(
        self,
        request: AnyRequest,
        request_id: FromPath[str],
        database: NamedDependency[Database],
        erasing: NamedDependency[Erasing],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """The next step, by the field ``do``: ``check``, ``extend``, ``refuse`` or ``done``."""
        staff, fields, now = current_account(request), await text_fields(request), clock()
        words, do = fields.get("words", ""), fields.get("do", "")
        if do not in set(Step):
            raise ClientException("Choose what is to be done.")
        handling = Handling(database, erasing, clock)
        try:
            await handling.take(staff, request_id, Step(do), words)
        except RequestError as error:
            async with database.transaction() as db:
                return await _requests(db, request, now, str(error))
        return Redirect(f"{HOME}/requests", status_code=303)

    @get("/{request_id:str}/copy")
    async def get_whole_export(
        self,
        request: AnyRequest,
        request_id: FromPath[str],
        database: NamedDependency[Database],
        own_copies: NamedDependency[OwnCopy],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Stream:
        """A candidate's copies of all sessions in one file, to be handed over."""
        staff = current_account(request)
        async with database.transaction() as db:
            row = await request_named(db, staff.institution_id, request_id)
            try:
                must_be_for_copy(row)
            except RequestError as error:
                return await _requests(db, request, clock(), str(error))
            query = select(ExamSession).where(ExamSession.candidate_id == row.candidate_id)
            for session in await db.scalars(query.order_by(ExamSession.created)):
                accessed(db, clock(), staff, session, "copy")
        return await whole_copy_file(settings, own_copies, row.candidate_id)

    @get("/{request_id:str}/copy/{session_id:str}")
    async def get_export(
        self,
        request: AnyRequest,
        request_id: FromPath[str],
        session_id: FromPath[str],
        database: NamedDependency[Database],
        own_copies: NamedDependency[OwnCopy],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Stream:
        """A candidate's copy of one session, to be handed over."""
        staff = current_account(request)
        async with database.transaction() as db:
            row = await request_named(db, staff.institution_id, request_id)
            session = await db.get(ExamSession, session_id)
            if session is None or session.candidate_id != row.candidate_id:
                raise NotFoundException("There is no such session.")
            try:
                must_be_for_copy(row)
            except RequestError as error:
                return await _requests(db, request, clock(), str(error))
            accessed(db, clock(), staff, session, "copy")
        return await own_copy_file(settings, own_copies, session.id)


async def _asked(
    db: AsyncSession, institution_id: str, fields: dict[str, str]
) -> tuple[Candidate, RequestKind]:
    """Whose request the form writes down, and for what.

    Raises:
        RequestError: nobody's, or for nothing that there is.
    """
    candidate = await candidate_named(db, institution_id, fields.get("reference", ""))
    if fields.get("kind", "") not in set(RequestKind):
        raise RequestError("Choose what is asked for.")
    return candidate, RequestKind(fields["kind"])


TOLD = {
    "answered": "Answered. The candidate is written to, and reads it on their page.",
    "answered-no-address": "Answered. The candidate has no mail address: they read it on "
    "their page.",
    "answered-bad-address": "Answered. The candidate was not written to, as no letter can go "
    "to their mail address: they read it on their page.",
    "answered-revoked": "Answered. The candidate was not written to and cannot read it, as the "
    "link to their page was revoked: ask an administrator to make a new link for the session, "
    "and to send it to them.",
}


async def _appeals(
    db: AsyncSession,
    request: AnyRequest,
    now: int,
    wrong: str = "",
    said: dict[str, str] | None = None,
) -> Template:
    own = current_account(request).institution_id
    context: dict[str, Any] = {
        "tab": "appeals",
        "shown": await all_appeals(db, own),
        "every": await count_appeals(db, own),
        "now": now,
        "wrong": wrong,
        "said": said or {},
        "done": TOLD.get(request.query_params.get("done", ""), ""),
    }
    return page("data_protection_appeals.html", context, status=422 if wrong else 200)


async def _requests(
    db: AsyncSession,
    request: AnyRequest,
    now: int,
    wrong: str = "",
    fields: dict[str, str] | None = None,
) -> Template:
    own = current_account(request).institution_id
    shown = await all_requests(db, own)
    whose = {one.candidate.id for one in shown}
    query = select(ExamSession).where(ExamSession.candidate_id.in_(whose))
    sessions: dict[str, list[ExamSession]] = {}
    for session in await db.scalars(query.order_by(ExamSession.created)):
        sessions.setdefault(session.candidate_id, []).append(session)
    context: dict[str, Any] = {
        "tab": "requests",
        "shown": shown,
        "every": await count_requests(db, own),
        "sessions": sessions,
        "now": now,
        "wrong": wrong,
        "fields": fields or {},
    }
    return page("data_protection_requests.html", context, status=422 if wrong else 200)

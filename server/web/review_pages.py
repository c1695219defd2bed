"""What people add beside a flag or a session: notes, assignments, decisions about the whole,
many like flags dismissed at once; and what waits for the reader.

All answers are parts of the session's page; where something was refused, what was typed stays.
"""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import Staff, current_account, require
from server.audit.service import viewed
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.ingest.models import ExamSession
from server.network import AnyRequest
from server.problems import Rejection
from server.review.decisions import NoFlag, alike, dismiss_alike
from server.review.flag_memory import read_flags
from server.review.flag_reading import read_added
from server.review.for_you import read_for_you, see
from server.review.life import MAX_NOTE_CHARS
from server.review.outcomes import (
    Concluded,
    Outcome,
    Reason,
    SessionAsk,
    conclude,
    in_force,
    read_outcomes,
)
from server.review.remarks import Noted, add_note, assign, reviewers
from server.review.similar import read_alike
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.rendering import page

_PATH = "/sessions/{session_id:str}"


class ReviewPages(Controller):
    """Beside a flag (``/sessions/{id}/flags/{flag}/…``) and a session."""

    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get(f"{_PATH}/flags/{{flag_id:str}}/beside")
    async def get_beside(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        flag_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Notes, assignment and likeness of one flag."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await _seen(db, staff, session_id, clock())
            return await _beside(db, staff, session, flag_id)

    @post(
        f"{_PATH}/flags/{{flag_id:str}}/notes", status_code=200, guards=[require(Role.PROCTOR)]
    )
    async def post_flag_note(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        flag_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Note something beside a flag."""
        staff, form = current_account(request), await text_fields(request)
        said = form.get("text", "")
        async with database.transaction() as db:
            session = await _seen(db, staff, session_id, clock())
            done = await add_note(db, clock(), staff, session, flag_id, said)
            return await _beside(db, staff, session, flag_id, _noted(done), typed=said)

    @post(
        f"{_PATH}/flags/{{flag_id:str}}/assignment",
        status_code=200,
        guards=[require(Role.PROCTOR)],
    )
    async def post_flag_assignment(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        flag_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Assign a flag to somebody, or to nobody."""
        staff, form = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            session = await _seen(db, staff, session_id, clock())
            to = form.get("account", "") or None
            done = await assign(db, clock(), staff, session, flag_id, to)
            told = "Assigned." if to else "Nobody's now."
            return await _beside(db, staff, session, flag_id, done or told)

    @post(
        f"{_PATH}/flags/{{flag_id:str}}/dismiss-alike",
        status_code=200,
        guards=[require(Role.PROCTOR)],
    )
    async def post_dismiss_alike(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        flag_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Dismiss all open flags like this one for one reason."""
        staff, form = current_account(request), await text_fields(request)
        reason = form.get("reason", "").strip()
        async with database.transaction() as db:
            session = await _seen(db, staff, session_id, clock())
            if not reason or len(reason) > MAX_NOTE_CHARS:
                words = f"Give the one reason for all, in at most {MAX_NOTE_CHARS} characters."
                refused = Rejection("about:blank", 422, words)
                return await _beside(db, staff, session, flag_id, refused, reason=reason)
            done = await dismiss_alike(db, clock(), staff, session, flag_id, reason)
            if isinstance(done, NoFlag):
                raise NotFoundException("This session has no such flag.")
            told = f"{len(done)} {'flag' if len(done) == 1 else 'flags'} dismissed."
            return await _beside(db, staff, session, flag_id, told, changed=True)

    @get(f"{_PATH}/conclusion")
    async def get_conclusion(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """The decision about the session, its notes, and whose it is."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await _seen(db, staff, session_id, clock())
            return await _conclusion(db, staff, session)

    @post(f"{_PATH}/conclusion", status_code=200, guards=[require(Role.PROCTOR)])
    async def post_conclusion(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Decide about the session."""
        staff, form = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            session = await _seen(db, staff, session_id, clock())
            ask = _session_ask(form)
            if isinstance(ask, Rejection):
                return await _conclusion(db, staff, session, ask, typed=form)
            done = await conclude(db, clock(), staff, session, ask)
            if isinstance(done, Concluded):
                told = f"Decided: {ask.outcome.label}. {done.called.words}".strip()
                return await _conclusion(db, staff, session, told, changed=True)
            return await _conclusion(db, staff, session, done, typed=form)

    @post(f"{_PATH}/notes", status_code=200, guards=[require(Role.PROCTOR)])
    async def post_note(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Note something beside the session."""
        staff, form = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            session = await _seen(db, staff, session_id, clock())
            done = await add_note(db, clock(), staff, session, "", form.get("text", ""))
            return await _conclusion(db, staff, session, _noted(done), typed=form)

    @post(f"{_PATH}/assignment", status_code=200, guards=[require(Role.PROCTOR)])
    async def post_assignment(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Assign the session to somebody, or to nobody."""
        staff, form = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            session = await _seen(db, staff, session_id, clock())
            to = form.get("account", "") or None
            done = await assign(db, clock(), staff, session, "", to)
            told = "Assigned." if to else "Nobody's now."
            return await _conclusion(db, staff, session, done or told)

    @get("/for-you")
    async def get_for_you(
        self, request: AnyRequest, database: NamedDependency[Database]
    ) -> Template:
        """Where colleagues called the reader, and what is theirs to do."""
        async with database.transaction() as db:
            found = await read_for_you(db, current_account(request))
        return page("for_you.html", {"found": found})

    @post("/for-you/seen", status_code=303)
    async def post_seen(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """All of it was seen."""
        async with database.transaction() as db:
            await see(db, clock(), current_account(request))
        return Redirect("/for-you", status_code=303)


Told = str | Rejection | None


async def _seen(db: AsyncSession, staff: Staff, session_id: str, now: int) -> ExamSession:
    """The session, whose evidence the answer shows: also where something is written down."""
    session = await session_of(db, staff, session_id)
    await viewed(db, now, staff, session, "page")
    return session


def _noted(done: Noted | Rejection) -> Told:
    return done if isinstance(done, Rejection) else f"Noted. {done.called.words}".strip()


async def _beside(
    db: AsyncSession,
    staff: Staff,
    session: ExamSession,
    flag_id: str,
    told: Told = None,
    *,
    typed: str = "",
    reason: str = "",
    changed: bool = False,
) -> Template:
    flags = await read_flags(db, session)
    flag = next((one for one in flags if one.id == flag_id), None)
    if flag is None:
        raise NotFoundException("This session has no such flag.")
    like = [one for one in alike(flag, flags) if one.id != flag.id]
    context = {
        "session": session,
        "flag": flag,
        "alike": await read_alike(db, session, flag),
        "like": like,
        "reviewers": list(await db.scalars(reviewers(staff.institution_id))),
        "typed": typed,
        "reason": reason,
    }
    return _told("flag_beside.html", context, told, changed=changed)


async def _conclusion(
    db: AsyncSession,
    staff: Staff,
    session: ExamSession,
    told: Told = None,
    *,
    typed: dict[str, str] | None = None,
    changed: bool = False,
) -> Template:
    history = await read_outcomes(db, session.id)
    added = await read_added(db, [session.id])
    context = {
        "session": session,
        "history": history,
        "decided": in_force(history),
        "notes": added.notes.get((session.id, ""), ()),
        "assigned": added.assigned.get((session.id, "")),
        "reviewers": list(await db.scalars(reviewers(staff.institution_id))),
        "outcomes": [one for one in Outcome if one is not Outcome.OPEN],
        "reasons": Reason,
        "typed": typed or {},
    }
    return _told("session_conclusion.html", context, told, changed=changed)


def _told(name: str, context: dict[str, Any], told: Told, *, changed: bool) -> Template:
    """The part, with what came of the request; what was typed stays where it was refused."""
    refused = isinstance(told, Rejection)
    kept = context if refused else {**context, "typed": type(context["typed"])(), "reason": ""}
    words = told.detail if isinstance(told, Rejection) else told or ""
    headers = {"HX-Trigger-After-Settle": "session-changed"} if changed else {}
    # htmx shows 409 and 422 where the reader is; a 404 here is one of those, too.
    status = (409 if told.status == 404 else told.status) if refused else 200
    return page(
        name, {**kept, "told": words, "refused": refused}, status=status, headers=headers
    )


def _session_ask(form: dict[str, str]) -> SessionAsk | Rejection:
    version, outcome = form.get("version", ""), form.get("outcome", "")
    if not version.isascii() or not version.isdecimal() or len(version) > 9:
        return Rejection("about:blank", 422, "Load the page again: its form is too old.")
    if outcome not in set(Outcome):
        return Rejection("about:blank", 422, "Choose what comes of the review.")
    ticked = tuple(one for one in Reason if f"reason.{one}" in form)
    return SessionAsk(Outcome(outcome), ticked, form.get("note", "").strip(), int(version))

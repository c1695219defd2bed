"""Notes, assignments, likeness and decisions about sessions as JSON, for programs."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import viewed
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.network import AnyRequest
from server.problems import Rejection
from server.review.flag_memory import read_flag
from server.review.life import MAX_NOTE_CHARS
from server.review.outcomes import (
    Outcome,
    Reason,
    SessionAsk,
    SessionDecision,
    conclude,
    read_outcomes,
)
from server.review.remarks import add_note, assign
from server.review.similar import Alike, read_alike
from server.storage.database import Database
from shared.wire import API_PREFIX

NO_FLAG = "This session has no such flag."


class NoteDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note to be written; ``@name`` in it calls a colleague."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NOTE_CHARS)]


class NoteAdded(msgspec.Struct, frozen=True):
    """A note that was written: its number, the names of those called, and what is nobody's."""

    n: int
    called: list[str]
    unknown: list[str]


class AssignmentDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which account a flag is to be assigned; to nobody where there is none."""

    account: Annotated[str, msgspec.Meta(max_length=64)] | None


class OtherOut(msgspec.Struct, frozen=True):
    """A flag of another session; ``start`` in microseconds of its session time."""

    session: str
    candidate: str
    flag: str
    start: int
    verdict: str


class AlikeOut(msgspec.Struct, frozen=True):
    """What ``sessions`` others of the exam show as well, in words, and some of their flags."""

    words: str
    sessions: int
    others: list[OtherOut]


class SessionDecisionDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision as asked for; ``version`` is how many there were as it was seen."""

    outcome: Outcome
    version: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    reasons: tuple[Reason, ...] = ()
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE_CHARS)] = ""


class SessionDecisionOut(msgspec.Struct, frozen=True):
    """A decision about a session that was made; ``at`` is microseconds UTC."""

    n: int
    outcome: Outcome
    reasons: list[Reason]
    note: str
    by: str
    at: int


class RemarksController(Controller):
    """What people add beside flags and sessions."""

    path = f"{API_PREFIX}/sessions/{{session_id:str}}"
    tags = ("review",)

    @post("/flags/{flag_id:str}/notes", status_code=201, guards=[require(Role.PROCTOR)])
    async def post_note(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        flag_id: FromPath[str],
        data: JSONBody[NoteDraft],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> NoteAdded | Response[bytes]:
        """Note something beside a flag."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            done = await add_note(db, clock(), staff, session, flag_id, data.text)
        if isinstance(done, Rejection):
            return done.response()
        names = [one.name for one in done.called.people]
        return NoteAdded(done.n, names, list(done.called.unknown))

    @put("/flags/{flag_id:str}/assignment", status_code=200, guards=[require(Role.PROCTOR)])
    async def put_assignment(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        flag_id: FromPath[str],
        data: JSONBody[AssignmentDraft],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> AssignmentDraft | Response[bytes]:
        """Assign a flag to somebody, or to nobody."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            done = await assign(db, clock(), staff, session, flag_id, data.account)
        return data if done is None else done.response()

    @get("/flags/{flag_id:str}/alike", guards=[require(Role.OBSERVER)])
    async def get_alike(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        flag_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> list[AlikeOut]:
        """What other sessions of the exam show as well."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            flag = await read_flag(db, session, flag_id)
            if flag is None:
                raise NotFoundException(NO_FLAG)
            await viewed(db, clock(), staff, session, "flags")
            return [_alike(one) for one in await read_alike(db, session, flag)]

    @get("/decisions", guards=[require(Role.OBSERVER)])
    async def get_decisions(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> list[SessionDecisionOut]:
        """Every decision about the session, oldest first; the last one is in force."""
        async with database.transaction() as db:
            session = await session_of(db, current_account(request), session_id)
            return [decided_out(one) for one in await read_outcomes(db, session.id)]

    @post("/decisions", status_code=200, guards=[require(Role.PROCTOR)])
    async def post_decision(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        data: JSONBody[SessionDecisionDraft],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> list[SessionDecisionOut] | Response[bytes]:
        """Decide about the session. The same again changes nothing; 409 where somebody else
        was quicker.
        """
        staff = current_account(request)
        ticked = tuple(one for one in Reason if one in data.reasons)
        ask = SessionAsk(data.outcome, ticked, data.note.strip(), data.version)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            done = await conclude(db, clock(), staff, session, ask)
        if isinstance(done, Rejection):
            return done.response()
        return [decided_out(one) for one in done.history]


def _alike(one: Alike) -> AlikeOut:
    others = [
        OtherOut(other.session_id, other.candidate, other.flag_id, other.start, other.verdict)
        for other in one.shown
    ]
    return AlikeOut(one.words, one.sessions, others)


def decided_out(one: SessionDecision) -> SessionDecisionOut:
    """A decision as programs read it."""
    return SessionDecisionOut(one.n, one.outcome, list(one.reasons), one.note, one.by, one.at)

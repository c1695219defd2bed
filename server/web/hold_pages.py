"""Legal holds, and one session's data: what is kept of it, held, destroyed; its link."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Role
from server.accounts.staff import Staff, current_account, require
from server.audit import service as audit
from server.candidates.appeals import appeals_of
from server.candidates.consent import consents_of
from server.candidates.letters import Notices
from server.candidates.links import renew_link, revoke_link
from server.candidates.requests import requests_of
from server.clock import WallClock
from server.downloads import attachment
from server.enrolment.models import Candidate
from server.enrolment.tokens import Tokens
from server.exams.models import Exam
from server.ingest.lookup import session_of
from server.ingest.models import ExamSession
from server.network import AnyRequest
from server.numbers import whole
from server.retention.certificates import certificate_file
from server.retention.destruction import Destroyed, Held
from server.retention.holds import (
    DEFAULT_REVIEW_DAYS,
    HoldDraft,
    HoldError,
    HoldKind,
    count_holds,
    hold_of,
    holds_on,
    open_holds,
    place_hold,
    release_hold,
    subject_named,
)
from server.retention.keeping import read_kept
from server.retention.kinds import WORDS
from server.retention.service import Retention
from server.storage.database import Database
from server.storage.keys import KeyStore
from server.web.forms import text_fields
from server.web.rendering import page
from shared.certificate import MAX_WHY_CHARS, EvidenceKind
from shared.certificate_file import SUFFIX

HOME = "/settings/data-protection"

# Holds on one page, and how many may come before it: more than anybody goes through.
MOST, MOST_SKIPPED = 100, 1_000_000

# What a page says after something was done, by the address's ``done``.
DONE = {
    "held": "It is held. Nothing of it is destroyed before the hold is released.",
    "released": "The hold is released. What is due goes with the next look, within minutes.",
    "destroyed": "It is destroyed. The certificate is below.",
    "nothing": "There was nothing of this left.",
    "renewed": "There is a new link; the one before opens nothing any more.",
    "revoked": "The link opens nothing any more.",
    "sent": "The link is on its way to the candidate.",
    "unsent-no-address": "Nothing was sent: the candidate has no mail address. Give them the "
    "link yourself, or add the address and send it again.",
    "unsent-bad-address": "Nothing was sent: no letter can go to the candidate's mail address. "
    "Correct it and send the link again.",
    "unsent-revoked": "Nothing was sent: the link was revoked. Make a new one, and send that.",
}


class HoldPages(Controller):
    """Holds, and the data of one session."""

    path = HOME
    guards = (require(Role.EXAMINER),)
    include_in_schema = False

    @get("/holds")
    async def get_holds(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """All holds, those in force first."""
        async with database.transaction() as db:
            return await _holds_page(db, request, clock(), "")

    @post("/holds", status_code=303)
    async def post_hold(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Hold a session, a candidate or an exam; that of ``session`` where it says no more."""
        staff, fields = current_account(request), await text_fields(request)
        days = fields.get("review_days", "") or str(DEFAULT_REVIEW_DAYS)
        back = fields.get("session", "")
        async with database.transaction() as db:
            try:
                kind = _kind(fields.get("kind", ""))
                # Kept in the form of all holds, where something is wrong with the rest.
                fields["subject_id"] = await _subject_asked(db, staff, kind, fields)
                draft = HoldDraft(
                    kind,
                    fields["subject_id"],
                    fields.get("reason", ""),
                    int(days) if days.isdecimal() and len(days) < 6 else 0,
                )
                await place_hold(db, clock(), staff, staff.institution_id, draft)
            except HoldError as error:
                return await _holds_page(db, request, clock(), str(error), fields)
        return Redirect(_back(back, "held"), status_code=303)

    @post("/holds/{hold_id:str}/release", status_code=303)
    async def post_release(
        self,
        request: AnyRequest,
        hold_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Release a hold, with the reason."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            hold = await hold_of(db, staff.institution_id, hold_id)
            if hold is None:
                raise NotFoundException("There is no such hold.")
            try:
                reason = fields.get("reason", "")
                await release_hold(db, clock(), staff, hold, reason)
            except HoldError as error:
                return await _holds_page(db, request, clock(), str(error))
        return Redirect(_back(fields.get("session", ""), "released"), status_code=303)

    @get("/sessions/{session_id:str}")
    async def get_session_data(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        notices: NamedDependency[Notices],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """One session's data."""
        async with database.transaction() as db:
            session = await session_of(db, current_account(request), session_id)
            return await _session_page(db, request, session, notices, clock())

    @post("/sessions/{session_id:str}/destroy", status_code=303, guards=[require(Role.ADMIN)])
    async def post_destroy(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        retention: NamedDependency[Retention],
        notices: NamedDependency[Notices],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Destroy what is ticked, now."""
        staff, fields = current_account(request), await text_fields(request)
        kinds = [kind for kind in EvidenceKind if f"kind.{kind}" in fields]
        why = " ".join(fields.get("why", "").split())
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            wrong = _mistake(kinds, why, fields)
            if wrong:
                return await _session_page(
                    db, request, session, notices, clock(), wrong, fields
                )
        outcome = await retention.destroy(session.id, kinds, staff, why)
        if isinstance(outcome, Held):
            async with database.transaction() as db:
                session = await session_of(db, staff, session_id)
                wrong = f"Nothing more was destroyed: {'; '.join(outcome.why)}."
                return await _session_page(
                    db, request, session, notices, clock(), wrong, fields
                )
        done = "destroyed" if isinstance(outcome, Destroyed) else "nothing"
        return Redirect(_back(session_id, done), status_code=303)

    @get("/sessions/{session_id:str}/certificates")
    async def get_certificates(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
    ) -> Response[bytes]:
        """The certificates, as a file that ``invigil-verify`` checks."""
        async with database.transaction() as db:
            session = await session_of(db, current_account(request), session_id)
            data = await certificate_file(db, keys, session)
        if data is None:
            raise NotFoundException("Nothing was destroyed of this session.")
        headers = attachment(f"{session.id}{SUFFIX}")
        return Response(data, media_type="application/json", headers=headers)

    @post("/sessions/{session_id:str}/link", status_code=303)
    async def post_link(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        notices: NamedDependency[Notices],
        server_secret: NamedDependency[bytes],
        tokens: NamedDependency[Tokens],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Send, renew or revoke the candidate's link (field ``do``)."""
        staff, fields = current_account(request), await text_fields(request)
        now = clock()
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            match fields.get("do", ""):
                case "renew":
                    await renew_link(db, server_secret, tokens, now, staff, session)
                    done = "renewed"
                case "revoke":
                    await revoke_link(db, now, staff, session)
                    done = "revoked"
                case _:
                    why = await notices.send_link(db, now, staff, session)
                    done = "sent" if why is None else f"unsent-{why}"
        return Redirect(_back(session_id, done), status_code=303)


def _kind(text: str) -> HoldKind:
    """What is to be held.

    Raises:
        HoldError: nothing that can be.
    """
    if text not in set(HoldKind):
        raise HoldError("kind", "Choose what is to be held.")
    return HoldKind(text)


async def _subject_asked(
    db: AsyncSession, staff: Staff, kind: HoldKind, fields: dict[str, str]
) -> str:
    """The id of what is to be held: as it is named, or that of the page it was asked on."""
    if named := fields.get("subject_id", ""):
        return await subject_named(db, staff.institution_id, kind, named)
    session = await session_of(db, staff, fields.get("session", ""))
    match kind:
        case HoldKind.SESSION:
            return session.id
        case HoldKind.CANDIDATE:
            return session.candidate_id
        case HoldKind.EXAM:
            return session.exam_id


def _mistake(kinds: list[EvidenceKind], why: str, fields: dict[str, str]) -> str:
    if not kinds:
        return "Tick what is to be destroyed."
    if not 0 < len(why) <= MAX_WHY_CHARS or not why.isprintable():
        return f"Say why, in one line of at most {MAX_WHY_CHARS} characters."
    if "sure" not in fields:
        return "This cannot be undone: tick that you are sure."
    return ""


def _back(session_id: str, done: str) -> str:
    where = f"{HOME}/sessions/{session_id}" if session_id.isalnum() else f"{HOME}/holds"
    return f"{where}?done={done}"


async def _names(db: AsyncSession, staff: Staff) -> dict[str, str]:
    query = select(Account.id, Account.name).where(
        Account.institution_id == staff.institution_id
    )
    return {
        **dict((await db.execute(query)).tuples().all()),
        audit.COMMAND_LINE: "Command line",
        audit.SYSTEM: "The server",
    }


async def _holds_page(
    db: AsyncSession,
    request: AnyRequest,
    now: int,
    wrong: str,
    fields: dict[str, str] | None = None,
) -> Template:
    staff = current_account(request)
    skip = whole(request.query_params.get("after", ""), MOST_SKIPPED) or 0
    every = await count_holds(db, staff.institution_id)
    holds = await open_holds(db, staff.institution_id, skip, MOST)
    context = {
        "tab": "holds",
        "every": every,
        "skip": skip,
        "most": MOST,
        "holds": [(hold, await _subject(db, hold.kind, hold.subject_id)) for hold in holds],
        "names": await _names(db, staff),
        "now": now,
        "wrong": wrong,
        "fields": fields or {},
        "review_days": DEFAULT_REVIEW_DAYS,
        "done": DONE.get(request.query_params.get("done", ""), ""),
    }
    return page("data_protection_holds.html", context, status=422 if wrong else 200)


async def _subject(db: AsyncSession, kind: str, subject_id: str) -> str:
    """What a hold is on, as people call it."""
    if kind == HoldKind.EXAM:
        return (await db.get_one(Exam, subject_id)).title
    if kind == HoldKind.CANDIDATE:
        return (await db.get_one(Candidate, subject_id)).name
    session = await db.get_one(ExamSession, subject_id)
    candidate = await db.get_one(Candidate, session.candidate_id)
    return f"{candidate.name}, {(await db.get_one(Exam, session.exam_id)).title}"


async def _session_page(
    db: AsyncSession,
    request: AnyRequest,
    session: ExamSession,
    notices: Notices,
    now: int,
    wrong: str = "",
    fields: dict[str, str] | None = None,
) -> Template:
    link = await notices.link(db, session, now)
    if link is not None:
        # Whoever has it sees what the candidate sees, as the candidate.
        await audit.viewed(db, now, current_account(request), session, "link")
    context: dict[str, Any] = {
        "tab": "",
        "session": session,
        "exam": await db.get_one(Exam, session.exam_id),
        "candidate": await db.get_one(Candidate, session.candidate_id),
        "kept": await read_kept(db, session),
        "words": WORDS,
        "holds": await holds_on(db, session),
        "names": await _names(db, current_account(request)),
        "link": link,
        "consent": (await consents_of(db, [session]))[session.id],
        "appeals": await appeals_of(db, session.id),
        "requests": await requests_of(db, session.candidate_id),
        "now": now,
        "wrong": wrong,
        "fields": fields or {},
        "review_days": DEFAULT_REVIEW_DAYS,
        "done": DONE.get(request.query_params.get("done", ""), ""),
    }
    return page("data_protection_session.html", context, status=422 if wrong else 200)

"""The page of one session."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import WINDOW, accessed, viewed
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.network import AnyRequest
from server.review.casefile import CaseFile, read_case, read_revision
from server.review.decisions import Ask, Decided, NoFlag, Outcome, decide
from server.review.life import MAX_NOTE_CHARS, Verdict
from server.review.phases import LABELS
from server.review.ranking import refresh_one
from server.storage.database import Database
from server.web.live_pages import live_context
from server.web.rendering import PRIVATE, page
from shared.flags import Kind

PARTS = {"panels": "session_news.html"}


class SessionPages(Controller):
    """``/sessions/{id}`` and what is below it."""

    path = "/sessions"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/{session_id:str}")
    async def get_session(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """One session. Looking at it, each time, is written in the log."""
        staff, now = current_account(request), clock()
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            case = await read_case(db, session, now)
            live = await live_context(db, session, staff, now)
            accessed(db, now, staff, session, "page", until=now + WINDOW)
        context = {**_case_context(case, now), **live, "phase_labels": LABELS}
        return page("session.html", context)

    @get("/{session_id:str}/timeline.json")
    async def get_timeline(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Response[bytes]:
        """The timeline, or 304 where nothing on the page has changed."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await viewed(db, clock(), staff, session, "page")
            tag = f'"{await read_revision(db, session, clock())}"'
            if request.headers.get("If-None-Match") == tag:
                return Response(b"", status_code=304, headers={**PRIVATE, "ETag": tag})
            case = await read_case(db, session, clock())
        return Response(
            msgspec.json.encode(case.timeline),
            media_type="application/json",
            headers={**PRIVATE, "ETag": tag},
        )

    @get("/{session_id:str}/{part:str}")
    async def get_part(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        part: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """``panels``: the part of the page that changes while it is open, besides the flags."""
        name = PARTS.get(part)
        if name is None:
            raise NotFoundException("There is no such part of a session.")
        staff, now = current_account(request), clock()
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await viewed(db, now, staff, session, "page")
            case = await read_case(db, session, now)
        return page(name, _case_context(case, now))

    @post("/{session_id:str}/decisions", status_code=200, guards=[require(Role.PROCTOR)])
    async def post_decision(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Decide about a flag; the answer replaces its row, the score and the message."""
        staff, now, ask = current_account(request), clock(), await _ask(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await viewed(db, now, staff, session, "page")
            outcome = await decide(db, now, staff, session, ask)
            case = await read_case(db, session, now)
            if isinstance(outcome, Decided):
                await refresh_one(db, session, case.flags, {ask.flag_id})
        if "HX-Request" not in request.headers:
            return Redirect(f"/sessions/{session_id}", status_code=303)
        return _decision_answer(case, outcome, now)


def _decision_answer(case: CaseFile, outcome: Outcome, now: int) -> Template:
    context = {**_case_context(case, now), "outcome": outcome}
    if isinstance(outcome, NoFlag):
        return page("decision.html", {**context, "flag": None}, status=422)
    flag = next(flag for flag in case.flags if flag.id == outcome.flag.id)
    # Whoever decided may look at another flag by now: the answer names its own. It is told of
    # with the swap, before the list draws itself anew of the rows that it knows.
    event, status = (
        ("flag-decided", 200) if isinstance(outcome, Decided) else ("flag-renewed", 409)
    )
    told = {"HX-Trigger-After-Swap": json.dumps({event: {"flag": flag.id}})}
    return page("decision.html", {**context, "flag": flag}, status=status, headers=told)


def _case_context(case: CaseFile, now: int) -> dict[str, Any]:
    return {"case": case, "now": now, "Verdict": Verdict, "identity": Kind.IDENTITY_MISMATCH}


async def _ask(request: Request[Any, Any, Any]) -> Ask:
    """Fields ``flag``, ``version``, ``verdict`` and ``note``.

    Raises:
        ClientException: they are not what the form sends.
    """
    form = await request.form()
    fields = {name: form.get(name, "") for name in ("flag", "version", "verdict", "note")}
    if not all(isinstance(value, str) for value in fields.values()):
        raise ClientException("A decision is made of text fields.")
    version, verdict = fields["version"], fields["verdict"]
    if not version.isdecimal() or len(version) > 9 or verdict not in set(Verdict):
        raise ClientException("A decision names the flag's version and a verdict.")
    note = fields["note"].strip()
    if len(note) > MAX_NOTE_CHARS:
        raise ClientException(f"A note has at most {MAX_NOTE_CHARS} characters.")
    return Ask(fields["flag"], Verdict(verdict), note, int(version))

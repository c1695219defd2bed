"""The panel of a running session: how it stands, what was said, and what a proctor does."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.channels import ChannelsPlugin
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.service import new_id
from server.accounts.staff import Staff, current_account, require
from server.audit.service import viewed
from server.audit.words import ACTIONS
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.ingest.models import ExamSession
from server.live.board import Boards
from server.live.care import Care, note_looking, note_read
from server.live.controllers import channel
from server.live.models import CommandRow
from server.live.panel import read_panel
from server.live.phrases import read_offered
from server.live.service import Live
from server.live.situation import CommandDraft
from server.network import AnyRequest
from server.numbers import whole
from server.problems import Rejection
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.rendering import PRIVATE, page

MINUTE_S = 60

# As much time as there may be more, and as a form may say it.
MOST_MINUTES = 1440

# What is said once something was asked of the recorder.
DONE = {
    "message": "Sent.",
    "warn": "Warned.",
    "pause": "The exam is being paused.",
    "resume": "The exam goes on.",
    "terminate": "The session is ended.",
    "request_clip": "Asked for. The clip comes with the newest flag, or the flag says why not.",
    "extra_time": "There is more time now.",
    "admit": "The candidate may go on.",
    "refuse": "The candidate was told.",
}

# And what is said of who takes care of a session.
CARED = {
    "take": "You have taken this session on; the others see that.",
    "take_over": "You have taken this session over; the others see that.",
    "give_back": "Given back: somebody else may take it on.",
    "seen": "Noted: its incidents so far were seen.",
}


class LivePages(Controller):
    """``/sessions/{id}/live``."""

    path = "/sessions/{session_id:str}/live"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/")
    async def get_state(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Response[bytes]:
        """How the session stands, or 204 where it is as ``seen`` already."""
        staff = current_account(request)
        async with database.transaction() as db:
            now = clock()
            session = await session_of(db, staff, session_id)
            await viewed(db, now, staff, session, "page")
            await note_looking(db, staff, session, now)
            context = await live_context(db, session, staff, now)
            panel = context["live"]
            if staff.may(Role.PROCTOR) and panel.unread:
                await note_read(db, session, panel.lines[-1].at)
        if request.query_params.get("seen") == context["live"].revision:
            return Response(b"", status_code=204, headers=PRIVATE)
        return page("session_live_state.html", context)

    @post("/", status_code=200, guards=[require(Role.PROCTOR)])
    async def post_action(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        live: NamedDependency[Live],
        boards: NamedDependency[Boards],
        channels: NamedDependency[ChannelsPlugin],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect | Response[bytes]:
        """Ask something of the recorder; the answer says what became of it."""
        staff, draft = current_account(request), read_draft(await text_fields(request))
        outcome = await live.command(staff, session_id, draft)
        if isinstance(outcome, CommandRow):
            await channels.wait_published(b"", channel(session_id))
            boards.touch(staff.institution_id)
        if "HX-Request" not in request.headers:
            if isinstance(outcome, Rejection):
                raise ClientException(outcome.detail, status_code=outcome.status)
            return Redirect(f"/sessions/{session_id}#live", status_code=303)
        told = outcome if isinstance(outcome, Rejection) else _told(outcome)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            context = await live_context(db, session, staff, clock())
        return _answer(context, told)

    @post("/care", status_code=200, guards=[require(Role.PROCTOR)])
    async def post_care(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        care: NamedDependency[Care],
        boards: NamedDependency[Boards],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect | Response[bytes]:
        """Field ``do``: ``take`` the session on, ``take_over``, ``give_back``, ``seen``."""
        staff, fields = current_account(request), await text_fields(request)
        do = fields.get("do", "")
        match do:
            case "take" | "take_over":
                over = do == "take_over"
                outcome = await care.take(staff, session_id, over=over)
            case "give_back":
                outcome = await care.give_back(staff, session_id)
            case "seen":
                outcome = await care.seen(staff, session_id)
            case _:
                raise ClientException("A session is taken on, given back or seen.")
        boards.touch(staff.institution_id)
        if "HX-Request" not in request.headers:
            if isinstance(outcome, Rejection):
                raise ClientException(outcome.detail, status_code=outcome.status)
            return Redirect(f"/live/{session_id}", status_code=303)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            context = await live_context(db, session, staff, clock())
        return _answer(context, outcome or CARED[do])


async def live_context(
    db: AsyncSession, session: ExamSession, staff: Staff, now: int
) -> dict[str, Any]:
    """What the panel's templates need besides the session's page."""
    return {
        "session_id": session.id,
        "live": await read_panel(db, session, staff, now),
        "phrases": await read_offered(db, session.institution_id),
        "request_id": new_id(),
        "acted": {action: ACTIONS[f"session.{action}"] for action in DONE},
    }


def _answer(context: dict[str, Any], told: Rejection | str) -> Template:
    """What became of it, and how things stand now."""
    if isinstance(told, Rejection):
        shown = {**context, "told": told.detail, "done": False}
        return page("session_live_told.html", shown, status=told.status)
    shown = {**context, "told": told, "done": True}
    return page("session_live_told.html", shown, headers={"HX-Trigger": "live-done"})


def _told(row: CommandRow) -> str:
    if row.warnings and row.warnings == row.warnings_limit:
        return "Warned. It was the last warning that the rules allow: the session is ended."
    return DONE[row.action]


def read_draft(fields: dict[str, str]) -> CommandDraft:
    """Fields ``action``, ``text``, ``minutes``, ``awaits`` and ``request``.

    Raises:
        ClientException: they are not what the form sends.
    """
    said: dict[str, Any] = {
        name: fields[name] for name in ("action", "text", "awaits", "request") if name in fields
    }
    minutes = fields.get("minutes", "").strip()
    if minutes:
        if not (more := whole(minutes, MOST_MINUTES)):
            why = f"More time is 1 to {MOST_MINUTES:,} whole minutes."
            raise ClientException(why, status_code=422)
        said["seconds"] = more * MINUTE_S
    try:
        return msgspec.convert(said, CommandDraft)
    except msgspec.ValidationError as error:
        raise ClientException(f"This is not an action: {error}.") from error

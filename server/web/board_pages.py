"""``/live``: the board of running sessions, what is asked of several at once, and phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Response, get, post
from litestar.channels import ChannelsPlugin
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from server.accounts.models import Role
from server.accounts.service import new_id
from server.accounts.staff import Staff, current_account, require
from server.audit.service import WINDOW, accessed
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.live.board import STATES, Boards, Look, Page, View
from server.live.board_controllers import BOARD_PATH, asked, call
from server.live.care import note_looking
from server.live.controllers import channel
from server.live.need import Need, place
from server.live.phrases import Phrases, read_offered, read_phrases
from server.live.service import Live
from server.live.tiles import Tile, tile
from server.live.together import MOST_AT_ONCE, Outcome, ask_together
from server.live.watched import Watches
from server.network import AnyRequest
from server.numbers import whole
from server.problems import Rejection
from server.review.reading import extent, read_policy
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.live_pages import live_context, read_draft
from server.web.rendering import PRIVATE, Renderer, page
from shared.encoding import sha256_hex

# The streams that can be watched, in the order of the page.
WATCHED = ("camera", "screen", "microphone")

# How many sessions a portion that goes on may say that there were.
MOST_CHOSEN = 99_999

# What of ``News.need`` a tile's colour follows; the word stands beside it.
TONES = {
    Need.HELP: "bad",
    Need.ADMISSION: "bad",
    Need.ENDING: "bad",
    Need.STOPPED: "warn",
    Need.INCIDENT: "bad",
    Need.SILENT: "warn",
    Need.UNOBSERVED: "warn",
    Need.WAITING: "",
    Need.FINE: "good",
}

_json = msgspec.json.Encoder()


def tile_renderer(render: Renderer) -> Any:
    """Makes a tile's HTML, the same for everybody."""

    def made(one: Tile) -> str:
        return render("board_tile.html", {"tile": one, "tone": TONES[one.need]})

    return made


@dataclass(frozen=True, slots=True)
class Report:
    """What became of what was asked of several sessions: ``done`` of ``total`` are through,
    ``rest`` are the sessions to go on with, ``waits`` says that somebody is to ask for that:
    the server was busy.
    """

    outcomes: Sequence[tuple[Outcome, str]]
    rest: Sequence[str]
    total: int
    fields: dict[str, str]
    waits: bool = False

    @property
    def through(self) -> int:
        """How many are through."""
        return self.total - len(self.rest)


class BoardPages(Controller):
    """``/live``."""

    path = "/live"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/")
    async def get_board(
        self,
        request: AnyRequest,
        boards: NamedDependency[Boards],
        watches: NamedDependency[Watches],
        database: NamedDependency[Database],
    ) -> Template:
        """The board, as it is now; the page keeps itself up to date."""
        staff, view = current_account(request), asked(request)
        await watches.note(staff)
        look = await boards.of(staff.institution_id).fresh()
        async with database.transaction() as db:
            phrases = await read_offered(db, staff.institution_id)
        context = {**_board_context(look, view), "phrases": phrases, "socket": BOARD_PATH}
        return page("board.html", {**context, "request_id": new_id()})

    @get("/tiles")
    async def get_tiles(
        self,
        request: AnyRequest,
        boards: NamedDependency[Boards],
        watches: NamedDependency[Watches],
    ) -> Template | Response[bytes]:
        """The tiles alone, or 204 where all is as ``seen`` already: for pages that have no
        WebSocket.
        """
        staff, view = current_account(request), asked(request)
        await watches.note(staff)
        look = await boards.of(staff.institution_id).fresh()
        context = _board_context(look, view)
        if request.query_params.get("seen") == context["seen"]:
            return Response(b"", status_code=204, headers=PRIVATE)
        return page("board_tiles.html", context)

    @post("/together", status_code=200, guards=[require(Role.PROCTOR)])
    async def post_together(
        self,
        request: AnyRequest,
        live: NamedDependency[Live],
        boards: NamedDependency[Boards],
        channels: NamedDependency[ChannelsPlugin],
    ) -> Template:
        """Ask the same of each chosen session, so many at once; the answer says what became of
        it in each, and goes on with the rest by itself. Field ``request`` names the request:
        the same sent again, because no answer came, is not asked twice of anybody.
        """
        staff, fields = current_account(request), await text_fields(request)
        look = await boards.of(staff.institution_id).fresh()
        chosen = await _chosen(request, look, asked(request))
        draft = read_draft(fields)
        now, rest = chosen[:MOST_AT_ONCE], chosen[MOST_AT_ONCE:]
        request_id = fields.get("request") or new_id()
        outcomes = await ask_together(live, staff, now, draft, request_id)
        if isinstance(outcomes, Rejection):
            context = {"refused": outcomes.detail}
            return page("board_together.html", context, status=outcomes.status)
        for one in outcomes:
            if one.done:
                await channels.wait_published(b"", channel(one.session_id))
        boards.touch(staff.institution_id)
        names = {one.id: one.name for one in look.facts}
        through = [(one, names.get(one.session_id, one.session_id)) for one in outcomes]
        total = _total(fields, len(chosen))
        kept = {key: fields[key] for key in ("action", "text", "minutes") if key in fields}
        again = [one.session_id for one in outcomes if one.again]
        sent = {**kept, "request": request_id}
        report = Report(through, [*again, *rest], total, sent, waits=bool(again))
        name = "board_together.html" if _htmx(request) else "board_report.html"
        return page(name, {"report": report, "refused": ""})

    @get("/phrases", guards=[require(Role.PROCTOR)])
    async def get_phrases(
        self, request: AnyRequest, database: NamedDependency[Database]
    ) -> Template:
        """What the institution's staff often say."""
        return await _phrases_page(database, current_account(request))

    @post("/phrases", status_code=200, guards=[require(Role.EXAMINER)])
    async def post_phrase(
        self,
        request: AnyRequest,
        phrases: NamedDependency[Phrases],
        database: NamedDependency[Database],
    ) -> Template | Redirect:
        """Add one."""
        staff, fields = current_account(request), await text_fields(request)
        refused = await phrases.add(staff, fields.get("text", ""))
        if refused is not None:
            return await _phrases_page(database, staff, refused, fields.get("text", ""))
        return Redirect("/live/phrases", status_code=303)

    @post("/phrases/{phrase_id:str}/remove", status_code=303, guards=[require(Role.EXAMINER)])
    async def post_removal(
        self,
        request: AnyRequest,
        phrase_id: FromPath[str],
        phrases: NamedDependency[Phrases],
    ) -> Redirect:
        """Take one out."""
        refused = await phrases.remove(current_account(request), phrase_id)
        if refused is not None:
            raise ClientException(refused.detail, status_code=refused.status)
        return Redirect("/live/phrases", status_code=303)

    @get("/{session_id:str}")
    async def get_watch(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        boards: NamedDependency[Boards],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """One running session as it happens: on a page of its own, or beside the board."""
        staff, now = current_account(request), clock()
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            accessed(db, now, staff, session, "page", until=now + WINDOW)
            policy = await read_policy(db, session)
            await note_looking(db, staff, session, now)
            live = await live_context(db, session, staff, now)
        boards.touch(staff.institution_id)
        look = await boards.of(staff.institution_id).fresh()
        facts = next((one for one in look.facts if one.id == session_id), None)
        if facts is None:
            return Redirect(f"/sessions/{session_id}", status_code=303)
        # What can be watched: the streams that the rules have recorded.
        streams = policy.streams
        on = {
            "camera": streams.camera,
            "screen": streams.screen,
            "microphone": streams.microphone,
        }
        context = {
            **live,
            "tile": tile(facts, place(facts, now), now),
            "tone": TONES[place(facts, now).need],
            "streams": [name for name, stream in on.items() if stream.enabled],
            "origin": session.origin_wall or 0,
            "reach": extent(session),
            "reached": session.last_seen or now,
            "now": now,
        }
        return page("board_side.html" if _htmx(request) else "watch.html", context)


def _board_context(look: Look, view: View) -> dict[str, Any]:
    found = look.page(view)
    wanted = {"exam": view.exam, "state": view.state, "name": view.name}
    chosen = {key: value for key, value in wanted.items() if value}

    def link(number: int, path: str = "/live") -> str:
        query = urlencode({**chosen, **({"page": str(number)} if number else {})})
        return f"{path}?{query}" if query else path

    calls = [call(one.tile) for one in found.calls]
    needs = _json.encode({"total": found.total, "calling": found.calling, "calls": calls})
    shown = (found.page, found.pages, needs, _told(found))
    seen = sha256_hex(repr(shown).encode())[:16]
    return {
        "look": look,
        "view": view,
        "board": found,
        "needs": needs.decode(),
        "states": STATES,
        "link": link,
        "seen": seen,
        "tones": TONES,
    }


def _told(found: Page) -> list[str]:
    return [one.revision for one in found.shown]


async def _chosen(request: AnyRequest, look: Look, view: View) -> list[str]:
    """The sessions that a form names, or all that the view shows."""
    form = await request.form()
    if form.get("all") == "yes":
        found = look.everything(view)
        return [one.tile.id for one in found if not one.tile.over]
    named = [value for value in form.getall("session", []) if isinstance(value, str)]
    return list(dict.fromkeys(named))


def _total(fields: dict[str, str], chosen: int) -> int:
    """How many there were at first: a portion that goes on says it."""
    return max(chosen, whole(fields.get("total", ""), MOST_CHOSEN) or 0)


async def _phrases_page(
    database: Database, staff: Staff, refused: Rejection | None = None, text: str = ""
) -> Template:
    async with database.transaction() as db:
        own = await read_phrases(db, staff.institution_id)
        offered = await read_offered(db, staff.institution_id)
    context = {"own": own, "offered": offered, "refused": refused, "text": text}
    return page("phrases.html", context, status=refused.status if refused else 200)


def _htmx(request: AnyRequest) -> bool:
    return "HX-Request" in request.headers

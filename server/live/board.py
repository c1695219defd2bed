"""The board: every running session of an institution, in order of need, for all who watch.

What it shows is made once for everybody: a look at the database (``gathering``), the order
(``need``), the words (``tiles``), each tile's HTML once per change. A viewer is sent what
differs from what it has, whenever it is ready; so a slow one is never in the way of others,
and one that comes back misses nothing.

What this server takes in wakes the board at once (``Boards.noticed``), which then looks at
those sessions alone. Besides, all are looked at again and again while somebody watches: for
what passes with time, and for what other servers took in: the database is their channel.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any

from server.chores import tried
from server.clock import WallClock
from server.live.gathering import CHUNK, Gathering
from server.live.need import BEFORE_THE_EXAM, Facts, Need, Place, ordered
from server.live.tiles import Tile, stands, tile
from server.storage.database import Database

# How often all is looked at while somebody watches (s). Where other servers may work with the
# same database, an incident that one of them took in is to be here within a second; SQLite has
# one server, which says by itself what it takes in.
EVERY_S = 0.4
EVERY_ALONE_S = 1.0

# What is done within this time (s) is looked at together.
TOGETHER_S = 0.05

# A look that is at most so old answers a page (s).
FRESH_S = 1.0

# How long a board is kept up after its last viewer (s): somebody who comes back, or a page
# that asks without a WebSocket, need not wait for all to be read again.
LINGER_S = 60.0

# As many tiles as fit a few screens, and pictures a slow line.
PAGE = 48

# Those that call for somebody are named with every page, so that they are called out wherever
# they stand; beyond so many only their number is.
MOST_CALLS = 20

# Views of one look that are kept made: people type words, each of which is another one.
MOST_VIEWS = 500

Render = Callable[[Tile], str]


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at: an exam's id, a word for the state (``STATES``), words of a
    name, a page from 0.
    """

    exam: str = ""
    state: str = ""
    name: str = ""
    page: int = 0


STATES: Mapping[str, str] = {
    "calls": "Need somebody",
    "help": "Ask for help",
    "admission": "Wait to be let in",
    "before": "Before the exam",
    "exam": "In the exam",
    "stopped": "Paused or stopped",
    "silent": "Not connected",
    "mine": "Taken on",
}


@dataclass(slots=True, eq=False)
class Shown:
    """A tile, and what it looks like once somebody looks."""

    tile: Tile
    revision: str
    _render: Render
    _html: str = ""

    @property
    def html(self) -> str:
        """The tile as HTML, made once."""
        self._html = self._html or self._render(self.tile)
        return self._html


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the board: ``total`` sessions fit, ``calls`` are those that need somebody,
    ``calling`` how many.
    """

    shown: tuple[Shown, ...]
    page: int
    pages: int
    total: int
    calls: tuple[Shown, ...]
    calling: int


@dataclass(frozen=True, slots=True)
class Look:
    """The whole board at ``at`` (µs UTC); ``version`` counts the looks that brought news."""

    version: int = 0
    at: int = 0
    shown: tuple[Shown, ...] = ()
    facts: tuple[Facts, ...] = ()
    exams: tuple[tuple[str, str], ...] = ()
    needs: Mapping[Need, int] = field(default_factory=dict[Need, int])
    pages: dict[View, Page] = field(default_factory=dict[View, Page])

    def page(self, view: View) -> Page:
        """What a view shows; made once for all who share it."""
        found = self.pages.get(view)
        if found is None:
            if len(self.pages) >= MOST_VIEWS:
                self.pages.clear()
            found = self.pages[view] = _page(self, view)
        return found

    def everything(self, view: View) -> list[Shown]:
        """All that fits a view, whatever its page."""
        return [
            shown
            for shown, facts in zip(self.shown, self.facts, strict=True)
            if fits(view, facts, shown.tile.need)
        ]


def _page(look: Look, view: View) -> Page:
    fitting = look.everything(view)
    pages = max(1, -(-len(fitting) // PAGE))
    at = min(view.page, pages - 1)
    calls = [one for one in fitting if one.tile.need.calls]
    return Page(
        shown=tuple(fitting[at * PAGE : (at + 1) * PAGE]),
        page=at,
        pages=pages,
        total=len(fitting),
        calls=tuple(calls[:MOST_CALLS]),
        calling=len(calls),
    )


def fits(view: View, facts: Facts, need: Need) -> bool:
    """Whether a view shows a session."""
    if view.exam and facts.exam_id != view.exam:
        return False
    words = view.name.casefold().split()
    if not all(word in facts.name.casefold() for word in words):
        return False
    match view.state:
        case "calls":
            return need.calls
        case "help":
            return need is Need.HELP
        case "admission":
            return need is Need.ADMISSION
        case "before":
            return facts.phase in BEFORE_THE_EXAM
        case "exam":
            return facts.phase == "exam" and not facts.paused
        case "stopped":
            return need in (Need.ENDING, Need.STOPPED)
        case "silent":
            return need is Need.SILENT
        case "mine":
            return bool(facts.holder)
        case _:
            return True


class Board:
    """One institution's board."""

    def __init__(
        self, institution_id: str, database: Database, render: Render, clock: WallClock
    ) -> None:
        """Take what it works with; nothing is read before the first look."""
        self._gathering = Gathering(institution_id)
        self._database = database
        self._render = render
        self._clock = clock
        self._looking = asyncio.Lock()
        self._news = asyncio.Condition()
        self._every_s = EVERY_ALONE_S if database.dialect == "sqlite" else EVERY_S
        self._wanted = asyncio.Event()
        # What the next look is at: all, or the sessions of which there is news.
        self._all = True
        self._noticed: set[str] = set()
        self._looked_at_all = 0
        self.look = Look()
        self.viewers = 0

    def touch(self) -> None:
        """Something was done: look again soon."""
        self._all = True
        self._wanted.set()

    def notice(self, session_ids: Iterable[str]) -> None:
        """There is news of sessions: look at those soon that are on this board."""
        mine = {name for name in session_ids if name in self._gathering}
        if mine:
            self._noticed |= mine
            self._wanted.set()

    async def fresh(self, age_s: float = FRESH_S) -> Look:
        """The board as it was at most ``age_s`` ago."""
        # One that is yet to come is from before the clock was set back.
        if not 0 <= self._clock() - self._looked_at_all <= age_s * 1e6 or self._all:
            await self.refresh()
        elif self._noticed:
            await self.catch_up()
        return self.look

    async def refresh(self) -> None:
        """Look at all again; those who wait are told where there is news.

        Raises:
            Exception: one of ``UNREADY``: the database cannot work at the moment.
        """
        async with self._looking:
            self._wanted.clear()
            self._all, self._noticed = False, set()
            self._looked_at_all = self._clock()
            await self._look(None)

    async def catch_up(self) -> None:
        """Look at the sessions of which there is news, or at all where that is wanted.

        Raises:
            Exception: one of ``UNREADY``: the database cannot work at the moment.
        """
        if self._all or len(self._noticed) > CHUNK:
            await self.refresh()
            return
        async with self._looking:
            self._wanted.clear()
            noticed, self._noticed = self._noticed, set()
            # A look at all that came first may have found that some are no longer there.
            mine = {name for name in noticed if name in self._gathering}
            if mine:
                await self._look(mine)

    async def _look(self, only: Collection[str] | None) -> None:
        now = self._clock()
        try:
            async with self._database.transaction() as db:
                facts = await self._gathering.look(db, now, only)
        except BaseException:
            # What was wanted has not been done.
            self._all = True
            raise
        before, self.look = self.look, self._made(facts, now)
        if self.look.version != before.version:
            async with self._news:
                self._news.notify_all()

    async def newer(self, version: int, timeout_s: float) -> Look:
        """The board once it is newer than ``version``, or as it is after ``timeout_s``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._news:
                await self._news.wait_for(lambda: self.look.version > version)
        return self.look

    async def run(self) -> None:
        """Look again and again."""
        loop = asyncio.get_running_loop()
        while True:
            await self._try(self.refresh)
            until = loop.time() + self._every_s
            while (rest := until - loop.time()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), rest)
                # What several do at once is one look.
                await asyncio.sleep(TOGETHER_S)
                if self._wanted.is_set():
                    await self._try(self.catch_up)

    async def _try(self, look: Callable[[], Awaitable[None]]) -> None:
        await tried("board", look, "the board could not be brought up to date")

    def _made(self, every: Iterable[Facts], now: int) -> Look:
        old = self.look
        before = {
            facts.id: (facts, shown) for facts, shown in zip(old.facts, old.shown, strict=True)
        }
        placed = ordered(every, now)
        shown = tuple(
            self._shown(facts, place, before.get(facts.id), now) for facts, place in placed
        )
        facts = tuple(facts for facts, _ in placed)
        if shown == old.shown and facts == old.facts:
            return Look(old.version, now, shown, facts, old.exams, old.needs, old.pages)
        same = [one.revision for one in shown] == [one.revision for one in old.shown]
        return Look(
            # Of what no tile shows nobody need be told.
            version=old.version + (not same or not old.version),
            at=now,
            shown=shown,
            facts=facts,
            exams=tuple(sorted({(one.exam, one.exam_id) for one in facts})),
            needs=Counter(one.tile.need for one in shown),
        )

    def _shown(
        self, facts: Facts, place: Place, before: tuple[Facts, Shown] | None, now: int
    ) -> Shown:
        """A session's tile; the one before where the same stands in it."""
        if before is None:
            return self._new(tile(facts, place, now))
        known, shown = before
        # Most stand as they were, and whether they do is quicker seen than a tile is made.
        if known is facts and stands(shown.tile, facts, place, now):
            return shown
        new = tile(facts, place, now)
        return shown if shown.tile == new else self._new(new)

    def _new(self, new: Tile) -> Shown:
        return Shown(new, new.revision, self._render)


class Boards:
    """The boards that somebody watches, each kept up for as long as that lasts."""

    def __init__(self, database: Database, render: Render, clock: WallClock) -> None:
        """Take what boards work with."""
        self._made = lambda name: Board(name, database, render, clock)
        self._boards: dict[str, Board] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        # The application's own: a board outlives the request of its first viewer.
        self._context: Context | None = None

    def of(self, institution_id: str) -> Board:
        """An institution's board."""
        if institution_id not in self._boards:
            self._boards[institution_id] = self._made(institution_id)
        return self._boards[institution_id]

    def noticed(self, session_ids: Iterable[str]) -> None:
        """There is news of sessions, and it is in the database: boards that show them look."""
        for board in self._boards.values():
            board.notice(session_ids)

    def touch(self, institution_id: str) -> None:
        """Something was done that its board shows."""
        if institution_id in self._boards:
            self._boards[institution_id].touch()

    @asynccontextmanager
    async def watching(self, institution_id: str) -> AsyncIterator[Board]:
        """An institution's board, kept up while somebody watches and a while after."""
        board = self.of(institution_id)
        board.viewers += 1
        task = self._tasks.get(institution_id)
        if task is None or task.done():
            self._tasks[institution_id] = asyncio.create_task(
                self._keep_up(board), context=self._context
            )
        try:
            yield board
        finally:
            board.viewers -= 1

    async def _keep_up(self, board: Board) -> None:
        running = asyncio.create_task(board.run())
        try:
            idle_s = 0.0
            while idle_s < LINGER_S and not running.done():
                await asyncio.sleep(1)
                idle_s = 0.0 if board.viewers else idle_s + 1
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    @asynccontextmanager
    async def running(self, _: Any) -> AsyncIterator[None]:
        """While the application runs."""
        self._context = copy_context()
        yield
        tasks: Sequence[asyncio.Task[Any]] = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()

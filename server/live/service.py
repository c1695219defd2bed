"""States up, commands down. A command is kept until the recorder says that it was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import MICROS_PER_SECOND, WallClock
from server.ingest.held import PURGED, admitted, hold_one
from server.ingest.lookup import session_of
from server.ingest.models import ExamSession
from server.ingest.projection import plain, text
from server.live.models import CommandRow, LiveRow, SaidRow
from server.live.situation import CommandDraft, Situation, read_situation, refusal
from server.problems import Rejection
from server.retention.gone import keep_from_ending
from server.storage.database import Database
from server.storage.tables import ID_CHARS
from shared.encoding import sha256_hex
from shared.wire import Command, LiveState, ProblemType, Said

# A state is kept at most so often; a board shows nothing finer. Microseconds.
KEEP_EVERY = 1 * MICROS_PER_SECOND

# What is kept of one candidate's sayings: more than anybody types in an exam, and no way to
# fill the database. What comes beyond is not answered, so that the recorder shows it unsent.
MOST_SAID = 2_000

_GONE = Rejection(
    ProblemType.SESSION_OVER,
    410,
    "What was recorded of this session was destroyed: its recorder is asked nothing more.",
)

_log = structlog.get_logger("invigil.server")


@dataclass(slots=True)
class Connected:
    """One connection of a recorder: when its newest kept state came (µs), which sayings are
    known to be kept, which commands it was sent.
    """

    kept: int = 0
    heard: set[str] = field(default_factory=set[str])
    sent: set[str] = field(default_factory=set[str])


class Live:
    """The live channel's two directions."""

    def __init__(
        self, database: Database, clock: WallClock, noticed: Callable[[list[str]], None]
    ) -> None:
        """Take what it works with; ``noticed`` is told of sessions of which there is something
        that whoever watches is to see at once.
        """
        self._database = database
        self._clock = clock
        self._noticed = noticed

    async def admit(self, session_id: str, token_hash: str) -> Rejection | None:
        """Why a recorder may not connect, if it may not."""
        async with self._database.transaction() as db:
            held = await admitted(db, session_id, token_hash)
            return held if isinstance(held, Rejection) else None

    async def report(
        self, session_id: str, state: LiveState, connected: Connected
    ) -> list[Command] | Rejection:
        """Take a state in; what is to be answered to it: a ``heard`` for each saying kept, and
        the commands that wait and were not sent by this connection. (Another server may have
        taken them: its channel wakes no connection here.)

        Args:
            session_id: the session.
            state: what the recorder says; its ``done`` commands are done.
            connected: what is known of the connection; brought up to date.

        Returns:
            The commands, or why nothing more is taken in: what was kept is destroyed.
        """
        now, waiting = self._clock(), list[Command]()
        fresh = [one for one in state.said if one.id not in connected.heard]
        # One that was kept in time to come was so before the clock was set back.
        lately = 0 <= now - connected.kept < KEEP_EVERY
        if state.done or fresh or not lately:
            try:
                taken = await self._keep(session_id, state, fresh)
                if isinstance(taken, Rejection):
                    return taken
                kept, waiting = taken
                connected.heard |= kept
                connected.kept = now
            except IntegrityError:
                # The recorder's other, dying connection wrote the first row meanwhile; what
                # was said comes again with the next state.
                return []
        heard = [
            Command(id=f"heard-{one.id}", action="heard", text=one.id)
            for one in state.said
            if one.id in connected.heard
        ]
        return [*heard, *_unsent(connected, waiting)]

    async def _keep(
        self, session_id: str, state: LiveState, fresh: list[Said]
    ) -> tuple[set[str], list[Command]] | Rejection:
        """Keep a state and what is said in it; the ids of that, and the commands that wait."""
        async with self._database.transaction() as db:
            if await keep_from_ending(db, session_id) is not None:
                return PURGED
            # Whoever answered while this waited for its turn had not seen what is said here.
            now = self._clock()
            row = await db.get(LiveRow, session_id)
            shown = plain(msgspec.to_builtins(msgspec.structs.replace(state, said=())))
            news = bool(fresh) or _calls(shown) != _calls(row.state if row else {})
            if row is None:
                db.add(LiveRow(session_id=session_id, state=shown, time=now))
            else:
                row.state, row.time = shown, now
            if state.done:
                open_ones = _pending(session_id).where(CommandRow.id.in_(state.done))
                for command in await db.scalars(open_ones):
                    command.done_at = now
            kept = await _keep_said(db, session_id, fresh, now) if fresh else set[str]()
            waiting = await _waiting(db, session_id)
        if news:
            self._noticed([session_id])
        return kept, waiting

    async def pending(self, session_id: str) -> list[Command]:
        """Commands that the recorder has not done, oldest first."""
        async with self._database.transaction() as db:
            return await _waiting(db, session_id)

    async def unsent(self, session_id: str, connected: Connected) -> list[Command]:
        """Those of them that this connection was not sent; it is to be sent them now."""
        return _unsent(connected, await self.pending(session_id))

    async def command(
        self, staff: Staff, session_id: str, draft: CommandDraft, command_id: str = ""
    ) -> CommandRow | Rejection:
        """Ask something of a recorder, or say why that makes no sense now. ``terminate``, and
        the last warning that the policy allows, end the session on this side at once.

        Args:
            staff: who asks.
            session_id: of which session.
            draft: what.
            command_id: names it where it may come twice, as when the answer to the first time
                was lost: what was asked before is not asked again. Where it is empty, the
                draft's ``request`` does.

        Raises:
            NotFoundException: the institution has no such session.
        """
        command_id = command_id or _named(staff, session_id, draft)
        async with self._database.transaction() as db:
            await session_of(db, staff, session_id)
            # Held, so that two warnings at once are counted as two.
            session = await hold_one(db, session_id)
            before = await db.get(CommandRow, command_id) if command_id else None
            if before is not None:
                return before
            if session.purged_at is not None:
                return _GONE
            situation = await read_situation(db, session)
            why = refusal(situation, draft)
            if why is not None:
                return why
            asking = Asking(db, staff, session, self._clock())
            row = asking.add(draft, _counted(situation, draft), command_id=command_id)
            if draft.action == "terminate":
                session.state = "terminated"
            elif row.warnings and row.warnings == row.warnings_limit:
                asking.end_by_warnings(row)
        return row


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody asks something of one session's recorder; where there is no ``staff``, the
    policy's own limit does.
    """

    db: AsyncSession
    staff: Staff | None
    session: ExamSession
    now: int

    def add(
        self,
        draft: CommandDraft,
        counted: tuple[int, int],
        after: int = 0,
        command_id: str = "",
        **why: Any,
    ) -> CommandRow:
        """Keep a command and log it; ``after`` orders those of one moment. It has an id of its
        own where none is given.
        """
        warnings, limit = counted
        row = CommandRow(
            id=command_id or new_id(),
            session_id=self.session.id,
            account_id=self.staff.id if self.staff else None,
            action=draft.action,
            text=draft.text.strip(),
            created=self.now + after,
            done_at=None,
            seconds=float(draft.seconds or 0) if draft.action == "extra_time" else 0.0,
            warnings=warnings,
            warnings_limit=limit,
        )
        self.db.add(row)
        # The text may name the candidate, so that the log has its hash alone.
        said = {"text": sha256_hex(row.text.encode("utf-8", "replace"))}
        more = {"seconds": row.seconds} if row.seconds else {}
        more |= {"warnings": warnings, "limit": limit} if warnings else {}
        audit.record(
            self.db,
            self.now,
            self.staff or audit.SYSTEM,
            f"session.{draft.action}",
            ("session", self.session.id),
            institution_id=self.session.institution_id,
            command=row.id,
            **said,
            **more,
            **why,
        )
        return row

    def end_by_warnings(self, last: CommandRow) -> None:
        """The last warning that the policy allows was given."""
        words = (
            f"Warning {last.warnings} of {last.warnings_limit} ends the session. {last.text}"
        )
        draft = CommandDraft(action="terminate", text=words[:2000])
        self.add(draft, (0, 0), after=1, cause="warnings")
        self.session.state = "terminated"


def _named(staff: Staff, session_id: str, draft: CommandDraft) -> str:
    """The id of a command that may come twice, empty where nothing says that it is the same:
    what differs in anything is another one.
    """
    if not draft.request:
        return ""
    return sha256_hex(repr((staff.id, session_id, draft)).encode())[:ID_CHARS]


def _counted(situation: Situation, draft: CommandDraft) -> tuple[int, int]:
    """How many warnings have counted with this one, and how many end the session."""
    if draft.action != "warn":
        return 0, 0
    return situation.warnings + 1, situation.limit


async def _keep_said(
    db: AsyncSession, session_id: str, fresh: list[Said], now: int
) -> set[str]:
    query = select(func.count()).where(SaidRow.session_id == session_id)
    room = MOST_SAID - (await db.scalar(query) or 0)
    ids = [one.id for one in fresh]
    there = set(
        await db.scalars(
            select(SaidRow.id).where(SaidRow.session_id == session_id, SaidRow.id.in_(ids))
        )
    )
    new = {one.id: one for one in fresh if one.id not in there}
    kept = list(new.values())[: max(0, room)]
    if len(kept) < len(new):
        _log.warning("a candidate said more than is kept", session=session_id)
    for order, one in enumerate(kept):
        insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
        row = {"session_id": session_id, "id": one.id, "kind": one.kind}
        row |= {"text": text(one.text), "at": now + order}
        await db.execute(insert(SaidRow).values(row).on_conflict_do_nothing())
    return there | {one.id for one in kept}


def _calls(state: Mapping[str, Any]) -> list[Any]:
    """What of a state may call for somebody."""
    return [state.get(name) for name in ("phase", "awaits", "light")]


def _unsent(connected: Connected, waiting: Sequence[Command]) -> list[Command]:
    unsent = [one for one in waiting if one.id not in connected.sent]
    connected.sent |= {one.id for one in unsent}
    return unsent


async def _waiting(db: AsyncSession, session_id: str) -> list[Command]:
    rows = await db.scalars(_pending(session_id).order_by(CommandRow.created))
    return [
        Command(
            id=row.id,
            action=row.action,
            text=row.text,
            seconds=row.seconds,
            count=row.warnings,
            limit=row.warnings_limit,
        )
        for row in rows
    ]


def _pending(session_id: str) -> Any:
    return select(CommandRow).where(
        CommandRow.session_id == session_id, CommandRow.done_at.is_(None)
    )

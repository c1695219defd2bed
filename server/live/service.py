"""States up, commands down. A command is kept until the recorder says that it was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import MICROS_PER_SECOND, WallClock
from server.ingest.held import admitted
from server.ingest.lookup import session_of
from server.ingest.projection import plain
from server.live.models import CommandRow, LiveRow
from server.problems import Rejection
from server.storage.database import Database
from shared.encoding import sha256_hex
from shared.wire import Command, LiveState

# A state is kept at most so often; a board shows nothing finer. Microseconds.
KEEP_EVERY = 1 * MICROS_PER_SECOND


class CommandDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff may ask of a recorder; ``text`` is shown to the candidate."""

    action: Literal["message", "warn", "terminate"]
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest state of a recorder and when it came (microseconds UTC)."""

    state: dict[str, Any]
    time: int


class Live:
    """The live channel's two directions."""

    def __init__(self, database: Database, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._clock = clock

    async def admit(self, session_id: str, token_hash: str) -> Rejection | None:
        """Why a recorder may not connect, if it may not."""
        async with self._database.transaction() as db:
            held = await admitted(db, session_id, token_hash)
            return held if isinstance(held, Rejection) else None

    async def report(self, session_id: str, state: LiveState, kept: int) -> int:
        """Take a state in; when the newest kept one came.

        Args:
            session_id: the session.
            state: what the recorder says; its ``done`` commands are done.
            kept: what the call before returned, 0 at first.
        """
        now = self._clock()
        if not state.done and now - kept < KEEP_EVERY:
            return kept
        try:
            await self._keep(session_id, state, now)
        except IntegrityError:
            # The recorder's other, dying connection wrote the first row meanwhile.
            return kept
        return now

    async def _keep(self, session_id: str, state: LiveState, now: int) -> None:
        async with self._database.transaction() as db:
            row = await db.get(LiveRow, session_id)
            shown = plain(msgspec.to_builtins(state))
            if row is None:
                db.add(LiveRow(session_id=session_id, state=shown, time=now))
            else:
                row.state, row.time = shown, now
            if state.done:
                open_ones = _pending(session_id).where(CommandRow.id.in_(state.done))
                for command in await db.scalars(open_ones):
                    command.done_at = now

    async def pending(self, session_id: str) -> list[Command]:
        """Commands that the recorder has not done, oldest first."""
        async with self._database.transaction() as db:
            rows = await db.scalars(_pending(session_id).order_by(CommandRow.created))
            return [Command(id=row.id, action=row.action, text=row.text) for row in rows]

    async def command(
        self, staff: Staff, session_id: str, draft: CommandDraft, address: str
    ) -> CommandRow:
        """Ask something of a recorder; ``terminate`` ends the session on this side at once.

        Raises:
            NotFoundException: the institution has no such session.
        """
        now = self._clock()
        async with self._database.transaction() as db:
            session = await session_of(db, staff, session_id)
            if draft.action == "terminate" and session.state == "open":
                session.state = "terminated"
            row = CommandRow(
                id=new_id(),
                session_id=session_id,
                account_id=staff.id,
                action=draft.action,
                text=draft.text,
                created=now,
                done_at=None,
            )
            db.add(row)
            subject = ("session", session_id)
            action = f"session.{draft.action}"
            # The text may name the candidate, so that the log has its hash alone.
            said = sha256_hex(draft.text.encode("utf-8", "replace"))
            audit.record(
                db, now, staff, action, subject, address=address, command=row.id, text=said
            )
        return row

    async def seen(self, staff: Staff, session_id: str) -> Seen | None:
        """The newest state of a session's recorder, if it ever reported one.

        Raises:
            NotFoundException: the institution has no such session.
        """
        async with self._database.transaction() as db:
            await session_of(db, staff, session_id)
            row = await db.get(LiveRow, session_id)
            return None if row is None else Seen(row.state, row.time)


def _pending(session_id: str) -> Any:
    return select(CommandRow).where(
        CommandRow.session_id == session_id, CommandRow.done_at.is_(None)
    )

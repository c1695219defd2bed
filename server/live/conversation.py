"""What proctors and candidate said to each other, in order; and all that staff asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.live.models import CommandRow, SaidRow

CANDIDATE = "candidate"

# Commands that speak to the candidate, and what they are called in a conversation.
SPOKEN = {"message": "message", "warn": "warning"}


# Who gave a command that nobody of the staff gave: the limit that the policy sets.
BY_POLICY = "the exam's policy"

# How the ids of commands begin that were asked of several sessions at once. What is said to
# all is no answer to one, and whoever says it has not looked at what one calls for.
TO_SEVERAL = "all-"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said: ``kind`` is ``message``, ``warning`` or ``help``, ``by`` a
    name or ``candidate``, ``at`` µs UTC. ``arrived`` says that the other side has it;
    ``open`` of a call for help that nobody has answered since.
    """

    id: str
    at: int
    by: str
    kind: str
    text: str
    arrived: bool
    open: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """What of a candidate's sayings nobody dealt with: ``help_since`` the oldest call for help
    that was not answered (µs UTC), ``unread`` how many sayings nobody read.
    """

    help_since: int | None = None
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A command, by whom and when (µs UTC); ``done`` once the recorder said that it was."""

    id: str
    action: str
    text: str
    seconds: float
    warnings: int
    limit: int
    by: str
    at: int
    done: int | None


async def read_asked(db: AsyncSession, session_id: str) -> list[Asked]:
    """Everything that staff asked of a session's recorder, in order."""
    query = (
        select(CommandRow, Account.name)
        .outerjoin(Account, Account.id == CommandRow.account_id)
        .where(CommandRow.session_id == session_id)
        .order_by(CommandRow.created)
    )
    return [
        Asked(
            id=row.id,
            action=row.action,
            text=row.text,
            seconds=row.seconds,
            warnings=row.warnings,
            limit=row.warnings_limit,
            by=name or BY_POLICY,
            at=row.created,
            done=row.done_at,
        )
        for row, name in (await db.execute(query)).tuples()
    ]


def is_to_several(command_id: str) -> bool:
    """Whether a command was asked of several sessions at once."""
    return command_id.startswith(TO_SEVERAL)


def answered_at(asked: Iterable[tuple[str, str, int]]) -> int:
    """When staff last spoke to this candidate (µs UTC), of their commands' ids, actions and
    when; 0: never.
    """
    spoken = (at for id_, action, at in asked if action in SPOKEN and not is_to_several(id_))
    return max(spoken, default=0)


def open_of(said: Iterable[tuple[str, int]], answered: int, read_at: int) -> Open:
    """What is open of sayings, each a kind and a time (µs UTC)."""
    after = [(kind, at) for kind, at in said if at > answered]
    return Open(
        help_since=min((at for kind, at in after if kind == "help"), default=None),
        unread=sum(at > read_at for _, at in after),
    )


async def read_conversation(db: AsyncSession, session_id: str) -> list[Line]:
    """What was said in a session, in order."""
    return await conversation(db, session_id, await read_asked(db, session_id))


async def conversation(db: AsyncSession, session_id: str, asked: Sequence[Asked]) -> list[Line]:
    """The same, where what staff asked was read already."""
    spoken = [one for one in asked if one.action in SPOKEN]
    # What the policy says answers nobody.
    by_staff = (one for one in spoken if one.by != BY_POLICY)
    answered = answered_at((one.id, one.action, one.at) for one in by_staff)
    query = select(SaidRow).where(SaidRow.session_id == session_id)
    heard = [
        Line(
            id=row.id,
            at=row.at,
            by=CANDIDATE,
            kind=row.kind,
            text=row.text,
            arrived=True,
            open=row.kind == "help" and row.at > answered,
        )
        for row in await db.scalars(query)
    ]
    told = [
        Line(one.id, one.at, one.by, SPOKEN[one.action], one.text, one.done is not None)
        for one in spoken
    ]
    return sorted([*heard, *told], key=lambda line: (line.at, line.id))

"""The versions of an exam's policy: who signed each and when, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.exams.changes import changes
from server.exams.models import PolicyVersion
from server.exams.service import versions_of
from shared.policy import Policy, decode_policy

# As many as anybody scrolls through.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Version:
    """One version. ``when`` is microseconds UTC, ``who`` a name, the log's word for who it
    was, or empty where that was not kept; ``changes`` is against the version before.
    """

    version: int
    when: int
    who: str
    hash: str
    policy: Policy
    changes: tuple[str, ...]
    first: bool


async def read_versions(
    db: AsyncSession, exam_id: str, limit: int | None = SHOWN
) -> list[Version]:
    """An exam's newest versions, the newest first."""
    rows = await versions_of(db, exam_id, limit=None if limit is None else limit + 1)
    names = await _names(db, rows)
    policies = [decode_policy(row.payload) for row in rows]
    changed = [tuple(changes(old, new)) for new, old in pairwise(policies)]
    return [
        Version(
            version=row.version,
            when=row.created,
            who=names.get(row.signed_by or "", row.signed_by or ""),
            hash=row.hash,
            policy=policies[at],
            changes=changed[at] if at < len(changed) else (),
            first=at + 1 == len(rows),
        )
        for at, row in enumerate(rows[:limit])
    ]


async def count_versions(db: AsyncSession, exam_id: str) -> int:
    """How many versions an exam has."""
    query = select(func.count()).where(
        PolicyVersion.exam_id == exam_id, PolicyVersion.follows.is_(None)
    )
    return await db.scalar(query) or 0


async def _names(db: AsyncSession, rows: list[PolicyVersion]) -> dict[str, str]:
    query = select(Account.id, Account.name).where(
        Account.id.in_({row.signed_by for row in rows if row.signed_by})
    )
    return dict((await db.execute(query)).tuples().all())

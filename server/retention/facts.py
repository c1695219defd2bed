"""What the templates of a privacy notice and an impact assessment are filled from: what an
institution settled, its exams' rules, where its recordings lie, and the published figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.exams.models import Exam, PolicyVersion
from server.ingest.models import ExamSession
from server.retention.kinds import days_kept
from server.retention.settings import Protection, Texts, read_protection
from shared.certificate import EvidenceKind
from shared.counting import count
from shared.policy import Policy, decode_policy

# Measured by `make accuracy` and installed with the list of models.
ACCURACY = Path(__file__).parents[2] / "models" / "accuracy.json"

# Exams whose policies are summed up: those of today, not of all time.
MOST_POLICIES = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What the templates are filled from."""

    institution: str
    contact: str
    protection: Protection
    policies: Sequence[Policy]
    exams: int
    sessions: int
    store: str
    rates: Sequence[Sequence[str]] = field(default=())

    @property
    def texts(self) -> Texts:
        """What the institution wrote."""
        return self.protection.texts

    def days(self, kind: EvidenceKind) -> str:
        """How long a kind is kept, over all policies."""
        own = self.protection.days.said()
        found = sorted({days_kept(policy, own, kind) for policy in self.policies})
        if not found:
            return "[no exam is set up yet]"
        if len(found) == 1:
            return count(found[0], "day")
        return f"{found[0]:,} to {count(found[-1], 'day')}, as the exam's rules say"


async def store_in_words(db: AsyncSession, institution_id: str, blobs: str) -> str:
    """Where an institution's recordings are stored; ``blobs`` is the address of the store."""
    region = (await read_protection(db, institution_id)).region
    elsewhere = select(func.count()).where(
        ExamSession.institution_id == institution_id,
        ExamSession.region != region,
        ExamSession.purged_at.is_(None),
    )
    moving = await db.scalar(elsewhere) or 0
    still = f" ({count(moving, 'earlier session')} not moved there yet)" if moving else ""
    if region:
        return f"in the region {region}{still}"
    kind = "a folder of the server" if blobs.startswith("file:") else "object storage"
    return f"in {kind} [where it stands]{still}"


async def read_facts(db: AsyncSession, institution_id: str, store: str) -> Facts:
    """Read them; ``store`` says where recordings are stored."""
    own = await db.get_one(Institution, institution_id)
    newest = (
        select(func.max(PolicyVersion.version))
        # Those that follow another are signed for single candidates.
        .where(PolicyVersion.exam_id == Exam.id, PolicyVersion.follows.is_(None))
        .correlate(Exam)
        .scalar_subquery()
    )
    query = (
        select(PolicyVersion.payload)
        .join(Exam, (Exam.id == PolicyVersion.exam_id) & (PolicyVersion.version == newest))
        .where(Exam.institution_id == institution_id)
        .order_by(Exam.created.desc())
        .limit(MOST_POLICIES)
    )
    policies = [decode_policy(payload) for payload in await db.scalars(query)]
    exams = select(func.count()).where(Exam.institution_id == institution_id)
    sessions = select(func.count()).where(
        ExamSession.institution_id == institution_id, ExamSession.size > 0
    )
    return Facts(
        institution=own.name,
        contact=own.contact,
        protection=await read_protection(db, institution_id),
        policies=policies,
        exams=await db.scalar(exams) or 0,
        sessions=await db.scalar(sessions) or 0,
        store=store,
        rates=list(error_rates()),
    )


class _Row(msgspec.Struct, frozen=True):
    what: str
    measured: str
    interval: str
    count: str


class _Measured(msgspec.Struct, frozen=True):
    title: str
    day: str
    rows: list[_Row]


def error_rates(path: Path = ACCURACY) -> Iterator[tuple[str, ...]]:
    """The published figures of the detectors, a row each; none where they are not installed."""
    try:
        tables = msgspec.json.decode(path.read_bytes(), type=list[_Measured])
    except (OSError, msgspec.DecodeError):
        return
    for table in tables:
        for row in table.rows:
            title = f"{table.title}: {row.what}"
            yield (title, row.measured, row.interval, row.count, table.day)

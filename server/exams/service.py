"""Creates exams, and signs the policies that they are held under."""

from __future__ import annotations

from typing import Annotated

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.service import new_id
from server.exams.models import Exam, PolicyVersion
from server.storage.keys import InstitutionKeys, KeyStore
from shared import policy as wire
from shared.encoding import to_base64
from shared.flags import Kind
from shared.signed import Domain, Signed, sign

# A year: what evidence may be wanted for in an appeal, where nothing else is said.
DEFAULT_RETENTION_DAYS = 365

DEFAULT_PURPOSE = "So that people can check afterwards that the exam was taken under its rules."


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an institution decides about an exam's policy; the rest follows from it."""

    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)] = DEFAULT_PURPOSE
    retention_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = DEFAULT_RETENTION_DAYS
    duration_s: wire.Seconds = 3600.0
    streams: wire.Streams = wire.Streams()
    kinds: dict[Kind, wire.Rule] = msgspec.field(
        default_factory=lambda: dict(wire.DEFAULT_RULES)
    )
    prohibited_processes: tuple[str, ...] = ()
    allowed_windows: tuple[str, ...] = ()
    heartbeat_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 10.0
    rotate_s: Annotated[float, msgspec.Meta(ge=60, le=86_400)] = 900.0


class ExamDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new exam. Times are microseconds UTC."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    starts: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
    ends: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
    terms: Terms = msgspec.field(default_factory=Terms)


class ExamError(ValueError):
    """The exam cannot be so; the message says why."""


async def create_exam(
    db: AsyncSession, keys: KeyStore, institution: Institution, draft: ExamDraft, now: int
) -> Exam:
    """An exam with the first version of its policy.

    Raises:
        ExamError: it ends before it starts, or its policy is too long to sign.
    """
    if draft.ends <= draft.starts:
        raise ExamError("an exam ends after it starts")
    exam = Exam(
        id=new_id(),
        institution_id=institution.id,
        title=draft.title,
        starts=draft.starts,
        ends=draft.ends,
        created=now,
    )
    db.add(exam)
    await db.flush()
    await add_policy(db, keys, institution, exam, draft.terms, now)
    return exam


async def add_policy(
    db: AsyncSession,
    keys: KeyStore,
    institution: Institution,
    exam: Exam,
    terms: Terms,
    now: int,
) -> PolicyVersion:
    """Sign a new version; sessions that began under an earlier one keep it.

    Raises:
        ExamError: the policy is too long to sign.
    """
    signed = _sign(keys, institution, exam, terms)
    return await _add_version(db, exam, signed, now)


async def sign_again(
    db: AsyncSession,
    keys: KeyStore,
    institution: Institution,
    exam: Exam,
    policy: PolicyVersion,
    now: int,
) -> PolicyVersion:
    """The same policy as a new version under the institution's present keys."""
    own = keys.of(institution.key_ref)
    said = msgspec.structs.replace(
        wire.decode_policy(policy.payload), evidence_keys=(_evidence_key(own),)
    )
    signed = sign(own.signing, Domain.POLICY, wire.encode_policy(said))
    return await _add_version(db, exam, signed, now)


async def _add_version(db: AsyncSession, exam: Exam, signed: Signed, now: int) -> PolicyVersion:
    newest = await db.scalar(
        select(func.max(PolicyVersion.version)).where(PolicyVersion.exam_id == exam.id)
    )
    version = PolicyVersion(
        id=new_id(),
        exam_id=exam.id,
        version=(newest or 0) + 1,
        payload=signed.payload,
        signature=signed.signature,
        hash=signed.hash,
        created=now,
    )
    db.add(version)
    await db.flush()
    return version


async def newest_policy(db: AsyncSession, exam_id: str) -> PolicyVersion:
    """The version that new sessions begin under."""
    query = (
        select(PolicyVersion)
        .where(PolicyVersion.exam_id == exam_id)
        .order_by(PolicyVersion.version.desc())
        .limit(1)
    )
    return (await db.execute(query)).scalar_one()


def _evidence_key(own: InstitutionKeys) -> wire.EvidenceKey:
    return wire.EvidenceKey(kid=own.evidence.kid, public_key=to_base64(own.evidence.public_key))


def _sign(keys: KeyStore, institution: Institution, exam: Exam, terms: Terms) -> Signed:
    own = keys.of(institution.key_ref)
    policy = wire.Policy(
        institution=wire.Institution(name=institution.name, contact=institution.contact),
        exam=wire.Exam(id=exam.id, title=exam.title, duration_s=terms.duration_s),
        purpose=terms.purpose,
        retention_days=terms.retention_days,
        evidence_keys=(_evidence_key(own),),
        streams=terms.streams,
        kinds=terms.kinds,
        prohibited_processes=terms.prohibited_processes,
        allowed_windows=terms.allowed_windows,
        heartbeat_s=terms.heartbeat_s,
        rotate_s=terms.rotate_s,
    )
    try:
        return sign(own.signing, Domain.POLICY, wire.encode_policy(policy))
    except ValueError as error:
        raise ExamError("the policy is longer than 64 KiB; name fewer programs") from error

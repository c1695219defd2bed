"""Creates exams, and signs the policies that they are held under."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.service import new_id
from server.exams.contradiction import Contradiction
from server.exams.contradictions import contradictions
from server.exams.models import Exam, PolicyVersion
from server.exams.schedule import Schedule, schedule_faults
from server.exams.terms import Terms
from server.storage.keys import InstitutionKeys, KeyStore
from shared import policy as wire
from shared.encoding import to_base64
from shared.signed import MAX_PAYLOAD_BYTES, Domain, Signed, sign

# As the table has it.
MAX_TITLE_CHARS = 200

# What a profile of an accommodation adds to a policy at most: its name and every kind.
ACCOMMODATION_BYTES = 4_096


class ExamDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new exam. Times are microseconds UTC; nobody can begin it while it is a ``draft``. The
    common start, the duration and the time zone are among its ``terms``; ``reminders`` are
    minutes before it begins. With ``sends_page`` candidates are sent the link to their own
    page once all of their recording has arrived, where letters go out by a mail server.
    """

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TITLE_CHARS)]
    starts: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
    ends: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
    late_until: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None = None
    late_whole: bool = False
    reminders: tuple[int, ...] = ()
    sends_page: bool = True
    terms: Terms = msgspec.field(default_factory=Terms)
    draft: bool = False

    @property
    def schedule(self) -> Schedule:
        """When it is to be held."""
        return Schedule(
            opens=self.starts,
            closes=self.ends,
            zone=self.terms.zone,
            starts=self.terms.starts_us,
            duration_s=self.terms.duration_s,
            late_until=self.late_until,
            late_whole=self.late_whole,
            reminders=self.reminders,
            sends_page=self.sends_page,
        )


class ExamError(ValueError):
    """The exam cannot be so; the message says why."""


class Contradicted(ExamError):
    """Its terms contradict themselves; ``words`` say how, without their fields' names."""

    def __init__(self, wrong: Sequence[Contradiction]) -> None:
        super().__init__(" ".join(f"{one.field}: {one.words}" for one in wrong))
        self.words = " ".join(one.words for one in wrong)


def title_of(typed: str) -> str:
    """A title without the blanks around it.

    Raises:
        ExamError: there is none, or too much of it, or a mark in it that nobody sees.
    """
    title = typed.strip()
    if not 0 < len(title) <= MAX_TITLE_CHARS:
        raise ExamError(f"an exam has a title of at most {MAX_TITLE_CHARS} characters")
    if not title.isprintable():
        raise ExamError("the title has an invisible mark in it; type it anew, without pasting")
    return title


async def create_exam(
    db: AsyncSession,
    keys: KeyStore,
    institution: Institution,
    draft: ExamDraft,
    now: int,
    *,
    by: str | None = None,
) -> Exam:
    """An exam with the first version of its policy, signed ``by`` (as in ``add_policy``).

    Raises:
        ExamError: it ends before it starts, or its title or its policy cannot be so.
    """
    title = title_of(draft.title)
    if draft.ends <= draft.starts:
        raise ExamError("an exam ends after it starts")
    faults = list(schedule_faults(draft.schedule))
    if faults:
        raise ExamError(" ".join(f"{one.field}: {one.words}" for one in faults))
    exam = Exam(
        id=new_id(),
        institution_id=institution.id,
        title=title,
        starts=draft.starts,
        ends=draft.ends,
        zone=draft.terms.zone,
        late_until=draft.late_until,
        late_whole=draft.late_whole,
        published=None if draft.draft else now,
        cancelled=None,
        cancelled_why="",
        reminders=sorted(set(draft.reminders), reverse=True),
        sends_page=draft.sends_page,
        created=now,
    )
    db.add(exam)
    await db.flush()
    await add_policy(db, keys, institution, exam, draft.terms, now, by=by)
    return exam


async def add_policy(
    db: AsyncSession,
    keys: KeyStore,
    institution: Institution,
    exam: Exam,
    terms: Terms,
    now: int,
    *,
    by: str | None = None,
) -> PolicyVersion:
    """Sign a new version; sessions that began under an earlier one keep it.

    Args:
        db: the transaction.
        keys: the key files.
        institution: whose exam it is.
        exam: the exam.
        terms: what its policy says.
        now: microseconds UTC.
        by: the account's id, or who else it is in the log's words.

    Raises:
        Contradicted: the policy contradicts itself.
        ExamError: it is too long to sign.
    """
    wrong = contradictions(terms, (exam.starts, exam.ends))
    if wrong:
        raise Contradicted(wrong)
    signed = _sign(keys, institution, exam, terms)
    exam.zone = terms.zone
    return await add_version(db, exam, signed, now, by=by)


async def sign_again(
    db: AsyncSession,
    keys: KeyStore,
    institution: Institution,
    exam: Exam,
    policy: PolicyVersion,
    now: int,
    *,
    by: str | None = None,
) -> PolicyVersion:
    """The same policy as a new version under the institution's present keys."""
    own = keys.of(institution.key_ref)
    said = msgspec.structs.replace(
        wire.decode_policy(policy.payload), evidence_keys=(_evidence_key(own),)
    )
    signed = sign(own.signing, Domain.POLICY, wire.encode_policy(said))
    return await add_version(db, exam, signed, now, by=by)


async def add_version(
    db: AsyncSession,
    exam: Exam,
    signed: Signed,
    now: int,
    *,
    by: str | None = None,
    accommodation: str | None = None,
    follows: int | None = None,
) -> PolicyVersion:
    """Keep a signed policy under the exam's next number (``accommodations`` for the rest)."""
    await lock_exam(db, exam)
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
        signed_by=by,
        accommodation_id=accommodation,
        follows=follows,
    )
    db.add(version)
    await db.flush()
    return version


async def lock_exam(db: AsyncSession, exam: Exam) -> None:
    """Wait until nobody else signs for this exam, up to the end of the transaction: so that
    two at once get numbers of their own, and the second sees what the first one signed.
    """
    await db.execute(select(Exam.id).where(Exam.id == exam.id).with_for_update())


async def newest_policy(db: AsyncSession, exam_id: str) -> PolicyVersion:
    """The version that new sessions begin under, but for candidates with accommodations."""
    return (await versions_of(db, exam_id, limit=1))[0]


async def versions_of(
    db: AsyncSession, exam_id: str, *, limit: int | None = None
) -> list[PolicyVersion]:
    """An exam's versions, the newest first; not those signed for single candidates."""
    query = (
        select(PolicyVersion)
        .where(PolicyVersion.exam_id == exam_id, PolicyVersion.follows.is_(None))
        .order_by(PolicyVersion.version.desc())
        .limit(limit)
    )
    return list(await db.scalars(query))


def _evidence_key(own: InstitutionKeys) -> wire.EvidenceKey:
    return wire.EvidenceKey(kid=own.evidence.kid, public_key=to_base64(own.evidence.public_key))


def _sign(keys: KeyStore, institution: Institution, exam: Exam, terms: Terms) -> Signed:
    own = keys.of(institution.key_ref)
    policy = wire.Policy(
        institution=wire.Institution(name=institution.name, contact=institution.contact),
        exam=wire.Exam(
            id=exam.id,
            title=exam.title,
            duration_s=terms.duration_s,
            starts_us=terms.starts_us,
            zone=terms.zone,
        ),
        purpose=terms.purpose,
        retention_days=terms.retention_days,
        kept_days=terms.kept_days,
        evidence_keys=(_evidence_key(own),),
        streams=terms.streams,
        kinds=terms.rules,
        objects=terms.objects,
        identity=terms.identity,
        clips=terms.clips,
        lockdown=terms.lockdown,
        surface=terms.surface,
        environment=terms.environment,
        breaks=terms.breaks,
        review=terms.review,
        warnings=terms.warnings,
        prohibited_processes=terms.prohibited_processes,
        allowed_windows=terms.allowed_windows,
        heartbeat_s=terms.heartbeat_s,
        rotate_s=terms.rotate_s,
    )
    payload = wire.encode_policy(policy)
    if len(payload) > MAX_PAYLOAD_BYTES - ACCOMMODATION_BYTES:
        raise ExamError("the policy is longer than 60 KiB; name fewer programs and windows")
    return sign(own.signing, Domain.POLICY, payload)

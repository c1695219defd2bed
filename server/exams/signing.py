"""Signs an exam's rules for whoever asks (a form, a program, a command), and logs that."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.staff import Staff
from server.audit import service as audit
from server.exams.models import Exam, PolicyVersion
from server.exams.schedule import schedule_faults, schedule_of
from server.exams.service import ExamError, add_policy, lock_exam, newest_policy
from server.exams.terms import Terms, restored, terms_of
from server.exams.versions import read_versions
from server.storage.keys import KeyStore
from shared.policy import decode_policy

# Who changes rules does not see late entry beside them.
LATE_ENTRY = "Late entry is changed with the exam's schedule."


class NoVersion(Exception):
    """The exam has no version of that number."""


class NotWithLateEntry(ExamError):
    """Late entry as it is planned contradicts the rules; the message says what to do."""


async def restore_version(
    db: AsyncSession, keys: KeyStore, exam: Exam, number: int, now: int, *, by: Staff | str
) -> PolicyVersion | None:
    """Sign an older version's rules again, as a new version; ``None`` where they are in force
    already.

    Raises:
        NoVersion: the exam has no such version.
        ExamError: its rules contradict what the exam is now.
    """
    await lock_exam(db, exam)
    versions = await read_versions(db, exam.id, limit=None)
    wanted = next((one for one in versions if one.version == number), None)
    if wanted is None:
        raise NoVersion
    current = terms_of(versions[0].policy)
    terms = restored(current, terms_of(wanted.policy))
    if terms == current:
        return None
    return await sign_terms(db, keys, exam, terms, now, by=by, restored=number)


async def sign_terms(
    db: AsyncSession,
    keys: KeyStore,
    exam: Exam,
    terms: Terms,
    now: int,
    *,
    by: Staff | str,
    **detail: Any,
) -> PolicyVersion:
    """A new version of an exam's policy (``detail`` is as for ``sign_planned``). Where it has
    the exam begin at another time, late entry moves along; where it has each begin when ready,
    nobody is late any more.

    Raises:
        NotWithLateEntry: late entry would be over too late, or when no time is left.
        ExamError: the policy contradicts itself, or is too long to sign.
    """
    await lock_exam(db, exam)
    await db.refresh(exam)
    before = decode_policy((await newest_policy(db, exam.id)).payload).exam.starts_us
    plan = schedule_of(exam, before, terms.duration_s).begun_at(terms.starts_us)
    faults = {fault.field: fault.words for fault in schedule_faults(plan)}
    # A start that is wrong in itself is said with the terms' other contradictions.
    if "late_minutes" in faults and "starts_at" not in faults:
        raise NotWithLateEntry(f"{faults['late_minutes']} {LATE_ENTRY}")
    made = await sign_planned(db, keys, exam, terms, now, by=by, **detail)
    exam.late_until, exam.late_whole = plan.late_until, plan.late_whole
    return made


async def sign_planned(
    db: AsyncSession,
    keys: KeyStore,
    exam: Exam,
    terms: Terms,
    now: int,
    *,
    by: Staff | str,
    **detail: Any,
) -> PolicyVersion:
    """A new version of an exam's policy that says what its schedule does, with the entry in the
    log that tells of it; the log's further ``detail`` is, for example, which version was
    ``restored``.

    Raises:
        ExamError: the policy contradicts itself, or is too long to sign.
    """
    institution = await db.get_one(Institution, exam.institution_id)
    who = by.id if isinstance(by, Staff) else by
    made = await add_policy(db, keys, institution, exam, terms, now, by=who)
    audit.record(
        db,
        now,
        by,
        "policy.sign",
        ("exam", exam.id),
        institution_id=exam.institution_id,
        hash=made.hash,
        **detail,
    )
    return made

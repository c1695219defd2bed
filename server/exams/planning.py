"""Plans exams: moves them, copies them, publishes drafts, calls exams off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import MICROS_PER_DAY
from server.enrolment.models import Enrolment
from server.exams.models import Exam
from server.exams.schedule import Schedule, schedule_faults, schedule_of
from server.exams.service import (
    ExamDraft,
    ExamError,
    create_exam,
    lock_exam,
    newest_policy,
    title_of,
)
from server.exams.signing import sign_planned
from server.exams.starting import days_later
from server.exams.terms import Terms, terms_of
from server.mail.outbox import Outbox
from server.storage.keys import KeyStore
from shared.policy import decode_keyring, decode_policy
from shared.signed import Domain, Signed, holds

# What candidates read; a sentence or two.
MAX_WHY_CHARS = 500

# An exam of the next term lies on the same day of the week.
WEEK_DAYS = 7


async def plan_of(db: AsyncSession, exam: Exam) -> tuple[Schedule, Terms]:
    """When an exam is held, and the terms that it is held under."""
    terms = terms_of(decode_policy((await newest_policy(db, exam.id)).payload))
    return schedule_of(exam, terms.starts_us, terms.duration_s), terms


async def replan(
    db: AsyncSession,
    keys: KeyStore,
    exam: Exam,
    title: str,
    plan: Schedule,
    now: int,
    *,
    by: Staff | str,
) -> bool:
    """Hold an exam under another title or at other times; whether that took a new version of
    its policy, which says what it is called, how long it lasts and when it begins. One that
    lies ahead again is under the present keys: only those of exams that were not over were
    signed anew when the keys changed.

    Codes that are good until it closed, or longer, are good until it closes at least.

    Raises:
        ExamError: it cannot be held so.
    """
    await lock_exam(db, exam)
    title = title_of(title)
    faults = list(schedule_faults(plan))
    if faults:
        raise ExamError(" ".join(fault.words for fault in faults))
    before, terms = await plan_of(db, exam)
    renamed, exam.title = title != exam.title, title
    exam.starts, exam.ends, exam.zone = plan.opens, plan.closes, plan.zone
    exam.late_until, exam.late_whole = plan.late_until, plan.late_whole
    exam.reminders = sorted(set(plan.reminders), reverse=True)
    exam.sends_page = plan.sends_page
    await db.execute(
        update(Enrolment)
        .where(
            Enrolment.exam_id == exam.id,
            or_(
                Enrolment.expires == before.closes,
                Enrolment.expires.between(before.closes, plan.closes),
            ),
        )
        .values(expires=plan.closes)
    )
    meant = msgspec.structs.replace(
        terms, starts_us=plan.starts, duration_s=plan.duration_s, zone=plan.zone
    )
    signed = renamed or meant != terms
    if not signed and exam.ends > now:
        signed = not await _under_present_keys(db, keys, exam)
    if signed:
        await sign_planned(db, keys, exam, meant, now, by=by)
    _log(db, now, by, "exam.plan", exam, starts=exam.starts, ends=exam.ends)
    return signed


async def _under_present_keys(db: AsyncSession, keys: KeyStore, exam: Exam) -> bool:
    institution = await db.get_one(Institution, exam.institution_id)
    own, newest = keys.of(institution.key_ref), await newest_policy(db, exam.id)
    kids = {key.kid for key in decode_keyring(newest.payload).evidence_keys}
    signed = Signed(newest.payload, newest.signature)
    return own.evidence.kid in kids and holds(signed, Domain.POLICY, own.public)


async def copy_exam(
    db: AsyncSession,
    keys: KeyStore,
    exam: Exam,
    now: int,
    *,
    by: Staff | str,
) -> Exam:
    """A draft with the same rules, whole weeks later and in the future, without candidates.

    Raises:
        ExamError: it cannot be held so.
    """
    plan, terms = await plan_of(db, exam)
    weeks = max(1, -(-(now - plan.opens) // (WEEK_DAYS * MICROS_PER_DAY)))
    plan = _later(plan, weeks * WEEK_DAYS)
    # An older title may have an invisible mark in it, and no new one may.
    title = "".join(mark for mark in exam.title if mark.isprintable())
    draft = ExamDraft(
        title=f"{title[:190]} (copy)",
        starts=plan.opens,
        ends=plan.closes,
        late_until=plan.late_until,
        late_whole=plan.late_whole,
        reminders=plan.reminders,
        sends_page=plan.sends_page,
        terms=msgspec.structs.replace(terms, starts_us=plan.starts),
        draft=True,
    )
    institution = await db.get_one(Institution, exam.institution_id)
    who = by.id if isinstance(by, Staff) else by
    made = await create_exam(db, keys, institution, draft, now, by=who)
    _log(db, now, by, "exam.create", made, copied=exam.id)
    return made


def _later(plan: Schedule, days: int) -> Schedule:
    """A schedule at the same times of the day so many days later. Where clocks are put forward
    within it, so that nothing would be left of its window, it is as long as it was instead.
    """
    zone = ZoneInfo(plan.zone)

    def moved(by: Callable[[int], int]) -> Schedule:
        return replace(
            plan,
            opens=by(plan.opens),
            closes=by(plan.closes),
            starts=None if plan.starts is None else by(plan.starts),
            late_until=None if plan.late_until is None else by(plan.late_until),
        )

    found = moved(lambda micros: days_later(micros, zone, days))
    if any(schedule_faults(found)):
        return moved(lambda micros: micros + days * MICROS_PER_DAY)
    return found


def publish(db: AsyncSession, exam: Exam, now: int, *, by: Staff | str) -> None:
    """Let a draft be an exam that candidates can enter."""
    if exam.published is None:
        exam.published = now
        _log(db, now, by, "exam.publish", exam)


async def cancel(
    db: AsyncSession, outbox: Outbox, exam: Exam, why: str, now: int, *, by: Staff | str
) -> int:
    """Call an exam off: nobody begins it any more, and letters that wait are taken back; how
    many of those. Sessions under way go on.

    Raises:
        ExamError: there is no reason, or too much of it.
    """
    why = " ".join(why.split())
    if not 0 < len(why) <= MAX_WHY_CHARS or not why.isprintable():
        raise ExamError(
            f"say in up to {MAX_WHY_CHARS} characters why, as candidates shall read it"
        )
    if exam.cancelled is None:
        exam.cancelled = now
    exam.cancelled_why = why
    _log(db, now, by, "exam.cancel", exam)
    return await outbox.withdraw(
        db, exam.institution_id, "The exam was cancelled.", exam_id=exam.id
    )


def reinstate(db: AsyncSession, exam: Exam, now: int, *, by: Staff | str) -> None:
    """Hold an exam after all that was called off."""
    if exam.cancelled is not None:
        exam.cancelled, exam.cancelled_why = None, ""
        _log(db, now, by, "exam.reinstate", exam)


def _log(
    db: AsyncSession, now: int, by: Staff | str, action: str, exam: Exam, **detail: Any
) -> None:
    audit.record(
        db,
        now,
        by,
        action,
        ("exam", exam.id),
        institution_id=exam.institution_id,
        **detail,
    )

"""Gives codes out and takes them back: shown once, or sent; places given up and taken back.

Only a code's hash is kept, so that none is ever shown or sent again: a second one takes the
place of the first, which from then on opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import WallClock
from server.config import Settings
from server.enrolment.codes import code_hash, link, new_code, plain
from server.enrolment.importing import no_code
from server.enrolment.models import Candidate, Enrolment
from server.enrolment.service import placed, take_turns
from server.exams.accommodations import profiles_of, with_extra_time
from server.exams.models import Exam
from server.exams.planning import plan_of
from server.exams.schedule import Schedule
from server.exams.starting import said
from server.mail.letters import Letter
from server.mail.outbox import Outbox
from server.mail.wording import KINDS, Words, filled, words_of
from server.storage.keys import KeyStore
from shared.signed import fingerprint

Chosen = Sequence[tuple[Enrolment, Candidate]]

# Ids of one statement.
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Issued:
    """A new code of a place (``enrolment``), and the link with it; they are here and nowhere
    else.
    """

    enrolment: str
    name: str
    reference: str
    email: str
    code: str
    link: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of sending: letters ``queued``, who has ``no_address``, and who was
    ``left`` as they are: begun, withdrawn or over; without a code, or reminded just now.
    """

    queued: int
    no_address: int
    left: int


@dataclass(frozen=True, slots=True)
class About:
    """What letters say of an exam, by the names that texts have for it; ``lasts`` is for how
    long it lasts who has an accommodation (its id), in words.
    """

    exam: Mapping[str, str]
    lasts: Mapping[str, str]

    def of(self, place: Enrolment, who: Candidate) -> dict[str, str]:
        """What a letter about somebody's place says."""
        own = {"name": who.name, "reference": who.reference}
        lasts = self.lasts.get(place.accommodation_id or "", self.exam["duration"])
        return {**self.exam, **own, "duration": lasts}


class Issuing:
    """Codes and letters about places."""

    def __init__(
        self,
        keys: KeyStore,
        outbox: Outbox,
        secret: bytes,
        settings: Settings,
        clock: WallClock,
    ) -> None:
        """Take what it works with; ``secret`` keys the codes' hashes."""
        self._keys = keys
        self._outbox = outbox
        self._secret = secret
        self._settings = settings
        self._clock = clock

    async def issue(
        self, db: AsyncSession, staff: Staff | str, exam: Exam, chosen: Chosen
    ) -> list[Issued]:
        """New codes for places where nobody has begun; earlier ones open nothing any more."""
        now = self._clock()
        await _hold(db, chosen)
        waiting = [(place, who) for place, who in chosen if may_begin(place, exam, now)]
        institution = await db.get_one(Institution, exam.institution_id)
        key = fingerprint(self._keys.of(institution.key_ref).public)
        made = [new_code() for _ in waiting]
        rows = [
            {
                "id": place.id,
                "code_hash": code_hash(self._secret, plain(code) or ""),
                "issued": now,
                "expires": exam.ends,
            }
            for (place, _), code in zip(waiting, made, strict=True)
        ]
        if rows:
            await db.execute(update(Enrolment), rows)
        # Letters with the earlier codes would lead nowhere.
        await self._take_back(db, exam, [place.id for place, _ in waiting], "A newer code.")
        log_places(db, now, staff, "enrolment.issue", exam, len(waiting))
        return [
            Issued(
                place.id,
                who.name,
                who.reference,
                who.email or "",
                code,
                link(self._settings.url, code, key),
            )
            for (place, who), code in zip(waiting, made, strict=True)
        ]

    async def send(
        self, db: AsyncSession, staff: Staff | str, exam: Exam, chosen: Chosen
    ) -> Sent:
        """New codes by e-mail, for those who have an address and have not begun."""
        now = self._clock()
        await _hold(db, chosen)
        waiting = [(place, who) for place, who in chosen if may_begin(place, exam, now)]
        reached = [(place, who) for place, who in waiting if who.email]
        issued = await self.issue(db, staff, exam, reached)
        words = await words_of(db, exam.institution_id, KINDS["invitation"])
        about = await self.about(db, exam)
        letters = [
            self._letter(
                "invitation", words, about, place, who, {"code": new.code, "link": new.link}
            )
            for (place, who), new in zip(reached, issued, strict=True)
        ]
        await self._outbox.queue_all(db, exam.institution_id, letters)
        return Sent(len(letters), len(waiting) - len(reached), len(chosen) - len(waiting))

    async def tell_cancelled(self, db: AsyncSession, exam: Exam, chosen: Chosen) -> int:
        """Letters to who had a code that the exam is cancelled; how many."""
        words = await words_of(db, exam.institution_id, KINDS["cancellation"])
        about = await self.about(db, exam)
        letters = [
            self._letter(
                "cancellation",
                words,
                about,
                place,
                who,
                {},
                once=f"cancelled/{place.id}/{exam.cancelled}",
            )
            for place, who in chosen
            if who.email and place.issued is not None and place.withdrawn is None
        ]
        return len(await self._outbox.queue_all(db, exam.institution_id, letters))

    async def revoke(
        self, db: AsyncSession, staff: Staff | str, exam: Exam, chosen: Chosen
    ) -> int:
        """Let codes open nothing any more, where nobody has begun; how many."""
        await _hold(db, chosen)
        hit = [p for p, _ in chosen if p.session_id is None and p.issued is not None]
        rows = [{"id": place.id, "code_hash": no_code(), "issued": None} for place in hit]
        if rows:
            await db.execute(update(Enrolment), rows)
        await self._take_back(db, exam, [place.id for place in hit], "The code was revoked.")
        log_places(db, self._clock(), staff, "enrolment.revoke", exam, len(rows))
        return len(rows)

    async def withdraw(
        self, db: AsyncSession, staff: Staff | str, exam: Exam, chosen: Chosen
    ) -> int:
        """Give places up, where nobody has begun; their codes open nothing. How many."""
        now = self._clock()
        await _hold(db, chosen)
        hit = [p for p, _ in chosen if p.session_id is None and p.withdrawn is None]
        rows = [
            {"id": place.id, "code_hash": no_code(), "issued": None, "withdrawn": now}
            for place in hit
        ]
        if rows:
            await db.execute(update(Enrolment), rows)
        await self._take_back(db, exam, [place.id for place in hit], "The place was given up.")
        log_places(db, now, staff, "enrolment.withdraw", exam, len(rows))
        return len(rows)

    async def restore(
        self, db: AsyncSession, staff: Staff | str, exam: Exam, chosen: Chosen
    ) -> int:
        """Take places back that were given up; they have no code yet. Who has another place in
        the exam meanwhile keeps that one. How many.
        """
        await _hold(db, chosen)
        await take_turns(db, exam.institution_id)
        # The newest of those that somebody gave up.
        by_age = sorted((p for p, _ in chosen), key=lambda place: (place.created, place.id))
        given_up = {p.candidate_id: p for p in by_age if p.withdrawn is not None}
        there = await placed(db, exam.id, given_up)
        rows = [
            {"id": p.id, "withdrawn": None} for who, p in given_up.items() if who not in there
        ]
        if rows:
            await db.execute(update(Enrolment), rows)
        log_places(db, self._clock(), staff, "enrolment.restore", exam, len(rows))
        return len(rows)

    async def about(self, db: AsyncSession, exam: Exam) -> About:
        """What letters say of an exam."""
        plan, _ = await plan_of(db, exam)
        institution = await db.get_one(Institution, exam.institution_id)
        values = {
            **exam_values(exam, plan),
            "server": self._settings.url,
            "institution": institution.name,
            "contact": institution.contact,
        }
        profiles = await profiles_of(db, exam.institution_id)
        lasts = {one.id: in_minutes(with_extra_time(plan.duration_s, one)) for one in profiles}
        return About(values, lasts)

    def _letter(
        self,
        kind: str,
        words: Words,
        about: About,
        place: Enrolment,
        who: Candidate,
        more: dict[str, str],
        once: str | None = None,
    ) -> Letter:
        subject, text = filled(words, {**about.of(place, who), **more})
        return Letter(
            to=who.email or "",
            subject=subject,
            text=text,
            kind=kind,
            once=once,
            exam_id=place.exam_id,
            enrolment_id=place.id,
        )

    async def _take_back(
        self, db: AsyncSession, exam: Exam, ids: Sequence[str], why: str
    ) -> None:
        for at in range(0, len(ids), AT_ONCE):
            part = ids[at : at + AT_ONCE]
            await self._outbox.withdraw(db, exam.institution_id, why, enrolments=part)


def exam_values(exam: Exam, plan: Schedule) -> dict[str, str]:
    """When an exam is held, in the words of letters."""
    begins = "when you are ready" if plan.starts is None else said(plan.starts, plan.zone)
    return {
        "exam": exam.title,
        "opens": said(plan.opens, plan.zone),
        "closes": said(plan.last_entry, plan.zone),
        "begins": begins,
        "duration": in_minutes(plan.duration_s),
    }


def in_minutes(duration_s: float) -> str:
    """How long an exam lasts, as letters say it."""
    return f"{duration_s / 60:g} minutes"


async def _hold(db: AsyncSession, chosen: Chosen) -> None:
    """See places as they are now, and let nobody begin there before the transaction's end:
    whoever chose them may have read them a moment before somebody began.
    """
    ids = sorted(place.id for place, _ in chosen)
    for at in range(0, len(ids), AT_ONCE):
        query = (
            select(Enrolment)
            .where(Enrolment.id.in_(ids[at : at + AT_ONCE]))
            .order_by(Enrolment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        (await db.scalars(query)).all()


def may_begin(place: Enrolment, exam: Exam, now: int) -> bool:
    """Whether somebody may begin who has not."""
    open_ = exam.cancelled is None and exam.ends > now
    return open_ and place.session_id is None and place.withdrawn is None


def log_places(
    db: AsyncSession, now: int, staff: Staff | str, action: str, exam: Exam, count: int
) -> None:
    """Log what was done to how many of an exam's places; to none, nothing."""
    if not count:
        return
    audit.record(
        db,
        now,
        staff,
        action,
        ("exam", exam.id),
        institution_id=exam.institution_id,
        candidates=count,
    )

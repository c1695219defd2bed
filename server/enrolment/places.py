"""The places of an exam as staff look for them: by name, by standing, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.enrolment.models import Candidate, Enrolment
from server.mail.letters import State as MailState
from server.mail.models import MailRow

# As many as a page shows: a screen or three.
PAGE = 100

# Ids or references of one request: below what either database takes in a statement.
MOST_NAMED = 1_000

# As much of a search as is looked for, in characters.
MAX_TEXT = 100


class Standing(StrEnum):
    """Where a place stands."""

    NO_CODE = "no_code"
    GIVEN = "given"
    BEGUN = "begun"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """As pages write it."""
        return {
            "no_code": "No code yet",
            "given": "Has a code",
            "begun": "Has begun",
            "expired": "Code expired",
            "withdrawn": "Withdrawn",
        }[self.value]

    @property
    def pill(self) -> str:
        """The class of its mark."""
        marks = {"no_code": "warn", "expired": "warn", "begun": "good", "withdrawn": "bad"}
        return marks.get(self.value, "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which places: those in whose name, reference or address ``text`` occurs, in this
    ``standing``, on this ``page`` (from 0).
    """

    text: str = ""
    standing: Standing | None = None
    page: int = 0

    def link(self, page: int | None = None) -> str:
        """The query of an address that asks for these."""
        asked = {
            "q": self.text,
            "standing": self.standing.value if self.standing else "",
            "page": str(self.page if page is None else page),
        }
        return urlencode({key: value for key, value in asked.items() if value not in ("", "0")})


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place, who it is for, and what became of the last letter with a code."""

    place: Enrolment
    candidate: Candidate
    standing: Standing
    mail: MailState | None


@dataclass(frozen=True, slots=True)
class Places:
    """A page of places: ``counts`` of all of the exam's, ``found`` of those that are wanted."""

    lines: list[PlaceLine]
    counts: dict[Standing, int]
    found: int
    wanted: Wanted

    @property
    def all(self) -> int:
        """How many places the exam has."""
        return sum(self.counts.values())

    @property
    def last_page(self) -> int:
        """The number of the last page, from 0."""
        return max(0, (self.found - 1) // PAGE)


def standing_column(now: int) -> ColumnElement[str]:
    """Where a place stands, as a column; the first that fits."""
    return case(
        (Enrolment.withdrawn.is_not(None), Standing.WITHDRAWN.value),
        (Enrolment.session_id.is_not(None), Standing.BEGUN.value),
        (Enrolment.expires <= now, Standing.EXPIRED.value),
        (Enrolment.issued.is_(None), Standing.NO_CODE.value),
        else_=Standing.GIVEN.value,
    )


def matching(exam_id: str, wanted: Wanted, now: int) -> ColumnElement[bool]:
    """The condition on places joined with their candidates."""
    conditions = [Enrolment.exam_id == exam_id]
    if wanted.text:
        conditions.append(
            or_(
                *(
                    column.icontains(wanted.text, autoescape=True)
                    for column in (Candidate.name, Candidate.reference, Candidate.email)
                )
            )
        )
    if wanted.standing is not None:
        conditions.append(standing_column(now) == wanted.standing.value)
    return and_(*conditions)


async def read_places(db: AsyncSession, exam_id: str, wanted: Wanted, now: int) -> Places:
    """A page of an exam's places, by name."""
    standing = standing_column(now)
    joined = (
        select(Enrolment, Candidate, standing)
        .join(Candidate, Candidate.id == Enrolment.candidate_id)
        .where(matching(exam_id, wanted, now))
    )
    counted = (
        select(standing, func.count()).where(Enrolment.exam_id == exam_id).group_by(standing)
    )
    counts = {Standing(name): number for name, number in (await db.execute(counted)).tuples()}
    found = await db.scalar(select(func.count()).select_from(joined.subquery())) or 0
    wanted = replace(wanted, page=min(wanted.page, max(0, (found - 1) // PAGE)))
    query = (
        joined.order_by(Candidate.name, Enrolment.created, Enrolment.id)
        .limit(PAGE)
        .offset(wanted.page * PAGE)
    )
    rows = (await db.execute(query)).tuples().all()
    letters = await _letters(db, [place.id for place, _, _ in rows])
    lines = [
        PlaceLine(place, candidate, Standing(name), letters.get(place.id))
        for place, candidate, name in rows
    ]
    return Places(lines, counts, found, wanted)


async def _letters(db: AsyncSession, places: Sequence[str]) -> dict[str, MailState]:
    """Where the newest letter with a code stands, by place."""
    query = (
        select(MailRow.enrolment_id, MailRow.state)
        .where(MailRow.enrolment_id.in_(places), MailRow.kind == "invitation")
        .order_by(MailRow.created)
    )
    rows = (await db.execute(query)).tuples()
    return {place: MailState(state) for place, state in rows if place is not None}


async def chosen_places(
    db: AsyncSession, exam_id: str, ids: Sequence[str] | Wanted, now: int
) -> list[tuple[Enrolment, Candidate]]:
    """Places by their ids, or all that are wanted; by name."""
    which = (
        matching(exam_id, ids, now)
        if isinstance(ids, Wanted)
        else and_(Enrolment.exam_id == exam_id, Enrolment.id.in_(ids))
    )
    query = (
        select(Enrolment, Candidate)
        .join(Candidate, Candidate.id == Enrolment.candidate_id)
        .where(which)
        .order_by(Candidate.name, Enrolment.id)
    )
    return list((await db.execute(query)).tuples())


class NobodyChosen(ValueError):
    """It is not said whom something is to be done to, or there is no such place."""


class Whom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of an exam's places: these ``enrolments`` (ids) or the candidates with these
    ``references``; or all in a ``standing``, in whose name, reference or address ``text``
    occurs; or ``everybody``.
    """

    enrolments: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_NAMED)] = ()
    references: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_NAMED)] = ()
    standing: Standing | None = None
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] = ""
    everybody: bool = False

    @property
    def is_said(self) -> bool:
        """Whether it is said in one way whom."""
        searched = self.standing is not None or bool(self.text)
        ways = (bool(self.enrolments), bool(self.references), searched, self.everybody)
        return sum(ways) == 1


async def places_for(
    db: AsyncSession, exam_id: str, whom: Whom, now: int
) -> list[tuple[Enrolment, Candidate]]:
    """The places that a program or a command means.

    Raises:
        NobodyChosen: it names none, two ways at once, or somebody who is not enrolled.
    """
    if not whom.is_said:
        raise NobodyChosen(
            "Say whom in one way: enrolments, references, standing and text, or everybody."
        )
    if not (whom.enrolments or whom.references):
        wanted = Wanted(text=whom.text, standing=whom.standing)
        return await chosen_places(db, exam_id, wanted, now)
    named = whom.enrolments or whom.references
    column = Enrolment.id if whom.enrolments else Candidate.reference
    query = (
        select(Enrolment, Candidate)
        .join(Candidate, Candidate.id == Enrolment.candidate_id)
        .where(Enrolment.exam_id == exam_id, column.in_(named))
        .order_by(Candidate.name, Enrolment.id)
    )
    found = list((await db.execute(query)).tuples())
    there = {place.id if whom.enrolments else who.reference for place, who in found}
    missing = [name for name in dict.fromkeys(named) if name not in there]
    if missing:
        raise NobodyChosen(f"Nobody in this exam is {', '.join(map(repr, missing[:5]))}.")
    return found

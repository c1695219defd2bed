"""The queue's filters as an address says them, so that one can be kept and shared."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from server.review.listing import STATES
from server.review.outcomes import Outcome
from server.review.queue import MOST_TYPED, TOP_SCORE, Filters, Place, Sort, Turn
from server.review.states import Shortfall
from shared.flags import Kind

Query = Mapping[str, str]

_E = TypeVar("_E", bound=StrEnum)


def read_filters(query: Query) -> Filters:
    """The filters that an address names; what it says wrong is as if it were not said."""
    low, high = _score(query, "min", 0), _score(query, "max", TOP_SCORE)
    state = query.get("state", "")
    sort = "open" if query.get("undecided") == "yes" else query.get("sort", "")
    return Filters(
        exam=query.get("exam", "")[:MOST_TYPED],
        state=state if state in STATES else "",
        evidence=_one_of(Shortfall, query.get("evidence", "")),
        sort=_one_of(Sort, sort),
        kind=_one_of(Kind, query.get("kind", "")),
        outcome=_one_of(Outcome, query.get("outcome", "")),
        mine=query.get("mine", "") == "yes",
        low=min(low, high),
        high=max(low, high),
        candidate=query.get("candidate", "").strip().replace("\0", "")[:MOST_TYPED],
        words=query.get("q", "").strip()[:MOST_TYPED],
    )


def read_turn(query: Query) -> Turn:
    """From where a page is turned to."""
    return Turn(Place.read(query.get("after", "")), Place.read(query.get("before", "")))


def query_of(filters: Filters, **more: object) -> str:
    """The address's query for these filters, with ``?`` where it says anything."""
    told: dict[str, object] = {
        "exam": filters.exam,
        "state": filters.state,
        "evidence": filters.evidence or "",
        "sort": filters.sort or "",
        "kind": filters.kind or "",
        "outcome": filters.outcome or "",
        "mine": "yes" if filters.mine else "",
        "min": filters.low or "",
        # As text: what is looked for may be a score of 0.
        "max": str(filters.high) if filters.high < TOP_SCORE else "",
        "candidate": filters.candidate,
        "q": filters.words,
        **more,
    }
    said = urlencode({name: str(value) for name, value in told.items() if value})
    return f"?{said}" if said else ""


def told(filters: Filters, exams: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is looked for, each with the address without it."""
    said = {
        "exam": f"Exam: {exams.get(filters.exam, 'unknown')}" if filters.exam else "",
        "state": f"State: {STATES[filters.state]}" if filters.state else "",
        "evidence": f"Evidence: {filters.evidence.label}" if filters.evidence else "",
        "sort": filters.sort.label if filters.sort else "",
        "kind": f"Flag: {filters.kind.label}" if filters.kind else "",
        "outcome": filters.outcome.label if filters.outcome else "",
        "mine": "Assigned to me" if filters.mine else "",
        "min": f"Score from {filters.low}" if filters.low else "",
        "max": f"Score up to {filters.high}" if filters.high < TOP_SCORE else "",
        "candidate": f"Candidate: {filters.candidate}" if filters.candidate else "",
        "q": f"Words: {filters.words}" if filters.words else "",
    }
    without = {name: "/sessions" + query_of(filters, **{name: ""}) for name in said}
    return [(words, without[name]) for name, words in said.items() if words]


def _score(query: Query, name: str, default: int) -> int:
    said = query.get(name, "").strip()
    return (
        min(int(said), TOP_SCORE)
        if said.isascii() and said.isdecimal() and len(said) < 9
        else default
    )


def _one_of(kind: type[_E], said: str) -> _E | None:
    return kind(said) if said in set(kind) else None

"""Where a flag stands: what its decisions, one after the other, have made of it.

Without a second reviewer the last decision is in force. With one (the policy's ``four_eyes``):

    open       + confirm             proposed: open still, until somebody else agrees
    proposed   + confirm, another    confirmed
    proposed   + dismiss, another    escalated: two people disagree
    proposed   + dismiss, the same   dismissed: they thought better of it
    dismissed  + confirm, another    escalated
    confirmed  + dismiss             escalated: it takes back what two have agreed on

In both, *escalated* (by disagreement, or because somebody asked for it) is for an examiner to
decide, whose word is then in force, and *open* takes everything back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.accounts.models import Role

# What a note may hold: several paragraphs, and no way to fill the database.
MAX_NOTE_CHARS = 2_000

# Who decides what was escalated.
RESOLVER = Role.EXAMINER


class Verdict(StrEnum):
    """Where a flag stands, and what a decision makes of it (``open``: taken back)."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    ESCALATED = "escalated"

    @property
    def label(self) -> str:
        """As pages write it."""
        return _LABELS[self]

    @property
    def done(self) -> str:
        """What somebody did who decided so."""
        return _DONE[self]


_LABELS = {
    Verdict.OPEN: "Open",
    Verdict.ACCEPTED: "Confirmed",
    Verdict.DISMISSED: "Dismissed",
    Verdict.ESCALATED: "Escalated",
}

_DONE = {
    Verdict.OPEN: "opened this flag again",
    Verdict.ACCEPTED: "confirmed this flag",
    Verdict.DISMISSED: "dismissed this flag",
    Verdict.ESCALATED: "escalated this flag",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: the ``n``-th about a flag, from 1, by whom and when (µs since 1970).
    ``covers`` are the incidents that the flag had when it was made.
    """

    n: int
    verdict: Verdict
    note: str
    by_id: str
    by: str
    at: int
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a flag stands; ``proposed`` is a confirmation that another person has yet to
    agree with, ``last`` the decision that made it stand so.
    """

    verdict: Verdict = Verdict.OPEN
    proposed: Decision | None = None
    last: Decision | None = None


def stand(history: Iterable[Decision], *, four_eyes: bool) -> Stand:
    """Where the decisions, oldest first, leave a flag."""
    now = Stand()
    for one in history:
        verdict = _pairwise(now, one) if four_eyes else one.verdict
        now = Stand(verdict or Verdict.OPEN, None if verdict else one, one)
    return now


def _pairwise(now: Stand, one: Decision) -> Verdict | None:
    """What a decision makes of a flag that two have to agree on; ``None``: it is proposed."""
    # What was escalated an examiner decides, and taking back is anybody's.
    if one.verdict in (Verdict.OPEN, Verdict.ESCALATED) or now.verdict is Verdict.ESCALATED:
        return one.verdict
    other = now.last is not None and now.last.by_id != one.by_id
    if one.verdict is Verdict.DISMISSED:
        against = now.verdict is Verdict.ACCEPTED or (now.proposed is not None and other)
        return Verdict.ESCALATED if against else Verdict.DISMISSED
    if now.verdict is Verdict.DISMISSED and other:
        return Verdict.ESCALATED
    if now.verdict is Verdict.ACCEPTED or (now.proposed is not None and other):
        return Verdict.ACCEPTED
    return None

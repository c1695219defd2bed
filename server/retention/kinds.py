"""The kinds of evidence as an institution keeps them, and when each is to go. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.clock import MICROS_PER_DAY
from shared.certificate import EvidenceKind
from shared.policy import Policy

# When nothing more of a session is to be destroyed; beyond every calendar (µs UTC).
NEVER = 2**62

WORDS: Mapping[EvidenceKind, str] = {
    EvidenceKind.CAMERA: "camera recording",
    EvidenceKind.MICROPHONE: "sound recording",
    EvidenceKind.SCREEN: "screen recording",
    EvidenceKind.SNAPSHOTS: "snapshots and clips",
    EvidenceKind.IDENTITY: "identity pictures",
    EvidenceKind.RECORDS: "records, flags and decisions",
}

# What an attachment's role makes of it, the other way round.
ROLES: Mapping[EvidenceKind, tuple[str, ...]] = {
    EvidenceKind.SNAPSHOTS: ("snapshot", "clip"),
    EvidenceKind.IDENTITY: ("photo", "document"),
}


def in_words(kinds: Iterable[EvidenceKind]) -> str:
    """Kinds as people call them, in one line."""
    return ", ".join(WORDS[kind] for kind in EvidenceKind if kind in set(kinds))


def days_kept(policy: Policy, own: Mapping[str, int], kind: EvidenceKind) -> int:
    """How long a kind is kept, in days: what was promised when the session began, or less
    where the institution settled it so since. Never more.
    """
    promised = policy.days(kind)
    return min(promised, own.get(kind, promised), own.get(EvidenceKind.RECORDS, promised))


def lengths(policy: Policy, own: Mapping[str, int]) -> dict[EvidenceKind, int]:
    """How long each kind is kept, in µs from the session's beginning.

    Args:
        policy: what it began under.
        own: the institution's days by kind (``DataProtectionRow.days``).
    """
    return {kind: days_kept(policy, own, kind) * MICROS_PER_DAY for kind in EvidenceKind}


def due(expiry: Mapping[EvidenceKind, int], now: int) -> list[EvidenceKind]:
    """The kinds whose time is over."""
    return [kind for kind in EvidenceKind if expiry[kind] <= now]


def next_due(expiry: Mapping[EvidenceKind, int], now: int) -> int:
    """When the next kind is to go, or ``NEVER``."""
    return min((at for at in expiry.values() if at > now), default=NEVER)

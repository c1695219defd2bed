"""A policy with the defaults of version 1, of which a test changes one thing."""

from __future__ import annotations

import msgspec

from shared.policy import EvidenceKey, Exam, Institution, Policy

_DEFAULT = Policy(
    institution=Institution(name="Example University", contact="exams@example.org"),
    exam=Exam(id="exam-1", title="Statistics"),
    purpose="To hold the exam at home.",
    retention_days=90,
    evidence_keys=(EvidenceKey(kid="key-1", public_key="AA=="),),
)


def default_policy(**changes: object) -> Policy:
    """The default policy with some fields replaced."""
    return msgspec.structs.replace(_DEFAULT, **changes)

"""A sign, its weight, and what signs amount to.

A weight says how much a sign alone speaks for its kind, from 0 (every honest machine shows
it) to 1 (it can hardly be explained otherwise):

- 0.9: the system itself says so, or it happens to this very program.
- 0.8: a thing that exists for that purpose is in use. Alone it reaches the default limits.
- 0.5: made for that purpose, found but not seen in use; or common in two explanations.
- 0.4: half of honest explanations remain. A hypervisor alone is here: companies hand out
  virtual desktops, and people keep their exam apart from their files in one.
- 0.3: usual on some honest machines (a developer's, a library's), rare on most.
- 0.1: hardly a sign; written down because it explains others.

Weights of one kind are added up, so only signs that were found independently of each
other are given together: what two readings take from one source counts once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.flags import Kind

CERTAIN = 0.9
STRONG = 0.8
LIKELY = 0.5
DOUBTFUL = 0.4
USUAL = 0.3
FAINT = 0.1

# One strong sign, or two doubtful ones: the default rules' threshold, here for the kinds whose
# rule has none (`virtual_camera` is a yes or no to the camera's detector).
DEFAULT_LIMIT = 0.8


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason, in words, to think that something of ``kind`` is so; ``weight`` 0 to 1."""

    kind: Kind
    reason: str
    weight: float


def total(signs: Iterable[Sign]) -> float:
    """The sum of weights, for the limit from which a policy asks for a proctor's word."""
    return round(sum(sign.weight for sign in signs), 2)


def of_kind(signs: Iterable[Sign], kind: Kind) -> tuple[Sign, ...]:
    """The signs of one kind, the weightiest first."""
    return tuple(sorted((s for s in signs if s.kind is kind), key=lambda s: -s.weight))

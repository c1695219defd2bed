"""The fields of the policy's form that say what is destroyed before the rest."""

from __future__ import annotations

from collections.abc import Mapping

from server.exams.terms import Terms
from shared.policy import EarlierKind

MOST_DAYS = 3650

# What the form asks for, and what people call it.
KEPT: dict[EarlierKind, str] = {
    "camera": "Camera",
    "microphone": "Sound",
    "screen": "Screen",
    "snapshots": "Snapshots and clips",
    "identity": "Photographs and documents",
}


def kept_fields(terms: Terms) -> dict[str, str]:
    """The fields for these terms; of what goes with the rest an empty one."""
    return {f"kept.{kind}": str(terms.kept_days.get(kind, "")) for kind in KEPT}


def read_kept(fields: Mapping[str, str], wrong: dict[str, str]) -> dict[EarlierKind, int]:
    """The days that the form says, by kind; what is wrong with it is added to ``wrong``."""
    found: dict[EarlierKind, int] = {}
    for kind in KEPT:
        text = fields.get(f"kept.{kind}", "").strip()
        if not text:
            continue
        number = int(text) if text.isdecimal() and len(text) <= len(str(MOST_DAYS)) else 0
        if 1 <= number <= MOST_DAYS:
            found[kind] = number
        else:
            wrong[f"kept.{kind}"] = f"A whole number of days, 1 to {MOST_DAYS}, or nothing."
    return found

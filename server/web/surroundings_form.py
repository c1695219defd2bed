"""The policy form's fields about start, breaks, the machine and what the candidate works in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from server.exams.machine import PARTS, Part, level_of
from server.exams.terms import Terms
from server.web.forms import shown
from server.web.schedule_form import Fields, time_fields
from shared.policy import Environment, Level, Lockdown, Surface

# What the browser may do, by the name of its switch in ``Surface``.
SWITCHES: Mapping[str, tuple[str, str]] = {
    "clipboard": ("Copy and paste", "Within the exam, and from elsewhere."),
    "new_windows": ("New windows", "Links that open one do so; else they open in its place."),
    "downloads": ("Downloads", "Files may be saved on the candidate's computer."),
    "printing": ("Printing", "The candidate may print what is on the page."),
    "spell_check": ("Spell check", "Words that look wrong are underlined."),
    "context_menu": ("Context menu", "The menu of the right mouse button."),
    "developer_tools": ("Developer tools", "For trying an exam out; never in one."),
    "header": (
        "Signed header",
        "The exam's own server can tell by it that this is Invigil, under this policy.",
    ),
}


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of the machine as the form draws it."""

    part: Part
    field: str
    level: str
    wrong: str


def surroundings_fields(terms: Terms) -> dict[str, str]:
    """The fields for these terms; boxes that are not ticked have none."""
    surface, environment = terms.surface, terms.environment
    ticked = {f"surface.{name}": getattr(surface, name) for name in SWITCHES}
    return {
        "zone": terms.zone,
        **time_fields("starts_at", terms.starts_us, terms.zone),
        **{f"lockdown.{part.name}": level_of(terms.lockdown, part).value for part in PARTS},
        "surface.kind": surface.kind,
        "surface.start": surface.start,
        "surface.allowed": "\n".join(surface.allowed),
        "environment.action": environment.action,
        "environment.limit": shown(environment.limit),
        **{name: "on" for name, on in ticked.items() if on},
    }


def part_views(fields: Fields, wrong: Mapping[str, str]) -> list[PartView]:
    """The parts of the machine, in order."""
    names = [(part, f"lockdown.{part.name}") for part in PARTS]
    return [PartView(part, n, fields.get(n, ""), wrong.get(n, "")) for part, n in names]


def read_lockdown(fields: Fields, wrong: dict[str, str]) -> Lockdown:
    """How far the recorder goes with each part of the machine."""
    levels: dict[str, Level] = {}
    for part in PARTS:
        typed = fields.get(f"lockdown.{part.name}", "")
        if typed in set(Level):
            levels[part.name] = Level(typed)
        else:
            wrong[f"lockdown.{part.name}"] = "Choose one from the list."
    return msgspec.structs.replace(Lockdown(), **levels)


def read_surface(fields: Fields, wrong: dict[str, str], lines: tuple[str, ...]) -> Surface:
    """What the candidate works in; ``lines`` are the allowed addresses."""
    kind = fields.get("surface.kind", "")
    if kind not in ("record_only", "browser"):
        wrong["surface.kind"] = "Choose one of the two."
    start = fields.get("surface.start", "").strip()
    if len(start) > 2_000:
        wrong["surface.start"] = "An address has at most 2,000 characters."
    switches: dict[str, Any] = {name: f"surface.{name}" in fields for name in SWITCHES}
    return Surface(
        kind="browser" if kind == "browser" else "record_only",
        start=start,
        allowed=lines,
        **switches,
    )


def read_environment(fields: Fields, wrong: dict[str, str], limit: float) -> Environment:
    """What follows from signs of a virtual machine and the like."""
    action = fields.get("environment.action", "")
    if action not in ("note", "ask"):
        wrong["environment.action"] = "Choose one from the list."
    return Environment(action="ask" if action == "ask" else "note", limit=limit)

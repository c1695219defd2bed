"""What the frame of every page leads to: one list, from which each sees what is theirs.

An entry shows once the application has its route, and to those whose role may use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from server.accounts.models import Role
from server.accounts.staff import visitor
from server.network import AnyRequest


@dataclass(frozen=True, slots=True)
class Entry:
    """A place; ``section`` is what its pages say they are of (``{% set section %}``)."""

    section: str
    label: str
    path: str
    least: Role


MAIN: tuple[Entry, ...] = (
    Entry("live", "Live", "/live", Role.OBSERVER),
    Entry("sessions", "Sessions", "/sessions", Role.OBSERVER),
    Entry("exams", "Exams", "/exams", Role.OBSERVER),
)

# What stands below "Settings"; to those who have one of them only, it stands in its place.
SETTINGS: tuple[Entry, ...] = (
    Entry("people", "People", "/settings/people", Role.ADMIN),
    Entry("sign-in", "Signing in", "/settings/sign-in", Role.ADMIN),
    Entry("data-protection", "Data protection", "/settings/data-protection", Role.EXAMINER),
    Entry("builds", "Builds", "/settings/builds", Role.ADMIN),
    Entry("integrations", "Integrations", "/settings/webhooks", Role.ADMIN),
    Entry("exports", "Exports", "/exports", Role.PROCTOR),
    Entry("calendar", "Calendar", "/settings/calendar", Role.OBSERVER),
    Entry("tokens", "API tokens", "/settings/tokens", Role.ADMIN),
    Entry("log", "Log", "/audit", Role.ADMIN),
    Entry("account", "Your account", "/settings/account", Role.OBSERVER),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry on a page; ``here`` where the page is of it."""

    label: str
    path: str
    here: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The links of a page: the main ones, and those beside it where it is a setting."""

    main: tuple[Link, ...]
    beside: tuple[Link, ...]


def frame(request: AnyRequest, section: str) -> Frame:
    """What a page of this section links to, for whoever asks for it."""
    settings = _open_to(request, SETTINGS)
    among = any(entry.section == section for entry in settings)
    main = [_link(entry, section) for entry in _open_to(request, MAIN)]
    if settings:
        label = "Settings" if len(settings) > 1 else settings[0].label
        main.append(Link(label, settings[0].path, among))
    beside = [_link(entry, section) for entry in settings] if among else []
    return Frame(tuple(main), tuple(beside) if len(beside) > 1 else ())


def _open_to(request: AnyRequest, entries: tuple[Entry, ...]) -> list[Entry]:
    staff = visitor(request)
    if staff is None:
        return []
    there = _paths(request.app)
    return [entry for entry in entries if entry.path in there and staff.may(entry.least)]


def _paths(app: Any) -> frozenset[str]:
    known = app.state.get("paths")
    if known is None:
        known = app.state["paths"] = frozenset(route.path for route in app.routes)
    return known


def _link(entry: Entry, section: str) -> Link:
    return Link(entry.label, entry.path, entry.section == section)

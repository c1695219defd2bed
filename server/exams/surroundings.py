"""What terms cannot mean about the machine and about what the candidate works in."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from server.exams.contradiction import Contradiction
from server.exams.machine import PARTS, Part, level_of
from server.exams.terms import Terms
from shared.flags import Kind
from shared.policy import Level

# A host with or without a port and a path, ``*`` for any characters: letters of any alphabet,
# no spaces, nothing of an address that would never match.
_PATTERN = re.compile(r"([^\s/?#@:\\\[\]]+|\[[0-9a-f:.*]+\])(:[1-9][0-9]{0,4})?(/[^\s?#\\]*)?")

# A host of nothing but these is any host.
_ANY = frozenset("*.")

# What ``environment`` goes by.
SIGNS = (
    Kind.VIRTUAL_MACHINE,
    Kind.REMOTE_SESSION,
    Kind.VIRTUAL_CAMERA,
    Kind.DEBUGGER,
    Kind.ALTERED_PROGRAM,
)


def machine_contradictions(terms: Terms) -> Iterator[Contradiction]:
    """What parts of the machine, their flags and the surface say against each other."""
    for part in PARTS:
        yield from _part(terms, part)
    if terms.lockdown.full_screen is Level.ENFORCE and terms.surface.kind == "record_only":
        yield Contradiction(
            "lockdown.full_screen",
            "With “Record only” the exam has no window that could fill the screen: give the "
            "candidate the exam's browser, or watch the windows in front instead.",
        )
    if terms.environment.action == "ask" and not any(terms.rule(k).enabled for k in SIGNS):
        listed = ", ".join(kind.label for kind in SIGNS)
        yield Contradiction(
            "environment.action",
            f"A proctor is asked about signs, and none is looked for: switch one of these on "
            f"({listed}), or only note them.",
        )


def _part(terms: Terms, part: Part) -> Iterator[Contradiction]:
    if part.kind is None:
        return
    level, flagged = level_of(terms.lockdown, part), terms.rule(part.kind).enabled
    if flagged and level is Level.OFF:
        yield Contradiction(
            f"lockdown.{part.name}",
            f"“{part.kind.label}” is a flag, and “{part.title}” is let be, so that nobody "
            "would notice: watch it, or switch that flag off.",
        )
    if level is Level.WATCH and not flagged:
        yield Contradiction(
            f"lockdown.{part.name}",
            f"“{part.title}” is watched, and “{part.kind.label}” is no flag, so that nothing "
            "would come of it: switch that flag on, or let it be.",
        )


def surface_contradictions(terms: Terms) -> Iterator[Contradiction]:
    """What is wrong with what the candidate works in."""
    if terms.surface.kind == "browser":
        yield from _browser(terms)
    elif terms.rule(Kind.BLOCKED_ADDRESS).enabled:
        yield Contradiction(
            "surface.kind",
            f"“{Kind.BLOCKED_ADDRESS.label}” is a flag of the exam browser, and there is none: "
            "choose the browser, or switch that flag off.",
        )


def _browser(terms: Terms) -> Iterator[Contradiction]:
    why = start_fault(terms.surface.start)
    if why:
        yield Contradiction("surface.start", why)
    for pattern in terms.surface.allowed:
        why = pattern_fault(pattern)
        if why:
            yield Contradiction("surface.allowed", why)
            break
    if not terms.surface.clipboard and terms.lockdown.clipboard is Level.OFF:
        yield Contradiction(
            "surface.clipboard",
            "The exam's browser forbids copy and paste, and every other program may go on with "
            "it unseen: watch the clipboard, or allow it in the browser.",
        )


def start_fault(start: str) -> str:
    """What is wrong with the browser's first address; empty where nothing is."""
    if not start:
        return "The exam's browser needs an address to start at."
    found = _split(start)
    if found is None or any(mark.isspace() for mark in start):
        return (
            "This is no address: write it whole, for example https://exams.example.edu/algebra."
        )
    if found.username or found.password:
        return "Leave name and password out of the address: everybody gets the same policy."
    if found.scheme == "https" or (found.scheme == "http" and _is_here(found.hostname or "")):
        return ""
    return "The address begins with https://, so that nobody on the way can change the exam."


def _split(address: str) -> SplitResult | None:
    try:
        found = urlsplit(address)
        port = found.port  # looked at, for a port that is none
    except ValueError:
        return None
    return found if found.hostname and port != 0 else None


def _is_here(host: str) -> bool:
    """Whether a host is the candidate's own computer, where nobody is on the way."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def pattern_fault(pattern: str) -> str:
    """What is wrong with an allowed address; empty where nothing is."""
    shown, bare = pattern[:60], pattern.removeprefix("https://")
    if not _PATTERN.fullmatch(bare):
        return f"This is no host, nor a host with a path: {shown}"
    host = bare.partition("/")[0].partition(":")[0]
    if set(host) <= _ANY:
        return f"“{shown}” allows every address there is: name the hosts that the exam needs."
    return ""

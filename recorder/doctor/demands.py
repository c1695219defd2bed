"""What the exam asks for and this computer cannot do: said before the exam, not in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from recorder.doctor.finding import Finding, Topic
from recorder.doctor.wording import Words, translate, verbatim
from recorder.exam.engine import bent, is_root, trouble, without
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Machine, Unsupported
from recorder.lockdown.guard import Guard
from recorder.lockdown.operations.for_policy import Desktop, Unavailable, steps_for
from recorder.lockdown.operations.notifications import can_hold_off
from shared.policy import Level, Lockdown, Policy, Surface

POLICY = Topic(
    "policy",
    translate("doctor", "What the exam asks for"),
    translate("doctor", "An exam may ask for what not every computer can do."),
)

_PARTS: dict[str, Words] = {
    "full_screen": translate("doctor", "full screen"),
    "on_top": translate("doctor", "its window on top of others"),
    "keys": translate("doctor", "blocked shortcuts"),
    "clipboard": translate("doctor", "the clipboard"),
    "screen_capture": translate("doctor", "screenshots and screen sharing"),
    "programs": translate("doctor", "running programs"),
    "windows": translate("doctor", "the window in front"),
    "displays": translate("doctor", "displays"),
    "input_devices": translate("doctor", "keyboards and mice"),
    "sleep": translate("doctor", "no sleep"),
    "notifications": translate("doctor", "quiet notifications"),
}

# Which of the machine's readers sees a part.
_READERS = {
    "clipboard": "clipboard",
    "screen_capture": "processes",
    "programs": "processes",
    "windows": "windows",
    "displays": "displays",
    "input_devices": "inputs",
}

# The exam's window holds these itself: a Wayland compositor lets none stay on top, and beside
# other programs, or without a display, there is no such window.
_NOT_ON_WAYLAND = frozenset({"on_top"})
_NEED_A_WINDOW = frozenset({"full_screen", "on_top"})


@dataclass(frozen=True, slots=True)
class Beyond:
    """Parts of the lockdown, by name, that this computer has not: at all, or only watches
    where the policy would have them held to."""

    missing: tuple[str, ...]
    only_watched: tuple[str, ...]


def beyond(
    policy: Policy,
    machine: Machine,
    platform: str = sys.platform,
    environ: Mapping[str, str] = os.environ,
) -> Beyond:
    """What the policy asks for and this computer cannot."""
    unheld = _unheld(policy, platform, environ)
    asked = [part for part in _PARTS if _is_asked(policy.lockdown, part)]
    watched = {part for part in unheld if part in _READERS and not _blind(machine, part)}
    never = (_beyond(policy.surface, platform, environ) | unheld) - watched
    return Beyond(
        tuple(part for part in asked if part in never or _blind(machine, part)),
        tuple(part for part in asked if part in watched),
    )


def _is_asked(lockdown: Lockdown, part: str) -> bool:
    level = getattr(lockdown, part)
    # Nothing is done for a window that is not held on top.
    return level is Level.ENFORCE or (level is Level.WATCH and part != "on_top")


def _unheld(policy: Policy, platform: str, environ: Mapping[str, str]) -> frozenset[str]:
    """Parts with a step that this machine's adapter does not know."""
    steps = steps_for(policy, Desktop(platform, environ), Guard(Path()), lambda _pid: False)
    unheld = {one.part for one in steps if isinstance(one.operation, Unavailable)}
    asked = policy.lockdown.notifications is Level.ENFORCE
    if asked and platform == "linux" and not can_hold_off(environ):
        unheld.add("notifications")
    return frozenset(unheld)


def _blind(machine: Machine, part: str) -> bool:
    reader = _READERS.get(part)
    return reader is not None and isinstance(getattr(machine, reader), Unsupported)


def _beyond(surface: Surface, platform: str, environ: Mapping[str, str]) -> frozenset[str]:
    if surface.kind == "record_only":
        return _NEED_A_WINDOW
    if platform != "linux":
        return frozenset()
    if environ.get("XDG_SESSION_TYPE") == "wayland" and "WAYLAND_DISPLAY" in environ:
        return _NOT_ON_WAYLAND
    return frozenset() if environ.get("DISPLAY") else _NEED_A_WINDOW


def check_demands(
    policy: Policy,
    machine: Machine,
    browser: Callable[[Surface], EnvironmentFault | None] = trouble,
) -> Finding:
    """The browser starts where it is needed, and every part of the lockdown can be had."""
    if (fault := browser(policy.surface)) is not None:
        return POLICY.problem(verbatim(fault.what), verbatim(fault.advice))
    lacks, notes = beyond(policy, machine), _of_the_browser(policy.surface)
    if lacks == Beyond((), ()) and not notes:
        return POLICY.ok(translate("doctor", "This computer can do all of it."))
    contact = policy.institution.contact
    remedy = translate(
        "doctor",
        "The exam goes on without, and the recording says so. Ask your institution if you are "
        "not sure.",
    )
    if contact:
        remedy = translate(
            "doctor",
            "The exam goes on without, and the recording says so. If you are not sure, ask: "
            "{contact}",
        ).format(contact=verbatim(contact))
    return POLICY.attention(_told(lacks), reduce(_after, (*notes, remedy)))


def _after(one: Words, other: Words) -> Words:
    return translate("doctor", "{one} {other}").format(one=one, other=other)


def _of_the_browser(surface: Surface) -> tuple[Words, ...]:
    if surface.kind != "browser":
        return ()
    said = (*without(surface), *bent(os.environ, root=is_root()))
    return tuple(verbatim(one) for one in said)


def _told(lacks: Beyond) -> Words:
    missing = tuple(_PARTS[part] for part in lacks.missing)
    watched = tuple(_PARTS[part] for part in lacks.only_watched)
    if not missing and not watched:
        return translate("doctor", "Its browser is not all that the exam asks for here.")
    if not watched:
        return translate("doctor", "Not possible here: {parts}").format(parts=missing)
    if not missing:
        return translate("doctor", "Only watched here, not held to: {parts}").format(
            parts=watched
        )
    return translate(
        "doctor", "Not possible here: {parts}. Only watched, not held to: {watched}"
    ).format(parts=missing, watched=watched)

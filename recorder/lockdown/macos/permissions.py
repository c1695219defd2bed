"""What macOS must be told to allow, whether it is, and the page of its settings for it."""

from __future__ import annotations

from dataclasses import dataclass

from recorder.lockdown.macos.api import MacApi

_PAGE = "x-apple.systempreferences:com.apple.preference.security?"
_WHERE = "System Settings, Privacy & Security"

CONTROL = f"Allow Invigil under {_WHERE}, Accessibility, and open Invigil again."


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission: what for, whether it is there, what to do, and the page that opens."""

    name: str
    purpose: str
    granted: bool
    advice: str
    page: str


def permissions(api: MacApi) -> tuple[Permission, ...]:
    """The three that a lockdown needs, as they are just now."""
    return (
        Permission(
            "accessibility",
            "Shortcuts that lead out of the exam are held.",
            api.may_control(),
            CONTROL,
            f"{_PAGE}Privacy_Accessibility",
        ),
        Permission(
            "screen_recording",
            "The screen is recorded, and titles of windows are read.",
            api.may_record_screen(),
            f"Allow Invigil under {_WHERE}, Screen Recording, and open Invigil again.",
            f"{_PAGE}Privacy_ScreenCapture",
        ),
        Permission(
            "input_monitoring",
            "Shortcuts that lead out of the exam are noticed.",
            api.may_listen(),
            f"Allow Invigil under {_WHERE}, Input Monitoring, and open Invigil again.",
            f"{_PAGE}Privacy_ListenEvent",
        ),
    )

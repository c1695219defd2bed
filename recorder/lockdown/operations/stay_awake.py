"""Sleep and the screen's lock held off, by asking the desktop and the system for it.

What a laptop does when its lid is closed is left alone: it must not run hot in a bag.
"""

from __future__ import annotations

from recorder.lockdown.dbus.promises import APP, REASON, Promises, Way

# GNOME's flags of what is held off: suspending (4) and being idle (8).
_SUSPEND_AND_IDLE = 4 | 8

_WAYS = (
    Way(
        "That the screen is not locked",
        "org.freedesktop.ScreenSaver",
        "/org/freedesktop/ScreenSaver",
        "org.freedesktop.ScreenSaver",
        "ss",
        (APP, REASON),
    ),
    Way(
        "That the session does not sleep",
        "org.gnome.SessionManager",
        "/org/gnome/SessionManager",
        "org.gnome.SessionManager",
        "susu",
        (APP, 0, REASON, _SUSPEND_AND_IDLE),
    ),
    Way(
        "That the computer does not sleep",
        "org.freedesktop.login1",
        "/org/freedesktop/login1",
        "org.freedesktop.login1.Manager",
        "ssss",
        ("sleep:idle", APP, REASON, "block"),
        system=True,
    ),
)


def stay_awake(session: str | None, system: str | None) -> Promises:
    """Ask on these buses, by address; ``None`` where there is none."""
    return Promises("stay_awake", _WAYS, {False: session, True: system})

"""Can it be told which window is in front?"""

from __future__ import annotations

from recorder.doctor.finding import Finding, Topic
from recorder.doctor.wording import translate, verbatim
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Machine, Unsupported

WINDOWS = Topic(
    "windows",
    translate("doctor", "Window in front"),
    translate("doctor", "Another window in front is reported."),
)


def check_windows(machine: Machine) -> Finding:
    """It can be told which window is in front."""
    if isinstance(machine.windows, Unsupported):
        return WINDOWS.attention(
            verbatim(machine.windows.reason),
            translate("doctor", "The session runs, and says that this was not observed."),
        )
    try:
        window = machine.windows.active_window()
    except EnvironmentFault as fault:
        return WINDOWS.remark(fault)
    finally:
        machine.windows.close()
    if window is None:
        return WINDOWS.ok(translate("doctor", "None is in front."))
    return WINDOWS.ok(
        verbatim(window.title or window.app or "")
        or translate("doctor", "A window without a title.")
    )

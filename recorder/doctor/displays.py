"""How many displays there are, and whether the exam allows as many."""

from __future__ import annotations

from collections.abc import Sequence

from recorder.doctor.finding import Finding, Topic
from recorder.doctor.wording import NOTHING, translate, verbatim
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Display, Machine, Unsupported
from shared.policy import Level, Policy

MONITORS = Topic(
    "monitors",
    translate("doctor", "Displays"),
    translate("doctor", "The exam may be written on one display only."),
)


def check_displays(machine: Machine, policy: Policy, scales: Sequence[float] = ()) -> Finding:
    """One display where the exam asks for that; no mirrored ones, which somebody else may see.

    Args:
        machine: knows the displays.
        policy: whether more than one is allowed.
        scales: how much each is enlarged, where that is known; 1 is not at all.
    """
    if isinstance(machine.displays, Unsupported):
        return MONITORS.skipped(verbatim(machine.displays.reason))
    try:
        displays = machine.displays.displays()
    except EnvironmentFault as fault:
        return MONITORS.remark(fault)
    finally:
        machine.displays.close()
    return judge_displays(displays, policy.lockdown.displays, scales)


def judge_displays(
    displays: Sequence[Display], level: Level, scales: Sequence[float] = ()
) -> Finding:
    """The verdict on a layout."""
    sizes = tuple(f"{one.name} {one.width} × {one.height}" for one in displays)
    enlarged = tuple(f"{round(scale * 100)} %" for scale in scales if scale != 1.0)
    found = (
        translate("doctor", "{count}: {sizes}; enlarged to {scales}")
        if enlarged
        else translate("doctor", "{count}: {sizes}")
    ).format(count=len(displays), sizes=sizes, scales=enlarged)
    if not displays:
        return MONITORS.skipped(translate("doctor", "No display is told."))
    mirrored = tuple(one.name for one in displays if one.mirrors)
    if mirrored:
        return MONITORS.attention(
            translate("doctor", "Mirrored: {names}. {all}").format(names=mirrored, all=found),
            translate(
                "doctor",
                "Switch mirroring off: a projector or a second display shows what you write.",
            ),
        )
    if len(displays) > 1 and level is Level.ENFORCE:
        return MONITORS.attention(
            found,
            translate("doctor", "This exam is written on one display: unplug the others."),
        )
    more = translate("doctor", "Do not plug displays in or out during the exam.")
    return MONITORS.finding(MONITORS.ok(found).state, found, more if level else NOTHING)

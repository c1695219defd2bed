"""What a candidate agrees to, item by item, as one exam's policy says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from PySide6.QtCore import QCoreApplication

from recorder.status import Offer
from recorder.ui import words
from recorder.ui.marking import QT_TRANSLATE_NOOP
from shared.flags import Group, Kind
from shared.policy import Institution, Level, Policy

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to know or to agree to: its icon, its name, its words, and a list.

    ``lead`` introduces the ``points``; both may be empty. ``id`` names what is agreed to by
    itself, the same in every language: it is kept with the recording.
    """

    icon: str
    title: str
    what: str
    lead: str = ""
    points: tuple[str, ...] = ()
    id: str = ""


def facts(offer: Offer, today: date) -> list[Item]:
    """Who records, why, where it is kept, for how long, and who sees it."""
    policy, institution = offer.policy, offer.policy.institution
    return [
        Item(
            "building",
            translate("agreeing", "Who records"),
            translate("agreeing", "{0}. Questions: {1}").format(
                institution.name, institution.contact
            ),
        ),
        Item("purpose", translate("agreeing", "What for"), policy.purpose),
        _keeping(offer, today),
        Item(
            "shield",
            translate("agreeing", "Who sees it"),
            translate(
                "agreeing",
                "Proctors and reviewers whom {0} has authorised, during the exam and "
                "afterwards. It is encrypted for {0}; nobody else can open it.",
            ).format(institution.name),
        ),
        Item(
            "clock",
            translate("agreeing", "How long the exam is"),
            words.duration(policy.exam.duration_s),
        ),
    ]


def _keeping(offer: Offer, today: date) -> Item:
    title = translate("agreeing", "Where and how long it is kept")
    periods = words.kept_by_kind(offer.policy, today)
    if not periods:
        until = words.kept_until(offer.policy, today)
        told = translate("agreeing", "On {0}, encrypted. {1}").format(offer.server, until)
        return Item("calendar", title, told)
    return Item(
        "calendar",
        title,
        translate("agreeing", "On {0}, encrypted.").format(offer.server),
        translate("agreeing", "Kept for so long, and then deleted:"),
        tuple(periods),
    )


def recorded(policy: Policy) -> list[Item]:
    """What is recorded and what is done to the computer: each is agreed to by itself."""
    streams, identity = policy.streams, policy.identity
    found: list[Item] = []
    if streams.camera.enabled:
        found.append(_camera(policy))
    if streams.microphone.enabled:
        found.append(_microphone(policy))
    if streams.screen.enabled:
        found.append(_screen())
    if identity.takes_face and streams.camera.enabled:
        found.append(_photo(policy))
    if identity.document and streams.camera.enabled:
        found.append(_document())
    if identity.voice and streams.microphone.enabled:
        found.append(_voice(policy))
    if _points(policy, Group.MACHINE, Group.RECORDER):
        found.append(_computer(policy))
    if (held := enforced(policy)) or policy.surface.kind == "browser":
        found.append(_lockdown(policy, held))
    return found


def enforced(policy: Policy) -> list[str]:
    """What the lockdown does to the computer, a phrase each."""
    levels = msgspec.structs.asdict(policy.lockdown)
    if policy.surface.kind == "record_only":
        levels["displays"] = Level.WATCH  # which one is the exam's nobody knows
    return [
        translate("agreeing", phrase)
        for part, phrase in _ENFORCED.items()
        if levels[part] is Level.ENFORCE
    ]


def switched_off(policy: Policy) -> Item | None:
    """What an accommodation leaves out for this candidate, if there is one."""
    if policy.accommodation is None:
        return None
    title = translate("agreeing", "Switched off for you")
    agreed = translate("agreeing", "Your accommodation: {0}.").format(
        policy.accommodation.profile
    )
    phrases = tuple(words.switched_off(policy))
    if phrases:
        lead = translate("agreeing", "Not looked for, and so not noted:")
    else:
        lead = translate("agreeing", "This exam notes nothing that it would switch off.")
    return Item("good", title, agreed, lead, phrases)


def at_limit(policy: Policy) -> Item | None:
    """What a score does to the running exam by itself, if the rules name a limit."""
    if not policy.review.limit:
        return None
    title = translate("agreeing", "Limit of the score")
    if policy.review.at_limit == "terminate":
        what = translate(
            "agreeing",
            "What is noted counts in a score. When it reaches the limit of this exam's rules, "
            "the exam is paused before anybody has looked, and ended two minutes later unless "
            "a proctor lets it go on. A person decides about your result.",
        )
    else:
        what = translate(
            "agreeing",
            "What is noted counts in a score. When it reaches the limit of this exam's rules, "
            "the exam is paused before anybody has looked, until a proctor lets it go on. A "
            "person decides about your result.",
        )
    return Item("pause", title, what)


def never() -> list[str]:
    """What is not done, whatever the policy says."""
    return [
        translate("agreeing", "Nothing is recorded or uploaded before you agree and start."),
        translate("agreeing", "No program decides about your result: a person does."),
        translate("agreeing", "Your emotions or mood are never analysed."),
        translate("agreeing", "Your files are not opened, and recording ends with the exam."),
    ]


def rights(institution: Institution) -> list[str]:
    """What a candidate may do about it, before, in and after the exam."""
    name, contact = institution.name, institution.contact
    return [
        translate(
            "agreeing",
            "You may object to any item. Decline, and ask {0} ({1}) for another way to take "
            "the exam.",
        ).format(name, contact),
        translate(
            "agreeing",
            "You may read all of this again on every page, and withdraw your consent there. "
            "The recording then ends at once.",
        ),
        translate(
            "agreeing",
            "You may ask {0} for your own copy, for a correction and for deletion.",
        ).format(name),
        translate(
            "agreeing",
            "You may ask {0} for the reasons of a decision, have it looked at again, and "
            "complain to the data protection authority.",
        ).format(name),
    ]


def _camera(policy: Policy) -> Item:
    what = translate("agreeing", "Video of you, from the check to the end of the exam.")
    if policy.identity.calibration:
        what += " " + translate(
            "agreeing",
            "Before the exam you look at nine points, so that looking at the screen is told "
            "from looking away.",
        )
    return _noting("camera", words.stream("camera"), what, policy, Group.FACE, Group.OBJECTS)


def _microphone(policy: Policy) -> Item:
    what = translate("agreeing", "What can be heard where you sit.")
    return _noting("microphone", words.stream("microphone"), what, policy, Group.VOICE)


def _screen() -> Item:
    return Item(
        "screen",
        words.stream("screen"),
        translate("agreeing", "Everything that is shown on it. Close what is private first."),
        id="screen",
    )


def _photo(policy: Policy) -> Item:
    what = translate("agreeing", "A photograph of your face before the exam.")
    if policy.rule(Kind.IDENTITY_MISMATCH).enabled:
        what += " " + translate(
            "agreeing",
            "Your face is compared with it during the exam, on this computer (biometric data).",
        )
    return Item("person", translate("agreeing", "Photograph"), what, id="photo")


def _document() -> Item:
    return Item(
        "document",
        translate("agreeing", "Identity document"),
        translate(
            "agreeing",
            "A photograph of your identity card or student card. The face on it is compared "
            "with yours, on this computer. Cover what the exam does not need.",
        ),
        id="document",
    )


def _voice(policy: Policy) -> Item:
    what = translate("agreeing", "You read a sentence aloud before the exam.")
    if policy.rule(Kind.SECOND_VOICE).enabled:
        what += " " + translate(
            "agreeing",
            "It tells your voice from another one, on this computer (biometric data).",
        )
    return Item("voice", translate("agreeing", "Voice"), what, id="voice")


def _computer(policy: Policy) -> Item:
    what = translate(
        "agreeing", "The names of windows and programs, and whether the recording runs."
    )
    title = translate("agreeing", "This computer")
    return _noting("computer", title, what, policy, Group.MACHINE, Group.RECORDER)


def _lockdown(policy: Policy, held: Sequence[str]) -> Item:
    what = translate(
        "agreeing",
        "Everything is put back as it was when the exam ends, and after a crash too.",
    )
    if policy.surface.kind == "browser":
        what = (
            translate(
                "agreeing",
                "You work in the exam's own browser, which opens the exam's pages only.",
            )
            + " "
            + what
        )
    lead = translate("agreeing", "While the exam runs, where the system can:") if held else ""
    title = translate("agreeing", "What changes on this computer")
    return Item("lock", title, what, lead, tuple(held), id="lockdown")


def _noting(name: str, title: str, what: str, policy: Policy, *groups: Group) -> Item:
    points = _points(policy, *groups)
    lead = translate("agreeing", "Noted, for a person to look at:") if points else ""
    return Item(name, title, what, lead, points, id=name)


def _points(policy: Policy, *groups: Group) -> tuple[str, ...]:
    return tuple(phrase for group in groups for phrase in words.noted(policy, group))


_ENFORCED = {
    "full_screen": QT_TRANSLATE_NOOP(
        "agreeing", "the exam fills its display, and other displays are covered"
    ),
    "on_top": QT_TRANSLATE_NOOP("agreeing", "the exam stays in front of other windows"),
    "keys": QT_TRANSLATE_NOOP("agreeing", "keys that lead out of the exam do nothing"),
    "clipboard": QT_TRANSLATE_NOOP(
        "agreeing", "what you copied before is put aside, and given back afterwards"
    ),
    "screen_capture": QT_TRANSLATE_NOOP(
        "agreeing", "keys that take a picture of the screen do nothing"
    ),
    "programs": QT_TRANSLATE_NOOP(
        "agreeing", "programs that the exam prohibits have to be closed; you are asked first"
    ),
    "windows": QT_TRANSLATE_NOOP(
        "agreeing", "the exam comes back to the front when another window is there"
    ),
    "displays": QT_TRANSLATE_NOOP("agreeing", "displays but the exam's are covered"),
    "input_devices": QT_TRANSLATE_NOOP(
        "agreeing", "it is noticed when a keyboard or mouse is plugged in"
    ),
    "sleep": QT_TRANSLATE_NOOP("agreeing", "the computer does not sleep or lock by itself"),
    "notifications": QT_TRANSLATE_NOOP("agreeing", "notifications are kept quiet"),
}

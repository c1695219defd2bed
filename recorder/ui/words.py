"""Numbers, kinds and flaws in the candidate's words. Functions over values, no widgets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale

from recorder.status import Delivery
from recorder.ui.link import Flaw
from recorder.ui.marking import QT_TRANSLATE_NOOP
from recorder.ui.operation import Trouble
from shared.flags import Group, Kind
from shared.policy import EarlierKind, Policy

translate = QCoreApplication.translate

MEGABYTE = 1_000_000
KILOBYTE = 1_000


def clock(seconds: float) -> str:
    """A time on a running clock: ``4:05``, ``1:04:05``."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def duration(seconds: float) -> str:
    """A length of time to the minute: ``1 hour 30 minutes``; below a minute, ``45 seconds``."""
    if seconds < 60:
        return _count("seconds", round(seconds))
    minutes = round(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    parts = [_count("hours", hours)] if hours else []
    if minutes or not hours:
        parts.append(_count("minutes", minutes))
    return " ".join(parts)


def roughly(seconds: float) -> str:
    """A length of time that is a guess: to ten seconds, from a minute on to the minute."""
    if seconds <= 50:
        return duration(max(10, 10 * math.ceil(seconds / 10)))
    return duration(60 * math.ceil(seconds / 60))


def size(count: int) -> str:
    """A number of bytes: ``0.4 MB``, ``12 kB``; never 0 for something."""
    locale = QLocale()
    if count >= MEGABYTE / 10:
        return translate("words", "{0} MB").format(
            locale.toString(max(0.1, count / MEGABYTE), "f", 1)
        )
    return translate("words", "{0} kB").format(locale.toString(math.ceil(count / KILOBYTE)))


def sentence(text: str) -> str:
    """A text that another one follows, with a full stop where it has none."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def pieces(count: int) -> str:
    """A number of pieces of evidence."""
    return _count("pieces", count)


def warnings(count: int, limit: int) -> str:
    """How many warnings have counted, of how many that end the exam (0: none does)."""
    if limit:
        return translate("words", "Warning {0} of {1}; the last one ends the exam.").format(
            QLocale().toString(count), QLocale().toString(limit)
        )
    return translate("words", "Warnings so far: {0}").format(QLocale().toString(count))


def day(value: date) -> str:
    """A date, long, in the user's language and without the name of the day."""
    return QLocale().toString(
        QDate(value.year, value.month, value.day), translate("words", "d MMMM yyyy")
    )


def pending(delivery: Delivery) -> int:
    """How many pieces (sealed segments and records) the server has not confirmed."""
    blobs = delivery.blobs_made - delivery.blobs_sent
    return max(0, blobs) + max(0, delivery.records_made - delivery.records_sent)


def waiting(delivery: Delivery) -> str:
    """What is queued, and that it is safe."""
    count = pending(delivery)
    if count == 0:
        return translate("words", "Everything so far has been delivered.")
    return translate("words", "{0}, {1} waiting; all safe on this computer.").format(
        pieces(count), size(delivery.bytes_made - delivery.bytes_sent)
    )


def delivered(delivery: Delivery) -> str:
    """How far the delivery is, in pieces and bytes."""
    made = delivery.blobs_made + delivery.records_made
    return translate("words", "{0} of {1} delivered ({2} of {3})").format(
        QLocale().toString(made - pending(delivery)),
        pieces(made),
        size(delivery.bytes_sent),
        size(delivery.bytes_made),
    )


def percent(fraction: float) -> str:
    """A share, 0 to 1, in whole per cent; 100 % only when it is all."""
    whole = 100 if fraction >= 1 else min(99, math.floor(100 * fraction))
    return translate("words", "{0} %").format(QLocale().toString(whole))


def span(begun_us: int, last_us: int) -> str:
    """When something was, on this computer's clock: ``14 March 2026, 10:04–11:30``.

    Args:
        begun_us: microseconds since 1970 UTC.
        last_us: likewise; the day is named again only where it is another.
    """
    begun, last = (QDateTime.fromMSecsSinceEpoch(us // 1000) for us in (begun_us, last_us))
    short = QLocale.FormatType.ShortFormat
    first = f"{_day_of(begun)}, {QLocale().toString(begun.time(), short)}"
    until = QLocale().toString(last.time(), short)
    if begun.date() != last.date():
        return f"{first} – {_day_of(last)}, {until}"
    return f"{first}–{until}"


def _day_of(moment: QDateTime) -> str:
    return QLocale().toString(moment.date(), translate("words", "d MMMM yyyy"))


def kept_until(policy: Policy, today: date) -> str:
    """How long the recording is kept, and the date that makes of it."""
    last = today + timedelta(days=policy.retention_days)
    return translate("words", "Kept {0}, until {1}; then it is deleted.").format(
        _count("days", policy.retention_days), day(last)
    )


def kept_by_kind(policy: Policy, today: date) -> list[str]:
    """What is kept how long, where that is not the same for all that this exam records: a
    phrase for each kind that goes earlier, the first to go first, and one for the rest.
    Nothing where all of it is kept equally long.
    """
    earlier = [
        (policy.days(kind), name)
        for kind, name in _kept(policy)
        if policy.days(kind) < policy.retention_days
    ]
    if not earlier:
        return []
    rest = translate("words", "Everything else: what was noted, and the exam's record")
    periods = [*sorted(earlier, key=lambda one: one[0]), (policy.retention_days, rest)]
    return [_until(name, days, today) for days, name in periods]


def _until(what: str, days: int, today: date) -> str:
    return translate("words", "{0} – {1}, until {2}").format(
        what, _count("days", days), day(today + timedelta(days=days))
    )


def _kept(policy: Policy) -> Iterator[tuple[EarlierKind, str]]:
    """The kinds of evidence that may go before the rest, of those that this exam makes."""
    streams, identity = policy.streams, policy.identity
    if streams.camera.enabled:
        yield "camera", translate("words", "Video from the camera")
    if streams.microphone.enabled:
        yield "microphone", translate("words", "Sound from the microphone")
    if streams.screen.enabled:
        yield "screen", translate("words", "Video of the screen")
    if streams.camera.enabled or streams.screen.enabled:
        yield "snapshots", translate("words", "Pictures and clips of what was noted")
    if streams.camera.enabled and (identity.photo or identity.document):
        yield "identity", translate("words", "Photographs of you and your document")


def stream(name: str) -> str:
    """A stream's name; one this version does not know is shown as it is."""
    match name:
        case "camera":
            return translate("words", "Camera")
        case "microphone":
            return translate("words", "Microphone")
        case "screen":
            return translate("words", "Screen")
        case _:
            return name


def noted(policy: Policy, group: Group) -> list[str]:
    """What the enabled kinds of a group look for, a phrase each, in the order of the kinds."""
    return [
        noted_kind(kind) for kind in Kind if kind.group is group and policy.rule(kind).enabled
    ]


def switched_off(policy: Policy) -> list[str]:
    """What the exam looks for and an accommodation leaves out for this candidate, a phrase
    each, in the order of the kinds.
    """
    given = policy.accommodation
    if given is None:
        return []
    exams_own = msgspec.structs.replace(policy, accommodation=None)
    return [
        noted_kind(kind) for kind in Kind if kind in given.off and exams_own.rule(kind).enabled
    ]


def noted_kind(kind: Kind) -> str:
    """What a kind looks for, as an entry of a list of what is noted."""
    return translate("words", _NOTED[kind])


def flaw(value: Flaw) -> Trouble:
    """What is wrong with what was typed, and what to do."""
    what, advice = _FLAWS[value]
    return Trouble(translate("words", what), translate("words", advice))


def wrong_key() -> Trouble:
    """The server's key is another one than the link's: nothing that it says is passed on."""
    return Trouble(
        translate("words", "This server is not the one that your link means."),
        translate(
            "words",
            "Its signing key differs from the link's: it may be another institution's, or "
            "somebody's who pretends to be yours. Do not go on. Open the link in your "
            "invitation again; if it stays so, write to whoever invited you.",
        ),
    )


def _count(unit: str, count: int) -> str:
    one, many = _UNITS[unit]
    if count == 1:
        return translate("words", one)
    return translate("words", many).format(QLocale().toString(count))


_UNITS = {
    "hours": (QT_TRANSLATE_NOOP("words", "1 hour"), QT_TRANSLATE_NOOP("words", "{0} hours")),
    "minutes": (
        QT_TRANSLATE_NOOP("words", "1 minute"),
        QT_TRANSLATE_NOOP("words", "{0} minutes"),
    ),
    "seconds": (
        QT_TRANSLATE_NOOP("words", "1 second"),
        QT_TRANSLATE_NOOP("words", "{0} seconds"),
    ),
    "days": (QT_TRANSLATE_NOOP("words", "1 day"), QT_TRANSLATE_NOOP("words", "{0} days")),
    "pieces": (
        QT_TRANSLATE_NOOP("words", "1 piece"),
        QT_TRANSLATE_NOOP("words", "{0} pieces"),
    ),
}

_NOTED: dict[Kind, str] = {
    Kind.FACE_MISSING: QT_TRANSLATE_NOOP("words", "when no face is in the picture"),
    Kind.MULTIPLE_FACES: QT_TRANSLATE_NOOP("words", "when another person is in the picture"),
    Kind.LOOKING_AWAY: QT_TRANSLATE_NOOP("words", "when your head is turned away for a while"),
    Kind.GAZE_AWAY: QT_TRANSLATE_NOOP("words", "when your eyes leave the screen for a while"),
    Kind.IDENTITY_MISMATCH: QT_TRANSLATE_NOOP(
        "words", "when your face does not match your reference photo"
    ),
    Kind.CAMERA_BLOCKED: QT_TRANSLATE_NOOP("words", "when the camera is covered"),
    Kind.OBJECT_SEEN: QT_TRANSLATE_NOOP(
        "words", "when a phone, a book or another screen is in the picture"
    ),
    Kind.HAND_AT_EAR: QT_TRANSLATE_NOOP("words", "when a hand is held at the ear"),
    Kind.HANDS_HIDDEN: QT_TRANSLATE_NOOP("words", "when your hands are out of view for long"),
    Kind.SPEECH: QT_TRANSLATE_NOOP("words", "when someone speaks"),
    Kind.SECOND_VOICE: QT_TRANSLATE_NOOP("words", "when a second voice is heard"),
    Kind.WINDOW_SWITCH: QT_TRANSLATE_NOOP(
        "words", "when another window than the exam's is in front"
    ),
    Kind.FULLSCREEN_EXIT: QT_TRANSLATE_NOOP("words", "when the exam leaves the full screen"),
    Kind.PROHIBITED_PROCESS: QT_TRANSLATE_NOOP(
        "words", "when a program runs that the exam prohibits"
    ),
    Kind.CLIPBOARD: QT_TRANSLATE_NOOP("words", "when something is copied or pasted"),
    Kind.BLOCKED_KEY: QT_TRANSLATE_NOOP("words", "when a blocked key is pressed"),
    Kind.DISPLAY_CHANGE: QT_TRANSLATE_NOOP("words", "when a display is added or removed"),
    Kind.VIRTUAL_MACHINE: QT_TRANSLATE_NOOP(
        "words", "when the computer seems to be a virtual one"
    ),
    Kind.REMOTE_SESSION: QT_TRANSLATE_NOOP(
        "words", "when the computer seems to be controlled from elsewhere"
    ),
    Kind.VIRTUAL_CAMERA: QT_TRANSLATE_NOOP("words", "when the camera seems to be a program"),
    Kind.SCREEN_CAPTURE: QT_TRANSLATE_NOOP("words", "when another program captures the screen"),
    Kind.INPUT_DEVICE: QT_TRANSLATE_NOOP("words", "when a keyboard or mouse is plugged in"),
    Kind.BLOCKED_ADDRESS: QT_TRANSLATE_NOOP(
        "words", "when the exam's browser is led to another address"
    ),
    Kind.DEBUGGER: QT_TRANSLATE_NOOP("words", "when another program looks into this one"),
    Kind.ALTERED_PROGRAM: QT_TRANSLATE_NOOP(
        "words", "when this program is not as your institution gave it out"
    ),
    Kind.GAP: QT_TRANSLATE_NOOP("words", "when a part of the recording is missing"),
    Kind.CLOCK_JUMP: QT_TRANSLATE_NOOP("words", "when the computer's clock is changed"),
    Kind.DISK_FULL: QT_TRANSLATE_NOOP("words", "when the disk is full"),
    Kind.NETWORK_LOST: QT_TRANSLATE_NOOP("words", "when the network is lost"),
    Kind.DETECTOR_DOWN: QT_TRANSLATE_NOOP("words", "when a detector stops"),
    Kind.DEVICE_LOST: QT_TRANSLATE_NOOP("words", "when a device is lost"),
}

_FLAWS: dict[Flaw, tuple[str, str]] = {
    Flaw.NO_CODE: (
        QT_TRANSLATE_NOOP("words", "The code is missing."),
        QT_TRANSLATE_NOOP("words", "Type the code from your invitation, or paste its link."),
    ),
    Flaw.BAD_CODE: (
        QT_TRANSLATE_NOOP("words", "This is not a code."),
        QT_TRANSLATE_NOOP(
            "words",
            "A code has letters and digits only, like ABCD-EFGH. "
            "Compare it with your invitation.",
        ),
    ),
    Flaw.NO_SERVER: (
        QT_TRANSLATE_NOOP("words", "The server's address is missing."),
        QT_TRANSLATE_NOOP("words", "It is in your invitation, like exam.example.edu."),
    ),
    Flaw.BAD_SERVER: (
        QT_TRANSLATE_NOOP("words", "This is not a server's address."),
        QT_TRANSLATE_NOOP(
            "words", "It looks like exam.example.edu. Compare it with your invitation."
        ),
    ),
    Flaw.NOT_SECURE: (
        QT_TRANSLATE_NOOP("words", "This address is not secure."),
        QT_TRANSLATE_NOOP(
            "words", "Leave out “http://”, or open the link from your invitation."
        ),
    ),
    Flaw.BAD_LINK: (
        QT_TRANSLATE_NOOP("words", "This link is not complete."),
        QT_TRANSLATE_NOOP(
            "words", "Copy it again from your invitation, or type the code and the address."
        ),
    ),
    Flaw.BAD_KEY: (
        QT_TRANSLATE_NOOP("words", "The key in this link is damaged."),
        QT_TRANSLATE_NOOP("words", "Copy the whole link again from your invitation."),
    ),
}

"""The parts of the candidate's machine that a policy may watch or hold to, in words.

What each level does there, and how it is given back, is said once here: for the policy
editor, for the page that staff read, and for the list of what changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.flags import Kind
from shared.policy import Level, Lockdown

LEVELS: Mapping[Level, str] = {
    Level.OFF: "let be",
    Level.WATCH: "watched",
    Level.ENFORCE: "held to",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part: ``watch`` and ``enforce`` say what is done, ``undone`` how what was enforced is
    given back; ``kind`` is the flag that it raises, where there is one.
    """

    name: str
    title: str
    watch: str
    enforce: str
    undone: str
    kind: Kind | None = None

    def said(self, level: Level) -> str:
        """What a level does on the candidate's machine."""
        match level:
            case Level.OFF:
                return "Nothing is done and nothing noticed."
            case Level.WATCH:
                return self.watch
            case Level.ENFORCE:
                return f"{self.enforce} {self.undone}"


PARTS: tuple[Part, ...] = (
    Part(
        "full_screen",
        "Full screen",
        "It is noticed when the exam's window does not fill its display.",
        "The exam's window fills its display, and the other displays are covered.",
        "Window and displays are as before when the exam ends.",
        Kind.FULLSCREEN_EXIT,
    ),
    Part(
        "on_top",
        "Always on top",
        "Nothing is held; that another window is in front is noticed as below.",
        "The exam's window stays above all others.",
        "Other windows come forward again when the exam ends.",
    ),
    Part(
        "keys",
        "Shortcuts",
        "Shortcuts that lead out of the exam work, and are noticed.",
        "Shortcuts that lead out of the exam do nothing.",
        "They work again when the exam ends.",
        Kind.BLOCKED_KEY,
    ),
    Part(
        "clipboard",
        "Clipboard",
        "It is noticed when something is copied or pasted; never what.",
        "The clipboard is emptied when the exam begins, and it is noticed when something is "
        "copied or pasted; never what.",
        "What was in it before is given back when the exam ends.",
        Kind.CLIPBOARD,
    ),
    Part(
        "screen_capture",
        "Screenshots and screen sharing",
        "Programs that capture or share the screen are noticed.",
        "They are noticed, as with watching, and the keys that take a picture of the screen do "
        "nothing. No program is kept from it.",
        "The keys work again when the exam ends.",
        Kind.SCREEN_CAPTURE,
    ),
    Part(
        "programs",
        "Prohibited programs",
        "Programs of the list below are noticed while they run.",
        "The candidate is asked to close programs of the list below before the exam, and they "
        "are noticed when they run. None is closed without the candidate's word.",
        "The candidate opens them again.",
        Kind.PROHIBITED_PROCESS,
    ),
    Part(
        "windows",
        "Other windows",
        "It is noticed when a window comes to the front that is not the exam's.",
        "It is noticed, as with watching, and the exam is brought back to the front a moment "
        "later, where the system allows it (Linux with X11). No window is closed.",
        "Windows come and go as they like when the exam ends.",
        Kind.WINDOW_SWITCH,
    ),
    Part(
        "displays",
        "Displays",
        "It is noticed when a display is plugged in, taken away or mirrored.",
        "It is noticed, as with watching, and every display but the exam's is covered, where "
        "the exam has a window of its own.",
        "Covers are gone when the exam ends.",
        Kind.DISPLAY_CHANGE,
    ),
    Part(
        "input_devices",
        "Keyboards and mice",
        "It is noticed when a keyboard, mouse or the like is plugged in.",
        "It is noticed when a keyboard, mouse or the like is plugged in; none is switched off.",
        "There is nothing to give back.",
        Kind.INPUT_DEVICE,
    ),
    Part(
        "sleep",
        "Sleep and screen lock",
        "The computer sleeps and locks as it is set to; what is missing then is a gap.",
        "The computer does not go to sleep or lock its screen by itself.",
        "It does so again when the exam ends.",
    ),
    Part(
        "notifications",
        "Notifications",
        "Notifications are shown as the computer is set to.",
        "Notifications are kept quiet where the system can do that.",
        "They come again when the exam ends.",
    ),
)

BY_KIND: Mapping[Kind, Part] = {part.kind: part for part in PARTS if part.kind}

# What follows on a crash, for every part alike.
GIVEN_BACK = (
    "Whatever is held to is undone when the exam ends, also after a crash or a power cut: by a "
    "second program at once, or when Invigil starts the next time."
)


def level_of(lockdown: Lockdown, part: Part) -> Level:
    """How far the recorder goes with a part."""
    return getattr(lockdown, part.name)

"""Values from the candidate's machine as a page prints them: on one line, and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The recorder's words for why a detector could not have seen anything; whatever else a
# record says is printed as it is.
_REASONS = {
    "covered": "the camera was covered",
    "too_dark": "the picture was too dark",
    "too_bright": "the picture was too bright",
    "blurred": "the picture was blurred",
    "frozen": "the picture stood still",
    "repeated": "the picture repeated itself",
    "upside_down": "the camera was upside down",
    "face_small": "the face was too small to judge",
    "face_cut": "the face was cut off",
    "silent": "the microphone gave no sound at all",
    "clipped": "the microphone was overdriven",
    "no_input": "the device gave nothing",
    "detector_down": "the detector did not run",
    "asleep": "the computer slept",
}

# With these a face that is there is counted; only where it looks cannot be measured.
PARTLY = frozenset({"blurred", "face_small", "face_cut"})

# One line of a narrow panel.
PRINTED_CHARS = 120


def printed(value: Any) -> str:
    """A JSON value in words."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.3g}"
        case None:
            return "none"
        case list() | tuple():
            return _shortened(", ".join(printed(one) for one in value))
        case Mapping():
            named = (f"{key}: {printed(one)}" for key, one in value.items())
            return _shortened(", ".join(named))
        case _:
            return _shortened(str(value))


def and_wrote(note: str) -> str:
    """What somebody wrote with a decision, in the middle of a sentence about it."""
    return f", and wrote: “{note}”" if note else ""


def cause(reason: str) -> str:
    """Why something is missing, as a page says it."""
    return _shortened(_REASONS.get(reason, reason)) or "no reason given"


def _shortened(text: str) -> str:
    return text if len(text) <= PRINTED_CHARS else text[: PRINTED_CHARS - 1] + "…"

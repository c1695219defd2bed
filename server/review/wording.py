"""Values from the candidate's machine as a page prints them: on one line, and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def _shortened(text: str) -> str:
    return text if len(text) <= PRINTED_CHARS else text[: PRINTED_CHARS - 1] + "…"

"""What a browser sends of a form, and its numbers as the form shows them."""

from __future__ import annotations

import math

from server.exams.service import Contradicted, ExamError
from server.network import AnyRequest

MINUTE_S = 60

# Seconds are kept as finely as the clock's microseconds, so that a third of a minute is 20 s.
SECOND_DIGITS = 6


async def text_fields(request: AnyRequest) -> dict[str, str]:
    """The form's fields that are text; of a name that comes twice, the last. A line's end is
    one character, as a field's ``maxlength`` counts it, though browsers send two.
    """
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return {name: value.replace("\r\n", "\n") for name, value in fields.items()}


def refusal(error: ExamError) -> str:
    """Why an exam cannot be so, as sentences of their own."""
    words = error.words if isinstance(error, Contradicted) else str(error)
    return f"{words[:1].upper()}{words[1:].removesuffix('.')}."


def number(text: str) -> float | None:
    """A number as people write it, with a point or a comma before its decimals."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def shown(number: float) -> str:
    """A number as a field shows it: as short as is read back as the very same."""
    return repr(float(number)).removesuffix(".0")


def minutes(seconds: float) -> float:
    """Seconds as a form has them."""
    return seconds / MINUTE_S


def seconds(minutes: float) -> float:
    """Minutes as a form has them, in seconds."""
    return round(minutes * MINUTE_S, SECOND_DIGITS)

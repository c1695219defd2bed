"""What the check says: English here, another language where it is shown.

A sentence is kept with what stands in its holes, so that the window can translate the sentence
and write the numbers its own way. The command says it as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Union

CONTEXT = "doctor"

Value = Union[int, float, str, "Words", "tuple[Words | str, ...]"]


@dataclass(frozen=True, slots=True)
class Tongue:
    """How something is said: a sentence of ours, one of another room, and a number that is
    none of a count (one decimal)."""

    sentence: Callable[[str], str]
    foreign: Callable[[str], str]
    number: Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence, with ``{name}`` where a value stands; nothing where ``text`` is empty.

    ``foreign`` is said by another room, by a device or by the system, and has no holes.
    """

    text: str = ""
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    foreign: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    def format(self, **values: Value) -> Words:
        """The same with values in its holes."""
        return Words(self.text, {**self.values, **values}, self.foreign)

    def said(self, tongue: Tongue) -> str:
        """The words in a tongue."""
        if self.foreign:
            return tongue.foreign(self.text)
        if not self.text:
            return ""
        values = {name: _said(value, tongue) for name, value in self.values.items()}
        return tongue.sentence(self.text).format(**values)

    def __str__(self) -> str:
        return self.said(ENGLISH)


def _said(value: Value, tongue: Tongue) -> str:
    match value:
        case Words():
            return value.said(tongue)
        case tuple():
            return ", ".join(_said(one, tongue) for one in value)
        case float():
            return tongue.number(value)
        case _:
            return str(value)


ENGLISH = Tongue(sentence=str, foreign=str, number=lambda value: f"{value:.1f}")

NOTHING = Words()


def translate(context: str, text: str) -> Words:
    """Mark a sentence to be translated where it is shown.

    It is called as Qt's own function is; ``make texts`` gathers what it marks.
    """
    assert context == CONTEXT
    return Words(text)


def verbatim(text: str) -> Words:
    """What a device, the system or another room calls it."""
    return Words(text, foreign=True)

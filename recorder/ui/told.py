"""What other rooms say to the candidate, in the candidate's language.

The session, the devices and the delivery speak English and know nothing of Qt. Their
sentences are gathered from the sources into ``phrases.py`` (see ``translations/README.md``),
with ``{0}`` where a value stands; here a sentence is recognised, and said in the language of
the window. One that is not known is said as it came.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from PySide6.QtCore import QCoreApplication, QLocale

CONTEXT = "recorder"
_HOLE = re.compile(r"\{(\w+)\}")
# Sentences that hold sentences: "No camera: the cable was pulled."
_DEEP = 3
# What stands between sentences, and between reasons; where either ends; how a sentence begins
# after another.
_BETWEEN = ((" ", re.compile(r"(?<=[.?!…]) (?=[A-ZÀ-Þ“])")), ("; ", re.compile("; ")))
_END = "[.?!…] [A-ZÀ-Þ“]|; "
_BEGINS = re.compile(" [A-ZÀ-Þ]")


def told(text: str) -> str:
    """A sentence of another room, in the window's language."""
    language = QLocale().language()
    if not text or language is QLocale.Language.English:
        return text
    return _told(text, language.name, _DEEP)


@lru_cache(maxsize=512)
def _told(text: str, language: str, deep: int) -> str:
    """A text as far as it is known; the rest as it came."""
    known = _known(text, language, deep)
    return _partly(text, language, deep) if known is None else known


@lru_cache(maxsize=512)
def _known(text: str, language: str, deep: int) -> str | None:
    """A phrase, several in a row, or one with values in it; ``None`` for any other text."""
    said = QCoreApplication.translate(CONTEXT, text)
    if said != text:
        return said
    if deep == 0:
        return None
    said = _row(text, language, deep)
    return _holed(text, language, deep) if said is None else said


def _row(text: str, language: str, deep: int) -> str | None:
    """What is wrong and what to do, or reasons: as many at a time as one phrase has."""
    for between, pattern in _BETWEEN:
        parts = pattern.split(text)
        for number in range(len(parts) - 1, 0, -1):
            first = _known(between.join(parts[:number]), language, deep)
            rest = first and _known(between.join(parts[number:]), language, deep)
            if first and rest:
                return first + between + rest
    return None


def _partly(text: str, language: str, deep: int) -> str:
    """Of several in a row each that is known."""
    if deep == 0:
        return text
    for between, pattern in _BETWEEN:
        parts = pattern.split(text)
        if len(parts) > 1:
            return between.join(_told(part, language, deep - 1) for part in parts)
    return text


def _holed(text: str, language: str, deep: int) -> str | None:
    """A phrase with values, the values too in the window's language."""
    for phrase, pattern in _patterns():
        if (match := pattern.fullmatch(text)) is not None:
            meant = QCoreApplication.translate(CONTEXT, phrase)
            if meant != phrase:
                values = (_told(value, language, deep - 1) for value in match.groups())
                return _filled(meant, dict(zip(_HOLE.findall(phrase), values, strict=True)))
    return None


def _filled(phrase: str, values: dict[str, str]) -> str:
    """A phrase with its values, which have numbers or names."""
    return _HOLE.sub(lambda hole: values.get(hole.group(1), hole.group()), phrase)


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Phrases with holes, the most particular (longest) first."""
    from recorder.ui.phrases import PHRASES  # only another language than the sources' needs it

    holed = [phrase for phrase in PHRASES if _HOLE.search(phrase)]
    return [(phrase, _pattern(phrase)) for phrase in sorted(holed, key=_weight, reverse=True)]


def _weight(phrase: str) -> int:
    return len(_HOLE.sub("", phrase))


def _pattern(phrase: str) -> re.Pattern[str]:
    """What a phrase looks like with values.

    A value is of one sentence, and one reason, unless it stands where others go: after a colon,
    in brackets or quotes, or as a sentence of its own.
    """
    fixed = _HOLE.split(phrase)[::2]
    made = [re.escape(fixed[0])]
    for before, after in pairwise(fixed):
        alone = not before and _BEGINS.match(after)
        free = before.endswith((": ", "(", "“")) or alone
        made += ["(.+?)" if free else f"((?:(?!{_END}).)+?)", re.escape(after)]
    return re.compile("".join(made), re.DOTALL)

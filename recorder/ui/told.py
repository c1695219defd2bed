"""What other rooms say to the candidate, in the candidate's language.

The session, the devices and the delivery speak English and know nothing of Qt. Their
sentences are gathered from the sources into ``phrases.py`` (see ``translations/README.md``),
with ``{0}`` where a value stands; here a sentence is recognised, and said in the language of
the window. One that is not known is said as it came.
"""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QLocale

CONTEXT = "recorder"
_HOLE = re.compile(r"\{(\w+)\}")
# Sentences that hold sentences: "No camera: the cable was pulled."
_DEEP = 3


def told(text: str) -> str:
    """A sentence of another room, in the window's language."""
    language = QLocale().language()
    if not text or language is QLocale.Language.English:
        return text
    return _told(text, language.name, _DEEP)


@lru_cache(maxsize=512)
def _told(text: str, language: str, deep: int) -> str:
    said = QCoreApplication.translate(CONTEXT, text)
    if said != text or deep == 0:
        return said
    for phrase, pattern in _patterns():
        if (match := pattern.fullmatch(text)) is not None:
            meant = QCoreApplication.translate(CONTEXT, phrase)
            if meant != phrase:
                values = (_told(value, language, deep - 1) for value in match.groups())
                return _filled(meant, dict(zip(_HOLE.findall(phrase), values, strict=True)))
    return text


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
    fixed = [re.escape(part) for part in _HOLE.split(phrase)[::2]]
    return re.compile("(.+?)".join(fixed), re.DOTALL)

"""What came of a request, in the language of a candidate's page. It is kept in English, as
staff and programs read it; what members of staff wrote themselves stays as they wrote it.
"""

from __future__ import annotations

import re

from server.candidates.words import ENGLISH, Words

# What stands in these sentences, by the names that the words have for it.
_STANDS = {"session": "[0-9a-f]{32}", "n": "[0-9]+", "hash": "[0-9a-f]{64}", "why": ".+"}


def outcome_in(words: Words, line: str) -> str:
    """A sentence about what was done, in these words."""
    return _said(words, "outcome.", line)


def _said(words: Words, of: str, line: str) -> str:
    for name, pattern in _PATTERNS.items():
        if name.startswith(of) and (found := pattern.fullmatch(line)):
            told = found.groupdict()
            if "why" in told:
                reasons = told["why"].split("; ")
                told["why"] = "; ".join(_said(words, "reason.", one) for one in reasons)
            return words(name, **told)
    return line


def _pattern(sentence: str) -> re.Pattern[str]:
    """What ``sentence`` is once its places are filled."""
    parts = re.split(r"\{(\w+)\}", sentence)
    made = (
        f"(?P<{part}>{_STANDS[part]})" if number % 2 else re.escape(part)
        for number, part in enumerate(parts)
    )
    return re.compile("".join(made))


_PATTERNS = {
    name: _pattern(sentence)
    for name, sentence in ENGLISH.items()
    if name.startswith(("outcome.", "reason."))
}

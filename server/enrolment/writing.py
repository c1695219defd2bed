"""Names and references as people write, paste and export them: one line, of marks that show."""

from __future__ import annotations

# Marks that show nothing and mean nothing in a name, which spreadsheets and pages paste along:
# the soft hyphen, spaces without width, and what turns the direction of writing.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff"))
_UNSEEN |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])

# What joins letters and keeps them apart: names in Persian, Sinhala, Malayalam are not spelt
# right without (Unicode 17, section 23.2). In a reference it would be one that nobody can type.
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))


# What is shown for a character that cannot be.
UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def one_line(typed: str) -> str:
    """A name as it was meant, with single blanks."""
    return " ".join(typed.translate(_UNSEEN).split()).strip("\u200c\u200d")


def reference_of(typed: str) -> str:
    """A reference, or whatever else is compared, as it was meant."""
    return " ".join(typed.translate(_UNSEEN | _JOINERS).split())


def is_readable(text: str) -> bool:
    """Whether a person can read all of it."""
    return text.translate(_JOINERS).isprintable()

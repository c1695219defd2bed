"""A list's text cut into rows, each with the line that it begins on.

A row that cannot be read takes no others with it: a quotation mark that nobody closes would
reach over thousands of lines to the next one, or to the end. What follows it is read again from
the next line on.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

# What some programs write before all else, so that Excel takes this for the separator.
_SEPARATOR = re.compile(r'"?sep=(.)"?[ \r\n]*', re.IGNORECASE)

_MARK_WITHIN = (
    "A quotation mark stands within a cell that does not begin with one, and one before it is "
    "never closed: look at both."
)


def said_separator(text: str) -> str | None:
    """What a list's first line says that separates the columns; ``None`` where it is a row."""
    found = _SEPARATOR.fullmatch(text[: text.find("\n") + 1] or text)
    return found and found[1]


def rows_of(text: str, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with the line that it begins on; or what is wrong with it as a row."""
    lines = list(io.StringIO(text, newline=""))
    at = 0 if said_separator(text) is None else 1
    # Lines up to here have been taken for a part of a row that could not be read.
    doubtful = 0
    while at < len(lines):
        rest = (lines[number] for number in range(at, len(lines)))
        reader = csv.reader(rest, delimiter=separator, strict=True)
        begins = at + 1
        try:
            for cells in reader:
                torn = begins <= doubtful and any('"' in cell for cell in cells)
                yield begins, _MARK_WITHIN if torn else cells
                begins = at + reader.line_num + 1
        except csv.Error as error:
            reached = at + reader.line_num
            yield begins, _said(str(error), over_lines=reached > begins)
            doubtful = max(doubtful, reached)
        else:
            return
        at = begins


def _said(error: str, *, over_lines: bool) -> str:
    if "unexpected end" in error:
        return "A quotation mark is opened here and never closed."
    if over_lines:
        return "A quotation mark is opened here and not closed on this line: close it."
    if "expected after" in error:
        return "Something stands behind a closing quotation mark: double the marks inside."
    if "field larger" in error:
        return "A cell is far too long."
    return "This line cannot be read as a row."

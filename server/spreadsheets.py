"""Tables as CSV that people open in a spreadsheet, and that runs nothing there.

A cell that begins like a formula is one to a spreadsheet, and may fetch or start something on
the computer of whoever opens the file; it gets an apostrophe in front, as OWASP advises
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

MEDIA_TYPE = "text/csv; charset=utf-8"

# Spreadsheets read a file as UTF-8 where it begins so.
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

# What formulas begin with; tab and line breaks are skipped by spreadsheets before they look.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def csv_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A whole table, for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return (BOM + out.getvalue()).encode()

"""What a file of text is written in: its encoding and what separates its columns.

A file that says its encoding by a byte order mark, or is UTF-8, is certain. Everything else is
a guess (``charset_normalizer``), which is told, and which whoever uploads it may overrule.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from charset_normalizer import from_bytes

from server.enrolment.rows import said_separator

# What may be chosen, with what people know it by. UTF-16 without a mark is little-endian, as
# spreadsheets on Windows write it.
ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, big-endian",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "iso8859_2": "ISO 8859-2 (Central Europe)",
    "iso8859_15": "ISO 8859-15 (Western Europe)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp932": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "cp950": "Big5 (Chinese)",
    "cp949": "Windows-949 (Korean)",
    "mac_roman": "Mac Roman",
}

SEPARATORS: Mapping[str, str] = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

# What most spreadsheets in Western Europe write, and have written for thirty years.
WESTERN = "cp1252"

# Without a mark, bytes like these are guessed between; the order breaks ties.
_GUESSED = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "mac_roman"]

# As much of the lines that are not plain ASCII as a guess needs.
SAMPLE_BYTES = 16_384

# Lines that are looked at for what separates the columns.
SAMPLE_ROWS = 20

# What .xlsx and .ods (zip), and .xls (OLE) begin with.
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text. ``sure``: the file itself says its encoding, or can be nothing else."""

    text: str
    encoding: str
    sure: bool

    @property
    def label(self) -> str:
        """What people call the encoding."""
        return ENCODINGS[self.encoding]


@dataclass(frozen=True, slots=True)
class NoText:
    """It cannot be read as text; ``why``, and what to do."""

    why: str


def decoded(data: bytes, chosen: str | None = None) -> Decoded | NoText:
    """A file's text, in the encoding that is ``chosen`` or the one that it seems to be in."""
    if data.startswith(_SPREADSHEETS):
        return NoText("This is a spreadsheet's own file. Save the list as “CSV UTF-8” from it.")
    bare, marked = _without_mark(data)
    known = chosen if chosen is not None and chosen in ENCODINGS else marked
    encoding = known or _unmarked(data)
    try:
        text = bare.decode(encoding)
    except UnicodeDecodeError as error:
        where = bare.count(b"\n", 0, error.start) + 1
        return NoText(
            f"This is not {ENCODINGS[encoding]} from line {where} on. Choose another encoding, "
            "or save the list again as “CSV UTF-8”."
        )
    return Decoded(text, encoding, sure=chosen is None and encoding in ("utf-8", marked))


def _without_mark(data: bytes) -> tuple[bytes, str | None]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :], encoding
    return data, None


def _unmarked(data: bytes) -> str:
    head = data[:SAMPLE_BYTES]
    # Latin letters in UTF-16 are every other byte nothing.
    if len(head) >= 4 and head.count(0) * 3 >= len(head):
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(data)
    return "utf-8"


def _guessed(data: bytes) -> str:
    telling = bytearray()
    for line in data.splitlines():
        if not line.isascii():
            telling += line + b"\n"
        if len(telling) >= SAMPLE_BYTES:
            break
    sample = bytes(telling)
    found = from_bytes(sample, cp_isolation=_GUESSED, threshold=0.5)
    best = found.best()
    if best is None or best.encoding not in ENCODINGS:
        return WESTERN
    # The tables of Windows share most letters, so that a name or two fits several. Then it is
    # what makes letters of most marks, and of those that do the same the common one.
    fit = {
        name for one in found if one.chaos <= best.chaos for name in one.could_be_from_charset
    }
    ranked = [WESTERN, *_GUESSED]
    return max((name for name in ranked if name in fit), key=lambda n: _letters(sample, n))


def _letters(sample: bytes, encoding: str) -> int:
    """How many of the marks beyond ASCII are letters."""
    text = sample.decode(encoding, "replace")
    return sum(mark.isalpha() for mark in text if not mark.isascii())


def separator_of(text: str) -> str:
    """What separates the columns: what the list itself says, or cuts the first lines into the
    same number, above one.
    """
    said = said_separator(text)
    if said is not None and said in SEPARATORS:
        return said
    head = "\n".join(islice(text.splitlines(), SAMPLE_ROWS))
    best, score = ",", (0.0, 0)
    for mark in SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(head), delimiter=mark) if row]
        except csv.Error:
            continue
        if not widths:
            continue
        width, times = Counter(widths).most_common(1)[0]
        found = (times / len(widths) if width > 1 else 0.0, width)
        if found > score:
            best, score = mark, found
    return best

"""Qt's copy of ICU's data, with what Qt asks of it.

Qt has its own tables of languages, numbers, dates and letters; of ICU it uses collation (files
in their order in a dialog), the names of time zones, and encodings older than Unicode, which no
text of the recorder's is in. The data (31 MB) is one constant of a
library: a header, a list of (name's offset, item's offset), the names, the items; offsets
(4 bytes each) count from the list. ICU User Guide, "ICU Data"; icu4c/source/common/ucmndata.h.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from pathlib import Path

from installers.faults import BuildFault
from installers.linux.objects import write_data

_WHERE = "PySide6/Qt/lib/libicudata.so.*"
_MAGIC = b"\xda\x27"
_COUNT, _ENTRY = struct.Struct("<I"), struct.Struct("<II")
_ALIGNED = 16

# Of one language: its texts, its order, its names of time zones.
_LANGUAGES = re.compile(r"(?:coll/|zone/)?([a-z]{2,3})(?:_\w+)?\.res")
# Of all: lists, rules, the order and the names that languages' own build on.
_COMMON = re.compile(
    r"[a-zA-Z]\w*\.(?:res|icu|nrm)|(?:coll|zone)/(?:root|pool|res_index|tzdbNames)\.res"
    r"|coll/ucadata\.icu"
)

Items = dict[str, bytes]


def reduce_icu(packages: Path, languages: Iterable[str]) -> int:
    """Leave what Qt asks for in these languages; how many bytes that saves.

    Raises:
        BuildFault: the library is not of the form that is known here.
    """
    kept = frozenset({"en", *languages})
    saved = 0
    for path in sorted(packages.glob(_WHERE)):
        whole = path.read_bytes()
        header, items = read_items(whole)
        data = write_items(header, {n: i for n, i in items.items() if is_asked(n, kept)})
        version = path.suffix.removeprefix(".")
        write_data(path, path.name, f"icudt{version}_dat", data)
        saved += len(whole) - path.stat().st_size
    return saved


def is_asked(name: str, languages: frozenset[str]) -> bool:
    """Whether Qt may ask for an item, by its name below the package's."""
    inner = name.partition("/")[2]
    own = _LANGUAGES.fullmatch(inner)
    return own[1] in languages if own else _COMMON.fullmatch(inner) is not None


def read_items(library: bytes) -> tuple[bytes, Items]:
    """The header, and every item by its name.

    Raises:
        BuildFault: there is no such data in it.
    """
    try:
        # The magic number stands behind the header's length (2 bytes).
        start = library.index(_MAGIC) - 2
        (length,) = struct.unpack_from("<H", library, start)
        base = start + length
        (count,) = _COUNT.unpack_from(library, base)
        entries = [_ENTRY.unpack_from(library, base + 4 + 8 * at) for at in range(count)]
        names = [_text(library, base + name) for name, _ in entries]
    except (ValueError, struct.error) as error:
        raise BuildFault(
            "Qt's data of languages is not of the form that is known here.",
            "PySide6 has changed: see installers/linux/icu.py.",
        ) from error
    # The last item's length is not told: it has whatever follows.
    starts = [base + item for _, item in entries]
    ends = [*starts[1:], len(library)]
    items = {n: library[a:b] for n, a, b in zip(names, starts, ends, strict=True)}
    return library[start:base], items


def write_items(header: bytes, items: Items) -> bytes:
    """The data again, of these items, which stay in their order (ICU looks them up by it)."""
    names = [f"{name}\0".encode() for name in items]
    at = _COUNT.size + _ENTRY.size * len(items)
    name_offsets, item_offsets = [], []
    for name in names:
        name_offsets.append(at)
        at += len(name)
    body = bytearray()
    at += -(len(header) + at) % _ALIGNED
    start = at
    for item in items.values():
        padded = item + b"\0" * (-len(item) % _ALIGNED)
        item_offsets.append(at)
        body += padded
        at += len(padded)
    listed = _COUNT.pack(len(items)) + b"".join(
        _ENTRY.pack(*one) for one in zip(name_offsets, item_offsets, strict=True)
    )
    head = header + listed + b"".join(names)
    return head.ljust(len(header) + start, b"\0") + bytes(body)


def _text(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode("ascii")

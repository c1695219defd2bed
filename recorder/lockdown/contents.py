"""What lay in the clipboard before the exam, held in memory to be given back."""

from __future__ import annotations

import msgspec


class Form(msgspec.Struct, frozen=True):
    """One form of what was copied: how it is asked for, what it is, its bytes."""

    target: str
    type: str
    data: bytes


class Content(msgspec.Struct, frozen=True):
    """What was in one selection (``CLIPBOARD``, ``PRIMARY``); without forms it was empty."""

    selection: str
    forms: tuple[Form, ...] = ()


# All together may be so long, in bytes: two processes hold it. A picture of a 4K display is
# 33 MB as a bitmap, and a tenth of that as PNG.
ALL_BYTES = 48 << 20

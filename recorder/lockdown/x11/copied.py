"""What lies in the clipboard, read so that it can be given back (ICCCM 2.0, chapter 2)."""

from __future__ import annotations

import select
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from Xlib import X, Xatom, error
from Xlib.display import Display

from recorder.lockdown.contents import ALL_BYTES, Content, Form
from recorder.lockdown.x11.connection import GONE, connect, gone

# What Ctrl+C fills, and what marking text fills.
SELECTIONS = ("CLIPBOARD", "PRIMARY")

# What is kept: text in its usual forms, marked-up text, lists of files, and pictures in the
# forms that other programs take. Programs offer many more, each made anew when it is asked.
_TARGETS = (
    "UTF8_STRING",
    "STRING",
    "TEXT",
    "COMPOUND_TEXT",
    "text/plain",
    "text/plain;charset=utf-8",
    "text/html",
    "text/rtf",
    "text/uri-list",
    "x-special/gnome-copied-files",
    "image/png",
    "image/jpeg",
    "image/bmp",
)

# What an owner offers that is no form of what was copied (ICCCM 2.0, 2.6.2 and 2.6.3, and
# the freedesktop clipboard manager's).
_NO_FORMS = frozenset(
    {
        "TARGETS",
        "MULTIPLE",
        "TIMESTAMP",
        "DELETE",
        "INSERT_SELECTION",
        "INSERT_PROPERTY",
        "SAVE_TARGETS",
    }
)

# What is said with a kept form already: text in another character set, and a picture in
# another format, which toolkits offer by the dozen (Qt also under a name of its own).
_SAME = (
    ("text/plain", ("text/plain;",)),
    ("image/", ("image/", "application/x-qt-image", "bitmap", "pixmap")),
)
_TEXTS = frozenset({"UTF8_STRING", "STRING", "TEXT", "COMPOUND_TEXT"})

# How long an owner may take for one form (seconds): pictures are made when asked for.
FORM_S = 2.0

# All forms together (seconds): the exam's start waits for it.
ALL_S = 6.0

# Measuring is done between two looks at the machine (seconds).
MEASURE_S = 0.5

# An incident names at most so many forms: a record is bounded.
_FORMS_NAMED = 12

# How much of a property one request fetches (units of 4 bytes).
_WORDS = 1 << 16


@dataclass(frozen=True, slots=True)
class Copies:
    """All selections as they were. ``left_out`` says what could not be read, never what it
    held."""

    contents: tuple[Content, ...]
    left_out: tuple[str, ...] = ()


def read_copies(name: str) -> Copies:
    """Read all selections of a display.

    Raises:
        EnvironmentFault: the display does not answer.
    """
    try:
        with closing(connect(name)) as display:
            return _Reader(display).read()
    except GONE as problem:
        raise gone(name, problem) from problem


@dataclass(frozen=True, slots=True)
class Measure:
    """What can be told of a copy without reading it: its forms, and the length of its text
    in bytes; ``None`` where it has none, or its owner does not answer."""

    forms: tuple[str, ...] = ()
    length: int | None = None


def measure(name: str, selection: str) -> Measure:
    """Measure what is in a selection; nothing of it is fetched.

    Raises:
        EnvironmentFault: the display does not answer.
    """
    try:
        with closing(connect(name)) as display:
            return _Reader(display, MEASURE_S).measure(selection)
    except GONE as problem:
        raise gone(name, problem) from problem


def _further(offered: Collection[str], kept: Collection[str]) -> list[str]:
    """The forms of what was copied that are not kept and say more than those that are."""
    said = tuple("text/plain" if one in _TEXTS else one for one in kept)
    same = tuple(
        other
        for kind, others in _SAME
        if any(one.startswith(kind) for one in said)
        for other in others
    )
    left = {*offered} - {*kept} - _NO_FORMS - _TEXTS
    return sorted(one for one in left if not one.lower().startswith(same))


class _Silent(Exception):
    """The owner did not answer in time."""


class _Reader:
    """One connection with one window that what is asked for is put on."""

    def __init__(self, display: Display, patience_s: float = ALL_S) -> None:
        self._display = display
        root = display.screen().root
        self._window = root.create_window(
            0, 0, 1, 1, 0, X.CopyFromParent, event_mask=X.PropertyChangeMask
        )
        # Where the form that was asked for last is put.
        self._property = X.NONE
        self._incr = display.intern_atom("INCR")
        self._until = time.monotonic() + patience_s
        self._room = ALL_BYTES
        self._left_out: list[str] = []

    def read(self) -> Copies:
        contents = tuple(Content(name, tuple(self._forms(name))) for name in SELECTIONS)
        return Copies(contents, tuple(self._left_out))

    def measure(self, selection: str) -> Measure:
        try:
            got = self._fetch(selection, "TARGETS", atoms=True)
            forms = tuple(got[1]) if got is not None else ()
            text = next((one for one in _TARGETS[:4] if one in forms), None)
            length = None if text is None else self._length(selection, text)
        except _Silent:
            return Measure()
        plain = [one for one in forms if one in _TARGETS or "/" in one]
        return Measure(tuple(plain[:_FORMS_NAMED]), length)

    def _length(self, selection: str, target: str) -> int | None:
        """How long a form is: its owner puts it on our window, where it is not looked at."""
        if not self._asked(selection, target):
            return None
        found = self._window.get_property(self._property, X.AnyPropertyType, 0, 0)
        if found is None or found.property_type == self._incr:
            return None
        return found.bytes_after

    def _forms(self, selection: str) -> Iterator[Form]:
        for target in self._offered(selection):
            try:
                got = self._fetch(selection, target)
            except _Silent:
                self._left_out.append(f"{selection}: {target} did not come in time")
                continue
            if got is None:
                continue
            kind, data = got
            if len(data) > self._room:
                self._left_out.append(f"{selection}: {target} is too long")
                continue
            self._room -= len(data)
            yield Form(target, kind, data)

    def _offered(self, selection: str) -> list[str]:
        """The forms to ask for, of those that the owner has."""
        owner = self._display.get_selection_owner(self._display.intern_atom(selection))
        if isinstance(owner, int):
            return []
        try:
            got = self._fetch(selection, "TARGETS", atoms=True)
        except _Silent:
            self._left_out.append(f"{selection}: its owner does not answer")
            return []
        offered = set(got[1]) if got is not None else {"UTF8_STRING", "STRING"}
        kept = [target for target in _TARGETS if target in offered]
        if further := _further(offered, kept):
            named = ", ".join(further[:_FORMS_NAMED])
            how = "in further forms" if kept else "in forms that cannot be kept"
            self._left_out.append(f"{selection}: {how}: {len(further)}, as {named}")
        return kept

    def _fetch(self, selection: str, target: str, *, atoms: bool = False) -> Any:
        """A form's type and bytes (or names); ``None`` where the owner refuses."""
        if not self._asked(selection, target):
            return None
        found = self._window.get_property(self._property, X.AnyPropertyType, 0, _WORDS)
        if found is None:
            return None
        if atoms:
            return (
                None if found.format != 32 else ("", [self._atom(one) for one in found.value])
            )
        if found.property_type == self._incr:
            return self._pieces()
        return self._whole(found) if found.format == 8 else None

    def _asked(self, selection: str, target: str) -> bool:
        """Have the owner put a form on our window; whether it did.

        Each has a property of its own: one that comes too late is not taken for the next.
        """
        display, window = self._display, self._window
        of, form = display.intern_atom(selection), display.intern_atom(target)
        self._property = display.intern_atom(f"INVIGIL_{selection}_{target}")
        window.delete_property(self._property)
        window.convert_selection(of, form, self._property, X.CurrentTime)
        answer = self._wait(
            self._patience(),
            lambda event: (
                event.type == X.SelectionNotify
                and (event.selection, event.target) == (of, form)
            ),
        )
        return answer.property != X.NONE

    def _patience(self) -> float:
        return min(time.monotonic() + FORM_S, self._until)

    def _whole(self, found: Any) -> tuple[str, bytes] | None:
        data, kind = bytearray(found.value), self._atom(found.property_type)
        while found.bytes_after:
            at = len(data) // 4
            found = self._window.get_property(self._property, X.AnyPropertyType, at, _WORDS)
            if found is None:
                return None
            data += found.value
        return kind, bytes(data)

    def _pieces(self) -> tuple[str, bytes] | None:
        """What comes in pieces, each told by a change of the property."""
        data, kind = bytearray(), ""
        until = self._patience()
        self._window.delete_property(self._property)
        while True:
            self._wait(
                until,
                lambda event: (
                    event.type == X.PropertyNotify
                    and event.atom == self._property
                    and event.state == X.PropertyNewValue
                ),
            )
            found = self._window.get_property(self._property, X.AnyPropertyType, 0, _WORDS)
            whole = None if found is None else self._whole(found)
            self._window.delete_property(self._property)
            if whole is None or not whole[1]:
                return (kind, bytes(data)) if data else None
            kind, data = whole[0], data + whole[1]
            if len(data) > self._room:
                return kind, bytes(data)
            until = self._patience()

    def _wait(self, until: float, wanted: Any) -> Any:
        while True:
            while self._display.pending_events():
                event = self._display.next_event()
                if wanted(event):
                    return event
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._display], [], [], left)[0]:
                raise _Silent

    def _atom(self, number: int) -> str:
        if number == Xatom.STRING:
            return "STRING"
        try:
            return self._display.get_atom_name(number)
        except error.BadAtom:
            return "STRING"

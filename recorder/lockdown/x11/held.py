"""Owning the selections of a display: with nothing in them, or with what was there before.

On X11 what is copied stays with the program that it was copied in, which hands it out when
somebody pastes; so emptying is to own a selection and hand out nothing, and giving back is to
own it until something else is copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from Xlib import X, Xatom, error
from Xlib.display import Display
from Xlib.protocol import event as events

from recorder.lockdown.contents import Content, Form
from recorder.lockdown.x11.copied import SELECTIONS

# The longest property set by one request, in bytes: the core protocol's requests end at 256
# KiB. What is longer goes in pieces (ICCCM 2.7.2).
PIECE_BYTES = 128 << 10


@dataclass(slots=True)
class _Pieces:
    """What somebody still gets: in pieces, each after the one before was taken away."""

    requestor: Any
    property: int
    type: int
    data: bytes
    at: int = 0


class Held:
    """The selections that one connection owns. Lives on that connection's thread."""

    def __init__(self, display: Display, contents: tuple[Content, ...]) -> None:
        """Own every selection from now on; one without a content hands out nothing."""
        self._display = display
        root = display.screen().root
        self.window = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._atoms: Mapping[str, int] = {
            name: display.intern_atom(name) for name in (*SELECTIONS, "TARGETS", "INCR")
        }
        self._forms: dict[int, dict[int, Form]] = {self._atoms[name]: {} for name in SELECTIONS}
        for content in contents:
            forms = {display.intern_atom(form.target): form for form in content.forms}
            self._forms[display.intern_atom(content.selection)] = forms
        self._pieces: dict[tuple[int, int], _Pieces] = {}
        self.owned: set[int] = set()

    def take(self, selections: tuple[str, ...] = SELECTIONS) -> set[str]:
        """Become the owner; which of them came off."""
        got: set[str] = set()
        for name in selections:
            atom = self._atoms[name]
            self.window.set_selection_owner(atom, X.CurrentTime)
            if self._display.get_selection_owner(atom) == self.window:
                self.owned.add(atom)
                got.add(name)
        return got

    def handle(self, event: Any) -> None:
        """Take an event of the connection; what is not about selections is let be."""
        match event.type:
            case X.SelectionClear if event.window == self.window:
                self.owned.discard(event.atom)
            case X.SelectionRequest if event.owner == self.window:
                self._answer(event)
            case X.PropertyNotify if event.state == X.PropertyDelete:
                self._next_piece(event.window.id, event.atom)
            case _:
                pass

    def _answer(self, request: Any) -> None:
        # Clients from before ICCCM leave the property to the owner.
        where = request.property if request.property != X.NONE else request.target
        given = where if self._put(request, where) else X.NONE
        answer = events.SelectionNotify(
            time=request.time,
            requestor=request.requestor,
            selection=request.selection,
            target=request.target,
            property=given,
        )
        request.requestor.send_event(answer, onerror=_ignored)

    def _put(self, request: Any, where: int) -> bool:
        forms = self._forms.get(request.selection, {})
        if request.target == self._atoms["TARGETS"]:
            offered = [self._atoms["TARGETS"], *forms]
            self._set(request.requestor, where, Xatom.ATOM, 32, offered)
            return True
        form = forms.get(request.target)
        if form is None:
            return False
        kind = self._display.intern_atom(form.type)
        if len(form.data) <= PIECE_BYTES:
            self._set(request.requestor, where, kind, 8, form.data)
            return True
        request.requestor.change_attributes(event_mask=X.PropertyChangeMask, onerror=_ignored)
        pieces = _Pieces(request.requestor, where, kind, form.data)
        self._pieces[request.requestor.id, where] = pieces
        self._set(request.requestor, where, self._atoms["INCR"], 32, [len(form.data)])
        return True

    def _next_piece(self, requestor: int, where: int) -> None:
        pieces = self._pieces.get((requestor, where))
        if pieces is None:
            return
        piece = pieces.data[pieces.at : pieces.at + PIECE_BYTES]
        pieces.at += len(piece)
        if not piece:  # an empty one says that this was all
            del self._pieces[requestor, where]
        self._set(pieces.requestor, where, pieces.type, 8, piece)

    def _set(self, window: Any, where: int, kind: int, bits: int, data: Any) -> None:
        window.change_property(where, kind, bits, data, onerror=_ignored)


def _ignored(_error: error.XError, _request: object) -> None:
    """Who asked may have gone before the answer."""

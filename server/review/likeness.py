"""What a flag shows that others may show as well: the same window, program, or object.

Only what a record names can be the same; voices and faces are not kept, so that they cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.review.correlation import Incident
from server.review.flags import Flag
from server.review.search import words_of
from server.review.wording import printed
from shared.encoding import sha256_hex
from shared.flags import Kind

# Of one flag: more are a list of everything that was open, and no likeness.
MOST_THINGS = 12

# Where a detail names a thing, by kind: the member, and what it is called.
_NAMED: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    Kind.WINDOW_SWITCH: (("title", "window"), ("application", "program")),
    Kind.CLIPBOARD: (("application", "program"),),
    Kind.PROHIBITED_PROCESS: (("name", "program"),),
    Kind.SCREEN_CAPTURE: (("name", "program"),),
    Kind.OBJECT_SEEN: (("label", "object"),),
    Kind.BLOCKED_ADDRESS: (("address", "address"),),
    Kind.INPUT_DEVICE: (("name", "device"),),
}

# As a reader is told what others had, too.
_SHOWN = {
    "window": "had this window in front",
    "program": "had this program in use",
    "object": "had such an object in view",
    "address": "went to this address",
    "device": "plugged this device in",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A window, program, object, address or device by its name."""

    kind: Kind
    what: str
    name: str

    @property
    def key(self) -> str:
        """The same for the same thing, however its name is written."""
        said = " ".join(words_of(self.name)) or self.name.casefold()
        return sha256_hex(f"{self.kind}\0{self.what}\0{said}".encode("utf-8", "replace"))

    @property
    def shown(self) -> str:
        """What others are said to have done who show it, too."""
        return _SHOWN[self.what]


def things_of(flag: Flag) -> list[Thing]:
    """What a flag shows, each thing once, the most telling incident's first."""
    incidents: Iterable[Incident | Flag] = flag.members or (flag,)
    found = {one.key: one for incident in incidents for one in _things(incident)}
    return list(found.values())[:MOST_THINGS]


def _things(incident: Incident | Flag) -> Iterator[Thing]:
    named = _NAMED.get(incident.kind, ())
    windows = incident.detail.get("windows")
    places = [incident.detail, *(windows if isinstance(windows, list) else ())]
    for place in places:
        for member, what in named:
            name = place.get(member) if isinstance(place, Mapping) else None
            if isinstance(name, str) and name.strip():
                yield Thing(incident.kind, what, printed(name.strip()))


def texts_of(flag: Flag) -> Iterator[str]:
    """All that is written about a flag: what it is, what detectors and people said of it."""
    incidents: Iterable[Incident | Flag] = flag.members or (flag,)
    for kind in dict.fromkeys(one.kind for one in incidents):
        yield kind.label
    yield from (one.text for one in flag.notes)
    yield from (one.note for one in flag.history)
    for incident in incidents:
        yield from _leaves(incident.detail)


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for one in value.values():
                yield from _leaves(one)
        case list() | tuple():
            for one in value:
                yield from _leaves(one)
        case _:
            pass

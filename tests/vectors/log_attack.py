"""What a log's vector is, and the ways in which a log is bent for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from vectors.log import (
    OWN,
    PAGE,
    Log,
)
from vectors.session import (
    STRANGER,
    Edit,
    Json,
    Rewrite,
    key,
)


class LogAttack(NamedTuple):
    """One log that was tampered with in one way; `after` are hashes that it must still
    contain, `beside` is the bundle that it is to bear out.
    """

    name: str
    words: str
    fails: tuple[int, ...]
    make: Callable[[], bytes]
    after: tuple[str, ...] = ()
    beside: str | None = None
    unreadable: bool = False

    @property
    def status(self) -> int:
        if self.unreadable:
            return 2
        return 1 if self.fails else 0


def honest() -> bytes:
    return Log().written().exported()


def line(n: int) -> bytes:
    return Log().written().lines[n]


def says(number: int, /, **members: object) -> Callable[[], bytes]:
    """An entry that says otherwise, genuinely signed; what follows goes on from it."""
    return edited(number, lambda entry: entry.update(members))


def body(n: int, **members: object) -> Callable[[], bytes]:
    return edited(n, lambda entry: entry["body"].update(members))


def edited(n: int, edit: Edit) -> Callable[[], bytes]:
    return lambda: Log(edits={n: edit}).written().exported()


def rewritten(n: int, rewrite: Rewrite) -> Callable[[], bytes]:
    return lambda: Log(rewrites={n: rewrite}).written().exported()


def head(n: int, **members: object) -> Callable[[], bytes]:
    return edited(n, lambda entry: entry["body"]["sessions"][0].update(members))


def manifest(**members: object) -> Callable[[], bytes]:
    def edit(found: Json) -> None:
        found.update(members)

    return lambda: Log(edit_manifest=edit).written().exported()


def lines(change: Callable[[list[bytes]], object]) -> Callable[[], bytes]:
    """The exported lines after a change; the manifest is the whole log's."""

    def make() -> bytes:
        found = honest().splitlines(keepends=True)
        change(found)
        return b"".join(found)

    return make


def exported_again(cut: int) -> bytes:
    """The institution itself leaves the last entries out and exports what is left."""
    log = Log().written()
    del log.lines[-cut:]
    return log.exported()


def written_anew() -> bytes:
    """The institution itself leaves an access out, and writes all that follows anew."""
    log = Log()
    log.access = lambda what, **more: None  # type: ignore[method-assign]
    return log.written().exported()


def forked() -> bytes:
    """Two entries of one number, both genuine."""
    log = Log().written()
    other = Log(edits={PAGE: lambda entry: entry["body"].update(what="flags")}).written()
    log.lines.insert(PAGE + 1, other.lines[PAGE])
    return log.exported()


def spliced() -> bytes:
    """The first part of one log and the rest of another that forked from it."""
    other = Log(edits={PAGE: lambda entry: entry["body"].update(what="flags")}).written()
    other.lines[PAGE] = line(PAGE)
    return other.exported()


def inserted() -> bytes:
    """A stranger's entry at the end, and its manifest."""
    log = Log().written()
    log.key = STRANGER
    log.act("log.export", ("institution", OWN))
    return log.exported()


def another_s() -> bytes:
    return Log(institution="0b" * 16, keys=(key(2), key(4))).written().exported()


def replayed(entry: Json) -> None:
    """The proof is that of the key's taking over at another place."""
    other = Log().brief()
    other.hand_over()
    proof = to_object(other.lines[-1])["body"]["next"]["proof"]
    entry["body"]["next"]["proof"] = proof


def to_object(found: bytes) -> Json:
    return json.loads(found.partition(b" ")[2])


def nested(entry: Json) -> None:
    detail: Json = {}
    entry["body"]["detail"] = detail
    for _ in range(100):
        detail["d"] = detail = {}


def many(entry: Json) -> None:
    sessions = [
        {"session": f"{number:032x}", "size": 1, "head": "0e" * 32, "state": "open"}
        for number in range(257)
    ]
    entry["body"]["sessions"] = sessions


def without(name: str) -> Edit:
    return lambda entry: entry.pop(name)

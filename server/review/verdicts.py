"""What a full verification said of a session, and of which state of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from server.ingest.models import ExamSession


class Mark(NamedTuple):
    """A state of what the server holds: the same mark has the same verdict, unless the
    server's own copy is damaged in between.
    """

    size: int
    receipts: int
    blobs: int
    forks: int
    purged: bool

    @staticmethod
    def of(session: ExamSession, forks: int) -> Mark:
        """The state that a session is in."""
        return Mark(
            session.size,
            session.receipts,
            session.blobs_durable,
            forks,
            session.purged_at is not None,
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict in short: when it was made (µs UTC), the numbers of the checks that fail,
    and whether it is of what the server holds now.
    """

    made: int
    fails: tuple[int, ...]
    current: bool

    @property
    def words(self) -> str:
        """For one line."""
        if not self.fails:
            return "everything holds"
        numbers = ", ".join(str(number) for number in self.fails)
        return f"check {numbers} fails" if len(self.fails) == 1 else f"checks {numbers} fail"

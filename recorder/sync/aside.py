"""Pieces that others go before: refused ones for a while, failing ones while others wait."""

from __future__ import annotations

import random
from dataclasses import dataclass

from recorder.sync.pacing import Pacing, backoff
from recorder.sync.plan import NEVER


@dataclass(frozen=True, slots=True)
class _Failed:
    times: int
    until: float


class Aside:
    """Which pieces are not tried before when; times are monotonic seconds."""

    def __init__(self) -> None:
        self._refused: dict[str, float] = {}
        self._failed: dict[str, _Failed] = {}
        self._why_refused = ""
        self._why_failed = ""

    @property
    def note(self) -> str:
        """What is wrong, for people; empty where nothing is set aside."""
        match len(self._refused), len(self._failed):
            case 0, 0:
                return ""
            case 0, 1:
                return f"A piece has not arrived yet and is tried again: {self._why_failed}."
            case 0, many:
                why = self._why_failed
                return f"{many} pieces have not arrived yet and are tried again: {why}."
            case 1, _:
                return f"A piece is not taken by the server: {self._why_refused}"
            case many, _:
                return f"{many} pieces are not taken by the server: {self._why_refused}"

    @property
    def refused(self) -> bool:
        """Whether a piece is set aside because it was refused."""
        return bool(self._refused)

    @property
    def failing(self) -> bool:
        """Whether a piece is set aside that may arrive yet: nobody refused it."""
        return bool(self._failed)

    @property
    def until(self) -> float:
        """When the first of them is tried again."""
        failed = (one.until for one in self._failed.values())
        return min([NEVER, *self._refused.values(), *failed])

    def refuse(self, sha256: str, why: str, until: float) -> None:
        """The piece is not to be had, or not to be sent, before ``until``."""
        self._failed.pop(sha256, None)
        self._refused[sha256] = until
        self._why_refused = why

    def fail(
        self, sha256: str, why: str, now: float, pacing: Pacing, dice: random.Random
    ) -> None:
        """The piece's request failed: perhaps by the piece itself, so the next is tried."""
        times = self._failed[sha256].times if sha256 in self._failed else 0
        self._failed[sha256] = _Failed(times + 1, now + backoff(times, pacing, dice))
        self._why_failed = why

    def arrived(self, sha256: str) -> None:
        """The piece no longer waits."""
        self._failed.pop(sha256, None)

    def all(self, now: float) -> frozenset[str]:
        """The pieces that any other goes before."""
        self._refused = {sha256: at for sha256, at in self._refused.items() if at > now}
        return frozenset(self._refused).union(self._failed)

    def due(self, now: float) -> str | None:
        """The failing piece to try again where no other waits; ``None`` for none yet."""
        due = [(one.until, sha256) for sha256, one in self._failed.items() if one.until <= now]
        return min(due)[1] if due else None

"""What is made of rows, remembered for whoever asks for the same next; in this process alone.

A transaction sees what committed ones left here, and its own. Its own becomes everybody's only
once it has committed: what was made of rows that were undone is forgotten with them. Whether a
thing is still true is not known here: whoever keeps one keeps with it what it was made of, and
compares that with what its transaction reads.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

# Weights together, in bytes: those who keep things say about how many each takes.
MOST_BYTES = 128 * 2**20

_IN_INFO = "memory"


@dataclass(frozen=True, slots=True)
class _Thing:
    value: Any
    weight: int


class Memory:
    """Things by key; the longest unused go once there are too many."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """``most`` is what all of them may weigh together."""
        self._most = most
        self._weight = 0
        self._things: OrderedDict[str, _Thing] = OrderedDict()

    def __len__(self) -> int:
        """How many things are remembered."""
        return len(self._things)

    def recall(self, key: str) -> Any:
        """The thing, or ``None``."""
        if key not in self._things:
            return None
        self._things.move_to_end(key)
        return self._things[key].value

    def put(self, key: str, thing: _Thing | None) -> None:
        """Remember a thing, or forget what there is; what weighs too much is not kept."""
        if (old := self._things.pop(key, None)) is not None:
            self._weight -= old.weight
        if thing is None or thing.weight > self._most:
            return
        self._things[key] = thing
        self._weight += thing.weight
        while self._weight > self._most:
            _, gone = self._things.popitem(last=False)
            self._weight -= gone.weight


class Recalling:
    """The memory as one transaction sees it."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._own: dict[str, _Thing | None] = {}

    def recall(self, key: str) -> Any:
        """What this transaction kept under ``key``, else what a committed one did."""
        if key in self._own:
            own = self._own[key]
            return None if own is None else own.value
        return self._memory.recall(key)

    def keep(self, key: str, value: object, weight: int) -> None:
        """Keep a thing that nobody will change; ``weight``: its bytes."""
        self._own[key] = _Thing(value, max(1, weight))

    def forget(self, key: str) -> None:
        """Keep nothing under ``key``."""
        self._own[key] = None

    def publish(self) -> None:
        """The transaction has committed."""
        for key, thing in self._own.items():
            self._memory.put(key, thing)


def begin(db: AsyncSession, memory: Memory) -> Recalling:
    """Give a transaction its view of the memory."""
    found = Recalling(memory)
    db.info[_IN_INFO] = found
    return found


def memory_of(db: AsyncSession) -> Recalling:
    """A transaction's view of what is remembered."""
    found = db.info.get(_IN_INFO)
    return found if isinstance(found, Recalling) else begin(db, Memory())

"""One request at a time for each session, within this process."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A lock for each session that somebody is waiting for; forgotten when nobody is.

    Several servers are kept apart by the session row's lock and revision; this saves a
    single one from waiting in the database.
    """

    def __init__(self) -> None:
        """Begin with no locks."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, session_id: str) -> asyncio.Lock:
        """The session's lock."""
        lock = self._locks.get(session_id)
        if lock is None:
            lock = self._locks[session_id] = asyncio.Lock()
        return lock

"""Who watches the board is in the log, as whoever looks at one session is: once in ``WINDOW``.

The board names what was noticed of everybody, so that an entry is of the institution.
"""

from __future__ import annotations

from server.accounts.staff import Staff
from server.audit.service import WINDOW, record
from server.clock import WallClock
from server.storage.database import Database


class Watches:
    """Writes it down. What was written is remembered here, as a board is asked for again every
    few seconds; after a start, and on another server, it is written once more.
    """

    def __init__(self, database: Database, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._clock = clock
        self._until: dict[str, int] = {}

    async def note(self, staff: Staff) -> None:
        """Somebody sees the board, or goes on to; to be called before they do."""
        now = self._clock()
        if self._until.get(staff.id, 0) > now:
            return
        until = now + WINDOW
        async with self._database.transaction() as db:
            subject = ("institution", staff.institution_id)
            record(db, now, staff, "board.watch", subject, until=until)
        self._until = {name: at for name, at in self._until.items() if at > now}
        self._until[staff.id] = until

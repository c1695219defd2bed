"""What candidate and proctor say to each other while a session runs."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from recorder.status import Notice
from shared.wire import MAX_SAID, Said

# As long as one may be on the wire; the page bounds what is typed, too.
MAX_TEXT = 2_000

# Sayings that may wait for the server. Who has written so many without an answer needs a
# telephone, and is told so.
MAX_WAITING = 64

TOO_MANY = "No message can be taken any more before the connection is back."


class Talk:
    """Keeps what the candidate said until the server has it, and notices until they are shown.

    Args:
        new_id: gives an id to what is said.
        warnings_limit: how many warnings end the session by the policy; 0: none does.
    """

    def __init__(self, new_id: Callable[[], str], warnings_limit: int = 0) -> None:
        self._new_id = new_id
        self._lock = threading.Lock()
        self._said: deque[Said] = deque()
        self._notices: list[Notice] = []
        self.warnings, self.warnings_limit = 0, warnings_limit

    def say(self, text: str) -> None:
        """A message from the candidate; one without words is none."""
        if text.strip():
            self._put(Said(id=self._new_id(), kind="message", text=text.strip()[:MAX_TEXT]))

    def ask_for_help(self, text: str) -> None:
        """The candidate asks for help; once, until it is heard."""
        with self._lock:
            waits = any(said.kind == "help" for said in self._said)
        if not waits or text.strip():
            self._put(Said(id=self._new_id(), kind="help", text=text.strip()[:MAX_TEXT]))

    def heard(self, said: str) -> None:
        """The server has it."""
        with self._lock:
            self._said = deque(one for one in self._said if one.id != said)

    @property
    def next_said(self) -> tuple[Said, ...]:
        """The oldest of what waits, as many as one state carries."""
        with self._lock:
            return tuple(self._said)[:MAX_SAID]

    @property
    def unheard(self) -> int:
        """How much waits."""
        with self._lock:
            return len(self._said)

    def tell(self, notice: Notice) -> None:
        """Something for the candidate to read."""
        with self._lock:
            self._notices.append(notice)

    def warn(self, notice: Notice) -> None:
        """A warning; how many there were is the server's to say."""
        self.warnings = max(self.warnings, notice.count)
        self.warnings_limit = notice.limit or self.warnings_limit
        self.tell(notice)

    def notices(self) -> list[Notice]:
        """What came since the last call."""
        with self._lock:
            notices, self._notices = self._notices, []
        return notices

    def _put(self, said: Said) -> None:
        with self._lock:
            full = len(self._said) >= MAX_WAITING
            if not full:
                self._said.append(said)
        if full:
            self.tell(Notice(TOO_MANY, "Invigil", "info"))

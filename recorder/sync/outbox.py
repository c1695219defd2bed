"""The outbox as the uploader sees it: what to send next, and what came back for it.

The store belongs to one thread. While recording that is the writer's, so every question
goes there (``EvidenceWriter.ask``); afterwards a command asks its own store directly.
"""

from __future__ import annotations

from collections.abc import Callable

from recorder.evidence import contents
from recorder.evidence.asking import Ask, ask_of
from recorder.evidence.contents import WaitingBlob
from recorder.evidence.receipting import Distrusted, Taken, take_receipt
from recorder.evidence.store import EvidenceStore, Tally
from shared.signed import Signed
from shared.wire import MAX_RECORDS, batches


class Outbox:
    """What is not delivered yet. Every call may raise ``StoreTrouble`` or ``WriterGone``."""

    def __init__(self, ask: Ask, tally: Callable[[], Tally]) -> None:
        """Take the way to the store, and to its counts (from any thread, at no cost)."""
        self._ask = ask
        self._tally = tally

    @staticmethod
    def of_store(store: EvidenceStore) -> Outbox:
        """The outbox of a store that the calling thread owns."""
        return Outbox(ask_of(store), lambda: store.tally)

    @property
    def tally(self) -> Tally:
        """The counts."""
        return self._tally()

    def batch(self, start: int, limit: int) -> list[Signed]:
        """Records from ``start`` on: at most ``limit``, and what one request may carry."""
        lines = self._ask(lambda store: contents.records(store, start, min(limit, MAX_RECORDS)))
        return next(batches(lines), [])

    def blob(self, below: int, skip: frozenset[str]) -> WaitingBlob | None:
        """The oldest piece that waits, of a record numbered under ``below``."""
        return self._ask(lambda store: contents.waiting_blob(store, below, skip))

    def hash_at(self, size: int) -> str | None:
        """The head of our chain when it had ``size`` records; ``None`` beyond its end."""
        return self._ask(lambda store: contents.hash_at(store, size))

    def take(self, line: Signed) -> Taken | Distrusted:
        """Check and keep a receipt."""
        return self._ask(lambda store: take_receipt(store, line))

"""Which deliveries others are told of: other systems (``integrations.outbox``), and at once
whoever watches the session now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.ingest.judgement import Judgement
from server.ingest.models import ExamSession
from server.integrations.outbox import Happened


def happened(
    now: int,
    rows: Iterable[ExamSession],
    fresh: Mapping[str, Judgement],
    arrived: Mapping[str, tuple[str, ...]],
) -> list[Happened]:
    """A session's first record, its last one, and that nothing more of it is missing.

    Args:
        now: microseconds UTC.
        rows: the sessions as they are by now.
        fresh: by session, the new records.
        arrived: by session, the pieces that are durable now and were not before.
    """
    found: list[Happened] = []
    for row in rows:
        types = {one.record.type for one in fresh[row.id].fresh} if row.id in fresh else set()
        names = [name for kind, name in _TOLD.items() if kind in types]
        complete = row.closed and row.blobs == row.blobs_durable
        if complete and ("close" in types or arrived.get(row.id)):
            names.append("session.delivered")
        found += [Happened(row.institution_id, name, now, row.id) for name in names]
    return found


_TOLD = {"open": "session.opened", "close": "session.closed"}


def notable_of(fresh: Mapping[str, Judgement]) -> set[str]:
    """The sessions of which there is more than that they go on: something was noticed, or they
    have come to another part of the exam.
    """
    return {
        name
        for name, one in fresh.items()
        if any(line.record.type in _NOTABLE for line in one.fresh)
    }


_NOTABLE = frozenset({"open", "incident", "phase", "close"})

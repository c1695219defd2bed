"""Holding and destroying sessions of a campus, as the server does."""

from __future__ import annotations

from collections.abc import Collection

from support.campus import Campus, connected

from server.ingest.regions import open_blobs
from server.retention.destruction import Outcome
from server.retention.holds import HoldDraft, HoldKind, place_hold
from server.retention.service import Retention
from shared.certificate import EvidenceKind

ALL = tuple(EvidenceKind)


async def hold(campus: Campus, subject: str, kind: HoldKind = HoldKind.SESSION) -> None:
    """Place a hold on a session, a candidate or an exam."""
    draft = HoldDraft(kind, subject, "A court asked for it.")
    async with connected(campus.settings) as database, database.transaction() as db:
        await place_hold(db, campus.clock(), "command line", campus.institution.id, draft)


async def destroy(
    campus: Campus, session: str, kinds: Collection[EvidenceKind] = ALL
) -> Outcome:
    """Destroy these kinds of a session's evidence, unless something holds it."""
    async with connected(campus.settings) as database:
        blobs = open_blobs(campus.settings, database)
        retention = Retention(database, blobs, campus.keys, campus.clock)
        return await retention.destroy(session, kinds, "system", "its time is over")

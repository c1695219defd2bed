"""An institution's list of accepted builds: entered from signed manifests, and taken back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from litestar.exceptions import NotFoundException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Institution
from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.builds.models import AcceptedBuildRow
from server.clock import WallClock
from server.problems import Rejection
from server.review.ranking import unsettle
from server.review.turns import take_builds
from server.storage.database import Database
from shared.build import BuildError, signer_of
from shared.encoding import HASH_HEX
from shared.sidecar import Sidecar, read_sidecar

# The list of six thousand files is a megabyte or less; a larger program than ours has room.
MAX_MANIFEST_BYTES = 8 * 1024 * 1024

# More than an institution ever had in use; the list is read as a whole.
MOST = 1_000


@dataclass(frozen=True, slots=True)
class By:
    """Who changes a list, and of which institution."""

    actor: Staff | str
    institution_id: str

    @property
    def name(self) -> str:
        """As rows keep it."""
        return self.actor if isinstance(self.actor, str) else self.actor.id


@dataclass(frozen=True, slots=True)
class Accepted:
    """A build on the list, with what those who added and withdrew it are called."""

    row: AcceptedBuildRow
    added_by: str
    withdrawn_by: str


@dataclass(frozen=True, slots=True)
class BuildList:
    """The whole list, the newest entry first; ``flags``: whether others are flagged."""

    builds: list[Accepted]
    flags: bool

    @property
    def judges(self) -> bool:
        """Whether any build is on it that was not withdrawn: before, nothing is judged."""
        return any(one.row.withdrawn_at is None for one in self.builds)

    @property
    def signers(self) -> list[str]:
        """Fingerprints of those who signed what is on it, each once."""
        return list(dict.fromkeys(one.row.signer for one in self.builds))


class Builds:
    """What administrators do with the list."""

    def __init__(self, database: Database, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._clock = clock

    async def all(self, institution_id: str) -> BuildList:
        """The institution's list."""
        async with self._database.transaction() as db:
            institution = await db.get_one(Institution, institution_id)
            query = select(AcceptedBuildRow).where(
                AcceptedBuildRow.institution_id == institution_id
            )
            newest = (AcceptedBuildRow.added_at.desc(), AcceptedBuildRow.id)
            rows = list(await db.scalars(query.order_by(*newest)))
            names = await _names(db, rows)
        return BuildList([_accepted(row, names) for row in rows], institution.flags_builds)

    async def accept(self, by: By, manifest: bytes, signer: str = "") -> Accepted | Rejection:
        """Put the build of a signed manifest on the list, or back on it.

        Args:
            by: who does it.
            manifest: the file beside the installer, ``NAME.manifest``.
            signer: fingerprint of the key that has to have signed it; needed for a signer of
                whom nothing is on the list yet.
        """
        found = await asyncio.to_thread(read_manifest, manifest)
        if isinstance(found, Rejection):
            return found
        async with self._database.transaction() as db:
            await take_builds(db)
            # Whoever else changes the list waits.
            await db.get_one(Institution, by.institution_id, with_for_update=True)
            query = select(AcceptedBuildRow).where(
                AcceptedBuildRow.institution_id == by.institution_id
            )
            rows = list(await db.scalars(query))
            refused = _refusal(found, rows, signer.strip().lower())
            if refused is not None:
                return refused
            row = self._put(db, by, found, rows)
            await self._changed(db, by, "build.accept", row)
            return _accepted(row, await _names(db, [row]))

    async def withdraw(self, by: By, build_id: str) -> AcceptedBuildRow:
        """Take a build off the list for sessions that begin from now on.

        Raises:
            NotFoundException: it is not on the institution's list.
        """
        async with self._database.transaction() as db:
            await take_builds(db)
            row = await db.get(AcceptedBuildRow, build_id, with_for_update=True)
            if row is None or row.institution_id != by.institution_id:
                raise NotFoundException("There is no such build on the list.")
            if row.withdrawn_at is None:
                row.withdrawn_by, row.withdrawn_at = by.name, self._clock()
                await self._changed(db, by, "build.withdraw", row)
            return row

    async def settle(self, by: By, *, flags: bool) -> None:
        """Whether sessions of other builds are flagged, or that is only shown."""
        async with self._database.transaction() as db:
            await take_builds(db)
            own = await db.get_one(Institution, by.institution_id, with_for_update=True)
            if own.flags_builds == flags:
                return
            own.flags_builds = flags
            await unsettle(db, by.institution_id, None)
            subject = ("institution", by.institution_id)
            self._record(db, by, "build.settle", subject, flags=flags)

    def _put(
        self, db: AsyncSession, by: By, found: Sidecar, rows: list[AcceptedBuildRow]
    ) -> AcceptedBuildRow:
        head, now = found.build, self._clock()
        there = next((row for row in rows if row.build == found.artifact.build), None)
        if there is None:
            there = AcceptedBuildRow(
                id=new_id(),
                institution_id=by.institution_id,
                build=found.artifact.build,
                signer=signer_of(head),
                name=head.name,
                version=head.version,
                number=head.number,
                target=head.target,
            )
            db.add(there)
        there.added_by, there.added_at = by.name, now
        there.withdrawn_by = there.withdrawn_at = None
        return there

    async def _changed(
        self, db: AsyncSession, by: By, action: str, row: AcceptedBuildRow
    ) -> None:
        """Log it, and have the sessions scored anew that it says something about: all of them,
        as the first of a list, or of a signer, changes how others stand.
        """
        await db.flush()
        await unsettle(db, by.institution_id, None)
        told = {"build": row.build, "signer": row.signer, "number": row.number}
        self._record(db, by, action, ("build", row.id), **told)

    def _record(
        self, db: AsyncSession, by: By, action: str, subject: tuple[str, str], **told: Any
    ) -> None:
        # Of staff it is known whose they are.
        own = by.institution_id if isinstance(by.actor, str) else None
        audit.record(db, self._clock(), by.actor, action, subject, institution_id=own, **told)


def read_manifest(data: bytes) -> Sidecar | Rejection:
    """A manifest that somebody handed in; why it is none, in words that help."""
    if len(data) > MAX_MANIFEST_BYTES:
        return _wrong(
            f"This file is larger than {MAX_MANIFEST_BYTES >> 20} MB, which no manifest is. "
            "Give the file NAME.manifest that lies beside the installer, not the installer."
        )
    if not data:
        return _wrong("Choose a file: NAME.manifest, which lies beside the installer.")
    try:
        return read_sidecar(data)
    except BuildError as error:
        return _wrong(
            f"This is no manifest of a build of Invigil: {error}. Give the file NAME.manifest "
            "that lies beside the installer, as it was published."
        )


def _refusal(found: Sidecar, rows: list[AcceptedBuildRow], expected: str) -> Rejection | None:
    told = signer_of(found.build)
    if expected and not HASH_HEX.fullmatch(expected):
        return _wrong("A fingerprint is 64 hexadecimal digits.")
    if expected and expected != told:
        return _wrong(f"This build was signed by {told}, not by the key that you name.")
    if not expected and told not in {row.signer for row in rows}:
        return _wrong(
            f"This build was signed by {told}, of whom nothing is on the list yet. Compare "
            "this with the fingerprint that its builder told you by another way, and give it "
            "as the signer."
        )
    there = {row.build: row for row in rows}.get(found.artifact.build)
    if there is not None and there.withdrawn_at is None:
        return _wrong(f"Build {there.number} ({there.version}) is on the list already.")
    if there is None and len(rows) >= MOST:
        return _wrong(f"There are {MOST} builds on the list, the most there can be.")
    return None


async def _names(db: AsyncSession, rows: list[AcceptedBuildRow]) -> dict[str, str]:
    """What accounts are called, by id."""
    people = {row.added_by for row in rows} | {row.withdrawn_by or "" for row in rows}
    query = select(Account.id, Account.name).where(Account.id.in_(people))
    return dict((await db.execute(query)).tuples().all())


def _accepted(row: AcceptedBuildRow, names: dict[str, str]) -> Accepted:
    withdrawn = row.withdrawn_by or ""
    return Accepted(row, names.get(row.added_by, row.added_by), names.get(withdrawn, withdrawn))


def _wrong(why: str) -> Rejection:
    return Rejection("about:blank", 422, why)

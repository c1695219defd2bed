"""Some of a session's flags with what a row about each of them shows, and nothing besides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession
from server.review.attachments import Pictures, read_pictures
from server.review.flag_memory import read_flags
from server.review.flags import Flag, Flags
from server.review.phases import Phases, read_phases
from server.review.reading import extent


@dataclass(frozen=True, slots=True)
class Sheet:
    """``chosen`` of a session's ``flags``; ``duration`` is in microseconds."""

    session: ExamSession
    flags: Flags
    chosen: Flags
    pictures: Mapping[str, Pictures]
    phases: Phases
    duration: int

    def named(self, flag_id: str) -> Flag | None:
        """A flag by its id."""
        return next((one for one in self.flags if one.id == flag_id), None)

    def aside(self, flag: Flag) -> str:
        """Where a flag lies that does not count, in words; empty for one that does."""
        return self.phases.aside(flag, self.duration)


async def read_sheet(db: AsyncSession, session: ExamSession, wanted: Collection[str]) -> Sheet:
    """The flags with these ids, in order of time; ids that no flag has are passed over."""
    flags = await read_flags(db, session)
    chosen = Flags(flag for flag in flags if flag.id in wanted)
    return Sheet(
        session=session,
        flags=flags,
        chosen=chosen,
        pictures=await read_pictures(db, session, chosen),
        phases=await read_phases(db, session),
        duration=extent(session),
    )

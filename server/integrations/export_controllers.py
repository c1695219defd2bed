"""``GET /api/v1/exports/…``: tables for spreadsheets and programs, streamed, and in the log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import record
from server.clock import WallClock
from server.downloads import attachment
from server.integrations import exports
from server.integrations.exports import Asked, Portions
from server.integrations.tables import Format, written
from server.network import AnyRequest
from server.review.listing import STATES
from server.review.queue import Filters
from server.review.states import Shortfall
from server.storage.database import Database
from shared.encoding import ID_HEX
from shared.wire import API_PREFIX


@dataclass
class Table(Operation):
    """An operation that answers with a table, as CSV or as JSON."""

    def __post_init__(self) -> None:
        """Say so."""
        rows = Schema(type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.OBJECT))
        answer = (self.responses or {}).get("200")
        if isinstance(answer, OpenAPIResponse):
            text = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
            answer.content = {
                "text/csv": text,
                "application/json": OpenAPIMediaType(schema=rows),
            }


AS_TABLE: Any = {"media_type": "text/csv", "operation_class": Table}

# ``state`` is a word of the framework's own among the names of parameters.
State = Annotated[str, QueryParameter(name="state")]

Read = Callable[[Database, Asked], Portions]


class ExportsController(Controller):
    """Each table with the role that may take it."""

    path = f"{API_PREFIX}/exports"
    tags = ("integrations",)

    @get("/sessions", guards=[require(Role.PROCTOR)], **AS_TABLE)
    async def get_sessions(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
        format: FromQuery[Format] = Format.CSV,  # noqa: A002  (the query's word)
        exam: FromQuery[str] = "",
        session_state: State = "",
        evidence: FromQuery[str] = "",
    ) -> Stream:
        """Every session that the filters let through: who, when, how its flags stand."""
        by = _By(request, database, clock)
        return await by.take("sessions", format, (exam, session_state, evidence))

    @get("/flags", guards=[require(Role.PROCTOR)], **AS_TABLE)
    async def get_flags(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
        format: FromQuery[Format] = Format.CSV,  # noqa: A002  (the query's word)
        exam: FromQuery[str] = "",
        session_state: State = "",
        evidence: FromQuery[str] = "",
    ) -> Stream:
        """Every flag of the sessions that the filters let through."""
        by = _By(request, database, clock)
        return await by.take("flags", format, (exam, session_state, evidence))

    @get("/decisions", guards=[require(Role.PROCTOR)], **AS_TABLE)
    async def get_decisions(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
        format: FromQuery[Format] = Format.CSV,  # noqa: A002  (the query's word)
        exam: FromQuery[str] = "",
        session_state: State = "",
        evidence: FromQuery[str] = "",
    ) -> Stream:
        """Every decision about flags and sessions, with its note and who made it."""
        by = _By(request, database, clock)
        return await by.take("decisions", format, (exam, session_state, evidence))

    @get("/candidates", guards=[require(Role.EXAMINER)], **AS_TABLE)
    async def get_candidates(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
        format: FromQuery[Format] = Format.CSV,  # noqa: A002  (the query's word)
        exam: FromQuery[str] = "",
    ) -> Stream:
        """Every place in an exam with its candidate. Codes are kept nowhere."""
        by = _By(request, database, clock)
        return await by.take("candidates", format, (exam, "", ""))

    @get("/audit", guards=[require(Role.ADMIN)], **AS_TABLE)
    async def get_audit(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
        format: FromQuery[Format] = Format.CSV,  # noqa: A002  (the query's word)
    ) -> Stream:
        """The institution's log as a table. ``/audit/log`` is what anybody can verify."""
        by = _By(request, database, clock)
        return await by.take("audit", format, ("", "", ""))


# What of an institution each table holds: its columns, and how it is read.
TABLES: Mapping[str, tuple[tuple[str, ...], Read]] = {
    "sessions": (exports.SESSIONS, exports.sessions),
    "flags": (exports.FLAGS, exports.flags),
    "decisions": (exports.DECISIONS, exports.decisions),
    "candidates": (exports.CANDIDATES, exports.candidates),
    "audit": (exports.AUDIT, exports.audit_log),
}


@dataclass(frozen=True, slots=True)
class _By:
    """A request for a table."""

    request: AnyRequest
    database: Database
    clock: WallClock

    async def take(self, what: str, form: Format, typed: tuple[str, str, str]) -> Stream:
        """The table; that it is taken is in the log before its first row leaves."""
        staff, now, filters = current_account(self.request), self.clock(), filters_of(*typed)
        named = zip(("exam", "state", "evidence"), typed, strict=True)
        chosen = {name: value for name, value in named if value}
        asked = Asked(staff, filters, now)
        rows = await begin_export(self.database, asked, what, form, **chosen)
        headers = attachment(f"{what}.{form}")
        return Stream(rows, media_type=form.media_type, headers=headers)


async def begin_export(
    database: Database, asked: Asked, what: str, form: Format, **chosen: str
) -> AsyncIterator[bytes]:
    """A table's bytes, once it is in the log that it is taken; ``chosen`` is of what it is."""
    staff = asked.staff
    async with database.transaction() as db:
        subject, told = ("institution", staff.institution_id), {"what": what, **chosen}
        record(db, asked.now, staff, "export.take", subject, **told)
    columns, read = TABLES[what]
    return written(columns, read(database, asked), form)


def filters_of(exam: str, state: str, evidence: str) -> Filters:
    """What is chosen of a table's sessions, as it was typed.

    Raises:
        ClientException: there is no such thing to choose.
    """
    if exam and not ID_HEX.fullmatch(exam):
        raise ClientException("exam: this is no exam's id; it has 32 hex digits.")
    if state and state not in STATES:
        raise ClientException(f"state: one of {', '.join(STATES)}.")
    if evidence and evidence not in set(Shortfall):
        raise ClientException(f"evidence: one of {', '.join(Shortfall)}.")
    return Filters(exam=exam, state=state, evidence=Shortfall(evidence) if evidence else None)

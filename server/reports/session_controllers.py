"""One session as JSON, and the verdict on it, for programs of the institution's own."""

from __future__ import annotations

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import viewed
from server.clock import MICROS_PER_SECOND, WallClock
from server.downloads import attachment
from server.ingest.lookup import session_of
from server.network import AnyRequest
from server.problems import Rejection
from server.reports.course import CourseOut, course_of
from server.reports.evidence import EvidenceOut, evidence_of
from server.reports.observation import ObservabilityOut, WatchingOut, observation_of
from server.reports.verdicts import Crowded, Failed, Kept, Running, VerdictOut, Verdicts
from server.retention.gone import demand_records
from server.review.casefile import read_case
from server.storage.database import Database
from shared.wire import API_PREFIX, Problem, ProblemType

PRIVATE = {"Cache-Control": "private, no-store"}

# When to ask again while a verdict is being made; it takes some seconds.
ASK_AGAIN_S = 2


class SessionOut(msgspec.Struct, frozen=True):
    """A session: ``began`` is the candidate's clock in µs, ``seconds`` how long it is."""

    id: str
    state: str
    exam: str
    candidate: str
    reference: str
    created: int
    began: int | None
    seconds: float
    records: int
    head: str
    purged: int | None
    course: CourseOut | None
    evidence: EvidenceOut
    watching: WatchingOut
    observability: list[ObservabilityOut]


class Progress(msgspec.Struct, frozen=True):
    """A verdict is being made: ``done`` of ``total`` steps; ``total`` is 0 while it waits."""

    done: int
    total: int


class SessionsController(Controller):
    """``/api/v1/sessions/{id}``."""

    path = f"{API_PREFIX}/sessions/{{session_id:str}}"
    tags = ("review",)
    guards = (require(Role.OBSERVER),)

    @get("/")
    async def get_session(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Response[SessionOut]:
        """How a session stands, as evidence above all."""
        staff, now = current_account(request), clock()
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            case = await read_case(db, session, now)
            await viewed(db, now, staff, session, "page")
        return Response(
            SessionOut(
                id=session.id,
                state=session.state,
                exam=case.exam.id,
                candidate=case.candidate.name,
                reference=case.candidate.reference,
                created=session.created,
                began=session.origin_wall,
                seconds=case.duration / MICROS_PER_SECOND,
                records=session.size,
                head=session.head,
                purged=session.purged_at,
                course=course_of(case),
                evidence=evidence_of(case),
                **observation_of(case),
            ),
            headers=PRIVATE,
        )

    @get(
        "/verdict",
        responses={
            202: ResponseSpec(Progress, description="It is being made: ask again."),
            503: ResponseSpec(Problem, description="It could not be made."),
        },
    )
    async def get_verdict(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        verdicts: NamedDependency[Verdicts],
        clock: NamedDependency[WallClock],
    ) -> Response[VerdictOut] | Response[bytes]:
        """Every numbered check over what is held now; what ``invigil-verify --json`` says."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await demand_records(db, session_id)
            look = await verdicts.look(db, session)
            await viewed(db, clock(), staff, session, "verdict")
        match look:
            case Kept(data=data):
                headers = attachment(f"{session.id}.verdict.json", PRIVATE)
                return Response(data, media_type="application/json", headers=headers)
            case Running(done, total):
                headers = {**PRIVATE, "Retry-After": str(ASK_AGAIN_S)}
                body = msgspec.json.encode(Progress(done, total))
                kind = "application/json"
                return Response(body, status_code=202, media_type=kind, headers=headers)
            case Failed(why):
                said = f"The session could not be verified: {why}."
                return Rejection("about:blank", 503, said).response()
            case Crowded():
                return TOO_MANY.response()


TOO_MANY = Rejection(
    ProblemType.BUSY,
    503,
    "Many sessions wait to be verified. Ask again in a minute.",
    retry_after=60,
)

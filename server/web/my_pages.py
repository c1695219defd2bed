"""``/my/{token}``: a candidate's own page. The link is all it takes, so nothing tells one that
is wrong from one that is revoked, and who tries many is made to wait.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.throttle import Throttle
from server.audit import service as audit
from server.candidates.appeals import AppealError, appeal
from server.candidates.consent import keep_consent
from server.candidates.links import find_linked
from server.candidates.outcome_lines import outcome_in
from server.candidates.own_copy import OwnCopy
from server.candidates.reading import read_my_page
from server.candidates.requests import RequestError, RequestKind, receive
from server.candidates.words import Words, Wrong, language_of
from server.clock import WallClock
from server.config import Settings
from server.downloads import attachment
from server.enrolment.models import Candidate
from server.ingest.models import ExamSession
from server.network import AnyRequest, client_address
from server.retention.certificates import certificate_file
from server.storage.database import Database
from server.storage.keys import KeyStore
from server.web.forms import text_fields
from server.web.my_errors import HIDDEN, NothingShown, answer_nothing
from server.web.own_copy_file import own_copy_file
from shared.candidate_page import PREFIX, page_path
from shared.certificate_file import SUFFIX

# What a page says after a form was sent, by the address's ``said``.
SAID = ("appeal", "request", "withdrawn")


class MyPages(Controller):
    """The page and what is below it."""

    path = PREFIX + "{my_token:str}"
    include_in_schema = False
    exception_handlers = {NothingShown: answer_nothing}  # noqa: RUF012

    @get("/")
    async def get_my_page(
        self,
        request: AnyRequest,
        my_token: FromPath[str],
        database: NamedDependency[Database],
        my_throttle: NamedDependency[Throttle],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """What is kept of the candidate, and what they may ask."""
        address = client_address(request, proxied=settings.trusted_proxy)
        async with database.transaction() as db:
            session = await _session(db, my_token, my_throttle, address, clock())
            return await _page(db, request, session, my_token)

    @get("/copy")
    async def get_copy(
        self,
        request: AnyRequest,
        my_token: FromPath[str],
        database: NamedDependency[Database],
        my_throttle: NamedDependency[Throttle],
        own_copies: NamedDependency[OwnCopy],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Stream:
        """Everything about this exam, as a file. That it was taken is in the log."""
        address = client_address(request, proxied=settings.trusted_proxy)
        async with database.transaction() as db:
            session = await _session(db, my_token, my_throttle, address, clock())
            audit.accessed(db, clock(), audit.CANDIDATE, session, "copy")
        return await own_copy_file(settings, own_copies, session.id, HIDDEN)

    @get("/certificates")
    async def get_certificates(
        self,
        request: AnyRequest,
        my_token: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        my_throttle: NamedDependency[Throttle],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Response[bytes]:
        """What was destroyed, signed; ``invigil-verify`` checks it."""
        address = client_address(request, proxied=settings.trusted_proxy)
        async with database.transaction() as db:
            session = await _session(db, my_token, my_throttle, address, clock())
            data = await certificate_file(db, keys, session)
        if data is None:
            raise NothingShown
        headers = attachment(f"{session.id}{SUFFIX}", HIDDEN)
        return Response(data, media_type="application/json", headers=headers)

    @post("/appeal", status_code=303)
    async def post_appeal(
        self,
        request: AnyRequest,
        my_token: FromPath[str],
        database: NamedDependency[Database],
        my_throttle: NamedDependency[Throttle],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Send an appeal; or the form again as it was typed."""
        fields = await text_fields(request)
        address = client_address(request, proxied=settings.trusted_proxy)
        async with database.transaction() as db:
            session = await _session(db, my_token, my_throttle, address, clock())
            try:
                await appeal(db, clock(), session, fields.get("text", ""))
            except AppealError as error:
                return await _page(db, request, session, my_token, fields, error)
        return _said(my_token, "appeal")

    @post("/request", status_code=303)
    async def post_request(
        self,
        request: AnyRequest,
        my_token: FromPath[str],
        database: NamedDependency[Database],
        my_throttle: NamedDependency[Throttle],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Ask for all data or for deletion."""
        fields = await text_fields(request)
        address = client_address(request, proxied=settings.trusted_proxy)
        kind = fields.get("kind", "")
        async with database.transaction() as db:
            session = await _session(db, my_token, my_throttle, address, clock())
            if kind not in set(RequestKind):
                why = Wrong("request-kind")
                return await _page(db, request, session, my_token, fields, why)
            candidate = await db.get_one(Candidate, session.candidate_id)
            try:
                words = fields.get("text", "")
                await receive(db, clock(), audit.CANDIDATE, candidate, RequestKind(kind), words)
            except RequestError as error:
                return await _page(db, request, session, my_token, fields, error)
        return _said(my_token, "request")

    @post("/withdraw", status_code=303)
    async def post_withdraw(
        self,
        request: AnyRequest,
        my_token: FromPath[str],
        database: NamedDependency[Database],
        my_throttle: NamedDependency[Throttle],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Withdraw the consent, which asks for erasure as well."""
        address = client_address(request, proxied=settings.trusted_proxy)
        async with database.transaction() as db:
            session = await _session(db, my_token, my_throttle, address, clock())
            await _withdraw(db, clock(), session)
        return _said(my_token, "withdrawn")


async def _withdraw(db: AsyncSession, now: int, session: ExamSession) -> None:
    consent = await keep_consent(db, session)
    if consent is None or consent.withdrawn_at is not None:
        return
    consent.withdrawn_at = now
    audit.record(
        db,
        now,
        audit.CANDIDATE,
        "consent.withdraw",
        ("session", session.id),
        institution_id=session.institution_id,
    )
    candidate = await db.get_one(Candidate, session.candidate_id)
    try:
        await receive(
            db,
            now,
            audit.CANDIDATE,
            candidate,
            RequestKind.ERASURE,
            f"Consent withdrawn for session {session.id}.",
        )
    except RequestError:
        # Erasure is asked already: the register says what was withdrawn besides.
        return


async def _session(
    db: AsyncSession, token: str, throttle: Throttle, address: str, now: int
) -> ExamSession:
    """The session that a link opens; a right one always does, whatever others behind the same
    network address tried.

    Raises:
        NothingShown: it opens none, or there were too many of these.
    """
    session = await find_linked(db, token)
    if session is not None:
        return session
    wait = throttle.wait(address, now)
    if wait:
        raise NothingShown(wait)
    throttle.count(address, now)
    raise NothingShown


async def _page(
    db: AsyncSession,
    request: AnyRequest,
    session: ExamSession,
    token: str,
    fields: dict[str, str] | None = None,
    wrong: Wrong | ValueError | None = None,
) -> Template:
    words = Words(language_of(request.headers.get("Accept-Language", "")))
    said = request.query_params.get("said", "")
    context: dict[str, Any] = {
        "my": await read_my_page(db, session),
        "w": words,
        "outcome": partial(outcome_in, words),
        "path": page_path(token),
        "fields": fields or {},
        "wrong": "" if wrong is None else words.wrong(wrong),
        "said": said if said in SAID else "",
    }
    status = 200 if wrong is None else 422
    return Template("my.html", context=context, status_code=status, headers=HIDDEN)


def _said(token: str, what: str) -> Redirect:
    return Redirect(f"{page_path(token)}?said={what}", status_code=303, headers=HIDDEN)

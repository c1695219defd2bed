"""``/settings/data-protection``: the institution's settings, what goes when, consent, who
looked, and the templates of a privacy notice and an impact assessment.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Role
from server.accounts.staff import current_account, require
from server.audit.words import ACTIONS
from server.candidates.register import MOST, count_accesses, read_accesses, read_register
from server.clock import WallClock
from server.config import Settings
from server.downloads import attachment
from server.enrolment.models import Candidate
from server.network import AnyRequest
from server.reports.making import NotMade
from server.retention.documents import DOCUMENTS, DRAFT
from server.retention.facts import read_facts, store_in_words
from server.retention.kinds import WORDS
from server.retention.outlook import AHEAD_DAYS, read_outlook, read_waiting
from server.retention.settings import (
    KindDays,
    Protection,
    Texts,
    change_protection,
    read_protection,
)
from server.storage.database import Database
from server.web.document_files import MEDIA_TYPES, file_of
from server.web.forms import text_fields
from server.web.hold_pages import HOME
from server.web.log_pages import NOBODY
from server.web.rendering import page

TEXT_LABELS = {
    "controller": "Who is responsible, with postal address",
    "officer": "Data protection officer",
    "legal_basis": "Legal basis",
    "purposes": "Purposes (empty: as the exams' rules say)",
    "recipients": "Recipients",
    "transfers": "Transfers to other countries",
    "authority": "Supervisory authority",
}


class DataProtectionPages(Controller):
    """The overview, for examiners; the rest for administrators."""

    path = HOME
    guards = (require(Role.EXAMINER),)
    include_in_schema = False

    @get("/")
    async def get_overview(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """What there is to look at, what goes next, and the settings."""
        async with database.transaction() as db:
            return await _overview(db, request, settings, clock())

    @post("/", status_code=303, guards=[require(Role.ADMIN)])
    async def post_settings(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Change the settings; or the form again as it was typed."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            try:
                new = read_settings(fields)
            except msgspec.ValidationError as error:
                return await _overview(db, request, settings, clock(), str(error), fields)
            await change_protection(db, clock(), staff, new)
        return Redirect(f"{HOME}?done=saved", status_code=303)

    @get("/consent", guards=[require(Role.ADMIN)])
    async def get_consent(
        self, request: AnyRequest, database: NamedDependency[Database]
    ) -> Template:
        """The register of consent, newest first."""
        before = request.query_params.get("before", "")
        at = int(before) if before.isdecimal() and len(before) < 18 else None
        async with database.transaction() as db:
            shown = await read_register(db, current_account(request).institution_id, at)
        older = shown[-1].session.created if len(shown) == MOST else None
        return page(
            "data_protection_consent.html", {"tab": "consent", "shown": shown, "older": older}
        )

    @get("/access", guards=[require(Role.ADMIN)])
    async def get_access(
        self, request: AnyRequest, database: NamedDependency[Database]
    ) -> Template:
        """Who looked at a candidate's sessions."""
        own = current_account(request).institution_id
        reference = request.query_params.get("reference", "").strip()
        async with database.transaction() as db:
            query = select(Candidate).where(
                Candidate.institution_id == own, Candidate.reference == reference[:200]
            )
            candidate = (await db.execute(query)).scalar_one_or_none() if reference else None
            lines = [] if candidate is None else await read_accesses(db, own, candidate.id)
            every = 0 if candidate is None else await count_accesses(db, own, candidate.id)
            names = select(Account.id, Account.name).where(Account.institution_id == own)
            actors = {**NOBODY, **dict((await db.execute(names)).tuples().all())}
        context = {
            "tab": "access",
            "reference": reference,
            "candidate": candidate,
            "lines": lines,
            "every": every,
            "actors": actors,
            "actions": ACTIONS,
        }
        return page("data_protection_access.html", context)

    @get("/documents/{name:str}", guards=[require(Role.ADMIN)])
    async def get_document(
        self,
        request: AnyRequest,
        name: FromPath[str],
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Template | Response[bytes]:
        """A template, filled: a page; with ``.md``, ``.html`` or ``.pdf`` behind it a file."""
        stem, _, ending = name.partition(".")
        if stem not in DOCUMENTS or ending not in ("", *MEDIA_TYPES):
            raise NotFoundException("There is no such document.")
        own = current_account(request).institution_id
        async with database.transaction() as db:
            facts = await read_facts(db, own, await store_in_words(db, own, settings.blobs))
        document = DOCUMENTS[stem](facts)
        if not ending:
            context = {"tab": stem, "document": document, "draft": DRAFT}
            return page("data_protection_document.html", context)
        try:
            data = await file_of(document, ending)
        except NotMade as error:
            raise HTTPException(f"No PDF could be made: {error}", status_code=503) from error
        return Response(data, media_type=MEDIA_TYPES[ending], headers=attachment(name))


def read_settings(fields: dict[str, str]) -> Protection:
    """The settings that the form describes.

    Raises:
        msgspec.ValidationError: a number is none, or a text too long.
    """
    days = {
        kind.value: int(text)
        for kind in WORDS
        if (text := fields.get(f"days.{kind}", "").strip()).isdecimal() and len(text) < 6
    }
    wrong = [
        WORDS[kind]
        for kind in WORDS
        if fields.get(f"days.{kind}", "").strip() and kind.value not in days
    ]
    if wrong:
        raise msgspec.ValidationError(f"Days are a whole number: {', '.join(wrong)}.")
    appeal = fields.get("appeal_days", "").strip()
    said: dict[str, Any] = {
        "days": msgspec.convert(days, KindDays),
        "publish_decision": "publish_decision" in fields,
        "show_viewers": "show_viewers" in fields,
        "appeal_days": int(appeal) if appeal.isdecimal() and len(appeal) < 6 else 0,
        "texts": msgspec.convert(
            {name: fields.get(f"texts.{name}", "").strip() for name in TEXT_LABELS}, Texts
        ),
    }
    return msgspec.convert(said, Protection)


async def _overview(
    db: AsyncSession,
    request: AnyRequest,
    settings: Settings,
    now: int,
    wrong: str = "",
    fields: dict[str, str] | None = None,
) -> Template:
    own = current_account(request).institution_id
    protection = await read_protection(db, own)
    context = {
        "tab": "overview",
        "waiting": await read_waiting(db, own, now),
        "outlook": await read_outlook(db, own, now),
        "ahead": AHEAD_DAYS,
        "protection": protection,
        "fields": _fields(protection) if fields is None else fields,
        "store": await store_in_words(db, own, settings.blobs),
        "words": WORDS,
        "labels": TEXT_LABELS,
        "wrong": wrong,
        "done": "The settings are saved." if request.query_params.get("done") else "",
        "now": now,
    }
    return page("data_protection.html", context, status=422 if wrong else 200)


def _fields(protection: Protection) -> dict[str, str]:
    said = {f"days.{name}": str(days) for name, days in protection.days.said().items()}
    texts = msgspec.structs.asdict(protection.texts)
    ticked = {
        name: "on" for name in ("publish_decision", "show_viewers") if getattr(protection, name)
    }
    return {
        **said,
        **{f"texts.{name}": text for name, text in texts.items()},
        **ticked,
        "appeal_days": str(protection.appeal_days),
    }

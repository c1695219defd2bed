"""The page of an institution's letters: what became of them, their words, and its time zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution, Role
from server.accounts.staff import current_account, require
from server.audit import service as audit
from server.clock import WallClock
from server.config import Settings
from server.enrolment.codes import link
from server.exams.own_zone import NoSuchZone, change_zone
from server.exams.starting import zones
from server.mail.letters import MailError, State
from server.mail.outbox import Outbox
from server.mail.reading import read_mail
from server.mail.wording import (
    KINDS,
    NAMES,
    Words,
    all_words,
    checked_words,
    filled,
    keep_words,
)
from server.mail.wording import Kind as LetterKind
from server.network import AnyRequest
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.rendering import page

TOLD = {
    "again": "They are tried again now.",
    "once": "It is tried again now.",
    "none": "Nothing is left that could be sent again.",
    "words": "Saved: letters are written so from now on.",
    "zone": "Saved: new exams are planned in this time zone.",
}

# What a letter says in the example beside its words, besides whose it is.
EXAMPLE = {
    "name": "Ada Example",
    "reference": "s-1912",
    "exam": "Algebra I",
    "opens": "1 Dec 2026, 09:00 Europe/Vienna (08:00 UTC)",
    "begins": "when you are ready",
    "closes": "1 Dec 2026, 12:00 Europe/Vienna (11:00 UTC)",
    "duration": "90 minutes",
    "code": "7KQ2-9F4T-WXYZ",
    "check": "You have not tried your computer yet: …",
}

# A key's fingerprint, as a link has it.
EXAMPLE_KEY = "9f86d081884c7d65" * 4


class LetterPages(Controller):
    """``/letters`` and what is below it."""

    path = "/letters"
    guards = (require(Role.EXAMINER),)
    include_in_schema = False

    @get("/")
    async def get_letters(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Template:
        """What became of letters, and the words of each kind."""
        named = request.query_params.get("state", "")
        state = State(named) if named in set(State) else None
        own = current_account(request).institution_id
        async with database.transaction() as db:
            institution = await db.get_one(Institution, own)
            context = {
                "mail": await read_mail(db, own, state),
                "words": await all_words(db, own),
                "zone": institution.zone,
            }
        told = TOLD.get(request.query_params.get("told", ""), "")
        return page(
            "letters.html", {**context, **_fixed(settings), "state": state, "told": told}
        )

    @post("/again", status_code=303)
    async def post_again(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        outbox: NamedDependency[Outbox],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Let letters that could not be sent be tried again: one (``letter``), or all."""
        staff, fields = current_account(request), await text_fields(request)
        named = fields.get("letter", "")
        async with database.transaction() as db:
            count = await outbox.send_again(
                db, staff.institution_id, [named] if named else None
            )
            if count:
                subject = ("institution", staff.institution_id)
                audit.record(db, clock(), staff, "mail.again", subject, letters=count)
        told = {0: "none", 1: "once"}.get(count, "again")
        return Redirect(f"/letters?told={told}", status_code=303)

    @post("/zone", status_code=303)
    async def post_zone(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Say new exams' times in another time zone."""
        staff, fields = current_account(request), await text_fields(request)
        name = fields.get("zone", "")
        async with database.transaction() as db:
            try:
                await change_zone(db, clock(), staff, name)
                return Redirect("/letters?told=zone", status_code=303)
            except NoSuchZone as error:
                wrong = str(error)
            context = {
                "mail": await read_mail(db, staff.institution_id),
                "words": await all_words(db, staff.institution_id),
                "zone": name,
            }
        more = {**_fixed(settings), "state": None, "told": "", "wrong": wrong}
        return page("letters.html", {**context, **more}, status=422)

    @get("/words/{kind:str}")
    async def get_words(
        self,
        request: AnyRequest,
        kind: FromPath[str],
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Template:
        """The words of a kind of letter, to be changed."""
        found = _kind(kind)
        own = current_account(request).institution_id
        async with database.transaction() as db:
            words = (await all_words(db, own))[found.name]
            example = await _example(db, own, settings)
        return _words_page(found, words, example)

    @post("/words/{kind:str}", status_code=303)
    async def post_words(
        self,
        request: AnyRequest,
        kind: FromPath[str],
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Write letters of a kind otherwise, or as the program does (``reset``)."""
        staff, fields, found = current_account(request), await text_fields(request), _kind(kind)
        subject, text = fields.get("subject", ""), fields.get("text", "")
        try:
            words = None if "reset" in fields else checked_words(found, subject, text)
        except MailError as error:
            own = staff.institution_id
            async with database.transaction() as db:
                kept = (await all_words(db, own))[found.name]
                example = await _example(db, own, settings)
            typed = Words(subject, text, own=kept.own)
            return _words_page(found, typed, example, wrong=str(error))
        async with database.transaction() as db:
            await keep_words(db, clock(), staff, found, words)
        return Redirect("/letters?told=words", status_code=303)


def _kind(name: str) -> LetterKind:
    if name not in KINDS:
        raise NotFoundException("There is no such kind of letter.")
    return KINDS[name]


def _fixed(settings: Settings) -> dict[str, Any]:
    scheme = settings.mail_url.partition(":")[0]
    carried = {
        "": "They are files in the data folder, and go nowhere: set INVIGIL_MAIL_URL.",
        "file": "They are written as files into a folder, and go nowhere by themselves.",
        "console": "They are printed on the server's console, and go nowhere.",
    }
    return {
        "kinds": KINDS,
        "states": list(State),
        "zones": sorted(zones()),
        "carried": carried.get(scheme, ""),
        "wrong": "",
    }


async def _example(
    db: AsyncSession, institution_id: str, settings: Settings
) -> Mapping[str, str]:
    institution = await db.get_one(Institution, institution_id)
    return {
        **EXAMPLE,
        "server": settings.url,
        "link": link(settings.url, EXAMPLE["code"], EXAMPLE_KEY),
        "institution": institution.name,
        "contact": institution.contact,
    }


def _words_page(
    kind: LetterKind, words: Words, example: Mapping[str, str], wrong: str = ""
) -> Template:
    context = {
        "kind": kind,
        "subject": words.subject,
        "text": words.text,
        "own": words.own,
        "wrong": wrong,
        "names": {name: told for name, told in NAMES.items() if name in kind.names},
        "example": filled(words, example),
    }
    return page("letter_words.html", context, status=422 if wrong else 200)

"""The page of an exam's rules: read by all staff, signed anew by admins."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import Staff, current_account, require
from server.clock import WallClock
from server.exams.changes import changes, plainly
from server.exams.controllers import exam_of
from server.exams.machine import GIVEN_BACK
from server.exams.measures import said
from server.exams.models import Exam
from server.exams.service import ExamError, lock_exam
from server.exams.signing import NotWithLateEntry, NoVersion, restore_version, sign_terms
from server.exams.starting import zones
from server.exams.terms import Terms, terms_of
from server.exams.versions import Version, count_versions, read_versions
from server.exams.watching import objects_said, programs_said
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.keys import KeyStore
from server.web.forms import refusal, text_fields
from server.web.judging_form import AT_LIMIT
from server.web.kept_form import KEPT
from server.web.policy_form import (
    Fields,
    Mistakes,
    fields_of,
    read_terms,
    reset_fields,
)
from server.web.policy_trial import TRY, tried, untried
from server.web.policy_view import groups
from server.web.rendering import page
from server.web.schedule_form import start_said
from server.web.surroundings_form import SWITCHES, part_views
from shared.flags import Severity

UNCHANGED = "Nothing was changed, so nothing was signed."
# A version's number as a form names it.
NUMBER = re.compile(r"[0-9]{1,9}")

SIGNED = "Signed. Whoever begins from now on is held to this version."


class PolicyPages(Controller):
    """``/exams/{exam}/policy``."""

    path = "/exams/{exam_id:str}/policy"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/")
    async def get_policy(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> Template:
        """The rules as they are, and every version that they had."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            context = await _context(db, exam)
        told = {"signed": SIGNED, "same": UNCHANGED}.get(request.query_params.get("told", ""))
        return page("policy.html", {**context, "told": told})

    @post("/", guards=[require(Role.EXAMINER)], status_code=303)
    async def post_policy(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Sign a new version; or the form again as it was typed, with what is in the way."""
        staff, fields = current_account(request), await text_fields(request)
        if TRY in fields:
            return await _previewed(database, staff, exam_id, fields)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            await lock_exam(db, exam)
            context = await _context(db, exam, fields)
            current: Version = context["current"]
            if "reset" in fields:
                return _reset(context, fields)
            window = (exam.starts, exam.ends)
            terms = read_terms(fields, terms_of(current.policy), window)
            if isinstance(terms, Mistakes):
                return _again(context, terms.fields, terms.words)
            if fields.get("version") != str(current.version):
                return await _overtaken(db, exam, context, fields.get("version", ""))
            in_force = terms_of(current.policy)
            if terms == in_force:
                return Redirect(f"/exams/{exam_id}/policy?told=same", status_code=303)
            try:
                await sign_terms(db, keys, exam, terms, clock(), by=staff)
            except NotWithLateEntry as error:
                at = "minutes" if terms.starts_us == in_force.starts_us else "starts_at"
                return _again(context, fields, {at: f"{error}"})
            except ExamError as error:
                return _again(context, fields, {"prohibited": refusal(error)})
        return Redirect(f"/exams/{exam_id}/policy?told=signed#versions", status_code=303)

    @get("/compare")
    async def get_compared(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> Template:
        """Two versions side by side: what the later one (``to``) says otherwise."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            versions = await read_versions(db, exam.id, limit=None)
        later = _named(versions, request.query_params.get("to", "")) or versions[0]
        earlier = _named(versions, request.query_params.get("from", "")) or versions[-1]
        if earlier.version > later.version:
            earlier, later = later, earlier
        context = {
            "exam": exam,
            "versions": versions,
            "earlier": earlier,
            "later": later,
            "changes": changes(earlier.policy, later.policy),
        }
        return page("policy_compare.html", context)

    @post("/restore", guards=[require(Role.EXAMINER)], status_code=303)
    async def post_restored(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Sign an older version's rules again, as a new version."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            number = fields.get("version", "")
            try:
                wanted = int(number) if NUMBER.fullmatch(number) else 0
                made = await restore_version(db, keys, exam, wanted, clock(), by=staff)
            except NoVersion:
                raise NotFoundException("This exam has no such version.") from None
            except ExamError as error:
                context = await _context(db, exam)
                return _again(context, context["fields"], {"versions": refusal(error)})
        if made is None:
            return Redirect(f"/exams/{exam_id}/policy?told=same", status_code=303)
        return Redirect(f"/exams/{exam_id}/policy?told=signed#versions", status_code=303)


def _named(versions: Sequence[Version], number: str) -> Version | None:
    return next((one for one in versions if str(one.version) == number), None)


def form_context(
    fields: Fields, wrong: Mapping[str, str], terms: Terms, *, open_rules: bool
) -> dict[str, Any]:
    """What ``policy_fields.html`` needs, for a form about these terms."""
    return {
        "fields": fields,
        "kept": KEPT,
        "wrong": wrong,
        "groups": groups(terms.rules, fields, wrong),
        "judged_kinds": list(terms.rules),
        "at_limit": AT_LIMIT,
        "severities": list(Severity),
        "called": {kind.value: kind.label for kind in terms.rules},
        "objects_said": objects_said(terms),
        "programs_said": programs_said(terms),
        "machine": part_views(fields, wrong),
        "given_back": GIVEN_BACK,
        "switches": SWITCHES,
        "zones": sorted(zones()),
        "start_said": start_said(fields),
        "open_rules": open_rules,
        "told": "",
        "planned": False,
    }


async def _previewed(
    database: Database, staff: Staff, exam_id: str, fields: Fields
) -> Template:
    """The form as it was typed, with what it would have flagged on past sessions."""
    async with database.transaction() as db:
        exam = await exam_of(db, staff, exam_id)
        context = await _context(db, exam, fields)
    current: Version = context["current"]
    terms = read_terms(fields, terms_of(current.policy), (exam.starts, exam.ends))
    if isinstance(terms, Mistakes):
        return _again(context, terms.fields, terms.words)
    shown = await tried(database, staff.institution_id, terms, fields)
    return page("policy.html", {**context, **shown})


def _reset(context: dict[str, Any], fields: Fields) -> Template:
    filled = reset_fields(fields, fields["reset"])
    told = "Filled in again below. Nothing is signed yet."
    shown = form_context(filled, {}, context["terms"], open_rules=True)
    return page("policy.html", {**context, **shown, "told": told})


def _again(context: dict[str, Any], fields: Fields, wrong: Mapping[str, str]) -> Template:
    shown = form_context(fields, wrong, context["terms"], open_rules=True)
    return page("policy.html", {**context, **shown}, status=422)


async def _overtaken(
    db: AsyncSession, exam: Exam, context: dict[str, Any], opened: str
) -> Template:
    """The form as it was typed, with all that was signed since the version it was opened at."""
    current: Version = context["current"]
    before = _named(await read_versions(db, exam.id, limit=None), opened)
    since = current.changes if before is None else changes(before.policy, current.policy)
    shown = {"overtaken": True, "since": since, "opened": current.version}
    return page("policy.html", {**context, **shown}, status=409)


async def _context(
    db: AsyncSession, exam: Exam, fields: Fields | None = None
) -> dict[str, Any]:
    versions = await read_versions(db, exam.id)
    current = versions[0]
    terms = terms_of(current.policy)
    return {
        **form_context(fields or fields_of(terms), {}, terms, open_rules=True),
        "exam": exam,
        "current": current,
        "policy": current.policy,
        "terms": terms,
        "said": said,
        "rest": plainly(current.policy),
        "versions": versions,
        "count": await count_versions(db, exam.id),
        **await untried(db, exam.institution_id, (fields or {}).get("basis", exam.id)),
        "overtaken": False,
        # Shown again it is as old as it was: what came meanwhile is still to be told.
        "opened": (fields or {}).get("version", current.version),
    }

"""The page of an exam's candidates: looked for, and codes given out, sent and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution, Role
from server.accounts.staff import Staff, current_account, require
from server.audit import service as audit
from server.clock import WallClock
from server.config import Settings
from server.downloads import attachment
from server.enrolment.accommodating import NotGiven, enrol_all
from server.enrolment.codes import link
from server.enrolment.issuing import Chosen, Issued, Issuing, Sent
from server.enrolment.places import MAX_TEXT, Standing, Wanted, chosen_places, read_places
from server.enrolment.reminding import Reminders
from server.enrolment.service import NotEnrolled, Place
from server.exams.accommodations import profiles_of
from server.exams.controllers import exam_of
from server.exams.models import Exam
from server.exams.schedule import state_of
from server.exams.service import ExamError
from server.exams.starting import said
from server.network import AnyRequest
from server.spreadsheets import MEDIA_TYPE, csv_of
from server.storage.database import Database
from server.storage.keys import KeyStore
from server.web.exam_form import read_candidates
from server.web.exam_pages import exam_context
from server.web.forms import refusal, text_fields
from server.web.rendering import PRIVATE, page
from shared.signed import fingerprint

# The highest page asked for.
MAX_PAGE_DIGITS = 6

HEADER = ("name", "reference", "email", "code", "link")

TEMPLATE = (
    ("name", "reference", "email", "accommodation"),
    [["Ada Example", "s-1912", "ada@example.edu", ""]],
)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to hand out; it is shown this once."""

    name: str
    reference: str
    code: str
    link: str


class CandidatePages(Controller):
    """``/exams/{exam}/candidates``."""

    path = "/exams/{exam_id:str}/candidates"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/")
    async def get_candidates(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """A page of the exam's candidates."""
        wanted = wanted_of(request.query_params)
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            return page("candidates.html", await _context(db, exam, wanted, clock()))

    @post("/", guards=[require(Role.EXAMINER)], status_code=200)
    async def post_candidates(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        server_secret: NamedDependency[bytes],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Enrol candidates; their codes are in the answer, and nowhere else ever."""
        staff, now, fields = current_account(request), clock(), await text_fields(request)
        drafts = read_candidates(fields.get("candidates", ""))
        codes: list[NewCode] = []
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            if not isinstance(drafts, str):
                try:
                    places = await enrol_all(
                        db, server_secret, exam, drafts, expires=exam.ends, now=now
                    )
                except (NotGiven, NotEnrolled) as error:
                    places, drafts = [], str(error)
                key = await _public_key(db, keys, staff)
                codes = [_shown(place, settings.url, key) for place in places]
            if codes:
                subject = ("exam", exam.id)
                audit.record(db, now, staff, "exam.enrol", subject, candidates=len(codes))
            context = await exam_context(db, exam, now)
        mistake = drafts if isinstance(drafts, str) else ""
        typed = fields.get("candidates", "") if mistake else ""
        part = "HX-Request" in request.headers
        return page(
            "exam_candidates.html" if part else "exam.html",
            {**context, "codes": codes, "mistake": mistake, "typed": typed, "part": part},
            status=422 if mistake else 200,
        )

    @get("/template.csv", guards=[require(Role.EXAMINER)])
    async def get_template(
        self, request: AnyRequest, exam_id: FromPath[str], database: NamedDependency[Database]
    ) -> Response[bytes]:
        """A list to be filled in."""
        async with database.transaction() as db:
            await exam_of(db, current_account(request), exam_id)
        return _sheet("candidates.csv", csv_of(*TEMPLATE))

    @post("/bulk", guards=[require(Role.EXAMINER)], status_code=200)
    async def post_bulk(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        issuing: NamedDependency[Issuing],
        reminders: NamedDependency[Reminders],
        clock: NamedDependency[WallClock],
    ) -> Template | Response[bytes]:
        """Do something with those that are ticked, or with all that are looked for."""
        staff, now, form = current_account(request), clock(), await request.form()
        does = str(form.get("do", ""))
        wanted = wanted_of({key: str(form.get(key, "")) for key in ("q", "standing", "page")})
        everyone = form.get("all") == "yes"
        ticked = [name for name in form.getall("place", []) if isinstance(name, str)]
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            chosen = await chosen_places(db, exam.id, wanted if everyone else ticked, now)
            issued: list[Issued] = []
            if not chosen:
                told, status = "Tick somebody first, or choose all that are found.", 422
            elif does in ("show", "sheet"):
                issued = await issuing.issue(db, staff, exam, chosen)
                told, status = _left_of(len(chosen) - len(issued)), 200
            elif does == "remind":
                told, status = await _reminded(reminders, db, staff, exam, chosen)
            elif does in _DO:
                told, status = await _done(does, issuing, db, staff, exam, chosen), 200
            else:
                told, status = "Choose what to do from the list.", 422
            context = await _context(db, exam, wanted, now)
        if issued and does == "sheet":
            return _sheet(f"codes-{exam.id}.csv", csv_of(HEADER, _rows(issued)))
        if issued:
            return page("candidate_codes.html", {**context, "issued": issued, "told": told})
        more: dict[str, Any] = {"told": told, "bad": status != 200}
        if more["bad"]:
            more |= {"ticked": ticked, "everyone": everyone, "does": does}
        return page("candidates.html", {**context, **more}, status=status)


_DO = frozenset({"send", "revoke", "withdraw", "restore"})


async def _done(
    does: str, issuing: Issuing, db: AsyncSession, staff: Any, exam: Exam, chosen: Any
) -> str:
    """Do it, and say what was done."""
    match does:
        case "send":
            return _sent(await issuing.send(db, staff, exam, chosen))
        case "revoke":
            count = await issuing.revoke(db, staff, exam, chosen)
            return f"{_people(count)} lost their code: it opens nothing any more."
        case "withdraw":
            count = await issuing.withdraw(db, staff, exam, chosen)
            return f"{_people(count)} withdrawn. {_left_of(len(chosen) - count)}".strip()
        case _:
            count = await issuing.restore(db, staff, exam, chosen)
            left = len(chosen) - count
            why = "they were not withdrawn, or have a newer place in this exam"
            more = f" {_people(left)} left as they are: {why}." if left else ""
            return f"{_people(count)} back in, without a code so far.{more}"


def _sent(sent: Sent) -> str:
    parts = [f"{_people(sent.queued)} will get a letter with a new code."]
    return " ".join([*parts, *_without(sent), _left_of(sent.left)]).strip()


async def _reminded(
    reminders: Reminders, db: AsyncSession, staff: Staff, exam: Exam, chosen: Chosen
) -> tuple[str, int]:
    """Remind them, and say what became of that; with the page's status."""
    try:
        sent = await reminders.remind_now(db, staff, exam, chosen)
    except ExamError as error:
        return refusal(error), 422
    parts = [f"{_people(sent.queued)} will be reminded by letter.", *_without(sent)]
    if sent.left:
        why = "they have no code, have begun, or were reminded within the last hour"
        parts.append(f"{_people(sent.left)} left as they are: {why}.")
    return " ".join(parts), 200


def _without(sent: Sent) -> list[str]:
    if not sent.no_address:
        return []
    return [f"{_people(sent.no_address)} without an e-mail address were left out."]


def _left_of(count: int) -> str:
    if not count:
        return ""
    return f"{_people(count)} left as they are: they have begun, are withdrawn, or it is over."


def _people(count: int) -> str:
    return "1 candidate" if count == 1 else f"{count:,} candidates"


def _rows(issued: Sequence[Issued]) -> list[list[str]]:
    return [[one.name, one.reference, one.email, one.code, one.link] for one in issued]


def _sheet(name: str, data: bytes) -> Response[bytes]:
    return Response(data, media_type=MEDIA_TYPE, headers=attachment(name, PRIVATE))


def wanted_of(query: Any) -> Wanted:
    """What an address or a form asks for."""
    text, number = str(query.get("q", "")).strip()[:MAX_TEXT], str(query.get("page", ""))
    named = str(query.get("standing", ""))
    good = number.isdecimal() and number.isascii() and len(number) <= MAX_PAGE_DIGITS
    return Wanted(
        text=text if text.isprintable() else "",
        standing=Standing(named) if named in set(Standing) else None,
        page=int(number) if good else 0,
    )


async def _public_key(db: AsyncSession, keys: KeyStore, staff: Staff) -> str:
    """The fingerprint that links name, so that a recorder trusts no other server."""
    institution = await db.get_one(Institution, staff.institution_id)
    return fingerprint(keys.of(institution.key_ref).public)


def _shown(place: Place, url: str, key: str) -> NewCode:
    return NewCode(
        name=place.candidate.name,
        reference=place.candidate.reference,
        code=place.code,
        link=link(url, place.code, key),
    )


async def _context(db: AsyncSession, exam: Exam, wanted: Wanted, now: int) -> dict[str, Any]:
    profiles = await profiles_of(db, exam.institution_id)
    return {
        "exam": exam,
        "state": state_of(exam, now),
        "places": await read_places(db, exam.id, wanted, now),
        "profiles": {one.id: one.name for one in profiles},
        "standings": list(Standing),
        "closes": said(exam.ends, exam.zone),
        "told": "",
        "bad": False,
        "ticked": (),
        "everyone": False,
        "does": "",
    }

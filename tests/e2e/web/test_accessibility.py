"""Every page, looked at by axe (light, dark, and as wide as a phone) and walked by keyboard.

A page that staff or candidates open has a line in ``PAGES``; what has none says in
``ELSEWHERE`` why, and a new page that is in neither fails here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from litestar.routes import HTTPRoute
from playwright.sync_api import Page
from support.axe import WIDE, hindrances, told, violations
from support.browser import chromium, sign_in, visiting
from support.campus import PASSWORD, connected
from support.stage import Stage
from support.tab_walk import walk
from support.two_houses import House, invite, make_profile, make_upload, make_webhook

from shared.candidate_page import page_path, page_token


@dataclass(frozen=True)
class Look:
    """A page to look at.

    ``path`` may name ``{exam}``, other ids by their parameters' names (``beside``), and the
    sessions of ``conftest`` (``{sat}``: ``/sessions/…``);
    ``role`` is who looks (``""``: nobody who is signed in); ``keys`` are pressed first;
    ``ready`` is what must be there before.
    """

    path: str
    role: str = "admin"
    keys: tuple[str, ...] = ()
    ready: str = "main"

    @property
    def walked(self) -> bool:
        """Whether it is walked by keyboard: each page once, and a dialog over one."""
        return self.keys in ((), ("?",))

    def __str__(self) -> str:
        return " ".join([self.role or "nobody", self.path, *self.keys])


REVIEW = "#review[data-ready]"

PAGES = [
    Look("/login", role=""),
    Look("/nowhere", role=""),
    Look("/live", ready="#board-root[data-news]"),
    Look("/live", role="observer", keys=("?",), ready="#board-root[data-news]"),
    Look("/live", role="proctor", keys=("j", "Enter"), ready="#board-root[data-news]"),
    Look("/live/{running}", role="proctor", ready="#watch"),
    Look("/live/{running}", role="observer", ready="#watch"),
    Look("/live/phrases"),
    Look("/sessions"),
    Look("/sessions?undecided=yes&evidence=forked"),
    Look("/for-you"),
    Look("{sat}", ready=REVIEW),
    Look("{pictured}", keys=("j",), ready=REVIEW),
    Look("{pictured}", keys=("?",), ready=REVIEW),
    Look("{pictured}", keys=("p",), ready=REVIEW),
    Look("{many}", keys=("j",), ready=REVIEW),
    Look("{pictured}", role="observer", keys=("j",), ready=REVIEW),
    Look("{sitting}", ready=REVIEW),
    Look("{sat}/verdict"),
    Look("/exams"),
    Look("/exams/new"),
    Look("/exams/{exam}"),
    Look("/exams/{exam}/policy"),
    Look("/exams/{exam}/policy/compare"),
    Look("/exams/{exam}/schedule", role="examiner"),
    Look("/exams/{exam}/candidates", role="examiner"),
    Look("/exams/{exam}/import", role="examiner"),
    Look("/exams/{exam}/import/{import_id}", role="examiner"),
    Look("/letters", role="examiner"),
    Look("/letters/words/invitation", role="examiner"),
    Look("/accommodations"),
    Look("/accommodations/{profile_id}"),
    Look("/imports"),
    Look("/audit"),
    Look("{sat}/report"),
    Look("/exams/{exam}/report"),
    Look("/settings/people"),
    Look("/settings/account"),
    Look("/settings/sign-in"),
    Look("/settings/tokens"),
    Look("/settings/builds"),
    Look("/settings/webhooks"),
    Look("/settings/webhooks/{webhook_id}"),
    Look("/settings/calendar"),
    Look("/exports"),
    Look("/settings/data-protection"),
    Look("/settings/data-protection/holds", role="examiner"),
    Look("/settings/data-protection/appeals", role="examiner"),
    Look("/settings/data-protection/requests"),
    Look("/settings/data-protection/region"),
    Look("/settings/data-protection/consent"),
    Look("/settings/data-protection/access?reference=x"),
    Look("/settings/data-protection/documents/impact-assessment"),
    Look("/settings/data-protection{sat}"),
    Look("{my}", role=""),
    Look("/join/{secret}", role=""),
]

# Pages of the server that are not in the list, and where they are looked at instead.
_PART = "a part of a page, which is looked at with it"
_JOB = "stands in the middle of a job: test_jobs looks at it there"
_FILE = "a file; where it is refused, the page of requests, which is looked at, says why"
ELSEWHERE = {
    "/login/second": _JOB,
    "/settings/account/totp": _JOB,
    "/exams/{exam_id}/import/{import_id}/progress": _JOB,
    "/settings/data-protection/requests/{request_id}/copy": _FILE,
    "/settings/data-protection/requests/{request_id}/copy/{session_id}": _FILE,
    "/live/tiles": _PART,
    "/sessions/{session_id}/conclusion": _PART,
    "/sessions/{session_id}/flags/{flag_id}/beside": _PART,
    "/sessions/{session_id}/live": _PART,
    "/sessions/{session_id}/rows": _PART,
    "/sessions/{session_id}/{part}": _PART,
}


# Has the board's form for several send a message by itself, as it does without scripts.
SENDS = """
(ids) => {
  const form = document.getElementById("together");
  const add = (name, value) => {
    const field = document.createElement("input");
    form.append(Object.assign(field, { type: "hidden", name, value }));
  };
  for (const one of [...form.elements]) if (one.name !== "_csrf") one.disabled = true;
  for (const id of ids) add("session", id);
  add("action", "message");
  add("text", "Ten minutes are left.");
  form.submit();
}
"""


@pytest.fixture(scope="module")
def looking(shown: Stage) -> Iterator[dict[str, Page]]:
    """A page for each role: one browser, each signed in once."""
    with chromium() as browser, ExitStack() as stack:
        pages: dict[str, Page] = {}
        for role in sorted({look.role for look in PAGES}):
            looks = {"viewport": WIDE, "reduced_motion": "reduce"}
            visit = visiting(browser, shown.url, provoked=("of 404",), **looks)
            pages[role] = stack.enter_context(visit)
            if role:
                sign_in(pages[role], getattr(shown.campus, role), PASSWORD)
        yield pages


@pytest.fixture(scope="module")
def beside(shown: Stage) -> dict[str, str]:
    """What some pages are of, by their parameters' names; and the sessions' addresses."""

    async def make() -> dict[str, str]:
        campus, pupil = shown.campus, shown.sessions["sat"].pupil
        house = House(campus, "stage", campus.institution, campus.exam, pupil)
        async with connected(campus.settings) as database, database.transaction() as db:
            made: dict[str, str] = {"secret": invite(db, house)[1]}
            for maker in (make_profile, make_webhook, make_upload):
                made |= await maker(house, db)
        return made

    sessions = {name: shown.session(name) for name in shown.sessions}
    my = page_path(page_token(shown.sessions["sat"].pupil.token))
    # The browser's own loop runs in this thread.
    with ThreadPoolExecutor(1) as other:
        made = other.submit(asyncio.run, make()).result()
    running = shown.sessions["sitting"].pupil.session
    return {**made, **sessions, "exam": shown.campus.exam.id, "my": my, "running": running}


def open_page(look: Look, page: Page, beside: dict[str, str]) -> None:
    page.goto(look.path.format(**beside))
    page.wait_for_selector(look.ready)
    for key in look.keys:
        page.keyboard.press(key)


@pytest.mark.parametrize("look", PAGES, ids=str)
def test_no_page_hinders_anybody(
    look: Look, looking: dict[str, Page], beside: dict[str, str]
) -> None:
    page = looking[look.role]
    page.goto(look.path.format(**beside))
    page.wait_for_selector(look.ready)
    for key in look.keys:
        page.keyboard.press(key)
    found = hindrances(page)
    walked = walk(page) if look.walked else None
    # A page that plays or listens would go on with it beside all the others.
    page.goto("about:blank")
    assert not found, told(found)
    if walked is not None:
        assert not walked.hinders, "\n".join(walked.hinders)
        assert walked.stops > 0


def test_what_is_answered_where_no_script_sends_it_hinders_nobody(
    looking: dict[str, Page], beside: dict[str, str]
) -> None:
    """One of those is through and one is over, so that both are on the page."""
    page = looking["proctor"]
    page.goto("/live")
    page.wait_for_selector("#board-root[data-news]")
    page.evaluate(SENDS, [beside["running"], beside["sat"].rpartition("/")[2]])
    page.wait_for_selector("h1:has-text('Sent to several sessions')")
    assert page.locator(".notice").count() == 2
    page.locator("summary", has_text="Session by session").click()
    found, walked = hindrances(page), walk(page)
    # And where it stands from then on.
    page.goto(f"/live/{beside['running']}")
    page.wait_for_selector("#watch [role=log]")
    found += hindrances(page)
    page.goto("about:blank")
    assert not found, told(found)
    assert not walked.hinders, "\n".join(walked.hinders)


def test_every_page_of_the_server_is_looked_at(shown: Stage, beside: dict[str, str]) -> None:
    there = {
        route.path_format
        for route in shown.campus.app.routes
        if isinstance(route, HTTPRoute)
        for one in route.route_handlers
        if "GET" in one.http_methods and "Template" in str(one.fn.__annotations__["return"])
    }
    assert len(there) > 40
    looked = {route_of(look.path.format(**beside), there) for look in PAGES}
    missing = sorted(there - looked - ELSEWHERE.keys())
    assert not missing, f"pages without a line in PAGES: {missing}"
    stale = sorted((ELSEWHERE.keys() - there) | (ELSEWHERE.keys() & looked))
    assert not stale, f"in ELSEWHERE, and no page or looked at: {stale}"


def route_of(address: str, paths: set[str]) -> str:
    """The route that answers at an address: of those that fit, that which names most of it."""
    path = address.partition("?")[0]
    fit = [one for one in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    return min(fit, key=lambda one: one.count("{"), default="")


def test_what_hinders_is_found(looking: dict[str, Page]) -> None:
    page = looking[""]
    page.goto("/login")
    page.evaluate("document.querySelector('label[for=email]').remove()")
    assert [one["rule"] for one in violations(page)] == ["label"]


def test_what_hinders_a_walk_is_found(looking: dict[str, Page]) -> None:
    page = looking[""]
    page.goto("/login")
    page.evaluate(
        """() => document.getElementById("email").style.cssText =
          "outline: none !important; border: 1px solid !important; background: white !important"
        """
    )
    walked = walk(page)
    assert (len(walked.unseen), "email" in walked.unseen[0]) == (1, True)
    assert (walked.unreached, walked.trap) == ([], "")
    page.goto("/login")
    page.evaluate(
        """() => document.getElementById("password").addEventListener("keydown", (event) => {
          if (event.key === "Tab") event.preventDefault();
        })"""
    )
    walked = walk(page)
    assert "password" in walked.trap
    assert any("Sign in" in one for one in walked.unreached)
    assert len(walked.hinders) > 1

"""Every page, looked at by axe: light, dark, and as wide as a phone.

A page that staff or candidates open has a line in ``PAGES``; one that only stands for a moment,
in the middle of a job, is looked at in ``test_jobs``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page
from support.axe import WIDE, hindrances, told, violations
from support.browser import chromium, sign_in, visiting
from support.campus import PASSWORD
from support.stage import Stage

from shared.candidate_page import page_path, page_token


@dataclass(frozen=True)
class Look:
    """A page to look at.

    ``path`` may name ``{exam}`` and the sessions of ``conftest`` (``{sat}``: ``/sessions/…``);
    ``role`` is who looks (``""``: nobody who is signed in); ``keys`` are pressed first;
    ``ready`` is what must be there before.
    """

    path: str
    role: str = "admin"
    keys: tuple[str, ...] = ()
    ready: str = "main"

    def __str__(self) -> str:
        return " ".join([self.role or "nobody", self.path, *self.keys])


REVIEW = "#review[data-ready]"

PAGES = [
    Look("/login", role=""),
    Look("/nowhere", role=""),
    Look("/live", ready="#board-root[data-news]"),
    Look("/live", role="observer", keys=("?",), ready="#board-root[data-news]"),
    Look("/live", role="proctor", keys=("j", "Enter"), ready="#board-root[data-news]"),
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
    Look("/letters", role="examiner"),
    Look("/letters/words/invitation", role="examiner"),
    Look("/accommodations"),
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
]


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


@pytest.mark.parametrize("look", PAGES, ids=str)
def test_no_page_hinders_anybody(look: Look, shown: Stage, looking: dict[str, Page]) -> None:
    page = looking[look.role]
    sessions = {name: shown.session(name) for name in shown.sessions}
    my = page_path(page_token(shown.sessions["sat"].pupil.token))
    page.goto(look.path.format(exam=shown.campus.exam.id, my=my, **sessions))
    page.wait_for_selector(look.ready)
    for key in look.keys:
        page.keyboard.press(key)
    found = hindrances(page)
    # A page that plays or listens would go on with it beside all the others.
    page.goto("about:blank")
    assert not found, told(found)


def test_what_hinders_is_found(looking: dict[str, Page]) -> None:
    page = looking[""]
    page.goto("/login")
    page.evaluate("document.querySelector('label[for=email]').remove()")
    assert [one["rule"] for one in violations(page)] == ["label"]

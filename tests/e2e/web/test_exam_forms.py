"""The forms about an exam in a real browser: nobody is left without word or place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from support.browser import chromium, sign_in, visiting
from support.campus import PASSWORD
from support.stage import Stage


@pytest.fixture(scope="module")
def page(shown: Stage) -> Iterator[Page]:
    """One page of an examiner for all tests here."""
    with chromium() as browser, visiting(browser, shown.url) as found:
        sign_in(found, shown.campus.examiner, PASSWORD)
        yield found


def test_what_is_wrong_in_a_closed_part_opens_it(page: Page) -> None:
    page.goto("/exams/new")
    page.fill("#title", "Algebra II")
    summary, limit = (
        page.get_by_text("How flags are judged"),
        page.locator("[id='review.limit']"),
    )
    summary.click()
    limit.fill("500")
    summary.click()
    expect(limit).to_be_hidden()
    page.get_by_role("button", name="Create and sign").press("Enter")
    expect(limit).to_be_visible()
    expect(limit).to_be_focused()


def test_who_adds_candidates_by_keyboard_keeps_their_place(shown: Stage, page: Page) -> None:
    page.goto(f"/exams/{shown.campus.exam.id}")
    add = page.get_by_role("button", name="Add and show codes")
    page.fill("#new-candidates", "Emmy Example")
    add.press("Enter")
    expect(page.locator("#new-hint")).to_contain_text("Line 1 is not")
    expect(add).to_be_focused()
    page.fill("#new-candidates", "Emmy Example, s-77")
    add.press("Enter")
    expect(page.locator("#codes")).to_contain_text("Emmy Example")
    expect(add).to_be_focused()

"""The queue by keyboard alone: search, go down the list, review one, go on to the next."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Request, Route, expect
from support.browser import until
from support.stage import Stage

FOCUS = "() => document.activeElement?.id ?? ''"


def test_the_queue_is_used_by_keyboard_alone(stage: Stage, page: Page) -> None:
    rows = page.locator("#queue-list a.candidate")
    expect(rows).to_have_count(len(stage.sessions))
    page.keyboard.press("/")
    assert page.evaluate(FOCUS) == "q"
    page.keyboard.type("messenger front")
    found = [stage.sessions[name].pupil.session for name in ("main", "keys", "offline")]
    expect(page).to_have_url(re.compile("q=messenger"))
    expect(rows).to_have_count(len(found))
    expect(page.locator(".queue-told [role=status]")).to_contain_text("3 sessions found")
    page.keyboard.press("Escape")
    until(page, "() => document.activeElement?.matches('a.candidate')", "the row has the focus")
    assert page.evaluate(FOCUS).removeprefix("s-") in found
    page.goto("/sessions")
    page.keyboard.press("j")
    first = page.evaluate(FOCUS)
    page.keyboard.press("j")
    second = page.evaluate(FOCUS)
    assert first != second
    page.keyboard.press("k")
    assert page.evaluate(FOCUS) == first
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sessions/{first.removeprefix('s-')}?at=*")
    page.locator("#queue-next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sessions/{second.removeprefix('s-')}?at=*")
    conclusion = page.locator("#conclusion")
    expect(conclusion.get_by_role("radio", name="Passed: nothing to object to")).to_be_visible()
    conclusion.get_by_role("radio", name="Passed: nothing to object to").focus()
    page.keyboard.press("Space")
    conclusion.get_by_role("button", name="Decide").focus()
    page.keyboard.press("Enter")
    expect(conclusion.locator("[role=status]")).to_contain_text("Decided: Passed")
    page.goto("/sessions?outcome=passed")
    expect(rows).to_have_count(1)


def test_back_shows_the_whole_page_as_it_was_left(stage: Stage, page: Page) -> None:
    page.goto("/sessions?state=open")
    before = page.locator("#queue-list a.candidate").count()
    page.select_option("#evidence", "missing")
    page.wait_for_url("**/sessions?*evidence=missing*")
    expect(page.locator(".queue-chips")).to_contain_text("Evidence")
    page.go_back()
    page.wait_for_url("**/sessions?state=open")
    expect(page.get_by_role("heading", name="Sessions", level=1)).to_be_visible()
    expect(page.locator("#queue-list a.candidate")).to_have_count(before)
    expect(page.locator("#evidence")).to_have_value("")
    expect(page.locator("#state")).to_have_value("open")


def test_late_news_do_not_take_the_place_of_a_newer_search(stage: Stage, page: Page) -> None:
    rows = page.locator("#queue-list a.candidate")
    expect(rows).to_have_count(len(stage.sessions))
    given_up: list[Request] = []
    page.on("requestfailed", lambda request: given_up.append(request))
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.url.endswith("/sessions"):
            held.append(route)
        else:
            route.continue_()

    page.route("**/sessions*", hold)
    with page.expect_request("**/sessions") as news:
        pass
    page.locator("#q").fill("messenger front")
    expect(rows).to_have_count(3)
    # An answer to them that is still to come would show all sessions beside the words.
    assert given_up == [news.value]

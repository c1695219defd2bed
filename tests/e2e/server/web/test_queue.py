"""The queue by keyboard alone: search, go down the list, review one, go on to the next."""

from __future__ import annotations

from playwright.sync_api import Page, expect
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
    expect(rows).to_have_count(len(found))
    assert "q=messenger" in page.url
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

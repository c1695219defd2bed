"""A new password is judged in the browser while it is typed."""

from __future__ import annotations

from playwright.sync_api import expect
from support.axe import WIDE, violations
from support.browser import chromium, sign_in, visiting
from support.campus import PASSWORD
from support.stage import Stage


def test_strength_is_shown_and_said_as_it_grows(office: Stage) -> None:
    with chromium() as browser, visiting(browser, office.url, viewport=WIDE) as page:
        sign_in(page, office.campus.proctor, PASSWORD)
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.post_data or ""))
        page.goto("/settings/account")
        page.get_by_label("Your present password").last.fill("the present one")
        field, told = (
            page.get_by_label("New password", exact=True),
            page.locator("#new-strength"),
        )
        for typed, said, score in (
            ("password1234", "guessed first", "1"),
            ("zebra zebra zebra", "Good.", "3"),
            ("quite ordinary words", "Very good.", "4"),
        ):
            field.fill("")
            field.press_sequentially(typed, delay=5)
            expect(told).to_contain_text(said)
            expect(told.locator("meter")).to_have_attribute("value", score)
        assert not any("present" in body for body in asked), "what was not asked for is sent"
        assert violations(page) == []

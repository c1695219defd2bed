"""An exam set up in a real browser, and its codes handed out."""

from __future__ import annotations

import httpx
from playwright.sync_api import Browser, expect
from support.browser import sign_in, visiting
from support.campus import PASSWORD
from support.stage import Stage

SIGN_IN = "button:text('Sign in')"


def test_an_admin_makes_an_exam_and_hands_codes_out(stage: Stage, browser: Browser) -> None:
    with visiting(browser, stage.url) as page:
        sign_in(page, stage.campus.admin, PASSWORD)
        page.click("nav >> text=Exams")
        page.click("main >> text=New exam")
        page.fill("#title", "Topology")
        page.click("text=Create and sign")
        expect(page.locator("h1")).to_have_text("Topology")
        page.fill("#new-candidates", "Ada Example")
        page.click("text=Add and show codes")
        expect(page.locator("[role=alert]")).to_contain_text("Line 1 is not a name")
        page.fill("#new-candidates", "Ada Example, topology-1")
        page.click("text=Add and show codes")
        code = page.locator(".code").inner_text()
        page.reload()
        expect(page.locator(".code")).to_have_count(0)
        expect(page.locator("#candidates")).to_contain_text("unused")
    answer = httpx.post(f"{stage.url}/api/v1/enrolments/inspect", json={"code": code})
    assert answer.json()["candidate"] == "Ada Example"


def test_a_wrong_password_is_said_and_the_address_kept(stage: Stage, browser: Browser) -> None:
    with visiting(browser, stage.url) as page:
        page.goto(stage.session("main"))
        page.fill("#email", stage.campus.proctor)
        page.fill("#password", "not this one at all")
        with page.expect_response("**/login") as said:
            page.click(SIGN_IN)
        assert said.value.status == 401
        expect(page.locator("[role=alert]")).to_contain_text("wrong")
        expect(page.locator("#email")).to_have_value(stage.campus.proctor)
        page.fill("#password", PASSWORD)
        page.click(SIGN_IN)
        # On to where they wanted to go in the first place.
        expect(page.locator("h1")).to_have_text("Ada Example")

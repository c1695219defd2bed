"""The panel of a running session, used by keyboard alone, with a recorder at its other end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from support.browser import sign_in, visiting
from support.campus import PASSWORD
from support.stage import Stage
from websockets.sync.client import ClientConnection, connect

SECONDS = 20.0


@pytest.fixture
def recorder(stage: Stage) -> Iterator[ClientConnection]:
    """The session's recorder, as far as its live link goes."""
    pupil = stage.sessions["sitting"].pupil
    url = stage.url.replace("http", "ws") + pupil.url("live")
    with connect(url, additional_headers=pupil.headers) as link:
        yield link


def report(link: ClientConnection, **changes: Any) -> None:
    said = {"stage": "recording", "light": "good", "words": "All is well.", "elapsed_s": 1.0}
    link.send(json.dumps({**said, "queued_records": 0, "queued_bytes": 0, **changes}))


def told(link: ClientConnection) -> dict[str, Any]:
    return json.loads(link.recv(timeout=SECONDS))


def test_a_proctor_answers_and_acts_by_keyboard(
    page: Page, stage: Stage, recorder: ClientConnection
) -> None:
    page.goto(stage.session("sitting"))
    panel = page.locator("#live")
    typing = page.locator("#live-message")
    typing.focus()
    page.keyboard.type("Use the ")
    report(recorder, phase="exam", said=[{"id": "ab" * 16, "kind": "help", "text": "Help me"}])
    assert told(recorder)["action"] == "heard"
    # News come by themselves, and take nothing from who is typing.
    expect(panel.get_by_role("alert")).to_contain_text("asks for help")
    expect(panel.get_by_role("log")).to_contain_text("Help me")
    page.keyboard.type("paper one.")
    page.keyboard.press("Enter")
    assert told(recorder)["text"] == "Use the paper one."
    expect(typing).to_have_value("")
    expect(typing).to_be_focused()
    expect(panel.get_by_role("alert")).to_have_count(0)

    warn = panel.locator("summary", has_text="Warn")
    warn.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Put the phone away.")
    page.keyboard.press("Enter")
    warned = told(recorder)
    assert (warned["action"], warned["count"], warned["limit"]) == ("warn", 1, 0)
    expect(panel).to_contain_text("1 warning")
    expect(warn).to_be_focused()

    # What makes no sense is not offered: the exam is not paused, and nothing waits.
    expect(panel.locator(".act-resume")).to_be_hidden()
    expect(panel.locator(".act-admit")).to_be_hidden()
    report(recorder, phase="exam", awaits="environment", done=[warned["id"]])
    expect(panel.locator(".act-admit")).to_be_visible()
    panel.locator(".act-admit summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Seen on the telephone.")
    page.keyboard.press("Enter")
    assert told(recorder)["action"] == "admit"
    expect(panel.locator(".act-admit")).to_be_hidden()


def asked(*numbers: int) -> list[dict[str, str]]:
    words = "May I go on with the next page? " * 4
    return [{"id": f"{n:032x}", "kind": "help", "text": f"{n}: {words}"} for n in numbers]


def test_news_take_nothing_from_who_reads_the_conversation(
    page: Page, stage: Stage, recorder: ClientConnection
) -> None:
    for n in range(8):
        report(recorder, phase="exam", said=asked(n))
    page.goto(f"/live/{stage.sessions['sitting'].pupil.session}")
    words = page.get_by_label("What was said")
    expect(words).to_contain_text("7: May I")
    to_end = "list => list.scrollHeight - list.clientHeight - list.scrollTop"
    assert words.evaluate(to_end) < 2
    alert = page.locator("#live").get_by_role("alert")
    expect(alert).to_contain_text("asks for help")
    alert.evaluate("alert => { alert.readOut = true; }")
    words.focus()
    words.evaluate("list => { list.scrollTop = 100; }")
    report(recorder, phase="exam", said=asked(8))
    expect(words).to_contain_text("8: May I")
    expect(words).to_be_focused()
    assert words.evaluate("list => list.scrollTop") == 100
    # Whoever reads the newest goes on to read the newest.
    words.evaluate("list => { list.scrollTop = list.scrollHeight; }")
    report(recorder, phase="exam", said=asked(9))
    expect(words).to_contain_text("9: May I")
    assert words.evaluate(to_end) < 2
    # What an action brings is news, too.
    words.evaluate("list => { list.scrollTop = 100; }")
    page.get_by_role("button", name="Take it on").click()
    expect(page.get_by_role("button", name="Give it back")).to_be_focused()
    assert words.evaluate("list => list.scrollTop") == 100
    # It is not read out again: it is the one that stood there.
    assert alert.evaluate("alert => alert.readOut")
    page.get_by_role("button", name="Give it back").click()
    expect(page.get_by_role("button", name="Take it on")).to_be_focused()


def test_what_the_server_did_not_take_is_said_and_kept(
    page: Page, stage: Stage, recorder: ClientConnection
) -> None:
    page.goto(f"/live/{stage.sessions['sitting'].pupil.session}")
    panel, typing = page.locator("#live"), page.locator("#live-message")
    outcome = page.locator("#live-told")
    typing.fill("Use paper one.")
    page.keyboard.press("Enter")
    expect(outcome).to_have_text("Sent.")
    page.route("**/live", lambda route: route.abort())
    page.route("**/care", lambda route: route.abort())
    typing.fill("Stay in view.")
    page.keyboard.press("Enter")
    # What the action before came to is not what this one came to.
    expect(outcome).to_contain_text("No answer came from the server")
    expect(outcome).not_to_contain_text("Sent.")
    expect(typing).to_have_value("Stay in view.")
    page.unroute("**/live")
    page.keyboard.press("Enter")
    expect(outcome).to_have_text("Sent.")
    panel.get_by_role("button", name="Take it on").click()
    expect(outcome).to_contain_text("No answer came from the server")
    page.unroute("**/care")
    panel.get_by_role("button", name="Take it on").click()
    expect(outcome).to_contain_text("You have taken this session on")
    # Let go on, though it is not paused: refused, and what was typed is still there.
    page.evaluate("document.querySelector('.act-resume').open = true")
    page.locator("#live-resume").evaluate(
        "field => { field.value = 'A drill.'; field.form.requestSubmit(); }"
    )
    expect(outcome).to_contain_text("not paused")
    expect(page.locator("#live-resume")).to_have_value("A drill.")


def taken_and_not_answered(route: Route) -> None:
    """The server takes it, and its answer is lost on the way."""
    route.fetch()
    route.abort()


def test_what_is_sent_again_because_no_answer_came_is_said_once(
    page: Page, stage: Stage, recorder: ClientConnection
) -> None:
    page.goto(f"/live/{stage.sessions['sitting'].pupil.session}")
    typing, outcome = page.locator("#live-message"), page.locator("#live-told")
    words = page.get_by_role("list", name="What was said")
    page.route("**/live", taken_and_not_answered)
    typing.fill("Look at the screen.")
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("No answer came from the server")
    page.unroute("**/live")
    page.keyboard.press("Enter")
    expect(outcome).to_have_text("Sent.")
    once = words.get_by_text("Look at the screen.")
    expect(once).to_have_count(1)
    # The same words sent anew are meant anew.
    typing.fill("Look at the screen.")
    page.keyboard.press("Enter")
    expect(once).to_have_count(2)


def first_of_two(route: Route) -> None:
    """What a first portion of a hundred is answered; the second is lost."""
    if "total=" in (route.request.post_data or ""):
        route.abort()
        return
    rest = """<p>Sent to 100 sessions.</p>
      <form method="post" action="/live/together" hx-post="/live/together" hx-target="this"
        hx-trigger="load, submit" hx-swap="outerHTML">
      <input type="hidden" name="total" value="101"><button>Go on with the next 1</button>
      </form>"""
    route.fulfill(body=rest, content_type="text/html")


def test_an_error_of_the_server_is_said_where_the_action_was(
    stage: Stage, browser: Browser
) -> None:
    with visiting(browser, stage.url, provoked=("of 503", "Code 503")) as page:
        sign_in(page, stage.campus.proctor, PASSWORD)
        page.goto("/live")
        page.wait_for_selector("#board-root[data-news]")
        page.route("**/live/together", lambda route: route.fulfill(status=503))
        choice = page.locator(f"#t-{stage.sessions['live'].pupil.session} [name=session]")
        choice.check()
        page.locator("#together-text").fill("Ten minutes are left.")
        page.keyboard.press("Enter")
        report = page.locator("#together-report")
        expect(report).to_contain_text("The server did not take this.")
        expect(page.locator("#together-text")).to_have_value("Ten minutes are left.")
        page.unroute("**/live/together")
        page.locator("#together-text").focus()
        page.keyboard.press("Enter")
        expect(report).to_have_text(re.compile(r"^\s*Sent to 1 session\."))
        # A form that goes on with the rest by itself, and does not come through.
        page.route("**/live/together", first_of_two)
        choice.check()
        page.locator("#together-text").fill("Five minutes are left.")
        page.keyboard.press("Enter")
        expect(report).to_contain_text("No answer came from the server")
        expect(report).to_contain_text("Sent to 100 sessions.")
        page.unroute("**/live/together")
        page.route("**/live/together", lambda route: route.fulfill(body="<p>That was all.</p>"))
        report.get_by_role("button", name="Go on").click()
        expect(report).to_contain_text("That was all.")
        expect(report).to_contain_text("Sent to 100 sessions.")
        expect(report).not_to_contain_text("No answer came")


def test_the_phases_of_an_exam_are_told_on_its_page(page: Page, stage: Stage) -> None:
    page.goto(stage.session("sat"))
    page.wait_for_selector("[data-ready]")
    lanes = page.locator("#lanes")
    expect(lanes).to_contain_text("Exam")
    course = page.get_by_role("region", name="The exam", exact=True)
    expect(course).to_contain_text("handed in by the candidate")
    course.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(course).to_contain_text("by a proctor: a fire alarm")
    before = page.get_by_role("region", name="Before the exam")
    expect(before).to_contain_text("not like the candidate's: distance 0.61, limit 0.55")
    expect(page.locator("#flag-list")).to_contain_text("in a break")

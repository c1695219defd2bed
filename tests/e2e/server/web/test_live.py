"""The panel of a running session, used by keyboard alone, with a recorder at its other end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
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

"""The board in two browsers, with a recorder at its other end: an incident comes, one proctor
takes the session on, warns and writes; the other sees it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from support.browser import PATIENCE_S, sign_in, until, visiting
from support.campus import PASSWORD, Pupil
from support.stage import Stage
from websockets.sync.client import ClientConnection, connect


@pytest.fixture
def pupil(stage: Stage) -> Pupil:
    """The candidate who is watched."""
    return stage.sessions["watched"].pupil


@pytest.fixture
def recorder(stage: Stage, pupil: Pupil) -> Iterator[ClientConnection]:
    """Their recorder, as far as its live link goes."""
    url = stage.url.replace("http", "ws") + pupil.url("live")
    with connect(url, additional_headers=pupil.headers) as link:
        yield link


@pytest.fixture
def other(stage: Stage, browser: Browser) -> Iterator[Page]:
    """A second proctor's page."""
    with visiting(browser, stage.url, viewport={"width": 1280, "height": 900}) as found:
        sign_in(found, "examiner@example.edu", PASSWORD)
        yield found


def report(link: ClientConnection, **changes: Any) -> None:
    said = {"stage": "recording", "light": "good", "words": "All is well.", "elapsed_s": 1.0}
    more = {"queued_records": 0, "queued_bytes": 0, "phase": "exam"}
    link.send(json.dumps({**said, **more, **changes}))


def told(link: ClientConnection) -> dict[str, Any]:
    return json.loads(link.recv(timeout=PATIENCE_S))


def deliver(stage: Stage, pupil: Pupil) -> None:
    line, headers = pupil.records[-1].line(), pupil.headers
    answer = httpx.post(stage.url + pupil.url("records"), content=line, headers=headers)
    assert answer.status_code == 200, answer.text


# Connections that are never made: each says whether it was let go.
CONNECTING = """
window.links = [];
window.WebSocket = class extends EventTarget {
  static OPEN = 1;
  readyState = 0;
  constructor() {
    super();
    window.links.push(this);
  }
  close() {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
};
"""


def test_a_connection_that_is_still_being_made_is_let_go_for_the_next(page: Page) -> None:
    page.add_init_script(CONNECTING)
    page.goto("/live")
    for number in (1, 2, 3):
        until(page, f"links.length === {number}", "no connection")
        states = page.evaluate("links.map((one) => one.readyState)")
        assert states == [3] * (number - 1) + [0]
        page.evaluate("dispatchEvent(new Event('online'))")


# Tells alerts what calls, again and again, each time with the banner put away before; whether
# it was shown then.
TAKE = """
async (every) => {
  const board = document.querySelector("script[src$='/board.js']").src;
  const { Alerts } = await import(board.replace("board.js", "alerts.js"));
  localStorage.setItem("live-banner", "on");
  const [banner, said] = ["banner", "called"].map((id) => document.getElementById(id));
  const [sound, flag] = [1, 2].map(() => document.createElement("button"));
  const alerts = new Alerts({ said, banner, sound, flag });
  return every.map((calls) => {
    banner.hidden = true;
    alerts.take(calls, calls.length);
    return !banner.hidden;
  });
}
"""


def test_a_call_is_told_once_for_as_long_as_it_lasts(page: Page) -> None:
    page.add_init_script(CONNECTING)
    page.goto("/live")
    waits = {"id": "ab" * 16, "name": "Ada", "why": "waits for you", "need": 1, "since": 1}
    later, stopped = {**waits, "since": 6}, {**waits, "need": 3, "why": "is paused"}
    shown = page.evaluate(TAKE, [[], [waits], [later], [stopped], [stopped], [], [later]])
    assert shown == [False, True, False, True, False, False, True]


def test_two_proctors_and_one_candidate(
    page: Page, other: Page, stage: Stage, pupil: Pupil, recorder: ClientConnection
) -> None:
    report(recorder)
    for one in (page, other):
        one.goto("/live")
        one.wait_for_selector("#board-root[data-news]")
    tile, theirs = (one.locator(f"#t-{pupil.session}") for one in (page, other))
    expect(tile).to_contain_text("Connected")
    # The newest picture was taken from the recording and drawn.
    tile.scroll_into_view_if_needed()
    until(page, f"Boolean(document.querySelector('#t-{pupil.session} canvas'))", "no picture")
    page.get_by_role("button", name="Banner").click()

    pupil.incident(77, kind="face_missing", severity="critical")
    deliver(stage, pupil)
    for one in (tile, theirs):
        expect(one).to_contain_text("New incident")
        expect(one).to_contain_text("No face in view")
    expect(page.locator("#banner")).to_contain_text("a new incident")
    expect(page.locator("#called")).to_contain_text("a new incident")

    # By keyboard alone: to whom it concerns, beside the board, taken on.
    page.keyboard.press("n")
    expect(tile.locator("[data-open]")).to_be_focused()
    page.keyboard.press("Enter")
    side = page.locator("#side")
    expect(side.get_by_role("heading", level=2).first).to_be_focused()
    expect(theirs).to_contain_text("Proctor looks")
    side.get_by_role("button", name="Take it on").focus()
    page.keyboard.press("Enter")
    expect(side).to_contain_text("You have taken this on.")
    expect(theirs.locator(".live-held")).to_have_text("Proctor")

    side.locator("summary", has_text="Warn").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Stay in view.")
    page.keyboard.press("Enter")
    warned = told(recorder)
    assert (warned["action"], warned["text"]) == ("warn", "Stay in view.")
    expect(theirs).to_contain_text("1 warning")
    # Whoever spoke to the candidate has seen what was the matter.
    expect(theirs).not_to_contain_text("New incident")

    report(
        recorder, done=[warned["id"]], said=[{"id": "ab" * 16, "kind": "help", "text": "Why?"}]
    )
    expect(theirs).to_contain_text("Asks for help")
    expect(side.get_by_role("log")).to_contain_text("Why?")
    page.locator("#live-message").fill("Your camera shows nobody.")
    page.keyboard.press("Enter")
    heard = [told(recorder) for _ in range(2)]
    assert {one["action"] for one in heard} == {"heard", "message"}
    expect(theirs).not_to_contain_text("Asks for help")

    side.get_by_role("link", name="Watch live").click()
    page.wait_for_selector("#watch[data-ready]")
    # The recording ended a while ago: what is shown says how far behind it is.
    expect(page.locator("#behind")).to_contain_text("behind")


def test_several_at_once_by_keyboard(
    page: Page, stage: Stage, pupil: Pupil, recorder: ClientConnection
) -> None:
    page.goto("/live?name=ada")
    page.wait_for_selector("#board-root[data-news]")
    page.locator(f"#t-{pupil.session} [data-open]").focus()
    page.keyboard.press("x")
    expect(page.locator("#chosen")).to_have_text("1")
    page.locator("#together-text").fill("Ten minutes are left.")
    page.keyboard.press("Enter")
    expect(page.locator("#together-report")).to_contain_text("Sent to 1 session.")
    # What was asked before and is not done comes first, at every connection.
    texts = [told(recorder)["text"]]
    while texts[-1] != "Ten minutes are left.":
        texts.append(told(recorder)["text"])
    expect(page.locator("#chosen")).to_have_text("0")


def test_what_is_sent_again_for_want_of_an_answer_is_said_once(
    page: Page, stage: Stage, pupil: Pupil
) -> None:
    def lost(route: Route) -> None:
        route.fetch()
        route.abort()

    def said() -> int:
        asked = page.request.get(stage.url + pupil.url("commands")).json()
        return sum(one["text"] == "Five minutes are left." for one in asked)

    page.goto("/live?name=ada")
    page.wait_for_selector("#board-root[data-news]")
    report = page.locator("#together-report")
    page.route("**/live/together*", lost, times=1)
    page.locator(f"#t-{pupil.session} input[name=session]").check()
    page.locator("#together-text").fill("Five minutes are left.")
    page.locator("#together-text").press("Enter")
    expect(report).to_contain_text("No answer came from the server")
    assert said() == 1
    page.locator("#together-text").press("Enter")
    expect(report).to_contain_text("Sent to 1 session.")
    assert said() == 1
    # The same words once more are another message.
    page.locator(f"#t-{pupil.session} input[name=session]").check()
    page.locator("#together-text").fill("Five minutes are left.")
    with page.expect_response("**/live/together*") as answer:
        page.locator("#together-text").press("Enter")
    assert answer.value.ok
    assert said() == 2


def test_arrows_scroll_what_was_said_beside_the_board(
    page: Page, pupil: Pupil, recorder: ClientConnection
) -> None:
    long = "I have read the question, and I am not sure what is meant by it. " * 4
    said = [{"id": f"{n:032x}", "kind": "message", "text": long} for n in range(8)]
    report(recorder, said=said)
    page.goto("/live?name=ada")
    page.wait_for_selector("#board-root[data-news]")
    page.locator(f"#t-{pupil.session} [data-open]").press("Enter")
    heard = page.locator("#side ol.conversation").first
    expect(heard).to_contain_text("I have read the question")
    heard.focus()
    before = heard.evaluate("one => one.scrollTop")
    assert before > 0, "the newest is in sight"
    page.keyboard.press("ArrowUp")
    up = "([one, before]) => one.scrollTop < before"
    page.wait_for_function(up, arg=[heard.element_handle(), before])
    expect(heard).to_be_focused()
    # In the tiles they go from one to the next, as before.
    page.locator(f"#t-{pupil.session} [data-open]").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("Boolean(document.activeElement.closest('.tile'))")


def test_a_picture_that_was_under_way_is_not_shown_for_another_stream(
    page: Page, pupil: Pupil
) -> None:
    held: list[Route] = []
    page.route(f"**/{pupil.session}/newest/camera/picture*", lambda route: held.append(route))
    page.route("**/newest/screen/picture*", lambda route: route.fulfill(status=204))
    page.goto("/live")
    page.wait_for_selector("#board-root[data-news]")
    page.evaluate(
        "session => { document.querySelector(`#t-${session} [data-picture]`).dataset.streams"
        " = 'camera screen'; }",
        pupil.session,
    )
    page.locator(f"#t-{pupil.session}").scroll_into_view_if_needed()
    deadline = time.monotonic() + PATIENCE_S
    while not held:
        assert time.monotonic() < deadline, "no picture is asked for"
        page.wait_for_timeout(20)
    screen = f"**/{pupil.session}/newest/screen/picture*"
    with page.expect_request(screen) as asked:
        page.locator("#board-pictures").select_option("screen")
        held.pop().continue_()
    # The number of the camera's piece says nothing of the screen's.
    assert asked.value.url.endswith("after=-1")
    expect(page.locator(f"#t-{pupil.session} canvas")).to_have_count(0)


def test_a_film_that_nobody_sees_does_not_tell_that_the_line_is_slow(
    page: Page, pupil: Pupil
) -> None:
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', { get: () => Boolean(window.unseen) });"
    )
    page.clock.install()
    page.goto(f"/live/{pupil.session}")
    watch = page.locator("#watch")
    expect(watch).to_have_attribute("data-shows", "film")
    until(page, "document.getElementById('watch-camera').readyState >= 2", "no film")
    # A browser pauses what nobody sees and nobody hears.
    page.evaluate("window.unseen = true")
    page.evaluate("document.querySelectorAll('#watch video').forEach((one) => one.pause())")
    page.clock.run_for(60_000)
    expect(watch).to_have_attribute("data-shows", "film")
    page.evaluate(
        "window.unseen = false; void document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.clock.run_for(5_000)
    expect(watch).to_have_attribute("data-shows", "film")
    page.clock.run_for(15_000)
    expect(watch).to_have_attribute("data-shows", "pictures")


def test_who_calls_is_told_also_without_a_websocket(
    page: Page, stage: Stage, pupil: Pupil, recorder: ClientConnection
) -> None:
    page.add_init_script(CONNECTING)
    report(recorder)
    page.goto("/live")
    page.wait_for_selector("#board-root[data-ready]")
    expect(page.locator("#link-state")).to_contain_text("asks every few seconds meanwhile")
    page.get_by_role("button", name="Banner").click()
    tile = page.locator(f"#t-{pupil.session}")
    tile.locator("[data-open]").focus()
    report(recorder, said=[{"id": "cd" * 16, "kind": "help", "text": "Where is page two?"}])
    expect(tile).to_contain_text("Asks for help")
    expect(page.locator("#called")).to_contain_text("asks for help")
    expect(page.locator("#banner")).to_contain_text("asks for help")
    calling = page.locator("#board-calling").inner_text()
    expect(page).to_have_title(f"({calling}) Live · Invigil")
    # News take the tiles' place, and nothing from who goes through them.
    expect(tile.locator("[data-open]")).to_be_focused()

"""The review of one session in a real browser: pictures, sound, timeline, comparing, notes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import accumulate

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from support.browser import PATIENCE_S, chromium, sign_in, times, until, visiting
from support.campus import PASSWORD
from support.stage import SCENES, Stage

PLAYERS = "[...document.querySelectorAll('#camera, #screen, #microphone')]"
READY = f"{PLAYERS}.every(e => !e.src || (e.readyState >= 2 && !e.seeking))"


@pytest.fixture(scope="module")
def page(shown: Stage) -> Iterator[Page]:
    """One page of a proctor for all tests here."""
    with chromium() as browser:
        view = {"width": 1280, "height": 900}
        provoked = ("of 503", "Code 503")
        with visiting(browser, shown.url, viewport=view, provoked=provoked) as found:
            sign_in(found, shown.campus.proctor, PASSWORD)
            yield found


@pytest.fixture(autouse=True)
def _nothing_held_up(page: Page) -> Iterator[None]:
    """What a test that failed still holds up lets the next ones fail, too."""
    yield
    page.unroute_all(behavior="ignoreErrors")


def caught(page: Page, held: list[Route], most: int = 1) -> Route:
    """The last request that is held up, once there are so many."""
    deadline = time.monotonic() + PATIENCE_S
    while len(held) < most:
        assert time.monotonic() < deadline, f"asked for {len(held)} while none has come"
        page.wait_for_timeout(20)
    return held[-1]


def show(page: Page, address: str, at: float | None = None) -> None:
    """Open a session at a moment, whether or not it is the one that is open."""
    page.goto("about:blank")
    page.goto(address if at is None else f"{address}#t={at}")
    page.wait_for_selector("#review[data-ready]")
    until(page, READY, "the players are not ready")


def at(page: Page, moment: float) -> None:
    """Wait until the camera shows a moment."""
    script = (
        "time => { const e = document.getElementById('camera');"
        " return !e.seeking && e.readyState >= 2 && Math.abs(e.currentTime - time) < 0.15; }"
    )
    until(page, script, f"not at {moment}", moment)


def flag(number: int) -> str:
    return f"li[data-flag='{number:032x}']"


def camera_piece(shown: Stage, page: Page, moment: float) -> tuple[float, str]:
    """Where the camera's piece of a moment ends (s), and its address as a pattern."""
    playlist = page.evaluate(
        "async (path) => (await fetch(path)).text()",
        f"/media/{shown.session('main').rpartition('/')[2]}/camera.m3u8",
    )
    found = re.findall(r"#EXTINF:([\d.]+).*\n(?:#.*\n)*(\S+)", playlist)
    ends = accumulate(float(length) for length, _ in found)
    return next(
        (end, f"**/{name}") for end, (_, name) in zip(ends, found, strict=True) if end > moment
    )


def note_texts(page: Page) -> None:
    """Collect what stands over the camera's picture in ``notes``, "" for nothing."""
    page.evaluate(
        """() => {
          const note = document.querySelector("[data-note=camera]");
          window.notes = [];
          const look = () => notes.push(note.hidden ? "" : note.textContent.trim());
          const all = { attributes: true, characterData: true, childList: true, subtree: true };
          new MutationObserver(look).observe(note, all);
        }"""
    )


def test_one_goes_by_frames_seconds_and_more(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"), 20)
    page.keyboard.press("w")
    at(page, 21)
    page.keyboard.press("Shift+ArrowRight")
    at(page, 51)
    page.click("[data-jump='-5']")
    at(page, 46)
    page.keyboard.press("s")  # the camera is large, and steps go by its frames
    before = times(page)["camera"]
    page.keyboard.press(".")
    # The camera looks for its next frame, and the screen goes there when it is found.
    screen = "document.getElementById('screen')"
    together = f"{READY} && Math.abs({screen}.currentTime - camera.currentTime) < 0.01"
    until(page, f"{together} && camera.currentTime > {before} + 0.01", "no step of both")
    on = times(page)
    assert before < on["camera"] < before + 0.21  # ten pictures a second
    page.keyboard.press(",")
    until(page, f"{together} && camera.currentTime < {on['camera']}", "no step back")
    page.keyboard.press(".")
    page.keyboard.press(".")  # while the first is under way
    until(page, f"{together} && camera.currentTime > {on['camera']} + 0.05", "not two steps")


def test_near_the_end_of_a_piece_two_are_asked_for_at_once(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"), 5)
    edge, _ = camera_piece(shown, page, 60)
    held: list[Route] = []
    pieces = "**/media/*/camera/*.m4s"
    page.route(pieces, lambda route: held.append(route))
    page.evaluate("time => { location.hash = `t=${time}`; }", round(edge - 0.2, 3))
    caught(page, held, 2)
    for route in held:
        route.continue_()
    page.unroute(pieces)
    at(page, edge - 0.2)


def test_who_seeks_within_a_piece_that_is_on_its_way_keeps_it(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"), 5)
    end, piece = camera_piece(shown, page, 60)
    held: list[Route] = []
    left: list[str] = []
    page.route(piece, lambda route: held.append(route))
    page.on("requestfailed", lambda request: left.append(request.url))
    there = "time => document.getElementById('camera').currentTime === time"
    for moment in (end - 2, end - 1.5, end - 2.5):
        page.evaluate("time => { location.hash = `t=${time}`; }", moment)
        until(page, there, "it does not go there", moment)
    for route in held:
        route.continue_()
    page.unroute(piece)
    at(page, end - 2.5)
    (only,) = {route.request.url for route in held}
    assert only not in left
    assert len(held) == 1


def test_a_piece_that_cannot_be_had_is_a_hole_that_is_said(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"))
    end, piece = camera_piece(shown, page, 50)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=422)

    page.route(piece, refuse)
    show(page, shown.session("main"), 45)
    note_texts(page)
    page.select_option("#rate", "2")
    page.click("#play")
    until(page, "notes.includes('This part could not be loaded')", "nothing is said of it")
    until(page, f"camera.currentTime > {end + 2}", "it does not go on after it")
    page.click("#play")
    until(page, READY, "not there")
    now = times(page)
    assert abs(now["screen"] - now["camera"]) < 0.2, now
    assert len(asked) < 10, asked
    expect(page.locator("[data-note=camera]")).to_be_hidden()
    # Who goes there is told for as long as it cannot be had, and it is tried again later.
    page.evaluate("time => { location.hash = `t=${time}`; }", end - 1)
    expect(page.locator("[data-note=camera]")).to_have_text("This part could not be loaded")
    page.unroute(piece)
    page.wait_for_timeout(2100)  # the page itself lets this time pass
    page.evaluate("time => { location.hash = `t=${time}`; }", end - 1.2)
    at(page, end - 1.2)
    expect(page.locator("[data-note=camera]")).to_be_hidden()
    page.select_option("#rate", "1")


def test_a_server_that_is_away_for_a_moment_leaves_no_hole(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"), 5)
    until(page, f"{PLAYERS}.every(e => e.buffered.end(0) > 24)", "nothing is fetched ahead")
    note_texts(page)
    refused: list[str] = []
    pieces = "**/media/*/camera/*.m4s"
    page.route(pieces, lambda route: (refused.append(route.request.url), route.abort()))
    page.select_option("#rate", "2")
    page.click("#play")
    deadline = time.monotonic() + 30
    while len(refused) < 2:
        assert time.monotonic() < deadline, "nothing was asked for"
        page.wait_for_timeout(20)
    page.unroute(pieces)
    until(page, "camera.currentTime > 40", "it does not go on")
    page.click("#play")
    page.select_option("#rate", "1")
    assert "This part could not be loaded" not in page.evaluate("notes")
    now = times(page)
    assert abs(now["screen"] - now["camera"]) < 0.2, now


def test_sixteen_times_as_fast_is_without_sound_and_says_so(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"), 10)
    page.select_option("#rate", "16")
    expect(page.locator("#rate-note")).to_have_text("No sound above 2×")
    page.click("#play")
    until(page, "document.getElementById('camera').currentTime > 40", "it does not run")
    assert page.evaluate("document.getElementById('microphone').paused")
    page.click("#play")
    until(page, READY, "not there")
    now = times(page)
    assert abs(now["screen"] - now["camera"]) < 0.2, now
    page.select_option("#rate", "1")
    expect(page.locator("#rate-note")).to_have_text("")


def test_a_flag_is_played_over_and_over(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"))
    page.click(f"{flag(3)} button")  # from 30 to 34 s
    page.keyboard.press("r")
    expect(page.locator("#loop-note")).to_have_text("Over and over from 0:27 to 0:35")
    page.select_option("#rate", "8")
    now = "Number(document.getElementById('camera').currentTime)"
    until(page, f"{now} > 32", "it does not play")
    until(page, f"{now} < 30", "it does not begin again")
    page.keyboard.press("End")
    expect(page.locator("#loop-note")).to_have_text("")
    page.click("#play")
    page.select_option("#rate", "1")


def test_pictures_are_arranged_and_brightened_and_it_is_said(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"))
    page.select_option("#layout", "inset")
    screen, camera = (page.locator(f"#{name}").bounding_box() for name in ("screen", "camera"))
    assert screen is not None
    assert camera is not None
    assert screen["x"] < camera["x"]
    assert camera["width"] < screen["width"] / 3
    page.keyboard.press("b")
    expect(page.locator("#lightened")).to_have_text("Not as recorded: brighter")
    style = "getComputedStyle(document.getElementById('camera')).filter"
    assert "brightness(1.5)" in page.evaluate(style)
    show(page, shown.session("sat"))
    show(page, shown.session("main"))
    assert page.input_value("#layout") == "inset"  # remembered
    assert page.evaluate(style) == "none"  # what is not as recorded is not
    page.select_option("#layout", "screen")


def test_lanes_are_switched_and_the_timeline_shows_pictures(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"))
    high = "document.getElementById('band').clientHeight"
    before = page.evaluate(high)
    page.click("summary:text('Lanes')")
    page.get_by_label("Voice", exact=True).uncheck()
    page.get_by_label("Pictures", exact=True).check()
    until(page, f"{high} === {before - 28 + 60}", "the lanes are not as they were switched")
    page.keyboard.press("Escape")
    expect(page.locator("#lane-switches")).to_be_hidden()
    expect(page.locator("[data-lane=voice]")).to_be_hidden()
    # A picture of the camera, which is all colours, where the place was of one.
    several = """() => {
      const shown = document.querySelector("#band > canvas");
      const copy = new OffscreenCanvas(shown.width / 8, 1);
      const context = copy.getContext("2d", { willReadFrequently: true });
      context.drawImage(shown, 0, -40);
      const { data } = context.getImageData(0, 0, copy.width, 1);
      const pixels = Array.from({ length: data.length / 4 }, (_, n) => 4 * n);
      return new Set(pixels.map((at) => data.slice(at, at + 3).join())).size > 8;
    }"""
    until(page, several, "no pictures come")
    page.hover("#band", position={"x": 300, "y": 10})
    expect(page.locator(".tip canvas")).to_be_visible()
    expect(page.locator(".tip")).to_contain_text("0:")
    page.click("summary:text('Lanes')")
    page.get_by_label("Voice", exact=True).check()
    page.get_by_label("Pictures", exact=True).uncheck()


def test_a_piece_that_cannot_be_had_costs_no_other_small_picture(
    shown: Stage, page: Page
) -> None:
    show(page, shown.session("main"))
    end, piece = camera_piece(shown, page, 50)
    page.route(piece, lambda route: route.fulfill(status=422))
    show(page, shown.session("main"))
    box = page.locator("#band").bounding_box()
    assert box is not None
    small = page.locator(".tip canvas")
    with page.expect_response(lambda answer: answer.status == 422):
        page.hover("#band", position={"x": box["width"] * (end - 2) / 120, "y": 10})
    expect(small).to_be_hidden()
    page.hover("#band", position={"x": box["width"] * 100 / 120, "y": 10})
    expect(small).to_be_visible()
    page.unroute(piece)


def test_many_flags_are_clusters_that_come_apart_closer(shown: Stage, page: Page) -> None:
    show(page, shown.session("many"))
    box = page.locator("#band").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 24 + 14)
    expect(page.locator(".tip")).to_contain_text("Click to look closer")
    page.keyboard.press("j")
    page.keyboard.press("z")
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    expect(page.locator(".tip")).to_contain_text("0:0")
    page.keyboard.press("0")


def test_a_note_that_was_typed_waits_with_its_flag(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"))
    page.click(f"{flag(1)} button")
    page.fill("#note", "the clock on the wall?")
    page.click(f"{flag(2)} button")
    expect(page.locator("#decide h3").first).to_have_text("Other window in front")
    expect(page.locator("#note")).to_have_value("")
    show(page, shown.session("main"))  # loaded again
    page.click(f"{flag(1)} button")
    expect(page.locator("#note")).to_have_value("the clock on the wall?")


def test_an_answer_is_about_the_flag_that_was_decided(shown: Stage, page: Page) -> None:
    show(page, shown.session("many"))
    held: list[Route] = []
    page.route("**/decisions", lambda route: held.append(route))
    page.click(f"{flag(2)} button")
    page.fill("#note", "the same song")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("j")  # before the answer
    expect(page.locator("#decide h3")).to_have_text("Other window in front")
    page.fill("#note", "which window?")
    page.keyboard.press("Escape")
    caught(page, held).continue_()
    expect(page.locator("#decide-result")).to_contain_text("Eyes off the screen at 0:02: dis")
    expect(page.locator(flag(2))).to_have_attribute("data-verdict", "dismissed")
    expect(page.locator(f"{flag(3)} [aria-current=true]")).to_be_visible()
    expect(page.locator("#note")).to_have_value("which window?")
    # Somebody else decides about it first, and again the next one is looked at by then.
    page.keyboard.press("d")
    page.keyboard.press("j")
    expect(page.locator("#decide h3")).to_have_text("Speech")
    route = caught(page, held, 2)
    other = str(route.request.post_data).replace("verdict=dismissed", "verdict=accepted")
    route.fetch(post_data=other)
    route.continue_()
    told = "Other window in front at 0:02: Proctor confirmed this flag meanwhile"
    expect(page.locator("#decide-result")).to_contain_text(told)
    expect(page.locator(flag(3))).to_have_attribute("data-verdict", "accepted")
    expect(page.locator(f"{flag(4)} [aria-current=true]")).to_be_visible()
    page.unroute("**/decisions")
    show(page, shown.session("many"))
    page.click(f"{flag(3)} button")
    expect(page.locator("#note")).to_have_value("which window?")


def test_a_decision_on_its_way_is_the_only_one(shown: Stage, page: Page) -> None:
    show(page, shown.session("many"))
    held: list[Route] = []
    page.route("**/decisions", lambda route: held.append(route))
    page.click(f"{flag(10)} button")
    dismiss = page.get_by_role("button", name="Dismiss", exact=True)
    dismiss.focus()
    page.keyboard.press("Enter")
    expect(dismiss).to_be_disabled()
    caught(page, held).fulfill(status=503)
    told = page.locator("#decide-result")
    expect(told).to_contain_text("did not take the decision about Speech at 0:03")
    expect(dismiss).to_be_focused()
    page.keyboard.press("Enter")
    expect(dismiss).to_be_disabled()
    page.keyboard.press("a")
    page.keyboard.press("e")
    caught(page, held, 2).continue_()
    expect(page.locator(f"{flag(11)} [aria-current=true]")).to_be_visible()
    expect(told).to_contain_text("Speech at 0:03: dismissed")
    assert len(held) == 2
    page.unroute("**/decisions")
    page.keyboard.press("e")
    expect(page.locator(f"{flag(12)} [aria-current=true]")).to_be_visible()
    verdicts = [page.get_attribute(flag(number), "data-verdict") for number in (10, 11)]
    assert verdicts == ["dismissed", "escalated"]


def test_who_decides_by_keyboard_keeps_their_place(shown: Stage, page: Page) -> None:
    show(page, shown.session("many"))
    page.click(f"{flag(14)} button")
    dismiss = page.get_by_role("button", name="Dismiss", exact=True)
    dismiss.press("Enter")
    expect(page.locator(f"{flag(15)} [aria-current=true]")).to_be_visible()
    expect(dismiss).to_be_focused()
    # A flag is not offered what it has: what was answered is read instead.
    page.uncheck("#go-on")
    dismiss.press("Enter")
    expect(dismiss).to_be_hidden()
    told = page.locator("#decide-result")
    expect(told).to_contain_text("dismissed")
    expect(told).to_be_focused()


def test_what_is_pressed_beside_and_below_keeps_the_focus(shown: Stage, page: Page) -> None:
    show(page, shown.session("many"))
    page.click(f"{flag(7)} button")
    page.fill("#beside-text", "music from outside")
    pressed = (
        ("#beside", "Add note", "Noted."),
        ("#beside", "Assign", "Nobody's now."),
        ("#conclusion", "Assign", "Nobody's now."),
    )
    for part, called, told in pressed:
        button = page.locator(part).get_by_role("button", name=called)
        button.press("Enter")
        expect(page.locator(f"{part} [role=status]")).to_have_text(told)
        expect(button).to_be_focused()
    conclusion = page.locator("#conclusion")
    outcome = conclusion.locator("[name=outcome]")
    outcome.nth(0).check()
    outcome.nth(0).press("Enter")
    status = conclusion.get_by_role("status")
    expect(status).not_to_have_text("Nobody's now.")
    expect(outcome.nth(0)).to_be_focused()
    # What can be pressed only once leaves the focus to what came of it.
    conclusion.locator("[type=checkbox]").first.check()
    page.fill("#conclusion-note", "after two looks")
    outcome.nth(0).press("Enter")
    expect(status).to_contain_text("Decided: ")
    outcome.last.check()
    outcome.last.press("Enter")
    expect(status).to_contain_text("Decided: ")
    expect(conclusion.get_by_text("Taken back")).to_be_visible()
    expect(status).to_be_focused()


def test_what_stands_beside_a_flag_is_of_that_flag(shown: Stage, page: Page) -> None:
    show(page, shown.session("many"))

    def beside(number: int) -> Locator:
        return page.locator(f"#beside form[hx-post$='/{number:032x}/notes']")

    page.click(f"{flag(5)} button")
    beside(5).locator("textarea").fill("a song")
    held: list[Route] = []
    page.route("**/notes", lambda route: held.append(route))
    beside(5).get_by_role("button").click()
    page.click(f"{flag(6)} button")
    expect(beside(6)).to_be_visible()
    page.evaluate(
        """() => document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
          window.noted = detail.pathInfo.requestPath.endsWith("/notes");
        })"""
    )
    caught(page, held).continue_()
    until(page, "window.noted", "the note is not answered")
    expect(beside(6)).to_be_visible()
    page.unroute("**/notes")
    # What fails is said, leaves nothing of the flag before, and is asked for again.
    page.route("**/beside", lambda route: route.fulfill(status=503))
    page.click(f"{flag(5)} button")
    expect(page.locator("#beside")).to_contain_text("could not be loaded")
    expect(page.locator("#beside form")).to_have_count(0)
    page.unroute("**/beside")
    page.click(f"{flag(5)} button")
    expect(beside(5)).to_be_visible()
    expect(page.locator("#beside .history")).to_contain_text("a song")


@pytest.mark.parametrize("status", [503, 422, 0])
def test_what_fails_beside_a_flag_that_was_left_is_said(
    shown: Stage, page: Page, status: int
) -> None:
    show(page, shown.session("many"))
    page.click(f"{flag(10)} button")
    page.fill("#beside-text", "a song")
    held: list[Route] = []
    page.route("**/notes", lambda route: held.append(route))
    page.click("#beside-add")
    page.click(f"{flag(11)} button")
    expect(page.locator(f"#beside form[hx-post$='/{11:032x}/notes']")).to_be_visible()
    told = page.locator("#decide-result")
    expect(told).to_be_empty()
    route = caught(page, held)
    if status:
        route.fulfill(status=status)
    else:
        route.abort()
    expect(told).to_contain_text("did not take what you sent beside Speech at ")
    expect(page.locator("#beside [role=status]")).to_be_hidden()
    page.click(f"{flag(10)} button")
    expect(page.locator("#beside-text")).to_have_value("a song")


def test_what_is_typed_beside_stays_until_it_is_taken(shown: Stage, page: Page) -> None:
    show(page, shown.session("many"))
    page.click(f"{flag(8)} button")
    page.fill("#beside-text", "a song?")
    page.click(".beside-many summary")
    page.fill("#beside-reason", "all of them music")
    page.get_by_role("button", name="Assign").first.click()
    expect(page.locator("#beside [role=status]")).to_have_text("Nobody's now.")
    expect(page.locator("#beside-text")).to_have_value("a song?")
    page.click(f"{flag(9)} button")
    expect(page.locator("#beside form[hx-post*='09/notes']")).to_be_visible()
    expect(page.locator("#beside-text")).to_have_value("")
    page.click(f"{flag(8)} button")
    expect(page.locator("#beside-text")).to_have_value("a song?")
    expect(page.locator("#beside-reason")).to_have_value("all of them music")
    expect(page.locator("#beside-reason")).to_be_visible()
    page.get_by_role("button", name="Add note").first.click()
    expect(page.locator("#beside [role=status]")).to_have_text("Noted.")
    expect(page.locator("#beside-text")).to_have_value("")
    expect(page.locator("#beside-reason")).to_have_value("all of them music")


def test_a_form_of_the_conclusion_leaves_what_is_in_the_others(
    shown: Stage, page: Page
) -> None:
    show(page, shown.session("many"))
    conclusion = page.locator("#conclusion")
    status = conclusion.get_by_role("status")
    conclusion.locator("[name=outcome]").nth(1).check()
    conclusion.locator("[type=checkbox]").first.check()
    conclusion.locator("[type=checkbox]").nth(1).check()
    conclusion.locator("[type=checkbox]").nth(1).uncheck()
    page.fill("#conclusion-note", "after two looks")
    page.fill("#session-note", "ask the room")
    page.route("**/assignment", lambda route: route.fulfill(status=503))
    conclusion.get_by_role("button", name="Assign").click()
    expect(status).to_contain_text("Nothing is saved; what you typed is still here.")
    page.unroute("**/assignment")
    for button, told in (("Assign", "Nobody's now."), ("Add note", "Noted.")):
        conclusion.get_by_role("button", name=button).click()
        expect(status).to_have_text(told)
        expect(page.locator("#conclusion-note")).to_have_value("after two looks")
        expect(conclusion.locator("[name=outcome]").nth(1)).to_be_checked()
        expect(conclusion.locator("[type=checkbox]").first).to_be_checked()
        expect(conclusion.locator("[type=checkbox]").nth(1)).not_to_be_checked()
    expect(page.locator("#session-note")).to_have_value("")
    conclusion.get_by_role("button", name="Decide").click()
    expect(status).to_contain_text("Decided: ")
    expect(page.locator("#conclusion-note")).to_have_value("")
    expect(conclusion.locator(":checked:not(option)")).to_have_count(0)


def test_the_list_is_walked_with_arrows_and_grouped(shown: Stage, page: Page) -> None:
    show(page, shown.session("main"))
    page.click(f"{flag(1)} button")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{flag(2)} button")).to_be_focused()
    assert page.locator("#flag-list button[tabindex='0']").count() == 1
    page.select_option("#flag-order", "kind")
    titles = page.locator("#flag-list .flag-group h3")
    expect(titles).to_have_count(len({scene.kind for scene in SCENES}))
    assert titles.all_inner_texts() == sorted(titles.all_inner_texts())


def test_the_photograph_is_compared_with_any_moment(shown: Stage, page: Page) -> None:
    show(page, shown.session("pictured"))
    page.keyboard.press("j")
    at(page, 3)
    page.keyboard.press("p")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Camera at 0:03")
    expect(dialog.get_by_alt_text("Photograph of Ada Example", exact=False)).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("Camera at 0:08")
    page.keyboard.press("+")
    expect(dialog.locator("[data-zoom]")).to_have_text("1.5×")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390])
def test_whether_the_evidence_holds_stays_in_sight(
    shown: Stage, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    show(page, shown.session("main"))
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#case-state a")).to_be_in_viewport()
    expect(page.locator("#case-state a")).to_contain_text("Committed but missing")
    page.set_viewport_size({"width": 1280, "height": 900})

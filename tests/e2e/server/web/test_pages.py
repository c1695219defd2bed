"""The pages in a real browser: a session on real media, by mouse and by keyboard; exams.

One file, because all of it shares one server, its sessions and one browser.
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from support.browser import brightness, sign_in, state, times, until, visiting
from support.campus import PASSWORD, redeem
from support.carrying import parcel_of
from support.filmed import Filming, Scene
from support.stage import DAMAGED, SCENES, Stage

# One piece of evidence, in seconds: what a seek may be off by at most.
PIECE_S = 4.0

# Two players this close show the same moment; a picture at 10 per second lasts 0.1.
IN_STEP_S = 0.2


SIGN_IN = "button:text('Sign in')"
ACCEPT, DISMISS = "button[value=accepted]", "button[value=dismissed]"
PLAYERS = "[...document.querySelectorAll('video, audio')]"


def show(page: Page, address: str) -> None:
    """Open a session's page and wait until its players are ready."""
    page.goto(address)
    page.wait_for_selector("#review[data-ready]")
    until(
        page,
        f"{PLAYERS}.every(e => !e.src || e.readyState >= 2)",
        "the players are not ready",
    )


def flag(number: int) -> str:
    return f"li[data-flag='{number:032x}']"


def in_step(page: Page, players: str, off: float) -> None:
    """Wait until these players are closer together than ``off`` seconds: the page itself
    brings them together a dozen times a second.
    """
    until(
        page,
        """([players, off]) => {
          const times = [...document.querySelectorAll(players)]
            .filter(e => e.id !== "beside-clip").map(e => e.currentTime);
          return Math.max(...times) - Math.min(...times) < off;
        }""",
        "not in step",
        [players, off],
    )


def settled(page: Page, time: float, *names: str) -> None:
    """Wait until these players show ``time``, to one piece of evidence."""
    until(
        page,
        """([time, off, names]) => names.every(name => {
          const e = document.getElementById(name);
          return !e.seeking && e.readyState >= 2 && Math.abs(e.currentTime - time) < off;
        })""",
        f"not at {time}",
        [time, PIECE_S, list(names)],
    )


def test_all_players_play_in_step_with_a_picture_and_sound(stage: Stage, page: Page) -> None:
    show(page, stage.session("main"))
    before = times(page)
    page.click("#play")
    until(
        page,
        """before => Object.entries(before).every(
          ([name, time]) => document.getElementById(name).currentTime > time + 2)""",
        "time does not advance in every player",
        before,
    )
    in_step(page, "video[id], audio[id]", IN_STEP_S)
    for name in ("camera", "screen"):
        assert brightness(page, name) > 20, name
    heard = "document.getElementById('microphone').webkitAudioDecodedByteCount"
    assert page.evaluate(heard) > 0
    page.click("#play")
    until(
        page, "[...document.querySelectorAll('video, audio')].every(e => e.paused)", "plays on"
    )


def test_a_click_on_a_flag_seeks_all_players(stage: Stage, page: Page) -> None:
    show(page, stage.session("main"))
    page.click(f"{flag(4)} button")
    settled(page, SCENES[3].start, "camera", "screen", "microphone")
    expect(page.locator("[aria-current=true]")).to_contain_text("More than one face")
    expect(page.locator("#decide h3")).to_have_text("More than one face")


def test_a_click_on_the_timeline_seeks_and_chooses(stage: Stage, page: Page) -> None:
    show(page, stage.session("main"))
    box = page.locator("#band").bounding_box()
    assert box is not None
    lane = page.locator("[data-lane=windows]").bounding_box()
    assert lane is not None
    length = float(page.get_attribute("#band", "aria-valuemax") or 0)
    x = box["x"] + box["width"] * SCENES[1].start / length
    page.mouse.click(x, lane["y"] + lane["height"] / 2)
    settled(page, SCENES[1].start, "camera", "screen", "microphone")
    expect(page.locator("#decide h3")).to_have_text("Other window in front")
    page.mouse.click(box["x"] + box["width"] * 60 / length, box["y"] + 10)
    settled(page, 60, "camera", "screen", "microphone")


def test_a_decision_by_mouse_is_there_after_a_reload(stage: Stage, page: Page) -> None:
    show(page, stage.session("mouse"))
    score = page.inner_text("#score")
    page.click(f"{flag(1)} button")
    page.fill("#note", "Looked at the clock on the wall.")
    page.click(DISMISS)
    expect(page.locator("#decide-result")).to_contain_text("dismissed. 0 flags left to decide")
    expect(page.locator("#tally")).to_have_text("all 1 decided")
    expect(page.locator("#score")).to_have_text("0")
    assert score != "0"
    show(page, stage.session("mouse"))
    assert page.get_attribute(flag(1), "data-verdict") == "dismissed"
    page.click(f"{flag(1)} button")
    expect(page.locator("#decide .history")).to_contain_text("Looked at the clock on the wall.")
    expect(page.locator("#decide .history")).to_contain_text("Dismissed by Proctor")


def test_a_session_is_reviewed_by_keyboard_alone(stage: Stage, page: Page) -> None:
    show(page, stage.session("keys"))
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    settled(page, SCENES[0].start, "camera")
    page.keyboard.press("n")
    page.keyboard.type("a note with j, a and d in it")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    # On it goes, to the next open flag.
    expect(page.locator("#decide h3")).to_have_text("Other window in front")
    expect(page.locator("#note")).to_have_value("")
    settled(page, SCENES[1].start, "camera")
    page.keyboard.press("d")
    expect(page.locator("#decide h3")).to_have_text("Head turned away")
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(page.locator("#decide h3")).to_have_text("Eyes off the screen")
    assert [page.get_attribute(flag(n), "data-verdict") for n in (1, 2, 3)] == [
        "accepted",
        "dismissed",
        "open",
    ]
    assert page.get_attribute(flag(1), "data-note") == "a note with j, a and d in it"
    page.keyboard.press("o")
    until(page, f"document.querySelector(\"{flag(1)}\").dataset.verdict === 'open'", "not open")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    until(page, "!document.getElementById('camera').paused", "space does not play")
    page.keyboard.press("Space")
    until(page, "document.getElementById('camera').paused", "space does not pause")
    page.keyboard.press("Home")
    settled(page, 0, "camera")


def test_who_has_ticked_a_box_of_the_page_goes_on_by_keyboard(stage: Stage, page: Page) -> None:
    show(page, stage.session("keys"))
    page.keyboard.press("j")
    expect(page.locator("#decide h3")).to_have_text("Eyes off the screen")
    page.locator("#go-on").click()
    page.keyboard.press("Space")
    expect(page.locator("#go-on")).to_be_checked()
    assert page.evaluate("document.getElementById('camera').paused")
    page.keyboard.press("j")
    expect(page.locator("#decide h3")).to_have_text("Other window in front")
    # A tick of a form that somebody fills in is not left by a slip.
    page.locator("#reason-flags").click()
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator("#decide h3")).to_have_text("Other window in front")


def test_a_decision_that_does_not_arrive_is_said_and_its_note_kept(
    stage: Stage, page: Page
) -> None:
    show(page, stage.session("offline"))
    page.click(f"{flag(2)} button")
    page.fill("#note", "worth a second look")
    page.route("**/decisions", lambda route: route.abort())
    page.click(ACCEPT)
    said = "Nothing is saved, and your note is kept; try again"
    expect(page.locator("#decide-result")).to_contain_text(said)
    page.unroute("**/decisions")
    page.click(ACCEPT)
    # It goes on to the next flag, and still says what was decided about this one.
    expect(page.locator("#decide h3")).to_have_text("Head turned away")
    said = "Other window in front at 0:18: confirmed. 2 flags left to decide"
    expect(page.locator("#decide-result")).to_contain_text(said)
    assert page.get_attribute(flag(2), "data-note") == "worth a second look"


def test_playing_goes_on_where_a_stream_is_missing(stage: Stage, page: Page) -> None:
    show(page, stage.session("main"))
    length = float(page.get_attribute("#band", "aria-valuemax") or 0)
    box = page.locator("#band").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 86.5 / length, box["y"] + 10)
    settled(page, 86.5, "camera", "screen", "microphone")
    page.select_option("#rate", "4")
    # From 88.3 to 96.3 there is no camera picture, and it says so: for two seconds, and a busy
    # machine may look too late.
    page.evaluate(
        """() => {
          const note = document.querySelector("[data-note=camera]");
          const look = () => notes.push(note.hidden ? "" : note.textContent);
          window.notes = [];
          const all = { attributes: true, characterData: true, childList: true, subtree: true };
          new MutationObserver(look).observe(note, all);
        }"""
    )
    page.click("#play")
    why = "notes.findIndex(text => text.includes('committed to, but not delivered'))"
    until(page, f"{why} >= 0", "nothing is said of what is missing")
    until(page, f"notes.slice({why}).includes('')", "it is said on and on")
    # At 104 s the machine restarted: another epoch, the same timeline.
    until(
        page,
        "['camera', 'screen'].every(n => document.getElementById(n).currentTime > 106)",
        "it does not go on after the restart",
    )
    in_step(page, "#camera, #screen", 4 * IN_STEP_S)
    assert brightness(page, "camera") > 20


def test_silence_where_there_is_no_sound_stops_nobody(stage: Stage, page: Page) -> None:
    show(page, stage.session("main"))
    length = float(page.get_attribute("#band", "aria-valuemax") or 0)
    box = page.locator("#band").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 66 / length, box["y"] + 10)
    settled(page, 66, "camera", "screen")
    page.click("#play")
    until(page, "document.getElementById('camera').currentTime > 68", "it stands")
    assert state(page)["microphone"][2] == 1  # paused


def test_who_decides_second_is_told(stage: Stage, page: Page, browser: Browser) -> None:
    with visiting(browser, stage.url) as other:
        sign_in(other, stage.campus.admin, PASSWORD)
        show(other, stage.session("rivals"))
        show(page, stage.session("rivals"))
        for visitor in (page, other):
            visitor.click(f"{flag(1)} button")
        page.click(ACCEPT)
        expect(page.locator("#decide-result")).to_contain_text("confirmed")
        other.click(DISMISS)
        told = other.locator("#decide-result")
        expect(told).to_contain_text("Proctor confirmed this flag meanwhile")
        assert other.get_attribute(flag(1), "data-verdict") == "accepted"
        # Informed, they may decide otherwise.
        other.click(f"{flag(1)} button")
        other.click(DISMISS)
        expect(told).to_contain_text("dismissed")


def test_hundreds_of_flags_are_walked_and_filtered(stage: Stage, page: Page) -> None:
    show(page, stage.session("many"))
    for _ in range(40):
        page.keyboard.press("j")
    expect(page.locator("[aria-current=true]")).to_be_in_viewport()
    assert page.get_attribute("li:has([aria-current=true])", "data-flag") == f"{40:032x}"
    settled(page, 2 + 39 / 5, "camera", "screen", "microphone")
    assert page.locator("#flag-list li[data-flag]").count() < 60  # only those in sight
    assert page.locator(flag(40)).get_attribute("aria-setsize") == "500"
    script = "form => form.scrollHeight - form.clientHeight"
    assert page.locator(".decide").evaluate(script) <= 1  # all of it, below so long a list
    page.select_option("#filter-verdict", "accepted")
    expect(page.locator("[data-none]")).to_be_visible()
    page.select_option("#filter-verdict", "open")
    expect(page.locator("[data-none]")).to_be_hidden()
    page.select_option("#filter-kind", "speech")
    expect(page.locator("#flag-count")).to_have_text("167 of 500 flags shown")


def test_a_live_session_brings_its_news_by_itself(stage: Stage, page: Page) -> None:
    show(page, stage.session("live"))
    expect(page.locator("#tally")).to_have_text("1 open, 0 decided")
    length = page.inner_text("#length")
    with ThreadPoolExecutor(1) as thread:  # this one has playwright's loop
        thread.submit(asyncio.run, _go_on(stage, stage.sessions["live"])).result()
    expect(page.locator(flag(7))).to_be_visible()
    expect(page.locator("#tally")).to_have_text("2 open, 0 decided")
    assert page.inner_text("#length") != length
    page.click(f"{flag(7)} button")
    settled(page, 20, "camera", "microphone")


async def _go_on(stage: Stage, filming: Filming) -> None:
    """Eight seconds more of a session that is being recorded, with a flag in them."""
    async with httpx.AsyncClient(base_url=stage.url, timeout=30) as client:
        filming.pupil.client = client
        filming.move_to(20)
        filming.scene(6, Scene("multiple_faces", 20, None, "critical"))
        for number in (4, 5):
            for stream in ("camera", "microphone"):
                filming.fragment(stream, number)
        filming.move_to(24)
        await filming.deliver()


def test_a_flags_snapshot_and_clip_are_seen_by_keyboard_alone(stage: Stage, page: Page) -> None:
    show(page, stage.session("pictured"))
    thumbnail = page.get_by_alt_text("Snapshot of No face in view at 0:04")
    expect(thumbnail.first).to_be_visible()
    until(
        page,
        "document.querySelector('.flag-picture').naturalWidth === 320",
        "not so: document.querySelector('.flag-picture').naturalWidth === 320",
    )
    page.keyboard.press("j")
    clip = page.locator("#decide video")
    expect(clip).to_have_attribute("aria-label", "Clip around No face in view at 0:04")
    page.keyboard.press("c")
    until(
        page,
        "document.querySelector('#decide video').currentTime > 0.5",
        "not so: document.querySelector('#decide video').currentTime > 0.5",
    )
    page.evaluate("document.body.dispatchEvent(new Event('session-changed'))")
    page.keyboard.press("c")
    until(
        page,
        "document.querySelector('#decide video').paused",
        "not so: document.querySelector('#decide video').paused",
    )
    assert clip.evaluate("video => video.duration") == pytest.approx(4, abs=0.2)
    assert clip.evaluate("video => video.currentTime") > 0.5
    page.keyboard.press("l")
    expect(page.get_by_role("dialog")).to_contain_text("Snapshot of No face in view at 0:04")
    until(
        page,
        "document.querySelector('#closer img').naturalWidth === 320",
        "not so: document.querySelector('#closer img').naturalWidth === 320",
    )
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_what_of_a_flag_is_not_here_is_said(stage: Stage, page: Page) -> None:
    show(page, stage.session("pictured"))
    page.locator("li[data-flag] .flag-title", has_text="Head turned away").click()
    expect(page.locator("#decide")).to_contain_text("has not been delivered yet")
    page.locator("li[data-flag] .flag-title", has_text="Speech").click()
    expect(page.locator("#decide")).to_contain_text("The clip is that of No face in view")
    photograph = page.locator(".case-bar").get_by_alt_text("Photograph of", exact=False)
    expect(photograph).to_be_visible()
    expect(page.locator("#panels")).to_contain_text("detection slowed down to 15 pictures")


def test_an_observer_sees_no_buttons_to_decide(stage: Stage, browser: Browser) -> None:
    with visiting(browser, stage.url) as page:
        sign_in(page, stage.campus.observer, PASSWORD)
        show(page, stage.session("main"))
        page.keyboard.press("j")
        expect(page.locator("#decide h3")).to_have_text("Eyes off the screen")
        page.keyboard.press("a")
        assert page.locator("#decide button").count() == 0
        expect(page.locator("#decide")).to_contain_text("proctors decide")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_page_is_wider_than_the_screen(
    stage: Stage, browser: Browser, scheme: str, width: int
) -> None:
    view = {"width": width, "height": 850}
    with visiting(browser, stage.url, viewport=view, color_scheme=scheme) as page:
        sign_in(page, stage.campus.admin, PASSWORD)
        exam = f"/exams/{stage.campus.exam.id}"
        verdict = f"{stage.session('damaged')}/verdict"
        for address in (
            "/sessions",
            stage.session("main"),
            verdict,
            "/exams",
            "/exams/new",
            "/imports",
            "/accommodations",
            exam,
            f"{exam}/policy",
        ):
            page.goto(address)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, address


def test_a_verdict_is_made_and_leads_to_the_place_that_fails(stage: Stage, page: Page) -> None:
    show(page, stage.session("damaged"))
    page.click("#panels a[href$='/verdict']")
    expect(page.locator("#verdict-title")).to_have_text("The evidence does not hold")
    rows = page.get_by_role("row")
    assert rows.count() == 1 + 11
    heads = [page.get_by_role("rowheader").nth(n).inner_text() for n in range(11)]
    assert heads == [str(number) for number in range(11)]
    for number in range(11):
        outcome = rows.nth(number + 1).get_by_role("cell").nth(1)
        expect(outcome).to_have_accessible_name("Fails" if number == 7 else "Holds")
    failure = page.get_by_role("list", name="Failures of check 7")
    expect(failure).to_contain_text(f"camera {DAMAGED} (")
    expect(failure).to_contain_text("changed since it was committed")
    with page.expect_download() as download:
        page.click("text=Download as JSON")
    said = json.loads(download.value.path().read_text())
    assert said["checks"][7]["where"] == [{"stream": "camera", "stream_seq": DAMAGED}]
    failure.get_by_role("link").click()
    page.wait_for_selector("#review[data-ready]")
    start = (DAMAGED - 1) * PIECE_S
    until(page, f"document.getElementById('now').textContent === '0:0{start:.0f}'", "elsewhere")
    expect(page.locator(".checks")).to_contain_text("check 7 fails. Nothing above explains")
    expect(page.locator("text=See every check")).to_be_visible()


def test_a_verdict_is_asked_for_anew_by_keyboard(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.session('damaged')}/verdict")
    expect(page.locator("#verdict-title")).to_be_visible()
    page.get_by_role("button", name="Verify again").focus()
    page.keyboard.press("Enter")
    # It is made while the page is open, and whoever cannot see that hears so.
    said = page.locator("#verdict-said")
    expect(said).to_have_text("Verified: the evidence does not hold.")
    expect(page.locator("#verdict-title")).to_have_text("The evidence does not hold")


def test_a_verdict_needs_no_script(stage: Stage, browser: Browser) -> None:
    with visiting(browser, stage.url, java_script_enabled=False) as page:
        sign_in(page, stage.campus.observer, PASSWORD)
        page.goto(f"{stage.session('many')}/verdict")
        expect(page.locator("#verdict-title")).to_have_text("The evidence holds")
        expect(page.locator("#verdict")).to_contain_text("All 11 checks hold")


def test_what_was_not_delivered_is_listed_and_leads_to_its_time(
    stage: Stage, page: Page
) -> None:
    show(page, stage.session("main"))
    expect(page.locator(".lanes")).to_contain_text("Undelivered")
    expect(page.locator("#panels")).to_contain_text("Interrupted once")
    page.click("#panels >> text=1:28 to 1:36")
    expect(page.locator("[data-note=camera]")).to_contain_text("Recorded, but not here")
    page.goto("/sessions")
    page.select_option("#evidence", "missing")
    # The one looked at, and the one whose second clip is still to come.
    expect(page.locator("#sessions tbody tr")).to_have_count(2)
    assert "evidence=missing" in page.url


def test_an_admin_makes_an_exam_and_hands_codes_out(stage: Stage, browser: Browser) -> None:
    with visiting(browser, stage.url) as page:
        sign_in(page, stage.campus.admin, PASSWORD)
        page.click("nav >> text=Exams")
        page.click("main >> text=New exam")
        page.fill("#title", "Topology")
        page.click("text=Create and sign")
        expect(page.locator("h1")).to_contain_text("Topology")
        page.fill("#new-candidates", "Ada Example")
        page.click("text=Add and show codes")
        expect(page.locator("[role=alert]")).to_contain_text("Line 1 is not a name")
        page.fill("#new-candidates", "Ada Example, topology-1")
        page.click("text=Add and show codes")
        code = page.locator(".code").inner_text()
        page.fill("#new-candidates", "Grace Example, topology-2")
        page.click("text=Add and show codes")
        # What is shown once is there until the page is left.
        expect(page.locator(".code")).to_have_count(2)
        expect(page.locator(".code").last).to_have_text(code)
        expect(page.locator("#codes-told")).to_contain_text("shown this once")
        expect(page.locator("#new-candidates")).to_have_value("")
        page.reload()
        expect(page.locator(".code")).to_have_count(0)
        expect(page.locator("#candidates")).to_contain_text("unused")
    answer = httpx.post(f"{stage.url}/api/v1/enrolments/inspect", json={"code": code})
    assert answer.json()["candidate"] == "Ada Example"


def test_an_accommodation_is_given_and_nothing_is_lost_by_it(
    stage: Stage, browser: Browser
) -> None:
    with visiting(browser, stage.url) as page:
        sign_in(page, stage.campus.admin, PASSWORD)
        page.goto("/accommodations")
        page.fill("[name=name]", "Reads aloud")
        page.check("[name='speech.off']")
        page.locator("main form button.main").first.click()
        expect(page.locator("main")).to_contain_text("Reads aloud")
        page.goto(f"/exams/{stage.campus.exam.id}")
        page.fill("#new-candidates", "Zoe Example, zoe-1\nZora Example, zora-1")
        page.click("text=Add and show codes")
        expect(page.locator(".code")).to_have_count(2)
        page.fill("#new-candidates", "Not yet, typ")
        row = page.locator("tr", has_text="zoe-1").filter(has=page.locator("select"))
        row.locator("select").select_option(label="Reads aloud")
        with page.expect_response("**/accommodation"):
            row.get_by_role("button", name="Give").press("Enter")
        expect(row.locator("option[selected]")).to_have_text("Reads aloud")
        expect(row.get_by_role("button", name="Give")).to_be_focused()
        expect(page.locator(".code")).to_have_count(2)
        expect(page.locator("#new-candidates")).to_have_value("Not yet, typ")


def test_a_list_is_imported_though_the_server_was_busy_once(
    stage: Stage, browser: Browser
) -> None:
    count = 20_000
    rows = "".join(f"Nemo {n},nemo-{n}\n" for n in range(count))
    asked: list[Route] = []

    def busy_once(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.fulfill(status=503)
        else:
            route.continue_()

    with visiting(browser, stage.url, provoked=("of 503", "Code 503")) as page:
        sign_in(page, stage.campus.admin, PASSWORD)
        page.goto(f"/exams/{stage.campus.exam.id}/import")
        csv = f"name,reference\n{rows}".encode()
        page.set_input_files(
            "[type=file]", {"name": "list.csv", "mimeType": "text/csv", "buffer": csv}
        )
        page.click("main form button.main")
        page.route("**/progress", busy_once)
        page.get_by_role("button", name="Import 20,000 candidates").click()
        expect(page.locator("#progress")).to_contain_text("20,000 candidates are enrolled")
        assert asked


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


def test_a_recording_is_imported_from_a_file(stage: Stage, page: Page, tmp_path: Path) -> None:
    """Chosen, sent, checked; told in the page, and its receipts downloaded."""
    file = tmp_path / "a.invigil"
    with ThreadPoolExecutor(1) as thread:  # the browser's loop has this one
        file.write_bytes(thread.submit(asyncio.run, _saved(stage)).result())
    cut = tmp_path / "cut.invigil"
    cut.write_bytes(file.read_bytes()[:-1])
    page.goto("/sessions")
    page.get_by_role("link", name="Import recordings from files").click()
    page.get_by_label("Files").set_input_files([file, cut])
    page.get_by_role("button", name="Import").press("Enter")
    results = page.get_by_role("status", name="Results")
    expect(results).to_contain_text("All of it is here.")
    expect(results).to_contain_text("Records: 3, of which 3 new.")
    expect(results).to_contain_text("its end is missing or damaged")
    expect(page.get_by_label("Files")).to_be_focused()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the receipts").click()
    assert download.value.suggested_filename.endswith(".receipt")
    page.get_by_role("link", name="Open the session").click()
    page.wait_for_url("**/sessions/*")


async def _saved(stage: Stage) -> bytes:
    """What a candidate's recorder saved."""
    async with httpx.AsyncClient(base_url=stage.url) as client:
        pupil = await redeem(client, await stage.campus.code("carried"))
    pupil.open()
    pupil.segment()
    pupil.close()
    return parcel_of(pupil)


def test_rules_are_changed_by_keyboard_and_mistakes_lose_nothing(
    stage: Stage, browser: Browser
) -> None:
    view = {"width": 1280, "height": 900}
    with visiting(browser, stage.url, viewport=view) as page:
        sign_in(page, stage.campus.admin, PASSWORD)
        page.goto(f"/exams/{stage.campus.exam.id}")
        page.get_by_role("link", name="Change the rules").click()
        _change_the_rules(page)


def _change_the_rules(page: Page) -> None:
    threshold = page.get_by_label("Eyes off the screen: flagged from")
    release = page.get_by_label("Eyes off the screen: over at")
    speech = page.get_by_role("checkbox", name="Speech", exact=True)
    threshold.fill("20")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(release).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("30")
    speech.focus()
    page.keyboard.press("Space")
    # Enter signs, and presses none of the buttons that fill in defaults.
    release.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not signed")
    expect(release).to_have_attribute("aria-invalid", "true")
    expect(threshold).to_have_value("20")
    page.get_by_role("alert").get_by_role("link").press("Enter")
    expect(release).to_be_focused()
    release.fill("12")
    release.press("Enter")
    page.wait_for_url("**/policy?told=signed*")
    newest = page.locator("#versions li").first
    expect(newest).to_contain_text("Version 2")
    expect(newest).to_contain_text("by more than 20°")
    expect(newest).to_contain_text("Speech: switched off")
    expect(speech).not_to_be_checked()
    page.get_by_role("button", name="Back to the default of Speech").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Nothing is signed yet")
    expect(speech).to_be_checked()
    expect(threshold).to_have_value("20")

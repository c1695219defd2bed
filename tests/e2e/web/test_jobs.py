"""Whole jobs in a browser, by the keyboard wherever a person could: an exam from nothing to
codes; a colleague invited, and signed in with a second factor; a session decided and reported.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page, expect
from support.axe import WIDE, hindrances, told
from support.browser import PATIENCE_S, chromium, sign_in, visiting
from support.campus import PASSWORD, redeem
from support.pictured import snapshot
from support.stage import Stage
from support.tab_walk import walk

from shared.encoding import to_base64
from shared.signed import public_bytes

# More tab stops than any page has before what a test looks for.
MOST_STOPS = 120

TOTP_STEP_S = 30

# A report is laid out by a process of low priority: seconds, and more where others work.
LAID_OUT_S = 120

LIST = """name,reference,email
Ada Example,4711,ada@students.example.edu
Grace Example,4712,grace at students.example.edu
Émilie Example,4713,emilie@students.example.edu
"""

# What the focused element is called, as a screen reader would say it, more or less.
CALLED = """() => {
  const it = document.activeElement;
  const words = it.getAttribute("aria-label")
    ?? (it.labels?.length ? it.labels[0].innerText : it.innerText);
  return (words ?? "").trim().replace(/\\s+/g, " ");
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


def tab_to(page: Page, called: str) -> None:
    """Press Tab until what is called so has the focus; it must be seen that it has."""
    for _ in range(MOST_STOPS):
        if page.evaluate(CALLED) == called:
            shown = page.evaluate("document.activeElement.matches(':focus-visible')")
            assert shown, f"{called} has the focus, and nothing shows it"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no tab stop is called {called!r} at {page.url}")


def fill_in(page: Page, called: str, text: str) -> None:
    """Go to a field by the keyboard and type into it, over what is there."""
    tab_to(page, called)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def press(page: Page, called: str) -> None:
    """Go to a button or link by the keyboard and press Enter."""
    tab_to(page, called)
    page.keyboard.press("Enter")


def unhindered(page: Page) -> None:
    """What stands here for a moment hinders nobody."""
    found = hindrances(page)
    assert not found, told(found)
    walked = walk(page)
    assert not walked.hinders, "\n".join(walked.hinders)


def a_letter(campus_folder: Path, to: str, subject: str) -> EmailMessage:
    """A letter that the server sent, within a while."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for file in (campus_folder / "mail").glob("*.eml"):
            letter = message_from_bytes(file.read_bytes(), policy=policy.default)
            assert isinstance(letter, EmailMessage)
            if (letter["To"], letter["Subject"]) == (to, subject):
                return letter
        time.sleep(0.1)
    raise AssertionError(f"no letter to {to} about {subject!r}")


def test_an_exam_is_set_up_from_nothing(
    browser: Browser, office: Stage, tmp_path: Path
) -> None:
    with visiting(browser, office.url, viewport=WIDE) as page:
        sign_in(page, office.campus.examiner, PASSWORD)
        press(page, "Exams")
        page.wait_for_url("**/exams")
        press(page, "New exam")
        page.wait_for_url("**/exams/new")
        fill_in(page, "Title", "Number theory")
        fill_in(page, "Time to work", "90")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("Number theory")
        exam = page.url.rpartition("/")[2]
        press(page, "Import a list")
        page.wait_for_url("**/import")
        take_in(page, tmp_path, LIST)
        expect(page.get_by_text("1 row is wrong")).to_be_visible()
        wrong = page.locator("section", has_text="What is wrong").locator("tbody tr")
        expect(wrong).to_have_count(1)
        expect(wrong).to_contain_text(re.compile(r"3.*email.*there is no @", re.DOTALL))
        unhindered(page)
        press(page, "Another file")
        page.wait_for_url("**/import")
        take_in(page, tmp_path, LIST.replace(" at ", "@"))
        press(page, "Import 3 candidates")
        expect(page.get_by_text("3 candidates are enrolled.")).to_be_visible()
        unhindered(page)
        press(page, "Send or print codes")
        page.wait_for_url("**/candidates?standing=no_code")
        tab_to(page, "Tick all 3 here")
        page.keyboard.press("Space")
        expect(page.get_by_text("3 ticked")).to_be_visible()
        page.get_by_label("With those").select_option("show")
        press(page, "Do it")
        expect(page.locator("h1")).to_have_text("Codes for Number theory")
        codes = page.locator("td .code").all_inner_texts()
        assert len(set(codes)) == 3
        unhindered(page)
        page.goto(f"/exams/{exam}")
        expect(page.locator("tr", has_text="Émilie Example")).to_contain_text("unused")
    key = to_base64(public_bytes(Ed25519PrivateKey.generate()))
    body = {"code": codes[0], "public_key": key}
    taken = httpx.post(f"{office.url}/api/v1/enrolments/redeem", json=body)
    # A code that nobody has is answered otherwise: this one's exam is tomorrow.
    assert taken.json()["type"] == "urn:invigil:problem:exam-early", taken.text


def take_in(page: Page, folder: Path, text: str) -> None:
    """Choose a file with this text and have it read."""
    file = folder / "candidates.csv"
    file.write_text(text, encoding="utf-8")
    page.get_by_label("The list").set_input_files(file)
    press(page, "Look at it")
    expect(page.locator("h1")).to_have_text("What the list says")


def test_a_colleague_comes_in_with_a_second_factor(browser: Browser, office: Stage) -> None:
    email, password = "ida@example.edu", "seven grey herons wade"
    with visiting(browser, office.url, viewport=WIDE) as page:
        sign_in(page, office.campus.admin, PASSWORD)
        page.goto("/settings/people")
        tab_to(page, "Role")
        page.keyboard.type("exam")
        page.keyboard.press("Shift+Tab")
        page.keyboard.type(email)
        page.keyboard.press("Enter")
        link = page.locator("#link").inner_text()
        unhindered(page)
    folder = office.campus.settings.data_dir
    letter = a_letter(folder, email, "Your invitation to Example University")
    assert link in letter.get_content()
    with visiting(browser, office.url, viewport=WIDE) as page:
        page.goto(link)
        unhindered(page)
        for called, text in (
            ("Your name", "Ida Example"),
            ("Password", password),
            ("The password again", password),
        ):
            fill_in(page, called, text)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Welcome.")
        expect(page.locator(".page-head")).to_contain_text("Examiner at Example University")
        secret = set_an_app_up(page, password)
        press(page, "Sign out")
        page.wait_for_url("**/login")
        expect(page.locator("#email")).to_be_focused()
        page.keyboard.type(email)
        fill_in(page, "Password", password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/login/second**")
        unhindered(page)
        expect(page.locator("#code")).to_be_focused()
        # The app's code of this step was taken already; the next one's is good, too.
        page.keyboard.type(pyotp.TOTP(secret).at(int(time.time()) + TOTP_STEP_S))
        page.keyboard.press("Enter")
        page.wait_for_url("**/sessions")
        page.goto("/settings/account")
        expect(page.get_by_text("Password and authenticator app")).to_be_visible()
    letter = a_letter(folder, email, "Your Invigil account was changed")
    assert "An authenticator app was added" in letter.get_content()


def set_an_app_up(page: Page, password: str) -> str:
    """From one's account to the recovery codes and back; the app's secret."""
    press(page, "Set an app up")
    fill_in(page, "Your present password", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/totp")
    unhindered(page)
    secret = page.locator("p.secret").inner_text().replace(" ", "")
    page.get_by_label("Code").focus()
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.locator("#codes li")).to_have_count(10)
    unhindered(page)
    press(page, "I have kept them")
    page.wait_for_url("**/settings/account")
    return secret


def test_a_session_is_reviewed_decided_and_told_on_paper(
    browser: Browser, office: Stage
) -> None:
    """From the flags to the PDF and the JSON of the session, and to the exam's figures."""
    # The browser's own loop runs in this thread.
    with ThreadPoolExecutor(1) as beside:
        session = beside.submit(asyncio.run, handed_in(office)).result()
    with visiting(browser, office.url, viewport=WIDE) as page:
        sign_in(page, office.campus.proctor, PASSWORD)
        page.goto(f"/sessions/{session}")
        page.wait_for_selector("#review[data-ready]")
        page.keyboard.press("j")
        expect(page.locator("#decide h3")).to_have_text("More than one face")
        page.keyboard.press("a")
        expect(page.locator("#decide h3")).to_have_text("Second voice")
        page.keyboard.press("d")
        expect(page.get_by_text("0 flags left to decide.")).to_be_visible()
        # A group of choices is one tab stop; arrows choose in it.
        tab_to(page, "Passed: nothing to object to")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.evaluate(CALLED) == "Referred to the examination board"
        tab_to(page, "Signs of help from others")
        page.keyboard.press("Space")
        fill_in(page, "Note (stays with the decision; @name calls a colleague)", "Two voices.")
        press(page, "Decide")
        said = page.get_by_label("Decisions about the session so far")
        expect(said).to_contain_text("Referred to the examination board by Proctor")
        report = the_report(page, session)
        assert report["final"] is True, report["unfinished"]
        assert [one["verdict"] for one in report["decisions"]] == ["accepted", "dismissed"]
        decision = report["decision"]
        assert (decision["outcome"], decision["note"]) == ("referred", "Two voices.")
        the_figures(page, office.campus.exam.id)


async def handed_in(office: Stage) -> str:
    """A session with two flags, recorded and delivered whole; its id."""
    async with httpx.AsyncClient(base_url=office.url) as client:
        pupil = await redeem(client, await office.campus.code("reported"))
        pupil.wall = time.time_ns() // 1000
        pupil.open()
        picture = snapshot()
        seen = pupil.attach("snapshot", picture.media_type, picture.data)
        pupil.incident(1, kind="multiple_faces", attachments=(seen,))
        pupil.mono += 60_000_000
        pupil.incident(2, kind="second_voice")
        pupil.close()
        await pupil.hand_in()
        return pupil.session


def the_report(page: Page, session: str) -> dict[str, Any]:
    """Have the report made and take it, as a file and for programs; what that says."""
    press(page, "Report")
    page.wait_for_url("**/report")
    unhindered(page)
    press(page, "Make the report")
    ready = page.get_by_text("The report is ready")
    expect(ready).to_be_visible(timeout=LAID_OUT_S * 1000)
    unhindered(page)
    tab_to(page, "Download the PDF")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.suggested_filename == f"{session}.report.pdf"
    data = taken.value.path().read_bytes()
    assert data.startswith(b"%PDF-")
    assert b"Provisional" not in data
    tab_to(page, "Download as JSON")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    told = json.loads(taken.value.path().read_bytes())
    assert told["session"] == session
    return told


def the_figures(page: Page, exam: str) -> None:
    """The exam's figures tell of that session, and of nobody."""
    page.goto(f"/exams/{exam}/report")
    kinds = page.locator("section", has_text="Flags by kind").locator("tbody")
    expect(kinds).to_contain_text("More than one face")
    expect(kinds).to_contain_text("Second voice")
    assert "Ada Example" not in page.locator("main").inner_text()
    unhindered(page)
    tab_to(page, "CSV")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert b"second_voice" in taken.value.path().read_bytes()

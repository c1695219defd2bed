"""In a browser: an appeal is answered; a session is held, released, and a part destroyed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.browser import chromium, sign_in, visiting
from support.campus import PASSWORD, Campus, client_of, found_campus, redeem
from support.running_server import running

from shared.candidate_page import page_path, page_token
from shared.certificate_file import verify_certificate_file
from shared.signed import fingerprint

WHERE = "/settings/data-protection"


@dataclass
class Desk:
    """A server with one recorded session."""

    campus: Campus
    url: str
    session: str
    my_page: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    async def make() -> tuple[Campus, str, str]:
        campus = await found_campus(tmp_path_factory.mktemp("desk") / "data")
        async with client_of(campus) as client:
            pupil = await redeem(client, await campus.code())
            pupil.open()
            pupil.segment("camera")
            pupil.segment("screen")
            pupil.close()
            await pupil.hand_in()
        return campus, pupil.session, page_path(page_token(pupil.token))

    campus, session, my_page = asyncio.run(make())
    with running(campus.settings.data_dir) as server:
        yield Desk(campus, server.url, session, my_page)
        assert "Traceback" not in server.log, server.log


def test_from_appeal_to_certificate(desk: Desk, tmp_path: Path) -> None:
    with (
        chromium() as browser,
        visiting(browser, desk.url) as theirs,
        visiting(browser, desk.url) as ours,
    ):
        # The candidate appeals, by keyboard.
        theirs.goto(desk.my_page)
        theirs.get_by_label("What do you disagree with").focus()
        theirs.keyboard.type("It was my cat.")
        theirs.keyboard.press("Tab")
        theirs.keyboard.press("Enter")
        expect(theirs.get_by_role("status")).to_contain_text("Your appeal has arrived")
        # Staff answer.
        sign_in(ours, desk.campus.admin, PASSWORD)
        ours.goto(f"{WHERE}/appeals")
        ours.get_by_label("Answer").fill("We saw the cat. Dismissed.")
        ours.get_by_role("button", name="Answer", exact=True).click()
        expect(ours.get_by_role("status")).to_contain_text("Answered")
        theirs.goto(desk.my_page)
        expect(theirs.get_by_text("We saw the cat. Dismissed.")).to_be_visible()
        # Held, it is not destroyed.
        ours.goto(f"{WHERE}/sessions/{desk.session}")
        ours.get_by_label("Why it is to be held").fill("A court asked for it.")
        ours.get_by_role("button", name="Hold", exact=True).click()
        expect(ours.get_by_role("status")).to_contain_text("It is held")

        def destroy(why: str) -> None:
            ours.get_by_label("Camera recording").check()
            ours.get_by_label("Why", exact=True).fill(why)
            ours.get_by_label("I am sure").check()
            ours.get_by_role("button", name="Destroy").click()

        destroy("asked for")
        expect(ours.get_by_role("alert")).to_contain_text("a legal hold on the session")
        # Released, it is; and there is a certificate.
        ours.get_by_label("Why it is no longer needed").fill("The court is done.")
        ours.get_by_role("button", name="Release").click()
        expect(ours.get_by_role("status")).to_contain_text("released")
        destroy("the time is over")
        expect(ours.get_by_role("status")).to_contain_text("It is destroyed")
        with ours.expect_download() as download:
            ours.get_by_role("link", name="Certificates").click()
        path = tmp_path / "x.certificates.json"
        download.value.save_as(path)
        verdict = verify_certificate_file(path, fingerprint(desk.campus.public_key))
        assert verdict.holds
        assert [one.kind for one in verdict.certificates[0].destroyed] == ["camera"]
        # The candidate reads it on their page.
        theirs.goto(desk.my_page)
        expect(theirs.get_by_text("Deleted on")).to_contain_text("Camera recording")


def test_on_a_phone_what_is_kept_comes_before_what_can_be_done_about_it(desk: Desk) -> None:
    """What is seen first is what is read first and what Tab reaches first."""
    phone = {"width": 390, "height": 844}
    with chromium() as browser, visiting(browser, desk.url, viewport=phone) as page:
        sign_in(page, desk.campus.admin, PASSWORD)
        page.goto(f"{WHERE}/sessions/{desk.session}")
        titles = page.locator("main h2").all()
        tops = [box["y"] for title in titles if (box := title.bounding_box()) is not None]
        assert len(tops) >= 4
        assert tops == sorted(tops)

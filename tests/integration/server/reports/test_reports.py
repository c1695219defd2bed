"""Reports as they leave the server: what they say, what they are not before all is done."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import json
import re
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, Pupil, client_of, connected, copy_of, redeem, sign_in
from support.pictured import snapshot

from server.audit.models import LogEntryRow
from server.enrolment.models import Enrolment
from server.exams.models import Exam
from server.exams.service import add_policy
from server.exams.terms import Terms
from server.reports.making import Reports
from server.reports.session_reports import SessionReports
from server.retention.destruction import Destroyed, Destruction
from server.review.states import SILENT_AFTER
from server.storage.blobs import BlobStore
from shared.certificate import SEALED, EvidenceKind
from shared.policy import Review

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html"}

# How long a verification and a layout may take on a busy machine, in seconds.
PATIENCE_S = 200.0


@dataclass
class Desk:
    """A proctor at work on one server for all tests, each with sessions of its own."""

    campus: Campus
    client: httpx.AsyncClient
    headers: dict[str, str]
    places: int = 0

    async def pupil(self) -> Pupil:
        self.places += 1
        return await redeem(self.client, await self.campus.code(f"s-{self.places}"))

    async def decide(self, pupil: Pupil, flag: int, verdict: str, note: str = "") -> None:
        path = f"/api/v1/sessions/{pupil.session}/flags/{flag:032x}/decisions"
        body = {"verdict": verdict, "version": 0, "note": note}
        done = await self.client.post(path, json=body, headers=self.headers)
        assert done.status_code == 200, done.text

    async def verified(self, pupil: Pupil) -> None:
        """Wait until the evidence has been verified."""
        deadline = time.monotonic() + PATIENCE_S
        path = f"/api/v1/sessions/{pupil.session}/verdict"
        while (await self.client.get(path)).status_code == 202:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)

    async def json(self, pupil: Pupil) -> dict:
        answer = await self.client.get(f"/api/v1/sessions/{pupil.session}/report")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def conclude(
        self, pupil: Pupil, version: int, outcome: str, reasons: list[str], note: str
    ) -> None:
        """Decide about the whole session."""
        body = {"outcome": outcome, "reasons": reasons, "note": note, "version": version}
        url = f"/api/v1/sessions/{pupil.session}/decisions"
        answer = await self.client.post(url, json=body, headers=self.headers)
        assert answer.status_code == 200, answer.text

    async def actions(self, subject: str) -> list[str]:
        async with connected(self.campus.settings) as database, database.transaction() as db:
            query = select(LogEntryRow.action).where(LogEntryRow.subject_id == subject)
            return list(await db.scalars(query))


@pytest.fixture(scope="module")
async def desk(
    template: Campus, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    campus = copy_of(template, tmp_path_factory.mktemp("reports") / "data")
    async with client_of(campus) as client:
        yield Desk(campus, client, await sign_in(campus, client, campus.proctor))


async def whole(desk: Desk, *, ended: bool = True) -> Pupil:
    """A session with three flags, the first of which has a picture, all of it here; or one
    whose recorder was never heard of again.
    """
    pupil = await desk.pupil()
    pupil.open(unwatched=("clipboard: this system tells nobody",))
    pupil.segment()
    picture = snapshot()
    seen = pupil.attach("snapshot", picture.media_type, picture.data)
    pupil.incident(1, kind="multiple_faces", attachments=(seen,))
    for number in (2, 3):
        pupil.mono += 60_000_000
        pupil.incident(number, kind="speech")
    if ended:
        pupil.close()
    await pupil.hand_in()
    return pupil


def words(pdf: bytes) -> bytes:
    """What a PDF says outside of its pages' glyphs: outline, tags, metadata; inflated."""
    assert pdf.startswith(b"%PDF-")
    parts = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompress(one) for one in parts if one[:1] == b"x")


def titled(pdf: bytes) -> str:
    """The document's title, as readers show it."""
    kinds = rb"(?:Provisional: )?(?:Exam session[^)]*|[^:)]*: the exam in figures)"
    (found,) = set(re.findall(rb"/Title \((%s)\)" % kinds, words(pdf)))
    return found.decode("latin-1")


async def test_a_finished_session_is_told_in_full(desk: Desk) -> None:
    pupil = await whole(desk)
    await desk.decide(pupil, 1, "accepted", "Two people read the question aloud.")
    await desk.decide(pupil, 2, "dismissed", "A cough.")
    await desk.decide(pupil, 3, "dismissed")
    await desk.verified(pupil)
    assert (await desk.json(pupil))["decision"] is None
    await desk.conclude(pupil, 0, "inconclusive", ["observed"], "The room was dark.")
    await desk.conclude(pupil, 1, "referred", ["flags", "help"], "Two voices, one question.")
    report = await desk.json(pupil)
    assert (report["final"], report["unfinished"]) == (True, [])
    first, stands = report["session_decisions"]
    assert stands == report["decision"]
    assert (first["outcome"], first["reasons"][0]["name"]) == ("inconclusive", "observed")
    assert (stands["words"], stands["note"], stands["by"]) == (
        "Referred to the examination board",
        "Two voices, one question.",
        "Proctor",
    )
    assert stands["at"] == desk.campus.clock()
    assert report["candidate"]["name"] == "Ada Example"
    assert report["policy"]["version"] == 1
    assert report["verdict"]["holds"] is True
    assert [one["verdict"] for one in report["decisions"]] == [
        "accepted",
        "dismissed",
        "dismissed",
    ]
    assert "3 flags: 1 confirmed, 2 dismissed." in " ".join(report["summary"])
    (seen,) = report["confirmed"]
    assert (seen["flag"], seen["verdict"]) == (f"{1:032x}", "accepted")
    assert seen["reason"]
    assert seen["left_out"] == ""
    assert seen["picture"]["there"] is True
    picture = await desk.client.get(seen["picture"]["address"])
    assert picture.headers["content-type"] == seen["picture"]["media_type"]
    left = {one["what"] for one in report["watching"]["left_out"] if one["by"] == "machine"}
    assert left == {"Clipboard used"}
    assert report["timeline"]["flags"][0]["kind"] == "multiple_faces"
    made = await desk.client.get(f"/sessions/{pupil.session}/report.pdf")
    assert made.status_code == 200, made.text
    assert made.headers["content-type"] == "application/pdf"
    told = words(made.content)
    assert titled(made.content) == "Exam session of Ada Example, Algebra I"
    assert b"pdfuaid" in told
    assert b"(Decision on the session)" in told
    assert told.count(b"/Subtype /Image") == 1, "the confirmed flag's picture, and no other"
    actions = await desk.actions(pupil.session)
    assert {"access.report", "report.make"} <= set(actions)


@pytest.mark.parametrize("state", ["running", "closed but lacking", "undecided"])
async def test_what_is_not_finished_says_so_and_why(desk: Desk, state: str) -> None:
    pupil = await desk.pupil()
    pupil.open()
    pupil.segment()
    if state == "undecided":
        pupil.incident(1)
    if state != "running":
        pupil.close()
    if state == "undecided":
        await pupil.hand_in()
    else:
        pupil.take(await pupil.deliver(*pupil.records))
    await desk.verified(pupil)
    report = await desk.json(pupil)
    assert report["final"] is False
    if state == "undecided":
        assert report["confirmed"] == []
        assert "all of it for" in " ".join(report["summary"])
    expected = {
        "running": "still being recorded",
        "closed but lacking": "1 piece of the recordings is not here",
        "undecided": "1 flag is still to be decided",
    }[state]
    assert expected in " ".join(report["unfinished"])
    if state == "running":
        made = await desk.client.get(f"/sessions/{pupil.session}/report.pdf")
        assert titled(made.content).startswith("Provisional: ")


async def test_a_report_is_made_on_its_page_and_taken_from_there(desk: Desk) -> None:
    pupil = await whole(desk)
    path = f"/sessions/{pupil.session}/report"
    first = await desk.client.get(path, headers=BROWSER)
    assert "Make the report" in first.text
    form = {"_csrf": desk.headers["X-CSRF-Token"]}
    asked = await desk.client.post(path, data=form, headers=BROWSER)
    assert asked.status_code == 200
    deadline = time.monotonic() + PATIENCE_S
    while True:
        news = await desk.client.get(path, headers={**BROWSER, "HX-Request": "true"})
        assert "<html" not in news.text
        if "The report is ready" in news.text:
            break
        assert 'hx-trigger="every 1s"' in news.text
        assert time.monotonic() < deadline, news.text
        await asyncio.sleep(0.05)
    made = await desk.client.get(f"{path}.pdf")
    again = await desk.client.get(f"{path}.pdf")
    assert made.content == again.content, "the same report, not another"
    await only_the_asker_has_it_and_not_for_long(desk, pupil)


async def only_the_asker_has_it_and_not_for_long(desk: Desk, pupil: Pupil) -> None:
    reports = desk.campus.app.dependencies["reports"].dependency()
    assert isinstance(reports, Reports)
    folder = desk.campus.settings.data_dir / "exports"
    assert list(folder.glob("*.pdf"))
    transport = httpx.ASGITransport(desk.campus.app)
    url = desk.campus.settings.url
    async with httpx.AsyncClient(transport=transport, base_url=url) as other:
        await sign_in(desk.campus, other, desk.campus.admin)
        page = await other.get(f"/sessions/{pupil.session}/report", headers=BROWSER)
        assert "Make the report" in page.text
    desk.campus.clock.advance(16 * 60 * 1_000_000)
    assert reports.look(("x", "session", pupil.session)) is None
    assert not list(folder.glob("*.pdf"))


async def destroyed(desk: Desk, pupil: Pupil, kinds: Sequence[EvidenceKind] = SEALED) -> None:
    """Have evidence destroyed, by another process than the server's."""
    campus = desk.campus
    async with connected(campus.settings) as database:
        blobs = BlobStore(campus.settings.blobs, campus.settings.data_dir / "incoming")
        work = Destruction(database, blobs, campus.keys, campus.clock)
        done = await work.destroy(pupil.session, kinds, "command line", "Its time is over.")
        assert isinstance(done, Destroyed)


async def test_of_what_was_destroyed_whole_no_report_is_made(desk: Desk) -> None:
    """Without the records it would tell of a session in which nothing happened."""
    pupil = await whole(desk)
    await destroyed(desk, pupil, tuple(EvidenceKind))
    of_pages, of_programs = f"/sessions/{pupil.session}", f"/api/v1/sessions/{pupil.session}"
    for address in (
        f"{of_pages}/report",
        f"{of_pages}/report.pdf",
        f"{of_pages}/verdict",
        f"{of_programs}/report",
        f"{of_programs}/verdict",
    ):
        refused = await desk.client.get(address, headers=BROWSER)
        assert refused.status_code == 410, address
        assert "only the certificates of that are left" in html.unescape(refused.text)


@pytest.mark.parametrize("ended", [True, False])
async def test_a_report_after_destruction_says_so_and_why(desk: Desk, ended: bool) -> None:
    pupil = await whole(desk, ended=ended)
    desk.campus.clock.advance(2 * SILENT_AFTER)
    await destroyed(desk, pupil)
    told = (await desk.client.get(f"/api/v1/sessions/{pupil.session}/report")).json()
    assert told["evidence"]["pieces"]["held"] == 0
    assert told["evidence"]["pieces"]["bytes_held"] == 0
    assert not any("still being recorded" in one for one in told["unfinished"])
    assert any("The recordings were destroyed; nothing was" in one for one in told["summary"])
    assert "end of their retention" not in json.dumps(told)
    exam = desk.campus.exam.id
    figures = (await desk.client.get(f"/api/v1/exams/{exam}/report")).json()
    assert figures["sessions"]["running"] == 0


async def test_an_exam_that_may_still_be_begun_has_no_final_report(
    template: Campus, tmp_path: Path
) -> None:
    campus = copy_of(template, tmp_path / "data")
    address = f"/api/v1/exams/{campus.exam.id}/report"
    async with client_of(campus) as client:
        await sign_in(campus, client, campus.proctor)
        assert (await client.get(address)).json()["final"] is False
        campus.clock.advance(campus.exam.ends - campus.clock())
        await sign_in(campus, client, campus.proctor)
        assert (await client.get(address)).json()["final"] is True


async def test_what_was_destroyed_is_in_no_report_that_was_made_before(desk: Desk) -> None:
    pupil = await whole(desk)
    folder = desk.campus.settings.data_dir / "exports"
    path = f"/sessions/{pupil.session}/report"
    assert (await desk.client.get(f"{path}.pdf")).status_code == 200
    assert list(folder.glob("*.pdf"))
    await destroyed(desk, pupil)
    refused = await desk.client.get(f"{path}.pdf")
    assert (refused.status_code, "Have a new one made" in refused.text) == (410, True)
    assert not list(folder.glob("*.pdf"))
    page = await desk.client.get(path, headers=BROWSER)
    assert "Make the report" in page.text


async def test_a_report_goes_though_nobody_asks_for_it_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.reports.session_reports.LOOK_S", 0.05)
    folder = desk.campus.settings.data_dir / "exports"
    own = desk.campus.app.dependencies["session_reports"].dependency()
    assert isinstance(own, SessionReports)
    for over in ("its time", "its evidence"):
        pupil = await whole(desk)
        made = await desk.client.get(f"/sessions/{pupil.session}/report.pdf")
        assert (made.status_code, len(list(folder.glob("*.pdf")))) == (200, 1)
        if over == "its time":
            desk.campus.clock.advance(16 * 60 * 1_000_000)
        else:
            await destroyed(desk, pupil)
        async with own.running(desk.campus.app):
            deadline = time.monotonic() + PATIENCE_S
            while list(folder.glob("*.pdf")):
                assert time.monotonic() < deadline, over
                await asyncio.sleep(0.05)


async def test_a_report_that_is_being_made_ends_with_the_evidence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.reports.making._COMMAND", ("sleep", "600"))
    pupil = await whole(desk)
    reports = desk.campus.app.dependencies["reports"].dependency()
    assert isinstance(reports, Reports)
    path = f"/sessions/{pupil.session}/report"
    asking = asyncio.ensure_future(desk.client.get(f"{path}.pdf"))
    deadline = time.monotonic() + PATIENCE_S
    while not reports.kept("session"):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    await destroyed(desk, pupil)
    page = await desk.client.get(path, headers=BROWSER)
    assert "Make the report" in page.text
    assert (await asking).status_code == 410


async def test_a_report_that_cannot_be_laid_out_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = await whole(desk)
    monkeypatch.setattr(
        "server.reports.making._COMMAND",
        ("sh", "-c", "cat >/dev/null; echo 'no more memory' >&2; exit 1"),
    )
    refused = await desk.client.get(f"/sessions/{pupil.session}/report.pdf")
    assert refused.status_code == 503
    assert "no more memory" in refused.json()["detail"]
    page = await desk.client.get(f"/sessions/{pupil.session}/report", headers=BROWSER)
    assert "could not be made: no more memory" in page.text


@pytest.mark.parametrize(
    ("review", "says"),
    [
        (Review(), "no score and no flag decides anything."),
        (Review(limit=60), "confirmed it), until a proctor lets it go on."),
        (
            Review(limit=60, at_limit="terminate"),
            "confirmed it), and ended two minutes later unless a proctor lets it go on.",
        ),
    ],
)
async def test_what_a_score_may_do_is_said_as_the_rules_have_it(
    campus: Campus,
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    review: Review,
    says: str,
) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        exam = await db.get_one(Exam, campus.exam.id)
        terms = Terms(review=review)
        await add_policy(db, campus.keys, campus.institution, exam, terms, campus.clock())
    desk = Desk(campus, client, await sign_in(campus, client, campus.proctor))
    pupil = await whole(desk)
    await desk.verified(pupil)
    sheet = tmp_path / "sheet"
    keeps = ("sh", "-c", f"cat >'{sheet}'; exit 1")
    monkeypatch.setattr("server.reports.making._COMMAND", keeps)
    await client.get(f"/sessions/{pupil.session}/report.pdf")
    told = sheet.read_bytes().decode("utf-8", "replace")
    assert says in told
    assert ("decides anything" in told) == (not review.limit)
    page = (await client.get(f"/sessions/{pupil.session}", headers=BROWSER)).text
    assert ("decides nothing" in page) == (not review.limit)
    assert ("which ends two minutes later" in page) == (review.at_limit == "terminate")


async def test_an_exam_in_figures_names_nobody(desk: Desk) -> None:
    pupil = await whole(desk)
    await desk.decide(pupil, 1, "accepted")
    path = f"/exams/{desk.campus.exam.id}/report"
    figures = (await desk.client.get(f"/api/v1{path}")).json()
    assert figures["sessions"]["begun"] >= 1
    faces = next(one for one in figures["kinds"] if one["kind"] == "multiple_faces")
    assert faces["confirmed"] >= 1
    assert faces["flags"] == sum(
        faces[name] for name in ("open", "confirmed", "dismissed", "escalated")
    )
    share = faces["dismissed_share"]
    assert share["whole"] == faces["confirmed"] + faces["dismissed"]
    assert 0 <= share["low"] <= share["value"] <= share["high"] <= 1
    page = (await desk.client.get(path, headers=BROWSER)).text
    table = (await desk.client.get(f"{path}.csv")).text
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["kind"] for row in rows} == {one["kind"] for one in figures["kinds"]}
    assert "More than one face" in page
    for told in (page, table, json.dumps(figures)):
        assert "Ada" not in told
        assert pupil.session not in told
    paper = await desk.client.get(f"{path}.pdf")
    assert paper.status_code == 200
    assert titled(paper.content) == "Provisional: Algebra I: the exam in figures"
    assert "report.make" in await desk.actions(desk.campus.exam.id)


async def test_an_exam_that_nobody_sat_has_a_page(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await sign_in(campus, client, campus.observer)
    page = await client.get(f"/exams/{campus.exam.id}/report", headers=BROWSER)
    assert (page.status_code, "No session yet" in page.text) == (200, True)
    figures = await client.get(f"/api/v1/exams/{campus.exam.id}/report")
    assert figures.json()["agreement"]["kappa"] is None


async def test_codes_that_were_never_given_out_or_taken_back_are_not_counted(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    for number in range(4):
        await campus.code(f"s-{number}")
    async with connected(campus.settings) as database, database.transaction() as db:
        never, withdrawn, *_ = await db.scalars(select(Enrolment))
        never.issued = None
        withdrawn.withdrawn = campus.clock()
    await sign_in(campus, client, campus.observer)
    path = f"/exams/{campus.exam.id}/report"
    assert (await client.get(f"/api/v1{path}")).json()["sessions"]["places"] == 2
    assert "2 codes were given out" in (await client.get(path, headers=BROWSER)).text
    await redeem(client, await campus.code("s-4"))
    pupil = await redeem(client, await campus.code("s-5"))
    await pupil.deliver(pupil.open())
    assert "of 4 codes given out" in (await client.get(path, headers=BROWSER)).text

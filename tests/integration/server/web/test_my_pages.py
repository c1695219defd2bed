"""A candidate's own page: by the link alone, in plain words, with nobody else's data."""

from __future__ import annotations

import asyncio
import io
import json
import time
import zipfile
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from support.campus import PASSWORD, Campus, Pupil, connected, redeem, sign_in

from server.audit.models import LogEntryRow
from server.candidates.models import AppealRow, CandidateLinkRow, ConsentRow, DataRequestRow
from server.candidates.requests import CHECKED, RequestKind, receive
from server.clock import MICROS_PER_DAY
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.exams.service import add_policy
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from server.mail.models import MailRow
from server.retention.models import DataProtectionRow
from shared.candidate_page import page_path, page_token
from shared.policy import Review
from shared.signed import fingerprint
from shared.verify import verify_bundle

pytestmark = pytest.mark.anyio

# A test that waits for so long (s) waits in vain.
PATIENCE_S = 20.0

FLAG = f"{1:032x}"
NOTE = "The colleague Ms Turing saw the neighbour Mr Hopper help."


@pytest.fixture
async def own(pupil: Pupil) -> Pupil:
    agreed = {"at": pupil.wall, "items": ["camera", "lockdown"], "language": "en"}
    pupil.open(consent=agreed)
    pupil.segment("camera", b"init")
    pupil.segment("camera", b"and a fragment")
    snapshot = pupil.attach("snapshot", "image/jpeg", b"a picture of me")
    pupil.incident(attachments=(snapshot,))
    pupil.close()
    await pupil.hand_in()
    return pupil


def path_of(pupil: Pupil) -> str:
    return page_path(page_token(pupil.token))


async def test_the_page_says_in_plain_words_how_it_stands(
    client: httpx.AsyncClient, own: Pupil
) -> None:
    answer = await client.get(path_of(own))
    assert answer.status_code == 200
    for words in ("Everything that your computer", "Algebra I", "Ada Example", "camera"):
        assert words in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    wanted = {"Accept-Language": "fr, de-AT;q=0.8, en;q=0.1"}
    german = await client.get(path_of(own), headers=wanted)
    assert '<html lang="de">' in german.text
    assert "Alles, was Ihr Computer aufgezeichnet hat" in german.text


async def test_an_earlier_check_says_nothing_of_what_came_since(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    pupil.segment("camera", b"init")
    pupil.close()
    pupil.take(await pupil.deliver(*pupil.records))
    await sign_in(campus, client, campus.proctor)
    await verified(client, pupil)
    page = await client.get(path_of(pupil))
    assert "something is missing or does not fit together" in page.text
    for name in pupil.blobs:
        pupil.take(await pupil.upload(name))
    page = await client.get(path_of(pupil))
    assert "A check of the whole has not been made yet." in page.text
    # Staff are given the earlier one for a minute more.
    campus.clock.advance(2 * 60 * 1_000_000)
    await verified(client, pupil)
    page = await client.get(path_of(pupil))
    assert "Yes: nothing was changed, and nothing is missing." in page.text
    # That something was destroyed since is told by itself.
    async with connected(campus.settings) as database, database.transaction() as db:
        session = (await db.scalars(select(ExamSession))).one()
        session.purged_at = campus.clock()
    page = await client.get(path_of(pupil))
    assert "Yes: nothing was changed, and nothing is missing." in page.text


async def verified(client: httpx.AsyncClient, pupil: Pupil) -> None:
    """Wait until there is a verdict on what is held now."""
    deadline = time.monotonic() + PATIENCE_S
    path = f"/api/v1/sessions/{pupil.session}"
    while True:
        await client.get(f"{path}/verdict")
        told = (await client.get(path)).json()["evidence"]["verdict"]
        if told and told["current"]:
            return
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("review", "english", "german"),
    [
        (Review(), "A person decides, never a program.", "nie ein Programm."),
        (Review(limit=60), "until a proctor lets it go on.", "bis eine Aufsicht"),
        (
            Review(limit=60, at_limit="terminate"),
            "ended two minutes later unless a proctor",
            "beendet sie zwei Minuten später",
        ),
    ],
)
async def test_what_a_score_may_do_is_said_as_the_rules_have_it(
    campus: Campus, client: httpx.AsyncClient, review: Review, english: str, german: str
) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        exam = await db.get_one(Exam, campus.exam.id)
        terms = Terms(review=review)
        await add_policy(db, campus.keys, campus.institution, exam, terms, campus.clock())
    pupil = await redeem(client, await campus.code("limited"))
    pupil.open()
    await pupil.hand_in()
    page = (await client.get(path_of(pupil))).text
    assert english in page
    assert ("never a program" in page) == (not review.limit)
    page = (await client.get(path_of(pupil), headers={"Accept-Language": "de"})).text
    assert german in page


async def test_a_link_cannot_be_guessed_and_guessing_is_slow(
    found, campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    """Wrong, revoked and never there are told alike; who goes on is made to wait."""
    async with connected(campus.settings) as database, database.transaction() as db:
        row = (await db.scalars(select(CandidateLinkRow))).one()
        assert page_token(own.token) not in row.token_hash
        row.revoked_at = 1
    revoked = await client.get(path_of(own))
    tries = [own.token, own.session, "x", "a" * 43, "\N{SNOWMAN}", "%00"]
    answers = [await client.get(f"/my/{one}") for one in tries]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.text for answer in answers} == {revoked.text}
    for number in range(campus.settings.code_attempts):
        await client.get(f"/my/{number}")
    answer = await client.get("/my/one-more")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    # One person's guesses shut nobody out who has a link and sits behind the same address.
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.scalars(select(CandidateLinkRow))).one().revoked_at = None
    assert (await client.get(path_of(own))).status_code == 200


async def test_a_link_that_shows_nothing_says_so_in_the_candidates_language(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    german = {"Accept": "text/html", "Accept-Language": "de-CH, en;q=0.5"}
    wrong = await client.get("/my/wrong", headers=german)
    assert wrong.status_code == 404
    assert '<html lang="de">' in wrong.text
    assert "Unter dieser Adresse ist nichts zu finden." in wrong.text
    assert wrong.headers["vary"] == "Accept-Language"
    english = await client.get("/my/wrong", headers={"Accept": "text/html"})
    assert "There is nothing at this address." in english.text
    for number in range(campus.settings.code_attempts):
        await client.get(f"/my/{number}")
    many = await client.get("/my/wrong", headers=german)
    assert many.status_code == 429
    assert int(many.headers["retry-after"]) > 0
    assert "Von hier kamen zu viele falsche Adressen." in many.text
    told = (await client.get("/my/wrong", headers={"Accept-Language": "de"})).json()
    assert told["detail"].startswith("Too many wrong addresses came from here. Try again in")


async def test_the_decision_and_who_looked_are_as_the_institution_says(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    await sign_in(campus, client, campus.proctor)
    await client.get(f"/sessions/{own.session}")
    client.cookies.clear()
    page = (await client.get(path_of(own))).text
    assert "a proctor" in page
    assert "proctor@example.edu" not in page
    assert "The institution tells you its decision itself" in page
    headers = await sign_in(campus, client, campus.admin)
    form = {"publish_decision": "on", "appeal_days": "7", "_csrf": headers["X-CSRF-Token"]}
    saved = await client.post("/settings/data-protection", data=form)
    assert "The settings are saved" in saved.text
    page = (await client.get(path_of(own))).text
    assert "Nothing has been decided" in page
    assert "keeps a list of everybody who looks" in page
    assert "within 7 days" in page
    async with connected(campus.settings) as database, database.transaction() as db:
        assert (await db.scalars(select(DataProtectionRow))).one().appeal_days == 7


async def test_the_own_copy_is_whole_and_has_nobody_elses_data(
    campus: Campus, client: httpx.AsyncClient, own: Pupil, tmp_path: Path
) -> None:
    other = await redeem(client, await campus.code("s-2"))
    other.open()
    other.segment("camera", b"somebody else")
    other.close()
    await other.hand_in()
    headers = await sign_in(campus, client, campus.proctor)
    await client.post(
        f"/sessions/{own.session}/decisions",
        data={"flag": FLAG, "version": "0", "verdict": "dismissed", "note": NOTE},
        headers=headers,
    )
    client.cookies.clear()
    answer = await client.get(f"{path_of(own)}/copy")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert contents["recordings/camera-000000.mp4"] == b"initand a fragment"
    assert contents["pictures/00000-snapshot.jpg"] == b"a picture of me"
    about = json.loads(contents["about.json"])
    assert about["you"]["reference"] == "s-1"
    assert about["consent"]["items"] == ["camera", "lockdown"]
    bundle = tmp_path / "own.zip"
    bundle.write_bytes(contents[f"{own.session}.invigil.zip"])
    verdict = verify_bundle(bundle, fingerprint(campus.public_key))
    assert verdict.holds, verdict.results
    with zipfile.ZipFile(bundle) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    decisions = json.loads(inside["decisions.json"])
    assert [set(one) <= {"flag", "n", "verdict", "at"} for one in decisions] == [True]
    assert decisions[0]["verdict"] == "dismissed"
    everything = b"".join([*contents.values(), *inside.values()])
    for theirs in (
        NOTE,
        "Turing",
        "Proctor",
        "proctor@example.edu",
        other.session,
        "s-2",
        "somebody else",
        PASSWORD,
    ):
        assert theirs.encode() not in everything, theirs
    assert not list((campus.settings.data_dir / "exports").glob("*"))
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.actor).where(LogEntryRow.action == "access.copy")
        assert list(await db.scalars(query)) == ["candidate"]


async def test_all_sessions_of_somebody_are_one_file_with_an_index(
    campus: Campus, client: httpx.AsyncClient, own: Pupil, tmp_path: Path
) -> None:
    second = await redeem(client, await campus.code("s-2"))
    second.open()
    second.segment("screen", b"init of another")
    second.close()
    await second.hand_in()
    stranger = await redeem(client, await campus.code("s-3"))
    async with connected(campus.settings) as database, database.transaction() as db:
        session = await db.get_one(ExamSession, own.session)
        (await db.get_one(ExamSession, second.session)).candidate_id = session.candidate_id
        candidate = await db.get_one(Candidate, session.candidate_id)
        candidate.name = "Ada <b>Example</b>"
        asked = await receive(db, campus.clock(), "candidate", candidate, RequestKind.EXPORT)
        asked.state = CHECKED
    await sign_in(campus, client, campus.admin)
    url = f"/settings/data-protection/requests/{asked.id}/copy"
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    copy = zipfile.ZipFile(io.BytesIO(answer.content))
    index = json.loads(copy.read("index.json"))
    told = [(one["folder"], one["session"]) for one in index["sessions"]]
    assert told == [("session-01", own.session), ("session-02", second.session)]
    assert copy.read("session-01/recordings/camera-000000.mp4") == b"initand a fragment"
    assert copy.read("session-02/recordings/screen-000000.mp4") == b"init of another"
    for folder, session_id in told:
        assert json.loads(copy.read(f"{folder}/about.json"))["session"]["id"] == session_id
        (tmp_path / "b.zip").write_bytes(copy.read(f"{folder}/{session_id}.invigil.zip"))
        verdict = verify_bundle(tmp_path / "b.zip", fingerprint(campus.public_key))
        assert verdict.holds, verdict.results
    page = copy.read("index.html").decode()
    assert "Ada &lt;b&gt;Example&lt;/b&gt;" in page
    assert 'href="session-02/about.json"' in page
    assert stranger.session not in page
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.subject_id).where(LogEntryRow.action == "access.copy")
        assert sorted(await db.scalars(query)) == sorted([own.session, second.session])


async def test_no_copy_is_handed_over_before_it_is_known_who_asks(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    """Nor of a request that is closed, or that asks to be erased."""
    async with connected(campus.settings) as database, database.transaction() as db:
        candidate = (await db.scalars(select(Candidate))).one()
        export, erasure = [
            await receive(db, campus.clock(), "candidate", candidate, kind)
            for kind in (RequestKind.EXPORT, RequestKind.ERASURE)
        ]
    headers = await sign_in(campus, client, campus.admin)

    async def copies(asked: DataRequestRow) -> list[httpx.Response]:
        url = f"/settings/data-protection/requests/{asked.id}/copy"
        return [await client.get(one) for one in (url, f"{url}/{own.session}")]

    async def step(asked: DataRequestRow, do: str) -> None:
        url = f"/settings/data-protection/requests/{asked.id}"
        done = await client.post(url, data={"do": do, "words": "A card."}, headers=headers)
        assert done.status_code == 200, done.text

    async def refused(asked: DataRequestRow, says: str) -> None:
        for answer in await copies(asked):
            assert answer.status_code == 422
            assert says in answer.text

    await refused(export, "First note how you made sure who asks.")
    await step(erasure, "check")
    await refused(erasure, "asks for erasure, not for a copy.")
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.n).where(LogEntryRow.action == "access.copy")
        assert list(await db.scalars(query)) == []
    await step(export, "check")
    assert [one.status_code for one in await copies(export)] == [200, 200]
    await step(export, "done")
    await refused(export, "This request is closed already.")


async def test_an_appeal_is_answered_in_writing(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.scalars(select(Candidate))).one().email = "ada@example.edu"
    sent = await client.post(f"{path_of(own)}/appeal", data={"text": "It was my cat."})
    assert "Your appeal has arrived" in sent.text
    assert "You have an answer by" in sent.text
    assert (await client.post(f"{path_of(own)}/appeal", data={"text": " "})).status_code == 422
    # What is appealed against is not destroyed.
    headers = await sign_in(campus, client, campus.admin)
    form = {"kind.camera": "on", "why": "asked for", "sure": "on"}
    where = f"/settings/data-protection/sessions/{own.session}"
    refused = await client.post(f"{where}/destroy", data=form, headers=headers)
    assert refused.status_code == 422
    assert "an appeal that is not answered yet" in refused.text
    headers = await sign_in(campus, client, "examiner@example.edu")
    listed = await client.get("/settings/data-protection/appeals")
    assert "It was my cat." in listed.text
    async with connected(campus.settings) as database, database.transaction() as db:
        row = (await db.scalars(select(AppealRow))).one()
        assert row.due - row.received == 14 * MICROS_PER_DAY
    url = f"/settings/data-protection/appeals/{row.id}"
    begun = {"do": "look", "answer": "It may well"}
    looked = await client.post(url, data=begun, headers=headers)
    assert "being looked at" in looked.text
    assert ">It may well</textarea>" in looked.text
    answered = await client.post(url, data={"answer": "It was. Dismissed."}, headers=headers)
    assert "The candidate is written to" in answered.text
    twice = await client.post(url, data={"answer": "Another."}, headers=headers)
    assert twice.status_code == 422
    assert "Somebody answered this appeal already" in twice.text
    assert "which was not sent" in twice.text
    assert "Another." in twice.text
    client.cookies.clear()
    page = (await client.get(path_of(own))).text
    assert "It was. Dismissed." in page
    assert "Examiner" not in page


@pytest.mark.parametrize(("where", "more"), [("appeal", {}), ("request", {"kind": "export"})])
async def test_all_that_a_field_takes_is_taken(
    campus: Campus, client: httpx.AsyncClient, own: Pupil, where: str, more: dict[str, str]
) -> None:
    """Fields count a line's end as one character, and browsers send two."""
    typed = "It was my cat.\n" * 266 + "It meowed."
    assert len(typed) == 4_000
    form = {"text": typed.replace("\n", "\r\n"), **more}
    sent = await client.post(f"{path_of(own)}/{where}", data=form)
    assert "has arrived" in sent.text
    table = AppealRow if where == "appeal" else DataRequestRow
    async with connected(campus.settings) as database, database.transaction() as db:
        assert (await db.scalars(select(table))).one().text == typed


@pytest.mark.parametrize(
    ("email", "revoked", "told"),
    [
        ("ada@example.edu", False, "The candidate is written to"),
        (None, False, "The candidate has no mail address"),
        ("no address", False, "no letter can go to their mail address"),
        ("ada@example.edu", True, "the link to their page was revoked"),
        (None, True, "the link to their page was revoked"),
    ],
)
async def test_whoever_answers_an_appeal_is_told_whether_the_candidate_hears_of_it(
    campus: Campus,
    client: httpx.AsyncClient,
    own: Pupil,
    email: str | None,
    revoked: bool,
    told: str,
) -> None:
    await client.post(f"{path_of(own)}/appeal", data={"text": "It was my cat."})
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.scalars(select(Candidate))).one().email = email
        (await db.get_one(Exam, campus.exam.id)).title = "Alge\N{SOFT HYPHEN}bra I"
        row = (await db.scalars(select(AppealRow))).one()
        if revoked:
            (await db.scalars(select(CandidateLinkRow))).one().revoked_at = 1
    headers = await sign_in(campus, client, "examiner@example.edu")
    url = f"/settings/data-protection/appeals/{row.id}"
    answered = await client.post(url, data={"answer": "It was."}, headers=headers)
    assert told in answered.text
    async with connected(campus.settings) as database, database.transaction() as db:
        subjects = list(await db.scalars(select(MailRow.subject)))
    assert subjects == ["Your appeal: Algebra I"] * ("is written to" in told)


async def test_withdrawing_asks_for_erasure_which_is_carried_out(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    page = await client.post(f"{path_of(own)}/withdraw")
    assert "You withdrew it on" in page.text
    await client.post(f"{path_of(own)}/withdraw")
    again = await client.post(f"{path_of(own)}/request", data={"kind": "erasure", "text": ""})
    assert again.status_code == 422
    async with connected(campus.settings) as database, database.transaction() as db:
        row = (await db.scalars(select(DataRequestRow))).one()
        assert (row.kind, row.via, row.state) == ("erasure", "candidate", "received")
        assert (await db.scalars(select(ConsentRow))).one().withdrawn_at == campus.clock()
    headers = await sign_in(campus, client, campus.admin)
    url = f"/settings/data-protection/requests/{row.id}"
    early = await client.post(url, data={"do": "done"}, headers=headers)
    assert early.status_code == 422
    await client.post(url, data={"do": "check", "words": "Showed a card."}, headers=headers)
    await client.post(url, data={"do": "extend", "words": "Many ask."}, headers=headers)
    done = await client.post(url, data={"do": "done"}, headers=headers)
    assert done.status_code == 200, done.text
    assert "Name and reference were erased" in done.text
    async with connected(campus.settings) as database, database.transaction() as db:
        candidate = (await db.scalars(select(Candidate))).one()
        assert (candidate.name, candidate.email) == ("Erased", None)
        row = (await db.scalars(select(DataRequestRow))).one()
        assert row.state == "done"
    client.cookies.clear()
    page = (await client.get(path_of(own))).text
    assert "Nothing is kept of this exam any more" in page
    file = await client.get(f"{path_of(own)}/certificates")
    assert file.json()["type"] == "invigil-certificates"
    # The session's own pages say so, and are no error.
    await sign_in(campus, client, campus.admin)
    for where in (
        f"/sessions/{own.session}",
        f"/sessions/{own.session}/timeline.json",
        f"/settings/data-protection/sessions/{own.session}",
        "/sessions",
        "/settings/data-protection",
        "/settings/data-protection/consent",
        "/settings/data-protection/holds",
        "/settings/data-protection/requests",
    ):
        assert (await client.get(where)).status_code == 200, where
    assert (await client.get(f"/sessions/{own.session}/bundle")).status_code == 410


async def test_staff_send_renew_and_revoke_the_link(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    headers = await sign_in(campus, client, "examiner@example.edu")
    where = f"/settings/data-protection/sessions/{own.session}"
    assert path_of(own) in (await client.get(where)).text
    unsent = await client.post(f"{where}/link", data={"do": "send"}, headers=headers)
    assert "Nothing was sent: the candidate has no mail address." in unsent.text
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.scalars(select(Candidate))).one().email = "ada@@example.edu"
    unsent = await client.post(f"{where}/link", data={"do": "send"}, headers=headers)
    assert "Nothing was sent: no letter can go to the candidate" in unsent.text
    renewed = await client.post(f"{where}/link", data={"do": "renew"}, headers=headers)
    assert path_of(own) not in renewed.text
    assert (await client.get(path_of(own))).status_code == 404
    new = renewed.text.partition("/my/")[2][:43]
    assert (await client.get(f"/my/{new}")).status_code == 200
    await client.post(f"{where}/link", data={"do": "revoke"}, headers=headers)
    assert (await client.get(f"/my/{new}")).status_code == 404
    unsent = await client.post(f"{where}/link", data={"do": "send"}, headers=headers)
    assert "Nothing was sent: the link was revoked." in unsent.text


async def test_templates_are_filled_and_say_that_they_are_templates(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    form = {"appeal_days": "7", "texts.officer": "Grace | Hopper", "days.camera": "20"}
    await client.post("/settings/data-protection", data=form, headers=headers)
    wrong = await client.post(
        "/settings/data-protection", data={**form, "days.camera": "0"}, headers=headers
    )
    assert wrong.status_code == 422
    base = "/settings/data-protection/documents"
    for name in ("privacy-notice", "impact-assessment"):
        page = (await client.get(f"{base}/{name}")).text
        assert "This is a template" in page
        text = (await client.get(f"{base}/{name}.md")).text
        assert "> **Template.**" in text
        assert "| camera recording | 20 days |" in text
        assert "Grace" in text
        assert "This is a template" in (await client.get(f"{base}/{name}.html")).text
    assert "yaw, average face" in (await client.get(f"{base}/impact-assessment.md")).text
    pdf = await client.get(f"{base}/privacy-notice.pdf")
    assert pdf.content[:5] == b"%PDF-"
    assert (await client.get(f"{base}/nothing")).status_code == 404


async def test_who_looked_is_listed_by_candidate(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    await sign_in(campus, client, campus.proctor)
    await client.get(f"/sessions/{own.session}")
    await sign_in(campus, client, campus.admin)
    where = "/settings/data-protection/access"
    assert "Choose a candidate" in (await client.get(where)).text
    assert "No such candidate" in (await client.get(f"{where}?reference=x")).text
    listed = (await client.get(f"{where}?reference=s-1")).text
    assert "Proctor" in listed

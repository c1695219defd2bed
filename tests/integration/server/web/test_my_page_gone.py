"""A candidate's own page once something was destroyed, or while something keeps it."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select, update
from support.campus import Campus, Pupil, connected, redeem, sign_in
from support.destroying import destroy, hold

from server.candidates.appeals import MOST_OF_ONE
from server.candidates.models import AppealRow, DataRequestRow
from server.ingest.models import ExamSession
from server.retention.destruction import Destroyed, Destruction
from server.retention.holds import HoldKind
from server.review.states import SILENT_AFTER
from shared.candidate_page import page_path, page_token
from shared.certificate import SEALED, EvidenceKind

pytestmark = pytest.mark.anyio

GERMAN = {"Accept-Language": "de"}
UNTRUE = (
    "A check of the whole",
    "Not yet.",
    "Nothing has been decided",
    "tells you its decision",
)
UNTRUE_GERMAN = ("Prüfung des Ganzen", "Noch nicht.", "noch nichts entschieden", "selbst mit.")


@pytest.fixture
async def own(campus: Campus, pupil: Pupil) -> Pupil:
    """A session that broke off, of which not everything arrived."""
    pupil.open()
    pupil.segment("camera")
    pupil.segment("camera")
    pupil.take(await pupil.deliver(*pupil.records))
    pupil.take(await pupil.upload(next(iter(pupil.blobs))))
    campus.clock.advance(SILENT_AFTER + 1)
    return pupil


def page_of(pupil: Pupil) -> str:
    return page_path(page_token(pupil.token))


async def german(client: httpx.AsyncClient, pupil: Pupil) -> str:
    return (await client.get(page_of(pupil), headers=GERMAN)).text


async def requests(campus: Campus) -> list[DataRequestRow]:
    async with connected(campus.settings) as database, database.transaction() as db:
        return list(await db.scalars(select(DataRequestRow)))


async def test_of_what_was_destroyed_whole_only_that_is_said(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    before = (await client.get(page_of(own))).text
    assert "Not yet." in before
    assert "A check of the whole" in before
    assert isinstance(await destroy(campus, own.session), Destroyed)
    page = (await client.get(page_of(own))).text
    assert "Everything was deleted on" in page
    told = await german(client, own)
    assert "Alles wurde am" in told
    for text, untrue in ((page, UNTRUE), (told, UNTRUE_GERMAN)):
        for words in (*untrue, "Invigil app once more", "Invigil-App noch einmal"):
            assert words not in text


async def test_nobody_is_asked_to_deliver_what_is_not_taken_in_any_more(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    ask = "Open the Invigil app once more"
    assert ask in (await client.get(page_of(own))).text
    assert isinstance(await destroy(campus, own.session, SEALED), Destroyed)
    page = (await client.get(page_of(own))).text
    assert ask not in page
    assert "A check of the whole has not been made yet." in page


async def test_certificates_are_offered_once_there_is_one(
    campus: Campus,
    client: httpx.AsyncClient,
    own: Pupil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A first destruction that a crash cut short has none yet."""

    async def step(self: Destruction, session: str) -> None:
        raise OSError("The store does not answer.")

    where = f"/settings/data-protection/sessions/{own.session}"
    for cut_short in (True, False):
        with monkeypatch.context() as patch:
            if cut_short:
                patch.setattr(Destruction, "_step", step)
                with pytest.raises(OSError, match="does not answer"):
                    await destroy(campus, own.session, {EvidenceKind.CAMERA})
            else:
                await destroy(campus, own.session, {EvidenceKind.CAMERA})
        mine = page_of(own)
        told = 404 if cut_short else 200
        assert ("/certificates" in (await client.get(mine)).text) != cut_short
        assert (await client.get(f"{mine}/certificates")).status_code == told
        await sign_in(campus, client, campus.admin)
        assert ("/certificates" in (await client.get(where)).text) != cut_short
        assert (await client.get(f"{where}/certificates")).status_code == told
        client.cookies.clear()


async def test_what_keeps_it_and_what_came_of_a_request_are_said_in_german(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    """Each in the language of the page, though it is kept in English."""
    other = await redeem(client, await campus.code("s-2"))
    other.open()
    other.take(await other.deliver(*other.records))
    async with connected(campus.settings) as database, database.transaction() as db:
        candidate = (await db.get_one(ExamSession, own.session)).candidate_id
        (await db.get_one(ExamSession, other.session)).candidate_id = candidate
    await hold(campus, own.session)
    campus.clock.advance(1)
    await hold(campus, campus.exam.id, HoldKind.EXAM)
    sent = {"text": "It was my cat."}
    await client.post(f"{page_of(own)}/appeal", data=sent, headers=GERMAN)
    await client.post(f"{page_of(own)}/request", data={"kind": "erasure"}, headers=GERMAN)
    kept = (
        "eine Löschsperre für die Sitzung",
        "eine Löschsperre für die Prüfung",
        "ein Widerspruch, der noch nicht beantwortet ist",
    )
    said = f"Zurzeit wird nichts gelöscht: {', '.join(kept)}."
    assert said in await german(client, own)
    headers = await sign_in(campus, client, campus.admin)
    (asked,) = await requests(campus)
    url = f"/settings/data-protection/requests/{asked.id}"
    for step in ({"do": "check", "words": "A card."}, {"do": "done"}):
        assert (await client.post(url, data=step, headers=headers)).status_code == 200
    assert (
        f"Session {own.session} stays: a legal hold on the session; a legal"
        in (await client.get("/settings/data-protection/requests")).text
    )
    page = await german(client, own)
    assert f"Die Sitzung {own.session} bleibt: {'; '.join(kept)}." in page
    running = f"{kept[1]}; sie wird gerade aufgezeichnet"
    assert f"Die Sitzung {other.session} bleibt: {running}." in page
    assert "Name und Kennung bleiben so lange wie eine Sitzung." in page
    for words in ("stays", "legal hold", "appeal that", "Name and reference"):
        assert words not in page


async def test_what_was_erased_handed_over_and_refused_is_said_in_german(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.admin)

    async def taken(kind: str, *steps: dict[str, str]) -> str:
        await client.post(f"{page_of(own)}/request", data={"kind": kind})
        (asked,) = [one for one in await requests(campus) if one.state == "received"]
        url = f"/settings/data-protection/requests/{asked.id}"
        for step in steps:
            assert (await client.post(url, data=step, headers=headers)).status_code == 200
        return await german(client, own)

    check, done = {"do": "check", "words": "A card."}, {"do": "done"}
    assert "Die Kopie wurde übergeben." in await taken("export", check, done)
    assert "Abgelehnt." in await taken("export", {"do": "refuse"})
    own_words = "We need it for your <degree>."
    page = await taken("erasure", {"do": "refuse", "words": own_words})
    assert "We need it for your &lt;degree&gt;." in page
    page = await taken("erasure", check, done)
    assert f"Die Sitzung {own.session} wurde gelöscht: Nachweis 0, " in page
    assert "Name und Kennung wurden gelöscht." in page
    assert "was destroyed" not in page
    page = await taken("erasure", check, done)
    assert f"Von der Sitzung {own.session} war nichts mehr da." in page


async def test_what_is_not_taken_is_said_in_the_language_of_the_page(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    async def refused(what: str, **fields: str) -> list[str]:
        found: list[str] = []
        for headers in ({}, GERMAN):
            url = f"{page_of(own)}/{what}"
            answer = await client.post(url, data=fields, headers=headers)
            assert answer.status_code == 422
            found.append(answer.text.partition('role="alert"')[2].partition("</p>")[0])
        return found

    english, told = await refused("appeal", text=" ")
    assert "Say what is wrong, in at most 4,000 characters." in english
    assert "Sagen Sie in höchstens 4.000 Zeichen, was nicht stimmt." in told
    english, told = await refused("request", kind="everything")
    assert "Choose what you ask for." in english
    assert "Wählen Sie, was Sie verlangen." in told
    english, told = await refused("request", kind="export", text="x" * 4_001)
    assert "At most 4,000 characters, please." in english
    assert "Höchstens 4.000 Zeichen, bitte." in told
    await client.post(f"{page_of(own)}/request", data={"kind": "export"})
    english, told = await refused("request", kind="export")
    assert "This was asked already, and is being worked on." in english
    assert "Das wurde schon verlangt und ist in Arbeit." in told
    for _ in range(MOST_OF_ONE):
        await client.post(f"{page_of(own)}/appeal", data={"text": "No."})
    english, told = await refused("appeal", text="No.")
    assert "There are 5 appeals about this already." in english
    assert "Es gibt dazu schon 5 Widersprüche." in told
    async with connected(campus.settings) as database, database.transaction() as db:
        await db.execute(update(AppealRow).values(state="answered"))
    assert isinstance(await destroy(campus, own.session), Destroyed)
    english, told = await refused("appeal", text="No.")
    assert "Everything of this exam was deleted" in english
    assert "Alles zu dieser Prüfung wurde gelöscht" in told

"""A candidate's own page once something was destroyed, or while something keeps it."""

from __future__ import annotations

import httpx
import pytest
from support.campus import Campus, Pupil, sign_in
from support.destroying import destroy

from server.retention.destruction import Destroyed, Destruction
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


async def test_of_what_was_destroyed_whole_only_that_is_said(
    campus: Campus, client: httpx.AsyncClient, own: Pupil
) -> None:
    before = (await client.get(page_of(own))).text
    assert "Not yet." in before
    assert "A check of the whole" in before
    assert isinstance(await destroy(campus, own.session), Destroyed)
    page = (await client.get(page_of(own))).text
    assert "Everything was deleted on" in page
    german = (await client.get(page_of(own), headers=GERMAN)).text
    assert "Alles wurde am" in german
    for text, untrue in ((page, UNTRUE), (german, UNTRUE_GERMAN)):
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

"""The pages of letters: their words with an example, and trying again."""

from __future__ import annotations

import html

import httpx
import pytest
from support.campus import Campus, sign_in

from server.mail.wording import KINDS, NAMES

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("kind", KINDS)
async def test_the_example_leaves_no_name_unfilled(
    campus: Campus, client: httpx.AsyncClient, kind: str
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    every = "".join(f"{{{name}}} " for name in NAMES if name in KINDS[kind].names)
    path, typed = f"/letters/words/{kind}", {"subject": "{exam}", "text": every + "{nobody}"}
    answer = await client.post(path, data=typed, headers=headers)
    assert answer.status_code == 422
    shown = html.unescape(answer.text.rpartition('<p class="letter-text">')[2])
    assert "{nobody}" in shown
    assert [name for name in NAMES if f"{{{name}}}" in shown] == []
    for own in (campus.institution.name, campus.institution.contact, campus.settings.url):
        assert own in shown
    assert "Back to the words" not in answer.text


async def test_nothing_to_send_again_is_said_so(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    answer = await client.post("/letters/again", headers=headers)
    assert "Nothing is left that could be sent again." in answer.text

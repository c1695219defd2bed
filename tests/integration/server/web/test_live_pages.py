"""The panel of a running session, with and without scripts."""

from __future__ import annotations

import re

import httpx
import pytest
from support.campus import Campus, Pupil, sign_in

from server.live.panel import CONNECTED_FOR
from server.live.service import Connected, Live
from shared.wire import LiveState, Said

pytestmark = pytest.mark.anyio

HTMX = {"HX-Request": "true"}
STATE = LiveState(
    stage="recording",
    light="good",
    words="All is well.",
    elapsed_s=1.0,
    queued_records=0,
    queued_bytes=0,
    phase="exam",
    awaits="environment",
    said=(Said(id="ab" * 16, kind="help", text="<b>Help</b> me"),),
)


@pytest.fixture
async def page(campus: Campus, client: httpx.AsyncClient, pupil: Pupil) -> str:
    """The panel's address, once a recorder has reported."""
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    live = campus.app.dependencies["live"].dependency()
    assert isinstance(live, Live)
    await live.report(pupil.session, STATE, Connected())
    return f"/sessions/{pupil.session}/live"


def revision(html: str) -> str:
    (found,) = re.findall(r"\?seen=(\w+)", html)
    return found


async def test_the_panel_says_how_it_stands_and_what_was_said(
    campus: Campus, client: httpx.AsyncClient, page: str
) -> None:
    await sign_in(campus, client, campus.proctor)
    whole = (await client.get(page.removesuffix("/live"))).text
    for told in (
        "Connected",
        "The candidate sees: All is well.",
        "The candidate waits for you.",
        "whether this computer will do",
        "The candidate asks for help.",
        "&lt;b&gt;Help&lt;/b&gt; me",
        'name="action" value="extra_time"',
    ):
        assert told in whole, told
    part = (await client.get(page, headers=HTMX)).text
    # What somebody types stands outside of what is renewed.
    assert 'name="text"' not in part
    campus.clock.advance(CONNECTED_FOR + 1)
    assert "Not connected since" in (await client.get(page, headers=HTMX)).text
    # The server's clock was ahead when it was heard.
    campus.clock.advance(-2 * CONNECTED_FOR)
    told = (await client.get(page, headers=HTMX)).text
    assert "Not connected" in told
    assert "since" not in told


async def test_only_news_are_sent_again(
    campus: Campus, client: httpx.AsyncClient, page: str
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    first = revision((await client.get(page)).text)
    assert (await client.get(f"{page}?seen={first}")).status_code == 204
    said = {"action": "message", "text": "Hello."}
    answer = await client.post(page, data=said, headers={**headers, **HTMX})
    assert answer.status_code == 200
    assert answer.headers["hx-trigger"] == "live-done"
    assert "Sent." in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    news = await client.get(f"{page}?seen={first}")
    assert "Hello." in news.text
    assert "asks for help." not in news.text
    assert revision(news.text) == revision(answer.text) != first


async def test_a_form_that_is_sent_again_for_want_of_an_answer_is_one_request(
    campus: Campus, client: httpx.AsyncClient, page: str
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    whole = (await client.get(page.removesuffix("/live"))).text
    (request,) = set(re.findall(r'name="request" value="(\w+)"', whole))
    assert request not in (await client.get(page.removesuffix("/live"))).text
    more = {"action": "extra_time", "text": "The fire alarm.", "minutes": "5"}
    for name, given in ((request, "5 min"), (request, "5 min"), ("another", "10 min")):
        fields = {**more, "request": name}
        answer = await client.post(page, data=fields, headers={**headers, **HTMX})
        assert "There is more time now." in answer.text
        assert f"<span>{given} more time given" in answer.text


async def test_what_staff_did_is_listed_with_its_reason(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, page: str
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    pupil.incident()
    pupil.take(await pupil.deliver(pupil.records[-1]))
    assert "What staff and the rules did" not in (await client.get(page)).text
    for action, text, more in (
        ("request_clip", "Whose voice <i>is</i> it?", {}),
        ("extra_time", "The fire alarm.", {"minutes": "5"}),
    ):
        said = {"action": action, "text": text, **more}
        answer = await client.post(page, data=said, headers={**headers, **HTMX})
        assert answer.status_code == 200, answer.text
    shown = (await client.get(page)).text.partition("What staff and the rules did")[2]
    for told in ("Asked for a clip", "Whose voice &lt;i&gt;is", "Gave more time", "5 min"):
        assert told in shown, told


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"action": "resume", "text": "x"}, 409, "not paused"),
        ({"action": "pause"}, 422, "Say why"),
        ({"action": "request_clip", "text": " "}, 422, "Say what the clip is for"),
        ({"action": "extra_time", "text": "x", "minutes": "1441"}, 422, "1,440"),
        ({"action": "extra_time", "text": "x", "minutes": "²"}, 422, "1,440"),
        ({"action": "extra_time", "text": "x"}, 422, "how much time"),
        ({"action": "admit", "text": "x", "awaits": "identity"}, 409, "another one"),
        ({"action": "shout", "text": "x"}, 400, "not an action"),
        ({"text": "x"}, 400, "not an action"),
    ],
)
async def test_what_makes_no_sense_is_said_where_it_was_asked(
    campus: Campus, client: httpx.AsyncClient, page: str, fields: dict, status: int, says: str
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    answer = await client.post(page, data=fields, headers={**headers, **HTMX})
    assert answer.status_code == status, answer.text
    assert says in answer.text
    plain = await client.post(page, data=fields, headers=headers)
    assert plain.status_code == status
    assert says in plain.json()["detail"]


async def test_it_works_without_scripts(
    campus: Campus, client: httpx.AsyncClient, page: str
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    fields = {"action": "extra_time", "text": "It was loud.", "minutes": "10"}
    answer = await client.post(page, data=fields, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("#live")
    whole = (await client.get(page.removesuffix("/live"))).text
    assert "10 min more time given" in whole


async def test_an_observer_sees_and_a_session_that_is_over_only_tells(
    campus: Campus, client: httpx.AsyncClient, page: str
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    end = {"action": "terminate", "text": "Time is up."}
    watched = (await client.get(page.removesuffix("/live"))).text
    assert 'value="terminate"' in watched
    await sign_in(campus, client, campus.observer)
    seen = (await client.get(page.removesuffix("/live"))).text
    assert "asks for help." in seen
    assert 'value="terminate"' not in seen
    headers = await sign_in(campus, client, campus.proctor)
    assert (await client.post(page, data=end, headers={**headers, **HTMX})).is_success
    over = (await client.get(page.removesuffix("/live"))).text
    assert "Conversation" in over
    assert "&lt;b&gt;Help&lt;/b&gt; me" in over
    assert "every 2s" not in over
    assert 'value="terminate"' not in over

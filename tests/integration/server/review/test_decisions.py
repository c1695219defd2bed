"""Decisions: kept for ever, never over somebody's head, the same once and twice."""

from __future__ import annotations

import html
import json
import re
import time

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from support.campus import Campus, Pupil, connected, redeem, sign_in

from server.audit.models import LogEntryRow
from server.review.listing import PAGE
from server.review.models import DecisionRow
from shared.encoding import sha256_hex
from shared.log import decode_entry

pytestmark = pytest.mark.anyio

FLAG = f"{1:032x}"

# A test that waits for so long (s) waits in vain.
PATIENCE_S = 20.0
HTMX = {"HX-Request": "true"}


@pytest.fixture
async def session(pupil: Pupil) -> str:
    """A session with three incidents, of which two are one flag."""
    pupil.open()
    pupil.incident(1, kind="multiple_faces")
    pupil.incident(2)
    pupil.incident(3, over=False)
    pupil.close()
    await pupil.hand_in()
    return pupil.session


@pytest.fixture
async def proctor(campus: Campus, client: httpx.AsyncClient, session: str) -> dict[str, str]:
    """The headers of a proctor who is signed in."""
    return await sign_in(campus, client, campus.proctor)


def api(session: str, flag: str = FLAG) -> str:
    return f"/api/v1/sessions/{session}/flags/{flag}/decisions"


async def rows(campus: Campus) -> list[tuple[int, str, str]]:
    query = select(DecisionRow).order_by(DecisionRow.flag_id, DecisionRow.n)
    async with connected(campus.settings) as database, database.transaction() as db:
        return [(row.n, row.verdict, row.note) for row in await db.scalars(query)]


async def test_a_decision_is_kept_with_who_when_and_why(
    campus: Campus, client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    draft = {"verdict": "accepted", "version": 0, "note": "  two people, clearly  "}
    answer = await client.post(api(session), json=draft, headers=proctor)
    assert answer.status_code == 200
    (decision,) = answer.json()["history"]
    assert decision == {
        "n": 1,
        "verdict": "accepted",
        "note": "two people, clearly",
        "by": "Proctor",
        "at": campus.clock(),
    }
    undone = {"verdict": "open", "version": 1}
    assert (await client.post(api(session), json=undone, headers=proctor)).status_code == 200
    assert await rows(campus) == [(1, "accepted", "two people, clearly"), (2, "open", "")]
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.payload).where(LogEntryRow.action == "flag.decide")
        acts = [decode_entry(payload).body for payload in await db.scalars(query)]
        assert [act.detail["verdict"] for act in acts] == ["accepted", "open"]
        assert acts[0].detail["note"] == sha256_hex(b"two people, clearly")


async def test_decisions_are_never_changed_in_the_database(
    campus: Campus, client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    draft = {"verdict": "accepted", "version": 0}
    await client.post(api(session), json=draft, headers=proctor)
    async with connected(campus.settings) as database:
        for statement in ("UPDATE decision SET verdict = 'dismissed'", "DELETE FROM decision"):
            with pytest.raises(IntegrityError, match="never change"):
                async with database.transaction() as db:
                    await db.execute(text(statement))


async def test_the_same_decision_twice_is_one(
    campus: Campus, client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    draft = {"verdict": "dismissed", "version": 0, "note": "a poster"}
    first = await client.post(api(session), json=draft, headers=proctor)
    campus.clock.advance(5_000_000)
    again = await client.post(api(session), json=draft, headers=proctor)
    unchanged = await client.post(api(session), json={**draft, "version": 1}, headers=proctor)
    assert first.json() == again.json() == unchanged.json()
    assert await rows(campus) == [(1, "dismissed", "a poster")]


async def test_the_second_decider_is_told_and_changes_nothing(
    campus: Campus, client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    draft = {"verdict": "dismissed", "version": 0}
    assert (await client.post(api(session), json=draft, headers=proctor)).status_code == 200
    transport = httpx.ASGITransport(app=campus.app)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url=campus.settings.url) as other:
        admin = await sign_in(campus, other, campus.admin)
        late = {"verdict": "accepted", "version": 0, "note": "clearly"}
        answer = await other.post(api(session), json=late, headers=admin)
        assert answer.status_code == 409
        assert "Proctor dismissed this flag meanwhile" in answer.json()["detail"]
        form = {"flag": FLAG, "version": "0", "verdict": "accepted", "note": "clearly"}
        page = await other.post(
            f"/sessions/{session}/decisions", data=form, headers={**admin, **HTMX}
        )
        assert page.status_code == 409
        assert "More than one face at 0:00: Proctor dismissed this flag meanwhile" in page.text
        told = json.loads(page.headers["hx-trigger-after-swap"])
        assert told == {"flag-renewed": {"flag": FLAG}}
        assert 'data-verdict="dismissed"' in page.text
        assert await rows(campus) == [(1, "dismissed", "")]
        informed = {**late, "version": 1}
        assert (await other.post(api(session), json=informed, headers=admin)).status_code == 200
    assert await rows(campus) == [(1, "dismissed", ""), (2, "accepted", "clearly")]


async def test_opening_what_is_open_is_nothing(
    campus: Campus, client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    draft = {"verdict": "open", "version": 0}
    assert (await client.post(api(session), json=draft, headers=proctor)).status_code == 200
    assert await rows(campus) == []


@pytest.mark.parametrize(
    ("flag", "draft", "status"),
    [
        ("f" * 32, {"verdict": "accepted", "version": 0}, 404),
        (FLAG, {"verdict": "accepted", "version": 7}, 404),
        (FLAG, {"verdict": "guilty", "version": 0}, 400),
        (FLAG, {"verdict": "accepted", "version": -1}, 400),
        (FLAG, {"verdict": "accepted", "version": 0, "note": "x" * 2001}, 400),
        (FLAG, {"verdict": "accepted"}, 400),
        (FLAG, {"verdict": "accepted", "version": 0, "score": 0}, 400),
    ],
)
async def test_what_is_no_decision_is_refused(
    campus: Campus,
    client: httpx.AsyncClient,
    session: str,
    proctor: dict[str, str],
    flag: str,
    draft: dict[str, object],
    status: int,
) -> None:
    answer = await client.post(api(session, flag), json=draft, headers=proctor)
    assert answer.status_code == status, answer.text
    form = {key: str(value) for key, value in {**draft, "flag": flag}.items()}
    page = await client.post(f"/sessions/{session}/decisions", data=form, headers=proctor)
    # Of a form, unknown fields are ignored, and a flag that is gone is said in the page.
    assert page.status_code in ({200} if "score" in draft else {200, 400, 422}), page.text
    assert await rows(campus) == ([] if "score" not in draft else [(1, "accepted", "")])


async def test_the_score_follows_at_once(
    client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    before = (await client.get("/sessions")).text
    assert "More than one face" in before
    form = {"flag": FLAG, "version": "0", "verdict": "dismissed", "note": ""}
    answer = await client.post(
        f"/sessions/{session}/decisions", data=form, headers={**proctor, **HTMX}
    )
    told = json.loads(answer.headers["hx-trigger-after-swap"])
    assert told == {"flag-decided": {"flag": FLAG}}
    assert "1 flag left to decide" in answer.text
    assert "More than one face" not in answer.text.split('id="panels"')[1]
    listed = (await client.get("/sessions", headers=HTMX)).text
    assert "More than one face" not in listed


async def test_the_list_ranks_and_filters(
    campus: Campus, client: httpx.AsyncClient, session: str
) -> None:
    quiet = await redeem(client, await campus.code("s-2"))
    quiet.open()
    await quiet.hand_in()
    await sign_in(campus, client, campus.observer)
    page = (await client.get("/sessions")).text
    assert page.index(session) < page.index(quiet.session)
    live = (await client.get("/sessions", params={"state": "open"})).text
    assert quiet.session in live
    assert session not in live
    assert quiet.session not in (await client.get("/sessions?undecided=yes")).text
    assert "No session fits" in (await client.get("/sessions?exam=none")).text
    for odd in (
        "after=-1",
        "after=1e999~1~x",
        "before=x",
        "state=odd",
        "min=x",
        "max=-1",
        "q=%00",
    ):
        assert (await client.get(f"/sessions?{odd}")).status_code == 200
    # A flag that comes later changes the rank of a session that was ranked already.
    kinds = ("multiple_faces", "second_voice", "virtual_camera", "identity_mismatch")
    for number, kind in enumerate(kinds):
        quiet.incident(number, kind=kind)
    quiet.take(await quiet.deliver(*quiet.records[1:]))
    page = (await client.get("/sessions", headers=HTMX)).text
    assert page.index(quiet.session) < page.index(session)
    assert "<html" not in page


async def test_the_list_is_paged(campus: Campus, client: httpx.AsyncClient) -> None:
    for number in range(PAGE + 1):
        await redeem(client, await campus.code(f"s-{number}"))
    await sign_in(campus, client, campus.observer)
    # A look at the list scores a few sessions that are new, and the server's chore the others.
    deadline = time.monotonic() + PATIENCE_S
    while f"{PAGE} of {PAGE + 1} sessions" not in (
        first := (await client.get("/sessions")).text
    ):
        assert time.monotonic() < deadline, first
    assert first.count('class="candidate"') == PAGE
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = (await client.get(html.unescape(following[1]))).text
    assert second.count('class="candidate"') == 1
    assert 'rel="next"' not in second
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back is not None
    again = (await client.get(html.unescape(back[1]))).text
    assert re.findall(r'id="s-(\w+)"', again) == re.findall(r'id="s-(\w+)"', first)

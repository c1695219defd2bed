"""Notes, mentions, assignments, many at once, two pairs of eyes, and the session's decision."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from support.campus import Campus, Pupil, connected, redeem, sign_in

from server.exams.models import Exam
from server.exams.service import add_policy
from server.exams.terms import Terms
from server.review.models import (
    AssignmentRow,
    DecisionRow,
    MentionRow,
    NoteRow,
    SessionDecisionRow,
)
from shared.policy import Review

pytestmark = pytest.mark.anyio

WINDOWS = [
    {"title": "Chat GPT - Browser", "reason": "a window"},
    {"windows": [{"title": "CHAT gpt – browser", "application": ""}]},
    {"title": "Mail", "reason": "another"},
]
FLAG, OTHER = f"{1:032x}", f"{5:032x}"
HTMX = {"HX-Request": "true"}


@pytest.fixture
async def session(pupil: Pupil) -> str:
    """A session with two flags that are not alike."""
    pupil.open()
    pupil.incident(1, kind="multiple_faces")
    pupil.incident(5, kind="gaze_away")
    pupil.close()
    await pupil.hand_in()
    return pupil.session


@pytest.fixture
async def proctor(campus: Campus, client: httpx.AsyncClient, session: str) -> dict[str, str]:
    """The headers of a proctor who is signed in."""
    return await sign_in(campus, client, campus.proctor)


async def account(campus: Campus, email: str) -> str:
    async with connected(campus.settings) as database, database.transaction() as db:
        query = text("SELECT id FROM account WHERE email = :email")
        return (await db.execute(query, {"email": email})).scalar_one()


async def test_a_note_calls_a_colleague_who_finds_it(
    campus: Campus, client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    page = f"/sessions/{session}/flags/{FLAG}/notes"
    answer = await client.post(
        page, data={"text": "@examiner, is this her brother? cc @nobody"}, headers=proctor
    )
    assert answer.status_code == 200
    assert "is this her brother?" in answer.text
    assert "Nobody here is called @nobody" in answer.text
    assert "is this her brother?" not in (await client.get("/for-you")).text
    headers = await sign_in(campus, client, campus.examiner)
    found = (await client.get("/for-you")).text
    assert "is this her brother?" in found
    assert "Mark 1 as seen" in found
    await client.post("/for-you/seen", data={}, headers=headers)
    assert "Mark 1 as seen" not in (await client.get("/for-you")).text
    listed = (await client.get("/sessions?q=brother", headers=HTMX)).text
    assert session in listed
    assert "<b>1 flag</b> with these words" in listed


async def test_an_empty_note_is_refused_and_a_long_one_kept_in_the_field(
    client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    page = f"/sessions/{session}/flags/{FLAG}/notes"
    assert (await client.post(page, data={"text": " "}, headers=proctor)).status_code == 422
    long = await client.post(page, data={"text": "w" * 2001}, headers=proctor)
    assert long.status_code == 422
    assert "w" * 2001 in long.text


async def test_what_is_assigned_is_found_by_whose_it_is(
    campus: Campus, client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    mine, observer = (
        await account(campus, campus.proctor),
        await account(campus, campus.observer),
    )
    base = f"/sessions/{session}"
    refused = await client.post(
        f"{base}/assignment", data={"account": observer}, headers=proctor
    )
    assert refused.status_code == 422
    assert session not in (await client.get("/sessions?mine=yes", headers=HTMX)).text
    for _ in range(2):
        done = await client.post(f"{base}/assignment", data={"account": mine}, headers=proctor)
        assert done.status_code == 200
    assert "Assigned to Proctor" in (await client.get("/sessions?mine=yes", headers=HTMX)).text
    await client.post(f"{base}/assignment", data={"account": ""}, headers=proctor)
    assert session not in (await client.get("/sessions?mine=yes", headers=HTMX)).text
    flag = f"/api/v1{base}/flags/{FLAG}/assignment"
    assert (await client.put(flag, json={"account": mine}, headers=proctor)).status_code == 200
    assert session in (await client.get("/sessions?mine=yes", headers=HTMX)).text
    assert "more than one face at" in (await client.get("/for-you")).text
    async with connected(campus.settings) as database, database.transaction() as db:
        rows = list(await db.scalars(select(AssignmentRow).order_by(AssignmentRow.flag_id)))
        assert [(row.flag_id, row.n) for row in rows] == [("", 1), ("", 2), (FLAG, 1)]


async def test_like_flags_are_dismissed_at_once_and_each_has_its_row(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    for number in (2, 1, 3):
        # Further apart than a burst.
        pupil.mono += 120_000_000
        pupil.incident(number, kind="virtual_camera")
    pupil.incident(9, kind="gaze_away")
    pupil.close()
    await pupil.hand_in()
    headers = await sign_in(campus, client, campus.proctor)
    confirmed = {"verdict": "accepted", "version": 0}
    api = f"/api/v1/sessions/{pupil.session}/flags"
    await client.post(f"{api}/{3:032x}/decisions", json=confirmed, headers=headers)
    page = f"/sessions/{pupil.session}/flags/{1:032x}"
    assert "Dismiss all 2" in (await client.get(f"{page}/beside")).text
    unreasoned = await client.post(f"{page}/dismiss-alike", data={}, headers=headers)
    assert unreasoned.status_code == 422
    reason = "OBS, allowed here, says @examiner"
    done = await client.post(f"{page}/dismiss-alike", data={"reason": reason}, headers=headers)
    assert "2 flags dismissed" in done.text
    flags = {one["id"]: one for one in (await client.get(api)).json()}
    verdicts = {int(name, 16): one["verdict"] for name, one in flags.items()}
    assert verdicts == {1: "dismissed", 2: "dismissed", 3: "accepted", 9: "open"}
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(DecisionRow).where(DecisionRow.verdict == "dismissed")
        assert [row.note for row in await db.scalars(query)] == [reason] * 2
        # One reason calls once, beside the flag that was looked at.
        assert [row.flag_id for row in await db.scalars(select(MentionRow))] == [FLAG]


async def test_the_decision_about_a_session_is_versioned_and_told(
    campus: Campus, client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    page = f"/sessions/{session}/conclusion"
    bare = {"outcome": "referred", "version": "0"}
    unexplained = await client.post(page, data=bare, headers=proctor)
    assert unexplained.status_code == 422
    assert "Say why" in unexplained.text
    form = {**bare, "reason.help": "on", "note": "two voices at 12:30"}
    done = await client.post(page, data=form, headers=proctor)
    assert done.status_code == 200
    assert "Referred to the examination board" in done.text
    assert session in (await client.get("/sessions?outcome=referred", headers=HTMX)).text
    assert session not in (await client.get("/sessions?sort=pending", headers=HTMX)).text
    examiner = await sign_in(campus, client, campus.examiner)
    late = {"outcome": "passed", "version": "0", "note": "I saw nothing"}
    second = await client.post(page, data=late, headers=examiner)
    assert second.status_code == 409
    assert "Proctor decided about this session meanwhile" in second.text
    assert "I saw nothing" in second.text
    api = f"/api/v1/sessions/{session}/decisions"
    answer = await client.post(api, json={"outcome": "passed", "version": 1}, headers=examiner)
    assert [one["outcome"] for one in answer.json()] == ["referred", "passed"]
    assert [one["n"] for one in (await client.get(api)).json()] == [1, 2]


async def test_what_people_added_never_changes(
    campus: Campus, client: httpx.AsyncClient, session: str, proctor: dict[str, str]
) -> None:
    base = f"/sessions/{session}"
    await client.post(f"{base}/notes", data={"text": "Seen."}, headers=proctor)
    form = {"outcome": "passed", "version": "0"}
    await client.post(f"{base}/conclusion", data=form, headers=proctor)
    async with connected(campus.settings) as database:
        for table in (NoteRow, SessionDecisionRow):
            with pytest.raises(IntegrityError, match="never change"):
                async with database.transaction() as db:
                    await db.execute(text(f"DELETE FROM {table.__tablename__}"))


async def four_eyed(campus: Campus) -> None:
    """Sign the exam's policy anew, with a second reviewer."""
    async with connected(campus.settings) as database, database.transaction() as db:
        exam = await db.get_one(Exam, campus.exam.id)
        terms = Terms(review=Review(four_eyes=True))
        await add_policy(db, campus.keys, campus.institution, exam, terms, campus.clock())


async def test_a_confirmation_needs_another_persons_agreement(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await four_eyed(campus)
    pupil = await redeem(client, await campus.code("s-4"))
    pupil.open()
    pupil.incident(1, kind="multiple_faces")
    pupil.incident(5, kind="gaze_away")
    await pupil.hand_in()
    proctor = await sign_in(campus, client, campus.proctor)
    confirm = {"verdict": "accepted", "version": 0}
    api = f"/api/v1/sessions/{pupil.session}/flags"
    first = (await client.post(f"{api}/{FLAG}/decisions", json=confirm, headers=proctor)).json()
    assert (first["verdict"], first["proposed"]) == ("open", True)
    assert pupil.session in (await client.get("/sessions?sort=second", headers=HTMX)).text
    own = {"verdict": "accepted", "version": 1, "note": "still"}
    again = await client.post(f"{api}/{FLAG}/decisions", json=own, headers=proctor)
    assert again.status_code == 409
    assert "another person has to agree" in again.json()["detail"]
    await client.post(f"{api}/{OTHER}/decisions", json=confirm, headers=proctor)
    examiner = await sign_in(campus, client, campus.examiner)
    agreed = {"verdict": "accepted", "version": 1}
    second = await client.post(f"{api}/{FLAG}/decisions", json=agreed, headers=examiner)
    assert (second.json()["verdict"], second.json()["proposed"]) == ("accepted", False)
    against = {"verdict": "dismissed", "version": 1}
    other = await client.post(f"{api}/{OTHER}/decisions", json=against, headers=examiner)
    assert other.json()["verdict"] == "escalated"
    assert pupil.session in (await client.get("/sessions?sort=escalated", headers=HTMX)).text
    proctor = await sign_in(campus, client, campus.proctor)
    mine = {"verdict": "accepted", "version": 2}
    refused = await client.post(f"{api}/{OTHER}/decisions", json=mine, headers=proctor)
    assert refused.status_code == 409
    assert "takes the role examiner" in refused.json()["detail"]


async def test_the_page_says_of_a_decision_what_came_of_it(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await four_eyed(campus)
    pupil = await redeem(client, await campus.code("s-4"))
    pupil.open()
    pupil.incident(1, kind="multiple_faces")
    await pupil.hand_in()

    async def told(email: str, verdict: str, version: int, note: str = "") -> str:
        headers = {**await sign_in(campus, client, email), **HTMX}
        form = {"flag": FLAG, "version": str(version), "verdict": verdict, "note": note}
        answer = await client.post(
            f"/sessions/{pupil.session}/decisions", data=form, headers=headers
        )
        assert answer.status_code == 200
        return answer.text.split("</p>")[0]

    first = await told(campus.proctor, "accepted", 0, "Ask @examiner, or @nobody.")
    assert "confirmed by you, and open until another person agrees. 1 flag left" in first
    assert "Nobody here is called @nobody" in first
    assert ": open again. 1 flag left" in await told(campus.proctor, "open", 1)
    assert "another person agrees" in await told(campus.proctor, "accepted", 2)
    agreed = await told(campus.examiner, "accepted", 3, "@proctor is right.")
    assert ": confirmed. 0 flags left to decide.</p>" in f"{agreed}</p>"


async def test_the_same_window_is_found_in_other_sessions(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupils = [await redeem(client, await campus.code(f"w-{n}")) for n in range(3)]
    for n, pupil in enumerate(pupils):
        pupil.open()
        signed = pupil.incident(1, kind="window_switch", detail=WINDOWS[n])
        assert signed
        await pupil.hand_in()
    await sign_in(campus, client, campus.observer)
    await client.get("/sessions")
    api = f"/api/v1/sessions/{pupils[0].session}/flags/{FLAG}/alike"
    found = {one["words"]: one for one in (await client.get(api)).json()}
    assert found.keys() == {
        "1 other had this window in front: Chat GPT - Browser",
        "2 others had such a flag at the same moment",
    }
    (other,) = found["1 other had this window in front: Chat GPT - Browser"]["others"]
    assert other["session"] == pupils[1].session
    searched = (await client.get("/sessions?q=chat+brow", headers=HTMX)).text
    assert pupils[0].session in searched
    assert pupils[1].session in searched
    assert pupils[2].session not in searched

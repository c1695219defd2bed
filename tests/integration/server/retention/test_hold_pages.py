"""Holds on pages: on what a session's page is about, and by what staff call a candidate."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, Pupil, connected, sign_in

from server.ingest.models import ExamSession
from server.retention.holds import HoldKind
from server.retention.models import HoldRow

pytestmark = pytest.mark.anyio

PAGE = "/settings/data-protection"
REASON = {"reason": "A court asked for it."}


async def held(campus: Campus) -> list[tuple[str, str]]:
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(HoldRow.kind, HoldRow.subject_id).order_by(HoldRow.placed_at)
        return list((await db.execute(query)).tuples())


async def session_of(campus: Campus, pupil: Pupil) -> ExamSession:
    async with connected(campus.settings) as database, database.transaction() as db:
        return await db.get_one(ExamSession, pupil.session)


@pytest.mark.parametrize("kind", list(HoldKind))
async def test_a_session_s_page_holds_it_its_candidate_or_its_exam(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, kind: HoldKind
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    session = await session_of(campus, pupil)
    subject = {
        HoldKind.SESSION: session.id,
        HoldKind.CANDIDATE: session.candidate_id,
        HoldKind.EXAM: session.exam_id,
    }[kind]
    assert 'name="kind"' in (await client.get(f"{PAGE}/sessions/{session.id}")).text
    form = {**REASON, "kind": kind.value, "session": session.id}
    done = await client.post(f"{PAGE}/holds", data=form, headers=headers)
    assert f"the {kind.value}, since" in done.text
    assert await held(campus) == [(kind.value, subject)]
    form["review_days"] = "0"
    wrong = await client.post(f"{PAGE}/holds", data=form, headers=headers)
    assert (wrong.status_code, f'value="{subject}"' in wrong.text) == (422, True)
    nobody = {**form, "session": "0" * 32}
    assert (await client.post(f"{PAGE}/holds", data=nobody, headers=headers)).status_code == 404


async def test_a_candidate_is_held_by_their_reference(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    session = await session_of(campus, pupil)
    form = {**REASON, "kind": "candidate", "subject_id": " s-1 "}
    done = await client.post(f"{PAGE}/holds", data=form, headers=headers)
    assert "It is held" in done.text
    assert await held(campus) == [("candidate", session.candidate_id)]
    overview = (await client.get(PAGE)).text
    assert "1</b> hold in force" in overview
    assert "0</b> appeals wait" in overview
    form["subject_id"] = "S-1"
    none = await client.post(f"{PAGE}/holds", data=form, headers=headers)
    assert (none.status_code, "There is no such candidate here" in none.text) == (422, True)

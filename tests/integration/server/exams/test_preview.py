"""Rules tried on sessions that are there, in a database that recorders filled."""

from __future__ import annotations

import re

import httpx
import msgspec
import pytest
from support.campus import Campus, Pupil, connected, redeem, sign_in

from server.exams.preview import PreviewTable, preview_terms
from server.exams.terms import Terms
from server.web.policy_form import fields_of
from shared.flags import Kind
from shared.policy import DEFAULT_RULES
from shared.records import Incident

pytestmark = pytest.mark.anyio

# Seconds that the eyes were away, and degrees.
AWAY = ((3.5, 16.0), (6.0, 30.0), (20.0, 17.0))


def away(pupil: Pupil, n: int, seconds: float, degrees: float) -> None:
    """Eyes off the screen, well apart from the time before."""
    start = pupil.mono + 60_000_000
    pupil.mono = start + round(seconds * 1_000_000)
    pupil.record(
        Incident(
            id=f"{n:032x}",
            kind="gaze_away",
            start=start,
            end=pupil.mono,
            severity="medium" if seconds >= 5 else "low",
            confidence=0.9,
            detail={"reason": "away", "seconds": seconds, "degrees": degrees},
            attachments=(),
        )
    )


@pytest.fixture
async def sat(campus: Campus, client: httpx.AsyncClient) -> Pupil:
    """A session with three looks away, handed in; and a quiet one."""
    pupil = await redeem(client, await campus.code("s-1"))
    pupil.open()
    for n, (seconds, degrees) in enumerate(AWAY):
        away(pupil, n + 1, seconds, degrees)
    await pupil.hand_in()
    quiet = await redeem(client, await campus.code("s-2"))
    quiet.open()
    await quiet.hand_in()
    return pupil


async def tried(campus: Campus, exam: str | None = None, **changes: object) -> PreviewTable:
    """The preview of the default rules, that of gazes changed."""
    rule = msgspec.structs.replace(DEFAULT_RULES[Kind.GAZE_AWAY], **changes)
    async with connected(campus.settings) as database:
        terms = Terms(kinds={Kind.GAZE_AWAY: rule})
        return await preview_terms(database, campus.institution.id, terms, exam)


async def test_the_same_rules_change_nothing(campus: Campus, sat: Pupil) -> None:
    found = await tried(campus)
    (gaze,) = [one for one in found.kinds if one.then]
    assert (found.sessions, gaze.kind, gaze.then, gaze.now) == (2, Kind.GAZE_AWAY, 3, "3")
    assert found.changed == []
    assert found.flags_then == found.flags_now


async def test_a_longer_time_leaves_shorter_looks_out(campus: Campus, sat: Pupil) -> None:
    found = await tried(campus, onset_s=4.0)
    (gaze,) = [one for one in found.kinds if one.then]
    assert (gaze.now, gaze.change, gaze.unknown) == ("2", "fewer", [])
    (changed,) = found.changed
    assert changed.session_id == sat.session
    assert (changed.flags_then, changed.flags_now) == (3, 2)
    assert changed.now.value < changed.then.value


async def test_a_larger_angle_is_told_as_a_range(campus: Campus, sat: Pupil) -> None:
    found = await tried(campus, threshold=20.0, release=16.0)
    (gaze,) = [one for one in found.kinds if one.then]
    assert gaze.now == "1 to 3"
    assert found.unsure


async def test_switching_it_off_or_weighing_it_otherwise_moves_the_score(
    campus: Campus, sat: Pupil
) -> None:
    off = await tried(campus, enabled=False)
    assert (off.flags_now, off.changed[0].now.value) == (0, 0.0)
    heavy = await tried(campus, weight=10.0)
    assert heavy.flags_now == 3
    assert heavy.changed[0].now.value > heavy.changed[0].then.value


async def test_another_exam_or_institution_is_not_looked_at(campus: Campus, sat: Pupil) -> None:
    assert (await tried(campus, exam="0" * 32)).sessions == 0
    async with connected(campus.settings) as database:
        assert (await preview_terms(database, "0" * 32, Terms(), None)).sessions == 0


async def test_the_form_shows_it_and_signs_nothing(
    campus: Campus, client: httpx.AsyncClient, sat: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    path = f"/exams/{campus.exam.id}/policy"
    form = fields_of(Terms()) | {
        "version": "1",
        "gaze_away.onset_s": "4",
        "basis": campus.exam.id,
        "preview": "yes",
    }
    page = await client.post(path, data=form, headers=headers)
    assert page.status_code == 200
    text = " ".join(re.sub("<[^>]+>", " ", page.text).split())
    assert "On 2 sessions: 3 flags then, 2 with these rules." in text
    assert "3 → 2" in text
    # What was typed is still there, and nothing is signed.
    assert re.search(r'name="gaze_away.onset_s"[^>]* value="4"', page.text)
    assert len((await client.get(f"/api/v1/exams/{campus.exam.id}/policies")).json()) == 1
    wrong = await client.post(path, data=form | {"minutes": "soon"}, headers=headers)
    assert wrong.status_code == 422


async def test_the_form_for_a_new_exam_tries_its_rules_before_it_has_a_title(
    campus: Campus, client: httpx.AsyncClient, sat: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    blank = await client.get("/exams/new")
    assert "Try these rules on past sessions" in blank.text
    form = fields_of(Terms()) | {
        "title": "",
        "gaze_away.onset_s": "4",
        "basis": campus.exam.id,
        "preview": "yes",
    }
    page = await client.post("/exams", data=form, headers=headers)
    assert page.status_code == 200
    text = " ".join(re.sub("<[^>]+>", " ", page.text).split())
    assert "On 2 sessions: 3 flags then, 2 with these rules." in text
    assert re.search(r'name="gaze_away.onset_s"[^>]* value="4"', page.text)
    assert f'<option value="{campus.exam.id}" selected>' in page.text
    assert len((await client.get("/api/v1/exams")).json()) == 1
    wrong = await client.post("/exams", data=form | {"warnings": "many"}, headers=headers)
    assert wrong.status_code == 422
    assert 'id="basis"' in wrong.text

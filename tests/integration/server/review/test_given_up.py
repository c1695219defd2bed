"""What was watched at first and not any more, told with the moment by page, report and API."""

from __future__ import annotations

import re

import httpx
import pytest
from support.campus import STEP, Campus, Pupil, sign_in

from shared.records import Heartbeat, Phase, decode_record

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html"}
SECOND = 1_000_000
OBJECTS = "object_seen: the object model desk cannot be used: it fails when it is run"
VOICES = "second_voice: it failed at work (MemoryError: no room)"


def zero(pupil: Pupil) -> int:
    """Where its monotonic clock stood when the session began, µs."""
    return decode_record(pupil.records[0].payload).mono


def beat(pupil: Pupil, *lines: tuple[int, str], **besides: object) -> None:
    """A heartbeat that says what was given up, each since a moment of the session (s)."""
    unwatched = [{"at": zero(pupil) + at * SECOND, "what": what} for at, what in lines]
    detection = {"seen": 1, "unwatched": unwatched, "enrolment_unwatched": [], **besides}
    pupil.record(
        Heartbeat(streams={}, unobserved=(), queue={}, machine={}, detection=detection)
    )


def wait(pupil: Pupil, seconds: int) -> None:
    """Let so much of the session pass, up to the next record."""
    pupil.mono = zero(pupil) + seconds * SECOND - STEP


async def left_out(client: httpx.AsyncClient, pupil: Pupil) -> list[dict]:
    """What the machine left out, as the API says it."""
    answer = await client.get(f"/api/v1/sessions/{pupil.session}")
    assert answer.status_code == 200, answer.text
    found = answer.json()["watching"]["left_out"]
    return [one for one in found if one["by"] == "machine"]


def spans(found: list[dict]) -> list[tuple]:
    return [(one["kind"], one["start"], one["end"]) for one in found]


async def told(client: httpx.AsyncClient, path: str) -> str:
    """A page as one line of text."""
    page = (await client.get(path, headers=BROWSER)).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


async def test_a_model_that_fails_in_the_middle_is_told_with_the_moment(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open(unwatched=("clipboard: this system tells nobody",))
    beat(pupil)
    wait(pupil, 100)
    beat(pupil, (95, OBJECTS))
    wait(pupil, 200)
    beat(pupil, (95, OBJECTS), (190, VOICES))
    wait(pupil, 260)
    pupil.segment()
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    clipboard, objects, voices = await left_out(client, pupil)
    assert (clipboard["start"], clipboard["end"]) == (None, None)
    assert spans([objects, voices]) == [
        ("object_seen", 95.0, None),
        ("second_voice", 190.0, None),
    ]
    assert objects["why"] == OBJECTS.partition(": ")[2]
    page = await told(client, f"/sessions/{pupil.session}")
    assert f"Object in view, not any more from 1:35 on: {objects['why']}" in page
    beside = "camera: Object in view was not watched any more: the object model desk"
    assert f"2 min 45 s {beside}" in page
    assert "microphone: Second voice was not watched any more" in page


async def test_what_the_report_says_of_it(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    beat(pupil, (0, OBJECTS))
    wait(pupil, 40)
    beat(pupil, (0, OBJECTS), (33, VOICES))
    pupil.close()
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    report = (await client.get(f"/api/v1/sessions/{pupil.session}/report")).json()
    machine = [one for one in report["watching"]["left_out"] if one["by"] == "machine"]
    assert spans(machine) == [("object_seen", 0.0, None), ("second_voice", 33.0, None)]
    summary = " ".join(report["summary"])
    assert "Not any more from some moment on: Object in view, Second voice" in summary


async def test_a_recorder_that_started_anew_tried_it_anew(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    wait(pupil, 20)
    beat(pupil, (15, OBJECTS))
    wait(pupil, 60)
    pupil.segment()
    pupil.resume()
    wait(pupil, 100)
    beat(pupil)
    beat(pupil, (99, VOICES))
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    objects, voices = await left_out(client, pupil)
    assert (objects["start"], objects["end"]) == (15.0, pytest.approx(60.0, abs=0.2))
    assert spans([voices]) == [("second_voice", 99.0, None)]
    page = await told(client, f"/sessions/{pupil.session}")
    assert "not any more from 0:15 on, to 1:00 when the recorder started anew" in page
    assert "45 s camera: Object in view was not watched any more" in page


async def test_what_was_not_enrolled_for_stands_without_a_moment(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    line = "identity_mismatch: no photograph was taken to compare the face with"
    pupil.open()
    beat(pupil, enrolment_unwatched=[line])
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    assert spans(await left_out(client, pupil)) == [("identity_mismatch", None, None)]
    beat(pupil, enrolment_unwatched=[])  # it was taken again, and came off
    pupil.take(await pupil.deliver(*pupil.records[-1:]))
    assert await left_out(client, pupil) == []


@pytest.mark.parametrize(
    "said",
    [
        "object_seen",
        [1, 2],
        ["object_seen: as an older program wrote it"],
        [{"at": "noon", "what": "object_seen: no"}],
        [{"what": "object_seen: no"}],
        [{"at": -5, "what": 7}],
    ],
)
async def test_what_is_not_written_as_the_protocol_says_tells_nothing(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, said: object
) -> None:
    pupil.open()
    beat(pupil, unwatched=said)
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    assert await left_out(client, pupil) == []


async def test_what_a_machine_makes_up_stays_within_the_session_and_is_bounded(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    wait(pupil, 30)
    lines = [(10**9, f"<script>alert({n})</script>") for n in range(100)]
    beat(pupil, (10**9, "object_seen: \0 later than it is"), *lines)
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    found = await left_out(client, pupil)
    assert len(found) == 32
    assert {one["start"] for one in found} == {30.0}
    page = (await client.get(f"/sessions/{pupil.session}", headers=BROWSER)).text
    assert "<script>alert" not in page


async def test_only_what_counts_is_told_beside_the_score(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    pupil.record(Phase(name="preparing", by="recorder"))
    beat(pupil, (0, OBJECTS))
    wait(pupil, 50)
    pupil.record(Phase(name="exam", by="candidate"))
    wait(pupil, 80)
    pupil.record(Phase(name="handed_in", by="candidate"))
    wait(pupil, 90)
    pupil.segment()
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    page = await told(client, f"/sessions/{pupil.session}")
    assert "30 s camera: Object in view was not watched any more" in page

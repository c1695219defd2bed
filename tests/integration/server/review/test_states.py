"""Incomplete, committed but missing, forked, interrupted: the states of the evidence, how they
are told everywhere alike, and that they heal.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.campus import Campus, Pupil, redeem, sign_in

from server.review.states import SILENT_AFTER, Shortfall
from shared.chain import hand_over
from shared.records import Gap, Resume
from shared.verdict import CheckId, Outcome
from shared.verify import verify_bundle

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html"}
SECOND = 1_000_000


async def evidence(client: httpx.AsyncClient, pupil: Pupil) -> dict:
    answer = await client.get(f"/api/v1/sessions/{pupil.session}")
    assert answer.status_code == 200, answer.text
    return answer.json()["evidence"]


async def listed(client: httpx.AsyncClient, state: str) -> set[str]:
    """The sessions that the list shows of those in a state."""
    page = (await client.get(f"/sessions?evidence={state}", headers=BROWSER)).text
    return set(re.findall(r'id="s-([0-9a-f]{32})"', page))


async def told(client: httpx.AsyncClient, pupil: Pupil) -> str:
    """The session's page as one line of text."""
    page = (await client.get(f"/sessions/{pupil.session}", headers=BROWSER)).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def exported(client: httpx.AsyncClient, pupil: Pupil, folder: Path) -> Path:
    answer = await client.get(f"/sessions/{pupil.session}/bundle")
    assert answer.status_code == 200, answer.text
    file = folder / "bundle.zip"
    file.write_bytes(answer.content)
    return file


def said(file: Path) -> dict[CheckId, tuple[str, ...]]:
    """What fails in a bundle, and how."""
    verdict = verify_bundle(file)
    return {r.check: r.failures for r in verdict.results if r.outcome is not Outcome.HOLDS}


def resume(pupil: Pupil, reason: str, **changes: object) -> None:
    """The recorder stops and goes on, with another key."""
    new = Ed25519PrivateKey.generate()
    last = pupil.records[-1].hash
    handover = hand_over(new, pupil.session, pupil.epoch + 1, last)
    pupil.record(Resume(reason=reason, next=handover), **changes)
    pupil.key, pupil.epoch = new, pupil.epoch + 1


async def test_a_session_is_incomplete_when_it_is_silent_and_heals_by_its_close(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    pupil.segment()
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    assert (await evidence(client, pupil))["states"] == []
    assert "Recording" in await told(client, pupil)
    campus.clock.advance(SILENT_AFTER)
    assert await listed(client, "incomplete") == set()  # not a microsecond too early
    campus.clock.advance(SECOND)
    assert (await evidence(client, pupil))["states"] == ["incomplete"]
    assert await listed(client, "incomplete") == {pupil.session}
    page = await told(client, pupil)
    assert "Incomplete check 10 Nothing was heard for 1 min 1 s" in page
    assert "Silent" in page
    pupil.take(await pupil.deliver(pupil.close()))
    assert (await evidence(client, pupil))["states"] == []
    assert await listed(client, "incomplete") == set()


async def test_what_is_committed_and_not_here_is_told_in_full_and_heals(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    for _ in range(3):
        pupil.segment()
    pupil.segment("screen")
    pupil.take(await pupil.deliver(*pupil.records))
    names = list(pupil.blobs)
    pupil.take(await pupil.upload(names[0]))
    await sign_in(campus, client, campus.proctor)
    # While it is recorded, they are on their way.
    assert "3 pieces of 4 are still on the way" in await told(client, pupil)
    assert (await evidence(client, pupil))["states"] == []
    came = campus.clock()
    campus.clock.advance(10 * SECOND)
    pupil.take(await pupil.deliver(pupil.close()))
    stands = await evidence(client, pupil)
    assert stands["states"] == ["missing"]
    assert await listed(client, "missing") == {pupil.session}
    sizes = [len(pupil.blobs[name]) for name in names]
    assert stands["pieces"] == {
        "committed": 4,
        "held": 1,
        "bytes_committed": sum(sizes),
        "bytes_held": sizes[0],
    }
    camera, screen = stands["undelivered"]
    assert (camera["stream"], camera["pieces"]) == ("camera", 2)
    assert camera["bytes"] == sizes[1] + sizes[2]
    assert camera["since"] == came
    # Two pieces of four seconds, one begun 0.1 s after the other.
    assert camera["ranges"] == [[0.1, 4.2]]
    # Of an init segment there is no time.
    assert (screen["stream"], screen["pieces"], screen["ranges"]) == ("screen", 1, [])
    page = await told(client, pupil)
    assert "camera : 2 pieces" in page
    assert "0:00 to 0:04" in page
    assert "Committed but missing checks 7 and 8" in page
    for name in names[1:]:
        pupil.take(await pupil.upload(name))
    assert (await evidence(client, pupil))["states"] == []
    assert (await evidence(client, pupil))["undelivered"] == []
    assert await listed(client, "missing") == set()


async def test_a_silent_session_is_both(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    pupil.segment()
    pupil.take(await pupil.deliver(*pupil.records))
    never_begun = await redeem(client, await campus.code("other"))
    campus.clock.advance(SILENT_AFTER + 1)
    await sign_in(campus, client, campus.proctor)
    assert (await evidence(client, pupil))["states"] == ["incomplete", "missing"]
    # Of which nothing came, nothing is missing.
    assert (await evidence(client, never_begun))["states"] == []
    cells = (await client.get("/sessions", headers=BROWSER)).text
    assert "Committed but missing</div>" in cells
    assert await listed(client, "nonsense") == {pupil.session, never_begun.session}


async def test_a_fork_is_a_state_with_both_versions(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    kept = pupil.close()
    await pupil.hand_in()
    pupil.records = pupil.records[:-1]
    other = pupil.record(Gap(stream="camera", start=1, end=2, reason="x"))
    campus.clock.advance(SECOND)
    assert (await pupil.deliver(other)).status_code == 409
    await sign_in(campus, client, campus.proctor)
    stands = await evidence(client, pupil)
    assert (stands["states"], stands["fork_count"]) == (["forked"], 1)
    (fork,) = stands["forks"]
    assert fork["record"] == 1
    assert fork["received"] == campus.clock()
    assert (fork["kept"]["hash"], fork["kept"]["type"]) == (kept.hash, "close")
    assert (fork["other"]["hash"], fork["other"]["type"]) == (other.hash, "gap")
    assert await listed(client, "forked") == {pupil.session}


async def test_interruptions_and_keys_are_counted_and_told(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    pupil.rotate()
    pupil.mono += 10 * SECOND
    resume(pupil, "the program ended without closing")
    pupil.mono += SECOND
    # Another boot: its monotonic clock says nothing about how long it was.
    before, pupil.mono = pupil.mono, 7 * SECOND
    pupil.wall += before - pupil.mono + 120 * SECOND
    pupil.boot = "boot-2"
    resume(pupil, "the computer started anew")
    pupil.close()
    campus.clock.now = pupil.wall + pupil.mono
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    stands = await evidence(client, pupil)
    assert (stands["keys"], stands["rotations"]) == (4, 1)
    first, second = stands["interruptions"]
    assert (first["record"], first["at"], first["lasted"]) == (2, 0.1, 10.1)
    assert first["reason"] == "the program ended without closing"
    assert (second["record"], second["at"]) == (3, 10.2)
    assert second["lasted"] == pytest.approx(121.1)
    page = await told(client, pupil)
    assert "Interrupted 2 times, 2 min 11 s in all" in page
    assert "Signed with 4 keys, one an epoch; handed over 1 time in good order." in page


async def test_an_open_session_exports_and_its_verdict_names_just_that(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, tmp_path: Path
) -> None:
    pupil.open()
    pupil.segment()
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    assert said(await exported(client, pupil, tmp_path)) == {
        CheckId.COMPLETE: ("incomplete: the last record is not a close",)
    }


async def test_missing_pieces_export_and_the_verdict_names_just_them(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, tmp_path: Path
) -> None:
    pupil.open()
    for _ in range(3):
        pupil.segment()
    pupil.close()
    pupil.take(await pupil.deliver(*pupil.records))
    first, lost, last = pupil.blobs
    for name in (first, last):
        pupil.take(await pupil.upload(name))
    await sign_in(campus, client, campus.proctor)
    file = await exported(client, pupil, tmp_path)
    assert said(file) == {
        CheckId.BLOB: (f"camera 1 ({lost[:16]}…): committed but missing",),
        CheckId.DURABLE: (f"no receipt lists camera 1 ({lost[:16]}…) as durable",),
    }
    with zipfile.ZipFile(file) as archive:
        report = json.loads(archive.read("report.json"))
    assert report["evidence"]["states"] == [Shortfall.MISSING]
    assert report["evidence"]["undelivered"][0]["pieces"] == 1


async def test_a_session_of_which_nothing_came_exports(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, tmp_path: Path
) -> None:
    await sign_in(campus, client, campus.proctor)
    assert set(said(await exported(client, pupil, tmp_path))) == {
        CheckId.DURABLE,
        CheckId.ANCHOR,
        CheckId.COMPLETE,
    }

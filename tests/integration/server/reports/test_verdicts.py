"""The verdict on what the server holds: the verifier's own words, made aside, kept."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs
from support.campus import Campus, Pupil, client_of, connected, redeem, sign_in
from support.unkind import unkind

from server.app import create_app
from server.reports import verdicts
from server.retention.service import Retention
from server.storage.blobs import BlobStore
from shared.certificate import SEALED
from shared.cli import app as verifier
from shared.records import Gap
from shared.signed import fingerprint

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html"}

# How long a verification may take on a busy machine, in seconds.
PATIENCE_S = 60.0


async def recorded(pupil: Pupil) -> Pupil:
    pupil.open()
    for stream in ("camera", "screen"):
        for _ in range(3):
            pupil.segment(stream)
    pupil.rotate()
    pupil.incident()
    pupil.close()
    await pupil.hand_in()
    return pupil


async def asked(client: httpx.AsyncClient, pupil: Pupil) -> httpx.Response:
    """The API's answer once it is no longer being made."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = await client.get(f"/api/v1/sessions/{pupil.session}/verdict")
        if answer.status_code != 202:
            return answer
        assert answer.headers["retry-after"] == "2"
        assert answer.json().keys() == {"done", "total"}
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def shown(client: httpx.AsyncClient, pupil: Pupil) -> str:
    """The page once it is no longer being made."""
    await asked(client, pupil)
    return (await client.get(f"/sessions/{pupil.session}/verdict", headers=BROWSER)).text


def failing(verdict: dict) -> list[int]:
    return [check["number"] for check in verdict["checks"] if check["outcome"] == "fails"]


def blob(campus: Campus, pupil: Pupil, number: int) -> Path:
    """Where the store has the ``number``-th piece."""
    name = list(pupil.blobs)[number]
    return campus.settings.data_dir / "blobs" / pupil.session / name


async def test_it_is_what_the_verifier_says_of_the_bundle(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, tmp_path: Path, capsys
) -> None:
    await recorded(pupil)
    await sign_in(campus, client, campus.proctor)
    made = await asked(client, pupil)
    assert made.status_code == 200
    assert f"{pupil.session}.verdict.json" in made.headers["content-disposition"]
    file = tmp_path / "b.zip"
    file.write_bytes((await client.get(f"/sessions/{pupil.session}/bundle")).content)
    key = fingerprint(campus.public_key)
    tokens = [str(file), "--key", key, "--json"]
    assert verifier(tokens, result_action="return_value") == 0
    assert made.json() == json.loads(capsys.readouterr().out)
    assert made.json()["key_given"] is True


async def test_a_flipped_byte_in_the_store_shows(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await recorded(pupil)
    file = blob(campus, pupil, 4)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    await sign_in(campus, client, campus.proctor)
    verdict = (await asked(client, pupil)).json()
    assert failing(verdict) == [7]
    assert verdict["checks"][7]["where"] == [{"stream": "screen", "stream_seq": 1}]
    assert "changed since it was committed" in verdict["checks"][7]["failures"][0]
    page = await shown(client, pupil)
    assert "screen 1 (" in page
    assert re.search(rf'href="/sessions/{pupil.session}#t=\d+\.\d+">at 0:0\d', page)
    panel = (await client.get(f"/sessions/{pupil.session}", headers=BROWSER)).text
    assert "check 7 fails. Nothing above explains this" in panel
    assert "Contradictory" in (await client.get("/sessions", headers=BROWSER)).text


async def test_a_blob_that_is_gone_from_the_store_shows(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await recorded(pupil)
    blob(campus, pupil, 0).unlink()
    await sign_in(campus, client, campus.proctor)
    verdict = (await asked(client, pupil)).json()
    assert failing(verdict) == [7]
    assert verdict["checks"][7]["where"] == [{"stream": "camera", "stream_seq": 0}]


async def test_a_blob_that_the_disk_does_not_give_shows(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await recorded(pupil)
    file = blob(campus, pupil, 1)
    size = file.stat().st_size
    file.write_bytes(b"")  # as some file systems leave a file that a power cut hit
    await sign_in(campus, client, campus.proctor)
    check = (await asked(client, pupil)).json()["checks"][7]
    assert check["failures"] == [
        f"camera 1 ({file.name[:16]}…): not the {size} bytes committed"
    ]


async def test_a_fork_is_in_it_and_on_the_page(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await recorded(pupil)
    taken = len(pupil.records) - 1
    pupil.records, key = pupil.records[:-1], pupil.key
    other = pupil.record(Gap(stream="camera", start=1, end=2, reason="x"), key)
    assert (await pupil.deliver(other)).status_code == 409
    await sign_in(campus, client, campus.proctor)
    verdict = (await asked(client, pupil)).json()
    assert failing(verdict) == [4]
    assert verdict["checks"][4]["where"] == [{"record": taken}]
    panel = (await client.get(f"/sessions/{pupil.session}", headers=BROWSER)).text
    told = re.sub(r"<[^>]+>|\s+", " ", panel)
    assert f"Record {taken} : the chain has close of" in re.sub(r" +", " ", told)
    assert "came gap of" in re.sub(r" +", " ", told)


async def test_a_second_look_is_at_once_until_something_comes(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, monkeypatch
) -> None:
    pupil.open()
    pupil.segment()
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    first = await asked(client, pupil)
    assert failing(first.json()) == [10]
    monkeypatch.setattr(verdicts, "_COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    again = await client.get(f"/api/v1/sessions/{pupil.session}/verdict")
    assert (again.status_code, again.content) == (200, first.content)
    pupil.take(await pupil.deliver(pupil.segment()))
    # It is of an earlier state now; for a minute it is given all the same, and says so.
    page = (await client.get(f"/sessions/{pupil.session}/verdict", headers=BROWSER)).text
    assert "More has come since: this is of 2 records and 1 piece" in page
    panel = (await client.get(f"/sessions/{pupil.session}", headers=BROWSER)).text
    assert "check 10 fails. Something has changed since." in panel
    campus.clock.advance(verdicts.GOOD_FOR)
    assert (await asked(client, pupil)).status_code == 503


async def test_one_that_cannot_be_made_is_said_and_tried_again(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, monkeypatch
) -> None:
    await recorded(pupil)
    headers = await sign_in(campus, client, campus.proctor)
    words = "import sys; sys.exit('the store of blobs does not answer')"
    monkeypatch.setattr(verdicts, "_COMMAND", (sys.executable, "-c", words))
    problem = await asked(client, pupil)
    assert problem.status_code == 503
    assert "the store of blobs does not answer" in problem.json()["detail"]
    assert "says nothing about the evidence" in await shown(client, pupil)
    monkeypatch.undo()
    address = f"/sessions/{pupil.session}/verdict"
    begun = await client.post(address, headers=headers, follow_redirects=False)
    assert (begun.status_code, begun.headers["location"]) == (303, address)
    assert (await asked(client, pupil)).json()["holds"] is True


@pytest.mark.parametrize("what", ["it stops", "a bug"])
async def test_one_that_could_not_be_made_is_tried_again_in_a_while(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, monkeypatch, what: str
) -> None:
    await recorded(pupil)
    await sign_in(campus, client, campus.proctor)
    words = "raise SystemExit(3)" if what == "it stops" else "print('not what is said', 1)"
    monkeypatch.setattr(verdicts, "_COMMAND", (sys.executable, "-c", words))
    with capture_logs() as said:
        assert (await asked(client, pupil)).status_code == 503
    (line,) = [one for one in said if one["event"] == "a verdict could not be made"]
    assert ("exc_info" in line) == (what == "a bug")
    monkeypatch.undo()
    campus.clock.advance(verdicts.FAILED_FOR - 1)
    assert (await asked(client, pupil)).status_code == 503
    campus.clock.advance(1)
    assert (await asked(client, pupil)).json()["holds"] is True


@pytest.mark.skipif(not hasattr(os, "nice"), reason="there is no such call here")
async def test_a_system_that_forbids_to_be_nice_still_gives_a_verdict(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, monkeypatch
) -> None:
    await recorded(pupil)
    await sign_in(campus, client, campus.proctor)
    forbidden = (sys.executable, "-c", unkind("server.reports.checking"))
    monkeypatch.setattr(verdicts, "_COMMAND", forbidden)
    assert (await asked(client, pupil)).json()["holds"] is True


async def test_while_it_is_made_the_page_asks_again_by_itself(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, monkeypatch
) -> None:
    await recorded(pupil)
    await sign_in(campus, client, campus.proctor)
    steps = (
        "import sys; sys.stdin.read(); "
        'print(\'{"type":"step","done":300,"total":1200}\', flush=True); '
        "import time; time.sleep(600)"
    )
    monkeypatch.setattr(verdicts, "_COMMAND", (sys.executable, "-c", steps))
    address = f"/sessions/{pupil.session}/verdict"
    deadline = time.monotonic() + PATIENCE_S
    while "300 of 1,200" not in (page := (await client.get(address, headers=BROWSER)).text):
        assert time.monotonic() < deadline, page
        await asyncio.sleep(0.05)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert f'hx-get="{address}" hx-trigger="every 1s"' in page
    assert 'value="300" max="1200"' in page
    part = await client.get(address, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith("<div")
    assert (await client.get(f"/api/v1/sessions/{pupil.session}/verdict")).json() == {
        "done": 300,
        "total": 1200,
    }
    # The application ends now, with the process still at work: it must not outlive it.


async def test_one_session_is_verified_at_a_time_and_a_crowd_waits(
    campus: Campus, client: httpx.AsyncClient, monkeypatch
) -> None:
    waiting = "import sys, time; sys.stdin.read(); time.sleep(600)"
    monkeypatch.setattr(verdicts, "_COMMAND", (sys.executable, "-c", waiting))
    monkeypatch.setattr(verdicts, "MAX_WAITING", 1)
    pupils = [await redeem(client, await campus.code(name)) for name in "abc"]
    for pupil in pupils:
        pupil.open()
        await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    answers = [await client.get(f"/api/v1/sessions/{one.session}/verdict") for one in pupils]
    assert [answer.status_code for answer in answers] == [202, 202, 503]
    assert "Many sessions wait" in answers[2].json()["detail"]
    page = await client.get(f"/sessions/{pupils[2].session}/verdict", headers=BROWSER)
    assert "Many sessions wait" in page.text
    waits = await client.get(f"/sessions/{pupils[1].session}/verdict", headers=BROWSER)
    assert "Waiting for its turn" in waits.text


async def test_a_session_of_which_nothing_came_has_a_verdict(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await sign_in(campus, client, campus.observer)
    verdict = (await asked(client, pupil)).json()
    assert failing(verdict) == [8, 10]
    assert "Not judged" in await shown(client, pupil)


async def test_an_observer_looks_and_a_proctor_asks_anew(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await recorded(pupil)
    address = f"/sessions/{pupil.session}/verdict"
    assert (await client.get(f"/api/v1{address}")).status_code == 401
    headers = await sign_in(campus, client, campus.observer)
    assert "Verify again" not in await shown(client, pupil)
    assert (await client.post(address, headers=headers)).status_code == 403
    await sign_in(campus, client, campus.proctor)
    assert "Verify again" in await shown(client, pupil)
    assert (await client.post(address)).status_code == 403  # without the form's own token


async def test_a_purged_session_says_what_is_gone(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:

    await recorded(pupil)
    await sign_in(campus, client, campus.proctor)
    assert (await asked(client, pupil)).json()["holds"] is True
    async with connected(campus.settings) as database:
        blobs = BlobStore(campus.settings.blobs, campus.settings.data_dir / "incoming")
        retention = Retention(database, blobs, campus.keys, campus.clock)
        await retention.destroy(pupil.session, SEALED, "system", "test")
    campus.clock.advance(verdicts.GOOD_FOR)
    verdict = (await asked(client, pupil)).json()
    assert failing(verdict) == []
    assert (verdict["destroyed"], verdict["certificates"]) == (verdict["blobs"], 1)


async def test_what_was_kept_is_there_after_a_restart(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, monkeypatch
) -> None:
    await recorded(pupil)
    await sign_in(campus, client, campus.proctor)
    first = await asked(client, pupil)
    monkeypatch.setattr(verdicts, "_COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    restarted = replace(campus, app=create_app(campus.settings, campus.clock))
    async with client_of(restarted) as other:
        await sign_in(campus, other, campus.proctor)
        again = await other.get(f"/api/v1/sessions/{pupil.session}/verdict")
    assert again.content == first.content

"""Real media, sealed by a recorder, played back through the server."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update
from support.campus import Campus, sign_in
from support.filmed import Absence, Filming, Script, film
from support.reels import Reel, make_reels

from server.ingest.models import ExamSession
from server.review.boxes import boxes
from server.storage.database import Database

pytestmark = pytest.mark.anyio

Shoot = Callable[[Script], "object"]


@pytest.fixture(scope="module")
def reels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reel]:
    """Twenty-four seconds of every stream."""
    return make_reels(tmp_path_factory.mktemp("reels"), 24)


@pytest.fixture
def shoot(campus: Campus, client: httpx.AsyncClient, reels: dict[str, Reel]):
    """Plays a script; a proctor is signed in afterwards."""

    async def run(script: Script) -> Filming:
        filming = await film(client, campus, await campus.code(), reels, script)
        await sign_in(campus, client, campus.proctor)
        return filming

    return run


async def pieces(client: httpx.AsyncClient, session: str, stream: str) -> tuple[str, bytes]:
    """A stream's playlist, and all that a player would have fetched, joined."""
    answer = await client.get(f"/media/{session}/{stream}.m3u8")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    joined, gap = b"", False
    for line in answer.text.splitlines():
        mapped = re.fullmatch(r'#EXT-X-MAP:URI="(.*)"', line)
        gap = gap or line == "#EXT-X-GAP"
        name = mapped[1] if mapped else None if line.startswith("#") else line
        if name is None:
            continue
        if not gap:
            part = await client.get(f"/media/{session}/{name}")
            assert part.status_code == 200, (name, part.text)
            joined += part.content
        gap = False
    return answer.text, joined


def frames(data: bytes, folder: Path) -> list[float]:
    """The time of every picture or sound packet that ffmpeg decodes without an error."""
    file = folder / "played.mp4"
    file.write_bytes(data)
    command = ["ffprobe", "-v", "error", "-show_entries", "frame=pts_time", "-of", "csv=p=0"]
    done = subprocess.run(
        [*command, str(file)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    return [float(line.strip(",")) for line in done.stdout.split()]


@pytest.mark.parametrize("stream", ["camera", "microphone", "screen"])
async def test_what_was_sealed_decodes_on_session_time(
    client: httpx.AsyncClient, shoot: Shoot, tmp_path: Path, stream: str
) -> None:
    filming = await shoot(Script(24))
    playlist, data = await pieces(client, filming.pupil.session, stream)
    times = frames(data, tmp_path)
    # The devices deliver 0.3 s after the first record; an encoder may begin a bit early.
    assert times[0] == pytest.approx(0.3, abs=0.03)
    assert times[-1] == pytest.approx(24.3, abs=0.3)
    assert sum(map(float, re.findall(r"#EXTINF:([\d.]+)", playlist))) == pytest.approx(24.3)
    assert playlist.endswith("#EXT-X-ENDLIST\n")


async def test_screen_pieces_go_from_one_beginning_to_the_next(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(Script(24))
    base = f"/media/{filming.pupil.session}/screen"
    both = await client.get(f"{base}/1.m4s")
    assert [box.type for box in boxes(both.content)] == [b"moof", b"mdat"] * 2
    assert (await client.get(f"{base}/2.m4s")).status_code == 404


async def test_a_restart_goes_on_at_the_right_time(
    client: httpx.AsyncClient, shoot: Shoot, tmp_path: Path
) -> None:
    filming = await shoot(Script(24, restarts=(4,)))
    playlist, _ = await pieces(client, filming.pupil.session, "camera")
    assert playlist.count("#EXT-X-DISCONTINUITY\n") == 1
    assert re.findall(r'MAP:URI="(.*)"', playlist) == ["camera/0/init.mp4", "camera/5/init.mp4"]
    base = f"/media/{filming.pupil.session}/camera"
    init, piece = [
        (await client.get(f"{base}/{name}")).content for name in ("5/init.mp4", "6.m4s")
    ]
    times = frames(init + piece, tmp_path)
    assert (times[0], times[-1]) == pytest.approx((16.3, 20.2), abs=0.15)


async def test_gaps_and_what_never_came_are_holes_not_errors(
    client: httpx.AsyncClient, shoot: Shoot
) -> None:
    script = Script(
        24,
        gaps=[Absence("camera", 8, 12, "unplugged")],
        lost=[("camera", 4), ("screen", 1), ("microphone", 0)],
    )
    filming = await shoot(script)
    session = filming.pupil.session
    camera, _ = await pieces(client, session, "camera")
    assert camera.count("#EXT-X-GAP") == 3  # the start's 0.3 s, the gap, the lost piece
    screen, _ = await pieces(client, session, "screen")
    assert "#EXTINF:4.000000,\nscreen/1.m4s\n#EXT-X-GAP\n#EXTINF:4.000000" in screen
    assert (await client.get(f"/media/{session}/microphone/1.m4s")).status_code == 404
    timeline = (await client.get(f"/sessions/{session}/timeline.json")).json()
    told = {(one["stream"], one["reason"]) for one in timeline["missing"]}
    assert told == {("camera", "unplugged")}
    assert [(one["stream"], one["start"], one["end"]) for one in timeline["undelivered"]] == [
        ("microphone", 0.3, 4.3),
        ("screen", 4.3, 8.3),
        ("camera", 16.3, 20.3),
    ]
    assert timeline["streams"][0]["runs"] == [[0.3, 8.3], [12.3, 16.3], [20.3, 24.3]]


async def test_a_live_session_grows(
    client: httpx.AsyncClient, shoot: Shoot, reels: dict[str, Reel]
) -> None:
    filming = await shoot(Script(8, closed=False))
    session = filming.pupil.session
    first, _ = await pieces(client, session, "camera")
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in first
    assert "ENDLIST" not in first
    screen, _ = await pieces(client, session, "screen")
    assert "screen/1.m4s" not in screen  # it may grow yet
    tag = (await client.get(f"/sessions/{session}/timeline.json")).headers["etag"]
    same = await client.get(
        f"/sessions/{session}/timeline.json", headers={"If-None-Match": tag}
    )
    assert same.status_code == 304
    for stream in reels:
        filming.fragment(stream, 2)
    await filming.deliver()
    second, _ = await pieces(client, session, "camera")
    assert second.startswith(first)
    assert "camera/3.m4s" in second
    screen, _ = await pieces(client, session, "screen")
    assert "screen/1.m4s" in screen
    news = await client.get(
        f"/sessions/{session}/timeline.json", headers={"If-None-Match": tag}
    )
    assert news.status_code == 200


async def test_what_is_not_there_is_said(client: httpx.AsyncClient, shoot: Shoot) -> None:
    filming = await shoot(Script(8, streams=("camera",)))
    session = filming.pupil.session
    for name in (
        "attachment.m3u8",
        "microphone.m3u8",
        "camera/9.m4s",
        "camera/0.m4s",
        "camera/999999999999999.m4s",
        "camera/9999999999999999999.m4s",
        "camera/../camera.m3u8x",
        "camera/1/init.mp4",
        "camera/99999999999999999999999/init.mp4",
        "attachment/1.m4s",
        "camera/-1.m4s",
    ):
        answer = await client.get(f"/media/{session}/{name}")
        assert answer.status_code == 404, name
        assert answer.headers["content-type"] == "application/problem+json"
    master = (await client.get(f"/media/{session}/master.m3u8")).text
    assert "AUDIO" not in master


async def test_evidence_that_was_changed_or_destroyed_is_not_shown(
    campus: Campus, client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(Script(12, streams=("camera",)))
    session = filming.pupil.session
    address = f"/media/{session}/camera/1.m4s"
    assert (await client.get(address)).status_code == 200
    folder = campus.settings.data_dir / "blobs" / session
    _, first, second, _ = list(filming.pupil.blobs)
    (folder / first).write_bytes((folder / second).read_bytes())
    answer = await client.get(address)
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "This part cannot be opened: changed since it was sealed, or not of this place.",
    )
    (folder / first).unlink()
    assert (await client.get(address)).status_code == 404
    assert (await client.get(f"/media/{session}/camera/2.m4s")).status_code == 200
    database = Database(campus.settings.database)
    async with database.transaction() as db:
        await db.execute(update(ExamSession).values(purged_at=campus.clock()))
    await database.close()
    assert (await client.get(f"/media/{session}/camera/2.m4s")).status_code == 404
    assert "destroyed" in (await client.get(f"/sessions/{session}")).text


async def test_without_the_key_it_says_so(
    campus: Campus, client: httpx.AsyncClient, shoot: Shoot
) -> None:
    filming = await shoot(Script(8, streams=("camera",)))
    folder = campus.settings.keys / campus.institution.key_ref
    (folder / "evidence.key").rename(folder / "evidence.away")
    campus.app.dependencies["media"].dependency()._keys._institutions.clear()
    answer = await client.get(f"/media/{filming.pupil.session}/camera/1.m4s")
    assert answer.status_code == 422
    assert "restore the institution's key files" in answer.json()["detail"]

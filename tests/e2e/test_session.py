"""One session through both programs: delivered, verified, decodable and in step."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from demo.programs import records_in
from support.unsealed import Stream, unseal

from shared.records import Close, Heartbeat, Open
from shared.verify import verify_bundle

# What people begin to notice (ITU-R BT.1359: 45 ms early, 125 ms late); the project's bound.
LIP_SYNC_S = 0.080

# The recorded clip (see conftest): a flash every so often, for so long in all, seconds.
PERIOD_S, SECONDS = 4.0, 13.0


@pytest.fixture(scope="module")
def streams(recorded) -> dict[str, Stream]:
    return unseal(recorded.bundle, recorded.programs.folder / "server" / "keys")


def test_everything_is_delivered_and_verifies(recorded) -> None:
    verdict = verify_bundle(recorded.bundle, recorded.demo["key"])

    assert recorded.result["delivered"] is True
    assert verdict.holds, [r for r in verdict.results if r.failures]
    assert verdict.records == recorded.result["records"]
    assert verdict.gaps == 0


def test_the_chain_tells_how_it_was_recorded(recorded) -> None:
    records = [record.body for record in records_in(recorded.bundle)]

    first, last = records[0], records[-1]
    assert isinstance(first, Open)
    assert isinstance(last, Close)
    assert {model.name for model in first.models} >= {"face-mesh", "voice-detector"}
    assert all(model.version for model in first.models)
    assert "object_seen: no object model is installed" in first.unwatched
    assert set(first.devices) == {"camera", "microphone", "screen"}
    assert first.consent
    assert last.reason == "finished"
    assert sum(isinstance(body, Heartbeat) for body in records) >= 2


@pytest.mark.parametrize("name", ["camera", "microphone", "screen"])
def test_every_stream_decodes_from_start_to_end(
    name: str, streams: dict[str, Stream], tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.mp4"
    path.write_bytes(streams[name].data)

    # Pictures keep their own times: ffmpeg is not to make a steady rate of them.
    keep = ["-fps_mode", "passthrough", "-enc_time_base", "-1"] if name != "microphone" else []
    decoded = subprocess.run(
        ["ffmpeg", "-v", "warning", "-xerror", "-i", str(path), *keep, "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (decoded.returncode, decoded.stderr) == (0, "")
    segments = streams[name].segments
    ends = [s.start + s.duration for s in segments]
    assert (ends[-1] - segments[0].start) / 1e6 == pytest.approx(SECONDS, abs=4.0)


def test_sound_and_picture_are_in_step(streams: dict[str, Stream]) -> None:
    shift = (streams["microphone"].origin - streams["camera"].origin) / 1e6
    flashes = onsets(*brightness(streams["camera"]), level=120)
    tones = onsets(*loudness(streams["microphone"]), level=0.05)

    pairs = [(f, min(tones, key=lambda t: abs(t + shift - f))) for f in flashes]
    # Kept pictures come ten a second: a flash is seen up to one picture late, never early.
    offsets = [flash - (tone + shift) for flash, tone in pairs]
    assert len(offsets) >= SECONDS // PERIOD_S - 1
    assert np.median(offsets) - 0.05 < LIP_SYNC_S
    assert np.median(offsets) - 0.05 > -LIP_SYNC_S


def brightness(stream: Stream) -> tuple[list[float], list[float]]:
    """Times (s of media) and mean luma of the picture's lower right."""
    times, values = [], []
    with av.open(io.BytesIO(stream.data)) as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="gray")
            height, width = picture.shape
            times.append(frame.time)
            values.append(float(picture[height // 2 :, width // 2 :].mean()))
    return times, values


def loudness(stream: Stream) -> tuple[list[float], list[float]]:
    """Times (s of media) and root mean square of 5 ms windows."""
    times, values = [], []
    with av.open(io.BytesIO(stream.data)) as container:
        for frame in container.decode(audio=0):
            samples = frame.to_ndarray().astype(np.float32).reshape(-1)
            if frame.format.name.startswith("s16"):
                samples = samples / 32768
            step = frame.sample_rate // 200
            for at in range(0, len(samples) - step + 1, step):
                times.append(frame.time + at / frame.sample_rate)
                values.append(float(np.sqrt(np.mean(samples[at : at + step] ** 2))))
    return times, values


def onsets(times: list[float], values: list[float], level: float) -> list[float]:
    """When the values rise above a level."""
    return [times[i] for i in range(1, len(values)) if values[i] >= level > values[i - 1]]

"""Each stream through its own encoder, as fast as it goes: rate, cost, and what is left to see.

The camera is a real face where the recordings are beside the project, else the sample
candidate; the screen is scripted (``paper``); rates count everything that is uploaded: the
coded media, the container, the seal.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from bench import paper
from bench.measure import Row, at_most, noted
from demo import sample
from numpy.typing import NDArray
from skimage.metrics import structural_similarity
from support.encoding import BLOCK, TIMELINE, Cut, at_ns, block, decode, frame

from recorder.capture.timeline import SOUND_RATE
from recorder.evidence.audio_recorder import AudioRecorder
from recorder.evidence.encode_video import camera_settings, screen_settings
from recorder.evidence.video_recorder import VideoRecorder
from shared.policy import Streams
from shared.sealing import OVERHEAD_BYTES

MEDIA = Path(os.environ.get("INVIGIL_MEDIA", Path(__file__).parents[3] / "shared" / "media"))
STREAMS = Streams()
SECONDS = 60
CAMERA_FPS = 30

# When the screen's text is read: while typing, right after scrolling, 2 s after another
# page came up, and at the end.
READ_AT_S = (30.0, 43.0, 54.0, 57.0, 72.0, 88.0)


def run() -> list[Row]:
    """Measure the three streams one after the other, in one thread."""
    with tempfile.TemporaryDirectory() as folder:
        clip, voice = _sources(Path(folder))
        camera, camera_rows = _camera(clip)
        sound, sound_rows = _microphone(voice)
    screen, screen_rows = _screen()
    total = at_most("sum of the three streams, sealed", camera + sound + screen, 150, "kbit/s")
    return [*camera_rows, *sound_rows, *screen_rows, total]


def _sources(folder: Path) -> tuple[Path, Path]:
    face, talk = MEDIA / "gaze_center_left_center.mp4", MEDIA / "conversation_dev00.wav"
    if face.exists() and talk.exists():
        return face, talk
    return sample.make(folder, fps=CAMERA_FPS)


def _camera(clip: Path) -> tuple[float, list[Row]]:
    cut = Cut()
    recorder = VideoRecorder(
        camera_settings(STREAMS.camera, STREAMS.segment_s), STREAMS.segment_s, TIMELINE, cut
    )
    pictures = _pictures(clip)
    images = (
        (n / CAMERA_FPS, pictures[n % len(pictures)]) for n in range(SECONDS * CAMERA_FPS)
    )
    cost = _timed(recorder.push, (frame("camera", at, image) for at, image in images))
    recorder.flush(at_ns(SECONDS))
    likeness = [
        cv2.PSNR(_grey(image), _grey(pictures[round(at * CAMERA_FPS) % len(pictures)]))
        for at, image in decode(cut.file())[10::50]
    ]
    rate, rows = _rows("camera", cut, SECONDS, cost, 3.0)
    return rate, [*rows, noted("camera, likeness (PSNR, luma)", f"{np.mean(likeness):.1f} dB")]


def _pictures(clip: Path) -> list[NDArray[np.uint8]]:
    """A clip's pictures upright, as 640×480 at 30 a second, to and fro without a jump."""
    with av.open(str(clip)) as container:
        pictures = [_as_webcam(one) for one in container.decode(video=0)]
        rate = float(container.streams.video[0].average_rate or CAMERA_FPS)
    there = [
        pictures[int(n * rate / CAMERA_FPS)]
        for n in range(int(len(pictures) * CAMERA_FPS / rate))
    ]
    return [*there, *there[::-1]]


def _as_webcam(one: av.VideoFrame) -> NDArray[np.uint8]:
    image = np.rot90(one.to_ndarray(format="rgb24"), one.rotation // 90)
    height, width = image.shape[:2]
    tall = min(height, width * 3 // 4)
    top = (height - tall) * 2 // 5
    wide = min(width, tall * 4 // 3)
    left = (width - wide) // 2
    cropped = np.ascontiguousarray(image[top : top + tall, left : left + wide])
    return cv2.resize(cropped, (640, 480), interpolation=cv2.INTER_AREA)


def _microphone(voice: Path) -> tuple[float, list[Row]]:
    cut = Cut()
    recorder = AudioRecorder(STREAMS.microphone, STREAMS.segment_s, TIMELINE, cut)
    samples = _samples(voice)
    blocks = (
        block(at / SOUND_RATE, samples[at : at + BLOCK])
        for at in range(0, len(samples) - BLOCK, BLOCK)
    )
    cost = _timed(recorder.push, blocks)
    recorder.flush()
    return _rows("microphone", cut, len(samples) / SOUND_RATE, cost, 1.0)


def _samples(voice: Path) -> NDArray[np.int16]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SOUND_RATE)
    with av.open(str(voice)) as container:
        parts = [
            out.to_ndarray().reshape(-1)
            for one in container.decode(audio=0)
            for out in resampler.resample(one)
        ]
    return np.concatenate(parts)


def _screen() -> tuple[float, list[Row]]:
    cut = Cut()
    recorder = VideoRecorder(
        screen_settings(STREAMS.screen, STREAMS.segment_s), STREAMS.segment_s, TIMELINE, cut
    )
    originals: dict[float, NDArray[np.uint8]] = {}

    def frames() -> Iterator[object]:
        for at, image in paper.shown():
            originals.update({read: image for read in READ_AT_S if at <= read})
            yield frame("screen", at, image)

    cost = _timed(recorder.push, frames())
    recorder.flush(at_ns(paper.SECONDS))
    rate, rows = _rows("screen", cut, paper.SECONDS, cost, 5.0)
    return rate, [*rows, *_legibility(cut, originals)]


def _legibility(cut: Cut, originals: dict[float, NDArray[np.uint8]]) -> list[Row]:
    likeness, read = [], []
    decoded = _pictures_at(cut.file(), READ_AT_S)
    for at, image in decoded.items():
        likeness.append(structural_similarity(_grey(originals[at]), _grey(image)))
        if shutil.which("tesseract"):
            read.append(_share_read(originals[at], image))
    rows = [noted("screen, likeness (SSIM, luma), worst", f"{min(likeness):.3f}")]
    if read:
        words = f"{min(read):.1%} / {np.mean(read):.1%}"
        rows.append(noted("screen, words OCR reads alike, worst / mean", words))
    return rows


def _pictures_at(data: bytes, times: Iterable[float]) -> dict[float, NDArray[np.uint8]]:
    """The picture on show at each time, without keeping the others."""
    found: dict[float, NDArray[np.uint8]] = {}
    with av.open(io.BytesIO(data)) as container:
        for one in container.decode(video=0):
            due = [at for at in times if float(one.time) <= at]
            if due:
                image = one.to_ndarray(format="rgb24")
                found.update(dict.fromkeys(due, image))
    return found


def _share_read(original: NDArray[np.uint8], shown: NDArray[np.uint8]) -> float:
    expected, got = _words(original), _words(shown)
    return (expected & got).total() / max(1, expected.total())


def _words(image: NDArray[np.uint8]) -> Counter[str]:
    """Words of three letters or more, read from the picture at twice its size."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        cv2.imwrite(file.name, cv2.resize(_grey(image), None, fx=2, fy=2))
        command = ["tesseract", file.name, "-", "--psm", "11"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return Counter(re.findall(r"[a-z]{3,}", done.stdout.lower()))


def _grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)


def _timed(push: Callable[[object], None], items: Iterable[object]) -> float:
    """CPU seconds of pushing the items, not of making them."""
    spent = 0.0
    for item in items:
        began = time.process_time()
        push(item)
        spent += time.process_time() - began
    return spent


def _rows(
    stream: str, cut: Cut, seconds: float, cost: float, budget: float
) -> tuple[float, list[Row]]:
    uploaded = sum(len(made.data) + OVERHEAD_BYTES for made in cut.segments)
    rate = uploaded * 8 / seconds / 1000
    largest = max(len(made.data) for made in cut.segments)
    rows = [
        noted(f"{stream}, sealed", f"{rate:.1f} kbit/s"),
        noted(f"{stream}, largest piece", f"{largest / 1000:.0f} kB"),
        at_most(f"{stream}, encoding, of one core", cost / seconds * 100, budget, "%"),
    ]
    return rate, rows

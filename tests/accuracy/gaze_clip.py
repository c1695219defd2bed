"""A recording of eyes that leave the screen and come back, and when they do.

The truth was read off the pictures one by one, as enlarged crops of both eyes with the time
of each: the irises rest in the middle up to 5.54 s, begin to move at 5.58 s, and are aside at
5.62 s; they are aside up to 10.29 s, on their way at 10.33 s, and back at 10.37 s.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import av
import cv2
import numpy as np

from recorder.detect.analysis.analyze import Request, analyze

NAME = "gaze_center_left_center.mp4"
AWAY_S, BACK_S = 5.60, 10.35
SIDE, MIRRORED_SIDE = "left of", "right of"


def analysed(video: Path) -> list[dict]:
    """What ``analyze`` says about a clip, line by line."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "found.jsonl"
        status = analyze(Request(video, None, None, output))
        if status != 0:
            raise RuntimeError(f"analyze ended with {status} on {video}")
        return [json.loads(line) for line in output.read_text("utf-8").splitlines()]


def as_webcam(video: Path, made: Path, *, mirrored: bool) -> None:
    """The clip at 640x480, where the face is half as large, perhaps its mirror image."""
    with av.open(str(video)) as read, av.open(str(made), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for frame in read.decode(video=0):
            upright = np.rot90(frame.to_ndarray(format="rgb24"), k=-1)
            small = cv2.resize(np.ascontiguousarray(upright), (272, 480))
            picture = np.full((480, 640, 3), 120, np.uint8)
            picture[:, 184:456] = small[:, ::-1] if mirrored else small
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))

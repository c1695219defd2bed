"""A clap is seen and heard at the same time on every stream, as close as players show it."""

import numpy as np
import pytest
from support.encoding import (
    BLOCK,
    TIMELINE,
    Cut,
    beats,
    block,
    decode,
    frame,
    heard,
    picture,
    tone,
)

from recorder.capture.timeline import SOUND_RATE
from recorder.evidence.audio_recorder import AudioRecorder
from recorder.evidence.encode_video import camera_settings, screen_settings
from recorder.evidence.video_recorder import VideoRecorder
from shared.policy import Streams

# What a viewer does not notice (ITU-R BT.1359 speaks of 45 to 125 ms).
IN_STEP_S = 0.080
STREAMS = Streams()


def seen(decoded: list) -> float:
    """When the picture is first bright."""
    return next(at for at, image in decoded if image.mean() > 160)


@pytest.mark.parametrize("codec", ["libopus", "aac"])
@pytest.mark.parametrize("clap_s", [2.0, 4.0, 10.033])
def test_a_clap_after_a_late_start_and_a_hole(codec, clap_s):
    camera_cut, screen_cut, sound_cut = Cut(), Cut(), Cut()
    segment_s = STREAMS.segment_s
    camera = VideoRecorder(
        camera_settings(STREAMS.camera, segment_s), segment_s, TIMELINE, camera_cut
    )
    screen = VideoRecorder(
        screen_settings(STREAMS.screen, segment_s), segment_s, TIMELINE, screen_cut
    )
    sound = AudioRecorder(STREAMS.microphone, segment_s, TIMELINE, sound_cut, (codec,))
    clap_end = clap_s + 0.3

    def image(at: float) -> np.ndarray:
        return picture(level=240 if clap_s <= at < clap_end else 60)

    for at in beats(0.7, 12, 30):
        if not 5.5 < at < 8:  # the camera is away
            camera.push(frame("camera", at, image(at)))
    for at in beats(0.4, 12, 5):
        screen.push(frame("screen", at, image(at)))
    for at in beats(0.1, 12, 50):
        times = at + np.arange(BLOCK) / SOUND_RATE
        clap = (clap_s <= times) & (times < clap_end)
        sound.push(block(at, np.where(clap, tone(at, BLOCK, 1500), 0).astype(np.int16)))
    for recorder in (camera, screen, sound):
        recorder.flush()

    heard_at = heard(decode(sound_cut.file()), lambda size: size > 0.08)
    assert heard_at == pytest.approx(clap_s, abs=0.005)
    assert abs(seen(decode(camera_cut.file())) - heard_at) < IN_STEP_S
    # The screen is looked at five times a second: it may be seen one look later.
    assert -IN_STEP_S < seen(decode(screen_cut.file())) - heard_at < 0.2 + IN_STEP_S

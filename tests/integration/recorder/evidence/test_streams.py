"""All encoders of a session on their threads, as the policy wants them."""

from threading import Lock

import numpy as np
import pytest
from support.encoding import TIMELINE, Cut, at_ns, beats, block, decode, frame
from support.waiting import until

from recorder.evidence import encode_video
from recorder.evidence.encoder_thread import Economy, Offered
from recorder.evidence.room import Step
from recorder.evidence.segments import Segment
from recorder.evidence.streams import (
    THIN_CAMERA,
    THIN_SCREEN,
    check_encoders,
    economise,
    start_encoders,
)
from recorder.faults import EnvironmentFault
from shared.policy import Streams


class SharedCut(Cut):
    """Takes from several threads."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = Lock()

    def __call__(self, item) -> None:
        with self.lock:
            super().__call__(item)

    def of(self, stream: str) -> Cut:
        return Cut([item for item in self.made if item.stream == stream])


def test_every_stream_is_encoded_on_one_timeline_and_decodes():
    cut = SharedCut()
    encoders = start_encoders(
        Streams(), ("camera", "microphone", "screen"), TIMELINE, cut, clock=lambda: at_ns(9)
    )
    for at in beats(0, 9, 50):
        assert encoders["microphone"].offer(block(at)) is Offered.TAKEN
    for at in beats(0, 9, 10):
        until(lambda: all(encoder.waiting < 4 for encoder in encoders.values()))
        assert encoders["camera"].offer(frame("camera", at)) is Offered.TAKEN
        assert encoders["screen"].offer(frame("screen", at)) is Offered.TAKEN
    for encoder in encoders.values():
        encoder.finish()
    for stream in ("camera", "microphone", "screen"):
        own = cut.of(stream)
        assert len(own.inits) == 1
        assert [round(start) for start, _ in own.spans()][:3] == [0, 4, 8]
        assert own.spans()[-1][1] == pytest.approx(9, abs=0.3)
        decode(own.file())
    assert {item.codecs for item in cut.made if isinstance(item, Segment) and item.codecs} >= {
        "opus"
    }


def test_only_the_streams_that_there_are():
    cut = SharedCut()
    encoders = start_encoders(Streams(), ("screen",), TIMELINE, cut, clock=lambda: at_ns(4))
    assert set(encoders) == {"screen"}
    encoders["screen"].finish()
    assert cut.made == []


def test_a_missing_encoder_is_known_before_anything_starts(monkeypatch):
    monkeypatch.setattr(encode_video, "ENCODER", "no-such-encoder")
    with pytest.raises(EnvironmentFault, match="Install"):
        start_encoders(Streams(), ("camera",), TIMELINE, Cut(), clock=lambda: 0)


def test_encoders_for_every_policy_open():
    check_encoders(Streams())


def test_the_queue_holds_a_slow_second_of_every_stream():
    cut = SharedCut()
    encoders = start_encoders(
        Streams(), ("camera", "screen"), TIMELINE, cut, clock=lambda: at_ns(1)
    )
    wide = np.full((1080, 1920, 3), 200, np.uint8)
    outcomes = [encoders["screen"].offer(frame("screen", at, wide)) for at in beats(0, 1, 5)]
    assert set(outcomes) <= {Offered.TAKEN, Offered.NOT_DUE}
    for encoder in encoders.values():
        encoder.finish()
    assert cut.gaps == []


def test_a_short_disk_has_camera_then_screen_made_less_and_never_the_sound():
    asked: dict[str, Economy] = {}

    class Asked:
        def __init__(self, stream: str) -> None:
            self.stream = stream

        def economise(self, economy: Economy) -> None:
            asked[self.stream] = economy

    encoders = {stream: Asked(stream) for stream in ("camera", "microphone", "screen")}
    everything = Economy()
    for step, camera, screen in (
        (Step.CAMERA_THINNED, THIN_CAMERA, everything),
        (Step.SCREEN_THINNED, THIN_CAMERA, THIN_SCREEN),
        (Step.CONTROL_ONLY, THIN_CAMERA, THIN_SCREEN),
        (Step.ALL, everything, everything),
    ):
        economise(encoders, step)  # type: ignore[arg-type]
        assert asked == {"camera": camera, "screen": screen, "microphone": everything}

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from recorder.capture.camera import DeviceCamera, open_device
from recorder.capture.devices import CameraNode
from recorder.capture.frames import Frame
from recorder.capture.reading import Idle, Lost
from recorder.capture.timeline import Timeline
from recorder.faults import EnvironmentFault
from shared.policy import CameraStream

TICK = 33_333_333
FAIL = "fail"


class Clock:
    """Moves on by one picture's time with each look."""

    def __init__(self, step: int = TICK) -> None:
        self.now, self.step = 0, step

    def __call__(self) -> int:
        self.now += self.step
        return self.now


class ScriptedCapture:
    """A camera that follows a script: sizes give pictures of that size, FAIL a failed read."""

    def __init__(self, script: list[tuple[int, int] | str], *, opens: bool = True) -> None:
        self.script = list(script)
        self.opens = opens
        self.asked: dict[int, float] = {}
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802
        return self.opens

    def set(self, prop: int, value: float, /) -> bool:
        self.asked[prop] = value
        return True

    def read(self) -> tuple[bool, np.ndarray | None]:
        step = self.script.pop(0) if self.script else FAIL
        if isinstance(step, str):
            return False, None
        width, height = step
        picture = np.zeros((height, width, 3), np.uint8)
        picture[..., 0] = 200  # blue, in OpenCV's order
        return True, picture

    def release(self) -> None:
        self.released = True


def camera(
    *captures: ScriptedCapture,
    want: CameraStream | None = None,
    clock: Clock | None = None,
    node: Callable[[int, str], CameraNode] | None = None,
) -> DeviceCamera:
    supply = list(captures)
    return DeviceCamera(
        0,
        want or CameraStream(),
        Timeline(0, 0),
        open_capture=lambda _index: supply.pop(0),
        node=node or (lambda index, name: CameraNode(index, name or "HD Webcam")),
        clock=clock or Clock(),
    )


VGA = (640, 480)


def test_gives_rgb_frames_stamped_after_the_read() -> None:
    one = camera(ScriptedCapture([VGA] * 4))
    one.open()
    frames = [one.read() for _ in range(3)]
    assert one.name == "HD Webcam"
    assert all(isinstance(frame, Frame) for frame in frames)
    first, second = frames[0], frames[1]
    assert isinstance(first, Frame)
    assert isinstance(second, Frame)
    assert first.image.shape == (480, 640, 3)
    assert first.image[0, 0].tolist() == [0, 0, 200]
    assert first.monotonic_ns == TICK
    assert second.pts - first.pts == pytest.approx(3000, abs=1)


def test_asks_for_the_policys_size_and_rate() -> None:
    capture = ScriptedCapture([VGA])
    camera(capture, want=CameraStream(width=1280, height=720, fps=15)).open()
    assert capture.asked[cv2.CAP_PROP_FRAME_WIDTH] == 1280
    assert capture.asked[cv2.CAP_PROP_FRAME_HEIGHT] == 720
    assert capture.asked[cv2.CAP_PROP_FPS] == 15
    assert capture.asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")


def test_raw_pictures_are_taken_at_the_default_size() -> None:
    capture = ScriptedCapture([VGA])
    camera(capture).open()
    assert cv2.CAP_PROP_FOURCC not in capture.asked


@pytest.mark.parametrize(
    ("given", "kept"),
    [((1920, 1080), (640, 360)), ((800, 600), (640, 480)), ((321, 241), (320, 240))],
)
def test_other_sizes_are_scaled_down_and_keep_their_aspect(
    given: tuple[int, int], kept: tuple[int, int]
) -> None:
    one = camera(ScriptedCapture([given] * 2))
    one.open()
    frame = one.read()
    assert isinstance(frame, Frame)
    assert frame.image.shape == (kept[1], kept[0], 3)


def test_a_camera_twice_as_fast_is_thinned_out() -> None:
    one = camera(ScriptedCapture([VGA] * 61), clock=Clock(TICK // 2))
    one.open()
    frames = [item for _ in range(60) if isinstance(item := one.read(), Frame)]
    assert 29 <= len(frames) <= 31


def test_one_failed_read_is_no_loss_and_three_are() -> None:
    one = camera(ScriptedCapture([VGA, VGA, FAIL, FAIL, VGA, FAIL, FAIL, FAIL]))
    one.open()
    kinds = [type(one.read()) for _ in range(7)]
    assert kinds == [Frame, Idle, Idle, Frame, Idle, Idle, Lost]


def test_a_lost_camera_is_found_again_by_name() -> None:
    asked: list[tuple[int, str]] = []

    def node(index: int, name: str) -> CameraNode:
        asked.append((index, name))
        return CameraNode(index if not name else 2, "HD Webcam")

    first, second = ScriptedCapture([VGA, VGA]), ScriptedCapture([VGA, VGA])
    one = camera(first, second, node=node)
    one.open()
    before = one.read()
    one.close()
    one.open()
    after = one.read()
    assert first.released
    assert asked == [(0, ""), (0, "HD Webcam")]
    assert isinstance(before, Frame)
    assert isinstance(after, Frame)
    assert (after.seq, after.pts > before.pts) == (1, True)


def test_a_busy_camera_is_named_with_what_to_do() -> None:
    for capture in (ScriptedCapture([], opens=False), ScriptedCapture([FAIL])):
        with pytest.raises(EnvironmentFault, match="gives no picture") as caught:
            camera(capture).open()
        assert "Close other programs" in caught.value.advice
        assert capture.released


def test_reading_a_closed_camera_is_a_loss() -> None:
    one = camera(ScriptedCapture([VGA]))
    one.open()
    one.close()
    one.close()
    assert isinstance(one.read(), Lost)


def test_the_next_epoch_counts_from_nought() -> None:
    one = camera(ScriptedCapture([VGA] * 4))
    one.open()
    one.read()
    one.rebase(Timeline(1, TICK))
    frame = one.read()
    assert isinstance(frame, Frame)
    assert (frame.epoch, frame.seq, frame.pts) == (1, 0, 3000 - 1)


def test_opencv_itself_answers_for_a_camera_that_is_not_there(
    capfd: pytest.CaptureFixture[str],
) -> None:
    capture = open_device(999)
    assert not capture.isOpened()
    capture.release()
    assert capfd.readouterr().err == ""  # the fault speaks, OpenCV does not

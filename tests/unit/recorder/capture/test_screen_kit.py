from __future__ import annotations

import gc
import sys
import weakref

import pytest
from mss.exception import ScreenShotError
from support.fake_screen_kit import (
    BLANK,
    COMPLETE,
    IDLE,
    STARTED,
    STOPPED,
    SUSPENDED,
    Mac,
    Sample,
)

from recorder.capture import grabbing, screen_kit
from recorder.capture.frames import Frame
from recorder.capture.grabbing import Grabber, Monitor, open_grabber
from recorder.capture.reading import Lost
from recorder.capture.screen import ScreenSource
from recorder.capture.screen_kit import Frameworks, frameworks
from recorder.capture.screen_kit_grabber import OPENING_S, KitGrabber
from recorder.capture.source import Display
from recorder.capture.timeline import NS_PER_S, Timeline
from recorder.faults import EnvironmentFault

DESK = Monitor(0, 0, 10, 6, "monitor 0")
DECLINED, USER_STOPPED, SYSTEM_STOPPED = -3801, -3817, -3821


@pytest.fixture
def mac() -> Mac:
    return Mac([DESK])


def opened(mac: Mac, fps: float = 5) -> KitGrabber:
    return KitGrabber(0, fps, mac.frameworks(), layout=mac.layout, clock=lambda: 0)


def impatient(mac: Mac) -> KitGrabber:
    """By a clock that moves on by the whole bound between two looks at it."""
    ticks = iter(range(0, 10**12, int(OPENING_S * 10**9)))
    clock = ticks.__next__
    return KitGrabber(0, 5, mac.frameworks(), layout=mac.layout, clock=clock)


def first_byte(grabber: KitGrabber) -> int:
    return grabber.grab().raw[0]


def test_the_stream_is_asked_for_what_is_recorded(mac: Mac) -> None:
    grabber = opened(mac, fps=2.5)
    told = mac.made[0].configuration
    assert (told.setWidth_, told.setHeight_) == (10, 6)
    assert told.setMinimumFrameInterval_ == (1000, 5000), "twice as often as it is looked"
    assert told.setPixelFormat_ == int.from_bytes(b"BGRA", "big")
    assert told.setShowsCursor_ is True
    assert told.setQueueDepth_ == 3
    assert len(mac.queues) == 1, "samples come on a queue of the stream's own"
    grabber.close()


@pytest.mark.parametrize("padding", [0, 24])
def test_what_fills_rows_up_is_no_picture(mac: Mac, padding: int) -> None:
    mac.padding = padding
    grabber = opened(mac)
    assert set(grabber.grab().raw) == {30}
    assert len(grabber.grab().raw) == 10 * 6 * 4
    grabber.close()


def test_every_buffer_goes_back_unlocked(mac: Mac) -> None:
    grabber = opened(mac)
    for _ in range(20):
        mac.show(DESK)
    assert len(mac.buffers) == 21
    assert {one.locked for one in mac.buffers} == {0}
    grabber.close()


@pytest.mark.parametrize("status", [IDLE, STARTED, None])
def test_a_sample_that_is_no_new_picture_leaves_the_last(mac: Mac, status: int | None) -> None:
    grabber = opened(mac)
    first = grabber.grab()
    mac.drawn[DESK][:] = 99
    mac.show(DESK, status)
    assert grabber.grab() is first
    mac.show(DESK, COMPLETE)
    assert first_byte(grabber) == 99
    grabber.close()


@pytest.mark.parametrize("status", [BLANK, SUSPENDED, STOPPED])
def test_a_display_that_shows_nothing_is_not_taken_for_still(mac: Mac, status: int) -> None:
    grabber = opened(mac)
    mac.show(DESK, status)
    with pytest.raises(EnvironmentFault, match="display gives no picture"):
        grabber.grab()
    mac.show(DESK)
    assert first_byte(grabber) == 30
    grabber.close()


def test_a_sample_without_a_picture_or_of_another_kind_is_passed_over(mac: Mac) -> None:
    grabber = opened(mac)
    first = grabber.grab()
    (stream,) = mac.running
    ((output, _),) = stream.outputs
    output.stream_didOutputSampleBuffer_ofType_(stream, Sample(None, mac.sample(DESK).about), 0)
    mac.drawn[DESK][:] = 99
    output.stream_didOutputSampleBuffer_ofType_(stream, mac.sample(DESK), 1)
    assert grabber.grab() is first
    grabber.close()


@pytest.mark.parametrize("fault", [{"form": 0x34323076}, {"refuses": True}])
def test_a_picture_that_cannot_be_read_is_a_loss_and_raises_nothing_into_macos(
    mac: Mac, fault: dict[str, int]
) -> None:
    grabber = opened(mac)
    (stream,) = mac.running
    bad = mac.sample(DESK)
    assert bad.picture is not None
    for name, value in fault.items():
        setattr(bad.picture, name, value)
    stream.give(bad)
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        grabber.grab()
    assert bad.picture.locked == 0
    grabber.close()


def test_without_the_permission_that_is_said_and_where_to_give_it(mac: Mac) -> None:
    mac.declined = DECLINED
    with pytest.raises(EnvironmentFault, match="may not see the screen") as caught:
        opened(mac)
    assert "Privacy & Security, in the list for screen recording" in caught.value.advice
    assert mac.made == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (DECLINED, "may not see the screen"),
        (USER_STOPPED, "stopped in the menu bar"),
        (SYSTEM_STOPPED, "was stopped by macOS"),
        (-3815, "display went away"),
        (-3814, "display went away"),
        (-3805, "error -3805"),
    ],
)
def test_a_stream_that_is_stopped_is_lost_by_its_reason_and_can_come_back(
    mac: Mac, code: int, words: str
) -> None:
    grabber = opened(mac)
    mac.stop(code)
    with pytest.raises(EnvironmentFault, match=words):
        grabber.grab()
    grabber.close()
    again = opened(mac)
    assert first_byte(again) == 30
    again.close()
    assert mac.running == []


def recorded(mac: Mac) -> ScreenSource:
    """The screen as it is recorded, by a clock that only waiting moves."""
    now = [NS_PER_S]

    def sleep(seconds: float) -> None:
        now[0] += round(seconds * NS_PER_S)

    def see(index: int | None, fps: float) -> KitGrabber:
        return KitGrabber(index, fps, mac.frameworks(), layout=mac.layout)

    return ScreenSource(
        Display(None), 5, Timeline(0, now[0]), open_grabber=see,
        clock=lambda: now[0], sleep=sleep,
    )  # fmt: skip


def test_a_lid_that_is_closed_and_opened_is_a_loss_by_its_reason_and_an_end_of_it(
    mac: Mac,
) -> None:
    source = recorded(mac)
    source.open()
    assert isinstance(source.read(), Frame)
    mac.stop(SYSTEM_STOPPED)
    assert source.read() == Lost("The recording of the screen was stopped by macOS.")
    source.close()
    shut, mac.monitors[:] = list(mac.monitors), []
    with pytest.raises(EnvironmentFault, match="display went away"):
        source.open()
    mac.monitors[:] = shut
    source.open()
    assert isinstance(source.read(), Frame)
    source.close()
    assert mac.running == []


def test_a_lid_closed_beside_a_monitor_leaves_the_monitor_in_a_picture_of_the_same_size() -> (
    None
):
    built_in, other = Monitor(0, 0, 10, 6, "lid"), Monitor(10, 0, 4, 6, "monitor")
    mac = Mac([built_in, other])
    source = recorded(mac)
    source.open()
    first = source.read()
    assert isinstance(first, Frame)
    mac.monitors[:] = [Monitor(0, 0, 4, 6, "monitor")]  # the only one is the main one
    mac.drawn = {mac.monitors[0]: mac.drawn[other]}
    mac.stop(-3815)
    assert source.read() == Lost("The display went away.")
    source.open()
    after = source.read()
    assert isinstance(after, Frame)
    assert after.image.shape == first.image.shape == (6, 14, 3)
    assert after.image[:, :4].min() == 30
    assert after.image[:, 4:].max() == 0
    source.close()


@pytest.mark.parametrize("refusal", [{"refuses_output": True}, {"refuses_start": -3802}])
def test_a_stream_that_is_refused_leaves_none_behind(mac: Mac, refusal: dict[str, int]) -> None:
    for name, value in refusal.items():
        setattr(mac, name, value)
    with pytest.raises(EnvironmentFault, match="is refused by macOS"):
        opened(mac)
    assert mac.running == []
    assert mac.made[0].outputs == []


def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_the_bound(mac: Mac) -> None:
    mac.held = True
    with pytest.raises(EnvironmentFault, match="display gives no picture"):
        impatient(mac)
    assert mac.made == []


def test_a_stream_that_starts_too_late_is_stopped_at_once(mac: Mac) -> None:
    grabber = opened(mac)
    (made,) = mac.made
    grabber.close()
    mac.held = True
    waiting = screen_kit.DisplayStream(mac.frameworks(), made.display, DESK, 5)
    waiting.close()
    for late in mac.waiting:
        late()
    assert len(mac.made) == 2
    assert mac.running == []


def test_one_monitor_more_than_macos_offers_is_gone_and_none_is_left_running(mac: Mac) -> None:
    other = Monitor(10, 0, 4, 4, "monitor 1")
    layout = [Monitor(0, 0, 14, 6, "all monitors"), DESK, other]
    with pytest.raises(EnvironmentFault, match="display went away"):
        KitGrabber(None, 5, mac.frameworks(), layout=lambda: layout)
    assert mac.running == []


def test_a_closed_stream_keeps_nothing_alive_and_hears_nothing(mac: Mac) -> None:
    grabber = opened(mac)
    (stream,) = mac.running
    ((output, kind),) = stream.outputs
    kept = weakref.ref(output.owner)
    grabber.close()
    output.stream_didOutputSampleBuffer_ofType_(stream, mac.sample(DESK), kind)
    output.stream_didStopWithError_(stream, None)
    assert stream.outputs == []
    gc.collect()
    assert kept() is None


@pytest.mark.parametrize(
    ("release", "there"),
    [("12.2.1", False), ("11.7", False), ("12.3", True), ("15.1.1", True), ("", False)],
)
def test_macos_has_the_frameworks_since_12_3(release: str, there: bool) -> None:
    found = frameworks(release, lambda name: name)
    assert isinstance(found, Frameworks) is there


def test_an_installation_without_pyobjc_has_none() -> None:
    def missing(_name: str) -> object:
        raise ImportError

    assert frameworks("15.0", missing) is None


class Library:
    """mss, as far as a layout is asked of it."""

    def __init__(self, mac: Mac) -> None:
        names = ("left", "top", "width", "height")
        self.monitors = [{name: getattr(one, name) for name in names} for one in mac.layout()]

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        pass


def test_a_mac_is_seen_through_its_own_frameworks_and_an_old_one_through_mss(
    mac: Mac, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(grabbing.mss, "MSS", lambda: Library(mac))
    monkeypatch.setattr(screen_kit, "frameworks", lambda: None)
    assert isinstance(open_grabber(0, 5), Grabber)
    monkeypatch.setattr(screen_kit, "frameworks", mac.frameworks)
    grabber = open_grabber(0, 5)
    assert isinstance(grabber, KitGrabber)
    assert not grabber.moved()
    grabber.close()


def test_a_desktop_that_refuses_mss_is_gone_and_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked() -> object:
        raise ScreenShotError("CGWindowListCreateImage() failed.")

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(grabbing.mss, "MSS", locked)
    with pytest.raises(EnvironmentFault, match="display went away"):
        open_grabber(None, 5)

from __future__ import annotations

from typing import Any

import pytest

from recorder.capture import portaudio
from recorder.capture.devices import Unlisted, microphones
from recorder.capture.portaudio import Format, PortAudio
from recorder.faults import EnvironmentFault


class Trouble(Exception):
    """Stands for PortAudioError."""


class Library:
    """A PortAudio with scripted devices; notes how often it was started anew."""

    PortAudioError = Trouble

    def __init__(self, *names: str, refuses: tuple[Format, ...] = ()) -> None:
        self.names = names
        self.refuses = refuses
        self.starts = 0
        self.broken = False
        self.fails_to_start = False
        self.opened: list[Library.RawInputStream] = []
        self.default = type("Default", (), {"device": (1, 0)})()
        library = self

        class RawInputStream:
            latency = 0.05
            active = True

            def __init__(self, **options: Any) -> None:
                if Format(options["samplerate"], options["channels"]) in library.refuses:
                    raise Trouble("Invalid sample rate")
                self.options = options
                self.closed = False
                library.opened.append(self)

            def start(self) -> None:
                if library.fails_to_start:
                    raise Trouble("Device unavailable")

            def abort(self, ignore_errors: bool = True) -> None: ...

            def close(self, ignore_errors: bool = True) -> None:
                self.closed = True

        self.RawInputStream = RawInputStream

    def _terminate(self) -> None:
        if self.starts == 0:
            raise Trouble("not initialised")

    def _initialize(self) -> None:
        self.starts += 1

    def query_devices(self) -> list[dict[str, Any]]:
        if self.broken:
            raise Trouble("Host error")
        return [
            {
                "index": index,
                "name": name,
                "max_input_channels": 0 if name == "speaker" else 4,
                "default_samplerate": 44_100.0,
            }
            for index, name in enumerate(self.names)
        ]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(library: Library) -> tuple[PortAudio, Library]:
        monkeypatch.setattr(portaudio, "_library", lambda: library)
        return PortAudio(), library

    return put


def heard(*_times: object) -> None:
    pass


def test_the_default_comes_first_and_loudspeakers_not_at_all(use: Any) -> None:
    audio, _ = use(Library("webcam", "headset", "speaker"))
    assert [one.name for one in audio.inputs()] == ["headset", "webcam"]


def test_the_list_is_fresh_unless_a_stream_would_be_cut(use: Any) -> None:
    audio, library = use(Library("webcam", "headset"))
    audio.inputs()
    audio.inputs()
    assert library.starts == 2
    stream = audio.open_input(0, 0.02, heard)
    assert library.starts == 3
    audio.inputs()
    assert library.starts == 3
    stream.close()
    stream.close()
    audio.inputs()
    assert library.starts == 4
    assert library.opened[0].closed


def test_48_khz_mono_is_asked_for_in_blocks(use: Any) -> None:
    audio, library = use(Library("webcam", "headset"))
    stream = audio.open_input(1, 0.02, heard)
    options = library.opened[0].options
    assert (options["device"], options["samplerate"], options["channels"]) == (0, 48_000, 1)
    assert (options["blocksize"], options["dtype"]) == (960, "int16")
    assert (stream.name, stream.format, stream.active) == ("webcam", Format(48_000, 1), True)
    assert stream.latency_s == 0.05
    stream.close()
    assert (stream.active, stream.latency_s) == (False, 0.0)


def test_a_device_that_refuses_is_opened_in_its_own_format(use: Any) -> None:
    audio, library = use(Library("webcam", "headset", refuses=(Format(48_000, 1),)))
    stream = audio.open_input(0, 0.02, heard)
    assert stream.format == Format(44_100, 2)
    assert library.opened[0].options["blocksize"] == 882


def test_a_busy_device_is_said_and_let_go(use: Any) -> None:
    audio, library = use(Library("webcam", "headset"))
    library.fails_to_start = True
    with pytest.raises(EnvironmentFault, match="“headset” cannot be opened") as caught:
        audio.open_input(0, 0.02, heard)
    assert "Close other programs" in caught.value.advice
    assert all(stream.closed for stream in library.opened)


def test_no_microphone_and_a_number_too_high_are_said(use: Any) -> None:
    audio, _ = use(Library("speaker"))
    with pytest.raises(EnvironmentFault, match="There is no microphone\\.") as caught:
        audio.open_input(0, 0.02, heard)
    assert "Plug one in" in caught.value.advice
    audio, _ = use(Library("webcam", "headset"))
    with pytest.raises(EnvironmentFault, match="no microphone 7") as caught:
        audio.open_input(7, 0.02, heard)
    assert "device:1 (webcam)" in caught.value.advice


def test_a_device_is_opened_by_its_name_wherever_it_is_now(use: Any) -> None:
    audio, library = use(Library("webcam", "Headset: USB (hw:2,0)"))
    audio.open_input(0, 0.02, heard, "Headset: USB (hw:1,0)").close()
    audio.open_input(0, 0.02, heard, "webcam").close()
    assert [stream.options["device"] for stream in library.opened] == [1, 0]
    audio, library = use(Library("Microphone (USB)", "Microphone (3- USB)", "webcam"))
    audio.open_input(1, 0.02, heard, "Microphone (2- USB)").close()
    assert library.opened[0].options["device"] == audio.inputs()[1].index


def test_another_device_is_not_opened_in_its_place(use: Any) -> None:
    audio, library = use(Library("webcam", "headset"))
    with pytest.raises(EnvironmentFault, match="“USB microphone” is not there"):
        audio.open_input(0, 0.02, heard, "USB microphone")
    assert library.opened == []


def test_a_sound_system_that_does_not_answer_is_said(use: Any) -> None:
    audio, library = use(Library("webcam"))
    library.broken = True
    with pytest.raises(EnvironmentFault, match="Host error"):
        audio.inputs()


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    listed = microphones()
    assert isinstance(listed, Unlisted)
    assert "PortAudio is missing" in listed.reason

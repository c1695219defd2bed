"""PortAudio, loaded when needed and refreshed when nobody uses it.

PortAudio reads the list of devices once, when it starts; a microphone plugged in later shows
only after a restart of the library, which would cut every open stream. So open streams are
counted, and the list is refreshed only while there are none. The library is one in a
process, and so is ``PORTAUDIO``.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from recorder.faults import EnvironmentFault


@dataclass(frozen=True, slots=True)
class Input:
    """A device that gives sound; ``index`` is PortAudio's."""

    index: int
    name: str
    channels: int
    rate: float


@dataclass(frozen=True, slots=True)
class Format:
    """How an input was opened: 16 bit samples, ``channels`` interleaved, at ``rate`` hertz."""

    rate: int
    channels: int


class Stream(Protocol):
    """The part of a sounddevice stream that is used."""

    @property
    def latency(self) -> Any: ...  # noqa: D102
    @property
    def active(self) -> bool: ...  # noqa: D102
    def start(self) -> None: ...  # noqa: D102
    def abort(self, ignore_errors: bool = True) -> None: ...  # noqa: D102
    def close(self, ignore_errors: bool = True) -> None: ...  # noqa: D102


Callback = Callable[[Any, int, Any, Any], None]
"""(buffer, frames, times, status), called on PortAudio's own thread."""


class OpenInput:
    """A running input; ``close`` lets it go."""

    def __init__(
        self, stream: Stream, name: str, sound: Format, released: Callable[[], None]
    ) -> None:
        self.name = name
        self.format = sound
        self._stream: Stream | None = stream
        self._released = released

    @property
    def active(self) -> bool:
        """Whether the device is still giving sound."""
        return self._stream is not None and self._stream.active

    @property
    def latency_s(self) -> float:
        """What PortAudio says that the device and its driver hold back, seconds."""
        return float(self._stream.latency) if self._stream is not None else 0.0

    def close(self) -> None:
        """Stop at once. Closing twice is allowed."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.abort()
            stream.close()
            self._released()


class PortAudio:
    """The library and how many of its streams are open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open_streams = 0

    def inputs(self) -> list[Input]:
        """All devices that give sound, the system's default first.

        Raises:
            EnvironmentFault: PortAudio is missing or cannot start.
        """
        with self._lock:
            return self._inputs(_library())

    def open_input(
        self, number: int, block_s: float, callback: Callback, known_name: str = ""
    ) -> OpenInput:
        """Open and start the ``number``-th of ``inputs()`` in blocks of about ``block_s``.

        Where ``known_name`` is given and another device has that place, the one of that name
        is opened, and no other. 48 kHz mono is asked for; a device that refuses is opened in
        its own format.

        Raises:
            EnvironmentFault: no such microphone, or it is busy or forbidden.
        """
        with self._lock:
            library = _library()
            device = _chosen(self._inputs(library), number, known_name)
            stream, sound = _start(library, device, block_s, callback)
            self._open_streams += 1
        return OpenInput(stream, device.name, sound, self._release)

    def play(self, samples: bytes, rate: int) -> None:
        """Play 16 bit samples of one channel on the default output; returns when it is over.

        Raises:
            EnvironmentFault: nothing can be played.
        """
        with self._lock:
            library = _library()
            try:
                if self._open_streams == 0:
                    _restart(library)
                stream = library.RawOutputStream(samplerate=rate, channels=1, dtype="int16")
            except library.PortAudioError as error:
                raise _mute(error) from error
            self._open_streams += 1
        try:
            stream.start()
            stream.write(samples)
            stream.stop()  # which waits until what was written has been heard
        except library.PortAudioError as error:
            raise _mute(error) from error
        finally:
            stream.close()
            self._release()

    def _release(self) -> None:
        with self._lock:
            self._open_streams -= 1

    def _inputs(self, library: Any) -> list[Input]:
        try:
            if self._open_streams == 0:
                _restart(library)
            devices = library.query_devices()
            default = library.default.device[0]
        except library.PortAudioError as error:
            raise EnvironmentFault(
                f"The sound system does not answer ({error.args[0]}).",
                "See that sound works in other programs, then try again.",
            ) from error
        found = [
            Input(d["index"], d["name"], d["max_input_channels"], d["default_samplerate"])
            for d in devices
            if d["max_input_channels"] > 0
        ]
        return sorted(found, key=lambda device: (device.index != default, device.index))


PORTAUDIO = PortAudio()


def _library() -> Any:
    try:
        import sounddevice
    except OSError as error:
        raise EnvironmentFault(
            "The sound library PortAudio is missing.",
            "Install it (Debian and Ubuntu: the package libportaudio2).",
        ) from error
    return sounddevice


def _restart(library: Any) -> None:
    with suppress(library.PortAudioError):
        library._terminate()  # noqa: SLF001  (sounddevice has no public name for it)
    library._initialize()  # noqa: SLF001


# What is asked for; a device that cannot is opened in its own format and converted.
_WANTED = Format(48_000, 1)


def _start(
    library: Any, device: Input, block_s: float, callback: Callback
) -> tuple[Stream, Format]:
    own = Format(round(device.rate), min(2, device.channels))
    problem: Exception | None = None
    for sound in (_WANTED, own):
        try:
            return _started(library, device, sound, block_s, callback), sound
        except library.PortAudioError as error:
            problem = error
    raise EnvironmentFault(
        f"The microphone “{device.name}” cannot be opened ({problem}).",
        "Close other programs that use it, and allow this one to in the system's settings.",
    ) from problem


def _started(
    library: Any, device: Input, sound: Format, block_s: float, callback: Callback
) -> Stream:
    stream = library.RawInputStream(
        device=device.index,
        samplerate=sound.rate,
        channels=sound.channels,
        dtype="int16",
        blocksize=round(block_s * sound.rate),
        callback=callback,
    )
    try:
        stream.start()
    except library.PortAudioError:
        stream.close()
        raise
    return stream


def _mute(error: Exception) -> EnvironmentFault:
    return EnvironmentFault(
        f"Nothing can be played ({error}).",
        "Plug in headphones or a loudspeaker, and choose it in the system's sound settings.",
    )


# What a device's name says of the place where it is plugged in, which may be another one
# when it comes back: ALSA's number of the card, and Windows' of the socket.
_PLACE = re.compile(r" \(hw:\d+,\d+\)$|(?<=\()\d+- ")


def _chosen(found: list[Input], number: int, known_name: str) -> Input:
    if not known_name:
        if number >= len(found):
            raise _absent(number, found)
        return found[number]
    known = _PLACE.sub("", known_name)
    same = [device for device in found if _PLACE.sub("", device.name) == known]
    if not same:
        raise EnvironmentFault(
            f"The microphone “{known_name}” is not there.",
            "Plug it in again, or see to its cable.",
        )
    there = found[number] if number < len(found) else None
    return there if there in same and there is not None else same[0]


def _absent(number: int, found: list[Input]) -> EnvironmentFault:
    if not found:
        return EnvironmentFault(
            "There is no microphone.",
            "Plug one in, or give a recording with file:PATH, or use none.",
        )
    names = ", ".join(f"device:{n} ({device.name})" for n, device in enumerate(found))
    return EnvironmentFault(f"There is no microphone {number}.", f"These are there: {names}.")

"""Where a stream comes from, as a user writes it: ``SRC`` on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recorder.capture.frames import StreamName
from recorder.faults import EnvironmentFault


@dataclass(frozen=True, slots=True)
class Device:
    """``device:N``: a camera by its number, or the N-th microphone of ``doctor``'s list."""

    index: int

    def __str__(self) -> str:
        return f"device:{self.index}"


@dataclass(frozen=True, slots=True)
class Display:
    """``display:N``, monitor N from 0, or ``display:all``, all monitors as one picture."""

    index: int | None = None

    def __str__(self) -> str:
        return f"display:{'all' if self.index is None else self.index}"


@dataclass(frozen=True, slots=True)
class MediaFile:
    """``file:PATH``: a recording, played at its own pace and from its start again."""

    path: Path

    def __str__(self) -> str:
        return f"file:{self.path}"


@dataclass(frozen=True, slots=True)
class Nothing:
    """``none``: the stream is not recorded."""

    def __str__(self) -> str:
        return "none"


SourceSpec = Device | Display | MediaFile | Nothing

DEFAULTS: dict[StreamName, SourceSpec] = {
    "camera": Device(0),
    "microphone": Device(0),
    "screen": Display(None),
}


def parse_source(text: str, stream: StreamName) -> SourceSpec:
    """Read ``SRC`` for one stream.

    Raises:
        EnvironmentFault: the text names no source, or not one for this stream.
    """
    word, _, rest = text.strip().partition(":")
    match word:
        case "none" if not rest:
            return Nothing()
        case "file" if rest:
            return MediaFile(Path(rest).expanduser())
        case "device" if stream != "screen" and _is_number(rest):
            return Device(int(rest))
        case "display" if stream == "screen" and rest == "all":
            return Display(None)
        case "display" if stream == "screen" and _is_number(rest):
            return Display(int(rest))
        case _:
            raise EnvironmentFault(
                f"“{text}” is not a source for the {stream}.", _advice(stream)
            )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


# A machine has fewer than a thousand cameras; longer is a slip of the keyboard.
_LONGEST_NUMBER = 3


def _advice(stream: StreamName) -> str:
    if stream == "screen":
        return "Use display:all, display:0 (the first monitor), file:PATH or none."
    return f"Use device:0 (the first {stream}), file:PATH or none."

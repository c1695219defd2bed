"""Libraries that others are linked with and never call: only their names are left.

Packages bring copies of whole libraries for functions that the recorder does not use: a second
FFmpeg, encoders of formats that it does not write. The system's loader insists on the file and
on every name in it, so that a file stays with just these names. A function that is called all
the same ends the process at once, rather than with a wrong result; what is asked at the start
what it can do answers "nothing". What only such libraries were linked with goes altogether.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from installers.linux.objects import Linked, is_object, read_linked, write_hollow


@dataclass(frozen=True, slots=True)
class Hollow:
    """Libraries, by their path below the packages' folder; ``answers``: see the module."""

    pattern: str
    reason: str
    answers: bool = False


_FILES = "OpenCV reads cameras through the system; files are PyAV's"
_ENCODERS = "encodes what the recorder does not write; FFmpeg decodes it by itself"

HOLLOW = (
    Hollow("opencv_python_headless.libs/libavcodec-*", _FILES),
    Hollow("opencv_python_headless.libs/libavformat-*", _FILES),
    Hollow("opencv_python_headless.libs/libavutil-*", _FILES),
    Hollow("opencv_python_headless.libs/libswscale-*", _FILES),
    Hollow("av.libs/libx265-*", _ENCODERS, answers=True),
    Hollow("av.libs/libSvtAv1Enc-*", _ENCODERS, answers=True),
    Hollow("av.libs/libvpx-*", _ENCODERS, answers=True),
    Hollow("av.libs/libmp3lame-*", _ENCODERS),
    Hollow("av.libs/libwebp-*", _ENCODERS),
    Hollow("av.libs/libwebpmux-*", _ENCODERS),
    Hollow("av.libs/libgnutls-*", "files lie on this computer: no https", answers=True),
    Hollow("av.libs/libasound-*", "sound is PortAudio's"),
)  # fmt: skip


def hollow_out(packages: Path) -> int:
    """Leave the names of these libraries alone; how many bytes that saves.

    Raises:
        BuildFault: one of them gives more than functions.
    """
    linked = {path: read_linked(path) for path in _objects(packages)}
    saved = 0
    folders: set[Path] = set()
    for path, library in list(linked.items()):
        rule = _rule(path.relative_to(packages).as_posix())
        if rule is None:
            continue
        asked = {
            symbol
            for other in linked.values()
            if library.soname in other.needed
            for symbol in other.asks
            if symbol.name in library.gives
        }
        saved += path.stat().st_size
        write_hollow(path, library.soname, asked, answers=rule.answers)
        saved -= path.stat().st_size
        linked[path] = read_linked(path)
        folders.add(path.parent)
    return saved + _drop_unnamed(linked, folders)


def _drop_unnamed(linked: dict[Path, Linked], folders: set[Path]) -> int:
    """Remove, from these folders, what nobody is linked with any more; the bytes it had."""
    saved = 0
    while gone := [
        path
        for path, library in linked.items()
        if path.parent in folders and not _is_named(library, linked)
    ]:
        for path in gone:
            saved += path.stat().st_size
            path.unlink()
            del linked[path]
    return saved


def _is_named(library: Linked, linked: dict[Path, Linked]) -> bool:
    return any(library.soname in other.needed for other in linked.values())


def _objects(packages: Path) -> list[Path]:
    return [
        path
        for path in sorted(packages.rglob("*.so*"))
        if path.is_file() and not path.is_symlink() and is_object(path)
    ]


def _rule(path: str) -> Hollow | None:
    return next((one for one in HOLLOW if fnmatchcase(path, one.pattern)), None)

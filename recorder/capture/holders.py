"""Which other programs use a camera or a microphone just now, as far as a system tells."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_CAMERA = re.compile(r"/dev/video\d+")
_SOUND_CARD = re.compile(r"/dev/snd/pcm\w+c")

# The sound server answers within milliseconds; one that does not is not asked twice.
_PACTL_S = 3.0

_OTHER_USERS = "Programs of other users of this computer are not seen."

# The system's own parts of the sound server hold the card for everybody.
_SERVERS = frozenset({"pulseaudio", "pipewire", "wireplumber", "pipewire-pulse"})


@dataclass(frozen=True, slots=True)
class Holder:
    """A program that has a device open; ``pid`` where it is known."""

    device: str
    program: str
    pid: int | None


@dataclass(frozen=True, slots=True)
class Holders:
    """Who has camera and microphone; ``untold`` is what cannot be told here, a sentence."""

    found: tuple[Holder, ...]
    untold: str = ""


def holders(
    is_ours: Callable[[int], bool] = lambda pid: pid == os.getpid(),
    *,
    platform: str = sys.platform,
    proc: Path = _PROC,
) -> Holders:
    """Other programs that use a camera or a microphone.

    Args:
        is_ours: whether a process belongs to this program, and does not count.
        platform: as ``sys.platform``.
        proc: where the system lists its processes.
    """
    if platform == "linux":
        found = [*_of_proc(proc, is_ours), *_of_pulse(is_ours)]
        return Holders(
            tuple(dict.fromkeys(found)),
            "Programs of other users of this computer are not seen.",
        )
    if platform == "win32":
        return _of_windows()
    return Holders((), "This system does not tell which programs use the camera.")


def _of_proc(proc: Path, is_ours: Callable[[int], bool]) -> Iterator[Holder]:
    """Open files of every process that this user may look into."""
    for entry in proc.glob("[0-9]*"):
        pid = int(entry.name)
        devices = sorted(set(_devices(entry)))
        if not devices or is_ours(pid):
            continue
        name = _read(entry / "comm")
        for device in devices:
            if not (name in _SERVERS and device.startswith("/dev/snd/")):
                yield Holder(device, name or f"process {pid}", pid)


def _devices(entry: Path) -> Iterator[str]:
    try:
        links = list((entry / "fd").iterdir())
    except OSError:  # another user's, or gone
        return
    for link in links:
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if _CAMERA.fullmatch(target) or _SOUND_CARD.fullmatch(target):
            yield target


def _of_pulse(is_ours: Callable[[int], bool]) -> Iterator[Holder]:
    """Who records through PulseAudio, or PipeWire in its place."""
    for output in _source_outputs():
        properties = output.get("properties", {})
        pid = str(properties.get("application.process.id", ""))
        number = int(pid) if pid.isdigit() else None
        ours = number is not None and is_ours(number)
        if ours or properties.get("media.name") == "Peak detect":
            continue
        name = properties.get("application.name") or properties.get(
            "application.process.binary"
        )
        yield Holder("microphone", str(name or "a program without a name"), number)


def _source_outputs() -> list[dict[str, dict[str, str]]]:
    pactl = shutil.which("pactl")
    if pactl is None:
        return []
    command = [pactl, "--format=json", "list", "source-outputs"]
    try:
        asked = subprocess.run(  # noqa: S603  (found on the path, no argument of a user's)
            command, capture_output=True, timeout=_PACTL_S, check=True
        )
        found = json.loads(asked.stdout or b"[]")
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""


# Where Windows notes which program uses what, and since when (documented for administrators
# under "capability access manager"); a use that goes on has no end yet.
_CONSENT = r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
_CAPABILITIES = {"webcam": "camera", "microphone": "microphone"}


def _of_windows(uses: Callable[[str], Iterator[tuple[str, int]]] | None = None) -> Holders:
    """Programs whose use of a device has no end yet.

    Args:
        uses: by capability, each program's key and when its last use stopped (0: not yet).
    """
    own = Path(sys.executable).name.casefold()
    found = [
        Holder(device, program, None)
        for capability, device in _CAPABILITIES.items()
        for key, stopped in (uses or _windows_uses)(capability)
        if stopped == 0 and (program := key.rpartition("#")[2]).casefold() != own
    ]
    return Holders(tuple(found))


def _windows_uses(capability: str) -> Iterator[tuple[str, int]]:
    import winreg

    for path in (f"{_CONSENT}\\{capability}", f"{_CONSENT}\\{capability}\\NonPackaged"):
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as folder:  # type: ignore[attr-defined]
                count = winreg.QueryInfoKey(folder)[0]  # type: ignore[attr-defined]
                names = [winreg.EnumKey(folder, n) for n in range(count)]  # type: ignore[attr-defined]
                for name in names:
                    with winreg.OpenKey(folder, name) as key:  # type: ignore[attr-defined]
                        yield name, winreg.QueryValueEx(key, "LastUsedTimeStop")[0]  # type: ignore[attr-defined]
        except OSError:
            continue

"""Which cameras, microphones and displays there are. Lists them; takes nothing from them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recorder.capture.portaudio import PORTAUDIO
from recorder.faults import EnvironmentFault

_SYS = Path("/sys/class/video4linux")
_DEV = Path("/dev")


@dataclass(frozen=True, slots=True)
class Choice:
    """One device: ``source`` is its SRC, ``name`` what it calls itself."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Unlisted:
    """This platform's devices cannot be listed, which does not mean that there are none."""

    reason: str


@dataclass(frozen=True, slots=True)
class CameraNode:
    """A camera that is there and may be opened; ``named`` where the name is its own."""

    index: int
    name: str
    named: bool = True


def cameras(platform: str = sys.platform, sys_dir: Path = _SYS) -> list[Choice] | Unlisted:
    """All cameras, the first one first."""
    if platform != "linux":
        return Unlisted("Cameras have no names here; device:0 is the first one.")
    nodes = _camera_nodes(sys_dir)
    return [Choice(f"device:{node.index}", node.name) for node in nodes]


def _camera_nodes(sys_dir: Path) -> list[CameraNode]:
    """Video4Linux nodes that give pictures: a webcam's other nodes carry metadata."""
    nodes: list[CameraNode] = []
    for entry in sys_dir.glob("video*"):
        number = entry.name.removeprefix("video")
        if number.isdigit() and _read(entry / "index", "0") == "0":
            nodes.append(CameraNode(int(number), _read(entry / "name", entry.name)))
    return sorted(nodes, key=lambda node: node.index)


def _read(path: Path, default: str) -> str:
    try:
        return path.read_text("utf-8", errors="replace").strip() or default
    except OSError:
        return default


def camera_node(
    index: int,
    known_name: str = "",
    *,
    platform: str = sys.platform,
    sys_dir: Path = _SYS,
    dev_dir: Path = _DEV,
) -> CameraNode:
    """Look a camera up before it is opened.

    A camera that was plugged out may come back under another number: where ``known_name``
    is given and number ``index`` is gone or another camera's, the one of that name is taken,
    and no other.

    Raises:
        EnvironmentFault: it is not there, or this user may not open it.
    """
    if platform != "linux":
        return CameraNode(index, known_name or f"camera {index}", named=False)
    node = _find(index, known_name, sys_dir, dev_dir)
    path = dev_dir / f"video{node.index}"
    if not os.access(path, os.R_OK | os.W_OK):
        raise EnvironmentFault(
            f"You have no permission to use the camera {path}.",
            "Add your user to the group “video”, then log out and in again.",
        )
    return node


def _find(index: int, known_name: str, sys_dir: Path, dev_dir: Path) -> CameraNode:
    nodes = _camera_nodes(sys_dir)
    same_name = [node for node in nodes if known_name and node.name == known_name]
    for node in same_name if known_name else nodes:
        if node.index == index:
            return node
    if same_name:
        return same_name[0]
    # Under a name that is known, a node that is listed is another camera.
    listed = bool(known_name) and (sys_dir / f"video{index}").exists()
    if (dev_dir / f"video{index}").exists() and not listed:
        return CameraNode(index, known_name or f"camera {index}", named=False)
    if known_name:
        raise EnvironmentFault(
            f"The camera “{known_name}” is not there.", "Plug it in again, or see to its cable."
        )
    raise EnvironmentFault(f"There is no camera {index}.", _camera_advice(nodes))


def _camera_advice(nodes: list[CameraNode]) -> str:
    if not nodes:
        return "Plug a camera in, or give a recording with file:PATH, or use none."
    return "These are there: " + ", ".join(f"device:{n.index} ({n.name})" for n in nodes) + "."


def microphones() -> list[Choice] | Unlisted:
    """All microphones, the system's default first; their order is ``device:N``."""
    try:
        inputs = PORTAUDIO.inputs()
    except EnvironmentFault as fault:
        return Unlisted(fault.what)
    return [Choice(f"device:{n}", device.name) for n, device in enumerate(inputs)]


def displays(environ: Mapping[str, str] = os.environ) -> list[Choice] | Unlisted:
    """All monitors as one picture first, then each."""
    from recorder.capture.grabbing import monitors

    try:
        layout = monitors(environ)
    except EnvironmentFault as fault:
        return Unlisted(fault.what)
    every = Choice("display:all", f"all monitors, {layout[0].width} × {layout[0].height}")
    single = [
        Choice(f"display:{n}", f"{m.name}, {m.width} × {m.height}")
        for n, m in enumerate(layout[1:])
    ]
    return [every, *single]

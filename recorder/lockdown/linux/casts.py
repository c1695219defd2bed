"""Who receives the screen's picture through PipeWire, as desktops hand it out by a portal.

``pw-dump`` (part of PipeWire's own tools) prints every node and link as JSON. A node that a
desktop offers a screen through is told by its name, those that are linked to it receive it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Cast, Unsupported

# PipeWire answers in 50 ms; what takes longer hangs (s).
_ANSWER_S = 3.0

# How the desktops call the node of a shared screen: GNOME, KDE, wlroots and Hyprland.
_SCREENS = (
    "gnome-shell",
    "mutter",
    "kwin",
    "xdg-desktop-portal",
    "xdph",
)


class PipewireCasts:
    """The programs that are linked to a shared screen."""

    def __init__(self, dump: Callable[[], str]) -> None:
        """Ask by ``dump``, which gives the JSON of ``pw-dump``."""
        self._dump = dump

    def casts(self) -> tuple[Cast, ...]:
        """Every program that receives the screen; raises EnvironmentFault when untold."""
        try:
            objects = json.loads(self._dump())
            return receivers(objects)
        except (OSError, subprocess.SubprocessError, ValueError) as problem:
            raise EnvironmentFault(
                f"PipeWire does not say who receives the screen ({problem}).",
                "See that pw-dump runs in a terminal.",
            ) from problem


def pipewire_casts(
    runtime: str, which: Callable[[str], str | None] = shutil.which
) -> PipewireCasts | Unsupported:
    """The reader of this session's PipeWire, whose socket is in ``runtime``."""
    if not runtime or not (Path(runtime) / "pipewire-0").exists():
        return Unsupported("PipeWire does not run, so nobody says who receives the screen")
    program = which("pw-dump")
    if program is None:
        return Unsupported("pw-dump is not installed, so nobody says who receives the screen")

    def dump() -> str:
        done = subprocess.run(  # noqa: S603  (found where programs are, with no arguments)
            [program], capture_output=True, text=True, timeout=_ANSWER_S, check=True
        )
        return done.stdout

    return PipewireCasts(dump)


def receivers(objects: Iterable[Any]) -> tuple[Cast, ...]:
    """Who is linked to a screen's node.

    Raises:
        ValueError: that is not what ``pw-dump`` prints.
    """
    try:
        dumped = {one["id"]: one for one in objects}
        nodes = {n: _properties(one) for n, one in dumped.items() if _is(one, "Node")}
        links = [one["info"] for one in dumped.values() if _is(one, "Link")]
        screens = {n for n, node in nodes.items() if _shows_screen(node)}
        fed = {link["input-node-id"] for link in links if link["output-node-id"] in screens}
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"not a list of PipeWire's objects: {problem!r}") from problem
    clients = {n: _properties(one) for n, one in dumped.items() if _is(one, "Client")}
    fed_nodes = [nodes[number] for number in sorted(fed & nodes.keys())]
    # A node names its program itself, or leaves that to the client that made it.
    return tuple(
        _cast({**clients.get(node.get("client.id"), {}), **node}) for node in fed_nodes
    )


def _is(one: dict[str, Any], sort: str) -> bool:
    return str(one.get("type", "")).endswith(f":{sort}")


def _properties(one: dict[str, Any]) -> dict[str, Any]:
    return (one.get("info") or {}).get("props") or {}


def _shows_screen(node: dict[str, Any]) -> bool:
    name = str(node.get("node.name", "")).casefold()
    media = str(node.get("media.class", ""))
    return "Video" in media and name.startswith(_SCREENS)


def _cast(node: dict[str, Any]) -> Cast:
    program = node.get("application.process.binary") or node.get("application.name")
    pid = str(node.get("application.process.id", ""))
    name = str(program or node.get("node.name") or "")
    return Cast(name, int(pid) if pid.isdecimal() else None)

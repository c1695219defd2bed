"""A virtual display for both programs, and one recorded session that many tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from demo.machine import virtual_display
from demo.programs import Programs
from support.clips import make_clip

# A flash and a tone together every four seconds.
PERIOD_S, SHOWN_S = 4.0, 0.5
SECONDS = 13.0


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """A display with a window manager."""
    with virtual_display() as name:
        yield name


@dataclass(frozen=True)
class Recorded:
    """A session that was recorded and delivered."""

    programs: Programs
    demo: dict[str, str]
    result: dict[str, object]
    bundle: Path


@pytest.fixture(scope="session")
def recorded(screen: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """A session of ``SECONDS``: a clip that flashes as it sounds, and the screen.

    The server goes on running.
    """
    folder = tmp_path_factory.mktemp("recorded")
    clip = make_clip(
        folder / "flash.mp4",
        seconds=PERIOD_S,
        size=(640, 480),
        shows=lambda at: 1.0 <= at % PERIOD_S < 1.0 + SHOWN_S,
    )
    programs = Programs(folder, display=screen)
    demo = programs.demo()
    with programs.server():
        with programs.recorder(
            *("--server", demo["server"], "--code", demo["code"]),
            *("--camera", f"file:{clip}", "--microphone", f"file:{clip}"),
            *("--duration", str(SECONDS)),
        ) as recorder:
            recorder.wait_until_recording()
            result = recorder.result()
        yield Recorded(programs, demo, result, programs.export(str(result["session"])))

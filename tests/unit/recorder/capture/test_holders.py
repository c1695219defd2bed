from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder.capture import holders as room
from recorder.capture.holders import Holder, holders


@pytest.fixture(autouse=True)
def _no_sound_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.shutil, "which", lambda _: None)


def process(proc: Path, pid: int, name: str, *targets: str) -> None:
    folder = proc / str(pid) / "fd"
    folder.mkdir(parents=True)
    (proc / str(pid) / "comm").write_text(f"{name}\n")
    for number, target in enumerate(targets):
        (folder / str(number)).symlink_to(target)


def test_who_has_a_camera_or_a_sound_card_open_is_named(tmp_path: Path) -> None:
    process(tmp_path, 10, "cheese", "/dev/video0", "/dev/video0", "/etc/passwd")
    process(tmp_path, 11, "arecord", "/dev/snd/pcmC0D0c")
    process(tmp_path, 12, "aplay", "/dev/snd/pcmC0D0p")
    process(tmp_path, 13, "pipewire", "/dev/snd/pcmC0D0c")
    process(tmp_path, os.getpid(), "invigil", "/dev/video0")
    process(tmp_path, 14, "our-detector", "/dev/video0")
    (tmp_path / "10" / "fd" / "9").symlink_to("socket:[4711]")
    found = holders({14, os.getpid()}.__contains__, platform="linux", proc=tmp_path)
    assert sorted(found.found, key=lambda one: one.pid or 0) == [
        Holder("/dev/video0", "cheese", 10),
        Holder("/dev/snd/pcmC0D0c", "arecord", 11),
    ]
    assert "other users" in found.untold


def test_a_process_that_goes_away_meanwhile_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "10").mkdir()
    assert holders(platform="linux", proc=tmp_path).found == ()


def test_what_a_system_does_not_tell_is_said() -> None:
    found = holders(platform="darwin")
    assert (found.found, bool(found.untold)) == ((), True)


def test_on_windows_a_use_without_an_end_goes_on() -> None:
    def uses(capability: str) -> Iterator[tuple[str, int]]:
        if capability == "webcam":
            yield "C:#Program Files#Zoom#Zoom.exe", 0
            yield "C:#Windows#Camera.exe", 133_000_000_000_000_000

    assert room._of_windows(uses).found == (Holder("camera", "Zoom.exe", None),)

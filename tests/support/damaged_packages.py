"""A package as it is installed, with one file of it damaged, put before the real one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Damage = Callable[[Path], None]
Put = Callable[[str, str, Damage], None]

# Where the packaged models that a session can do without lie.
FACE = ("face_recognition_models", "models/dlib_face_recognition_resnet_model_v1.dat")
HANDS = ("mediapipe", "modules/palm_detection/palm_detection_lite.tflite")
VOICES = ("resemblyzer", "pretrained.pt")


def cut_short(path: Path) -> None:
    """As a copy that a full disk ended."""
    original = path.resolve().read_bytes()
    path.unlink()
    path.write_bytes(original[: len(original) // 2])


def gone(path: Path) -> None:
    """As a cleaner leaves it."""
    path.unlink()


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Damage a file of a package, for this process's finder and those it starts."""
    shelf = tmp_path / "packages"

    def put(package: str, file: str, damage: Damage) -> None:
        spec = importlib.util.find_spec(package)
        assert spec is not None
        (folder,) = spec.submodule_search_locations or ()
        shutil.copytree(folder, shelf / package, copy_function=os.symlink)
        libraries = Path(f"{folder}.libs")
        if libraries.exists():
            (shelf / libraries.name).symlink_to(libraries)
        damage(shelf / package / file)
        # What is imported already is not looked for anew.
        monkeypatch.delitem(sys.modules, package, raising=False)
        monkeypatch.setenv("PYTHONPATH", str(shelf))
        monkeypatch.syspath_prepend(str(shelf))

    return put

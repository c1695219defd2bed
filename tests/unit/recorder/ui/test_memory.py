"""What is remembered between two starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from recorder.ui.memory import MAX_SCALE, MIN_SCALE, NORMAL_SCALE, Memory, fit_scale


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def test_the_last_server_comes_before_the_institutions_own(settings: QSettings) -> None:
    assert Memory(settings).server == ""
    memory = Memory(settings, "https://own.example")
    assert memory.server == "https://own.example"
    memory.server = "https://last.example"
    settings.sync()
    again = QSettings(settings.fileName(), QSettings.Format.IniFormat)
    assert Memory(again, "https://own.example").server == "https://last.example"


def test_the_size_of_text_is_kept_and_always_sensible(settings: QSettings) -> None:
    memory = Memory(settings)
    assert memory.scale == NORMAL_SCALE
    memory.scale = 1.5
    assert memory.scale == 1.5
    for damaged, used in (("40", MAX_SCALE), ("-1", MIN_SCALE), ("nan", 1.0), ("x", 1.0)):
        settings.setValue("text-scale", damaged)
        assert memory.scale == used


def test_steps_of_size_do_not_drift() -> None:
    scale = NORMAL_SCALE
    for _ in range(30):
        scale = fit_scale(scale + 0.1)
    assert scale == MAX_SCALE
    for _ in range(10):
        scale = fit_scale(scale - 0.1)
    assert scale == NORMAL_SCALE

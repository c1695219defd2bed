"""The size of text that is remembered, on a desktop that has fonts of its own for controls."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from demo.machine import virtual_display

SCRIPT = """
import json
from PySide6.QtWidgets import QApplication, QLabel
from recorder.ui.style.theme import Theme
from recorder.ui.widgets.button import Button

application = QApplication([])
Theme(application, application, 2.0)
label, button = QLabel("words"), Button("press", print)
for one in (label, button):
    one.ensurePolished()
print(json.dumps([one.fontInfo().pixelSize() for one in (label, button)]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="desktops with fonts for each control")
def test_large_text_is_large_from_the_start_on_gnome(tmp_path: Path) -> None:
    if missing := [name for name in ("Xvfb", "openbox") if shutil.which(name) is None]:
        pytest.skip(f"{', '.join(missing)} not installed")
    with virtual_display("640x480x24") as display:
        environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_CURRENT_DESKTOP": "GNOME",
            "XDG_CONFIG_HOME": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    label, button = json.loads(done.stdout)
    assert label == button >= 28

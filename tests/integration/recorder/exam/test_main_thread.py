"""What is to be done on Qt's main thread, while its loop runs and once that has ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

# Whoever waits in vain waits for longer than the test does.
PROGRAM = """
import json, threading, time
import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from recorder.exam import operations

operations.ANSWER_S = 600.0
application = QApplication([])
main = operations.MainThread(application)
said = {}

def tell(name):
    on_main = []
    here = lambda: threading.current_thread() is threading.main_thread()
    said[name] = [main.do(lambda: on_main.append(here())), on_main]

def run(name):
    thread = threading.Thread(target=tell, args=(name,))
    thread.start()
    return thread

def begin():
    running = run("in the loop")
    QTimer.singleShot(0, lambda: end(running))

def end(running):
    if running.is_alive():
        QTimer.singleShot(1, lambda: end(running))
        return
    threads.append(run("as it ends"))
    while not main._jobs:
        time.sleep(0.001)
    application.exit()

threads = []
QTimer.singleShot(0, begin)
application.exec()
shiboken6.delete(main)  # with the window that it is made for
threads.append(run("after it"))
for thread in threads:
    thread.join()
print(json.dumps(said))
"""


def test_nobody_waits_for_a_loop_that_has_ended() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    assert said == {
        "in the loop": [True, [True]],
        "as it ends": [False, []],
        "after it": [False, []],
    }

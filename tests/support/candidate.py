"""A candidate at the real app: a desk, a camera, the keyboard, and what the screen says.

What stands in front is known by its title, as a person knows it; the app is not asked.
"""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from demo.programs import BIN, Programs
from support.desk import Desk
from support.waiting import until
from Xlib import X
from Xlib.error import XError

# The app's start, a policy's signature, a photograph: on a busy machine all take longer.
PATIENT_S = 60.0

# Between two keys that are pressed until something comes of them, seconds.
AGAIN_S = 0.7

# Likewise where a second time might undo the first.
AT_EASE_S = 6.0

ATOMS = ("_NET_ACTIVE_WINDOW", "_NET_WM_NAME", "UTF8_STRING")


class Candidate:
    """One person's run of the app on a desk."""

    def __init__(self, process: subprocess.Popen[str], desk: Desk, said: Path) -> None:
        self.process, self.desk, self._said = process, desk, said
        self._atoms = {name: desk.x.intern_atom(name) for name in ATOMS}

    @property
    def said(self) -> str:
        """What the app wrote on its standard error."""
        return self._said.read_text()

    @property
    def alive(self) -> bool:
        """Whether the app runs."""
        return self.process.poll() is None

    def title(self) -> str:
        """Of the window in front; empty where there is none."""
        active, name, text = (self._atoms[atom] for atom in ATOMS)
        found = self.desk.x.screen().root.get_full_property(active, 0)
        if found is None or not found.value[0]:
            return ""
        window = self.desk.x.create_resource_object("window", found.value[0])
        try:
            told = window.get_full_property(name, text)
        except XError:  # it has gone meanwhile
            return ""
        return "" if told is None else told.value.decode()

    def press(self, *keys: str) -> None:
        """Keys as from a keyboard."""
        self.desk.type("key", "--delay", "40", *keys)

    def reach(self, title: str, *keys: str) -> None:
        """Wait until a window of that title is in front; press keys until it is."""

        def there() -> bool:
            assert self.alive, f"the app has ended:\n{self.said}"
            return title in self.title()

        for _ in range(round(PATIENT_S / AGAIN_S)):
            if there():
                return
            if keys:
                self.press(*keys)
            try:
                until(there, seconds=AGAIN_S)
            except AssertionError:
                continue
        raise AssertionError(f"{title!r} not reached from {self.title()!r}:\n{self.said}")

    def press_for(self, condition: Callable[[], bool], what: str, *keys: str) -> None:
        """Press keys, and again after a while, until something has come of them."""
        for _ in range(round(PATIENT_S / AT_EASE_S)):
            self.press(*keys)
            try:
                until(condition, what, AT_EASE_S)
            except AssertionError:
                continue
            return
        raise AssertionError(f"{what} did not come about:\n{self.said}")

    def kill(self) -> None:
        """As by a crash of the app: of no process but its first."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def shows(self, colour: tuple[int, int, int]) -> bool:
        """Whether anything on the display has this colour."""
        root = self.desk.x.screen().root
        size = root.get_geometry()
        seen = root.get_image(0, 0, size.width, size.height, X.ZPixmap, 0xFFFFFFFF)
        pixels = np.frombuffer(seen.data, np.uint8).reshape(-1, 4)[:, 2::-1]
        return bool((pixels == colour).all(axis=1).any())

    def picture(self, path: Path) -> None:
        """Keep the whole display as it looks now."""
        path.parent.mkdir(parents=True, exist_ok=True)
        command = ["import", "-window", "root", str(path)]
        subprocess.run(command, env=self.desk.environ, check=True, timeout=30)


@contextmanager
def candidate(
    programs: Programs, desk: Desk, home: Path, camera: Path, *arguments: str
) -> Iterator[Candidate]:
    """Start the app on the desk; ended with the block, with all that it started.

    What it keeps is in ``home``, so that another one there finds what the first has left.
    """
    (home / "Documents").mkdir(parents=True, exist_ok=True)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    desk.journals = home / "state" / "invigil" / "lockdown"
    said = home / "app.txt"
    environment = {
        **desk.environ,
        "INVIGIL_CAMERA": f"file:{camera}",
        "INVIGIL_STORE": str(home / "recorder"),
        "INVIGIL_SPREAD_S": "0.5",
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "QT_QPA_PLATFORM": "xcb",
    }
    with said.open("a") as errors:
        process = subprocess.Popen(
            [str(BIN / "invigil-recorder"), *arguments],
            env=environment,
            stdout=errors,
            stderr=errors,
            text=True,
        )
    one = Candidate(process, desk, said)
    try:
        yield one
    finally:
        rest = psutil.Process(process.pid).children(recursive=True) if one.alive else []
        process.kill()
        process.wait()
        for child in rest:
            with suppress(psutil.NoSuchProcess):
                child.kill()


def sign(programs: Programs, exam: str, **changes: Any) -> None:
    """Give an exam other rules, by the server's own commands."""
    terms = json.loads(programs.server_command("admin", "policy", "show", exam))
    file = programs.folder / "terms.json"
    file.write_text(json.dumps({**terms, **changes}))
    programs.server_command("admin", "policy", "sign", exam, str(file))

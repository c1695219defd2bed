"""A display and sound where the machine has none, ended with the demo."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

SCREEN = "1280x800x24"
_STOP_S = 5.0


@contextmanager
def process(command: list[str], **options: object) -> Iterator[subprocess.Popen[str]]:
    """A child that is ended, by its own id, when the block is left."""
    child = subprocess.Popen(command, text=True, **options)  # type: ignore[call-overload]
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


@contextmanager
def display(screen: str = SCREEN) -> Iterator[str]:
    """The machine's display, or a virtual one with a window manager."""
    if own := os.environ.get("DISPLAY"):
        yield own
        return
    with virtual_display(screen) as name:
        yield name


@contextmanager
def virtual_display(screen: str = SCREEN) -> Iterator[str]:
    """Xvfb on a free display, with openbox."""
    for program in ("Xvfb", "openbox"):
        if shutil.which(program) is None:
            raise FileNotFoundError(f"{program} is not installed (on Debian: apt install)")
    read, write = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(write),
        "-screen",
        "0",
        screen,
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with process(command, pass_fds=(write,), **quiet):
        os.close(write)
        with os.fdopen(read) as numbers:
            name = f":{numbers.readline().strip()}"
        environment = {**os.environ, "DISPLAY": name}
        with process(["openbox"], env=environment, **quiet):
            yield name

"""A PulseAudio of our own whose microphone hears what is played: real devices, no hardware."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from demo.machine import process
from numpy.typing import NDArray

RATE = 48_000
_START_S = 60.0

_PLAY = ["pacat", "--latency-msec=20", "--raw", f"--rate={RATE}", "--channels=1"]
_PLAY += ["--format=s16le"]


@dataclass(frozen=True, slots=True)
class SoundServer:
    """A running server. ``address`` goes into PULSE_SERVER; ``pid`` is there to be killed."""

    address: str
    pid: int

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "PULSE_SERVER": self.address}

    @contextmanager
    def playing(self, samples: NDArray[np.int16], path: Path) -> Iterator[None]:
        """Play 48 kHz mono samples into the microphone while the block runs."""
        path.write_bytes(samples.tobytes())
        with process([*_PLAY, str(path)], env=self.environ):
            yield


def missing() -> str | None:
    """What the machine lacks for this, if anything."""
    lacking = [name for name in ("pulseaudio", "pacat", "pactl") if not shutil.which(name)]
    return f"not installed: {', '.join(lacking)}" if lacking else None


@contextmanager
def sound_server(folder: Path) -> Iterator[SoundServer]:
    """Start PulseAudio with one null sink, whose monitor is the default microphone.

    Without rewinds the sink works in blocks of 50 ms; with them, in blocks of 2 s, which
    no microphone does.
    """
    script = folder / "default.pa"
    address = f"unix:{folder / 'native'}"
    script.write_text(
        f"load-module module-null-sink sink_name=exam norewinds=1 rate={RATE} channels=1\n"
        f"load-module module-native-protocol-unix socket={folder / 'native'} auth-anonymous=1\n"
        "set-default-sink exam\n"
        "set-default-source exam.monitor\n"
    )
    command = ["pulseaudio", "--system=false", "-n", "--exit-idle-time=-1", "--daemonize=no"]
    command += ["--use-pid-file=no", "-F", str(script)]
    own = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"), str(folder))
    log = (folder / "log").open("w")
    with log, process(command, env={**os.environ, **own}, stderr=log, stdout=log) as daemon:
        server = SoundServer(address, daemon.pid)
        _wait_until_up(server, folder)
        yield server


def _wait_until_up(server: SoundServer, folder: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        asked = subprocess.run(
            ["pactl", "info"], env=server.environ, capture_output=True, check=False
        )
        if asked.returncode == 0:
            return
        time.sleep(0.05)
    raise TimeoutError((folder / "log").read_text())

"""All facts of a Linux machine, from injected roots, environment and programs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from recorder.lockdown.adapter import Process
from recorder.lockdown.environment.facts import Device, Devices, Facts, InUse
from recorder.lockdown.linux.connections import read_ports
from recorder.lockdown.linux.hardware import read_hardware
from recorder.lockdown.linux.remote import read_session
from recorder.lockdown.linux.roots import entries, text
from recorder.lockdown.linux.tracing import read_tracing
from shared.flags import Kind

# These programs answer in milliseconds; what takes longer hangs (s).
_ANSWER_S = 2.0

Ask = Callable[[Sequence[str]], str]


def ask(command: Sequence[str]) -> str:
    """What a program of the system prints; nothing where it is not there or does not say."""
    program = shutil.which(command[0])
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  (found where programs are, with fixed arguments)
            [program, *command[1:]],
            capture_output=True,
            text=True,
            timeout=_ANSWER_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


class LinuxFacts:
    """The facts of one machine; what does not change while it runs is asked for once."""

    def __init__(
        self,
        environ: Mapping[str, str],
        used: InUse = dict,
        root: Path = Path("/"),
        ask: Ask = ask,
    ) -> None:
        """Look below ``root`` when asked.

        Args:
            environ: this program's environment.
            used: the names of what the session records from.
            root: ``/``.
            ask: what a program of the system prints, as `ask`.
        """
        self._environ = environ
        self._used = used
        self._root = root
        self._ask = ask
        self._detected: str | None = None

    def facts(self, processes: Sequence[Process]) -> Facts:
        """All that can be told just now."""
        ports = read_ports(self._root)
        return Facts(
            hardware=read_hardware(self._root, self._detect),
            session=read_session(self._root, self._environ, processes, ports),
            devices=self._devices(),
            tracing=read_tracing(self._root, self._environ, ports),
        )

    def _detect(self) -> str:
        if self._detected is None:
            self._detected = self._ask(("systemd-detect-virt", "--vm"))
        return self._detected

    def lacks(self) -> Mapping[Kind, str]:
        """Nothing: what it cannot read is not there."""
        return {}

    def _devices(self) -> Devices:
        cameras = tuple(
            self._camera(one)
            for one in entries(self._root / "sys/class/video4linux")
            if text(one / "index") in ("", "0")
        )
        source = self._ask(("pactl", "get-default-source"))
        # A monitor gives what is played, not what is said: no room is to be heard in it.
        monitor = Device(source, software=True, used=True)
        return Devices(cameras, (monitor,) if source.endswith(".monitor") else ())

    def _camera(self, entry: Path) -> Device:
        name = text(entry / "name")
        software = "/devices/virtual/" in str(entry.resolve())
        return Device(name, software, used=name == self._used().get("camera"))

"""A Linux machine below a folder: files of /proc, /sys and /run as a test wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from recorder.lockdown.adapter import Process
from recorder.lockdown.environment.facts import Facts
from recorder.lockdown.linux.facts import LinuxFacts
from shared.records import StreamName

# A laptop: a processor without the flag, a maker, one PCI device of Intel, a real network card.
LAPTOP = {
    "proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu vme sse2\n\nprocessor\t: 1\n",
    "proc/self/status": "Name:\tpython\nTracerPid:\t0\n",
    "proc/self/maps": "7f0-7f1 r-xp 0 08:01 1 /usr/lib/libc.so.6\n",
    "proc/net/tcp": "  sl  local_address rem_address   st\n",
    "sys/class/dmi/id/sys_vendor": "LENOVO\n",
    "sys/class/dmi/id/product_name": "20XW00A1GE\n",
    "sys/bus/pci/devices/0000:00:02.0/vendor": "0x8086\n",
    "sys/class/net/wlan0/address": "a4:b1:c1:00:11:22\n",
    "sys/class/net/wlan0/device/vendor": "0x8086\n",
    "sys/class/net/vboxnet0/address": "08:00:27:00:00:01\n",
}


class FakeLinux:
    """One machine; ``said`` is what programs of the system print."""

    def __init__(self, root: Path, files: Mapping[str, str] = LAPTOP) -> None:
        self.root = root
        self.environ: dict[str, str] = {"DISPLAY": ":0"}
        self.said: dict[str, str] = {"systemd-detect-virt": "none"}
        self.used: dict[StreamName, str] = {}
        self.asked: list[str] = []
        for path, text in files.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        """Put a file below the root."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def facts(self, processes: Sequence[Process] = ()) -> Facts:
        """What the reader finds there."""
        return self.reader().facts(processes)

    def reader(self) -> LinuxFacts:
        """The reader of this machine."""
        return LinuxFacts(self.environ, lambda: self.used, self.root, self._ask)

    def _ask(self, command: Sequence[str]) -> str:
        self.asked.append(command[0])
        return self.said.get(command[0], "")

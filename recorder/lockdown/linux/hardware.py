"""What this Linux machine is made of, from ``/proc`` and ``/sys``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from recorder.lockdown.environment.facts import Hardware
from recorder.lockdown.linux.roots import entries, text

_FIRMWARE = ("sys_vendor", "product_name", "board_vendor", "bios_vendor", "chassis_vendor")

# Makers of PCI devices (pci.ids) that are sold inside hypervisors alone.
_PCI_MAKERS = {
    "0x1af4": "virtio",
    "0x15ad": "VMware",
    "0x80ee": "VirtualBox",
    "0x5853": "Xen",
    "0x1ab8": "Parallels",
    "0x1b36": "QEMU",
}

# Buses that a kernel has only below a hypervisor.
_BUSES = {"virtio": "virtio", "vmbus": "Hyper-V", "xen": "Xen"}


def read_hardware(root: Path, detect: Callable[[], str]) -> Hardware:
    """Look at processor, firmware, buses and network below ``root``.

    Args:
        root: ``/``.
        detect: what the system's own detector says: a word, ``none``, or nothing.
    """
    said = detect()
    return Hardware(
        hypervisor=_hypervisor(root),
        maker=tuple(
            name for file in _FIRMWARE if (name := text(root / "sys/class/dmi/id" / file))
        ),
        buses=_buses(root),
        addresses=_addresses(root),
        detected="" if said == "none" else said,
        container=_container(root),
    )


def _hypervisor(root: Path) -> bool:
    """x86 has a flag; ARM's firmware names the hypervisor; Xen says so itself."""
    flags = (
        line.partition(":")[2].split()
        for line in text(root / "proc/cpuinfo").splitlines()
        if line.startswith("flags")
    )
    named = (root / "proc/device-tree/hypervisor", root / "sys/hypervisor/type")
    return "hypervisor" in next(flags, []) or any(path.exists() for path in named)


def _buses(root: Path) -> tuple[str, ...]:
    buses = (
        name for bus, name in _BUSES.items() if entries(root / "sys/bus" / bus / "devices")
    )
    vendors = (text(device / "vendor") for device in entries(root / "sys/bus/pci/devices"))
    makers = (_PCI_MAKERS[vendor] for vendor in vendors if vendor in _PCI_MAKERS)
    return tuple(dict.fromkeys((*buses, *makers)))


def _addresses(root: Path) -> tuple[str, ...]:
    """Of network devices that hang at a bus: a program that holds guests makes others."""
    devices = entries(root / "sys/class/net")
    return tuple(text(one / "address") for one in devices if (one / "device").exists())


def _container(root: Path) -> str:
    """What runs a container leaves a file of its own in it (systemd, virt.c)."""
    if said := text(root / "run/systemd/container"):
        return said
    if (root / "run/.containerenv").exists():
        return "podman"
    return "docker" if (root / ".dockerenv").exists() else ""

"""Who listens and who is connected, from ``/proc/net/tcp``; ports and nothing about people."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from recorder.lockdown.linux.roots import text

# States of linux/tcp_states.h, as the table prints them.
_ESTABLISHED, _LISTEN = "01", "0A"


@dataclass(frozen=True, slots=True)
class Ports:
    """Local ports: that are listened at, and that another computer is connected to."""

    listening: frozenset[int]
    reached: frozenset[int]


def read_ports(root: Path) -> Ports:
    """Both tables of TCP below ``root``; what cannot be read is left out."""
    listening: set[int] = set()
    reached: set[int] = set()
    for table in ("tcp", "tcp6"):
        for line in text(root / "proc/net" / table).splitlines()[1:]:
            fields = line.split()
            if len(fields) < 4:
                continue
            local, remote, state = fields[1:4]
            port = int(local.rpartition(":")[2], 16)
            if state == _LISTEN:
                listening.add(port)
            elif state == _ESTABLISHED and not _is_here(remote):
                reached.add(port)
    return Ports(frozenset(listening), frozenset(reached))


def _is_here(endpoint: str) -> bool:
    """Whether an address is this computer's own; words of 4 bytes, each little-endian."""
    raw = bytes.fromhex(endpoint.partition(":")[0])
    ordered = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    if len(ordered) == 4:
        return IPv4Address(ordered).is_loopback
    address = IPv6Address(ordered)
    return address.is_loopback or bool(address.ipv4_mapped and address.ipv4_mapped.is_loopback)

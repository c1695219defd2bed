"""What a platform found out about itself, before anybody judges it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from recorder.lockdown.adapter import Process
from shared.flags import Kind
from shared.records import StreamName

# The names of what the session records from, by stream; asked anew each time.
InUse = Callable[[], Mapping[StreamName, str]]


@dataclass(frozen=True, slots=True)
class Hardware:
    """What the machine says that it is made of.

    Attributes:
        hypervisor: the processor says that it runs under one.
        hypervisor_usual: honest machines of this system run under one, too (Windows protects
            itself with Hyper-V).
        maker: what firmware calls maker, product and board, where it says so.
        buses: makers of devices that only virtual machines have, in words.
        addresses: hardware addresses of the network devices that are no software.
        detected: what the system's own detector says, a word; empty for nothing.
        container: what sort of container this is, a word; empty for none.
    """

    hypervisor: bool = False
    hypervisor_usual: bool = False
    maker: tuple[str, ...] = ()
    buses: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    detected: str = ""
    container: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """From where somebody uses this machine.

    Attributes:
        remote: the system says that this session is a remote one.
        said_by: what said so, in words; with ``remote``.
        variables: names of variables that remote logins have, in this environment.
        served_by: the program that shows this desktop elsewhere, where one does.
        forwarded: the display is another computer's.
        unseen_by: the program that keeps the display in memory alone, where one does.
        no_display: there is none at all.
        connected: services for remote desktops that somebody is connected to, in words.
    """

    remote: bool = False
    said_by: str = ""
    variables: tuple[str, ...] = ()
    served_by: str = ""
    forwarded: bool = False
    unseen_by: str = ""
    no_display: bool = False
    connected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A camera or microphone.

    ``software`` is where the system says that it is a program's, ``used`` where this session
    records from it.
    """

    name: str
    software: bool = False
    used: bool = False


@dataclass(frozen=True, slots=True)
class Devices:
    """The cameras and microphones that are known of."""

    cameras: tuple[Device, ...] = ()
    microphones: tuple[Device, ...] = ()

    @classmethod
    def in_use(cls, names: Mapping[StreamName, str]) -> Devices:
        """Those that the session records from, where nobody lists the others."""
        cameras, microphones = (
            (Device(names[stream], used=True),) if stream in names else ()
            for stream in ("camera", "microphone")
        )
        return cls(cameras, microphones)


@dataclass(frozen=True, slots=True)
class Tracing:
    """Who looks into this very program.

    Attributes:
        tracer: the name of the process that traces it; empty for none.
        traced: the system says that it is traced, whoever by.
        preloaded: libraries that a variable puts into it.
        mapped: names of loaded libraries that instrument programs.
        ports: local ports that tools for it listen at.
    """

    tracer: str = ""
    traced: bool = False
    preloaded: tuple[str, ...] = ()
    mapped: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one look at a platform found out."""

    hardware: Hardware = Hardware()
    session: Session = Session()
    devices: Devices = Devices()
    tracing: Tracing = Tracing()


# Where a camera is a number alone, its name never says that it is a program's.
NAMELESS: Mapping[Kind, str] = {
    Kind.VIRTUAL_CAMERA: "cameras have no names here; one that is a program's is told by its"
    " picture alone"
}


class FactReader(Protocol):
    """A platform's way to find out."""

    def facts(self, processes: Sequence[Process]) -> Facts:
        """All that can be told just now of what runs; what cannot be read is left out."""
        ...

    def lacks(self) -> Mapping[Kind, str]:
        """The kinds that it has only some facts about, each with what is missing."""
        ...


@dataclass(frozen=True, slots=True)
class Altered:
    """Installed files beside their list: which differ, and whether there is a list at all.

    ``expected`` is whether this program was installed with one (a packaged app is; one that
    runs from its source is not).
    """

    changed: Sequence[str] = ()
    listed: bool = True
    expected: bool = False


class ManifestCheck(Protocol):
    """Compares the installed program with the list of files that it was installed with."""

    def altered(self) -> Altered:
        """What differs just now."""
        ...

"""From facts to signs: which fact speaks for what, and how much. Pure; weights in `signs`.

A candidate reads the reasons too: each stands whole in a pair with its weight, where
`make texts` gathers it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from recorder.lockdown.adapter import Process
from recorder.lockdown.assistive import stem
from recorder.lockdown.environment.facts import (
    Altered,
    Device,
    Devices,
    Facts,
    Hardware,
    Session,
    Tracing,
)
from recorder.lockdown.environment.signs import (
    CERTAIN,
    DOUBTFUL,
    FAINT,
    LIKELY,
    STRONG,
    USUAL,
    Sign,
)
from shared.flags import Kind

# What hypervisors write where a maker of computers writes its name (systemd, virt.c, has most
# of them); "virtual machine" is Hyper-V's product under the name of a maker of real ones.
_VIRTUAL_MAKERS = (
    "qemu", "kvm", "vmware", "vmw", "virtualbox", "innotek", "oracle vm", "xen", "bochs",
    "parallels", "bhyve", "amazon ec2", "google compute engine", "openstack", "hvm domu",
    "virtual machine", "virtualmac", "apple virtualization", "firecracker", "utm",
)  # fmt: skip

# The first three bytes of network addresses that hypervisors give to their guests (IEEE's
# registry; 52:54:00 is QEMU's own, local one).
_VIRTUAL_ADDRESSES = {
    "00:05:69": "VMware", "00:0c:29": "VMware", "00:50:56": "VMware", "00:1c:14": "VMware",
    "08:00:27": "VirtualBox", "52:54:00": "QEMU", "00:15:5d": "Hyper-V",
    "00:1c:42": "Parallels", "00:16:3e": "Xen",
}  # fmt: skip

# What programs that offer a picture or a sound as a device call it.
_VIRTUAL_DEVICES = (
    "obs", "manycam", "snap camera", "xsplit", "droidcam", "iriun", "epoccam", "e2esoft",
    "vcam", "virtual cam", "dummy video device", "loopback", "splitcam", "youcam", "akvcam",
    "mmhmm", "virtual audio", "vb-audio", "vb-cable", "cable output", "voicemeeter",
    "blackhole", "soundflower", "null output", "null sink", "monitor of",
)  # fmt: skip

# Words that honest makers' names begin with, too: OBSBOT's are real cameras.
_WHOLE_WORDS = frozenset({"obs"})

# Tools that look into other programs, by the names of their processes.
_DEBUGGERS = frozenset({
    "gdb", "lldb", "rr", "edb", "frida", "frida-server", "frida-helper", "ida", "ida64",
    "idaq64", "x64dbg", "x32dbg", "ollydbg", "windbg", "windbgx", "cheatengine",
    "cheatengine-x86_64", "ghidra", "radare2", "r2", "hopper", "processhacker",
})  # fmt: skip

_UNALTERED = Altered()


def judged(
    facts: Facts,
    processes: Iterable[Process] = (),
    altered: Altered = _UNALTERED,
    is_ours: Callable[[int], bool] = lambda _pid: False,
) -> tuple[Sign, ...]:
    """Every sign of the five kinds that facts, programs and files give."""
    return (
        *virtual_machine(facts.hardware),
        *remote_session(facts.session),
        *virtual_devices(facts.devices),
        *debugger(facts.tracing, processes, is_ours),
        *altered_program(altered),
    )


def virtual_machine(hardware: Hardware) -> list[Sign]:
    """Signs of a virtual machine: the processor, the firmware, devices, the network."""
    found: list[tuple[str, float]] = []
    if hardware.hypervisor:
        weight = FAINT if hardware.hypervisor_usual else DOUBTFUL
        found.append(("the processor runs under a hypervisor", weight))
    makers = [name for name in hardware.maker if _names(_VIRTUAL_MAKERS, name)]
    if makers:
        found.append((f"the firmware calls this machine “{makers[0]}”", LIKELY))
    if hardware.buses:
        found.append((f"it has devices of {', '.join(hardware.buses)}", DOUBTFUL))
    guests = {_VIRTUAL_ADDRESSES.get(one[:8].casefold()) for one in hardware.addresses} - {None}
    found += [
        (f"its network address is one that {guest} gives", USUAL)
        for guest in sorted(str(one) for one in guests)
    ]
    # The system's detector looks at processor and firmware itself: it counts where we saw none.
    if hardware.detected and not (hardware.hypervisor or makers):
        found.append((f"the system says that it is virtual ({hardware.detected})", LIKELY))
    if hardware.container:
        found.append((f"it is a container ({hardware.container})", USUAL))
    return [Sign(Kind.VIRTUAL_MACHINE, *one) for one in found]


def remote_session(session: Session) -> list[Sign]:
    """Signs that whoever sits here sits elsewhere."""
    found: list[tuple[str, float]] = []
    if session.remote:
        found.append((f"{session.said_by} says that this session is remote", CERTAIN))
    if session.variables:
        found.append((f"the session has {', '.join(session.variables)}", LIKELY))
    if session.served_by:
        found.append((f"{session.served_by} shows this desktop elsewhere", CERTAIN))
    if session.forwarded:
        found.append(("the display is on another computer", STRONG))
    if session.unseen_by:
        found.append((f"the display is {session.unseen_by}'s, on no screen", LIKELY))
    if session.no_display:
        # A server's: nobody sits in front of it, but nobody works from elsewhere either.
        found.append(("there is no display", USUAL))
    found += [(f"somebody is connected to {service}", STRONG) for service in session.connected]
    return [Sign(Kind.REMOTE_SESSION, *one) for one in found]


def virtual_devices(devices: Devices) -> list[Sign]:
    """Signs that camera or microphone is a program: strong where it is the one in use.

    A camera that is only there counts a little, however many there are of them (video calls
    bring one); a microphone does not, as every sound system has some that are programs.
    """
    cameras = [one for one in devices.cameras if _is_programs(one)]
    microphones = [one for one in devices.microphones if _is_programs(one)]
    found = [
        (f"the camera in use, “{one.name}”, is a program's", _weight_in_use(one))
        for one in cameras
        if one.used
    ]
    found += [
        (f"the microphone in use, “{one.name}”, is a program's", _weight_in_use(one))
        for one in microphones
        if one.used
    ]
    idle = [f"“{one.name}”" for one in cameras if not one.used]
    if idle:
        found.append((f"a program offers a camera: {', '.join(idle)}", USUAL))
    return [Sign(Kind.VIRTUAL_CAMERA, *one) for one in found]


def _weight_in_use(device: Device) -> float:
    return CERTAIN if device.software else STRONG


def _is_programs(device: Device) -> bool:
    return device.software or _names(_VIRTUAL_DEVICES, device.name)


def debugger(
    tracing: Tracing, processes: Iterable[Process], is_ours: Callable[[int], bool]
) -> list[Sign]:
    """Signs that somebody looks into this program, or could at once."""
    found: list[tuple[str, float]] = []
    if tracing.tracer:
        found.append((f"“{tracing.tracer}” traces this program", CERTAIN))
    elif tracing.traced:
        found.append(("another program traces this program", CERTAIN))
    found += [(f"{name} is loaded into this program", CERTAIN) for name in tracing.mapped]
    if tracing.preloaded:
        found.append((f"started with {', '.join(tracing.preloaded)} put into it", USUAL))
    found += [
        (f"a tool for changing programs listens at {port}", LIKELY) for port in tracing.ports
    ]
    running = (
        one for one in processes if stem(one.name) in _DEBUGGERS and not is_ours(one.pid)
    )
    for name in sorted({one.name for one in running}):
        found.append((f"a tool that looks into programs runs: {name}", USUAL))
    return [Sign(Kind.DEBUGGER, *one) for one in found]


# A reviewer needs to see which files, not all of them.
_FILES_NAMED = 5


def altered_program(altered: Altered) -> list[Sign]:
    """Signs that the installed program is not as it was installed."""
    found: list[tuple[str, float]] = []
    if altered.changed:
        shown = ", ".join(altered.changed[:_FILES_NAMED])
        more = len(altered.changed) - _FILES_NAMED
        if more > 0:
            found.append((f"installed files were changed: {shown} and {more} more", CERTAIN))
        else:
            found.append((f"installed files were changed: {shown}", CERTAIN))
    if altered.expected and not altered.listed:
        found.append(("the list of installed files is gone", LIKELY))
    return [Sign(Kind.ALTERED_PROGRAM, *one) for one in found]


def _names(patterns: tuple[str, ...], name: str) -> bool:
    """Whether one of the patterns begins a word of a name, or is one where it has to be."""
    folded = name.casefold()
    return any(re.search(_pattern(one), folded) for one in patterns)


def _pattern(words: str) -> str:
    end = r"\b" if words in _WHOLE_WORDS else ""
    return rf"\b{re.escape(words)}{end}"

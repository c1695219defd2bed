"""Who looks into this program on Linux."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recorder.lockdown.environment.facts import Tracing
from recorder.lockdown.linux.connections import Ports
from recorder.lockdown.linux.roots import text

# Variables of ld.so(8) that put libraries into a program.
_PRELOADS = ("LD_PRELOAD", "LD_AUDIT")

# What instruments a running program leaves its name among the files that are loaded.
_INSTRUMENTS = ("frida-agent", "frida-gadget", "libfrida", "linjector")

# frida-server's and gadget's own ports, and IDA's remote debugger's.
_TOOL_PORTS = frozenset({27042, 27043, 23946})


def read_tracing(root: Path, environ: Mapping[str, str], ports: Ports) -> Tracing:
    """Look at this process's tracer, its libraries and the ports of known tools."""
    tracer = _tracer(root)
    return Tracing(
        tracer=tracer,
        traced=bool(tracer),
        preloaded=_preloaded(environ),
        mapped=_mapped(root),
        ports=tuple(sorted(ports.listening & _TOOL_PORTS)),
    )


def _tracer(root: Path) -> str:
    """The tracer's name, from the kernel (proc_pid_status(5), TracerPid)."""
    for line in text(root / "proc/self/status").splitlines():
        name, _, value = line.partition(":")
        if name == "TracerPid" and value.strip() not in ("", "0"):
            return text(root / "proc" / value.strip() / "comm") or f"process {value.strip()}"
    return ""


def _preloaded(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The libraries' names without their folders, which may name the user."""
    paths = (
        path
        for variable in _PRELOADS
        for path in environ.get(variable, "").replace(":", " ").split()
    )
    return tuple(dict.fromkeys(Path(path).name for path in paths))


def _mapped(root: Path) -> tuple[str, ...]:
    files = {Path(line.split()[-1]).name for line in text(root / "proc/self/maps").splitlines()}
    known = (one for one in files if one.casefold().startswith(_INSTRUMENTS))
    return tuple(sorted(known))

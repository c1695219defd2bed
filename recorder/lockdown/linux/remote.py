"""From where this Linux desktop is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from recorder.lockdown.adapter import Process
from recorder.lockdown.environment.facts import Session
from recorder.lockdown.linux.connections import Ports
from recorder.lockdown.linux.roots import text

# What remote logins set, and what those set that bring a whole desktop.
_LOGINS = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_DESKTOPS = {
    "XRDP_SESSION": "xrdp",
    "XRDP_SOCKET_PATH": "xrdp",
    "X2GO_SESSION": "X2Go",
    "NXSESSIONID": "NoMachine",
    "VNCDESKTOP": "VNC",
    "CHROME_REMOTE_DESKTOP_SESSION": "Chrome Remote Desktop",
}

# X servers whose screen is elsewhere, and those that have none, by their processes' names.
_ELSEWHERE = {
    "xvnc": "VNC",
    "xtigervnc": "VNC",
    "xtightvnc": "VNC",
    "xrealvnc": "VNC",
    "x2goagent": "X2Go",
    "nxagent": "NoMachine",
    "xspice": "SPICE",
}
_NOWHERE = {"xvfb": "Xvfb", "xdummy": "Xdummy"}
DISPLAY_SERVERS = frozenset(_ELSEWHERE) | frozenset(_NOWHERE)

# Ports of services for remote desktops, where they listen unless they are told otherwise.
_SERVICES = {
    **dict.fromkeys(range(5900, 5910), "a VNC server"),
    3389: "a remote desktop server (RDP)",
    4000: "a NoMachine server",
}


def read_session(
    root: Path, environ: Mapping[str, str], processes: Iterable[Process], ports: Ports
) -> Session:
    """Look at the login, the environment, the display's server and who is connected."""
    display = environ.get("DISPLAY", "")
    servers = list(processes)
    desktops = [name for variable, name in _DESKTOPS.items() if environ.get(variable)]
    return Session(
        remote=_login_is_remote(root, environ.get("XDG_SESSION_ID", "")),
        said_by="the login manager",
        variables=tuple(name for name in _LOGINS if environ.get(name)),
        served_by=_server(display, servers, _ELSEWHERE) or next(iter(desktops), ""),
        forwarded=bool(display) and not display.startswith((":", "unix:", "/")),
        unseen_by=_server(display, servers, _NOWHERE),
        no_display=not display and not environ.get("WAYLAND_DISPLAY"),
        connected=tuple(
            dict.fromkeys(
                _SERVICES[port] for port in sorted(ports.reached) if port in _SERVICES
            )
        ),
    )


def _login_is_remote(root: Path, session: str) -> bool:
    """What systemd-logind wrote down of this login (sd-login reads the same file)."""
    if not session.isalnum():
        return False
    return "REMOTE=1" in text(root / "run/systemd/sessions" / session).splitlines()


def _server(display: str, processes: Iterable[Process], names: Mapping[str, str]) -> str:
    """Which of the named servers has this display among its arguments, as ``:1``."""
    number = display.partition(".")[0]
    for process in processes:
        name = names.get(process.name.casefold())
        if name is not None and number and number in process.arguments:
            return name
    return ""

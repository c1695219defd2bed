"""Programs that take the screen's picture, or show it to somebody else, and how they show.

Names are those of the programs' own packages. A name says that a program runs, not that it
looks: services that remote-control programs leave running all the time weigh little.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from recorder.lockdown.adapter import Cast, Process
from recorder.lockdown.assistive import assistive, stem
from recorder.lockdown.environment.signs import CERTAIN, STRONG, USUAL, Sign
from shared.flags import Kind


@dataclass(frozen=True, slots=True)
class _Tools:
    """Programs of one sort: what they do, in words, and how much one of them weighs."""

    does: str
    weight: float
    names: frozenset[str]


def _tools(does: str, weight: float, names: str) -> _Tools:
    return _Tools(does, weight, frozenset(names.split()))


_SORTS = (
    _tools(
        "records or streams the screen",
        STRONG,
        "obs obs64 obs32 obs-studio simplescreenrecorder kazam peek vokoscreenng"
        " recordmydesktop gtk-recordmydesktop gpu-screen-recorder wf-recorder wl-screenrec"
        " green-recorder kooha blue-recorder bdcam bandicam camtasia camrecorder"
        " fraps streamlabs xsplit.core screenstudio cleanshot loom snagit32 snagiteditor",
    ),
    _tools(
        "takes screenshots",
        STRONG,
        "scrot maim flameshot gnome-screenshot spectacle shutter ksnip grim slurp xwd"
        " xfce4-screenshooter mate-screenshot lximage-screenshot deepin-screenshot hyprshot"
        " screencapture screencaptureui snippingtool screenclippinghost sharex greenshot"
        " lightshot picpick import import-im6.q16",
    ),
    _tools(
        "shows or hands this screen to somebody who is connected",
        CERTAIN,
        "teamviewer_desktop x11vnc x0vncserver x0tigervncserver wayvnc krfb cpthost"
        " screenconnect.windowsclient srserver remoting_desktop quickassist msra",
    ),
    _tools(
        "is made to hand this screen to others",
        STRONG,
        "teamviewer anydesk rustdesk parsecd sunshine dwagent nomachine nxplayer aeroadmin"
        " ammyy supremo ultraviewer_desktop ultraviewer hoptodesk splashtop deskin",
    ),
    # Installed for good, and started with the computer: nobody need be connected.
    _tools(
        "waits for remote connections",
        USUAL,
        "teamviewerd teamviewer_service vino-server gnome-remote-desktop-daemon xrdp"
        " xrdp-sesman chrome-remote-desktop-host remoting_host vncserver winvnc tvnserver"
        " srservice nxserver.bin nxnode.bin screenconnect.clientservice",
    ),
)

# Names that on other systems are something else's: on macOS one arranges windows.
_OF_LINUX = frozenset({"spectacle"})

# What these do is in their arguments: each with what makes it a look at the screen.
_INPUTS = frozenset({"x11grab", "kmsgrab", "gdigrab", "ddagrab", "avfoundation", "xcbgrab"})
_SOURCES = ("ximagesrc", "pipewiresrc", "d3d11screencapturesrc", "avfvideosrc", "screen://")
_BY_ARGUMENTS = frozenset({"ffmpeg", "ffplay", "gst-launch-1.0", "vlc", "cvlc"})

# Remote control that waits in the background says so in its arguments.
_WAITING = frozenset({"--service", "--tray", "--server", "--daemon"})

# Programs whose name alone does not tell: their arguments are read, here and nowhere else.
ARGUMENTS_MATTER = _BY_ARGUMENTS | {"anydesk", "rustdesk"}


def capture_signs(
    processes: Iterable[Process],
    is_ours: Callable[[int], bool],
    platform: str = sys.platform,
) -> tuple[Sign, ...]:
    """Signs of `screen_capture` in what runs: one a program's name, ours left out.

    ``platform`` is that of the processes, as ``sys.platform`` names it.
    """
    signs: dict[str, Sign] = {}
    for process in processes:
        found = _sign(process, platform)
        if found is not None and not is_ours(process.pid):
            known = signs.get(process.name)
            if known is None or known.weight < found.weight:
                signs[process.name] = found
    return tuple(signs.values())


def cast_signs(casts: Iterable[Cast], is_ours: Callable[[int], bool]) -> tuple[Sign, ...]:
    """Signs of `screen_capture` in who receives the screen's picture, ours left out."""
    others = (
        cast
        for cast in casts
        if not assistive(cast.program) and (cast.pid is None or not is_ours(cast.pid))
    )
    reasons = dict.fromkeys(
        f"{cast.program or 'a program'} receives the screen" for cast in others
    )
    return tuple(Sign(Kind.SCREEN_CAPTURE, reason, CERTAIN) for reason in reasons)


def _sign(process: Process, platform: str) -> Sign | None:
    name = stem(process.name)
    if assistive(name) or process.suspended:
        return None
    if name in _OF_LINUX and platform != "linux":
        return None
    if name in _BY_ARGUMENTS:
        return _by_arguments(process)
    for sort in _SORTS:
        if name in sort.names:
            waits = _WAITING & {argument.casefold() for argument in process.arguments}
            if waits:
                return _capture(f"{process.name} waits for remote connections", USUAL)
            return _capture(f"{process.name} {sort.does}", sort.weight)
    return None


def _by_arguments(process: Process) -> Sign | None:
    """A tool for any picture, that was told to take the screen's."""
    words = [argument.casefold() for argument in process.arguments]
    grabs = bool(_INPUTS & set(words)) or any(word.startswith(_SOURCES) for word in words)
    if not grabs:
        return None
    return _capture(f"{process.name} takes the screen's picture", CERTAIN)


def _capture(reason: str, weight: float) -> Sign:
    return Sign(Kind.SCREEN_CAPTURE, reason, weight)

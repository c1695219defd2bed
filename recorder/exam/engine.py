"""Whether the browser can be used here, and in which surroundings it runs.

Looked at before the exam, and in a process of its own: an engine that cannot start ends its
process without a word (Chromium aborts where it has no sandbox), which must not be ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, MutableMapping
from importlib.util import find_spec
from pathlib import Path

from recorder.exam import TRIAL_ARGUMENT
from recorder.exam.addresses import Addresses, UnusableSurface
from recorder.faults import EnvironmentFault
from recorder.roles import role_command, role_environment
from shared.policy import Surface

ENGINE = "PySide6.QtWebEngineWidgets"
TRIAL_MODULE = "recorder.exam.trial"

# Starting and showing an empty page takes 1 s; a busy, cold disk takes some more.
TRIAL_S = 30.0

# With these a candidate could steer the browser from outside, or have another one in its place.
FORBIDDEN = (
    "QTWEBENGINE_REMOTE_DEBUGGING",
    "QTWEBENGINE_CHROMIUM_FLAGS",
    "QTWEBENGINE_DISABLE_SANDBOX",
    "QTWEBENGINEPROCESS_PATH",
    "QTWEBENGINE_RESOURCES_PATH",
    "QTWEBENGINE_LOCALES_PATH",
    "QTWEBENGINE_FORCE_USE_GBM",
    "QT_WEBENGINE_DISABLE_NVIDIA_WORKAROUND",
    "SSLKEYLOGFILE",
)
WITHOUT_SANDBOX = "QTWEBENGINE_DISABLE_SANDBOX"


def is_root() -> bool:
    """Whether the program runs as the system's administrator (never so on Windows)."""
    return sys.platform != "win32" and os.geteuid() == 0


def bent(environment: Mapping[str, str], *, root: bool) -> tuple[str, ...]:
    """What of the surroundings changes the engine, a sentence each: for candidates before the
    exam, and for who reviews it.

    Args:
        environment: the process's own.
        root: whether the program runs as root (its sandbox is then off, by our own doing).
    """
    found = [name for name in FORBIDDEN if name in environment]
    said = [
        f"{name} was set, and was taken out: it changes the exam's browser."
        for name in found
        if not (root and name == WITHOUT_SANDBOX)
    ]
    if root:
        said.append("The exam's browser runs without its sandbox, because it runs as root.")
    return tuple(said)


def clean_environment(environment: MutableMapping[str, str], *, root: bool) -> None:
    """Take out what bends the engine; call it before the engine is imported.

    Args:
        environment: the process's own.
        root: whether the program runs as root. Chromium refuses to start then unless its
            sandbox is switched off; nobody else's ever is.
    """
    for name in FORBIDDEN:
        environment.pop(name, None)
    if root:
        environment[WITHOUT_SANDBOX] = "1"


def trouble(surface: Surface) -> EnvironmentFault | None:
    """Why an exam cannot be taken on this computer; blocks for a second, or ``TRIAL_S``.

    ``None`` where it can, or where it needs no browser.
    """
    if surface.kind != "browser":
        return None
    try:
        Addresses.of(surface)
    except UnusableSurface as error:
        return EnvironmentFault(
            f"This exam's rules cannot be used: {error}.",
            "Only your institution can mend that; tell them this sentence.",
        )
    if find_spec("PySide6") is None or find_spec(ENGINE) is None:
        return EnvironmentFault(
            "This exam is taken in Invigil's own browser, which is not part of this "
            "installation.",
            "Install the app that your institution offers for this exam.",
        )
    return _try_out()


def without(surface: Surface) -> tuple[str, ...]:
    """What the policy asks of the browser and cannot be had here, a sentence each."""
    if surface.kind != "browser" or not surface.spell_check or dictionaries():
        return ()
    return ("Spelling cannot be checked: this installation has no dictionaries.",)


def dictionaries() -> tuple[str, ...]:
    """The languages whose spelling can be checked here: the engine's own dictionaries."""
    from PySide6.QtCore import QLibraryInfo

    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.DataPath)
    found = (Path(folder) / "qtwebengine_dictionaries").glob("*.bdic")
    return tuple(sorted(path.stem for path in found))


def _try_out() -> EnvironmentFault | None:
    command = role_command(TRIAL_MODULE, TRIAL_ARGUMENT)
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter)
            command,
            env=role_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TRIAL_S,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        return unstartable(f"it did not start in {TRIAL_S:.0f} seconds")
    except OSError as error:
        return unstartable(str(error))
    return None if done.returncode == 0 else explain(done.stderr.decode(errors="replace"))


def explain(said: str) -> EnvironmentFault:
    """What an engine that did not start said on its way out, in words that help."""
    if "no usable sandbox" in said.lower() or "--no-sandbox" in said:
        return EnvironmentFault(
            "The exam's browser cannot protect itself on this computer: its sandbox is "
            "switched off by the system's settings.",
            "Ask for user namespaces to be allowed for it (on Ubuntu: an AppArmor profile "
            "with “userns”), or use another computer.",
        )
    if "cannot open shared object" in said or "ImportError" in said:
        missing = next((line for line in said.splitlines() if "cannot open" in line), "")
        library = missing.rpartition("ImportError: ")[2].partition(":")[0]
        return unstartable(f"{library or 'a library'} is missing on this computer")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return unstartable(lines[-1][:200] if lines else "it ended without a word")


def unstartable(why: str) -> EnvironmentFault:
    """The engine does not start, or cannot even be loaded."""
    return EnvironmentFault(
        f"The exam's browser cannot be started on this computer: {why}.",
        "Restart the computer and try again, or use another one.",
    )

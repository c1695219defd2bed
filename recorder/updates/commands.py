"""``invigil-recorder updates``: looks for an update from a terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from recorder.brand import App, load_brand
from recorder.evidence.store import session_folders
from recorder.faults import EnvironmentFault
from recorder.installed import installed_root
from recorder.interrupted import is_recording, survey
from recorder.settings import read_settings
from recorder.updates.here import updates_here
from recorder.updates.installing import install as install_fetched
from recorder.updates.looking import Updates
from recorder.updates.news import Fetched, Found, News, Trouble
from recorder.updates.words import told, told_installed

# Exit status where something outside the program is not as needed.
FAULT = 2


def folder_of(sessions: Path, app: App) -> Path:
    """Where updates keep what they keep, beside the folder of all recordings: by program, as
    another institution's recorder beside this one believes another repository.
    """
    return sessions.parent / "updates" / f"{app.bundle}.{app.package}"


def updates_of_this(sessions: Path, may: Callable[[], bool]) -> Updates | None:
    """What looks for updates of the program that runs; ``None`` where it has none.

    Raises:
        EnvironmentFault: the installed program is not whole.
    """
    brand = load_brand()
    return updates_here(brand, installed_root(), folder_of(sessions, brand.app), may)


def look(*, install: bool, language: str) -> int:
    """Look, say what was found, and perhaps install it; a recording that begins stops it.

    Raises:
        EnvironmentFault: it cannot be looked for, or installed.
    """
    sessions = read_settings().root
    before = session_folders(sessions)

    def may() -> bool:
        return session_folders(sessions) == before

    updates = updates_of_this(sessions, may)
    if updates is None:
        raise EnvironmentFault(
            "This program has no updates: it runs from its source, or was built without them.",
            "Whoever installed it brings a newer one.",
        )
    if is_recording(sessions):
        raise EnvironmentFault(
            "An exam is being recorded on this computer.", "Ask again when it is over."
        )
    if survey(sessions).interrupted:
        raise EnvironmentFault(
            "A recording on this computer is not delivered yet.",
            "Deliver it first: invigil-recorder evidence upload",
        )
    news: News | Fetched = updates.look()
    if install and isinstance(news, Found):
        news = updates.fetch(news)
    _say(told(news, language))
    root = installed_root()
    if isinstance(news, Fetched) and root is not None:
        _say(told_installed(install_fetched(news, root, may)))
    return FAULT if isinstance(news, Trouble) else 0


def _say(words: str) -> None:
    Console(highlight=False, markup=False, soft_wrap=True).print(words)

"""What a look for updates came to, in words for a terminal."""

from __future__ import annotations

from recorder.updates.news import (
    Beside,
    ByCommand,
    Fetched,
    Found,
    Installed,
    Nothing,
    NotNow,
    Opened,
    Trouble,
    Wrong,
)

_ADVICE = {
    Wrong.UNREACHABLE: "Try again with a network.",
    Wrong.ABSENT: "Ask your institution whether it still offers updates there.",
    Wrong.EXPIRED: "Check this computer's date; if it is right, tell your institution.",
    Wrong.REPLAYED: "Tell your institution: an old copy is served, by mistake or on purpose.",
    Wrong.FORGED: "Tell your institution, and install nothing that is offered by this address.",
    Wrong.TAMPERED: "Nothing of it was kept. Try again; if it stays so, tell your institution.",
    Wrong.STRANGER: "It was not taken. Tell your institution.",
    Wrong.UNREADABLE: "Tell your institution; a newer program may have to be put in by hand.",
    Wrong.LESSER: "It was not taken. Ask your institution for the build with the browser.",
    Wrong.NO_ROOM: "Make room on the disk and try again.",
    Wrong.UNKEPT: "See whether this user may write into the folder of the recordings.",
}


def told(news: Found | Fetched | Nothing | NotNow | Trouble, language: str = "en") -> str:
    """A sentence or two: what it is, and what to do."""
    match news:
        case Found(release) | Fetched(release):
            back = "An older version is to be gone back to" if release.back else "There is"
            what = f"{back}: version {release.version}, build {release.number}."
            return f"{what}\n{release.told(language)}"
        case Nothing(why):
            return f"There is no update: {why}."
        case NotNow():
            return "Not now: an exam is near, or a recording here is not delivered yet."
        case Trouble(wrong, detail):
            more = f" ({detail})" if detail else ""
            said = f"Nothing is known of updates: {wrong.value}{more}."
            return f"{said} {_ADVICE[wrong]} The program works as it is."


def told_installed(installed: Installed) -> str:
    """What became of it, and what is left to do."""
    match installed:
        case ByCommand(file, command):
            return f"It is here and checked: {file}\nClose Invigil, then run:\n    {command}"
        case Beside(folder, before, back):
            return (
                f"It is in {folder}, and the menu starts it from now on. The version before "
                f"stays in {before}; to go back, run {back}"
            )
        case Opened(file):
            return f"Your system's installer was opened on {file}. Close Invigil to go on."

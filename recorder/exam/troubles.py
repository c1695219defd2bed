"""What can be wrong with a page, in words: what happened, and what to do. No widgets."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate

# Chromium's numbers of network errors (net/base/net_error_list.h).
NAME_NOT_RESOLVED = -105
INTERNET_DISCONNECTED = -106
ADDRESS_UNREACHABLE = -109
TIMED_OUT = frozenset({-7, -118})
UNREACHABLE = frozenset({-21, -100, -101, -102, -103, -104, -109, -324})
NO_NETWORK = frozenset({INTERNET_DISCONNECTED, NAME_NOT_RESOLVED, -137})
ABORTED = -3

# Chromium's numbers of what is wrong with a certificate.
WRONG_NAME, WRONG_DATE, UNKNOWN_AUTHORITY, REVOKED = -200, -201, -202, -206


@dataclass(frozen=True, slots=True)
class PageTrouble:
    """Why there is no page: a heading, what happened, what to do, and the fine print."""

    heading: str
    happened: str
    todo: str
    detail: str = ""
    can_wait: bool = False


def _ask() -> str:
    return translate(
        "exam",
        "If it stays like this, ask for help: the exam's time and your work are on record.",
    )


def not_loaded(host: str, code: int, said: str) -> PageTrouble:
    """A page that could not be fetched; ``code`` is Chromium's number, ``said`` its name."""
    detail = f"{said} ({code})"
    if code in NO_NETWORK:
        return PageTrouble(
            translate("exam", "No connection to the exam"),
            translate(
                "exam",
                "“{0}” was not found. Mostly this computer has lost its connection to the "
                "internet. The recording goes on without it.",
            ).format(host),
            translate("exam", "Look at your network cable or Wi-Fi, then choose “Try again”."),
            detail,
        )
    if code in UNREACHABLE or code in TIMED_OUT:
        return PageTrouble(
            translate("exam", "The exam's server does not answer"),
            translate("exam", "“{0}” could not be reached, or ended the connection.").format(
                host
            ),
            " ".join(
                [
                    translate("exam", "Wait for a minute, then choose “Try again”."),
                    _ask(),
                ]
            ),
            detail,
        )
    return PageTrouble(
        translate("exam", "This page could not be loaded"),
        translate("exam", "Something went wrong between here and “{0}”.").format(host),
        " ".join([translate("exam", "Choose “Try again”."), _ask()]),
        detail,
    )


def not_secure(host: str, code: int, said: str) -> PageTrouble:
    """A certificate that does not prove the server; ``code`` is Chromium's number."""
    return PageTrouble(
        translate("exam", "This connection is not secure"),
        _certificate(code).format(host)
        + " "
        + translate("exam", "The page was not opened, so that nobody can read along."),
        _what_helps(code),
        f"{said} ({code})",
    )


def _certificate(code: int) -> str:
    if code == WRONG_DATE:
        return translate(
            "exam", "The certificate of “{0}” is not valid on the date of this computer."
        )
    if code == WRONG_NAME:
        return translate("exam", "The certificate shown belongs to another than “{0}”.")
    if code == UNKNOWN_AUTHORITY:
        return translate(
            "exam", "The certificate of “{0}” was issued by somebody unknown here."
        )
    if code == REVOKED:
        return translate("exam", "The certificate of “{0}” was withdrawn.")
    return translate("exam", "The certificate of “{0}” is not in order.")


def _what_helps(code: int) -> str:
    if code == WRONG_DATE:
        return translate(
            "exam",
            "Look whether this computer's date and time are right, then choose “Try "
            "again”. If they are, ask for help: it is your institution's to mend.",
        )
    return translate(
        "exam",
        "Public Wi-Fi often causes this before one has signed in to it: use another "
        "network, then choose “Try again”. Otherwise ask for help: it is your "
        "institution's to mend.",
    )


def too_slow(host: str, seconds: int) -> PageTrouble:
    """A page that does not come."""
    return PageTrouble(
        translate("exam", "This page takes long"),
        translate("exam", "Nothing has come from “{0}” for {1} seconds.").format(host, seconds),
        translate("exam", "Keep waiting, or choose “Try again” to ask for the page anew."),
        can_wait=True,
    )


def crashed(host: str, status: str) -> PageTrouble:
    """A page whose process ended."""
    return PageTrouble(
        translate("exam", "This page stopped working"),
        translate(
            "exam",
            "What shows “{0}” has ended unexpectedly. What you had sent is safe; what was "
            "only typed may be gone. The recording goes on.",
        ).format(host),
        " ".join(
            [
                translate("exam", "Choose “Try again” to load the page anew."),
                _ask(),
            ]
        ),
        status,
    )


def refused() -> str:
    """What a candidate is told of an address that is not opened."""
    return translate("exam", "{0} is not part of this exam and was not opened. This is noted.")

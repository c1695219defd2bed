"""What commands print: JSON for programs on standard output, words for people beside it; and
what they ask for that nobody is to see.
"""

from __future__ import annotations

import getpass
import sys

import msgspec
from rich.console import Console

from server.opening import Fault


def print_line(value: object) -> None:
    """One thing for programs, as JSON on a line of its own."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def say(words: str) -> None:
    """Tell the person at the terminal, on standard error."""
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(words)


def secret_typed(what: str, *, twice: bool) -> str:
    """A *password* or *passphrase* (``what``) that is typed, and not shown.

    Raises:
        Fault: nobody is there to type it, or the second one is not the first.
    """
    try:
        first = getpass.getpass(f"{what.capitalize()}: ")
        second = getpass.getpass("Again: ") if twice else first
    except EOFError:
        raise Fault(
            f"there is no terminal to ask for the {what} at; hand it over on standard input, "
            f"with --{what}-stdin"
        ) from None
    if second != first:
        raise Fault(f"the two {what}s differ")
    return first

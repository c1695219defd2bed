"""What commands print: JSON for programs on standard output, words for people beside it."""

from __future__ import annotations

import sys

import msgspec
from rich.console import Console


def print_line(value: object) -> None:
    """One thing for programs, as JSON on a line of its own."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def say(words: str) -> None:
    """Tell the person at the terminal, on standard error."""
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(words)

"""What commands print for programs: a line of JSON for each thing, on standard output."""

from __future__ import annotations

import sys

import msgspec


def print_line(value: object) -> None:
    """One thing, on a line of its own."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")

"""Survivors that are known, each with the reason why no test can, or should, tell it apart.

A survivor is named by its module, the function it is in, and what it puts there: not by a
number, which every change of the code would shift.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from mutants.changes import Change

FILE = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Key:
    """What names a survivor, from one version of the code to the next."""

    module: str
    where: str
    line: str

    @staticmethod
    def of(change: Change) -> Key:
        """The key of a change: where it is, and the line that it makes."""
        return Key(change.module.path.as_posix(), change.where, change.lines[1])


def explained() -> dict[Key, str]:
    """Every survivor that is known, and why it cannot matter."""
    known: dict[Key, str] = {}
    for entry in tomllib.loads(FILE.read_text("utf-8")).get("survivor", []):
        for line in entry["lines"]:
            known[Key(entry["module"], entry["where"], line)] = entry["because"]
    return known

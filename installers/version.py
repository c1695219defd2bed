"""Which build this is: its version, its number, the time of its source."""

from __future__ import annotations

import os
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from installers.faults import BuildFault

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Version:
    """``number`` rises from build to build; ``made`` is the source's time, seconds UTC."""

    version: str
    number: int
    made: int

    def full(self) -> str:
        """As packages name it; it sorts as ``number`` does within a version."""
        return f"{self.version}+b{self.number}"


def this_version(number: int | None, made: int | None, root: Path = ROOT) -> Version:
    """What is asked for, and else what the source's history says.

    Args:
        number: the build's number; else how many commits there are.
        made: seconds since 1970; else ``SOURCE_DATE_EPOCH``, else the last commit's time.
        root: the checkout.

    Raises:
        BuildFault: neither tells it.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    if made is None and (told := os.environ.get("SOURCE_DATE_EPOCH", "")):
        if not told.isdigit():
            raise BuildFault(f"SOURCE_DATE_EPOCH is {told!r}.", "Give seconds since 1970.")
        made = int(told)
    return Version(
        version=project["version"],
        number=number if number is not None else _git(root, "rev-list", "--count", "HEAD"),
        made=made if made is not None else _git(root, "log", "-1", "--format=%ct"),
    )


def _git(root: Path, *arguments: str) -> int:
    try:
        told = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=True
        )  # fmt: skip
        return int(told.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise BuildFault(
            "This source has no history to number a build by.",
            "Give --number and --made (seconds since 1970).",
        ) from error

"""Which packages of ``requirements.lock`` a recorder is made of, with their hashes."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from installers.faults import BuildFault

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of the lock file: its name as canonical, version, and hashes (SHA-256)."""

    name: str
    version: str
    hashes: tuple[str, ...]

    def line(self) -> str:
        """As pip reads it."""
        return " ".join(
            (f"{self.name}=={self.version}", *(f"--hash=sha256:{one}" for one in self.hashes))
        )


def read_lock(text: str) -> dict[str, Locked]:
    """What a lock file names for this system and Python, by canonical name.

    Raises:
        BuildFault: an entry has no exact version or no hash.
    """
    found: dict[str, Locked] = {}
    for entry in text.replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.lstrip().startswith("#"):
            continue
        one, marker = _entry(entry)
        if marker is None or marker.evaluate():
            found[one.name] = one
    return found


def _entry(entry: str) -> tuple[Locked, Marker | None]:
    try:
        asked = Requirement(entry.partition("--hash")[0])
    except InvalidRequirement as error:
        raise _unlocked(entry) from error
    exact, hashes = list(asked.specifier), tuple(_HASH.findall(entry))
    if len(exact) != 1 or exact[0].operator != "==" or not hashes:
        raise _unlocked(entry)
    return Locked(canonicalize_name(asked.name), exact[0].version, hashes), asked.marker


def _unlocked(entry: str) -> BuildFault:
    return BuildFault(
        f"requirements.lock has an entry without an exact version or a hash: {entry[:60]}",
        "Resolve it anew: make lock.",
    )


def closure(locked: Mapping[str, Locked], asked: Iterable[str]) -> tuple[Locked, ...]:
    """What these requirements come to on this system, sorted by name.

    The lock file names what is needed on every system and by every part of the project; which
    of it a recorder needs is told by the metadata of the packages that are installed here.
    What a package names and the lock file leaves out on purpose is left out.

    Raises:
        BuildFault: a package is not installed here, or not at the lock file's version.
    """
    wanted: dict[str, set[str]] = {}
    todo = _kept(asked, {""})
    while todo:
        one = todo.pop()
        name, extras = canonicalize_name(one.name), {"", *one.extras}
        new = extras - wanted.get(name, set())
        if name in locked and new:
            wanted.setdefault(name, set()).update(new)
            todo += _kept(_metadata(name).requires or (), extras)
    return tuple(_installed(locked[name]) for name in sorted(wanted))


def project_requirements(pyproject: str, extras: Iterable[str]) -> tuple[str, ...]:
    """What ``pyproject.toml`` asks for in itself and in its extras."""
    project = tomllib.loads(pyproject)["project"]
    optional = project["optional-dependencies"]
    return (*project["dependencies"], *(one for extra in extras for one in optional[extra]))


def _kept(requirements: Iterable[str], extras: Iterable[str]) -> list[Requirement]:
    """Those whose markers hold on this system, with any of the extras."""
    read = [Requirement(one) for one in requirements]
    return [
        one
        for one in read
        if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in extras)
    ]


def _metadata(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise BuildFault(
            f"{name} is not installed here.", "Set this checkout up: make setup."
        ) from error


def _installed(one: Locked) -> Locked:
    version = _metadata(one.name).version
    if version != one.version:
        raise BuildFault(
            f"{one.name} is installed as {version}, and locked as {one.version}.",
            "Set this checkout up anew: make setup.",
        )
    return one


def main(extras: list[str]) -> int:
    """Print what these extras come to, as pip's requirements with hashes."""
    try:
        asked = project_requirements((ROOT / "pyproject.toml").read_text("utf-8"), extras)
        found = closure(read_lock(LOCK.read_text("utf-8")), asked)
    except KeyError as error:
        print(f"there is no extra {error} in pyproject.toml", file=sys.stderr)
        return 2
    except BuildFault as fault:
        print(f"{fault.what} {fault.advice}", file=sys.stderr)
        return 2
    print("\n".join(one.line() for one in found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How large the installed program is, and how soon its window appears; built here, for this.

The packages are fetched where they are not in pip's cache; takes some minutes.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.measure import Row, at_most, noted
from bench.starting import STARTS, start
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from demo.machine import virtual_display

from installers.branded import read_branded
from installers.build import build
from installers.making import Order
from installers.tree import site_packages, sizes
from installers.version import ROOT, this_version

MIB = 1 << 20
# The largest are named, so that who wants a smaller program knows where to look.
NAMED = 8

# What comes along, whether the exam's browser and what runs an own object model are there, and
# the budget (MiB).
BUILT = (
    ("without the exam's browser and own object models", False, False, 250.0),
    ("without the exam's browser", False, True, 250.0),
    ("with the exam's browser", True, True, 450.0),
)


def run() -> list[Row]:
    """Build with and without what a brand may leave out; measure each."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="invigil-bench-") as name:
        folder = Path(name)
        order = Order(
            branded=read_branded(ROOT / "briefcase.toml"),
            version=this_version(None, None),
            key=Ed25519PrivateKey.generate(),
            output=folder / "dist",
            cache=Path(os.environ.get("INVIGIL_BUILD_CACHE", folder / "cache")),
            browser=False,
            objects=False,
        )
        for number, (what, browser, objects, budget) in enumerate(BUILT):
            kept = folder / f"built-{number}"
            list(build(replace(order, browser=browser, objects=objects), (), keep=kept))
            rows += _measured(kept / "tree", f"installed, {what}", budget)
    return rows


def _measured(root: Path, what: str, budget: float) -> list[Row]:
    size = sum(p.lstat().st_size for p in root.rglob("*") if p.is_file()) / MIB
    largest = list(sizes(site_packages(root)).items())[:NAMED]
    told = ", ".join(f"{name} {bytes_ / MIB:.0f}" for name, bytes_ in largest)
    with virtual_display() as name, tempfile.TemporaryDirectory() as home:
        command = [str(root / "bin" / "invigil-recorder")]
        first = min(start(command, name, home) for _ in range(STARTS))
    return [
        at_most(what, size, budget, "MiB", 0),
        noted(f"{what}: the largest, MiB", told),
        at_most(f"{what}: first window, warm", first, 1.0, "s", 2),
    ]

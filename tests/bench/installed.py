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


def run() -> list[Row]:
    """Build with and without the exam's browser; measure both."""
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
        )
        for browser, budget in ((False, 250.0), (True, 450.0)):
            kept = folder / f"browser-{browser}"
            list(build(replace(order, browser=browser), (), keep=kept))
            rows += _measured(kept / "tree", "with" if browser else "without", budget)
    return rows


def _measured(root: Path, browser: str, budget: float) -> list[Row]:
    size = sum(p.lstat().st_size for p in root.rglob("*") if p.is_file()) / MIB
    largest = list(sizes(site_packages(root)).items())[:NAMED]
    told = ", ".join(f"{name} {bytes_ / MIB:.0f}" for name, bytes_ in largest)
    with virtual_display() as name, tempfile.TemporaryDirectory() as home:
        command = [str(root / "bin" / "invigil-recorder")]
        first = min(start(command, name, home) for _ in range(STARTS))
    what = f"installed, {browser} the exam's browser"
    return [
        at_most(what, size, budget, "MiB", 0),
        noted(f"{what}: the largest, MiB", told),
        at_most(f"{what}: first window, warm", first, 1.0, "s", 2),
    ]

"""A tiny program, signed and packed as the builder would do it."""

from __future__ import annotations

from pathlib import Path

from support.sessions import fixed_key

from installers.branded import read_branded
from installers.linux.launcher import write_launcher
from installers.making import Made, Order, seal, write_share
from installers.requirements import Locked
from installers.tree import site_packages
from installers.version import Version

KEY = fixed_key(21)
MADE = 1_760_000_000
LOCKED = (Locked("one", "1.0", ("ab" * 32,)),)
BRAND = (
    '[app]\nname = "Small"\npackage = "small"\n[institution]\nsupport = "help@example.edu"\n'
)


def order(folder: Path, number: int = 3, brand: str = BRAND) -> Order:
    """What is to be built, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "briefcase.toml").write_text(brand)
    return Order(
        branded=read_branded(folder / "briefcase.toml"),
        version=Version("1.0", number, MADE),
        key=KEY,
        output=folder,
        cache=folder,
        browser=False,
        objects=False,
    )


def tiny(asked: Order, root: Path) -> Made:
    """A tree of three small modules, as the builder would make it."""
    packages = site_packages(root) / "recorder"
    packages.mkdir(parents=True)
    for name in ("__init__", "app", "brand"):
        (packages / f"{name}.py").write_text(f"NAME = {name!r}\n")
    (packages.parent / "briefcase.toml").write_text(asked.branded.installed_text())
    write_share(root, asked, "Notices\n\nPySide6 and others\n")
    write_launcher(root)
    return seal(asked, root, LOCKED)

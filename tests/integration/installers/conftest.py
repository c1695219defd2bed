"""The real package and a clean system for it, made once: minutes (`make installer-test`)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.clean_root import CleanRoot, can_be_made
from support.packages import Builds, make_builds, make_root


@pytest.fixture(scope="session")
def builds() -> Iterator[Builds]:
    assert can_be_made(), "needs root, debootstrap and unshare"
    with tempfile.TemporaryDirectory(prefix="invigil-installer-test-") as name:
        folder = Path(name)
        yield make_builds(folder, Path(os.environ.get("INVIGIL_BUILD_CACHE", folder / "cache")))


@pytest.fixture(scope="session")
def root(builds: Builds) -> Iterator[CleanRoot]:
    with tempfile.TemporaryDirectory(prefix="invigil-clean-root-") as folder:
        yield make_root(Path(folder), builds.first)

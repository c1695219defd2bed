"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Real recordings that lie beside the project on some machines and are never part of it.
MEDIA = Path(os.environ.get("INVIGIL_MEDIA", Path(__file__).parents[2] / "shared" / "media"))


@pytest.fixture(scope="session")
def media() -> Path:
    """The folder of real recordings; the test is skipped where there is none."""
    if not MEDIA.is_dir():
        pytest.skip(f"no real recordings at {MEDIA}")
    return MEDIA


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep tests of one ``xdist_group`` on one worker.

    pytest-xdist 3.8 appends the group to ``_nodeid``, which pytest 9.2 reads no longer: groups
    would be ignored in silence, and every costly fixture made twice.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and "@" not in item.nodeid:
            item._id = type(item._id).parse(f"{item.nodeid}@{group.args[0]}")  # pyright: ignore

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

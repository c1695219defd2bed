"""Small readings of the kernel's files below a root, which is ``/`` but in tests."""

from __future__ import annotations

from pathlib import Path


def text(path: Path) -> str:
    """What a file says, without the white space around it; nothing where it is not told."""
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""


def entries(folder: Path) -> list[Path]:
    """What a folder holds, in order; nothing where it is not told."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []

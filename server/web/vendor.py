"""Copies the pages' libraries from ``node_modules``: ``python -m server.web.vendor``.

They are never built, only copied to where the server serves them from, with their licences.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGET = Path(__file__).parent / "static" / "vendor"

# hls.js without captions, DRM and alternate tracks, none of which evidence has.
FILES = {
    "hls.js/dist/hls.light.min.mjs": "hls.light.min.mjs",
    "hls.js/LICENSE": "hls.LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
}


def copy(source: Path, target: Path) -> list[str]:
    """Copy every file; the names of those that ``source`` lacks, and then nothing is done."""
    missing = [name for name in FILES if not (source / name).is_file()]
    if missing:
        return missing
    target.mkdir(parents=True, exist_ok=True)
    for name, kept in FILES.items():
        shutil.copyfile(source / name, target / kept)
    return []


def main() -> int:
    """Copy, or say what to do; the exit status."""
    missing = copy(ROOT / "node_modules", TARGET)
    if missing:
        sys.stderr.write(
            f"The page libraries are not installed ({', '.join(missing)}).\n"
            f"Run `npm ci` in {ROOT}, then this again.\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The static files, under an address that changes whenever one of them does.

So browsers may keep them for ever, and modules that import one another are never of two
versions.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

STATIC = Path(__file__).parent / "static"

# A year: the longest that caches make use of (RFC 9111 sets no limit).
KEPT_S = 365 * 24 * 3600

VERSION_CHARS = 12


def version(folder: Path = STATIC) -> str:
    """A word made from the names and contents of all static files."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:VERSION_CHARS]


def static_files(path: str) -> Router:
    """Serves the static files at ``path``, which ends in their version."""
    return create_static_files_router(
        path=path,
        directories=[STATIC],
        cache_control=CacheControlHeader(max_age=KEPT_S, public=True, immutable=True),
    )

"""Files that commands write: whole under their name, or not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Where to write what becomes ``file`` once the block ends well; one that is there is
    replaced then, and stays where the block does not.
    """
    scratch = file.with_name(f".{file.name}.part")
    try:
        yield scratch
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)

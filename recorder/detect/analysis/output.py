"""Where a command's lines go, and what it says beside them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from rich.console import Console

from recorder.faults import EnvironmentFault


@contextlib.contextmanager
def open_output(output: Path | None, sources: Iterable[Path]) -> Iterator[TextIO]:
    """Where the lines go: a file, or standard output where none is named.

    Raises:
        EnvironmentFault: the output cannot be written or is one of the ``sources``.
    """
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    for source in sources:
        if output.exists() and source.exists() and output.samefile(source):
            raise EnvironmentFault(
                f"{output} is what is to be analysed.", "Write to another file."
            )
    try:
        with output.open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise EnvironmentFault(
            f"{output} cannot be written ({error.strerror or error}).",
            "Choose another place or make room, then try again.",
        ) from error


def warn(text: str) -> None:
    """Say on standard error what the user should know about the result."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"invigil-recorder: warning: {text}", markup=False
    )

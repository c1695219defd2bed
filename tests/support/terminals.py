"""What is printed on a terminal, colours and all, as text."""

from __future__ import annotations

import io
from collections.abc import Callable

from rich.console import Console


def on_terminal(work: Callable[[Console], None]) -> str:
    """What ``work`` prints on a terminal of a hundred columns."""
    file = io.StringIO()
    work(
        Console(
            file=file, width=100, highlight=False, force_terminal=True, color_system="standard"
        )
    )
    return file.getvalue().replace("\x1b", "\N{SYMBOL FOR ESCAPE}")

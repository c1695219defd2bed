"""The progress bar of ``invigil-verify``."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from shared.progress import Progress

# Fewer steps are done within a second, and a bar would only flash.
STEPS_WORTH_A_BAR = 5_000


@contextmanager
def waiting(console: Console) -> Generator[Progress]:
    """Draw how far something is on ``console``: a terminal, and where there is long to wait."""
    columns = (TextColumn("checking"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    quiet = not console.is_terminal
    with Bar(*columns, console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task("", visible=False)

        def report(done: int, total: int) -> None:
            long = total >= STEPS_WORTH_A_BAR
            bar.update(task, completed=done, total=total, visible=long)

        yield report

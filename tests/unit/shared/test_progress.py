"""How far a verification is: told now and then, drawn where somebody looks."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from support.sessions import SessionBuilder

from shared import bar
from shared.bar import waiting
from shared.progress import STEPS_BETWEEN, Meter
from shared.verify import verify_bundle


def test_a_meter_tells_every_so_many_steps_and_the_end() -> None:
    told: list[tuple[int, int]] = []
    meter = Meter(250, lambda done, total: told.append((done, total)))
    for _ in range(210):
        meter.step()
    assert told == [(100, 250), (200, 250)]
    meter.finish()
    assert told[2:] == [(250, 250)]


def test_a_meter_never_tells_more_than_there_was_to_be() -> None:
    told: list[int] = []
    meter = Meter(50, lambda done, _: told.append(done))
    for _ in range(STEPS_BETWEEN):
        meter.step()
    assert told == [50]


def test_a_meter_without_anybody_to_tell_counts_on() -> None:
    meter = Meter(1)
    for _ in range(STEPS_BETWEEN):
        meter.step()
    meter.finish()


def test_a_verification_counts_every_line_and_piece(tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    steps = len(builder.records) + len(builder.receipts) + len(builder.blobs)
    told: list[tuple[int, int]] = []
    path = builder.bundle(tmp_path / "b.zip")
    verify_bundle(path, progress=lambda done, total: told.append((done, total)))
    assert told == [(steps, steps)]


def test_a_verification_steps_once_for_each(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("shared.progress.STEPS_BETWEEN", 1)
    builder = SessionBuilder().honest()
    steps = len(builder.records) + len(builder.receipts) + len(builder.blobs)
    told: list[int] = []
    path = builder.bundle(tmp_path / "b.zip")
    verify_bundle(path, progress=lambda done, _: told.append(done))
    assert told == [*range(1, steps + 1), steps]


def drawn(*, terminal: bool, steps: int) -> str:
    file = io.StringIO()
    with waiting(Console(file=file, force_terminal=terminal, width=80)) as progress:
        progress(steps // 2, steps)
    return file.getvalue()


def test_a_terminal_gets_a_bar_where_there_is_long_to_wait() -> None:
    assert "checking" in drawn(terminal=True, steps=bar.STEPS_WORTH_A_BAR)
    assert "50%" in drawn(terminal=True, steps=bar.STEPS_WORTH_A_BAR)
    assert "checking" not in drawn(terminal=True, steps=bar.STEPS_WORTH_A_BAR - 1)


def test_a_bar_is_gone_when_all_is_done() -> None:
    out = drawn(terminal=True, steps=bar.STEPS_WORTH_A_BAR)

    seen = re.sub(r"\x1b\[[\d;?]*[A-Za-z]|\r", "", out)
    assert re.fullmatch(r"checking ━+╺?━+  50% [-:]+\n", seen)
    # Its line is erased, and the cursor is shown again.
    assert "\x1b[2K" in out[out.rindex("50%") :]
    assert bar.STEPS_WORTH_A_BAR == 5_000


def test_what_is_no_terminal_gets_nothing() -> None:
    assert drawn(terminal=False, steps=bar.STEPS_WORTH_A_BAR) == ""

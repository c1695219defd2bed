"""Verdicts as people read them, to the letter and the colour."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import pytest
import vectors.make
from rich.console import Console
from support.said import PRINTED, printed

from shared.log_checks import About, Known, LogVerdict, verify_log
from shared.printing import moment, print_bundle, print_log
from shared.verdict import CheckId, CheckResult, Outcome, Verdict
from shared.verify import verify_bundle


def test_verdicts_are_printed_as_they_were_read_once() -> None:
    """Changed on purpose? ``python -m support.said`` in ``tests/``, and read what is new."""
    assert printed() == PRINTED.read_text("utf-8")


def lines(verdict: Verdict | LogVerdict) -> list[str]:
    """What a file gets, line by line."""
    console = Console(file=io.StringIO(), width=100, highlight=False)
    if isinstance(verdict, Verdict):
        print_bundle(console, verdict)
    else:
        print_log(console, verdict)
    return console.file.getvalue().splitlines()  # pyright: ignore[reportAttributeAccessIssue]


GOOD = verify_bundle(vectors.make.BUNDLES / "good.zip")
LOG = verify_log(vectors.make.LOGS / "good.log")


def test_a_verdict_says_who_named_the_key() -> None:
    assert "         (as given)" in lines(replace(GOOD, pinned=True))
    assert "         (named by the bundle itself: compare it)" in lines(GOOD)
    assert "         (as given)" in lines(replace(LOG, pinned=True))
    assert "         (named by the log itself: compare it)" in lines(LOG)


def test_the_last_line_is_the_verdict() -> None:
    failed = (CheckResult(CheckId.LINK, Outcome.FAILS, 1, ("[bold]why[/]",), (None,)),)

    for verdict in (GOOD, LOG):
        assert lines(verdict)[-1] == "HOLDS"
        assert lines(replace(verdict, results=failed))[-1] == "DOES NOT HOLD"
    # A bundle's words are its author's: they are never taken for markup.
    assert "     [bold]why[/]" in lines(replace(GOOD, results=failed))[2]


def test_what_a_log_says_of_a_session_is_a_table() -> None:
    about = (
        About(7, 0, "a1", "admin", "192.0.2.7", "saw page"),
        About(123, 1_999_999, "system", None, None, "flag.decide[x]"),
    )

    said = lines(replace(LOG, about=about))

    at = said.index("What the log says was seen and done of this session:")
    assert [line.rstrip() for line in said[at + 1 : at + 4]] == [
        "entry  time                     who         from       what",
        "    7  1970-01-01 00:00:00 UTC  a1 (admin)  192.0.2.7  saw page",
        "  123  1970-01-01 00:00:01 UTC  system                 flag.decide[x]",
    ]
    assert not any("What the log says" in line for line in lines(LOG))


def test_a_noted_entry_is_named_where_it_is_there() -> None:
    there, gone = Known("ab" * 32, 3, 5_000_000), Known("cd" * 32, None, None)

    said = lines(replace(LOG, known=(there, gone)))

    at = said.index("after    " + "ab" * 32)
    assert said[at + 1] == "         (entry 3 of 1970-01-01 00:00:05 UTC, is there)"
    assert not any("cd" * 32 in line for line in said)


@pytest.mark.parametrize(
    ("micros", "words"),
    [
        (0, "1970-01-01 00:00:00 UTC"),
        (1_790_000_000_999_999, "2026-09-21 14:13:20 UTC"),
        (10**24, f"{10**24} µs"),
        (2**70, f"{2**70} µs"),
    ],
)
def test_times_are_in_utc_to_the_second(micros: int, words: str, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert moment(micros) == words
    finally:
        monkeypatch.undo()
        time.tzset()

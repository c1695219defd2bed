from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recorder.faults import EnvironmentFault
from recorder.lockdown import watchdog
from recorder.lockdown.contents import Content, Form
from recorder.lockdown.journal import Journal
from recorder.lockdown.owner import Owner, owner_of
from recorder.lockdown.watchdog import Watchdog
from recorder.lockdown.watchdog_messages import (
    End,
    GiveBack,
    Keep,
    Order,
    receive_answer,
    send,
)

DEAD = Owner(4_000_000, "1", "another boot")
KEEP = Keep(":9", (Content("CLIPBOARD", (Form("UTF8_STRING", "UTF8_STRING", b"a"),)),))
EMPTY = Keep(":9", (Content("CLIPBOARD"),))


@dataclass
class Giving:
    """Where the watchdog gives back to."""

    given: list[Keep] = field(default_factory=list)
    waited: int = 0
    trouble: str = ""

    def __call__(self, kept: Keep) -> Giving:
        if self.trouble:
            raise EnvironmentFault(self.trouble, "")
        self.given.append(kept)
        return self

    def wait(self) -> None:
        self.waited += 1


@pytest.fixture
def giving() -> Giving:
    return Giving()


def serve(path: Path, giving: Giving, *orders: Order, owner: Owner = DEAD) -> list[str]:
    """What the watchdog answers to these orders, after which the pipe closes."""
    said, asked = io.BytesIO(), io.BytesIO()
    for order in orders:
        send(asked, order)
    asked.seek(0)
    keeping = Kept(said)
    Watchdog(path, owner, giving).serve(asked, keeping)
    answers = io.BytesIO(keeping.all)
    troubles: list[str] = []
    while (answer := receive_answer(answers)) is not None:
        troubles.append(answer.trouble)
    return troubles


class Kept(io.BytesIO):
    """Keeps what was written when it is closed."""

    def __init__(self, _inner: io.BytesIO) -> None:
        super().__init__()
        self.all = b""

    def close(self) -> None:
        if not self.closed:
            self.all = self.getvalue()
        super().close()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    made = Journal(tmp_path, DEAD)
    made.write("clipboard", {"forms": {}})
    return made.path


def test_a_recorder_that_dies_has_everything_undone(journal: Path, giving: Giving) -> None:
    assert serve(journal, giving, KEEP) == ["", ""]
    assert giving.given == [KEEP]
    assert giving.waited == 1
    assert not journal.exists()


def test_one_that_ends_in_order_has_undone_it_itself(journal: Path, giving: Giving) -> None:
    assert serve(journal, giving, KEEP, End()) == ["", "", ""]
    assert giving.given == []
    assert journal.exists()


def test_what_was_given_back_is_given_once(journal: Path, giving: Giving) -> None:
    serve(journal, giving, KEEP, GiveBack(), GiveBack())
    assert giving.given == [KEEP]


def test_nothing_is_given_back_where_nothing_was(journal: Path, giving: Giving) -> None:
    serve(journal, giving, EMPTY, GiveBack(), End())
    assert giving.given == []
    assert giving.waited == 0


def test_what_cannot_be_given_back_is_said_and_held_on_to(
    journal: Path, giving: Giving
) -> None:
    giving.trouble = "The display does not answer."
    assert serve(journal, giving, KEEP, GiveBack(), End())[2] == "The display does not answer. "


def test_a_recorder_that_lost_its_pipe_and_lives_keeps_its_journal(
    journal: Path, giving: Giving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "GONE_WAIT_S", 0.02)
    own = owner_of(os.getpid())
    assert own is not None
    serve(journal, giving, KEEP, owner=own)
    assert giving.given == []
    assert journal.exists()


def test_what_a_crash_could_not_give_back_is_left_for_the_next_start_to_say(
    journal: Path, giving: Giving
) -> None:
    giving.trouble = "The display does not answer."
    serve(journal, giving, KEEP)
    assert journal.exists()

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.journal import Journal, read_journal
from recorder.lockdown.operation import Evasion, InForce, NotInForce, Performed, State
from recorder.lockdown.owner import Owner
from recorder.lockdown.sequence import Sequence

FAULT = EnvironmentFault("It does not answer.", "Try again.")


class Step:
    """Says what happens to it, and fails where it is told to."""

    def __init__(self, name: str, log: list[str], **ways: object) -> None:
        self.name = name
        self.log = log
        self.ways = ways
        self.seen: Callable[[], None] = lambda: None

    def before(self) -> State | None:
        self._do("before")
        return self.ways.get("state", {"was": self.name})  # type: ignore[return-value]

    def perform(self) -> Performed:
        self.seen()
        self._do("perform")
        return self.ways.get("outcome", InForce())  # type: ignore[return-value]

    def check(self) -> tuple[Evasion, ...]:
        self._do("check")
        return (Evasion(None, f"{self.name} evaded"),)

    def revert(self) -> None:
        self._do("revert")

    def _do(self, what: str) -> None:
        self.log.append(f"{what} {self.name}")
        if isinstance(problem := self.ways.get(f"{what}_raises"), Exception):
            raise problem


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, Owner(4_000_000, "1", "x"))


def pending(journal: Journal) -> list[str]:
    if not journal.path.exists():
        return []
    return [step.operation for step in read_journal(journal.path).pending]


def test_steps_are_done_in_order_and_undone_in_reverse(
    log: list[str], journal: Journal
) -> None:
    steps = Sequence([Step("one", log), Step("two", log)], journal)
    assert steps.engage().performed == {"one": InForce(), "two": InForce()}
    assert steps.release() == {}
    assert steps.release() == {}
    assert log == [
        *("before one", "perform one", "before two", "perform two"),
        *("revert two", "revert one"),
    ]
    assert pending(journal) == []


def test_a_step_is_on_the_disk_before_it_is_done(log: list[str], journal: Journal) -> None:
    step, seen = Step("one", log), list[str]()
    step.seen = lambda: seen.extend(pending(journal))
    Sequence([step], journal).engage()
    assert seen == ["one"]


def test_what_leaves_nothing_behind_is_in_no_journal(log: list[str], journal: Journal) -> None:
    Sequence([Step("one", log, state=None)], journal).engage()
    assert not journal.path.exists()


@pytest.mark.parametrize(
    "ways",
    [
        {"outcome": NotInForce("no")},
        {"outcome": Unsupported("never")},
        {"perform_raises": FAULT},
        {"before_raises": FAULT},
    ],
)
def test_a_step_that_does_not_come_off_is_undone_and_the_others_stand(
    log: list[str], journal: Journal, ways: dict[str, object]
) -> None:
    steps = Sequence([Step("one", log), Step("two", log, **ways), Step("three", log)], journal)
    engaged = steps.engage()
    assert engaged.failed == ""
    assert not isinstance(engaged.performed["two"], InForce)
    assert engaged.performed["three"] == InForce()
    assert pending(journal) == ["three", "one"]
    assert "revert one" not in log
    steps.release()
    assert pending(journal) == []


def test_a_bug_in_a_step_gives_the_machine_back(log: list[str], journal: Journal) -> None:
    bug = Step("two", log, perform_raises=ZeroDivisionError("a bug"))
    with capture_logs() as logs:
        engaged = Sequence([Step("one", log), bug], journal).engage()
    assert engaged.failed == "two"
    assert all(isinstance(one, NotInForce) for one in engaged.performed.values())
    assert log[-2:] == ["revert two", "revert one"]
    assert pending(journal) == []
    assert [one["event"] for one in logs] == ["operation_failed"]


@pytest.mark.parametrize("problem", [FAULT, ZeroDivisionError("a bug")])
def test_what_cannot_be_undone_stays_in_the_journal_and_is_said(
    log: list[str], journal: Journal, problem: Exception
) -> None:
    two = Step("two", log, revert_raises=problem)
    steps = Sequence([Step("one", log), two, Step("three", log)], journal)
    steps.engage()
    with capture_logs():
        left = steps.release()
    assert list(left) == ["two"]
    assert pending(journal) == ["two"]
    del two.ways["revert_raises"]
    assert steps.release() == {}
    assert pending(journal) == []


def test_a_disk_that_is_read_only_by_now_keeps_no_step_from_being_undone(
    log: list[str], journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Sequence([Step("one", log), Step("two", log)], journal)
    steps.engage()

    def read_only(_number: int) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(journal, "undone", read_only)
    with capture_logs() as logs:
        assert steps.release() == {}
    assert log[-2:] == ["revert two", "revert one"]
    assert [one["event"] for one in logs] == ["not_noted_as_undone"] * 2


def test_one_that_cannot_be_checked_hides_no_other(log: list[str], journal: Journal) -> None:
    blind = Step("one", log, check_raises=FAULT)
    broken = Step("two", log, check_raises=ZeroDivisionError("a bug"))
    steps = Sequence([blind, broken, Step("three", log)], journal)
    steps.engage()
    with capture_logs():
        look = steps.look()
    assert [name for name, _ in look.evasions] == ["three"]
    assert [name for name, _ in look.blind] == ["one", "two"]


def test_a_full_disk_keeps_a_step_from_being_done(log: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = Journal(tmp_path / "file", Owner(4_000_000, "1", "x"))
    engaged = Sequence([Step("one", log)], journal).engage()
    outcome = engaged.performed["one"]
    assert isinstance(outcome, NotInForce)
    assert "room on the disk" in outcome.reason
    assert log == ["before one"]

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.faults import EnvironmentFault
from recorder.lockdown.journal import Journal, journals, read_journal
from recorder.lockdown.owner import Owner, owner_of, runs
from recorder.lockdown.undoing import Undone, undo, undo_leftovers

DEAD = Owner(4_000_000, "1", "another boot")
STATE = {"display": ":0", "timeout": 600}


class Restoring:
    """Restorers that remember what they were given, and fail where they are told to."""

    def __init__(self, fails: tuple[str, ...] = (), lost: str = "") -> None:
        self.given: list[tuple[str, object]] = []
        self.fails = fails
        self.all = {
            name: lambda state, name=name: self.restore(name, state)
            for name in ("one", "two", "three")
        }
        self.lost = lost

    def restore(self, name: str, state: object) -> str:
        self.given.append((name, state))
        if name in self.fails:
            raise EnvironmentFault("It does not answer.", "Try again.")
        return self.lost


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "lockdown"


def left(folder: Path, *names: str, owner: Owner = DEAD) -> Journal:
    journal = Journal(folder, owner)
    for name in names:
        journal.write(name, STATE)
    return journal


def test_nothing_is_written_before_a_step_needs_it(folder: Path) -> None:
    Journal(folder, DEAD)
    assert journals(folder) == []
    assert undo_leftovers(folder) == []


def test_only_the_user_reads_it(folder: Path) -> None:
    path = left(folder, "one").path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_file_goes_with_the_last_step(folder: Path) -> None:
    journal = left(folder, "one", "two")
    journal.undone(2)
    assert [step.operation for step in read_journal(journal.path).pending] == ["one"]
    journal.undone(1)
    assert journals(folder) == []


def test_a_journal_is_used_again_after_it_was_empty(folder: Path) -> None:
    journal = left(folder, "one")
    journal.undone(1)
    number = journal.write("two", STATE)
    [step] = read_journal(journal.path).pending
    assert (step.operation, step.number) == ("two", number)


def test_what_a_dead_run_left_is_undone_in_reverse(folder: Path) -> None:
    journal, restoring = left(folder, "one", "two", "three"), Restoring()
    told = undo_leftovers(folder, restoring.all)
    assert [one.operation for one in told] == ["three", "two", "one"]
    assert {one.outcome for one in told} == {"undone"}
    assert restoring.given[0] == ("three", STATE)
    assert not journal.path.exists()


def test_a_running_program_keeps_what_is_its(folder: Path) -> None:
    own = owner_of(os.getpid())
    assert own is not None
    journal, restoring = left(folder, "one", owner=own), Restoring()
    assert undo_leftovers(folder, restoring.all) == []
    assert restoring.given == []
    assert journal.path.exists()


def test_another_process_with_the_same_number_is_not_the_owner(folder: Path) -> None:
    own = owner_of(os.getpid())
    assert own is not None
    assert runs(own)
    for other in (Owner(own.pid, "7", own.boot), Owner(own.pid, own.started, "x")):
        assert not runs(other)


def test_what_cannot_be_undone_now_is_kept_for_the_next_start(folder: Path) -> None:
    journal = left(folder, "one", "two", "three")
    told = undo(journal.path, Restoring(fails=("two",)).all)
    assert [one.outcome for one in told] == ["undone", "kept", "undone"]
    again = Restoring()
    [one] = undo_leftovers(folder, again.all)
    assert one == Undone("two", "undone")
    assert [name for name, _ in again.given] == ["two"]
    assert journals(folder) == []


def test_a_step_of_another_version_is_kept_and_said(folder: Path) -> None:
    journal = left(folder, "one", "new thing")
    told = undo(journal.path, Restoring().all)
    assert [(one.operation, one.outcome) for one in told] == [
        ("new thing", "kept"),
        ("one", "undone"),
    ]
    assert "does not know" in told[0].words
    assert journal.path.exists()


def test_what_cannot_be_given_back_is_said_once(folder: Path) -> None:
    journal = left(folder, "one")
    [one] = undo(journal.path, Restoring(lost="It is gone.").all)
    assert one == Undone("one", "lost", "It is gone.")
    assert journals(folder) == []


def test_a_state_that_makes_no_sense_does_not_keep_the_others(folder: Path) -> None:
    journal, restoring = left(folder, "one", "two"), Restoring()
    restoring.all["two"] = lambda state: str(state["absent"])
    told = undo(journal.path, restoring.all)
    assert [one.outcome for one in told] == ["kept", "undone"]


def test_a_torn_last_line_was_never_performed(folder: Path) -> None:
    journal = left(folder, "one")
    with journal.path.open("ab") as file:
        file.write(b'{"line":"step","number":2,"operation":"two"')
    restoring = Restoring()
    assert [one.operation for one in undo(journal.path, restoring.all)] == ["one"]
    assert journals(folder) == []


def test_a_damaged_line_does_not_hide_the_others_and_the_file_is_kept(folder: Path) -> None:
    journal = left(folder, "one", "two", "three")
    lines = journal.path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"step", b"\xff\xfe\x00")
    journal.path.write_bytes(b"".join(lines))
    told = undo(journal.path, Restoring().all)
    assert [(one.operation, one.outcome) for one in told] == [
        ("three", "undone"),
        ("one", "undone"),
        ("", "damaged"),
    ]
    assert journals(folder) == []
    [kept] = folder.iterdir()
    assert kept.suffix == ".damaged"


def test_a_damaged_first_line_is_left_to_a_process_of_that_number(folder: Path) -> None:
    journal = left(folder, "one", owner=Owner(os.getpid(), "7", "x"))
    data = journal.path.read_bytes()
    journal.path.write_bytes(b"{" + data)
    assert undo(journal.path, Restoring().all) == []
    assert journal.path.exists()


@pytest.mark.parametrize("first", [{"v": 2}, {"line": "begun"}, ["v"], "text"])
def test_what_is_not_ours_is_left_alone(folder: Path, first: object) -> None:
    journal = left(folder, "one")
    rest = journal.path.read_bytes().partition(b"\n")[2]
    journal.path.write_bytes(json.dumps(first).encode() + b"\n" + rest)
    restoring = Restoring()
    [one] = undo(journal.path, restoring.all)
    assert one.outcome == "foreign"
    assert restoring.given == []
    assert journal.path.exists()


@settings(max_examples=50)
@given(st.binary(max_size=300))
def test_nothing_that_a_file_holds_is_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("journals")
    path = folder / "4000000-a.journal"
    path.write_bytes(data)
    restoring = Restoring()
    undo(path, restoring.all)
    assert restoring.given == []


@settings(max_examples=25)
@given(st.data())
def test_a_journal_cut_anywhere_undoes_the_steps_that_it_still_has(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    journal = left(tmp_path_factory.mktemp("journals"), "one", "two", "three")
    whole = journal.path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    journal.path.write_bytes(whole[:cut])
    restoring = Restoring()
    undo(journal.path, restoring.all)
    expected = ["one", "two", "three"][: max(0, whole[:cut].count(b"\n") - 1)]
    assert [name for name, _ in restoring.given] == expected[::-1]


def test_without_room_for_it_nothing_is_performed(tmp_path: Path) -> None:
    (tmp_path / "lockdown").write_text("a file where the folder should be")
    with pytest.raises(EnvironmentFault, match="not changed"):
        Journal(tmp_path / "lockdown", DEAD).write("one", STATE)


@pytest.mark.parametrize("taken", [0, 1])
def test_a_line_that_broke_off_swallows_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    """The disk is full within a line: the first of all, or that of a later step."""
    journal = left(folder, *["one"][:taken])
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda to, data: write(to, data[:9]))
        with pytest.raises(EnvironmentFault, match="not changed"):
            journal.write("two", STATE)
    journal.write("three", STATE)
    found = read_journal(journal.path)
    assert (found.state, found.owner) == ("whole", DEAD)
    assert [step.operation for step in found.pending] == ["three", "one"][: taken + 1]


def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFault, match="looked up"):
        journals(tmp_path / "file")

"""The exam brought back to the front, on a desktop that a test plays look by look."""

from __future__ import annotations

from recorder.lockdown.adapter import Desk, Window
from recorder.lockdown.operations.front import Front

EXAM, CHAT = (7, Window("Exam", "invigil", 100)), (9, Window("Chat", "Telegram", 8))
S = 1_000_000_000


class Desktop:
    """What is in front and which workspace is shown; which windows were brought back."""

    def __init__(self) -> None:
        self.now: tuple[tuple[int, Window] | None, int] = (EXAM, 0)
        self.back: list[int] = []

    def front(self) -> tuple[int, Window] | None:
        return self.now[0]

    def desk(self) -> Desk:
        return Desk(self.now[1], None)

    def bring_back(self, number: int) -> None:
        self.back.append(number)

    def obeys(self) -> bool:
        return True

    def close(self) -> None:
        pass


def played(*looks: tuple[tuple[int, Window] | None, int]) -> list[int]:
    """Look four times a second; what was brought back."""
    desktop, at = Desktop(), [0]
    front = Front(desktop, lambda window: window.pid == 100, 1.25, lambda: at[0])
    front.perform()
    for desktop.now in looks:
        at[0] += S // 4
        front.check()
    return desktop.back


def test_what_stays_in_front_for_long_goes() -> None:
    assert played(*[(CHAT, 0)] * 5, (EXAM, 0)) == []
    assert played(*[(CHAT, 0)] * 6) == [7]


def test_an_empty_workspace_is_left_again() -> None:
    assert played((EXAM, 0), *[(None, 1)] * 6) == [7]


def test_a_workspace_that_is_told_before_its_windows_is_left_again_too() -> None:
    assert played((EXAM, 0), (EXAM, 1), *[(None, 1)] * 6) == [7]


def test_the_exam_may_be_moved() -> None:
    moved = [(EXAM, 1)] * 2
    assert played((EXAM, 0), *moved, *[(None, 1)] * 20) == []
    assert played((EXAM, 0), *moved, *[(None, 0)] * 6) == [7]

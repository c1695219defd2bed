"""From what is in front and what runs to incidents; pure, one look at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from recorder.detect.incidents.machine import HOLD_NS
from recorder.detect.observations import Incident
from recorder.lockdown.account import LONGEST_NAME, Account, named
from recorder.lockdown.adapter import Desk, Process, Window
from recorder.lockdown.assistive import assistive, stem
from shared.flags import Kind
from shared.policy import Policy

_NO_DESK = Desk(None, None)


def matches(patterns: tuple[str, ...], *names: str) -> bool:
    """Whether a name fits a pattern: shell wildcards (* ? []), capitals or not."""
    return any(
        fnmatchcase(name.casefold(), pattern.casefold())
        for pattern in patterns
        for name in names
        if name
    )


def in_exam(window: Window, allowed: tuple[str, ...], is_ours: Callable[[int], bool]) -> bool:
    """Whether a window is ours, allowed, or assistive technology's."""
    if matches(allowed, window.app, window.title) or assistive(window.app):
        return True
    return window.pid is not None and is_ours(window.pid)


def prohibited(patterns: tuple[str, ...], name: str) -> bool:
    """Whether a program's name fits a pattern, with or without a suffix of ``.exe``.

    Assistive technology fits none, whatever the pattern.
    """
    return matches(patterns, name, stem(name)) and not assistive(name)


_How = Literal["window", "workspace", "focus", "over"]


@dataclass(frozen=True, slots=True)
class _Away:
    """Where the candidate is instead of in the exam, and how that shows."""

    how: _How
    title: str = ""
    app: str = ""

    def words(self) -> str:
        title = f"“{self.title}” ({self.app or 'unknown application'})"
        shown = title if self.title else self.app
        match self.how:
            case "window" | "over":
                return shown or "a window"
            case "workspace":
                return f"another workspace with {shown}" if shown else "another workspace"
            case "focus":
                return f"the keyboard's focus in {shown or 'another window'}"


_ENDINGS = {
    "window": "in front for",
    "workspace": "shown for",
    "focus": "for",
    "over": "over the exam for",
}


class Home:
    """Which workspace is the exam's: where it was in front twice on end; it may be moved.

    In one look it may still seem to be, although another workspace is shown already: window
    managers tell the two one after the other.
    """

    def __init__(self) -> None:
        self._home: int | None = None
        self._last: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether one was seen yet."""
        return self._home is not None

    def seen(self, workspace: int | None) -> None:
        """The exam was in front while this workspace was shown."""
        if self._home is None or workspace == self._last:
            self._home = workspace
        self._last = workspace

    def is_at(self, workspace: int | None) -> bool:
        """Whether this is the exam's, as far as that is known."""
        return self._home is None or workspace == self._home


class WindowWatcher:
    """``window_switch``: the candidate is in a window that is neither ours nor allowed.

    It shows in one of four ways: such a window is in front; another workspace is shown
    than the one of the exam; the keys go to such a window while ours is in front; such a
    window lies over the exam's own.
    """

    def __init__(
        self,
        policy: Policy,
        is_ours: Callable[[int], bool],
        new_id: Callable[[], str],
        hold_ns: int = HOLD_NS,
    ) -> None:
        """Watch by the policy's rule and its ``allowed_windows``.

        Args:
            policy: patterns are matched on the application's class and on the title.
            is_ours: whether a process id is one of ours.
            new_id: gives each incident its id.
            hold_ns: how long one look speaks for what follows it.
        """
        rule = policy.rule(Kind.WINDOW_SWITCH)
        self._allowed = policy.allowed_windows
        self._is_ours = is_ours
        self._home = Home()
        self._account = Account(
            Kind.WINDOW_SWITCH, rule, new_id, _away_words, _away_detail, hold_ns
        )

    def look(self, now_ns: int, window: Window | None, desk: Desk = _NO_DESK) -> list[Incident]:
        """Take a look: the window in front, or ``None`` when no window is."""
        return self._account.look(now_ns, self._away(window, desk))

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that it could not be told which window is in front."""
        return self._account.unobserved(now_ns)

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        return self._account.finish(now_ns)

    def _away(self, window: Window | None, desk: Desk) -> tuple[_Away, ...]:
        fine = window is not None and self._is_fine(window)
        if fine or not self._home.is_known:
            self._home.seen(desk.workspace)
        elsewhere = not self._home.is_at(desk.workspace)
        if not fine and (window is not None or elsewhere):
            return (_in("workspace" if elsewhere else "window", window),)
        keyboard = desk.keyboard
        if fine and keyboard is not None and not self._is_fine(keyboard):
            return (_in("focus", keyboard),)
        # Beside a program that is merely allowed, windows may lie as they do on any desktop.
        exams = window is not None and window.pid is not None and self._is_ours(window.pid)
        if exams and desk.over is not None and not self._is_fine(desk.over):
            return (_in("over", desk.over),)
        return ()

    def _is_fine(self, window: Window) -> bool:
        return in_exam(window, self._allowed, self._is_ours)


def _in(how: _How, window: Window | None) -> _Away:
    return _Away(how) if window is None else _Away(how, window.title[:LONGEST_NAME], window.app)


def _away_words(seen: list[_Away], seconds: float) -> str:
    how = seen[0].how if seen else "window"
    return f"{named([away.words() for away in seen])} {_ENDINGS[how]} {seconds:.1f} s"


def _away_detail(seen: list[_Away]) -> dict[str, object]:
    first = seen[0] if seen else _Away("window")
    windows = dict.fromkeys((away.title, away.app) for away in seen if away.title or away.app)
    return {
        "how": first.how,
        "title": first.title,
        "application": first.app,
        "windows": [{"title": title, "application": app} for title, app in windows],
    }


class ProcessWatcher:
    """``prohibited_process``: a program runs that the policy names. One incident a name."""

    def __init__(
        self,
        policy: Policy,
        new_id: Callable[[], str],
        is_ours: Callable[[int], bool] = lambda _pid: False,
        hold_ns: int = HOLD_NS,
    ) -> None:
        """Watch by the policy's rule and its ``prohibited_processes``.

        Args:
            policy: names or shell patterns; a name also fits with a suffix of ``.exe``.
            new_id: gives each incident its id.
            is_ours: whether a process id is one of ours; those are no incident.
            hold_ns: how long one list speaks for what follows it.
        """
        self._rule = policy.rule(Kind.PROHIBITED_PROCESS)
        self._patterns = policy.prohibited_processes
        self._new_id = new_id
        self._is_ours = is_ours
        self._hold_ns = hold_ns
        self._programs: dict[str, Account[int]] = {}

    def look(self, now_ns: int, processes: Iterable[Process]) -> list[Incident]:
        """Take a look at all that runs."""
        running: dict[str, list[int]] = {}
        for process in processes:
            if prohibited(self._patterns, process.name) and not self._is_ours(process.pid):
                running.setdefault(process.name, []).append(process.pid)
        for name in running:
            if name not in self._programs:
                self._programs[name] = self._account(name)
        reports: list[Incident] = []
        for name, program in list(self._programs.items()):
            reports += program.look(now_ns, running.get(name, ()))
            if name not in running and not program.is_open:
                del self._programs[name]
        return reports

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that it could not be told what runs."""
        return [
            one for program in self._programs.values() for one in program.unobserved(now_ns)
        ]

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        programs, self._programs = self._programs, {}
        return [one for program in programs.values() for one in program.finish(now_ns)]

    def _account(self, name: str) -> Account[int]:
        def words(_pids: list[int], seconds: float) -> str:
            return f"{name} running for {seconds:.1f} s"

        def detail(pids: list[int]) -> dict[str, object]:
            return {"name": name, "pids": pids}

        return Account(
            Kind.PROHIBITED_PROCESS, self._rule, self._new_id, words, detail, self._hold_ns
        )

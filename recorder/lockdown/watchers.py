"""From what is in front and what runs to incidents; pure, one look at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from recorder.detect.incidents.machine import IncidentMachine, Reading
from recorder.detect.observations import Incident
from recorder.lockdown.adapter import Process, Window
from shared.flags import Kind
from shared.policy import Policy

# An incident names at most so many windows, each so long: a record is bounded.
_WINDOWS_NAMED = 10
_TITLE_LENGTH = 200


def matches(patterns: tuple[str, ...], *names: str) -> bool:
    """Whether a name fits a pattern: shell wildcards (* ? []), capitals or not."""
    return any(
        fnmatchcase(name.casefold(), pattern.casefold())
        for pattern in patterns
        for name in names
        if name
    )


def prohibited(patterns: tuple[str, ...], name: str) -> bool:
    """Whether a program's name fits a pattern, with or without a suffix of ``.exe``."""
    stem = name[:-4] if name.casefold().endswith(".exe") else name
    return matches(patterns, name, stem)


class WindowWatcher:
    """``window_switch``: in front is a window that is neither ours nor allowed."""

    def __init__(
        self, policy: Policy, own_pids: Callable[[], frozenset[int]], new_id: Callable[[], str]
    ) -> None:
        """Watch by the policy's rule and its ``allowed_windows``.

        Args:
            policy: patterns are matched on the application's class and on the title.
            own_pids: the processes whose windows are ours.
            new_id: gives each incident its id.
        """
        rule = policy.rule(Kind.WINDOW_SWITCH)
        self._allowed = policy.allowed_windows
        self._own_pids = own_pids
        self._machine = IncidentMachine(Kind.WINDOW_SWITCH, rule, new_id, self._words)
        self._seen: dict[tuple[str, str], None] = {}
        self._open = False

    def look(self, now_ns: int, window: Window | None) -> list[Incident]:
        """Take a look: the window in front, or ``None`` when no window is."""
        foreign = window is not None and not self._is_fine(window)
        if window is None or not foreign:
            reports = self._named(self._machine.step(now_ns, Reading(0.0)))
            if not self._open:
                self._seen.clear()
            return reports
        if len(self._seen) < _WINDOWS_NAMED:
            self._seen[(window.app, window.title[:_TITLE_LENGTH])] = None
        return self._named(self._machine.step(now_ns, Reading(1.0)))

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that it could not be told which window is in front."""
        return self._named(self._machine.step(now_ns, None))

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        return self._named(self._machine.finish(now_ns))

    def _is_fine(self, window: Window) -> bool:
        ours = window.pid is not None and window.pid in self._own_pids()
        return ours or matches(self._allowed, window.app, window.title)

    def _words(self, _numbers: object, seconds: float) -> str:
        others = len(self._seen) - 1
        app, title = next(iter(self._seen), ("", ""))
        shown = f"“{title}” ({app or 'unknown application'})" if title else app or "a window"
        more = f" and {others} more" if others > 0 else ""
        return f"{shown}{more} in front for {seconds:.1f} s"

    def _named(self, reports: list[Incident]) -> list[Incident]:
        named: list[Incident] = []
        for report in reports:
            self._open = report.end_ns is None
            app, title = next(iter(self._seen), ("", ""))
            windows = [{"title": title, "application": app} for app, title in self._seen]
            detail = {**report.detail, "title": title, "application": app, "windows": windows}
            named.append(replace(report, detail=detail))
            if not self._open:  # what is in front now belongs to the next incident
                newest = list(self._seen)[-1:] if self._machine.active else []
                self._seen = dict.fromkeys(newest)
        return named


@dataclass(slots=True)
class _Program:
    """A prohibited program: its machine, and what was seen of it."""

    name: str
    machine: IncidentMachine
    pids: dict[int, None] = field(default_factory=dict)
    open: bool = False


class ProcessWatcher:
    """``prohibited_process``: a program runs that the policy names. One incident a name."""

    def __init__(self, policy: Policy, new_id: Callable[[], str]) -> None:
        """Watch by the policy's rule and its ``prohibited_processes``.

        Args:
            policy: names or shell patterns; a name also fits with a suffix of ``.exe``.
            new_id: gives each incident its id.
        """
        self._rule = policy.rule(Kind.PROHIBITED_PROCESS)
        self._patterns = policy.prohibited_processes
        self._new_id = new_id
        self._programs: dict[str, _Program] = {}

    def look(self, now_ns: int, processes: Iterable[Process]) -> list[Incident]:
        """Take a look at all that runs."""
        running: dict[str, list[int]] = {}
        for process in processes:
            if prohibited(self._patterns, process.name):
                running.setdefault(process.name, []).append(process.pid)
        for name in running:
            if name not in self._programs:
                self._programs[name] = self._new_program(name)
        reports: list[Incident] = []
        for name, program in list(self._programs.items()):
            pids = running.get(name, [])
            program.pids.update(dict.fromkeys(pids))
            reports += self._named(program, program.machine.step(now_ns, _reading(pids)))
            if not pids and not program.open:
                del self._programs[name]
        return reports

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that it could not be told what runs."""
        reports: list[Incident] = []
        for program in self._programs.values():
            reports += self._named(program, program.machine.step(now_ns, None))
        return reports

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        reports: list[Incident] = []
        for program in self._programs.values():
            reports += self._named(program, program.machine.finish(now_ns))
        self._programs.clear()
        return reports

    def _new_program(self, name: str) -> _Program:
        def words(_numbers: object, seconds: float) -> str:
            return f"{name} running for {seconds:.1f} s"

        machine = IncidentMachine(Kind.PROHIBITED_PROCESS, self._rule, self._new_id, words)
        return _Program(name, machine)

    def _named(self, program: _Program, reports: list[Incident]) -> list[Incident]:
        named: list[Incident] = []
        for report in reports:
            program.open = report.end_ns is None
            detail = {**report.detail, "name": program.name, "pids": list(program.pids)}
            named.append(replace(report, detail=detail))
        return named


def _reading(pids: list[int]) -> Reading:
    return Reading(1.0 if pids else 0.0)

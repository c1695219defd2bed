"""Steps performed in order and undone in reverse, each on the journal before it is done."""

from __future__ import annotations

from collections.abc import Sequence as Steps
from dataclasses import dataclass

import structlog

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.journal import Journal
from recorder.lockdown.operation import (
    Evasion,
    InForce,
    NotInForce,
    Operation,
    Performed,
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Engaged:
    """What came of each step, by its name; ``failed`` is the one for which all was undone."""

    performed: dict[str, Performed]
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the steps in force saw; ``blind`` are those that could not be told."""

    evasions: tuple[tuple[str, Evasion], ...] = ()
    blind: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Standing:
    operation: Operation
    noted: int | None


class Sequence:
    """Some operations as one. Not for several threads at once."""

    def __init__(self, operations: Steps[Operation], journal: Journal) -> None:
        """Nothing is done yet."""
        self._operations = tuple(operations)
        self._journal = journal
        self._standing: list[_Standing] = []

    def engage(self) -> Engaged:
        """Perform all in order.

        What this machine cannot do, or does not do now, is said and left out; the others
        stand. A step that breaks off in a way that nobody foresaw has all undone.
        """
        performed: dict[str, Performed] = {}
        for operation in self._operations:
            try:
                performed[operation.name] = self._perform(operation)
            except Exception as bug:  # noqa: BLE001  (whatever it is, the machine is given back)
                _log.exception("operation_failed", operation=operation.name)
                self.release()
                performed = dict.fromkeys(
                    (one.name for one in self._operations),
                    NotInForce(f"it was taken back, because “{operation.name}” failed: {bug}"),
                )
                return Engaged(performed, operation.name)
        return Engaged(performed)

    def look(self) -> Look:
        """Whether something evaded what is in force; it is enforced again."""
        evasions: list[tuple[str, Evasion]] = []
        blind: list[tuple[str, str]] = []
        for standing in self._standing:
            operation = standing.operation
            try:
                evasions += [(operation.name, one) for one in operation.check()]
            except EnvironmentFault as fault:
                blind.append((operation.name, fault.what))
            except Exception as bug:  # noqa: BLE001  (one that breaks must not hide the others)
                _log.exception("check_failed", operation=operation.name)
                blind.append((operation.name, f"it failed: {bug!r}"))
        return Look(tuple(evasions), tuple(blind))

    def release(self) -> dict[str, str]:
        """Undo all in reverse; doing so twice is allowed.

        Returns:
            By operation why it could not be undone. The journal keeps it: the watchdog, and
            the next start of the program, try again.
        """
        left: dict[str, str] = {}
        kept: list[_Standing] = []
        while self._standing:
            standing = self._standing.pop()
            if why := self._revert(standing):
                left[standing.operation.name] = why
                kept.append(standing)
        self._standing = kept[::-1]
        return left

    def _perform(self, operation: Operation) -> Performed:
        try:
            state = operation.before()
            noted = None if state is None else self._journal.write(operation.name, state)
        except EnvironmentFault as fault:
            return NotInForce(str(fault))
        standing = _Standing(operation, noted)
        self._standing.append(standing)
        try:
            outcome = operation.perform()
        except EnvironmentFault as fault:
            outcome = NotInForce(str(fault))
        match outcome:
            case InForce():
                return outcome
            case NotInForce() | Unsupported():
                if not self._revert(standing):
                    self._standing.remove(standing)
                return outcome

    def _revert(self, standing: _Standing) -> str:
        """Why it could not be undone; empty where it was."""
        try:
            standing.operation.revert()
        except EnvironmentFault as fault:
            return str(fault)
        except Exception as bug:  # noqa: BLE001  (the others are to be undone as well)
            _log.exception("revert_failed", operation=standing.operation.name)
            return f"it failed: {bug!r}"
        if standing.noted is not None:
            try:
                self._journal.undone(standing.noted)
            except OSError as problem:
                # It is undone all the same, and so are the others, now and at the next start.
                _log.warning("not_noted_as_undone", why=str(problem))
        return ""

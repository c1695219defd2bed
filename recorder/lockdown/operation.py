"""One reversible step on the candidate's machine, and what may come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from recorder.lockdown.adapter import Unsupported
from shared.flags import Kind

# What a journal holds of a step: JSON values alone, enough to undo it without this process.
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InForce:
    """The step is done. ``without`` names what of it could not be had, a sentence each."""

    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotInForce:
    """The step could have been done here, and was not; nothing of it is left."""

    reason: str


Performed = InForce | NotInForce | Unsupported


@dataclass(frozen=True, slots=True)
class Evasion:
    """Somebody or something got round a step, or tried to.

    Attributes:
        kind: what sort of incident it is; ``None`` where it is none (a screen saver that
            came back), and is only counted and put right.
        subject: what it was about, short and never content: a shortcut, formats, a title.
        detail: further facts for the incident; of one subject the latest count.
        at_ns: when it happened, on the evidence clock; ``None`` for now.
        lasts: a condition that goes on (not full screen), which is an incident when it has
            lasted the rule's onset; else a deed (a key pressed), which is one at once.
    """

    kind: Kind | None
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    at_ns: int | None = None
    lasts: bool = False


class Operation(Protocol):
    """A step that can be undone.

    ``before``, ``perform`` and ``revert`` are called on the thread that starts or stops the
    lockdown, ``check`` several times a second on the lockdown's own; ``check`` must not wait
    for another thread. (What belongs to Qt's main thread gathers its evasions there and hands
    them over in ``check``.)
    """

    @property
    def name(self) -> str:
        """A stable word for journals and logs; in English, with underscores."""
        ...

    def before(self) -> State | None:
        """What it would take to undo this step from another process, looked at now.

        ``None`` where nothing outlives the process: its windows, its grabs. What is given
        is in the journal, on the disk, before ``perform`` is called, and ``RESTORERS`` has
        a way to undo it by ``name``.

        Raises:
            EnvironmentFault: it cannot be told, so the step must not be done.
        """
        ...

    def perform(self) -> Performed:
        """Do it. What fails halfway is taken back before it is said.

        Raises:
            EnvironmentFault: as ``NotInForce``.
        """
        ...

    def check(self) -> tuple[Evasion, ...]:
        """What evaded it since the last call; where it is enforced, it is done again.

        Raises:
            EnvironmentFault: it cannot be told just now.
        """
        ...

    def revert(self) -> None:
        """Undo it. Doing so twice, or without ``perform``, is allowed.

        Raises:
            EnvironmentFault: it could not be undone; the journal keeps it for later.
        """
        ...

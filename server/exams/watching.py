"""What a policy watches for, said plainly where that depends on more than a switch."""

from __future__ import annotations

from typing import Protocol

from shared.flags import Kind
from shared.policy import Objects, Rule


class Rules(Protocol):
    """A policy or an exam's terms."""

    @property
    def objects(self) -> Objects:
        """Which objects."""
        ...

    @property
    def prohibited_processes(self) -> tuple[str, ...]:
        """Which programs."""
        ...

    def rule(self, kind: Kind) -> Rule:
        """The rule of a kind."""
        ...


def objects_said(rules: Rules) -> str:
    """Whether objects are watched, and what that hangs on."""
    if not rules.rule(Kind.OBJECT_SEEN).enabled:
        return f"Objects are not watched: “{Kind.OBJECT_SEEN.label}” is off."
    if rules.objects.model is None:
        return (
            "Invigil comes without an object model, and this policy names none. Objects are "
            "watched only on computers where your institution installed one; on all others "
            "they are not watched, and the session says so."
        )
    return (
        f"Objects are watched with the model {rules.objects.model[:16]}… alone. On a computer "
        "that does not have it they are not watched, and the session says so."
    )


def programs_said(rules: Rules) -> str:
    """Whether programs are looked for; empty where there is nothing to add."""
    wanted = rules.rule(Kind.PROHIBITED_PROCESS).enabled
    if wanted and not rules.prohibited_processes:
        return "No program is prohibited, so none is looked for."
    return ""

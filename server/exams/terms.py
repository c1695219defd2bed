"""What an institution decides about an exam's policy; the rest follows from it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.flags import Kind
from shared.policy import (
    DEFAULT_RULES,
    Clips,
    Identity,
    Objects,
    Policy,
    Rule,
    Seconds,
    Streams,
)

# A year: what evidence may be wanted for in an appeal, where nothing else is said.
DEFAULT_RETENTION_DAYS = 365

DEFAULT_PURPOSE = "So that people can check afterwards that the exam was taken under its rules."


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an institution decides about an exam's policy.

    ``kinds`` are rules by kind, each said whole: what a rule leaves out is ``Rule``'s
    default. A kind that is not named has the rule of ``DEFAULT_RULES``.
    """

    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)] = DEFAULT_PURPOSE
    retention_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = DEFAULT_RETENTION_DAYS
    duration_s: Seconds = 3600.0
    streams: Streams = Streams()
    kinds: dict[Kind, Rule] = msgspec.field(default_factory=lambda: dict(DEFAULT_RULES))
    objects: Objects = Objects()
    identity: Identity = Identity()
    clips: Clips = Clips()
    prohibited_processes: tuple[str, ...] = ()
    allowed_windows: tuple[str, ...] = ()
    heartbeat_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 10.0
    rotate_s: Annotated[float, msgspec.Meta(ge=60, le=86_400)] = 900.0

    def rule(self, kind: Kind) -> Rule:
        """The rule of a kind, named or not."""
        return self.kinds.get(kind) or DEFAULT_RULES.get(kind, Rule(enabled=False))

    @property
    def rules(self) -> dict[Kind, Rule]:
        """The rules of every kind that is watched by default or named, in the kinds' order."""
        named = DEFAULT_RULES.keys() | self.kinds.keys()
        return {kind: self.rule(kind) for kind in Kind if kind in named}


def terms_of(policy: Policy) -> Terms:
    """The terms that a policy was signed on. A kind that it does not name is off."""
    return Terms(
        purpose=policy.purpose,
        retention_days=policy.retention_days,
        duration_s=policy.exam.duration_s,
        streams=policy.streams,
        kinds={**_switched_off(DEFAULT_RULES), **policy.kinds},
        objects=policy.objects,
        identity=policy.identity,
        clips=policy.clips,
        prohibited_processes=policy.prohibited_processes,
        allowed_windows=policy.allowed_windows,
        heartbeat_s=policy.heartbeat_s,
        rotate_s=policy.rotate_s,
    )


def _switched_off(rules: dict[Kind, Rule]) -> dict[Kind, Rule]:
    return {kind: msgspec.structs.replace(rule, enabled=False) for kind, rule in rules.items()}

"""What an institution decides about an exam's policy; the rest follows from it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from server.exams.machine import BY_KIND, level_of
from shared.flags import Kind
from shared.policy import (
    DEFAULT_RULES,
    Breaks,
    Clips,
    Days,
    EarlierKind,
    Environment,
    Identity,
    Level,
    Lockdown,
    Objects,
    Policy,
    Review,
    Rule,
    Seconds,
    Streams,
    Surface,
    Warnings,
)

# As ``shared.policy.Exam`` bounds them.
StartTime = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None
Zone = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]

# A year: what evidence may be wanted for in an appeal, where nothing else is said.
DEFAULT_RETENTION_DAYS = 365

DEFAULT_PURPOSE = "So that people can check afterwards that the exam was taken under its rules."


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an institution decides about an exam's policy.

    ``kinds`` are rules by kind, each said whole: what a rule leaves out is ``Rule``'s
    default. A kind that is not named has the rule of ``DEFAULT_RULES``, and is off where these
    terms leave out what it is noticed by (a part of ``lockdown``, the browser). ``starts_us``
    is when the exam begins for everybody, ``zone`` the time zone that people say it in.
    """

    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)] = DEFAULT_PURPOSE
    retention_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = DEFAULT_RETENTION_DAYS
    kept_days: dict[EarlierKind, Days] = msgspec.field(default_factory=dict[EarlierKind, Days])
    duration_s: Seconds = 3600.0
    streams: Streams = Streams()
    starts_us: StartTime = None
    zone: Zone = "UTC"
    kinds: dict[Kind, Rule] = msgspec.field(default_factory=dict[Kind, Rule])
    objects: Objects = Objects()
    identity: Identity = Identity()
    clips: Clips = Clips()
    lockdown: Lockdown = Lockdown()
    surface: Surface = Surface()
    environment: Environment = Environment()
    breaks: Breaks = Breaks()
    review: Review = Review()
    warnings: Warnings = 0
    prohibited_processes: tuple[str, ...] = ()
    allowed_windows: tuple[str, ...] = ()
    heartbeat_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 10.0
    rotate_s: Annotated[float, msgspec.Meta(ge=60, le=86_400)] = 900.0

    def rule(self, kind: Kind) -> Rule:
        """The rule of a kind, named or not."""
        if kind in self.kinds:
            return self.kinds[kind]
        rule = DEFAULT_RULES.get(kind, Rule(enabled=False))
        return rule if self.notices(kind) else _off(rule)

    def notices(self, kind: Kind) -> bool:
        """Whether what a kind is noticed by is there: always, but for kinds that are a part of
        the machine's or the browser's.
        """
        return noticed(kind, self.lockdown, self.surface)

    @property
    def rules(self) -> dict[Kind, Rule]:
        """The rules of every kind that is watched by default or named, in the kinds' order."""
        named = DEFAULT_RULES.keys() | self.kinds.keys()
        return {kind: self.rule(kind) for kind in Kind if kind in named}


def noticed(kind: Kind, lockdown: Lockdown, surface: Surface) -> bool:
    """Whether a policy with these has what a kind is noticed by."""
    if kind is Kind.BLOCKED_ADDRESS:
        return surface.kind == "browser"
    part = BY_KIND.get(kind)
    return part is None or level_of(lockdown, part) is not Level.OFF


def terms_of(policy: Policy) -> Terms:
    """The terms that a policy was signed on. A kind that it does not name is off, and so is
    what older policies could not name: a part of the machine that no kind of theirs speaks
    of, or what needs a stream that they do not record. What they keep for longer than
    everything goes with the rest, as it always did.
    """
    return Terms(
        purpose=policy.purpose,
        retention_days=policy.retention_days,
        kept_days=_kept_days(policy),
        duration_s=policy.exam.duration_s,
        starts_us=policy.exam.starts_us,
        zone=policy.exam.zone,
        streams=policy.streams,
        kinds={**{kind: _off(rule) for kind, rule in DEFAULT_RULES.items()}, **policy.kinds},
        objects=policy.objects,
        identity=_identity(policy),
        clips=policy.clips,
        lockdown=_lockdown(policy),
        surface=policy.surface,
        environment=policy.environment,
        breaks=policy.breaks,
        review=policy.review,
        warnings=policy.warnings,
        prohibited_processes=policy.prohibited_processes,
        allowed_windows=policy.allowed_windows,
        heartbeat_s=policy.heartbeat_s,
        rotate_s=policy.rotate_s,
    )


def restored(now: Terms, older: Terms) -> Terms:
    """An older version's rules, held when the exam is held now: when it begins, how long it
    lasts and in which time zone that is said belongs to its schedule.
    """
    return msgspec.structs.replace(
        older, starts_us=now.starts_us, duration_s=now.duration_s, zone=now.zone
    )


def _kept_days(policy: Policy) -> dict[EarlierKind, int]:
    return {
        kind: days for kind, days in policy.kept_days.items() if days <= policy.retention_days
    }


def _identity(policy: Policy) -> Identity:
    said, streams = policy.identity, policy.streams
    return msgspec.structs.replace(
        said,
        calibration=said.calibration and streams.camera.enabled,
        voice=said.voice and streams.microphone.enabled,
    )


def _lockdown(policy: Policy) -> Lockdown:
    unnamed = {
        part.name: Level.OFF
        for kind, part in BY_KIND.items()
        if kind not in policy.kinds and level_of(policy.lockdown, part) is Level.WATCH
    }
    return msgspec.structs.replace(policy.lockdown, **unnamed)


def _off(rule: Rule) -> Rule:
    return msgspec.structs.replace(rule, enabled=False)

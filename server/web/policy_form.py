"""The form of an exam's policy: its fields from terms, and terms from what was typed.

Numbers stand in the fields as people read them (60 for a certainty of 0.6). Boxes that are
not ticked are not sent, so a field that is missing is off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from server.exams.contradictions import Window, contradictions
from server.exams.measures import NEEDS, Stream, measure, numbers, value
from server.exams.terms import Terms
from server.web.forms import minutes, seconds, shown
from server.web.forms import number as read_number
from server.web.judging_form import judging_fields, read_judging
from server.web.kept_form import kept_fields, read_kept
from server.web.schedule_form import asked_folds, read_start
from server.web.surroundings_form import (
    Fields,
    read_environment,
    read_lockdown,
    read_surface,
    surroundings_fields,
)
from shared.flags import Kind, Severity
from shared.policy import Breaks, Clips, Identity, Objects, Rule, Streams

# Ticked on a form whose policy does without a stream: whatever needs it goes off as well.
WITHOUT = "without"

_STREAMS: tuple[Stream, ...] = ("camera", "microphone")

# Numbers that stand by themselves: bounds as ``shared.policy`` has them, whole or not.
_BOUNDS: Mapping[str, tuple[float, float, type[int] | type[float]]] = {
    "minutes": (1, 1440, float),
    "retention_days": (1, 3650, int),
    "camera.kept_fps": (1, 60, int),
    "camera.kbit_s": (16, 8000, int),
    "microphone.kbit_s": (6, 256, int),
    "screen.fps": (1, 30, int),
    "screen.kbit_s": (16, 8000, int),
    "clips.before_s": (0, 15, float),
    "clips.after_s": (0, 15, float),
    "clips.fps": (1, 30, int),
    "breaks.count": (0, 100, int),
    "breaks.minutes": (0, 1440, float),
    "environment.limit": (0, 10, float),
    "warnings": (0, 100, int),
}

# What a field is held against, by its name, or by what stands before or after its point.
_AGAINST: Mapping[str, str] = {
    "kept": "retention_days",
    "breaks.minutes": "minutes",
    "clips.before_s": "clips.after_s",
    "release": "threshold",
    "escalate_after_s": "onset_s",
    "escalate_to": "severity",
}

_S = TypeVar("_S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What is wrong, by field; ``fields`` is what was typed, to be shown again."""

    words: dict[str, str]
    fields: Fields


def fields_of(terms: Terms) -> dict[str, str]:
    """The form's fields for these terms."""
    streams, clips = terms.streams, terms.clips
    ticked = {
        "camera": streams.camera.enabled,
        "microphone": streams.microphone.enabled,
        "screen": streams.screen.enabled,
        "photo": terms.identity.photo,
        "document": terms.identity.document,
        "calibration": terms.identity.calibration,
        "voice": terms.identity.voice,
        "override": terms.identity.override,
        "clips": clips.enabled,
    }
    said = {
        "minutes": minutes(terms.duration_s),
        "retention_days": terms.retention_days,
        "camera.kept_fps": streams.camera.kept_fps,
        "camera.kbit_s": streams.camera.kbit_s,
        "microphone.kbit_s": streams.microphone.kbit_s,
        "screen.fps": streams.screen.fps,
        "screen.kbit_s": streams.screen.kbit_s,
        "clips.before_s": clips.before_s,
        "clips.after_s": clips.after_s,
        "clips.fps": clips.fps,
        "breaks.count": terms.breaks.count,
        "breaks.minutes": minutes(terms.breaks.longest_s),
        "warnings": terms.warnings,
    }
    return {
        "purpose": terms.purpose,
        "prohibited": "\n".join(terms.prohibited_processes),
        "windows": "\n".join(terms.allowed_windows),
        "labels": "\n".join(terms.objects.labels),
        "model": terms.objects.model or "",
        "clips.severity": clips.severity.value,
        **{name: shown(number) for name, number in said.items()},
        **{name: "on" for name, on in ticked.items() if on},
        **surroundings_fields(terms),
        **judging_fields(terms),
        **kept_fields(terms),
        **every_rule(terms),
    }


def every_rule(terms: Terms) -> dict[str, str]:
    """The fields of all kinds."""
    found: dict[str, str] = {}
    for kind, rule in terms.rules.items():
        found |= rule_fields(kind, rule)
    return found


def rule_fields(kind: Kind, rule: Rule) -> dict[str, str]:
    """The fields of one kind."""
    after, to = rule.escalate_after_s, rule.escalate_to
    told = {
        f"{kind}.{name}": shown(measure(kind, name).told(value(kind, rule, name)))
        for name in (*numbers(kind), "weight")
    }
    return {
        **told,
        **({f"{kind}.on": "on"} if rule.enabled else {}),
        f"{kind}.severity": rule.severity.value,
        f"{kind}.escalate_after_s": "" if after is None else shown(after),
        f"{kind}.escalate_to": "" if to is None else to.value,
    }


def reset_fields(fields: Fields, what: str) -> dict[str, str]:
    """The fields as typed, but for the kind called ``what`` (or ``all``), which is as by
    default.
    """
    default = every_rule(Terms())
    wanted = [kind for kind in Kind if what in (kind, "all")]
    of = tuple(f"{kind}." for kind in wanted)
    others = {name: text for name, text in fields.items() if not name.startswith(of)}
    return others | {name: text for name, text in default.items() if name.startswith(of)}


def read_terms(fields: Fields, base: Terms, window: Window | None = None) -> Terms | Mistakes:
    """The terms that a form describes, or everything that is wrong with it.

    Args:
        fields: what was sent.
        base: what the form does not show is as here.
        window: from when to when the exam may be begun (µs UTC), where that is known.
    """
    wrong: dict[str, str] = {}
    number = {name: _scalar(fields, name, wrong) for name in _BOUNDS}
    known = [base.starts_us, window[0] if window else None]
    purpose = fields.get("purpose", "").strip()
    if not 0 < len(purpose) <= 2000:
        wrong["purpose"] = "Say in at most 2,000 characters why it is recorded."
    terms = Terms(
        purpose=purpose,
        retention_days=int(number["retention_days"]),
        kept_days=read_kept(fields, wrong),
        duration_s=seconds(number["minutes"]),
        streams=_streams(fields, base.streams, number),
        kinds={kind: _rule(fields, kind, rule, wrong) for kind, rule in base.rules.items()},
        objects=Objects(labels=_lines(fields, "labels"), model=_model(fields)),
        identity=Identity(**{name: name in fields for name in Identity.__struct_fields__}),
        clips=_clips(fields, base.clips, number, wrong),
        starts_us=read_start(fields, wrong, known),
        zone=fields.get("zone", "").strip() or base.zone,
        lockdown=read_lockdown(fields, wrong),
        surface=read_surface(fields, wrong, _lines(fields, "surface.allowed")),
        environment=read_environment(fields, wrong, number["environment.limit"]),
        breaks=Breaks(
            count=int(number["breaks.count"]),
            longest_s=seconds(number["breaks.minutes"]),
        ),
        review=read_judging(fields, base.review, wrong),
        warnings=int(number["warnings"]),
        prohibited_processes=_lines(fields, "prohibited"),
        allowed_windows=_lines(fields, "windows"),
        heartbeat_s=base.heartbeat_s,
        rotate_s=base.rotate_s,
    )
    for stream in _STREAMS:
        if stream not in fields and f"{stream}.{WITHOUT}" in fields:
            terms = _without(terms, stream)
    typed = frozenset(wrong)
    for one in contradictions(terms, window):
        if _against(one.field) not in typed:
            wrong.setdefault(one.field, one.words)
    return Mistakes(wrong, asked_folds(fields)) if wrong else terms


def _against(field: str) -> str:
    """The field that another one is held against: where that is wrong as it was typed, nothing
    is known of what it means.
    """
    kind, _, name = field.rpartition(".")
    return _AGAINST.get(field) or _AGAINST.get(kind) or f"{kind}.{_AGAINST.get(name, '')}"


def _without(terms: Terms, stream: Stream) -> Terms:
    """The same without what a stream is needed for."""
    off = {kind: _changed(terms.rule(kind), enabled=False) for kind in NEEDS[stream]}
    terms = _changed(terms, kinds=terms.kinds | off)
    if stream != "camera":
        return _changed(terms, identity=_changed(terms.identity, voice=False))
    without = _changed(terms.identity, photo=False, document=False, calibration=False)
    clips = _changed(terms.clips, enabled=False)
    return _changed(terms, identity=without, clips=clips)


def _streams(fields: Fields, base: Streams, number: Mapping[str, float]) -> Streams:
    return _changed(
        base,
        camera=_changed(
            base.camera,
            enabled="camera" in fields,
            kept_fps=int(number["camera.kept_fps"]),
            kbit_s=int(number["camera.kbit_s"]),
        ),
        microphone=_changed(
            base.microphone,
            enabled="microphone" in fields,
            kbit_s=int(number["microphone.kbit_s"]),
        ),
        screen=_changed(
            base.screen,
            enabled="screen" in fields,
            fps=int(number["screen.fps"]),
            kbit_s=int(number["screen.kbit_s"]),
        ),
    )


def _clips(
    fields: Fields, base: Clips, number: Mapping[str, float], wrong: dict[str, str]
) -> Clips:
    return _changed(
        base,
        enabled="clips" in fields,
        before_s=number["clips.before_s"],
        after_s=number["clips.after_s"],
        fps=int(number["clips.fps"]),
        severity=_severity(fields, "clips.severity", wrong) or base.severity,
    )


def _rule(fields: Fields, kind: Kind, base: Rule, wrong: dict[str, str]) -> Rule:
    told: dict[str, Any] = {}
    for name in (*numbers(kind), "weight"):
        number = read_number(fields.get(f"{kind}.{name}", ""))
        if number is None:
            wrong[f"{kind}.{name}"] = "Write a number here."
        else:
            told[name] = measure(kind, name).meant(number)
    after = fields.get(f"{kind}.escalate_after_s", "").strip()
    told["escalate_after_s"] = read_number(after)
    if after and told["escalate_after_s"] is None:
        wrong[f"{kind}.escalate_after_s"] = "Write a number of seconds, or nothing."
    return _changed(
        base,
        **told,
        enabled=f"{kind}.on" in fields,
        severity=_severity(fields, f"{kind}.severity", wrong) or base.severity,
        escalate_to=_severity(fields, f"{kind}.escalate_to", wrong, needed=False),
    )


def _severity(
    fields: Fields, name: str, wrong: dict[str, str], *, needed: bool = True
) -> Severity | None:
    said = fields.get(name, "")
    if said in set(Severity):
        return Severity(said)
    if said or needed:
        wrong[name] = "Choose a severity from the list."
    return None


def _scalar(fields: Fields, name: str, wrong: dict[str, str]) -> float:
    low, high, kind = _BOUNDS[name]
    number = read_number(fields.get(name, ""))
    whole = kind is float or (number is not None and number.is_integer())
    if number is not None and whole and low <= number <= high:
        return number
    what = "a whole number" if kind is int else "a number"
    wrong[name] = f"This is {what} from {low:,} to {high:,}."
    return low


def _model(fields: Fields) -> str | None:
    return "".join(fields.get("model", "").split()).lower() or None


def _lines(fields: Fields, name: str) -> tuple[str, ...]:
    """The lines of a field that say something, each once."""
    lines = (line.strip() for line in fields.get(name, "").splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def _changed(struct: _S, **changes: Any) -> _S:
    return msgspec.structs.replace(struct, **changes)

"""What changed from one signed policy to the next, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from server.exams.machine import LEVELS, PARTS, Part, level_of
from server.exams.measures import measure, said
from server.exams.starting import said as said_start
from shared.counting import count
from shared.flags import Kind
from shared.policy import OFF, Policy, Rule

# Lists are told by what came and went, and by no more of it than anybody reads.
MAX_NAMED = 8

_Told = Callable[[Policy], Any]


def changes(before: Policy, after: Policy) -> list[str]:
    """What ``after`` says otherwise than ``before``, a line each."""
    return [
        *_plain(before, after),
        *(line for kind in Kind for line in _kind(kind, before, after)),
        *_list("Allowed addresses", before.surface.allowed, after.surface.allowed),
        *_list("Objects looked for", before.objects.labels, after.objects.labels),
        *_list("Prohibited", before.prohibited_processes, after.prohibited_processes),
        *_list("Allowed windows", before.allowed_windows, after.allowed_windows),
    ]


def plainly(policy: Policy) -> list[tuple[str, str]]:
    """What a policy says besides its kinds and its lists, as (name, words)."""
    return [(name, str(told(policy))) for name, told in _PLAIN]


def _plain(before: Policy, after: Policy) -> Iterator[str]:
    for name, told in _PLAIN:
        old, new = told(before), told(after)
        if old != new:
            yield f"{name}: {new} (was {old})"


def _kind(kind: Kind, before: Policy, after: Policy) -> Iterator[str]:
    old, new = before.kinds.get(kind, OFF), after.kinds.get(kind, OFF)
    if old.enabled != new.enabled:
        yield f"{kind.label}: switched {'on' if new.enabled else 'off'}"
    if not new.enabled or old is OFF:
        return
    if said(kind, old) != said(kind, new):
        yield f"{kind.label}: {said(kind, new)} Was: {said(kind, old)}"
    if old.severity is not new.severity:
        yield f"{kind.label}: {new.severity} (was {old.severity})"
    if _escalated(old) != _escalated(new):
        yield f"{kind.label}: {_escalated(new)} (was {_escalated(old)})"
    if old.weight != new.weight:
        of = measure(kind, "weight")
        yield f"{kind.label}: weight {of.words(new.weight)} (was {of.words(old.weight)})"
    if old.merge_s != new.merge_s:
        yield f"{kind.label}: one flag within {new.merge_s:g} s (was {old.merge_s:g} s)"


def _escalated(rule: Rule) -> str:
    if rule.escalate_after_s is None or rule.escalate_to is None:
        return "never graver"
    return f"{rule.escalate_to} from {rule.escalate_after_s:g} s on"


def _list(name: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    came = [one for one in after if one not in before]
    went = [one for one in before if one not in after]
    if came:
        yield f"{name}: added {_named(came)}"
    if went:
        yield f"{name}: removed {_named(went)}"


def _named(lines: list[str]) -> str:
    more = len(lines) - MAX_NAMED
    return ", ".join(lines[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _yes(*, said: bool) -> str:
    return "asked for" if said else "not asked for"


def _taken(*, said: bool) -> str:
    return "taken" if said else "not taken"


def _on(stream: Any) -> str:
    return f"recorded at {stream.kbit_s} kbit/s" if stream.enabled else "not recorded"


def _camera(policy: Policy) -> str:
    camera = policy.streams.camera
    if not camera.enabled:
        return _on(camera)
    return f"{_on(camera)}, {camera.width}×{camera.height}, {camera.kept_fps} a second kept"


def _clips(policy: Policy) -> str:
    clips = policy.clips
    if not clips.enabled:
        return "not kept"
    span = f"{clips.before_s:g} s before to {clips.after_s:g} s after"
    return f"{span}, {clips.fps} a second, from {clips.severity} on"


def _start(policy: Policy) -> str:
    exam = policy.exam
    return (
        "when each is ready"
        if exam.starts_us is None
        else said_start(exam.starts_us, exam.zone)
    )


def _breaks(policy: Policy) -> str:
    breaks = policy.breaks
    if not breaks.count:
        return "none"
    return f"{breaks.count}, {breaks.longest_s / 60:g} minutes each at most"


def _surface(policy: Policy) -> str:
    surface = policy.surface
    if surface.kind == "record_only":
        return "other programs beside the recorder"
    names = [name.replace("_", " ") for name in _SWITCHES if getattr(surface, name)]
    return (
        f"the exam browser, from {surface.start} on; with {', '.join(names) or 'nothing else'}"
    )


def _environment(policy: Policy) -> str:
    if policy.environment.action == "note":
        return "noted"
    return f"a proctor is asked from {policy.environment.limit:g} on"


def _warnings(policy: Policy) -> str:
    number = policy.warnings
    if not number:
        return "none ends the session"
    return f"{number} end the session" if number > 1 else "the first ends the session"


def _limit(policy: Policy) -> str:
    review = policy.review
    does = {"pause": "pauses the exam", "terminate": "ends the session"}[review.at_limit]
    return f"a score of {review.limit} {does}" if review.limit else "none"


def _burst(policy: Policy) -> str:
    seconds = policy.review.burst_s
    return f"within {seconds:g} s are one flag" if seconds else "are a flag each"


def _human_first(policy: Policy) -> str:
    return ", ".join(kind.label for kind in policy.review.human_first) or "nothing"


def _earlier(policy: Policy) -> str:
    told = [f"{kind} after {count(days, 'day')}" for kind, days in policy.kept_days.items()]
    return ", ".join(told) or "nothing"


def _level(part: Part) -> _Told:
    return lambda policy: LEVELS[level_of(policy.lockdown, part)]


_SWITCHES = (
    "clipboard",
    "new_windows",
    "downloads",
    "printing",
    "spell_check",
    "context_menu",
    "developer_tools",
    "header",
)

_PLAIN: tuple[tuple[str, _Told], ...] = (
    ("Title", lambda p: p.exam.title),
    ("Institution", lambda p: f"{p.institution.name}, {p.institution.contact}"),
    ("Time to work", lambda p: f"{p.exam.duration_s / 60:g} minutes"),
    ("Exam begins", _start),
    ("Breaks", _breaks),
    ("Warnings", _warnings),
    ("Like incidents", _burst),
    ("A second reviewer agrees", lambda p: _yes(said=p.review.four_eyes)),
    ("A person looks first at", _human_first),
    ("Limit of the score", _limit),
    ("Purpose", lambda p: p.purpose),
    ("Recordings are kept for", lambda p: count(p.retention_days, "day")),
    ("Of these, destroyed earlier", _earlier),
    ("Camera", _camera),
    ("Microphone", lambda p: _on(p.streams.microphone)),
    ("Screen", lambda p: _on(p.streams.screen)),
    ("Photo before the exam", lambda p: _yes(said=p.identity.photo)),
    ("Document before the exam", lambda p: _yes(said=p.identity.document)),
    ("Looks at the screen before the exam", lambda p: _yes(said=p.identity.calibration)),
    ("Sentence read aloud before the exam", lambda p: _yes(said=p.identity.voice)),
    ("A proctor's word instead of a photo", lambda p: _taken(said=p.identity.override)),
    ("The candidate works in", _surface),
    ("Signs of other computers or programs", _environment),
    *((f"Computer, {part.title.lower()}", _level(part)) for part in PARTS),
    ("Object model", lambda p: p.objects.model or "any that is installed"),
    ("Clips around flags", _clips),
    ("Heartbeat", lambda p: f"every {p.heartbeat_s:g} s"),
    ("Signing keys change", lambda p: f"every {p.rotate_s:g} s"),
    ("Evidence is sealed to key", lambda p: p.evidence_keys[0].kid[:16]),
)

"""What an exam's terms cannot mean: bounds, and parts that contradict each other.

Forms, the HTTP interface and the command line all refuse the same, in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from server.exams.contradiction import Contradiction
from server.exams.measures import NEEDS, SAMPLED, Stream, measure, numbers
from server.exams.starting import said as starting_said
from server.exams.starting import zones
from server.exams.surroundings import machine_contradictions, surface_contradictions
from server.exams.terms import Terms
from shared.counting import count
from shared.encoding import HASH_HEX
from shared.flags import Kind
from shared.policy import Rule

# A line of a list that people read, and more of them than a policy's 64 KiB would hold.
MAX_LINE_CHARS = 200
MAX_LINES = 1_000

# What is shorter is no break, in seconds.
SHORTEST_BREAK_S = 60

# From when to when an exam may be begun, in microseconds UTC.
Window = tuple[int, int]

# Patterns are shell wildcards: these match whatever there is.
_EVERYTHING = re.compile(r"[*?]*\*[*?]*")

# Everything of a rule that is a number and that the terms may bound.
_NUMBERS = ("threshold", "release", "onset_s", "every_s", "weight", "escalate_after_s")


def contradictions(terms: Terms, window: Window | None = None) -> list[Contradiction]:
    """Everything that is wrong with an exam's terms, in the order of the form.

    Args:
        terms: what the exam's policy is to say.
        window: from when to when the exam may be begun (µs UTC), where that is known.
    """
    return [
        *_start(terms, window),
        *_kept(terms),
        *_breaks(terms),
        *_streams(terms),
        *_identity(terms),
        *surface_contradictions(terms),
        *machine_contradictions(terms),
        *(one for kind, rule in terms.rules.items() for one in _rule(kind, rule)),
        *_objects(terms),
        *_lists(terms),
        *_clips(terms),
    ]


def _start(terms: Terms, window: Window | None) -> Iterator[Contradiction]:
    if terms.duration_s <= 0:
        yield Contradiction("minutes", "An exam lasts: say how many minutes.")
    if terms.zone not in zones():
        yield Contradiction(
            "zone", f"There is no time zone {terms.zone[:40]!r}; for example Europe/Vienna."
        )
    if terms.starts_us is None or window is None:
        return
    opens, closes = window
    if not opens <= terms.starts_us < closes:
        said = f"{starting_said(opens, terms.zone)} to {starting_said(closes, terms.zone)}"
        yield Contradiction(
            "starts_at", f"The exam starts for everybody within its own time: {said}."
        )


def _kept(terms: Terms) -> Iterator[Contradiction]:
    longest = count(terms.retention_days, "day")
    for kind, days in terms.kept_days.items():
        if days > terms.retention_days:
            yield Contradiction(
                f"kept.{kind}",
                f"Everything is destroyed after {longest}: say fewer here, or nothing, or keep "
                "everything for longer.",
            )


def _breaks(terms: Terms) -> Iterator[Contradiction]:
    longest = terms.breaks.longest_s
    if not terms.breaks.count:
        return
    if longest < SHORTEST_BREAK_S:
        yield Contradiction("breaks.minutes", "A break lasts a minute at least.")
    elif longest >= terms.duration_s:
        yield Contradiction(
            "breaks.minutes", "One break would be as long as the exam: make it shorter."
        )


def needing(terms: Terms, stream: Stream) -> list[str]:
    """What is switched on and cannot be had without a stream, as people call it."""
    kinds = [kind.label for kind in NEEDS[stream] if terms.rule(kind).enabled]
    besides = {
        "the sentence that the candidate reads aloud": terms.identity.voice,
    }
    if stream == "camera":
        besides = {
            "the photo before the exam": terms.identity.photo,
            "the picture of a document": terms.identity.document,
            "the nine looks at the screen": terms.identity.calibration,
            "clips around flags": terms.clips.enabled,
        }
    return [*kinds, *(name for name, wanted in besides.items() if wanted)]


def _streams(terms: Terms) -> Iterator[Contradiction]:
    on: dict[Stream, bool] = {
        "camera": terms.streams.camera.enabled,
        "microphone": terms.streams.microphone.enabled,
    }
    for stream, enabled in on.items():
        listed = [] if enabled else needing(terms, stream)
        if listed:
            yield Contradiction(
                stream,
                f"The {stream} is not recorded, and these need it: {', '.join(listed)}. "
                f"Record the {stream}, or switch them off.",
            )
    camera = terms.streams.camera
    if camera.kept_fps > camera.fps:
        yield Contradiction(
            "camera.kept_fps",
            f"The camera gives {count(camera.fps, 'picture')} a second; "
            "no more than that can be kept.",
        )


def _identity(terms: Terms) -> Iterator[Contradiction]:
    wanted = terms.rule(Kind.IDENTITY_MISMATCH).enabled
    if wanted and not (terms.identity.photo or terms.identity.document):
        yield Contradiction(
            "photo",
            f"“{Kind.IDENTITY_MISMATCH.label}” compares with a photo taken before the exam: "
            "ask for the photo or a document, or switch that flag off.",
        )


def _rule(kind: Kind, rule: Rule) -> Iterator[Contradiction]:
    for name in _NUMBERS:
        number = getattr(rule, name)
        of = measure(kind, name)
        bounded = name not in {"threshold", "release"} or name in numbers(kind)
        if number is None or not bounded or of.low <= of.told(number) <= of.high:
            continue
        words = f"This is a number from {of.low:g} to {of.high:g}{of.unit}."
        yield Contradiction(f"{kind}.{name}", words)
    yield from _hysteresis(kind, rule)
    yield from _escalation(kind, rule)
    if rule.every_s is not None and kind not in SAMPLED:
        yield Contradiction(
            f"{kind}.every_s", "This is watched all the time, not every so often."
        )


def _hysteresis(kind: Kind, rule: Rule) -> Iterator[Contradiction]:
    if rule.threshold is None or rule.release is None:
        return
    of = measure(kind, "threshold")
    wrong = rule.release < rule.threshold if of.below else rule.release > rule.threshold
    if wrong:
        side = "less" if of.below else "more"
        yield Contradiction(
            f"{kind}.release",
            f"It is flagged from {of.words(rule.threshold)} on, so it cannot be over only at "
            f"{of.words(rule.release)}: the second is never {side} than the first.",
        )


def _escalation(kind: Kind, rule: Rule) -> Iterator[Contradiction]:
    after, to = rule.escalate_after_s, rule.escalate_to
    if after is None and to is None:
        return
    if after is None or to is None:
        missing = "escalate_after_s" if after is None else "escalate_to"
        yield Contradiction(
            f"{kind}.{missing}", "Say both: after how long, and how grave it is then."
        )
        return
    if to.rank <= rule.severity.rank:
        yield Contradiction(
            f"{kind}.escalate_to",
            f"It is {rule.severity} from the start: choose something graver than that.",
        )
    if after <= rule.onset_s:
        yield Contradiction(
            f"{kind}.escalate_after_s",
            f"It is flagged after {rule.onset_s:g} s only; it gets graver later than that.",
        )


def _objects(terms: Terms) -> Iterator[Contradiction]:
    if terms.rule(Kind.OBJECT_SEEN).enabled and not terms.objects.labels:
        yield Contradiction(
            "labels", f"Name what to look for, or switch “{Kind.OBJECT_SEEN.label}” off."
        )
    model = terms.objects.model
    if model is not None and not HASH_HEX.fullmatch(model):
        yield Contradiction(
            "model",
            "This is the SHA-256 of the model's file: 64 digits from 0 to 9 and a to f, as "
            "`invigil-recorder models list` shows it.",
        )


def _lists(terms: Terms) -> Iterator[Contradiction]:
    for field, lines in (
        ("labels", terms.objects.labels),
        ("prohibited", terms.prohibited_processes),
        ("windows", terms.allowed_windows),
        ("surface.allowed", terms.surface.allowed),
    ):
        long = next((line for line in lines if not 0 < len(line) <= MAX_LINE_CHARS), None)
        if long is not None:
            yield Contradiction(
                field, f"A line has 1 to {MAX_LINE_CHARS} characters: {long[:40]}…"
            )
        if len(lines) > MAX_LINES:
            yield Contradiction(field, f"At most {MAX_LINES:,} lines.")
    if any(_EVERYTHING.fullmatch(line) for line in terms.prohibited_processes):
        yield Contradiction("prohibited", "“*” is every program, the exam's own as well.")
    anything = any(_EVERYTHING.fullmatch(line) for line in terms.allowed_windows)
    if anything and terms.rule(Kind.WINDOW_SWITCH).enabled:
        yield Contradiction(
            "windows",
            f"“*” allows every window: switch “{Kind.WINDOW_SWITCH.label}” off instead.",
        )


def _clips(terms: Terms) -> Iterator[Contradiction]:
    clips = terms.clips
    if clips.enabled and clips.before_s + clips.after_s <= 0:
        yield Contradiction(
            "clips.before_s", "A clip lasts: say how long before, after or both."
        )

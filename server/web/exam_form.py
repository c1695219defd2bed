"""The forms about exams, read and judged: text fields in, a draft or a list of mistakes out."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from server.clock import MICROS_PER_SECOND
from server.enrolment.service import CandidateDraft
from server.enrolment.staff_controllers import MAX_CANDIDATES
from server.exams.service import DEFAULT_PURPOSE, DEFAULT_RETENTION_DAYS, ExamDraft, Terms
from shared.flags import Kind, Severity
from shared.policy import (
    DEFAULT_RULES,
    CameraStream,
    MicrophoneStream,
    Rule,
    ScreenStream,
    Streams,
)

Fields = Mapping[str, str]

# What ``<input type="datetime-local">`` sends; the pages say that it is UTC.
MINUTES = "%Y-%m-%dT%H:%M"

DAY_S = 86_400
HOUR_S = 3_600
MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What is wrong, by field; ``fields`` is what was typed, to be shown again."""

    words: dict[str, str]
    fields: Fields


def blank(now: int) -> dict[str, str]:
    """The form for a new exam: tomorrow at nine (UTC), with every default."""
    morning = (now // MICROS_PER_SECOND // DAY_S + 1) * DAY_S + 9 * HOUR_S
    fields = {
        "title": "",
        "starts": _minutes(morning),
        "ends": _minutes(morning + 2 * HOUR_S),
        "minutes": "60",
        "retention_days": str(DEFAULT_RETENTION_DAYS),
        "purpose": DEFAULT_PURPOSE,
        "prohibited": "",
        "windows": "",
        "camera": "on",
        "microphone": "on",
        "screen": "on",
    }
    for kind, rule in DEFAULT_RULES.items():
        fields[f"{kind.value}.on"] = "on" if rule.enabled else ""
        fields[f"{kind.value}.severity"] = rule.severity.value
        fields[f"{kind.value}.weight"] = f"{rule.weight:g}"
    return fields


def read_exam(fields: Fields) -> ExamDraft | Mistakes:
    """A draft of the exam that the form describes, or what is wrong with it."""
    wrong: dict[str, str] = {}
    starts, ends = _moment(fields, "starts", wrong), _moment(fields, "ends", wrong)
    if not wrong and ends <= starts:
        wrong["ends"] = "An exam ends after it starts."
    title, purpose = fields.get("title", "").strip(), fields.get("purpose", "").strip()
    if not 0 < len(title) <= 200:
        wrong["title"] = "An exam has a title of at most 200 characters."
    if not 0 < len(purpose) <= 2000:
        wrong["purpose"] = "Say in at most 2,000 characters why it is recorded."
    minutes = _number(fields, "minutes", (1, 1440), wrong)
    days = _number(fields, "retention_days", (1, 3650), wrong)
    kinds = {kind: _rule(fields, kind, rule, wrong) for kind, rule in DEFAULT_RULES.items()}
    if wrong:
        return Mistakes(wrong, fields)
    terms = Terms(
        purpose=purpose,
        retention_days=int(days),
        duration_s=minutes * MINUTE_S,
        streams=_streams(fields),
        kinds=kinds,
        prohibited_processes=_lines(fields.get("prohibited", "")),
        allowed_windows=_lines(fields.get("windows", "")),
    )
    return ExamDraft(title=title, starts=starts, ends=ends, terms=terms)


def _streams(fields: Fields) -> Streams:
    return Streams(
        camera=CameraStream(enabled="camera" in fields),
        microphone=MicrophoneStream(enabled="microphone" in fields),
        screen=ScreenStream(enabled="screen" in fields),
    )


def _rule(fields: Fields, kind: Kind, rule: Rule, wrong: dict[str, str]) -> Rule:
    name = kind.value
    severity = fields.get(f"{name}.severity", rule.severity.value)
    if severity not in set(Severity):
        wrong[name] = f"{kind.label}: choose a severity from the list."
        return rule
    weight = _number(fields, f"{name}.weight", (0, 100), wrong)
    changed: dict[str, Any] = {
        "enabled": bool(fields.get(f"{name}.on")),
        "severity": Severity(severity),
        "weight": weight,
    }
    return msgspec.structs.replace(rule, **changed)


def _number(fields: Fields, name: str, bounds: tuple[int, int], wrong: dict[str, str]) -> float:
    low, high = bounds
    try:
        value = float(fields.get(name, ""))
    except ValueError:
        value = float("nan")
    if low <= value <= high:
        return value
    wrong[name] = f"This is a number from {low:,} to {high:,}."
    return low


def _moment(fields: Fields, name: str, wrong: dict[str, str]) -> int:
    try:
        when = datetime.strptime(fields.get(name, "")[:16], MINUTES).replace(tzinfo=UTC)
        seconds = int(when.timestamp())
    except (ValueError, OverflowError):
        seconds = -1
    if seconds < 0:
        wrong[name] = "This is a date and a time."
        return 0
    return seconds * MICROS_PER_SECOND


def _minutes(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(MINUTES)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def read_candidates(text: str) -> tuple[CandidateDraft, ...] | str:
    """One candidate a line, ``name, reference`` (comma, semicolon or tab); or what is wrong."""
    drafts: list[CandidateDraft] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        mark = next((mark for mark in "\t;," if mark in line), ",")
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=mark))]
        except csv.Error:
            return f"Line {number} is not a name and a reference: {line[:60]}"
        if len(cells) != 2 or not all(0 < len(cell) <= 200 for cell in cells):
            return f"Line {number} is not a name, a comma and a reference: {line[:60]}"
        drafts.append(CandidateDraft(name=cells[0], reference=cells[1]))
    if not drafts:
        return "Write one candidate on each line: name, comma, reference."
    if len(drafts) > MAX_CANDIDATES:
        return f"At most {MAX_CANDIDATES:,} candidates at once; add the others afterwards."
    return tuple(drafts)

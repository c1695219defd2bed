"""Examples for the interface's description, made of its own schemas.

A schema says what may be; an example shows what is usual. Each property has the value that
its name stands for everywhere, so that one id is the same in a request and its answer. What a
schema leaves open is shown by hand, by operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

# A morning in November 2026, in microseconds.
MOMENT = 1_795_251_600_000_000

LATER = MOMENT + 7_200_000_000

_ID, _HASH = "3f0c5e8a9b7d42618c1f0e2d3a4b5c6d", "9f86d081884c7d659a2feaa0c55ad015" * 2

# By the name of a property, wherever its schema takes it.
VALUES: Mapping[str, Any] = {
    **dict.fromkeys(("id", "session", "exam", "flag", "event", "account", "enrolment"), _ID),
    **dict.fromkeys(("hash", "head", "sha256", "institution_key", "prev"), _HASH),
    **dict.fromkeys(("starts", "at", "made", "created", "began", "since", "time"), MOMENT),
    **dict.fromkeys(("ends", "until", "expires", "last_heard", "next"), LATER),
    "address": "https://exam.example.edu/question/3",
    "code": "K7QM-2F4X-9RTD",
    "detail": "There is no such session.",
    "email": "ada@example.edu",
    "events": ["session.delivered", "flag.decided"],
    "kind": "object_seen",
    "name": "Ada Example",
    "note": "A telephone lay on the desk until 10:12.",
    "public_key": "q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng",
    "purpose": "So that people can check afterwards that the exam was taken under its rules.",
    "reason": "the picture was too dark",
    "reference": "12345678",
    "seconds": 5_400.0,
    "share": 0.97,
    "state": "closed",
    "stream": "camera",
    "text": "Please show your desk to the camera.",
    "title": "Algebra I",
    "url": "https://lms.example.edu/invigil",
    "verdict": "accepted",
    "words": "ok",
    "zone": "Europe/Vienna",
}

_EXAM = {
    "id": _ID,
    "title": "Algebra I",
    "starts": MOMENT,
    "ends": LATER,
    "zone": "Europe/Vienna",
    "state": "scheduled",
    "published": MOMENT - 86_400_000_000,
    "cancelled": None,
    "cancelled_why": "",
    "candidates": 212,
    "sessions": 0,
}

_CALLED_OFF = {
    **_EXAM,
    "state": "cancelled",
    "cancelled": MOMENT - 3_600_000_000,
    "cancelled_why": "The hall is closed; the exam is held a week later.",
}

_PLAN = {
    "starts": MOMENT,
    "ends": LATER,
    "duration_s": 5400.0,
    "zone": "Europe/Vienna",
    "starts_us": MOMENT + 900_000_000,
    "late_until": MOMENT + 1_800_000_000,
    "late_whole": False,
    "reminders": [1440, 60],
    "sends_page": True,
}

_PLANNED = {
    **_PLAN,
    "title": "Algebra I",
    "last_entry": MOMENT + 1_800_000_000,
    "done": MOMENT + 6_300_000_000,
    "words": [{"name": "Who comes late loses", "words": "what they missed"}],
}

_WEBHOOK = {
    "id": _ID,
    "name": "Learning platform",
    "url": "https://lms.example.edu/invigil",
    "events": ["session.delivered", "flag.decided"],
    "with_reference": False,
    "created": MOMENT,
    "paused": None,
    "paused_why": "",
    "succeeded": None,
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw1vS9gJ0aJ1k=",
}

_BUILD = {
    "id": _ID,
    "build": "5c" * 32,
    "signer": "24" * 32,
    "name": "Invigil",
    "version": "0.1.0",
    "number": 470,
    "target": "linux-x86_64-cp311",
    "added": MOMENT,
    "added_by": "Ada Example",
    "withdrawn": None,
    "withdrawn_by": "",
}

# What a schema says nothing of, by method and path.
ANSWERS: Mapping[str, Any] = {
    "get /health": {"product": "invigil", "status": "ok"},
    "get /api/v1/exams": [_EXAM],
    "post /api/v1/exams": _EXAM,
    "get /api/v1/exams/{exam_id}": _EXAM,
    "post /api/v1/exams/{exam_id}/copy": {**_EXAM, "state": "draft", "published": None},
    "post /api/v1/exams/{exam_id}/publish": _EXAM,
    "post /api/v1/exams/{exam_id}/reinstate": _EXAM,
    "post /api/v1/exams/{exam_id}/cancel": {
        "exam": _CALLED_OFF,
        "taken_back": 3,
        "told": 209,
    },
    "get /api/v1/exams/{exam_id}/schedule": _PLANNED,
    "put /api/v1/exams/{exam_id}/schedule": _PLANNED,
    "post /api/v1/exams/{exam_id}/letters": {"queued": 209, "no_address": 2, "left": 1},
    "post /api/v1/exams/{exam_id}/imports": {
        "encoding": "cp1252",
        "sure": False,
        "separator": "semicolon",
        "header": True,
        "columns": ["name", "reference", "email"],
        "rows": 212,
        "new": 180,
        "known": 30,
        "enrolled": 1,
        "bad_rows": 1,
        "bad": [
            {
                "line": 17,
                "column": "E-Mail",
                "what": "No letter can go here: there is no @ in it; write it as "
                "ada@example.edu, or leave it empty.",
                "cell": "ada at example.edu",
            }
        ],
        "imported": None,
    },
    "post /api/v1/exams/{exam_id}/enrolments": [{"enrolment": _ID, "code": "K7QM-2F4X-9RTD"}],
    "post /api/v1/sessions/{session_id}/commands": {"id": _ID},
    "get /api/v1/sessions/{session_id}/verdict": {"holds": True, "session": _ID, "checks": []},
    "get /api/v1/sessions/{session_id}/report": {
        "v": 1,
        "session": _ID,
        "final": False,
        "unfinished": ["1 flag is still to be decided."],
        "summary": ["1 flag: 1 not decided. The score is 12 of 100, most of it for Speech."],
        "verdict": None,
    },
    "post /api/v1/sessions/{session_id}/flags/{flag_id}/decisions": {
        "id": _ID,
        "kind": "object_seen",
        "verdict": "accepted",
    },
    "post /api/v1/builds": _BUILD,
    "post /api/v1/webhooks": _WEBHOOK,
    "put /api/v1/webhooks/{webhook_id}": _WEBHOOK,
    "post /api/v1/webhooks/{webhook_id}/secret": _WEBHOOK,
}

# What is usually asked where all may be left out, or one thing rules another out.
ASKED: Mapping[str, Any] = {
    "put /api/v1/exams/{exam_id}/schedule": _PLAN,
    "post /api/v1/exams/{exam_id}/cancel": {
        "why": "The hall is closed; the exam is held a week later.",
        "tell": True,
    },
    "post /api/v1/exams/{exam_id}/letters": {"kind": "invitation", "standing": "no_code"},
    "post /api/v1/exams/{exam_id}/codes": {"references": ["12345678"]},
    "post /api/v1/exams/{exam_id}/enrolments/changes": {
        "do": "withdraw",
        "references": ["12345678"],
    },
}

# Deeper than anything that a reader would look at.
DEEPEST = 8


def complete(operation: dict[str, Any], key: str, schemas: Mapping[str, Schema]) -> None:
    """Give an operation's JSON bodies examples, where they have none.

    Args:
        operation: of the description; changed.
        key: its method and path, as in ``ANSWERS`` and ``ASKED``.
        schemas: the description's, by name.
    """
    for content in _json(operation.get("requestBody", {})):
        asked = ASKED.get(key) or example(content.get("schema", {}), schemas)
        content.setdefault("example", asked)
    for status, answer in operation["responses"].items():
        if not status.startswith("2"):
            continue
        for content in _json(answer):
            shown = ANSWERS.get(key) if status != "202" or not content.get("schema") else None
            if shown is None:
                shown = example(content.get("schema", {}), schemas)
            content.setdefault("example", shown)


def _json(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = body.get("content", {})
    return [content["application/json"]] if "application/json" in content else []


def example(
    schema: Schema, schemas: Mapping[str, Schema], name: str = "", deep: int = 0
) -> Any:
    """A value that fits a schema, and is what the property ``name`` usually says."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, deep)
    if "enum" in schema:
        usual = VALUES.get(name)
        return usual if usual in schema["enum"] else schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        real = [one for one in choices if one.get("type") != "null"]
        return example({**real[0], **_bounds(schema)}, schemas, name, deep) if real else None
    match schema.get("type"):
        case "object" if deep < DEEPEST:
            return _object(schema, schemas, deep)
        case "array" if deep < DEEPEST:
            return _array(schema, schemas, name, deep)
        case "string":
            return _text(schema, name)
        case "integer" | "number" as kind:
            return _number(schema, name, whole=kind == "integer")
        case "boolean":
            return bool(schema.get("default", True))
        case "array":
            return []
        case "object":
            return {}
        case _:
            return VALUES.get(name)


def _bounds(schema: Schema) -> dict[str, Any]:
    """What a choice's schema says of whichever it is."""
    return {key: schema[key] for key in ("maximum", "minimum", "maxLength") if key in schema}


def _object(schema: Schema, schemas: Mapping[str, Schema], deep: int) -> dict[str, Any]:
    needed, parts = set(schema.get("required", ())), schema.get("properties", {})
    shown = {
        name: example(of, schemas, name, deep + 1)
        for name, of in parts.items()
        if name in needed or (name in VALUES and "default" not in of)
    }
    # Where all may be left out, what is meant then is shown.
    meant = ((name, of["default"]) for name, of in parts.items() if of.get("default"))
    return shown or dict(meant)


def _array(schema: Schema, schemas: Mapping[str, Schema], name: str, deep: int) -> list[Any]:
    usual = VALUES.get(name)
    if isinstance(usual, list):
        return usual
    if parts := schema.get("prefixItems"):
        return [example(one, schemas, "", deep + 1) for one in parts]
    items = schema.get("items")
    if not isinstance(items, Mapping) or not items:
        return []
    few = max(1, schema.get("minItems", 1))
    return [example(items, schemas, name.removesuffix("s"), deep + 1) for _ in range(few)]


def _text(schema: Schema, name: str) -> str:
    usual = VALUES.get(name)
    text = usual if isinstance(usual, str) else schema.get("default") or name.replace("_", " ")
    text = str(text)[: schema.get("maxLength", len(str(text)))]
    return text.ljust(schema.get("minLength", 0), "x")


def _number(schema: Schema, name: str, *, whole: bool) -> float:
    usual = VALUES.get(name)
    number = usual if isinstance(usual, int | float) else schema.get("default")
    least, most = schema.get("minimum"), schema.get("maximum")
    if not isinstance(number, int | float) or isinstance(number, bool):
        number = 1 if least is None else least
    if least is not None:
        number = max(number, least)
    if most is not None:
        number = min(number, most)
    return int(number) if whole else float(number)

"""What is usually asked and answered over HTTP, by hand: for the interface's description.

The usual value of a property by its name, and whole bodies by operation, where a schema says
nothing, or where all may be left out or one thing rules another out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.flags import Kind

# A morning in November 2026, in microseconds.
MOMENT = 1_795_251_600_000_000

LATER = MOMENT + 7_200_000_000

WEEK = 604_800_000_000

_ID, _HASH = "3f0c5e8a9b7d42618c1f0e2d3a4b5c6d", "9f86d081884c7d659a2feaa0c55ad015" * 2
_KEY = "q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng"
_LINK = f"invigil://exams.example.edu/K7QM-2F4X-9RTD?key={_HASH}"

# By the name of a property, wherever its schema takes it.
VALUES: Mapping[str, Any] = {
    **dict.fromkeys(("id", "session", "exam", "flag", "event", "account", "enrolment"), _ID),
    **dict.fromkeys(("hash", "head", "sha256", "prev"), _HASH),
    **dict.fromkeys(("public_key", "institution_key"), _KEY),
    **dict.fromkeys(("starts", "at", "made", "created", "began", "since", "time"), MOMENT),
    **dict.fromkeys(("ends", "until", "expires", "last_heard", "next"), LATER),
    **dict.fromkeys(("left_out", "paused_why", "withdrawn_by"), ""),
    "address": "https://exam.example.edu/question/3",
    "by": "Grace Example",
    "candidate": "Ada Example",
    "code": "K7QM-2F4X-9RTD",
    "email": "ada@example.edu",
    "events": ["session.delivered", "flag.decided"],
    "kind": "object_seen",
    "label": Kind.OBJECT_SEEN.label,
    "link": _LINK,
    "name": "Ada Example",
    "note": "A telephone lay on the desk until 10:12.",
    "purpose": "So that people can check afterwards that the exam was taken under its rules.",
    "reason": "the picture was too dark",
    "reference": "12345678",
    "seconds": 5_400.0,
    "severity": "high",
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

_FLAG = {
    "id": _ID,
    "kind": "object_seen",
    "label": Kind.OBJECT_SEEN.label,
    "severity": "high",
    "start": 754_500_000,
    "end": 768_200_000,
    "confidence": 0.91,
    "verdict": "accepted",
    "version": 1,
    "counts": True,
    "incidents": [_ID],
    "follows": None,
    "proposed": False,
    "needs_person": False,
    "assigned": None,
    "history": [
        {
            "n": 1,
            "verdict": "accepted",
            "note": "A telephone lay on the desk until 10:12.",
            "by": "Grace Example",
            "at": LATER,
        }
    ],
    "attachments": [
        {
            "n": 4,
            "role": "snapshot",
            "media_type": "image/jpeg",
            "there": True,
            "address": f"/media/{_ID}/attachments/4",
        }
    ],
    "clip_of": None,
    "left_out": "",
}

_DECIDED = {
    "n": 1,
    "outcome": "concerns",
    "reasons": ["materials"],
    "note": "A telephone lay on the desk until 10:12.",
    "by": "Grace Example",
    "at": LATER,
}

# A profile's name is read by candidates and reviewers, so that it tells no diagnosis.
_GIVEN = {
    "name": "Profile B",
    "off": ["looking_away", "gaze_away"],
    "extra_percent": 25,
    "breaks": 1,
    "break_minutes": 10,
    "note": "As agreed with the disability office.",
}

_PROFILE = {"id": _ID, **_GIVEN, "archived": None}

_PLACE = {
    "enrolment": _ID,
    "candidate": "Ada Example",
    "reference": "12345678",
    "accommodation": _ID,
    "expires": LATER,
    "session": None,
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


def _row(columns: str, *cells: str | float | bool | None) -> list[dict[str, Any]]:
    """A table of one row; its columns are named with spaces between."""
    return [dict(zip(columns.split(), cells, strict=True))]


_NINE, _ELEVEN = "2026-11-21T09:00:00.000Z", "2026-11-21T11:00:00.000Z"
_NOTE = "A telephone lay on the desk until 10:12."

_TABLES = {
    "sessions": _row(
        "session exam exam_title candidate name reference state closed created began "
        "last_heard seconds records score open confirmed dismissed escalated outcome "
        "keep_until purged",
        *(_ID, _ID, "Algebra I", _ID, "Ada Example", "12345678", "closed", True),
        *(_NINE, _NINE, _ELEVEN, 5400.0, 1812, 12.5, 0, 1, 2, 0, "concerns"),
        *("2027-11-21T11:00:00.000Z", None),
    ),
    "flags": _row(
        "session flag exam candidate kind severity start end confidence incidents verdict "
        "decisions second_review",
        *(_ID, _ID, _ID, _ID, "object_seen", "high", 754.5, 768.2, 0.91, 1, "accepted"),
        *(1, False),
    ),
    "decisions": _row(
        "session flag n verdict reasons note account name at",
        *(_ID, _ID, 1, "accepted", "", _NOTE, _ID, "Grace Example", _ELEVEN),
    ),
    "candidates": _row(
        "candidate name reference email created exam exam_title enrolment redeemed withdrawn "
        "session",
        *(_ID, "Ada Example", "12345678", "ada@example.edu", _NINE, _ID, "Algebra I", _ID),
        *(_NINE, None, _ID),
    ),
    "audit": _row(
        "n time actor role address action subject_kind subject detail hash",
        *(41, _NINE, _ID, "examiner", "192.0.2.7", "exam.publish", "exam", _ID),
        *("", _HASH),
    ),
}

# What a schema says nothing of, by method and path.
ANSWERS: Mapping[str, Any] = {
    **{f"get /api/v1/exports/{name}": rows for name, rows in _TABLES.items()},
    "get /health": {"product": "invigil", "status": "ok"},
    "get /api/v1/exams": [_EXAM],
    "post /api/v1/exams": _EXAM,
    "get /api/v1/exams/{exam_id}": _EXAM,
    "post /api/v1/exams/{exam_id}/copy": {
        **_EXAM,
        "title": "Algebra I (copy)",
        "starts": MOMENT + WEEK,
        "ends": LATER + WEEK,
        "state": "draft",
        "published": None,
        "candidates": 0,
    },
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
        "moved": 0,
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
    "post /api/v1/exams/{exam_id}/enrolments": [
        {
            "enrolment": _ID,
            "candidate": "Ada Example",
            "reference": "12345678",
            "code": "K7QM-2F4X-9RTD",
            "link": _LINK,
            "expires": LATER,
        }
    ],
    "post /api/v1/sessions/{session_id}/commands": {"id": _ID, "warnings": 0, "limit": 0},
    "get /api/v1/accommodations": [_PROFILE],
    "post /api/v1/accommodations": _PROFILE,
    "put /api/v1/accommodations/{profile_id}": _PROFILE,
    "put /api/v1/accommodations/{profile_id}/archived": {**_PROFILE, "archived": MOMENT},
    "get /api/v1/exams/{exam_id}/enrolments": [_PLACE],
    "put /api/v1/exams/{exam_id}/enrolments/{enrolment_id}/accommodation": _PLACE,
    "post /api/v1/exam-headers/check": {
        "valid": True,
        "reason": "good",
        "detail": "The exam's browser asks.",
        "session": _ID,
        "exam": _ID,
        "candidate": "12345678",
        "policy": _HASH,
        "build": "Invigil 0.1.0",
        "state": "open",
        "time": MOMENT,
        "age_s": 4.2,
    },
    "get /api/v1/sessions/{session_id}/verdict": {
        "holds": True,
        "session": _ID,
        "institution_key": _HASH,
        "key_given": False,
        "records": 1_812,
        "blobs": 1_530,
        "gaps": 0,
        "checks": [
            {
                "number": 3,
                "name": "signature",
                "claim": "every record's signature holds",
                "outcome": "holds",
                "looked_at": 1_812,
                "failures": [],
                "where": [],
            }
        ],
    },
    "get /api/v1/sessions/{session_id}/report": {
        "v": 1,
        "session": _ID,
        "final": False,
        "unfinished": ["1 flag is still to be decided."],
        "summary": ["1 flag: 1 not decided. The score is 12 of 100, all of it for Speech."],
        "verdict": None,
    },
    "get /api/v1/sessions/{session_id}/flags": [_FLAG],
    "post /api/v1/sessions/{session_id}/flags/{flag_id}/decisions": _FLAG,
    "get /api/v1/sessions/{session_id}/decisions": [_DECIDED],
    "post /api/v1/sessions/{session_id}/decisions": [_DECIDED],
    "post /api/v1/builds": _BUILD,
    "post /api/v1/webhooks": _WEBHOOK,
    "put /api/v1/webhooks/{webhook_id}": {**_WEBHOOK, "secret": None},
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
    "put /api/v1/exams/{exam_id}/enrolments/{enrolment_id}/accommodation": {
        "accommodation": "Profile B"
    },
    "post /api/v1/accommodations": _GIVEN,
    "put /api/v1/accommodations/{profile_id}": _GIVEN,
    "post /api/v1/sessions/{session_id}/commands": {
        "action": "message",
        "text": "Please show your desk to the camera.",
    },
    "post /api/v1/sessions/{session_id}/decisions": {
        "outcome": "concerns",
        "version": 0,
        "reasons": ["materials"],
        "note": "A telephone lay on the desk until 10:12.",
    },
    "post /api/v1/sessions/{session_id}/flags/{flag_id}/notes": {
        "text": "A telephone lay on the desk until 10:12."
    },
    "post /api/v1/exam-headers/check": {
        "header": "eyJ2IjoxLCJzZXNzaW9uIjoiM2YwYyJ9.q83vEjRWeJASNFZ4kBI0Vg",
        "url": "https://exam.example.edu/question/3",
    },
}

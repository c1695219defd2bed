"""What other systems may be told of, and which of the log's acts are such events.

An event's ``data`` holds ids and words of the protocol. Nothing of a person is in it; a
candidate's reference is added on the way, where the webhook is set up so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PING = "webhook.ping"

# By type, in the words of the form.
EVENTS: Mapping[str, str] = {
    "session.opened": "A session began to be recorded",
    "session.closed": "The recorder ended a session",
    "session.terminated": "Staff or the exam's rules ended a session",
    "session.delivered": "All of a closed session has arrived",
    "session.decided": "A decision on a session was made",
    "flag.opened": "There is a new flag",
    "flag.updated": "A flag has grown: more incidents, a graver one, or it is over",
    "flag.decided": "A decision on a flag was made",
    "report.ready": "A report was made",
    "deletion.certified": "A session's recordings were destroyed",
}

# Acts of the log (``audit.record``) that are events: told in the transaction of the act.
ACTS: Mapping[str, str] = {
    "flag.decide": "flag.decided",
    "session.decide": "session.decided",
    "session.terminate": "session.terminated",
    "session.purge": "deletion.certified",
    "report.make": "report.ready",
}

# What of an act's detail goes out: ids, numbers and words of the protocol.
TOLD = frozenset(
    {"flag", "kind", "verdict", "n", "outcome", "report", "format", "certificate", "head"}
    # Why a session was ended: ``limit`` or ``warnings``, of its policy; else by staff.
    | {"cause"}
)

EXAMPLE: Mapping[str, Any] = {
    "type": "flag.decided",
    "timestamp": "2026-11-21T09:14:03.120Z",
    "data": {
        "institution": "0f" * 16,
        "exam": "1a" * 16,
        "session": "2b" * 16,
        "candidate": "3c" * 16,
        "flag": "4d" * 16,
        "kind": "object_seen",
        "verdict": "confirmed",
    },
}


def told(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What of a detail goes out."""
    return {
        name: value
        for name, value in detail.items()
        if name in TOLD and isinstance(value, str | int | float | bool)
    }

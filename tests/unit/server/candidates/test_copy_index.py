"""The index of several copies, as it is read."""

from __future__ import annotations

from typing import Any

import pytest

from server.candidates.copy_index import index_html

PERSON: dict[str, Any] = {
    "written": 1_790_000_000_000_000,
    "institution": {"name": "Example University", "contact": "exams@example.edu"},
    "you": {"name": "Ada Example", "reference": "s-1", "email": None},
    "exams": [],
}


def about(number: int, *destroyed: dict[str, Any]) -> dict[str, Any]:
    return {
        "exam": {"title": "Algebra I"},
        "session": {
            "id": "5e" * 16,
            "state": "closed",
            "ended_by": None,
            "began": 1_790_000_000_000_000,
            "records": number,
            "pieces_held": number,
        },
        "decision": None,
        "messages": [],
        "destroyed": list(destroyed),
    }


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 records, 0 pieces"), (1, "1 record, 1 piece")]
)
def test_one_is_one_and_more_are_more(number: int, words: str) -> None:
    assert f"<dd>{words}</dd>" in index_html(PERSON, {"session-01": about(number)}).decode()


def test_what_is_only_being_destroyed_is_not_called_destroyed() -> None:
    camera = {"what": "camera recording", "at": 1, "why": "asked for", "stopped": True}
    screen = {"what": "screen recording", "at": None, "why": "asked for", "stopped": False}
    page = index_html(PERSON, {"session-01": about(1, camera, screen)}).decode()
    assert "<dd>part of: camera recording</dd>" in page

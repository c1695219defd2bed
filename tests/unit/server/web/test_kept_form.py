"""The days after which a part of the evidence goes: read from the form and shown in it."""

from __future__ import annotations

import pytest

from server.exams.terms import Terms
from server.web.kept_form import kept_fields, read_kept


def test_days_are_read_and_shown_again() -> None:
    wrong: dict[str, str] = {}
    kept = read_kept({"kept.camera": " 30 ", "kept.screen": ""}, wrong)
    assert (kept, wrong) == ({"camera": 30}, {})
    assert kept_fields(Terms(kept_days=kept))["kept.camera"] == "30"
    assert kept_fields(Terms())["kept.camera"] == ""


@pytest.mark.parametrize("text", ["0", "3651", "99999", "-1", "x", "1.5", "²"])
def test_what_is_no_number_of_days_is_said(text: str) -> None:
    wrong: dict[str, str] = {}
    assert read_kept({"kept.identity": text}, wrong) == {}
    assert set(wrong) == {"kept.identity"}

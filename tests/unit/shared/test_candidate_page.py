"""The candidate's page is found by who has the session's token, and by nobody else."""

from __future__ import annotations

from shared.candidate_page import page_path, page_token


def test_the_page_follows_from_the_token_and_not_the_other_way_round() -> None:
    first, second = page_token("a"), page_token("b")
    assert first != second
    assert first == "rZFEu1lNxNj_ZX9NmncgvVf1c0JOebnU222TMBC-ZRU"
    assert page_path(first) == f"/my/{first}"

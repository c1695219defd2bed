"""What was measured is kept by part, and a part that runs again replaces its own rows alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from accuracy.__main__ import PARTS
from accuracy.headlines import HEADLINES
from accuracy.publish import (
    BEGIN,
    END,
    Measured,
    NoPlace,
    chosen,
    keep,
    kept,
    publish,
)
from accuracy.tables import Row, Table

FOUND = Row("found", "0.97", ".9 … 1", "97 of 100", "≥ 0.95", True)
LATE = Row("too late", "0.1", "0 … .2", "1 of 10", "≤ 0.05", False)
ASIDE = Row("aside", "0.5", "", "1 of 2")


def measured(*rows: Row, day: str = "2026-01-02") -> Measured:
    return Measured(day, "2 cores, Linux", (Table("A title", rows, "A note."),))


@pytest.fixture
def readme(tmp_path: Path) -> Path:
    path = tmp_path / "README.md"
    path.write_text(f"before\n{BEGIN}\nold rows\n{END}\nafter\n", "utf-8")
    return path


def test_a_part_that_ran_again_replaces_its_own_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    keep("voice", measured(FOUND), path)
    keep("pose", measured(LATE), path)
    again = keep("voice", measured(ASIDE, day="2026-03-04"), path)
    assert again == kept(path)
    assert again == {"voice": measured(ASIDE, day="2026-03-04"), "pose": measured(LATE)}


def test_nothing_was_kept_before_anything_was_measured(tmp_path: Path) -> None:
    assert kept(tmp_path / "results.json") == {}


def test_all_rows_stand_in_one_readme_headlines_and_missed_ones_in_both(
    readme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = readme.with_name("short.md")
    short.write_text(readme.read_text("utf-8"), "utf-8")
    results = {"voice": measured(FOUND, LATE), "pose": measured(ASIDE)}
    monkeypatch.setattr("accuracy.publish.HEADLINES", {"voice": (), "pose": ("as",)})
    publish(results, ("pose", "voice"), readme, short)
    whole, brief = readme.read_text("utf-8"), short.read_text("utf-8")
    assert whole.startswith(f"before\n{BEGIN}\n### pose\n")
    assert whole.endswith(f"{END}\nafter\n")
    assert "old rows" not in whole + brief
    assert "| found | 0.97 | .9 … 1 | 97 of 100 | ≥ 0.95 | reached |" in whole
    assert "A note." in whole
    assert "| too late | 0.1 | 0 … .2 | 1 of 10 | ≤ 0.05 | **missed** |" in brief
    assert "| found |" not in brief
    assert "| aside | 0.5 |" in brief
    assert "**A title** (2026-01-02)" in brief
    assert brief.count("A title") == 2


def test_a_part_put_together_row_by_row_is_shown_whole_and_said_to_be_so(
    readme: Path, tmp_path: Path
) -> None:
    short = tmp_path / "short.md"
    short.write_text(readme.read_text("utf-8"), "utf-8")
    publish({"voice": replace(measured(ASIDE), whole=False)}, PARTS, readme, short)
    assert "| aside | 0.5 |" in short.read_text("utf-8")
    assert "row by row" in readme.read_text("utf-8")


def test_published_twice_is_published_once(readme: Path) -> None:
    results = {"voice": measured(FOUND)}
    publish(results, PARTS, readme, readme.with_name("README.md"))
    once = readme.read_text("utf-8")
    publish(results, PARTS, readme, readme.with_name("README.md"))
    assert readme.read_text("utf-8") == once


def test_a_readme_without_a_place_for_tables_is_left_alone(readme: Path) -> None:
    readme.write_text("no marks here\n", "utf-8")
    with pytest.raises(NoPlace, match="no place for the tables"):
        publish({"voice": measured(FOUND)}, PARTS, readme, readme)
    assert readme.read_text("utf-8") == "no marks here\n"


def test_every_headline_is_a_row_that_was_measured() -> None:
    results = kept()
    assert set(HEADLINES) == set(PARTS)
    assert results.keys() <= set(PARTS)
    for part, one in results.items():
        if not one.whole:
            continue
        rows = [row.what for table in one.tables for row in table.rows]
        for start in HEADLINES[part]:
            assert any(what.startswith(start) for what in rows), (part, start)


def test_the_readmes_show_what_is_kept() -> None:
    results = kept()
    project = Path(__file__).parents[3]
    short = (project / "README.md").read_text("utf-8")
    whole = (project / "tests/accuracy/README.md").read_text("utf-8")
    for part, one in results.items():
        for table in one.tables:
            assert all(f"| {row.what} | {row.measured} |" in whole for row in table.rows)
            shown = chosen(part, table, whole=one.whole)
            assert all(f"| {row.what} | {row.measured} |" in short for row in shown)

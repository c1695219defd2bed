"""SECURITY.md's table of OWASP ASVS: every row names code and a test, and both are there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE, TESTS = (ROOT / "server", ROOT), (ROOT / "tests/integration/server", ROOT / "tests", ROOT)

# A path: it has a folder in it, or a file's ending.
PATH = re.compile(r"[\w.*-]+(/[\w.*-]+)+/?|[\w*-]+\.(py|md|json|lock|toml|yml)")
# A function of a file, as it stands behind the file.
FUNCTION = re.compile(r"\(`([a-z_]+)`\)")


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement, and the backticked words of what holds and of what shows it."""

    requirement: str
    code: tuple[str, ...]
    functions: tuple[str, ...]
    tests: tuple[str, ...]
    open: bool


def rows() -> list[Row]:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    section = text.partition("## OWASP ASVS")[2].partition("\n## ")[0]
    found: list[Row] = []
    for line in section.splitlines()[1:]:
        if not line.startswith("| ") or line.startswith(("| requirement", "| ---", "| **V")):
            continue
        requirement, held, shown = (part.strip() for part in line.strip("| ").split(" | "))
        unmet = "open" in re.findall(r"\w+", f"{held} {shown}".lower())
        code, tests = (tuple(re.findall("`([^`]+)`", part)) for part in (held, shown))
        found.append(Row(requirement, code, tuple(FUNCTION.findall(held)), tests, unmet))
    return found


ROWS = rows()


def there(name: str, bases: tuple[Path, ...]) -> list[Path]:
    return [path for base in bases for path in base.glob(name.strip("/"))]


def test_the_table_is_read() -> None:
    chapters = {row.requirement.partition(".")[0] for row in ROWS}
    assert {str(n) for n in range(2, 10)} <= chapters
    assert len(ROWS) > 60


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.requirement[:40])
def test_a_row_names_code_and_a_test_that_exist(row: Row) -> None:
    assert not row.open, "say what holds it, or in which part it is not met and why"
    files: list[Path] = []
    for words, bases in ((row.code, CODE), (row.tests, TESTS)):
        paths = [one for one in words if PATH.fullmatch(one)]
        assert paths, "neither a file nor a folder is named"
        for one in paths:
            assert there(one, bases), f"there is no {one}"
            files += there(one, bases) if bases is CODE else []
    for path in (
        one for name in row.tests if PATH.fullmatch(name) for one in there(name, TESTS)
    ):
        held = path.rglob("*.py") if path.is_dir() else [path]
        shows = any("def test" in one.read_text(encoding="utf-8") for one in held)
        assert shows or path.suffix != ".py", f"{path} tests nothing"
    # A function beside a file is in one of the files of its row.
    sources = [one.read_text(encoding="utf-8") for one in files if one.suffix == ".py"]
    for name in row.functions:
        assert any(re.search(rf"\bdef {name}\b", text) for text in sources), f"no {name}()"

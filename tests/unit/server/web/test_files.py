"""Static files and page libraries: copied whole, addressed by what is in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.web import vendor
from server.web.assets import STATIC, version


def test_the_address_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text("1")
    first = version(tmp_path)
    assert version(tmp_path) == first
    (tmp_path / "js" / "a.js").write_text("2")
    second = version(tmp_path)
    (tmp_path / "js" / "a.js").rename(tmp_path / "js" / "b.js")
    assert len({first, second, version(tmp_path)}) == 3


def test_libraries_are_copied_whole_or_not_at_all(tmp_path: Path) -> None:
    source, target = tmp_path / "node_modules", tmp_path / "vendor"
    names = list(vendor.FILES)
    for name in names[:-1]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    assert vendor.copy(source, target) == [names[-1]]
    assert not target.exists()
    (source / names[-1]).write_text("licence")
    assert vendor.copy(source, target) == []
    assert {path.name for path in target.iterdir()} == set(vendor.FILES.values())


def test_it_says_what_to_do_where_they_are_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vendor, "ROOT", tmp_path)
    assert vendor.main() == 1
    assert "npm ci" in capsys.readouterr().err


def test_pages_hold_nothing_inline() -> None:
    for template in (STATIC.parent / "templates").glob("*.html"):
        text = template.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), template


def test_every_icon_that_is_asked_for_is_there() -> None:
    drawn = set(re.findall(r'symbol id="(\w+)"', (STATIC / "img" / "icons.svg").read_text()))
    for template in (STATIC.parent / "templates").glob("*.html"):
        asked = re.findall(r'icon\("(\w+)"', template.read_text())
        assert set(asked) <= drawn, template


def test_every_module_that_is_imported_is_there() -> None:
    for module in (STATIC / "js").glob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', module.read_text()):
            if "vendor" not in name:
                assert (module.parent / name).is_file(), (module, name)

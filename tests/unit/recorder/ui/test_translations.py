"""The catalogues: up to date with the sources, complete, and released as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from texts import catalogue
from texts.gather import PHRASES, gather, write

from recorder.ui.language import LANGUAGES, SOURCE
from recorder.ui.phrases import PHRASES as KNOWN

HOLES = re.compile(r"\{\w+\}")
OTHERS = [code for code in LANGUAGES if code != SOURCE]


def path_of(code: str) -> Path:
    return catalogue.FOLDER / f"{code}.ts"


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    assert sorted(p.stem for p in catalogue.FOLDER.glob("*.ts")) == sorted(OTHERS)


def test_what_other_rooms_say_is_gathered() -> None:
    assert set(gather()) == set(KNOWN), "run `make texts`"
    assert "PHRASES = (" in write(gather())
    assert PHRASES.exists()


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_the_texts_of_the_sources(code: str, tmp_path: Path) -> None:
    fresh = tmp_path / f"{code}.ts"
    fresh.write_bytes(path_of(code).read_bytes())
    catalogue.update(fresh)
    named = {(m.context, m.source) for m in catalogue.read(path_of(code))}
    assert {(m.context, m.source) for m in catalogue.read(fresh)} == named, "run `make texts`"


@pytest.mark.parametrize("code", OTHERS)
def test_the_exams_browser_speaks_it_too(code: str) -> None:
    contexts = {message.context for message in catalogue.read(path_of(code))}
    assert {"exam", "ExamWindow", "AddressBar", "TroubleView", "Dialogue"} <= contexts


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(code: str) -> None:
    waiting = [m.source for m in catalogue.read(path_of(code)) if not m.finished]
    assert waiting == []


@pytest.mark.parametrize("code", OTHERS)
def test_values_stand_in_each_translation_as_in_its_text(code: str) -> None:
    for message in catalogue.read(path_of(code)):
        wanted = sorted(set(HOLES.findall(message.source)))
        assert sorted(set(HOLES.findall(message.translation))) == wanted, message.source


@pytest.mark.parametrize("code", OTHERS)
def test_a_mnemonic_stays_one(code: str) -> None:
    for message in catalogue.read(path_of(code)):
        if message.context != "recorder" and "&" not in message.source:
            assert "&" not in message.translation, message.source


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_shipped_is_made_of_the_catalogue(code: str, tmp_path: Path) -> None:
    released = tmp_path / f"{code}.qm"
    catalogue.release(path_of(code), released)
    assert path_of(code).with_suffix(".qm").read_bytes() == released.read_bytes()

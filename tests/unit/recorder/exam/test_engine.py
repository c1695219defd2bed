"""Before the exam: whether its browser can be used, in clean surroundings, in plain words."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from recorder.exam import engine
from recorder.exam.engine import (
    FORBIDDEN,
    WITHOUT_SANDBOX,
    bent,
    clean_environment,
    explain,
    trouble,
    without,
)
from shared.policy import Surface

BROWSER = Surface(kind="browser", start="https://lms.example.edu/")


def test_nobody_steers_the_browser_from_outside() -> None:
    environment = dict.fromkeys(FORBIDDEN, "1") | {"PATH": "/bin"}
    said = bent(environment, root=False)
    assert len(said) == len(FORBIDDEN)
    assert all("taken out" in one for one in said)
    clean_environment(environment, root=False)
    assert environment == {"PATH": "/bin"}
    assert bent(environment, root=False) == ()


def test_only_root_goes_without_a_sandbox_and_that_is_said() -> None:
    environment: dict[str, str] = {}
    clean_environment(environment, root=True)
    assert environment == {WITHOUT_SANDBOX: "1"}
    [said] = bent(environment, root=True)  # and not that somebody had set it
    assert "runs without its sandbox" in said


def test_an_exam_that_wants_spelling_checked_is_told_where_it_cannot_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Surface(kind="browser", start="https://lms.example.edu/", spell_check=True)
    monkeypatch.setattr(engine, "dictionaries", lambda: ())
    assert without(asked) == (
        "Spelling cannot be checked: this installation has no dictionaries.",
    )
    assert without(BROWSER) == ()
    monkeypatch.setattr(engine, "dictionaries", lambda: ("en-GB",))
    assert without(asked) == ()


def test_an_exam_beside_other_programs_needs_no_browser(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_k: pytest.fail("started"))
    assert trouble(Surface()) is None


def test_rules_that_cannot_be_used_are_the_institutions_to_mend() -> None:
    fault = trouble(Surface(kind="browser", start="lms"))
    assert fault is not None
    assert "institution" in fault.advice


def test_an_installation_without_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    fault = trouble(BROWSER)
    assert fault is not None
    assert "not part of this installation" in fault.what


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("FATAL:zygote_host_impl_linux.cc(127)] No usable sandbox!", "sandbox is switched off"),
        ("Running as root without --no-sandbox is not supported", "sandbox is switched off"),
        (
            "ImportError: libxkbfile.so.1: cannot open shared object file: No such file",
            "libxkbfile.so.1 is missing",
        ),
        ("something\nelse\n", "else"),
        ("", "without a word"),
    ],
)
def test_what_an_engine_says_on_its_way_out(said: str, words: str) -> None:
    assert words in explain(said).what


def test_an_engine_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: Any, **options: Any) -> None:
        raise subprocess.TimeoutExpired("trial", options["timeout"])

    monkeypatch.setattr(subprocess, "run", late)
    fault = trouble(BROWSER)
    assert fault is not None
    assert "did not start in 30 seconds" in fault.what

    def absent(*_: Any, **__: Any) -> None:
        raise OSError("no such file")

    monkeypatch.setattr(subprocess, "run", absent)
    fault = trouble(BROWSER)
    assert fault is not None
    assert "no such file" in fault.what


def test_the_engine_of_this_machine_starts() -> None:
    assert trouble(BROWSER) is None


def test_the_apps_first_page_does_not_import_it() -> None:
    code = (
        "import sys, recorder.app, recorder.ui.run\n"
        "assert not [name for name in sys.modules if 'WebEngine' in name]\n"
        "import recorder.exam.engine\n"
        "assert not [name for name in sys.modules if 'WebEngine' in name]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

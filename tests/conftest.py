"""Fixtures that every test may use, and the figures that fault tests print."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support.figures import FULL, PROPERTY

# Real recordings that lie beside the project on some machines and are never part of it.
MEDIA = Path(os.environ.get("INVIGIL_MEDIA", Path(__file__).parents[2] / "shared" / "media"))

# A developer's own object models are no part of what is tested.
os.environ["INVIGIL_MODELS"] = str(Path(__file__).parent / "no-models")

# No test asserts a time: a busy machine is not a failure.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there before the first test stays to the end: no collection looks at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a lockdown notes down is no part of the developer's own state."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
def media() -> Path:
    """The folder of real recordings; the test is skipped where there is none."""
    if not MEDIA.is_dir():
        pytest.skip(f"no real recordings at {MEDIA}")
    return MEDIA


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[[str, str], None]:
    """Says what a fault test did: ``figures(what, figure)``, printed when the run is over."""

    def say(what: str, figure: str) -> None:
        record_property(PROPERTY, f"{what}\t{figure}")

    return say


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every figure, in the order of what it is about."""
    rows = sorted(
        str(value).split("\t", 1)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    )
    if not rows:
        return
    width = max(len(what) for what, _ in rows)
    terminalreporter.section("faults, " + ("full" if FULL else "short form"))
    for what, figure in rows:
        terminalreporter.write_line(f"{what:<{width}}  {figure}")

"""*Install now* is held to what a look is held to: no exam near, none under way."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from support.evidence_server import EvidenceServer
from support.published import NOTES
from support.recording import found
from support.sessions import WALL_ORIGIN
from support.signed_builds import signed_build

from recorder import installed
from recorder.app import Recorder
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from recorder.settings import Settings
from recorder.updates.news import ByCommand, Fetched
from shared.sidecar import read_sidecar
from shared.updates import Release

CODE = "7K2M-Q4WD-9XTA"


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setattr(installed, "installed_root", lambda: Path("/usr/lib/invigil"))
    return Recorder(Settings(store=tmp_path, spread_s=0.0, allow_plain=True))


@pytest.fixture
def fetched() -> Fetched:
    made = signed_build(6)
    release = Release(
        build=made.id, number=6, version="0.2.0", name=made.name, share=100, back=False,
        notes=NOTES,
    )  # fmt: skip
    return Fetched(release, Path("/x") / made.name, read_sidecar(made.manifest))


def test_a_code_that_was_entered_goes_first(recorder: Recorder, fetched: Fetched) -> None:
    assert isinstance(recorder.install(fetched), ByCommand)
    with EvidenceServer(code=CODE, now=lambda: WALL_ORIGIN).listening() as address:
        offer = recorder.inspect(address, CODE)
        assert_later(recorder, fetched)
        recorder.decline(offer)
    assert isinstance(recorder.install(fetched), ByCommand)
    recorder.stop_updates()
    assert_later(recorder, fetched)


def test_another_programs_recording_goes_first(
    recorder: Recorder, fetched: Fetched, tmp_path: Path
) -> None:
    server = EvidenceServer(code=CODE, now=lambda: WALL_ORIGIN)
    with closing(EvidenceStore.create(tmp_path, found(server), WALL_ORIGIN)):
        assert_later(recorder, fetched)


def assert_later(recorder: Recorder, fetched: Fetched) -> None:
    with pytest.raises(EnvironmentFault, match="exam is near or under way"):
        recorder.install(fetched)

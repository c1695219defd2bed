"""A candidate who is photographed and then sits the exam."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import cv2
import numpy as np
import pytest
from demo.programs import Programs, incidents_in, records_in
from skimage import data
from support.filmed_face import film_faces

from shared.records import Enrolment, Heartbeat, Open, Phase, Record
from shared.sealing import OpeningKey, Place
from shared.verify import verify_bundle

# Photographed within 8 s; on a machine under full load it takes twice as long.
SECONDS = 20.0


@dataclass(frozen=True)
class Sat:
    """What came of it."""

    programs: Programs
    key: str
    bundle: Path
    records: list[Record]

    def bodies(self, kind: type) -> list:
        return [record.body for record in self.records if isinstance(record.body, kind)]


@pytest.fixture(scope="module")
def sat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sat]:
    folder = tmp_path_factory.mktemp("sat")
    film = film_faces(folder / "one.mp4", [(data.astronaut(), SECONDS)])
    programs = Programs(folder)
    demo = programs.demo()
    with programs.server():
        with programs.recorder(
            *("--server", demo["server"], "--code", demo["code"]),
            *("--camera", f"file:{film}", "--microphone", "none", "--screen", "none"),
            *("--duration", str(SECONDS - 0.5)),
        ) as recorder:
            recorder.wait_until_recording()
            session = str(recorder.result()["session"])
        bundle = programs.export(session)
        yield Sat(programs, demo["key"], bundle, records_in(bundle))


def test_the_photograph_arrives_and_is_the_candidates(sat: Sat) -> None:
    (taken,) = [body for body in sat.bodies(Enrolment) if body.attachments]
    (photo,) = taken.attachments
    (key_file,) = (sat.programs.folder / "server" / "keys").glob("*/evidence.key")
    with ZipFile(sat.bundle) as archive:
        sealed = archive.read(f"blobs/{photo.sha256}")
    place = Place(sat.records[0].session, "attachment", photo.stream_seq)
    jpeg = OpeningKey(key_file.read_bytes()).open(sealed, place)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert (photo.role, picture.shape) == ("photo", (480, 640, 3))
    assert taken.identity is not None
    assert taken.identity["quality"] >= 0.6
    assert taken.liveness is not None
    assert verify_bundle(sat.bundle, sat.key).holds


def test_the_phases_are_in_order_and_nothing_counts_before_the_exam(sat: Sat) -> None:
    phases = [r for r in sat.records if isinstance(r.body, Phase)]
    names = [r.body.name for r in phases if isinstance(r.body, Phase)]
    assert names == ["preparing", "waiting", "exam", "handed_in"]
    begun_s = (phases[2].mono - sat.records[0].mono) / 1e6
    assert all(found.start >= begun_s for found in incidents_in(sat.bundle))


def test_whom_the_face_is_compared_with_is_not_written_anywhere(sat: Sat) -> None:
    (first,) = sat.bodies(Open)
    assert not any("identity_mismatch" in word for word in first.unwatched)
    beats = sat.bodies(Heartbeat)
    assert beats[-1].detection["looked_for"] is False  # the exam is handed in
    assert beats[-1].detection["server_error_s"] < 5
    assert {held["state"] for held in beats[-1].machine["held"]} <= {"undone", "unsupported"}
    numbers = json.dumps([body.identity for body in sat.bodies(Enrolment)])
    assert "embedding" not in numbers
    assert len(numbers) < 1_000

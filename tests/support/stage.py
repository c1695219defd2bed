"""What the tests of the pages see: a campus with sessions of every sort on it."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from support.campus import HOUR, Campus, MovableClock, client_of, found_campus
from support.filmed import Absence, Filming, Scene, Script, Stand, film
from support.pictured import clip, snapshot
from support.reels import Reel

from server.exams.terms import Terms
from shared.policy import Review

SECONDS = 120

SCENES = [
    Scene("gaze_away", 9, 14, "low", detail={"reason": "eyes 24° right of the screen"}),
    Scene("window_switch", 18, 24, "high", detail={"reason": "Messenger was in front"}),
    Scene("looking_away", 30, 34, "medium"),
    Scene("multiple_faces", 41, 48, "critical", detail={"faces": 2}),
    Scene("speech", 47.5, 50, "low"),
    Scene("face_missing", 106, 112, "critical"),
]

MAIN = Script(
    SECONDS,
    SCENES,
    gaps=[Absence("microphone", 64, 72, "the microphone was unplugged")],
    unobserved=[Absence("camera", 72, 80, "too dark to see a face")],
    lost=[("camera", 22), ("camera", 23)],
    restarts=(26,),
)


PICTURED = Script(
    16,
    [
        Scene("face_missing", 4, 8, "critical", pictures=(snapshot(),), later=(clip(),)),
        Scene("speech", 6, 7, "low", detail={"clip": {"incident": f"{1:032x}"}}),
        Scene("looking_away", 9, 11, "medium", pictures=(replace(snapshot(), lost=True),)),
        Scene("window_switch", 12, 14, "high", pictures=(snapshot(red=90),)),
    ],
    streams=("camera",),
    enrolled=(snapshot(role="photo"),),
    identity={"distance": 0.41, "same": True},
    paces=({"at": 5, "level": 2, "fps": 15, "off": ["hand_at_ear"], "why": "busy"},),
    given_up=(
        (6, "object_seen: the object model desk cannot be used: it fails when it is run"),
        (9, "second_voice: it failed at work (MemoryError: no room)"),
    ),
)


SAT = Script(
    64,
    [
        Scene("looking_away", 3, 6, "medium"),
        Scene("gaze_away", 20, 24, "low"),
        Scene("face_missing", 34, 38, "critical"),
        Scene("speech", 50, 52, "low"),
    ],
    streams=("camera", "microphone"),
    enrolled=(snapshot(role="photo"), snapshot(role="document", red=90)),
    identity={
        "quality": 0.83,
        "threshold": 0.55,
        "document": {"distance": 0.61, "threshold": 0.55, "same": False, "quality": 0.4},
    },
    before={
        "liveness": {"blinks": 2, "hint": "blinked 2 times in 6 s; the face showed depth"},
        "calibration": {
            "v": 1,
            "calibrated": True,
            "quality": 0.81,
            "points": 9,
            "spread_degrees": 1.9,
        },
        "voice": {"left_out": "no sentence was read aloud"},
    },
    phases=[
        Stand(0.5, "preparing"),
        Stand(8, "waiting", "candidate"),
        Stand(12, "exam"),
        Stand(30, "break", "candidate"),
        Stand(42, "exam", "candidate"),
        Stand(46, "paused", "proctor", "a fire alarm"),
        Stand(54, "exam", "proctor", "it was a drill"),
        Stand(60, "handed_in", "candidate"),
    ],
)

# Where a proctor acts: the exam goes on.
SITTING = Script(
    16,
    SCENES[:1],
    streams=("camera", "microphone"),
    closed=False,
    phases=[Stand(0.5, "preparing"), Stand(2, "exam")],
)


@dataclass
class Stage:
    """Where the tests go: a server's address and the sessions on it, by name."""

    url: str
    campus: Campus
    sessions: dict[str, Filming]

    def session(self, name: str) -> str:
        return f"/sessions/{self.sessions[name].pupil.session}"


# Which piece of the session "damaged" the server's own disk has changed.
DAMAGED = 3


def _flip_a_byte(campus: Campus, filming: Filming, number: int) -> None:
    name = list(filming.pupil.blobs)[number]
    file = campus.settings.data_dir / "blobs" / filming.pupil.session / name
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))


async def prepare(
    folder: Path, reels: dict[str, Reel], only: Collection[str] = ()
) -> tuple[Campus, dict[str, Filming]]:
    """Found the campus in ``folder`` and film its sessions, or ``only`` some of them."""
    clock = MovableClock(time.time_ns() // 1000 - HOUR)
    # Each incident a flag of its own, so that a session can have hundreds.
    terms = Terms(review=Review(burst_s=0))
    campus = await found_campus(folder / "data", terms, clock=clock)
    many = [
        Scene(["speech", "gaze_away", "window_switch"][n % 3], 2 + n / 5, 3 + n / 5, "low")
        for n in range(500)
    ]
    scripts = {
        "main": MAIN,
        "mouse": Script(16, SCENES[:1], streams=("camera",)),
        "keys": Script(36, SCENES[:3], streams=("camera",)),
        "offline": Script(36, SCENES[:3], streams=("camera",)),
        "rivals": Script(16, SCENES[:1], streams=("camera",)),
        "many": Script(104, many),
        "pictured": PICTURED,
        "damaged": Script(16, streams=("camera",)),
        "sat": SAT,
        "sitting": SITTING,
        "watched": SITTING,
        "live": Script(16, SCENES[:1], streams=("camera", "microphone"), closed=False),
    }
    sessions = {}
    async with client_of(campus) as client:
        for name, script in scripts.items():
            if only and name not in only:
                continue
            code = await campus.code(name)
            sessions[name] = await film(client, campus, code, reels, script)
    if "damaged" in sessions:
        _flip_a_byte(campus, sessions["damaged"], DAMAGED)
    return campus, sessions

"""A scripted hour with some sixty incidents.

What happens is drawn by chance, from a seed: in every minute of the hour the candidate works
at the screen, does three or four innocent things, and one that is an incident. Sound is an
hour of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from accuracy import acting
from accuracy.acting import Act, Play, Unseen, View
from accuracy.encoded import encoded
from accuracy.films import Film
from accuracy.heads import Head, Picture, Pose
from accuracy.hearing import MINUTE_S, What, minutes, order
from accuracy.matching import Outcome, kind_rows, match
from accuracy.photographs import heads, photographs
from accuracy.spoken import RATE
from accuracy.tables import Row, Table, per_hour, share
from accuracy.watching import Findings, pictures_watched, sound_watched
from rich.console import Console
from support.blocks import blocks
from support.object_networks import colour_network

from recorder.capture.frames import AudioBlock
from recorder.detect.identity.compare import embedding_of
from recorder.detect.identity.matching import identity_setup
from recorder.detect.observations import Unobserved
from recorder.detect.setup import DetectorSetup, IdentitySetup, ObjectSetup, VoiceSetup
from shared.flags import Kind
from shared.policy import DEFAULT_RULES

NS = 1_000_000_000

# A slow webcam's; the detectors are the same at 30 a second, and this takes a third.
FPS = 10

SEED = 20_26

HOUR_S = 3600.0
PROGRESS_S = 300.0

# How often each incident comes in the hour.
ACTS: dict[Act, int] = {
    acting.leave: 9,
    acting.second_face: 9,
    acting.look_away: 8,
    acting.bow: 2,
    acting.look_aside: 10,
    acting.cover: 5,
    acting.show_phone: 6,
    acting.swap: 4,
    acting.glare: 3,
    acting.blur: 3,
}

# Innocent things a minute, and the quiet work around each that keeps incidents apart.
INNOCENT_A_MINUTE = 3
WORK_S = (4.0, 9.0)

# Minutes of the hour of sound in which the candidate or somebody else speaks.
CANDIDATE_MINUTES, OTHER_MINUTES = 9, 8

# A tenth of a second of sound at a time.
BLOCK = RATE // 10

LABELS = ("book", "cell phone")


def measure(console: Console) -> list[Table]:
    """The tables of this part."""
    return [_hour(console), _encoded(console)]


def _hour(console: Console) -> Table:
    with TemporaryDirectory() as folder:
        play = scripted(SEED, ACTS)
        acting.work(play, max(0.0, HOUR_S - play.now))
        setup = hour_setup(play, Path(folder))
        seen = pictures_watched(shown_with_progress(play, cast(), console), setup)
    spoken = order(60, CANDIDATE_MINUTES, OTHER_MINUTES, np.random.default_rng(SEED))
    truths, heard = sound_found(spoken)
    outcome = match([*play.truths, *truths], [*seen.incidents, *heard.incidents])
    report(console, outcome)
    rows = [
        share("incidents found", len(outcome.found), outcome.true_count, 0.95),
        per_hour("false incidents an hour", len(outcome.false), play.now / 3600, 0.5),
        _declared(play.unseen, seen.unobserved),
        *kind_rows(outcome),
    ]
    return Table("Scripted hour", tuple(rows), _hour_note())


def _encoded(console: Console) -> Table:
    with TemporaryDirectory() as folder:
        play = scripted(SEED + 2, dict.fromkeys(ACTS, 1))
        setup = hour_setup(play, Path(folder))
        seen = pictures_watched(encoded(shown_with_progress(play, cast(), console), FPS), setup)
    outcome = match(play.truths, seen.incidents)
    report(console, outcome)
    rows = [
        share("incidents found", len(outcome.found), outcome.true_count, 0.95),
        per_hour("false incidents an hour", len(outcome.false), play.now / 3600, 0.5),
        *kind_rows(outcome),
    ]
    return Table("The same from the recording", tuple(rows), _ENCODED_NOTE)


def cast() -> tuple[Head, ...]:
    """The candidate, then others; the last one is the second face."""
    first, *others = heads()
    return first, others[-1] if others else first


def scripted(seed: int, times: Mapping[Act, int]) -> Play:
    """A minute or so for every act, as often as it is to come, in any order."""
    acts = [act for act, often in times.items() for _ in range(often)]
    if len(photographs()) < 2:
        acts = [act for act in acts if act is not acting.swap]
    play = new_play(seed)
    acting.work(play, 20.0)
    for place in play.dice.permutation(len(acts)):
        _minute(play, acts[place])
    return play


def new_play(seed: int) -> Play:
    """The candidate has sat down."""
    return Play(np.random.default_rng(seed), View(Pose()))


def _minute(play: Play, act: Act) -> None:
    acting.settle(play)
    turn = int(play.dice.integers(INNOCENT_A_MINUTE))
    for number in range(INNOCENT_A_MINUTE):
        _innocent(play)
        if number == turn:
            acting.work(play, play.between(*WORK_S))
            act(play)
            acting.work(play, play.between(*WORK_S))


def _innocent(play: Play) -> None:
    innocent_act(play, acting.INNOCENT)


def innocent_act(play: Play, acts: Sequence[Act]) -> None:
    """One of these, by chance, with quiet work around it."""
    acting.work(play, play.between(*WORK_S))
    acts[int(play.dice.integers(len(acts)))](play)
    acting.work(play, play.between(2, 4))


def hour_setup(play: Play, folder: Path) -> DetectorSetup:
    """Objects by a small network of our own; identity where there are two people."""
    model = folder / "things.onnx"
    model.write_bytes(colour_network(labels=LABELS))
    rule = DEFAULT_RULES[Kind.OBJECT_SEEN]
    objects = ObjectSetup(
        path=str(model),
        labels=LABELS,
        wanted=LABELS,
        confidence=rule.release or 0.4,
        every_s=rule.every_s or 0.5,
        name="rectangles",
        sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
    )
    return DetectorSetup(identity=_enrolled(play, folder), objects=objects)


def _enrolled(play: Play, folder: Path) -> IdentitySetup | None:
    """A picture of the candidate in another room than the exam's."""
    if len(photographs()) < 2:
        return None
    picture = Film(cast(), np.random.default_rng(play.dice.integers(1 << 32))).picture(
        View(Pose(distance_cm=50))
    )
    path = folder / "enrolled.png"
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return identity_setup(DEFAULT_RULES[Kind.IDENTITY_MISMATCH], embedding_of(path))


def shown_with_progress(
    play: Play, people: tuple[Head, ...], console: Console
) -> Iterator[tuple[float, Picture]]:
    for at, picture in shown(play, people):
        if at % PROGRESS_S == 0:
            console.print(f"{at / 60:.0f} of {play.now / 60:.0f} minutes seen")
        yield at, picture


def shown(play: Play, people: tuple[Head, ...]) -> Iterator[tuple[float, Picture]]:
    """Every picture of a play and its time in seconds."""
    film = Film(people, np.random.default_rng([SEED, round(play.now)]))
    for number in range(int(play.now * FPS)):
        at = number / FPS
        yield at, film.picture(play.view_at(at))


def sound_found(
    spoken: Sequence[What], seed: int = SEED
) -> tuple[list[acting.Truth], Findings]:
    truths: list[acting.Truth] = []

    def sound() -> Iterator[AudioBlock]:
        for number, minute in enumerate(minutes(spoken, seed)):
            truths.extend(minute.truths)
            start_ns = number * MINUTE_S * NS
            yield from blocks(minute.sound, RATE, size=BLOCK, start_ns=start_ns)

    found = sound_watched(sound(), DetectorSetup(voice=VoiceSetup()))
    return truths, found


def _declared(unseen: Sequence[Unseen], unobserved: Sequence[Unobserved]) -> Row:
    """How much of the time in which nothing could be seen is said to be so."""
    seconds = sum(one.end - one.start for one in unseen)
    said = sum(_overlap_s(one, piece) for one in unseen for piece in unobserved)
    return Row(
        "unobservable time that is declared",
        f"{said / seconds:.3f}",
        "",
        f"{said:.0f} of {seconds:.0f} s",
    )


def _overlap_s(one: Unseen, piece: Unobserved) -> float:
    return max(0.0, min(one.end, piece.end_ns / NS) - max(one.start, piece.start_ns / NS))


def report(console: Console, outcome: Outcome) -> None:
    """Every incident that was missed, late or false, one a line."""
    for truth in outcome.missed:
        console.print(f"missed {truth.kind} {truth.start:.1f} … {truth.end:.1f} s")
    for late in outcome.late:
        console.print(f"late {late.truth.kind} by {late.start_error_s:.1f} s")
    for false in outcome.false:
        start, end = false.start_ns / NS, (false.end_ns or 0) / NS
        console.print(f"false {false.kind} {start:.1f} … {end:.1f} s: {dict(false.detail)}")


def _hour_note() -> str:
    return (
        f"Rendered heads from {len(photographs())} photographs at {FPS} pictures a second with "
        "a sensor's noise; half of what is done aside goes to each side. Found: the same kind, "
        "overlapping, begun within 1 s. Objects are coloured rectangles that a small network "
        "of our own finds: its row is about the path, not about telephones."
    )


_ENCODED_NOTE = (
    "Every act once more, seen after H.264 at the default policy's rate: what a reviewer, or "
    "`analyze` on an exported recording, has."
)

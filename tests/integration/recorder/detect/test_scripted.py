"""One cause gives one incident, from pictures to words: the short form of the scripted hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from accuracy import acting
from accuracy.acting import Play, View
from accuracy.films import Film
from accuracy.heads import Head, Picture, Pose
from accuracy.matching import START_WITHIN_S, match
from accuracy.watching import Findings, pictures_watched
from numpy.typing import NDArray
from skimage import data

from recorder.detect.face.graphs import FaceGraphs
from recorder.detect.setup import NOTHING_MORE
from shared.flags import Kind

NS = 1_000_000_000
FPS = 10

Shown = Sequence[tuple[float, Picture]]


def session() -> Play:
    """Leave with the head turned, look aside, look away, cover the lens; glances between."""
    play = Play(np.random.default_rng(4), View(Pose(distance_cm=60, y=0.48)))
    acting.work(play, 4)
    acting.glance(play)
    for act in (leave_turned, look_left, look_right, cover):
        acting.work(play, 2.5)
        act(play)
    acting.passer_by(play)
    acting.work(play, 2)
    return play


def leave_turned(play: Play) -> None:
    """To look away for 1.5 s before leaving, and on coming back, is part of leaving."""
    turned = acting.facing(play.sits, yaw=48)
    play.show(turned, 1.5)
    start = play.now
    play.show(replace(play.sits, pose=None), 3)
    play.mark(Kind.FACE_MISSING, start)
    play.show(turned, 1.5)


def look_left(play: Play) -> None:
    """With the eyes alone."""
    start = play.now
    play.show(replace(play.sits, gaze=(-27.0, 0.0)), 4)
    play.mark(Kind.GAZE_AWAY, start)


def cover(play: Play) -> None:
    """A sticker on the lens."""
    start = play.now
    play.show(replace(play.sits, covered=True), 3)
    play.mark(Kind.CAMERA_BLOCKED, start)


def look_right(play: Play) -> None:
    """Towards the right edge of the picture."""
    start = play.now
    play.show(acting.facing(play.sits, yaw=50), 3)
    play.mark(Kind.LOOKING_AWAY, start)


@cache
def shown() -> Shown:
    """The session's pictures, drawn once."""
    head = Head(np.asarray(data.astronaut(), np.uint8), FaceGraphs())
    play = session()
    film = Film((head,), np.random.default_rng(7))
    times = [number / FPS for number in range(int(play.now * FPS))]
    return [(at, film.picture(play.view_at(at))) for at in times]


def mirrored(picture: Picture) -> Picture:
    """As seen in a mirror."""
    return np.ascontiguousarray(picture[:, ::-1])


def watched(pictures: Shown) -> Findings:
    return pictures_watched(pictures, NOTHING_MORE)


@pytest.mark.parametrize(("change", "side"), [(None, "right"), (mirrored, "left")])
def test_each_cause_is_one_incident_of_its_kind_begun_in_time(change, side: str) -> None:
    pictures = shown() if change is None else [(at, change(one)) for at, one in shown()]
    found = watched(pictures)
    outcome = match(session().truths, found.incidents)
    assert (outcome.missed, outcome.false) == ((), ())
    assert len(outcome.found) == 4
    assert all(abs(one.end_error_s) <= START_WITHIN_S for one in outcome.found)
    (turn,) = (one for one in found.incidents if one.kind is Kind.LOOKING_AWAY)
    assert f"° {side} for" in str(turn.detail["reason"])
    assert 40 < float(str(turn.detail["degrees"])) < 60
    (cover,) = (one for one in outcome.found if one.truth.kind is Kind.CAMERA_BLOCKED)
    (piece,) = found.unobserved
    assert (piece.start_ns, piece.end_ns) == (cover.incident.start_ns, cover.incident.end_ns)


def test_without_what_happens_nothing_is_found() -> None:
    """The same pictures, of the candidate at work alone."""
    working = [one for at, one in shown() if at < 4]
    grain: NDArray[np.uint8] = np.random.default_rng(1).integers(0, 3, (480, 640, 3), np.uint8)
    again = [working[turn % len(working)] + np.roll(grain, turn * 7) for turn in range(80)]
    found = watched([(turn / FPS, one) for turn, one in enumerate(again)])
    assert found.incidents == []

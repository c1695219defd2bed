"""Are people who leave or come noticed in time? Scripted sessions in which the candidate
leaves and others come, through the real analyser and ``DetectionCore``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from accuracy.grain import Grain
from accuracy.heads import Picture, Pose, room
from accuracy.photographs import graphs, heads
from accuracy.sprites import Sprite, cut_out
from accuracy.tables import Row, Table, mean_error, rate, share
from rich.console import Console

from recorder.detect.face.faces import FaceAnalyzer
from recorder.detect.incidents.core import DetectionCore
from recorder.detect.observations import Incident
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, OFF

NS = 1_000_000_000
SIZE = (640, 480)

# How far start and end of an incident may be from the truth, s.
CLOSE_S = 0.5

# Standard deviation of the sensor's noise, levels.
NOISE = 2.0

KINDS = (Kind.FACE_MISSING, Kind.MULTIPLE_FACES)


@dataclass(frozen=True, slots=True)
class Act:
    """From ``start`` to ``end`` (s) the candidate is away, or another person is there."""

    kind: Kind
    start: float
    end: float
    slides: bool = False
    other: int = 0
    size: float = 1.0
    side: float = 1.0


FPS = 15
SESSION_S = 34.0
SESSIONS = 16

# The time that somebody takes to walk in or out, s.
_SLIDE_S = 0.6

# Shorter than any onset: such acts must not be flagged.
_SHORT_S = 0.6


def _script(dice: np.random.Generator) -> list[Act]:
    """Three acts with room between them, so that none is merged with the next."""
    acts, at = [], float(dice.uniform(2, 3))
    for kind in dice.permutation([Kind.FACE_MISSING, Kind.MULTIPLE_FACES, Kind.MULTIPLE_FACES]):
        missing = kind == Kind.FACE_MISSING
        lasts = float(dice.uniform(2.6, 5.0) if missing else dice.uniform(1.5, 5.0))
        lasts = _SHORT_S if dice.random() < 0.15 else lasts
        acts.append(
            Act(
                Kind(kind),
                at,
                at + lasts,
                slides=bool(dice.random() < 0.5),
                other=int(dice.integers(0, 100)),
                size=float(dice.uniform(0.45, 0.9)),
                side=float(dice.choice([-1, 1])),
            )
        )
        at += lasts + 5.6
    return acts


def _expected(acts: list[Act]) -> list[Act]:
    return [act for act in acts if act.end - act.start > _SHORT_S + 0.01]


@dataclass(slots=True)
class Tally:
    """What was to be found, what was, and how late."""

    wanted: int
    found: int
    starts: list[float]
    ends: list[float]
    others: Counter[str]


def scripted(console: Console) -> Table:
    """The table of this part."""
    dice = np.random.default_rng(31)
    tally = Tally(0, 0, [], [], Counter())
    for number in range(SESSIONS):
        acts = _script(dice)
        _score(tally, _expected(acts), _flagged(_session(number, acts, dice)))
    minutes = SESSIONS * SESSION_S / 60
    console.print(f"{SESSIONS} scripted sessions, {minutes:.0f} minutes")
    rest = ", ".join(f"{kind} {count}" for kind, count in tally.others.items()) or "none"
    matched = len(tally.starts)
    return Table(
        "Faces: people who leave and come, in scripted sessions",
        (
            share("found, start and end within 0.5 s (recall)", matched, tally.wanted, 0.98),
            share("right, of what was flagged (precision)", matched, tally.found, 0.98),
            mean_error("error of the start", tally.starts, " s", CLOSE_S),
            mean_error("error of the end", tally.ends, " s", CLOSE_S),
            _poster(dice),
        ),
        f"{minutes:.0f} minutes at {FPS} pictures a second: the candidate leaves for 2.6 to "
        "5 s, others of 45 to 90 % of the candidate's size come for 1.5 to 5 s, at once or "
        f"walking in; acts of {_SHORT_S} s must not be flagged. Other incidents: {rest}. "
        "Before the mesh was asked about half-certain faces, and the view that shows somebody "
        "looked at every second time, 39 of 41 were found here, and 20 of 21 in sessions of "
        "another seed (all 21 since). The one that is left scores .45 to .5 for 1.5 s; below "
        ".5 the mesh confirms coins and print for faces as well, so the bar stays there.",
    )


def _score(tally: Tally, acts: list[Act], incidents: list[Incident]) -> None:
    tally.others.update(one.kind for one in incidents if one.kind not in KINDS)
    tally.wanted += len(acts)
    tally.found += sum(one.kind in KINDS for one in incidents)
    for act, incident in _pairs(acts, incidents):
        tally.starts.append(incident.start_ns / NS - act.start)
        tally.ends.append((incident.end_ns or 0) / NS - act.end)


def _pairs(acts: list[Act], incidents: list[Incident]) -> Iterator[tuple[Act, Incident]]:
    for act in acts:
        for incident in incidents:
            if incident.kind is not act.kind or incident.end_ns is None:
                continue
            late = abs(incident.start_ns / NS - act.start), abs(incident.end_ns / NS - act.end)
            if max(late) <= CLOSE_S:
                yield act, incident
                break


@cache
def _sprite(person: int, yaw: int, tone: int | None) -> Sprite:
    return cut_out(heads()[person % len(heads())], Pose(yaw=yaw, distance_cm=75), tone=tone)


def _session(number: int, acts: list[Act], dice: np.random.Generator) -> Iterator[Picture]:
    """The pictures of a session: the candidate looks about a little, and the acts happen."""
    behind, grain = room(*SIZE, dice), Grain(NOISE, SIZE, dice)
    tone = (None, 2, 6, 9)[number % 4]
    for frame in range(round(SESSION_S * FPS)):
        now, picture = frame / FPS, behind
        for act in acts:
            if act.kind is Kind.MULTIPLE_FACES and (gone := _gone(act, now)) < 1:
                other = _sprite(number + 1 + act.other % 3, 0, (None, 4, 8)[act.other % 3])
                sway = 3 * np.sin(2 * now)
                right = act.side * (205 + 250 * gone) + sway
                picture = other.put(picture, right, -20, act.size)
        away = max(
            (1 - _gone(act, now) for act in acts if act.kind is Kind.FACE_MISSING), default=0
        )
        if away < 1:
            yaw = 3 * round(2 * float(np.sin(now / 3)))
            me = _sprite(number, yaw, tone)
            picture = me.put(picture, 8 * np.sin(now) + 460 * away, 3 * np.sin(1.7 * now))
        yield grain.on(picture)


def _gone(act: Act, now: float) -> float:
    """How far the act's change is from complete: 0 within it, 1 outside. Who walks is half
    in the picture at the act's start and end."""
    slide = _SLIDE_S if act.slides else 0.02
    inside = min(now - act.start, act.end - now)
    return float(np.clip(0.5 - inside / slide, 0, 1))


def _flagged(pictures: Iterator[Picture]) -> list[Incident]:
    """What the real detectors make of it."""
    ids = iter(range(1_000_000))
    core = DetectionCore(lambda kind: DEFAULT_RULES.get(kind, OFF), lambda: str(next(ids)))
    analyzer, findings = FaceAnalyzer(graphs()), []
    for number, picture in enumerate(pictures):
        findings += core.camera(analyzer.observe(picture, number * NS // FPS))
    findings += core.finish("camera", round(SESSION_S * NS))
    return [one for one in findings if isinstance(one, Incident) and one.end_ns is not None]


def _poster(dice: np.random.Generator) -> Row:
    """A portrait on the wall: what is known to go wrong."""
    flagged = 0
    for number in range(4):
        behind, grain = room(*SIZE, dice), Grain(NOISE, SIZE, dice)
        wall = _sprite(number + 1, 0, None).put(behind, 205, -60, 0.6)
        pictures = (
            grain.on(_sprite(number, 0, None).put(wall, 8 * np.sin(frame / FPS)))
            for frame in range(5 * FPS)
        )
        flagged += any(one.kind is Kind.MULTIPLE_FACES for one in _flagged(pictures))
    return rate("a portrait on the wall flagged as a second person", flagged, 4)

"""Twenty minutes of a candidate who works: no incident, and what may look like one.

Notes are read and written, hands rest at chin and cheek, scratch an ear, rub the eyes. What the
default policy looks for is told first; hands, which a policy has to ask for, apart.
"""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np
from accuracy import acting
from accuracy.acting import Play
from accuracy.hearing import order
from accuracy.matching import match
from accuracy.scripted import (
    INNOCENT_A_MINUTE,
    SEED,
    cast,
    innocent_act,
    new_play,
    report,
    shown_with_progress,
    sound_found,
)
from accuracy.tables import Row, Table, per_hour
from accuracy.watching import NS, Findings, default_rule, pictures_judged
from rich.console import Console

from recorder.detect.setup import DetectorSetup
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Rule

CLEAN_S = 1200.0

# Half of what is done between looks at the screen has to do with notes or hands.
ACTS = (*acting.INNOCENT, *acting.AT_DESK)


def measure(console: Console) -> list[Table]:
    """The table of this part."""
    play = clean(SEED + 1, CLEAN_S)
    setup = DetectorSetup(hands_every_s=DEFAULT_RULES[Kind.HAND_AT_EAR].every_s)
    pictures = shown_with_progress(play, cast(), console)
    seen, with_hands = pictures_judged(pictures, setup, [default_rule, _hand_rule])
    quiet = order(round(CLEAN_S / 60) + 1, 0, 0, np.random.default_rng(SEED))[1:]
    _, sounds = sound_found(quiet, seed=SEED + 1)
    outcome = match([], [*seen.incidents, *sounds.incidents])
    report(console, outcome)
    hands = match([], [one for one in with_hands.incidents if one.kind is Kind.HAND_AT_EAR])
    report(console, hands)
    hours = CLEAN_S / 3600
    rows = [
        per_hour("incidents in 20 minutes, an hour", len(outcome.false), hours, 0.0),
        per_hour(
            "… besides, where a policy asks for hand_at_ear", len(hands.false), hours, 0.0
        ),
        _blind(seen, CLEAN_S),
        *_did(play),
    ]
    return [Table("A candidate who works", tuple(rows), NOTE)]


def clean(seed: int, seconds: float) -> Play:
    """Nothing but work and what is innocent."""
    play = new_play(seed)
    while play.now < seconds:
        acting.settle(play)
        for _ in range(INNOCENT_A_MINUTE):
            innocent_act(play, ACTS)
    return play


def _hand_rule(kind: Kind) -> Rule:
    """As in the default policy, and a hand at the ear is asked for."""
    found = default_rule(kind)
    if kind is not Kind.HAND_AT_EAR:
        return found
    return msgspec.structs.replace(found, enabled=True)


def _did(play: Play) -> list[Row]:
    """How long what could be taken for something else was seen."""
    seconds: Counter[str] = Counter()
    for tenth in range(int(play.now * 10)):
        view = play.view_at(tenth / 10)
        looks_down = view.pose is not None and view.gaze[1] <= acting.NOTES_PITCH
        seconds["eyes on notes or keys"] += looks_down
        seconds["a hand in the picture"] += view.hand is not None
    return [
        Row(what, f"{count / 10:.0f} s", "", f"of {play.now:.0f} s")
        for what, count in seconds.items()
    ]


def _blind(seen: Findings, seconds: float) -> Row:
    """Time that is called unobserved though all could be seen."""
    said = sum(piece.end_ns - piece.start_ns for piece in seen.unobserved) / NS
    return Row(
        "time called unobserved", f"{said / seconds:.3f}", "", f"{said:.0f} of {seconds:.0f} s"
    )


NOTE = (
    "Reading, blinks, glances, leaning, drinking, the head askew, a passer-by, changes of "
    "light; notes read and written; a drawn hand that scratches an ear, rubs the eyes, holds "
    "chin or cheek; a fan, keys, coughs and music. Hands are looked for at the policy's rate. "
    "hands_hidden is not counted: who types has the hands below the picture, so that it is "
    "for exams that want hands in view."
)

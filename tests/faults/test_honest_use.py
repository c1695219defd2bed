"""Working in an exam under full lockdown gives no incident: typing, clicking, copying in it."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.desk import Desk
from support.exam_hall import HEIGHT, LEFT, RIGHT, hall, in_force
from support.figures import amount
from support.locked_app import locked_app
from support.waiting import until

from shared.flags import Kind

# Ten minutes in the full form: what a candidate does in them, one thing after another.
SECONDS = amount(3, 600)
SEED = 7

# On the exam's page, in pixels of the desktop: the field for the answer, an empty stretch below
# it, the link to the next question; and the browser's button to go back.
ANSWER, BELOW = (40, 280, 640, 330), (40, 440, LEFT - 40, HEIGHT - 20)
NEXT, BACK = (50, 372, 150, 384), (16, 104, 24, 112)
OTHER_DISPLAY = (LEFT + 20, 20, LEFT + RIGHT - 20, HEIGHT - 20)

# Every kind that a machine has signs of, but for what the place may truly be.
WATCHED = {
    Kind.BLOCKED_KEY,
    Kind.CLIPBOARD,
    Kind.BLOCKED_ADDRESS,
    Kind.FULLSCREEN_EXIT,
    Kind.WINDOW_SWITCH,
    Kind.DISPLAY_CHANGE,
    Kind.PROHIBITED_PROCESS,
    Kind.SCREEN_CAPTURE,
    Kind.INPUT_DEVICE,
}


@pytest.mark.timeout(900)
def test_honest_use_gives_no_incident(
    tmp_path: Path, figures: Callable[[str, str], None]
) -> None:
    dice, did = random.Random(SEED), 0
    with (
        hall(tmp_path) as place,
        locked_app(place.desk.journals, place.desk.environ, place.page) as app,
    ):
        until(lambda: in_force(app) and place.stands(full=True), "the lockdown")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            dice.choice(DEEDS)(place.desk, dice)
            did += 1
            assert place.stands(full=True), (SEED, did)
        heard, held, watched = app.incidents(), app.held(), app.watched()
        told = app.stop()
    assert heard == [], (SEED, heard)
    assert {name: one["evaded"] for name, one in held.items() if one["evaded"]} == {}
    on = {kind: one for kind, one in watched.items() if one["state"] == "watching"}
    assert set(on) >= WATCHED
    blind = sum(one["unobserved_s"] for one in on.values())
    assert blind < 0.5 * SECONDS * len(on)  # a busy machine misses looks, but it did look
    assert told["undone"]
    steps = sum(one["state"] == "in_force" for one in held.values())
    figures(
        "lockdown: honest use",
        f"{SECONDS} s, {did} things done in the exam's window on two displays, {steps} steps "
        f"in force, {len(on)} watchers: no incident, {blind:.1f} s unobserved",
    )


def typed(one: Desk, dice: random.Random) -> None:
    letters = string.ascii_letters + string.digits + " .,;:!?()[]{}<>|\\@#$%^&*+-=_/~`'\"äöüßé€"
    text = "".join(dice.choices(letters, k=dice.randrange(5, 40)))
    click(one, dice, ANSWER)
    one.type("type", "--delay", str(dice.choice([0, 2, 8])), "--", text)


def edited(one: Desk, dice: random.Random) -> None:
    keys = "ctrl+a ctrl+c ctrl+v ctrl+x ctrl+z ctrl+shift+z ctrl+Left shift+ctrl+Right Home End"
    more = "Page_Down Delete BackSpace Return Escape shift+Insert ctrl+Home"
    click(one, dice, ANSWER)
    one.type("key", *dice.choices([*keys.split(), *more.split()], k=4))


def sized(one: Desk, dice: random.Random) -> None:
    """The page larger and as it was; the focus about."""
    click(one, dice, ANSWER)
    one.type(
        "key", *dice.choice(["ctrl+plus ctrl+0", "ctrl+minus ctrl+0", "Tab shift+Tab"]).split()
    )


def marked(one: Desk, dice: random.Random) -> None:
    click(one, dice, BELOW, times=dice.randrange(1, 4))


def went_on(one: Desk, dice: random.Random) -> None:
    """To the next question and back, or the page anew."""
    if dice.random() < 0.3:
        one.type("key", "F5")
        return
    click(one, dice, NEXT)
    click(one, dice, BACK)


def missed(one: Desk, dice: random.Random) -> None:
    """A click on the other display, and typing on: the exam has kept the keys."""
    click(one, dice, OTHER_DISPLAY)
    one.type("type", "--", "so")


def click(
    one: Desk, dice: random.Random, area: tuple[int, int, int, int], times: int = 1
) -> None:
    x, y = dice.randrange(area[0], area[2]), dice.randrange(area[1], area[3])
    one.type("mousemove", str(x), str(y), "click", "--repeat", str(times), "1")


DEEDS = (typed, typed, typed, edited, edited, marked, sized, went_on, missed)

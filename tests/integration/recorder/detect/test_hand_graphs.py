"""The packaged hand models on hands that are drawn, and on a face without any."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data
from support.drawn_hands import Hand, lay

from recorder.detect.objects.hand_graphs import HandGraphs

ROOM = np.full((480, 640, 3), 110, np.uint8)


@pytest.fixture(scope="module")
def graphs() -> HandGraphs:
    return HandGraphs()


@pytest.mark.parametrize(
    "hand",
    [
        Hand(320, 260, 150),
        Hand(180, 300, 120, angle=25, left=True),
        Hand(460, 240, 200, angle=-30),
        Hand(320, 260, 150, skin=(92, 60, 44)),
    ],
)
def test_a_hand_is_found_where_it_is(graphs: HandGraphs, hand: Hand) -> None:
    (found,) = graphs.find(lay(ROOM, hand))
    middle = found.mean(axis=0) * (640, 480)
    assert found.shape == (21, 2)
    assert np.hypot(*(middle - (hand.x, hand.y))) < 0.35 * hand.length


def test_two_hands_are_two(graphs: HandGraphs) -> None:
    both = lay(lay(ROOM, Hand(170, 250, 150, left=True)), Hand(470, 250, 150))
    middles = sorted(found.mean(axis=0)[0] * 640 for found in graphs.find(both))
    assert middles == pytest.approx([170, 470], abs=40)


def test_an_empty_room_and_a_face_show_no_hand(graphs: HandGraphs) -> None:
    assert graphs.find(ROOM) == []
    assert graphs.find(data.astronaut()) == []

"""What is said is kept until it is heard, and notices until they are shown."""

from __future__ import annotations

from itertools import count

import msgspec
import pytest

from recorder.status import Notice
from recorder.talk import MAX_TEXT, MAX_WAITING, TOO_MANY, Talk
from shared.wire import MAX_SAID, LiveState


@pytest.fixture
def talk() -> Talk:
    numbers = count(1)
    return Talk(lambda: f"{next(numbers):032x}", warnings_limit=3)


def test_what_is_said_is_said_again_until_it_is_heard(talk: Talk) -> None:
    talk.say("Hello?")
    talk.ask_for_help("")
    first, second = talk.next_said
    assert (first.kind, first.text, second.kind) == ("message", "Hello?", "help")
    talk.heard(first.id)
    assert talk.next_said == (second,)
    assert talk.unheard == 1


def test_help_is_asked_for_once_and_nothing_is_not_said(talk: Talk) -> None:
    talk.ask_for_help("")
    talk.ask_for_help("")
    talk.say("  ")
    assert talk.unheard == 1


def test_as_much_as_the_wire_carries_is_said_at_a_time(talk: Talk) -> None:
    for number in range(MAX_WAITING + 1):
        talk.say("x" * (MAX_TEXT + number))
    said = talk.next_said
    assert len(said) == MAX_SAID
    state = LiveState(
        stage="", light="", words="", elapsed_s=0, queued_records=0, queued_bytes=0, said=said
    )
    assert msgspec.json.decode(msgspec.json.encode(state), type=LiveState) == state
    assert [notice.text for notice in talk.notices()] == [TOO_MANY]


def test_how_many_warnings_there_were_is_the_servers_word(talk: Talk) -> None:
    talk.warn(Notice("Stay.", "proctor", "warning", 2))
    talk.warn(Notice("Late.", "proctor", "warning", 1, 5))
    assert (talk.warnings, talk.warnings_limit) == (2, 5)
    assert [notice.warning for notice in talk.notices()] == [True, True]
    assert talk.notices() == []

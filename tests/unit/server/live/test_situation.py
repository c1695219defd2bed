"""What may be asked of a running session, and the words in which it is refused."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from server.live.situation import NEEDS_TEXT, CommandDraft, Situation, refusal
from shared.wire import Command, ProblemType

ACTIONS = list(msgspec.inspect.type_info(CommandDraft).fields[0].type.values)
RUNNING = Situation(over=False, phase="exam")


def asked(action: str, **more: object) -> CommandDraft:
    said = {"action": action, "text": "because", "seconds": 60, **more}
    return msgspec.convert(said, CommandDraft)


def refused(situation: Situation, draft: CommandDraft) -> tuple[int, str]:
    why = refusal(situation, draft)
    assert why is not None
    return why.status, why.detail


def test_staff_may_ask_everything_that_a_command_can_say_but_heard() -> None:
    can = msgspec.inspect.type_info(Command).fields[1].type.values  # type: ignore[attr-defined]
    assert set(ACTIONS) == set(can) - {"heard"}


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_is_asked_of_a_session_that_is_over(action: str) -> None:
    why = refusal(Situation(over=True), asked(action))
    assert why is not None
    assert (why.status, why.type) == (409, ProblemType.SESSION_OVER)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("text", ["", "  \n"])
def test_what_changes_a_session_says_why(action: str, text: str) -> None:
    status, words = refused(RUNNING, asked(action, text=text))
    assert status == 422
    assert words == NEEDS_TEXT[action]


def test_a_clip_is_asked_for_where_something_can_bear_it() -> None:
    status, words = refused(RUNNING, asked("request_clip"))
    assert status == 409
    assert "kept with a flag" in words
    assert refusal(replace(RUNNING, incidents=1), asked("request_clip")) is None
    without = replace(RUNNING, incidents=1, clips=False)
    assert "have no clips made" in refused(without, asked("request_clip"))[1]


def test_extra_time_says_how_much() -> None:
    assert refused(RUNNING, asked("extra_time", seconds=None))[0] == 422
    assert refusal(RUNNING, asked("extra_time")) is None
    assert refused(Situation(over=False, phase="handed_in"), asked("extra_time"))[0] == 409
    for seconds in (59, 86_401, 60.5):
        with pytest.raises(msgspec.ValidationError):
            asked("extra_time", seconds=seconds)


def test_only_what_is_paused_is_resumed() -> None:
    paused = Situation(over=False, phase="paused", paused=True)
    assert refusal(RUNNING, asked("pause")) is None
    assert refusal(paused, asked("resume")) is None
    assert "not paused" in refused(RUNNING, asked("resume"))[1]
    assert "already" in refused(paused, asked("pause"))[1]
    for phase in ("preparing", "waiting", "handed_in"):
        status, words = refused(Situation(over=False, phase=phase), asked("pause"))
        assert status == 409
        assert "nothing to pause" in words
    # A recorder that tells no phases is paused on a proctor's word.
    assert refusal(Situation(over=False), asked("pause")) is None


@pytest.mark.parametrize("action", ["admit", "refuse"])
def test_only_what_is_asked_is_answered(action: str) -> None:
    waiting = Situation(over=False, phase="preparing", awaits="identity")
    assert refusal(waiting, asked(action)) is None
    assert refusal(waiting, asked(action, awaits="identity")) is None
    status, words = refused(waiting, asked(action, awaits="environment"))
    assert status == 409
    assert "another one now: whether this is the candidate" in words
    assert "Nothing waits" in refused(RUNNING, asked(action))[1]

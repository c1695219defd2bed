"""The queue, flags and decisions from the command line, in somebody's name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from support.campus import Campus, client_of, redeem
from support.logged import entries

from shared.log import Act

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def session(campus: Campus) -> str:
    """A session with two flags in it."""

    async def hand_in() -> str:
        async with client_of(campus) as client:
            pupil = await redeem(client, await campus.code())
            pupil.open()
            pupil.incident(1)
            pupil.incident(2, kind="speech")
            pupil.close()
            await pupil.hand_in()
            return pupil.session

    return asyncio.run(hand_in())


def lines(told: tuple[int, str, str]) -> list[dict[str, Any]]:
    status, out, said = told
    assert status == 0, said
    return [json.loads(line) for line in out.splitlines()]


def test_from_the_queue_to_a_decision(campus: Campus, admin: Run, session: str) -> None:
    by = ("--by", campus.proctor)
    (first,) = lines(admin("review", "queue", *by, "--sort", "open"))
    assert (first["session"], first["candidate"]) == (session, "Ada Example")
    assert first["open"] == 2
    assert lines(admin("review", "queue", *by, "--sort", "decided")) == []
    assert lines(admin("review", "queue", *by, "--candidate", "nobody")) == []
    flags = lines(admin("review", "flags", session, *by))
    assert [one["version"] for one in flags] == [0, 0]
    decide = ("review", "decide", session, flags[0]["id"], "dismissed")
    for _ in range(2):  # the second time changes nothing
        (done,) = lines(admin(*decide, *by, "--note", "The cat."))
        assert (done["verdict"], done["version"]) == ("dismissed", 1)
    status, _, said = admin(*decide, "--by", campus.examiner, "--note", "Me, too.")
    assert (status, "Proctor has dismissed" in said or "meanwhile" in said) == (2, True), said
    conclude = ("review", "conclude", session)
    status, _, said = admin(*conclude, "concerns", *by)
    assert (status, "reason" in said) == (2, True), said
    (told,) = lines(admin(*conclude, "concerns", *by, "--reason", "flags", "--note", "See."))
    assert (told["outcome"], told["reasons"], told["by"]) == ("concerns", ["flags"], "Proctor")
    acts = [one for one in asyncio.run(entries(campus)) if isinstance(one.body, Act)]
    made = [one for one in acts if one.body.action in ("flag.decide", "session.decide")]
    assert [(one.role, one.address) for one in made] == [("proctor", "command line")] * 2


def test_only_those_who_may_act(campus: Campus, admin: Run, session: str) -> None:
    flag = f"{1:032x}"
    for arguments, says in (
        (("queue", "--by", "nobody@example.edu"), "no account of staff"),
        (("decide", session, flag, "dismissed", "--by", campus.observer), "needs the role"),
        (("decide", session, "0" * 32, "dismissed", "--by", campus.proctor), "no such flag"),
        (("decide", session, flag, "guilty", "--by", campus.proctor), "accepted, dismissed"),
        (("flags", "0" * 32, "--by", campus.proctor), "no such session"),
        (("queue", "--by", campus.proctor, "--sort", "worst"), "--sort is one of open"),
        (("queue", "--by", campus.proctor, "--at-least", "101"), "0 to 100"),
        (("conclude", session, "passed", "--by", campus.proctor, "--reason", "x"), "--reason"),
    ):
        status, _, said = admin("review", *arguments)
        assert (status, says in said) == (2, True), said
        assert "Traceback" not in said

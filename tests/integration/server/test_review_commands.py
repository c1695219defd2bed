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

pytestmark = pytest.mark.both_databases

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
    # Who says what they looked at is told of whoever came first; who does not, decides anew.
    late = (*decide, "--by", campus.examiner, "--note", "Me, too.")
    status, _, said = admin(*late, "--version", "0")
    assert (status, "Proctor dismissed this flag meanwhile" in said) == (2, True), said
    assert "Nothing of yours was saved" in " ".join(said.split())
    status, _, said = admin(*late, "--version", "2")
    assert (status, "not that version" in said) == (2, True), said
    status, out, said = admin(*late)
    assert (status, json.loads(out)["version"]) == (0, 2), said
    assert "Deciding on version 1 of the flag: Proctor dismissed this flag." in said
    status, out, said = admin(*decide, *by, "--version", "2", "--note", "The cat.")
    assert (status, json.loads(out)["version"], "Deciding" in said) == (0, 3, False), said
    conclude = ("review", "conclude", session)
    status, _, said = admin(*conclude, "concerns", *by)
    assert (status, "reason" in said) == (2, True), said
    (told,) = lines(admin(*conclude, "concerns", *by, "--reason", "flags", "--note", "See."))
    assert (told["outcome"], told["reasons"], told["by"]) == ("concerns", ["flags"], "Proctor")
    again = (*conclude, "passed", "--by", campus.examiner)
    status, _, said = admin(*again, "--version", "0")
    assert (status, "Proctor decided about this session meanwhile" in said) == (2, True), said
    status, out, said = admin(*again)
    assert (status, len(out.splitlines())) == (0, 2), said
    assert "Deciding on version 1 of the session: Proctor decided: Concerns" in said
    acts = [one for one in asyncio.run(entries(campus)) if isinstance(one.body, Act)]
    made = [one for one in acts if one.body.action in ("flag.decide", "session.decide")]
    roles = [one.role for one in made]
    assert roles == ["proctor", "examiner", "proctor", "proctor", "examiner"]
    assert {one.address for one in made} == {"command line"}


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


def test_what_people_add_to_a_review(campus: Campus, admin: Run, session: str) -> None:
    by, other = ("--by", campus.proctor), ("--by", campus.examiner)
    first, second = (one["id"] for one in lines(admin("review", "flags", session, *by)))
    (done,) = lines(admin("review", "assign", session, "--to", campus.examiner, *by))
    assert done["assigned"] == campus.examiner
    lines(admin("review", "assign", session, "--flag", first, "--to", campus.examiner, *by))
    (noted,) = lines(admin("review", "note", session, "@examiner, please look.", *by))
    assert (noted["note"], noted["flag"]) == (1, None)
    waits = lines(admin("review", "for-you", *other, "--seen"))
    assert sorted(one["what"] for one in waits) == ["called", "flag", "session"]
    (called,) = (one for one in waits if one["what"] == "called")
    assert (called["text"], called["seen"]) == ("@examiner, please look.", False)
    (called,) = (one for one in lines(admin("review", "for-you", *other)) if one.get("text"))
    assert called["seen"] is True
    (freed,) = lines(admin("review", "assign", session, *by))
    assert freed["assigned"] is None
    (gone,) = lines(admin("review", "dismiss-alike", session, second, "Reads aloud.", *by))
    assert (gone["id"], gone["verdict"]) == (second, "dismissed")
    for arguments, says in (
        (("assign", session, "--to", campus.observer, *by), "who may review"),
        (("assign", session, "--to", "nobody@example.edu", *by), "who may review"),
        (("assign", session, "--flag", "0" * 32, *by), "no such flag"),
        (("note", session, " ", *by), "write something first"),
        (("note", "0" * 32, "Hello.", *by), "no such session"),
        (("note", session, "Hello.", "--by", campus.observer), "needs the role proctor"),
        (("dismiss-alike", session, second, " ", *by), "one reason for all"),
        (("dismiss-alike", session, "0" * 32, "Why not.", *by), "no such flag"),
        (("for-you", "--by", "nobody@example.edu"), "no account of staff"),
    ):
        status, _, said = admin("review", *arguments)
        assert (status, says in said) == (2, True), said
    acts = [one for one in asyncio.run(entries(campus)) if isinstance(one.body, Act)]
    added = {one.body.action for one in acts if one.address == "command line"}
    assert {"review.assign", "note.add", "flag.decide"} <= added

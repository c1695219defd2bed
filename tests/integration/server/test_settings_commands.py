"""What an institution settles from the command line: calendars, phrases, sign-in, its data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.campus import Campus, client_of, connected, redeem, sign_in
from support.logged import entries
from support.oidc_provider import CLIENT, SECRET, Provider, provider

from server.accounts.credentials import ProviderRow
from server.accounts.elsewhere import SEAL
from server.candidates.links import find_linked
from server.integrations.calendars import feed_of
from server.storage.seal import Seal
from shared.log import Act

pytestmark = pytest.mark.both_databases

Run = Callable[..., tuple[int, str, str]]


def lines(told: tuple[int, str, str]) -> list[dict[str, Any]]:
    status, out, said = told
    assert status == 0, said
    return [json.loads(line) for line in out.splitlines()]


def refused(admin: Run, *rows: tuple[tuple[str, ...], str]) -> None:
    for arguments, says in rows:
        status, _, said = admin(*arguments)
        said = " ".join(said.split())
        assert (status, says in said, "Traceback" in said) == (2, True, False), said


def acts(campus: Campus) -> set[tuple[str, str | None, str | None]]:
    """What was done, in which role, from where."""
    log = asyncio.run(entries(campus))
    return {
        (one.body.action, one.role, one.address) for one in log if isinstance(one.body, Act)
    }


def test_a_calendar_link_is_made_and_taken_back(
    campus: Campus, admin: Run, tmp_path: Path
) -> None:
    by = ("--by", campus.observer)
    assert lines(admin("calendar", "show", *by))[0]["since"] is None
    (made,) = lines(admin("calendar", "link", *by))
    assert lines(admin("calendar", "show", *by))[0]["since"] is not None

    async def fed() -> list[str] | None:
        token = made["link"].rpartition("/")[2].removesuffix(".ics")
        async with connected(campus.settings) as database, database.transaction() as db:
            exams = await feed_of(db, token, campus.clock())
            return None if exams is None else [one.title for one in exams]

    assert made["link"].startswith(f"{campus.settings.url}/calendar/")
    assert asyncio.run(fed()) == ["Algebra I"]
    assert lines(admin("calendar", "revoke", *by))[0]["revoked"] is True
    assert asyncio.run(fed()) is None
    assert lines(admin("calendar", "revoke", *by))[0]["revoked"] is False
    file = tmp_path / "algebra.ics"
    assert admin("calendar", "exam", campus.exam.id, "-o", str(file), *by)[0] == 0
    assert b"SUMMARY:Algebra I" in file.read_bytes()
    exam = ("calendar", "exam")
    refused(
        admin,
        ((*exam, "0" * 32, "-o", str(file), *by), "no such exam"),
        ((*exam, campus.exam.id, "-o", str(tmp_path / "x.txt"), *by), "ends with .ics"),
        (("calendar", "link", "--by", "nobody@example.edu"), "no account of staff"),
    )
    done = {one for one in acts(campus) if one[0].startswith("calendar.")}
    assert done == {
        ("calendar.create", "observer", "command line"),
        ("calendar.revoke", "observer", "command line"),
    }


def test_phrases_are_kept(campus: Campus, admin: Run) -> None:
    by = ("--by", campus.examiner)
    usual = lines(admin("phrases", "list", "--by", campus.proctor))
    assert {one["phrase"] for one in usual} == {None}
    assert lines(admin("phrases", "add", "Please   look up.", *by)) == [
        {"added": "Please look up."}
    ]
    (own,) = lines(admin("phrases", "list", *by))
    assert own["text"] == "Please look up."
    refused(
        admin,
        (("phrases", "add", "Please look up.", *by), "is there already"),
        (("phrases", "add", " ", *by), "write what candidates are told"),
        (("phrases", "add", "Hey.", "--by", campus.proctor), "needs the role examiner"),
        (("phrases", "remove", "0" * 32, *by), "no such phrase"),
        (("phrases", "list", "--by", campus.observer), "needs the role proctor"),
    )
    lines(admin("phrases", "remove", own["phrase"], *by))
    assert lines(admin("phrases", "list", *by)) == usual
    assert ("phrase.add", "examiner", "command line") in acts(campus)


@pytest.fixture
def issuer() -> Iterator[Provider]:
    with provider() as one:
        yield one


def test_an_institution_s_own_sign_in_is_set_up_changed_and_removed(
    campus: Campus,
    admin: Run,
    issuer: Provider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INVIGIL_WEBHOOK_NETWORKS", "127.0.0.0/8")
    by, file = ("--by", campus.admin), tmp_path / "secret.txt"
    file.write_text(SECRET + "\n")
    (before,) = lines(admin("sign-in", "show", *by))
    assert (before["provider"], before["second_factor"]) == (None, False)
    assert before["callback"].endswith("/login/back")
    own = ("sign-in", "provider", "--issuer", issuer.url, "--client", CLIENT)
    refused(admin, ((*own, *by), "client's secret. It is read from --secret-file or"))
    (made,) = lines(
        admin(*own, "--secret-file", str(file), "--joins-as", "proctor", *DOMAIN, *by)
    )
    assert made["provider"] == {
        "issuer": issuer.url,
        "client": CLIENT,
        "joins_as": "proctor",
        "domains": ["example.edu"],
        "trusts_addresses": False,
    }
    # What is not said stays, the secret too; a new one may come by the environment.
    (changed,) = lines(admin("sign-in", "provider", "--trust-addresses", *by))
    assert changed["provider"] == {**made["provider"], "trusts_addresses": True}
    assert kept_secret(campus) == SECRET
    (changed,) = lines(admin("sign-in", "provider", "--joins-as", "nobody", *by))
    assert changed["provider"]["joins_as"] is None
    monkeypatch.setenv("INVIGIL_PROVIDER_SECRET", "another")
    lines(admin("sign-in", "provider", *by))
    assert kept_secret(campus) == "another"
    refused(
        admin,
        ((*own[:2], "--joins-as", "admin", *by), "--joins-as is one of nobody, observer"),
        ((*own[:2], "--domain", "no domain", *by), "domains of addresses"),
        ((*own[:2], "--issuer", "http://127.0.0.1:1", *by), "cannot be reached"),
        ((*own[:2], "--secret-file", str(tmp_path / "none"), *by), "cannot read"),
        (("sign-in", "show", "--by", campus.examiner), "needs the role admin"),
    )
    # What the issuer did not answer to has changed nothing.
    assert lines(admin("sign-in", "show", *by))[0]["provider"]["issuer"] == issuer.url
    (gone,) = lines(admin("sign-in", "remove-provider", *by))
    assert gone["provider"] is None
    refused(
        admin,
        (("sign-in", "remove-provider", *by), "no sign-in of its own"),
        (("sign-in", "factor", "perhaps", *by), "WANTED is on or off"),
    )
    assert lines(admin("sign-in", "factor", "on", *by))[0]["second_factor"] is True
    done = {one for one in acts(campus) if one[0].startswith("institution.") and one[1]}
    assert done == {
        ("institution.provider", "admin", "command line"),
        ("institution.factor", "admin", "command line"),
    }


DOMAIN = ("--domain", "Example.edu")


def kept_secret(campus: Campus) -> str:
    async def read() -> str:
        seal = Seal(campus.keys.server_secret(), SEAL)
        async with connected(campus.settings) as database, database.transaction() as db:
            row = await db.get_one(ProviderRow, campus.institution.id)
        text = seal.opened(row.institution_id, row.sealed)
        assert text is not None
        return json.loads(text)["secret"]

    return asyncio.run(read())


def test_data_protection_is_settled_in_part_or_as_a_whole(
    campus: Campus, admin: Run, tmp_path: Path
) -> None:
    by, file = ("--by", campus.admin), tmp_path / "settings.json"
    shown = admin("data-protection", "show", "--by", campus.examiner)
    file.write_text(shown[1])
    (before,) = lines(shown)
    change = ("data-protection", "change", str(file))
    assert lines(admin(*change, *by)) == [before], "the same again changes nothing"
    assert not {one for one in acts(campus) if one[0] == CHANGED}
    file.write_text('{"days": {"camera": 30}, "texts": {"officer": "dpo@example.edu"}}')
    (after,) = lines(admin(*change, *by))
    assert after["days"] == {"camera": 30}
    assert after["texts"] == {**before["texts"], "officer": "dpo@example.edu"}
    file.write_text('{"days": {"camera": null, "screen": 7}, "publish_decision": true}')
    (after,) = lines(admin(*change, *by))
    assert (after["days"], after["publish_decision"]) == ({"screen": 7}, True)
    assert lines(admin("data-protection", "show", *by)) == [after]
    for text, says in (
        ('{"days": {"nose": 1}}', "there is no days.nose; there are days.camera"),
        ('{"surprise": 1}', "there is no surprise"),
        ('{"days": {"camera": 0}}', "days.camera"),
        ('{"appeal_days": "soon"}', "appeal_days"),
        ('{"texts": []}', "texts is an object"),
        ('{"region": "us"}', "chosen by moving"),
        ("[]", "does not say settings"),
        ("{", "does not say settings"),
    ):
        file.write_text(text)
        refused(admin, ((*change, *by), says))
    file.write_text("{}")
    refused(admin, ((*change, "--by", campus.examiner), "needs the role admin"))
    assert {one for one in acts(campus) if one[0] == CHANGED} == {
        (CHANGED, "admin", "command line")
    }
    notice = tmp_path / "notice.md"
    document = ("data-protection", "document", "privacy-notice", "-o")
    assert admin(*document, str(notice), *by)[0] == 0
    assert "dpo@example.edu" in notice.read_text()
    refused(
        admin,
        ((*document, str(tmp_path / "x.doc"), *by), ".md or .html or .pdf"),
        (("data-protection", "document", "poem", "-o", "x.md", *by), "NAME is one of"),
    )


CHANGED = "data-protection.change"


def test_who_agreed_who_looked_and_the_candidate_s_link(campus: Campus, admin: Run) -> None:
    async def hand_in() -> str:
        async with client_of(campus) as client:
            pupil = await redeem(client, await campus.code())
            pupil.open()
            pupil.close()
            await pupil.hand_in()
        return pupil.session

    session = asyncio.run(hand_in())
    by = ("--by", campus.admin)
    (agreed,) = lines(admin("data-protection", "consent", *by))
    assert (agreed["session"], agreed["reference"]) == (session, "s-1")
    before = str(agreed["session_began"])
    assert lines(admin("data-protection", "consent", "--before", before, *by)) == []
    assert lines(admin("data-protection", "accesses", "s-1", *by)) == []
    lines(admin("review", "flags", session, *by))
    (looked,) = lines(admin("data-protection", "accesses", "s-1", *by))
    assert (looked["action"], looked["from"]) == ("access.flags", "command line")
    link = ("data-protection", "link", session)
    (first,) = lines(admin(*link, *by))
    (second,) = lines(admin(*link, "renew", "--by", campus.examiner))
    assert first["link"] != second["link"]

    async def opens(address: str) -> str | None:
        async with connected(campus.settings) as database, database.transaction() as db:
            found = await find_linked(db, address.rpartition("/")[2])
            return None if found is None else found.id

    assert [asyncio.run(opens(one["link"])) for one in (first, second)] == [None, session]
    assert lines(admin(*link, "send", *by))[0]["sent"] is False, "there is no mail address"
    assert lines(admin(*link, "revoke", *by))[0]["link"] is None
    assert asyncio.run(opens(second["link"])) is None
    refused(
        admin,
        ((*link, "burn", *by), "DO is one of show, send, renew, revoke"),
        ((*link, "show", "--by", campus.proctor), "needs the role examiner"),
        (("data-protection", "link", "0" * 32, *by), "no such session"),
        (("data-protection", "accesses", "s-9", *by), "no candidate has this"),
        (("data-protection", "consent", "--by", campus.examiner), "needs the role admin"),
    )
    done = {one[0] for one in acts(campus) if one[2] == "command line"}
    assert {f"candidate-link.{one}" for one in ("send", "renew", "revoke")} <= done


def test_invitations_are_listed_and_taken_back_and_one_browser_signed_out(
    campus: Campus, admin: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.opening.system_clock", campus.clock)
    own = ("--institution", campus.institution.name)
    lines(admin("people", "invite", "grace@example.edu", *own))
    (invited,) = lines(admin("people", "invitations", *own))
    assert (invited["email"], invited["role"]) == ("grace@example.edu", "proctor")
    lines(admin("people", "withdraw", invited["invitation"], *own))
    assert lines(admin("people", "invitations", *own)) == []
    (made,) = lines(admin("people", "reset-password", campus.admin))
    assert (made["email"], made["letter"]) == (campus.admin, True)
    assert made["link"].startswith(f"{campus.settings.url}/join/")
    (link,) = lines(admin("people", "invitations", *own))
    assert (link["email"], link["role"]) == (campus.admin, "")
    lines(admin("people", "withdraw", link["invitation"], *own))

    async def sign_in_twice() -> None:
        async with client_of(campus) as client:
            for _ in range(2):
                await sign_in(campus, client, campus.proctor)
                client.cookies.clear()

    asyncio.run(sign_in_twice())
    first, _ = lines(admin("people", "sessions", campus.proctor))
    out = ("people", "sign-out", campus.proctor)
    lines(admin(*out, "--session", first["session"]))
    (left,) = lines(admin("people", "sessions", campus.proctor))
    assert left["session"] != first["session"]
    refused(
        admin,
        ((*out, "--session", first["session"]), "is not signed in there"),
        (("people", "withdraw", "0" * 32, *own), "no such invitation"),
    )
    lines(admin(*out))
    assert lines(admin("people", "sessions", campus.proctor)) == []

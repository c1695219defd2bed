"""Codes and servers: what is believed, and what the candidate is told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from support.evidence_server import (
    Answer,
    Dropped,
    EvidenceServer,
    Fault,
    Request,
    answering,
    down,
    lost,
    problem,
)
from support.recording import found, session_key
from support.sessions import SESSION, WALL_ORIGIN, Keys, fixed_key

from recorder.evidence.keys import epoch_path, load_epoch_key, pending_path
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from recorder.sync.answers import Standing
from recorder.sync.client import Inspection, ServerClient
from recorder.sync.enrolment import enrol
from shared.encoding import to_base64
from shared.policy import encode_policy
from shared.receipts import decode_grant, encode_receipt
from shared.signed import Domain, fingerprint, parse_line, public_bytes, sign
from shared.wire import ProblemType

URL = "https://exams.example.edu"
OWN = public_bytes(session_key())


def connect(server: EvidenceServer, **options: Any) -> ServerClient:
    return ServerClient(URL, adapter=server.transport(), **options)


def answer_with(**changes: object) -> Fault:
    """The honest answer, one member of it changed."""

    def fault(_request: Request, go: Callable[[], Answer]) -> Answer:
        answer = go()
        body = msgspec.json.decode(answer.body) | changes
        return answer._replace(body=msgspec.json.encode(body))

    return fault


def resigned(member: str, domain: Domain, payload: bytes, seed: int = 1) -> Fault:
    return answer_with(**{member: sign(fixed_key(seed), domain, payload).line().decode()})


def test_a_code_is_inspected_without_taking_it_up(server: EvidenceServer) -> None:
    seen = connect(server).inspect(" GOOD-CODE ")
    assert isinstance(seen, Inspection)
    assert (seen.server, seen.code) == (URL, "GOOD-CODE")
    assert seen.policy == server.policy
    assert seen.candidate == "C. Andidate"
    assert seen.key_fingerprint == fingerprint(public_bytes(server.keys.signing))
    assert server.redeemed_key is None


def test_a_code_is_redeemed_into_a_founding_that_holds(server: EvidenceServer) -> None:
    client = connect(server)
    founding = client.redeem(client.inspect("GOOD-CODE"), OWN)
    expected = found(server)
    assert (founding.session, founding.token) == (SESSION, expected.token)
    assert (founding.grant, founding.policy) == (expected.grant, expected.policy)
    assert founding.server == URL
    again = client.redeem(client.inspect("GOOD-CODE"), OWN)
    assert again == founding
    assert isinstance(client.session(founding).status(), Standing)
    client.close()


@pytest.mark.parametrize("code", ["", "  ", "x" * 65])
def test_what_cannot_be_a_code_is_not_even_asked(server: EvidenceServer, code: str) -> None:
    with pytest.raises(EnvironmentFault, match="not a code"):
        connect(server).inspect(code)
    assert server.requests == []


PROBLEMS = {
    ProblemType.CODE_UNKNOWN: "does not know this code",
    ProblemType.CODE_USED: "used already",
    ProblemType.CODE_EXPIRED: "no longer valid",
    ProblemType.MALFORMED: "refuses: by the script",
}


@pytest.mark.parametrize("kind", PROBLEMS)
def test_a_refused_code_says_why(server: EvidenceServer, kind: str) -> None:
    server.script.append(problem(kind, 400))
    with pytest.raises(EnvironmentFault, match=PROBLEMS[kind]) as caught:
        connect(server).inspect("GOOD-CODE")
    assert caught.value.advice


def test_a_wrong_code_and_a_used_one(server: EvidenceServer) -> None:
    client = connect(server)
    with pytest.raises(EnvironmentFault, match="letter by letter, and the server's address"):
        client.inspect("BAD-CODE")
    seen = client.inspect("GOOD-CODE")
    client.redeem(seen, OWN)
    with pytest.raises(EnvironmentFault, match="new code"):
        client.redeem(seen, public_bytes(fixed_key(99)))


NOT_A_SERVER: dict[str, tuple[Fault, str]] = {
    "nobody": (down, "cannot be reached"),
    "a web page": (answering(200, b"<html>"), "not an Invigil server"),
    "a sign-in page": (answering(302, location="https://hotel.example"), "hotel.example"),
    "another program": (
        answering(200, b'{"status":"ok"}', "application/json"),
        "not an Invigil server",
    ),
    "no such path": (answering(404, b"<html>"), "not an Invigil server"),
    "busy": (answering(503, b"<html>"), "cannot help right now"),
    "endless": (answering(200, b"x" * 2_000_000), "longer than any"),
    "another product": (answer_with(product="proctor-o-matic"), "not an Invigil server"),
}


@pytest.mark.parametrize("name", NOT_A_SERVER)
def test_a_server_that_is_none_is_said(server: EvidenceServer, name: str) -> None:
    fault, said = NOT_A_SERVER[name]
    server.script.append(fault)
    with pytest.raises(EnvironmentFault, match=said):
        connect(server).inspect("GOOD-CODE")


POLICY = encode_policy(EvidenceServer().policy)
FALSE_POLICIES: dict[str, Fault] = {
    "signed by another": resigned("policy", Domain.POLICY, POLICY, seed=9),
    "signed as something else": resigned("policy", Domain.GRANT, POLICY),
    "not a policy": resigned("policy", Domain.POLICY, b"{}"),
    "a policy of another version": resigned(
        "policy", Domain.POLICY, POLICY.replace(b'"v":1', b'"v":9')
    ),
    "not signed": answer_with(policy="hello"),
    "a key that is none": answer_with(institution_key="=="),
    "a key too short": answer_with(institution_key="AAAA"),
    "another's key": answer_with(institution_key=to_base64(public_bytes(fixed_key(9)))),
}


@pytest.mark.parametrize("name", FALSE_POLICIES)
def test_a_policy_that_does_not_verify_is_not_shown(server: EvidenceServer, name: str) -> None:
    server.script.append(FALSE_POLICIES[name])
    with pytest.raises(EnvironmentFault, match=r"cannot be trusted") as caught:
        connect(server).inspect("GOOD-CODE")
    assert "Do not go on" in caught.value.advice


def test_a_pinned_key_is_the_only_one_taken(server: EvidenceServer) -> None:
    own = fingerprint(public_bytes(server.keys.signing))
    assert connect(server, pinned={own}).inspect("GOOD-CODE").key_fingerprint == own
    with pytest.raises(EnvironmentFault, match="not your institution's"):
        connect(server, pinned={"0" * 64}).inspect("GOOD-CODE")


def grant_with(server: EvidenceServer, **changes: object) -> Fault:
    def fault(_request: Request, go: Callable[[], Answer]) -> Answer:
        answer = go()
        body = msgspec.json.decode(answer.body)
        grant = decode_grant(parse_line(body["grant"].encode()).payload)
        bent = encode_receipt(msgspec.structs.replace(grant, **changes))
        body["grant"] = sign(server.keys.signing, Domain.GRANT, bent).line().decode()
        return answer._replace(body=msgspec.json.encode(body))

    return fault


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        ({"session": "0" * 32}, "another session's"),
        ({"policy": "0" * 64}, "another policy"),
        ({"public_key": to_base64(public_bytes(fixed_key(9)))}, "another key than ours"),
    ],
)
def test_a_grant_that_is_not_ours_is_not_taken(
    server: EvidenceServer, bend: dict[str, object], said: str
) -> None:
    client = connect(server)
    seen = client.inspect("GOOD-CODE")
    server.script.append(grant_with(server, **bend))
    with pytest.raises(EnvironmentFault, match=said):
        client.redeem(seen, OWN)


def test_rules_that_changed_after_consent_are_not_recorded_under(
    server: EvidenceServer,
) -> None:
    client = connect(server)
    seen = client.inspect("GOOD-CODE")
    changed = msgspec.structs.replace(server.policy, purpose="Something else entirely.")
    server.signed_policy = sign(server.keys.signing, Domain.POLICY, encode_policy(changed))
    with pytest.raises(EnvironmentFault, match="have changed since you agreed"):
        client.redeem(seen, OWN)


def test_another_institution_between_two_questions_is_noticed(server: EvidenceServer) -> None:
    client = connect(server)
    seen = client.inspect("GOOD-CODE")
    other = EvidenceServer(keys=Keys(signing=fixed_key(5)))
    false = ServerClient(URL, adapter=other.transport())
    with pytest.raises(EnvironmentFault, match="not your institution's"):
        false.redeem(seen, OWN)


def test_plain_http_is_for_this_computer() -> None:
    with pytest.raises(EnvironmentFault, match="not an encrypted"):
        ServerClient("http://exams.example.edu")
    ServerClient("http://exams.example.edu", allow_plain=True).close()
    ServerClient("http://127.0.0.1:1").close()


# Enrolment: from a code to a session on disk, whatever interrupts it


def test_an_enrolment_leaves_a_store_and_its_key(
    server: EvidenceServer, tmp_path: Path
) -> None:
    client = connect(server)
    store, key = enrol(client, client.inspect("GOOD-CODE"), tmp_path, WALL_ORIGIN)
    assert store.folder == tmp_path / SESSION
    assert public_bytes(load_epoch_key(store.folder, 0)) == public_bytes(key)
    assert server.redeemed_key == to_base64(public_bytes(key))
    assert not pending_path(tmp_path, URL, "GOOD-CODE").exists()
    store.close()


def test_an_answer_that_is_lost_costs_no_code(server: EvidenceServer, tmp_path: Path) -> None:
    client = connect(server)
    seen = client.inspect("GOOD-CODE")
    server.script.append(lost)
    with pytest.raises(EnvironmentFault, match="cannot be reached"):
        enrol(client, seen, tmp_path, WALL_ORIGIN)
    assert server.redeemed_key is not None
    store, key = enrol(client, seen, tmp_path, WALL_ORIGIN)
    assert server.redeemed_key == to_base64(public_bytes(key))
    store.close()


@pytest.mark.parametrize("step", ["keep_epoch_key", "EvidenceStore", "forget_pending_key"])
def test_a_crash_at_any_step_is_gone_on_from(
    server: EvidenceServer, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(Exception):
        pass

    class Crashing:
        def __call__(self, *_: object) -> None:
            raise Crash

        create = __call__

    client = connect(server)
    seen = client.inspect("GOOD-CODE")
    with monkeypatch.context() as patch:
        patch.setattr(f"recorder.sync.enrolment.{step}", Crashing())
        with pytest.raises(Crash):
            enrol(client, seen, tmp_path, WALL_ORIGIN)
    if step == "forget_pending_key":
        import gc

        gc.collect()  # the crash would have let the store go
    store, key = enrol(client, seen, tmp_path, WALL_ORIGIN)
    assert isinstance(store, EvidenceStore)
    assert epoch_path(store.folder, 0).exists()
    assert server.redeemed_key == to_base64(public_bytes(key))
    store.close()


def test_a_connection_that_broke_while_idle_is_tried_once_more(
    server: EvidenceServer,
) -> None:
    def stale(_request: Request, _go: Callable[[], Answer]) -> Answer:
        raise Dropped(httpx.RemoteProtocolError)

    server.script.append(stale)
    assert connect(server).inspect("GOOD-CODE").code == "GOOD-CODE"
    server.script.extend([stale, stale])
    with pytest.raises(EnvironmentFault, match="cannot be reached"):
        connect(server).inspect("GOOD-CODE")

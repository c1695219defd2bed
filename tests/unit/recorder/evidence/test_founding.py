"""What a session stands on is believed only when every part of it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from support.evidence_server import EvidenceServer
from support.recording import found, session_key
from support.sessions import SESSION, fixed_key

from recorder.evidence.founding import (
    Founding,
    Grounds,
    Unfounded,
    institution_fingerprint,
    read_founding,
)
from shared.policy import encode_policy
from shared.receipts import decode_grant, encode_receipt
from shared.sealing import PUBLIC_BYTES
from shared.signed import Domain, fingerprint, public_bytes, sign

Bend = Callable[[EvidenceServer, Founding], Founding]


def policy_with(**changes: object) -> Bend:
    def bend(server: EvidenceServer, founding: Founding) -> Founding:
        keys = tuple(
            msgspec.structs.replace(key, **changes) for key in server.policy.evidence_keys
        )
        policy = msgspec.structs.replace(server.policy, evidence_keys=keys)
        signed = sign(server.keys.signing, Domain.POLICY, encode_policy(policy))
        return replace(founding, policy=signed)

    return bend


def grant_with(**changes: object) -> Bend:
    def bend(server: EvidenceServer, founding: Founding) -> Founding:
        grant = msgspec.structs.replace(decode_grant(founding.grant.payload), **changes)
        signed = sign(server.keys.signing, Domain.GRANT, encode_receipt(grant))
        return replace(founding, grant=signed)

    return bend


def resigned(part: str, domain: Domain, payload: bytes | None = None, seed: int = 1) -> Bend:
    def bend(_server: EvidenceServer, founding: Founding) -> Founding:
        data = payload if payload is not None else getattr(founding, part).payload
        return replace(founding, **{part: sign(fixed_key(seed), domain, data)})

    return bend


BENDS: dict[str, tuple[Bend, str]] = {
    "policy of another key": (resigned("policy", Domain.POLICY, seed=9), "not signed by"),
    "policy signed as a grant": (resigned("policy", Domain.GRANT), "not signed by"),
    "policy that is none": (resigned("policy", Domain.POLICY, b"{}"), "cannot be used"),
    "evidence key cut short": (policy_with(public_key="AAAA"), "cannot be used"),
    "evidence key not base64": (policy_with(public_key="=="), "cannot be used"),
    "evidence key of no curve": (
        policy_with(public_key="_" * (PUBLIC_BYTES * 4 // 3 - 1) + "8"),
        "cannot be used",
    ),
    "another key's id": (policy_with(kid="0" * 64), "another key's id"),
    "grant of another key": (resigned("grant", Domain.GRANT, seed=9), "grant is not signed"),
    "grant that is none": (resigned("grant", Domain.GRANT, b"{}"), "cannot be read"),
    "grant with a bad key": (grant_with(public_key="=="), "cannot be read"),
    "grant of another session": (grant_with(session="0" * 32), "another session's"),
    "grant for another policy": (grant_with(policy="0" * 64), "another policy"),
    "grant of a short key": (grant_with(public_key="AAAA"), "Ed25519"),
}


def test_an_honest_founding_gives_its_grounds() -> None:
    server = EvidenceServer()
    founding = found(server)
    grounds = read_founding(founding)
    assert isinstance(grounds, Grounds)
    assert grounds.terms.policy == server.policy
    assert grounds.terms.sealing.kid == server.keys.evidence.kid
    assert grounds.public_key == public_bytes(session_key())
    assert grounds.start.session == SESSION
    assert institution_fingerprint(founding) == fingerprint(founding.institution_key)


@pytest.mark.parametrize("name", BENDS)
def test_a_bent_founding_is_not_believed(name: str) -> None:
    server = EvidenceServer()
    bend, why = BENDS[name]
    verdict = read_founding(bend(server, found(server)))
    assert isinstance(verdict, Unfounded)
    assert why in verdict.why


def test_the_token_stays_out_of_logs() -> None:
    founding = found(EvidenceServer())
    assert founding.token not in repr(founding)

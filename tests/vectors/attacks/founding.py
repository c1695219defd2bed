"""Attacks on policy and grant."""

from __future__ import annotations

import json

from vectors.attack import Attack
from vectors.attacks.chain import ENDS, OTHER_SESSION, says
from vectors.attacks.text import nested
from vectors.packing import brief, lied_briefly
from vectors.session import (
    INSTITUTION,
    STRANGER,
    Edit,
    Rewrite,
    Session,
    payload,
    public,
    signed,
    to_json,
)


def policy(rewrite: Rewrite = lambda data: data, signer=INSTITUTION) -> bytes:
    """The honest bundle under another policy."""
    bundle = brief()
    bundle.policy = signed(signer, "policy", rewrite(payload(bundle.policy)))
    return bundle.packed()


def grant(
    edit: Edit = lambda grant: None,
    rewrite: Rewrite = lambda data: data,
    signer=INSTITUTION,
) -> bytes:
    """The honest bundle under another grant."""
    bundle = brief()
    said = json.loads(payload(bundle.grant))
    edit(said)
    bundle.grant = signed(signer, "grant", rewrite(to_json(said)))
    return bundle.packed()


ATTACKS = (
    Attack(
        "policy-swapped",
        "another policy of the institution takes the place of the session's",
        (1,),
        lambda: policy(lambda data: data.replace(b"Algebra", b"Botany")),
    ),
    Attack(
        "policy-of-a-stranger",
        "the policy is signed by a stranger",
        (1,),
        lambda: policy(signer=STRANGER),
    ),
    Attack(
        "policy-of-a-newer-version",
        "a policy of version 2, so that no evidence key is known",
        (1, 7),
        lambda: policy(lambda data: data.replace(b'"v":1', b'"v":2')),
    ),
    Attack(
        "policy-without-keys",
        "a policy that names no evidence key",
        (1, 7),
        lambda: policy(lambda data: data.replace(b"evidence_keys", b"other_keys")),
    ),
    Attack(
        "policy-nested",
        "a policy that nests 10,000 deep",
        (1, 7),
        lambda: policy(lambda data: data.replace(b'"v":1', b'"v":1,"x":' + nested(10_000))),
    ),
    Attack(
        "policy-repeats-a-member",
        "a policy has two lists of evidence keys, the later the right one",
        (1, 7),
        lambda: policy(lambda data: data.replace(b'"evi', b'"evidence_keys":[],"evi')),
    ),
    Attack(
        "grant-nested",
        "a grant that nests 10,000 deep, so that it grants nothing",
        (1, *ENDS),
        lambda: grant(
            rewrite=lambda data: data.replace(b'"v":1', b'"v":1,"x":' + nested(10_000))
        ),
    ),
    Attack(
        "grant-of-another-key",
        "a grant of the same session to another key",
        (3, *ENDS),
        lambda: grant(says(public_key=public(STRANGER))),
    ),
    Attack(
        "grant-of-a-malformed-key",
        "a grant to a key of 31 bytes",
        (2, *ENDS),
        lambda: grant(says(public_key="A" * 42)),
    ),
    Attack(
        "grant-of-another-session",
        "the grant that open names is of another session",
        (1,),
        lambda: lied_briefly(Session(edit_grant=says(session=OTHER_SESSION))),
    ),
    Attack(
        "grant-of-another-policy",
        "the grant that open names grants another policy",
        (1,),
        lambda: lied_briefly(Session(edit_grant=says(policy="ab" * 32))),
    ),
    Attack(
        "grant-swapped",
        "another grant of the same session and key, for another candidate",
        (1,),
        lambda: grant(says(candidate="c2")),
    ),
    Attack(
        "grant-of-a-stranger",
        "the grant is signed by a stranger",
        (1,),
        lambda: grant(signer=STRANGER),
    ),
    Attack(
        "grant-with-extra-member",
        "a grant has a member more than there is, so that it grants nothing",
        (1, *ENDS),
        lambda: grant(says(note="")),
    ),
)

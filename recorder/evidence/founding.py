"""What a session stands on: the institution's signed policy and grant, and what they say.

``Founding`` is what the store keeps of it; ``read_founding`` believes it only when every
signature holds and every part names the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm

from shared.chain import ChainState
from shared.encoding import ID_HEX, EncodingError, from_base64
from shared.policy import Policy, PolicyError, decode_policy
from shared.receipts import Grant, MalformedReceipt, decode_grant
from shared.sealing import SealError, SealingKey
from shared.signed import PUBLIC_KEY_BYTES, Domain, Signed, fingerprint, holds


@dataclass(frozen=True, slots=True)
class Founding:
    """A redeemed enrolment: ``server`` without a trailing slash, ``institution_key`` raw.

    ``token`` is the bearer token for everything the session sends; it is a secret.
    """

    session: str
    server: str
    token: str
    policy: Signed
    grant: Signed
    institution_key: bytes

    def __repr__(self) -> str:
        """Without the token, which must not reach a log."""
        return f"Founding(session={self.session!r}, server={self.server!r})"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the signed policy says, and the evidence key that it seals to."""

    policy: Policy
    sealing: SealingKey


@dataclass(frozen=True, slots=True)
class Grounds:
    """A founding that holds: its terms, its grant and the first key's raw public bytes."""

    terms: Terms
    grant: Grant
    public_key: bytes

    @property
    def start(self) -> ChainState:
        """The empty chain of this session, waiting for its ``open``."""
        return ChainState(self.grant.session, self.public_key)


@dataclass(frozen=True, slots=True)
class Unfounded:
    """A policy or grant that does not hold, and why (a sentence without a full stop)."""

    why: str


def read_terms(policy: Signed, institution_key: bytes) -> Terms | Unfounded:
    """Check a signed policy and read it, with the key that evidence will be sealed to."""
    if not holds(policy, Domain.POLICY, institution_key):
        return Unfounded("the policy is not signed by the institution's key")
    try:
        terms = decode_policy(policy.payload)
        sealing = SealingKey(from_base64(terms.evidence_keys[0].public_key))
    except (PolicyError, EncodingError, SealError, UnsupportedAlgorithm) as error:
        return Unfounded(f"the policy cannot be used: {error}")
    if sealing.kid != terms.evidence_keys[0].kid:
        return Unfounded("the policy names its evidence key by another key's id")
    return Terms(terms, sealing)


def read_founding(founding: Founding) -> Grounds | Unfounded:
    """Check all that a session stands on.

    The steps: (1) the policy, (2) the grant's signature, (3) that the grant is of this
    session and this policy, (4) that it names a key.
    """
    # (1) the policy
    terms = read_terms(founding.policy, founding.institution_key)
    if isinstance(terms, Unfounded):
        return terms
    # (2) the grant's signature
    if not holds(founding.grant, Domain.GRANT, founding.institution_key):
        return Unfounded("the grant is not signed by the institution's key")
    try:
        grant = decode_grant(founding.grant.payload)
        public_key = from_base64(grant.public_key)
    except (MalformedReceipt, EncodingError) as error:
        return Unfounded(f"the grant cannot be read: {error}")
    # (3) this session, this policy
    if grant.session != founding.session or not ID_HEX.fullmatch(founding.session):
        return Unfounded("the grant is another session's")
    if grant.policy != founding.policy.hash:
        return Unfounded("the grant is for another policy")
    # (4) a key
    if len(public_key) != PUBLIC_KEY_BYTES:
        return Unfounded("the grant does not name an Ed25519 key")
    return Grounds(terms, grant, public_key)


def institution_fingerprint(founding: Founding) -> str:
    """The SHA-256 (hex) of the institution's signing key."""
    return fingerprint(founding.institution_key)

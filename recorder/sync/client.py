"""The server before there is a session: which exam does a code open, and taking it up.

Nothing that the server says is believed before its signature holds: the policy that a
candidate is shown, the grant that a session stands on.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

import httpx
import msgspec

from recorder.evidence.founding import (
    Founding,
    Unfounded,
    read_founding,
    read_terms,
)
from recorder.faults import EnvironmentFault
from recorder.sync.address import read_address
from recorder.sync.answers import (
    Strange,
    Unreachable,
    read_body,
    read_failure,
)
from recorder.sync.channel import SessionChannel
from recorder.sync.enrolment_faults import (
    failed,
    not_agreed,
    not_genuine,
    not_pinned,
)
from recorder.sync.transport import Transport
from shared.encoding import EncodingError, from_base64, to_base64
from shared.policy import Policy
from shared.signed import (
    PUBLIC_KEY_BYTES,
    MalformedLine,
    Signed,
    fingerprint,
    parse_line,
)
from shared.wire import (
    API_PREFIX,
    Inspected,
    InspectRequest,
    Redeemed,
    RedeemRequest,
)

_T = TypeVar("_T")

# What a code may have at most (``shared.wire``).
_MAX_CODE_CHARS = 64


@dataclass(frozen=True, slots=True)
class Inspection:
    """The exam that a code opens; its policy is verified. Nothing has been taken up yet."""

    server: str
    code: str
    policy: Policy
    signed_policy: Signed
    institution_key: bytes
    candidate: str

    @property
    def key_fingerprint(self) -> str:
        """SHA-256 (hex) of the institution's signing key."""
        return fingerprint(self.institution_key)


class ServerClient:
    """A server, by its address. Calls block; run them off the main thread."""

    def __init__(
        self,
        server: str,
        *,
        pinned: Collection[str] = (),
        allow_plain: bool = False,
        tls: ssl.SSLContext | None = None,
        adapter: httpx.BaseTransport | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Prepare; nothing is connected yet.

        Args:
            server: the address as typed.
            pinned: fingerprints of the institution's keys that this program trusts; where
                there are none, the key that the server names is taken and kept.
            allow_plain: whether plain http may leave this computer.
            tls: other authorities than the system's.
            adapter: another way to carry requests than sockets.
            wall: seconds since 1970 UTC.

        Raises:
            EnvironmentFault: the address is not one, or would not be encrypted.
        """
        self.server = read_address(server, allow_plain=allow_plain)
        self._pinned = frozenset(pinned)
        self._wall = wall
        self._transport = Transport(self.server, tls=tls, adapter=adapter, wall=wall)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def session(self, founding: Founding) -> SessionChannel:
        """The requests of one session, over the same connections."""
        return SessionChannel(self._transport, founding, self._wall)

    def inspect(self, code: str) -> Inspection:
        """Which exam does the code open? Changes nothing anywhere.

        Raises:
            EnvironmentFault: whatever is in the way, with what to do.
        """
        code = code.strip()
        if not 0 < len(code) <= _MAX_CODE_CHARS:
            raise EnvironmentFault(
                "That is not a code.", "Copy it from your invitation, letter by letter."
            )
        answer = self._post("inspect", InspectRequest(code=code), Inspected)
        key, policy = self._read_key(answer.institution_key), self._read_line(answer.policy)
        terms = read_terms(policy, key)
        if isinstance(terms, Unfounded):
            raise not_genuine(self.server, terms.why)
        return Inspection(self.server, code, terms.policy, policy, key, answer.candidate)

    def redeem(self, inspection: Inspection, public_key: bytes) -> Founding:
        """Take the code up with the session's first key (32 raw bytes).

        The same code with the same key again gives the same session.

        Raises:
            EnvironmentFault: whatever is in the way, with what to do.
        """
        request = RedeemRequest(code=inspection.code, public_key=to_base64(public_key))
        answer = self._post("redeem", request, Redeemed)
        founding = Founding(
            session=answer.session,
            server=self.server,
            token=answer.token,
            policy=self._read_line(answer.policy),
            grant=self._read_line(answer.grant),
            institution_key=self._read_key(answer.institution_key),
        )
        if founding.institution_key != inspection.institution_key:
            raise not_pinned(self.server, fingerprint(founding.institution_key))
        grounds = read_founding(founding)
        if isinstance(grounds, Unfounded):
            raise not_genuine(self.server, grounds.why)
        if grounds.public_key != public_key:
            raise not_genuine(self.server, "the grant is for another key than ours")
        if founding.policy.hash != inspection.signed_policy.hash:
            raise not_agreed(self.server)
        return founding

    def _post(self, action: str, request: msgspec.Struct, kind: type[_T]) -> _T:
        reply = self._transport.request(
            "POST",
            f"{API_PREFIX}/enrolments/{action}",
            content=msgspec.json.encode(request),
            headers={"Content-Type": "application/json"},
        )
        if isinstance(reply, Unreachable):
            raise failed(self.server, reply)
        if (failure := read_failure(reply, self._wall())) is not None:
            raise failed(self.server, failure)
        answer = read_body(reply, kind)
        if isinstance(answer, Strange):
            raise failed(self.server, answer)
        return answer

    def _read_key(self, text: str) -> bytes:
        try:
            key = from_base64(text)
        except EncodingError as error:
            raise not_genuine(self.server, f"the institution's key is {error}") from error
        if len(key) != PUBLIC_KEY_BYTES:
            raise not_genuine(self.server, "the institution's key is not an Ed25519 key")
        if self._pinned and fingerprint(key) not in self._pinned:
            raise not_pinned(self.server, fingerprint(key))
        return key

    def _read_line(self, text: str) -> Signed:
        try:
            return parse_line(text.encode("utf-8"))
        except MalformedLine as error:
            raise not_genuine(self.server, f"a signed line is malformed: {error}") from error

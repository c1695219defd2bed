"""Asks an institution's own sign-in (OpenID Connect Core 1.0, code flow): discovery, codes for
tokens, the token's checks, and what the token leaves out. Requests go where the issuer's own
discovery says, which may be other hosts of its (Google's are), and never inward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from server.clock import MICROS_PER_SECOND
from server.integrations.target import MAX_URL_CHARS, Refused, Targets
from shared.foreign_json import NotJson, read_json

# A sign-in that takes longer has failed for whoever waits, in seconds.
TIMEOUT_S = 10.0

# Discovery, keys and tokens are some kilobytes each.
MAX_ANSWER_BYTES = 262_144

# Clocks that are set by the network differ by less, in seconds.
LEEWAY_S = 60

# Signatures by the issuer's private key; a shared secret (HS256) would be ours to forge with.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]

DISCOVERY = "/.well-known/openid-configuration"
SCOPE = "openid email profile"

# What of a person is asked for: the claims of those scopes (Core 1.0, section 5.4).
_OF_A_PERSON = ("email", "name", "email_verified")

# What httpcore raises where nobody answers, or wrongly.
UNREACHED = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


class ProviderError(Exception):
    """The institution's sign-in cannot be used; the message says why, for administrators."""


class Discovered(msgspec.Struct, frozen=True):
    """What an issuer says of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """The addresses that this server asks."""
        more = (self.userinfo_endpoint,) if self.userinfo_endpoint else ()
        return (self.token_endpoint, self.jwks_uri, *more)


@dataclass(frozen=True, slots=True)
class Client:
    """This server, as the issuer knows it. ``trusts_address``: an address of which the issuer
    says nothing about whether it is verified counts all the same.
    """

    issuer: str
    id: str
    secret: str
    callback: str
    trusts_address: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The secrets of one sign-in on its way (RFC 7636 for the verifier)."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who the issuer says it is; the address is verified by it, or trusted."""

    email: str
    name: str


async def discover(targets: Targets, issuer: str) -> Discovered:
    """What the issuer says of itself.

    Raises:
        ProviderError: the issuer is no address to ask, does not answer, or says what does not
            hold together.
    """
    refused = await targets.refusal(issuer)
    if isinstance(refused, Refused):
        raise ProviderError(refused.why)
    found = _decoded(await _ask(targets, "GET", issuer.rstrip("/") + DISCOVERY), Discovered)
    if found.issuer.rstrip("/") != issuer.rstrip("/"):
        raise ProviderError(f"It calls itself {found.issuer[:200]}, not {issuer}.")
    for address in (found.authorization_endpoint, *found.asked):
        await _check_endpoint(targets, issuer, address, asked=address in found.asked)
    return found


async def _check_endpoint(targets: Targets, issuer: str, address: str, *, asked: bool) -> None:
    """An endpoint may lie on another host than its issuer (Discovery 1.0 asks for https alone),
    but is never less safe to ask; one that only browsers are sent to may lie inward.
    """
    scheme, host = _origin(address)
    if (scheme, host) == _origin(issuer):
        return
    if not host or (scheme != "https" and _origin(issuer)[0] == "https"):
        raise ProviderError(f"It names an address that is not https: {address[:200]}.")
    refused = await targets.refusal(address) if asked else None
    if refused is not None:
        raise ProviderError(f"It names {address[:200]}. {refused.why}")


def address_to_ask(found: Discovered, client: Client, asked: Asked) -> str:
    """Where the browser is sent to sign in."""
    return prepare_grant_uri(
        found.authorization_endpoint,
        client.id,
        "code",
        redirect_uri=client.callback,
        scope=SCOPE,
        state=asked.state,
        nonce=asked.nonce,
        code_challenge=create_s256_code_challenge(asked.verifier),
        code_challenge_method="S256",
    )


async def vouched_for(
    targets: Targets, found: Discovered, client: Client, asked: Asked, code: str, now: int
) -> Vouched:
    """Who signed in, by the code that the browser brought back.

    Raises:
        ProviderError: the code is not taken, or its token does not hold.
    """
    body = prepare_token_request(
        "authorization_code",
        code=code,
        redirect_uri=client.callback,
        client_id=client.id,
        client_secret=client.secret,
        code_verifier=asked.verifier,
    )
    answer = _decoded(await _ask(targets, "POST", found.token_endpoint, body), dict[str, Any])
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise ProviderError("Its answer holds no id_token.")
    keys = _decoded(await _ask(targets, "GET", found.jwks_uri), dict[str, Any])
    claims = _checked(token, keys, found, client, asked, now)
    if "email" not in claims and found.userinfo_endpoint:
        told = await _told(targets, found.userinfo_endpoint, answer.get("access_token"))
        # Core 1.0, section 5.3.2: else it is about somebody else.
        if told.get("sub") != claims["sub"]:
            raise ProviderError("Its UserInfo is about another person than its token.")
        claims = {**{name: told.get(name) for name in _OF_A_PERSON}, **claims}
    return _person(claims, client)


async def _told(targets: Targets, address: str, access_token: object) -> dict[str, Any]:
    """What the issuer says of a person beside the token: with the code flow it may leave what
    the scopes name out of the token (Core 1.0, section 5.4).
    """
    if not isinstance(access_token, str) or not _is_token(access_token):
        raise ProviderError("Its answer holds no access_token, and its token no address.")
    return _decoded(await _ask(targets, "GET", address, bearer=access_token), dict[str, Any])


def _is_token(text: str) -> bool:
    """Whether it can stand in a header, or in a request's first line."""
    return text.isascii() and text.isprintable() and " " not in text


def _checked(
    token: str,
    keys: dict[str, Any],
    found: Discovered,
    client: Client,
    asked: Asked,
    now: int,
) -> Mapping[str, Any]:
    """The token's claims. OpenID Connect Core 1.0, section 3.1.3.7, in its order where it names
    one.
    """
    registry = jwt.JWTClaimsRegistry(
        now=now // MICROS_PER_SECOND,
        leeway=LEEWAY_S,
        iss={"essential": True, "value": found.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client.id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": asked.nonce},
    )
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # pyright: ignore[reportArgumentType]
        registry.validate(read.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderError(f"Its token does not hold: {error}.") from error
    audience = read.claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in read.claims) and read.claims.get("azp") != client.id:
        raise ProviderError("Its token was made for another program.")
    return read.claims


def _person(claims: Mapping[str, Any], client: Client) -> Vouched:
    """Whose account it is. What the issuer calls unverified never counts; what it says nothing
    of counts where the institution trusts it (Microsoft Entra ID says it of no address).
    """
    email, name, verified = (claims.get(one) for one in _OF_A_PERSON)
    if not isinstance(email, str) or "@" not in email:
        raise ProviderError("It tells no e-mail address.")
    if verified is None and not client.trusts_address:
        raise ProviderError(
            "It does not say whether the e-mail address is verified. An administrator can say "
            "on the page Signing in that its addresses are trusted."
        )
    if verified is not None and verified is not True:
        raise ProviderError("It calls the e-mail address unverified.")
    return Vouched(email.strip().lower(), name if isinstance(name, str) else "")


async def _ask(
    targets: Targets, method: str, address: str, body: str = "", bearer: str = ""
) -> bytes:
    """One request to the issuer; redirects are not followed."""
    headers: dict[str | bytes, str | bytes] = {"Accept": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    limits = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_S)}
    data = bytearray()
    try:
        async with (
            targets.pool(address) as pool,
            pool.stream(
                method, address, headers=headers, content=body.encode(), extensions=limits
            ) as answer,
        ):
            async for part in answer.aiter_stream():
                data += part
                if len(data) > MAX_ANSWER_BYTES:
                    raise ProviderError("Its answer is far too long.")
            status = answer.status
    except UNREACHED as error:
        why = str(error) or type(error).__name__
        raise ProviderError(f"It cannot be reached: {why}.") from error
    if status != 200:
        raise ProviderError(f"It answered {status} at {urlsplit(address).path[:100]}.")
    return bytes(data)


def _decoded(data: bytes, kind: Any) -> Any:
    try:
        return read_json(data, kind)
    except NotJson as error:
        raise ProviderError(f"Its answer is not understood: {error}.") from error


def _origin(address: str) -> tuple[str, str]:
    """Scheme and host of an address that an issuer names.

    Raises:
        ProviderError: it is none, or none that a request's first line can hold.
    """
    shown = "".join(mark if mark.isprintable() else "?" for mark in address[:200])
    if len(address) > MAX_URL_CHARS or not _is_token(address):
        raise ProviderError(f"It names what is no address: {shown}.")
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise ProviderError(f"It names what is no address: {shown}.") from None
    return parts.scheme.lower(), parts.netloc.lower()

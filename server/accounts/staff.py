"""Who makes a request: the staff middleware, and the guards of every staff route.

``StaffMiddleware`` looks the session cookie up, or a program's token, and puts a ``Staff`` (or
nothing) on the connection; ``require(role)`` guards a route. For a request that changes
something it also checks the session's CSRF token (header ``X-CSRF-Token`` or form field
``_csrf``); a token, which no browser adds by itself, is held to its scopes instead.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request
from litestar.exceptions import (
    ClientException,
    NotAuthorizedException,
    PermissionDeniedException,
)
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from server.accounts.models import Account, Role
from server.accounts.scopes import TOKEN_PREFIX, Scope, scope_of
from server.network import AnyRequest, Connection, client_address

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "_csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Staff:
    """Who asks: a signed-in account, or a program with one's token. ``csrf`` is for the forms
    of this session only.
    """

    id: str
    institution_id: str
    email: str
    name: str
    role: Role
    # Of a session in a browser; programs and commands have none.
    csrf: str = ""
    session_hash: str = ""
    # When this session was begun (µs UTC), and how.
    since: int = 0
    means: str = ""
    # Whether the institution asks for a second factor that this session has not shown.
    owes_factor: bool = False
    # Where the request comes from, as the log names it; commands have none.
    address: str = ""
    # A program's token, and what of its maker's rights it has; a person has all of theirs.
    token_id: str | None = None
    scopes: frozenset[Scope] = frozenset()

    def may(self, role: Role) -> bool:
        """Whether this account's role includes ``role``."""
        return self.role.rank >= role.rank


def staff_of(account: Account) -> Staff:
    """An account as whoever acts, before it is said by which way it came in."""
    return Staff(
        id=account.id,
        institution_id=account.institution_id,
        email=account.email,
        name=account.name,
        role=Role(account.role),
    )


Finder = Callable[[str], Awaitable[Staff | None]]

# A handler's option that lets in who still owes a second factor: it is where one is set up.
WITHOUT_FACTOR = "without_factor"
SETTING_UP = {WITHOUT_FACTOR: True}


class FactorOwed(PermissionDeniedException):
    """The institution asks for a second factor, and this session has shown none."""


class StaffMiddleware(AbstractAuthenticationMiddleware):
    """Puts the signed-in ``Staff`` on the connection; a visitor stays a visitor."""

    def __init__(
        self, app: Any, *, find: Finder, find_token: Finder, cookie: str, proxied: bool
    ) -> None:
        """Take the ways from a cookie's value and from a token to a ``Staff``, the cookie's
        name, and whether a trusted proxy stands before the server.
        """
        super().__init__(app)
        self._find = find
        self._find_token = find_token
        self._cookie = cookie
        self._proxied = proxied

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """Look the cookie up, if there is one, else the token."""
        value = connection.cookies.get(self._cookie)
        staff = await self._find(value) if value else None
        token = bearer(connection.headers.get("Authorization"))
        if staff is None and token is not None and token.startswith(TOKEN_PREFIX):
            staff = await self._find_token(token)
        if staff is not None:
            address = client_address(connection, proxied=self._proxied)
            staff = replace(staff, address=address)
        return AuthenticationResult(user=staff, auth=None)


def bearer(authorization: str | None) -> str | None:
    """The token in an ``Authorization`` header (RFC 6750, section 2.1)."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def visitor(connection: Connection) -> Staff | None:
    """Who is signed in, if anybody."""
    user = connection.scope.get("user")
    return user if isinstance(user, Staff) else None


def current_account(connection: Connection) -> Staff:
    """Who is signed in.

    Raises:
        NotAuthorizedException: nobody is.
    """
    staff = visitor(connection)
    if staff is None:
        raise NotAuthorizedException("Sign in first.")
    return staff


@dataclass(frozen=True, slots=True)
class RoleGuard:
    """A guard that lets in accounts of at least ``role``, and no forged form."""

    role: Role

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let the request pass, or refuse it."""
        staff = current_account(connection)
        if not staff.may(self.role):
            raise PermissionDeniedException(f"This needs the role {self.role.value}.")
        if staff.owes_factor and not handler.opt.get(WITHOUT_FACTOR):
            raise FactorOwed(
                "Your institution asks for a second factor. Set one up under your account."
            )
        if staff.token_id is not None:
            _check_scope(connection, staff)
        elif isinstance(connection, Request) and connection.method not in SAFE_METHODS:
            await _check_csrf(connection, staff)


def require(role: Role) -> Guard:
    """A guard that lets in accounts of at least ``role``, and no forged form."""
    return RoleGuard(role)


def role_asked(handler: BaseRouteHandler) -> Role | None:
    """The least role that the guards before ``handler`` let in; ``None``: no account is asked
    for.
    """
    roles = [one.role for one in handler.resolve_guards() if isinstance(one, RoleGuard)]
    return max(roles, key=lambda role: role.rank, default=None)


def _check_scope(connection: Connection, staff: Staff) -> None:
    """A token opens what its scopes name, and no page."""
    method = connection.method if isinstance(connection, Request) else "GET"
    wanted = scope_of(method, connection.scope["path"])
    if wanted is None:
        raise PermissionDeniedException("Tokens are for the interface (/api); sign in here.")
    if wanted not in staff.scopes:
        raise PermissionDeniedException(f"This token lacks the scope {wanted.value}.")


async def _check_csrf(request: AnyRequest, staff: Staff) -> None:
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.content_type[0] in {
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }:
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not hmac.compare_digest(given.encode(), staff.csrf.encode()):
        raise ClientException(
            "This form is too old or was not ours. Load the page again.", status_code=403
        )

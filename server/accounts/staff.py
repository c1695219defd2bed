"""Who makes a request: the staff middleware, and the guards of every staff route.

``StaffMiddleware`` looks the session cookie up and puts a ``Staff`` (or nothing) on the
connection; ``require(role)`` guards a route, and for a request that changes something
also checks the session's CSRF token: header ``X-CSRF-Token`` or form field ``_csrf``.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.exceptions import (
    ClientException,
    NotAuthorizedException,
    PermissionDeniedException,
)
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from server.accounts.models import Role
from server.network import AnyRequest, Connection

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "_csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in account. ``csrf`` is for the forms of this session only."""

    id: str
    institution_id: str
    email: str
    name: str
    role: Role
    csrf: str
    session_hash: str

    def may(self, role: Role) -> bool:
        """Whether this account's role includes ``role``."""
        return self.role.rank >= role.rank


Finder = Callable[[str], Awaitable[Staff | None]]


class StaffMiddleware(AbstractAuthenticationMiddleware):
    """Puts the signed-in ``Staff`` on the connection; a visitor stays a visitor."""

    def __init__(self, app: Any, *, find: Finder, cookie: str) -> None:
        """Take the way from a cookie's value to a ``Staff``, and the cookie's name."""
        super().__init__(app)
        self._find = find
        self._cookie = cookie

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """Look the cookie up, if there is one."""
        value = connection.cookies.get(self._cookie)
        staff = await self._find(value) if value else None
        return AuthenticationResult(user=staff, auth=None)


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


def require(role: Role) -> Guard:
    """A guard that lets in accounts of at least ``role``, and no forged form."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        staff = current_account(connection)
        if not staff.may(role):
            raise PermissionDeniedException(f"This needs the role {role.value}.")
        if isinstance(connection, Request) and connection.method not in SAFE_METHODS:
            await _check_csrf(connection, staff)

    return guard


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

"""The interface described: ``/schema/openapi.json``, in what the framework cannot know.

It knows paths, parameters and JSON bodies from the handlers. That every refusal is a problem
(RFC 9457), what a route wants for a credential, and what bodies that are not JSON are made
of, is said here; ``tests/faults/test_hostile_http.py`` holds the server to all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import OpenAPIMediaType, Operation, Parameter, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.routes import HTTPRoute

from server import problems
from server.accounts.models import Role
from server.accounts.scopes import TOKEN_PREFIX, Scope, scope_of
from server.accounts.staff import CSRF_HEADER, SAFE_METHODS, role_asked
from server.examples import complete
from shared.signed import MEDIA_TYPE
from shared.wire import Problem

# Names of the credentials, as the description calls them.
RECORDER = "session"
STAFF = "staff"
CSRF = "form"
TOKEN = "token"  # noqa: S105 (a name)

_REF = "#/components/schemas/{name}"
_WAIT = {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}}
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


@dataclass
class SignedLines(Operation):
    """An operation whose body is signed lines."""

    def __post_init__(self) -> None:
        """Say so."""
        content = {MEDIA_TYPE: OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))}
        self.request_body = RequestBody(content=content, required=True)


@dataclass
class Manifest(Operation):
    """An operation whose body is a build's signed manifest."""

    def __post_init__(self) -> None:
        """Say so."""
        lines = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        content = {"application/octet-stream": OpenAPIMediaType(schema=lines)}
        self.request_body = RequestBody(content=content, required=True)


@dataclass
class SealedPiece(Operation):
    """An operation whose body is a sealed piece, with its digest."""

    def __post_init__(self) -> None:
        """Say so."""
        piece = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        content = {"application/octet-stream": OpenAPIMediaType(schema=piece)}
        self.request_body = RequestBody(content=content, required=True)
        digest = Parameter(
            name="Content-Digest",
            param_in="header",
            description="sha-256 of the body (RFC 9530): that of the address.",
            required=True,
            schema=Schema(type=OpenAPIType.STRING),
        )
        self.parameters = [*(self.parameters or ()), digest]


class Description(JsonRenderPlugin):
    """Renders the description, made when it is first asked for."""

    def __init__(self, cookie: str) -> None:
        """Take the name of staff's cookie."""
        super().__init__()
        self._schemes = _schemes(cookie)
        self._rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The description as JSON."""
        if self._rendered is None:
            made = msgspec.json.decode(self.render_json(request, openapi_schema))
            self._complete(made, dict(_guarded(request.app)))
            _explain(made, dict(_docstrings(request.app)))
            self._rendered = msgspec.json.encode(made)
        return self._rendered

    def _complete(self, made: dict[str, Any], asked: dict[tuple[str, str], Role]) -> None:
        _, components = msgspec.json.schema_components([Problem], ref_template=_REF)
        parts = made.setdefault("components", {})
        parts.setdefault("schemas", {}).update(components)
        parts["securitySchemes"] = self._schemes
        for path, item in made["paths"].items():
            for method in item.keys() & _METHODS:
                operation = item[method]
                # What the framework says of bad bodies, it would say if it answered them.
                operation["responses"].pop("400", None)
                operation["responses"]["4XX"] = _problem("The request is refused.")
                operation["responses"]["503"] = _problem("The server cannot do it now.")
                role = asked.get((path, method))
                if role is not None:
                    operation["security"] = _credentials(role, method.upper(), path)


def _schemes(cookie: str) -> dict[str, dict[str, str]]:
    """The credentials, each with how it is come by."""
    roles = ", ".join(role.value for role in Role)
    scopes = "; ".join(f"{scope.value}: {scope.label}" for scope in Scope)
    return {
        RECORDER: {
            "type": "http",
            "scheme": "bearer",
            "description": "The recorder's, for one session: the answer to its code.",
        },
        STAFF: {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie,
            "description": "A signed-in account's. An operation's list names the least role "
            f"that it takes; each of {roles} includes those before it.",
        },
        CSRF: {
            "type": "apiKey",
            "in": "header",
            "name": CSRF_HEADER,
            "description": "Beside the cookie, where something is changed: what the session's "
            "pages bear in their forms.",
        },
        TOKEN: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": f"{TOKEN_PREFIX}…",
            "description": "A program's, made on the page API tokens or by `invigil-server "
            "admin tokens create`. An operation's list names the scope that it needs; the "
            f"token's maker must have the role besides. {scopes}.",
        },
    }


def _credentials(role: Role, method: str, path: str) -> list[dict[str, list[str]]]:
    """What lets a request in, as the guard judges it: an account's cookie, or a token."""
    scope = scope_of(method, path)
    changes: dict[str, list[str]] = {} if method in SAFE_METHODS else {CSRF: []}
    token = [{TOKEN: [scope.value]}] if scope is not None else []
    return [{STAFF: [role.value], **changes}, *token]


def _explain(made: dict[str, Any], said: dict[tuple[str, str], str]) -> None:
    """What each operation does, in its handler's words, and examples of its bodies."""
    schemas = made["components"]["schemas"]
    _loosen(made)
    for path, item in made["paths"].items():
        for method in item.keys() & _METHODS:
            words = said.get((path, method), "")
            first, _, _ = words.partition(". ")
            item[method]["summary"] = first.partition(": ")[0].partition("; ")[0].rstrip(".")
            item[method]["description"] = words
            complete(item[method], f"{method} {path}", schemas)


def _loosen(part: Any) -> None:
    """A union is any of its types: what fits two of them is right. What a handler answers in
    bytes of its own making is a refusal, which is described apart.
    """
    if isinstance(part, dict):
        if "oneOf" in part:
            real = [one for one in part.pop("oneOf") if one]
            part.update(real[0] if len(real) == 1 else {"anyOf": real})
        for inner in part.values():
            _loosen(inner)
    elif isinstance(part, list):
        for inner in part:
            _loosen(inner)


def _docstrings(app: Litestar) -> Iterator[tuple[tuple[str, str], str]]:
    """What every handler says of itself, by path and method."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                words = " ".join((handler.fn.__doc__ or "").split())
                for method in handler.http_methods:
                    yield (route.path_format, method.lower()), words


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name="Problem")}
    return {
        "description": description,
        "headers": {"Retry-After": _WAIT},
        "content": {problems.MEDIA_TYPE: {"schema": schema}},
    }


def _guarded(app: Litestar) -> Iterator[tuple[tuple[str, str], Role]]:
    """The role that the guards before each of staff's routes ask for, by path and method."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                role = role_asked(handler)
                if role is not None:
                    yield from (
                        ((route.path_format, method.lower()), role)
                        for method in handler.http_methods
                    )

"""The composition root: services, routes and what is around them, put together here."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Response
from litestar.channels import ChannelsPlugin
from litestar.channels.backends.memory import MemoryChannelsBackend
from litestar.di import Provide
from litestar.exceptions import ClientException, HTTPException
from litestar.middleware import DefineMiddleware
from litestar.openapi.config import OpenAPIConfig
from obstore.exceptions import BaseError as BlobStoreError
from sqlalchemy.exc import DBAPIError

from server.accounts.controllers import cookie_name
from server.accounts.sign_in import SignIn
from server.accounts.staff import StaffMiddleware
from server.accounts.tokens import ApiTokens
from server.clock import WallClock, system_clock
from server.config import Settings
from server.description import Description
from server.headers import security_headers
from server.network import AnyRequest, JsonRequest
from server.operation.metrics import Metrics
from server.problems import is_data_fault, unready
from server.routes import ROUTES
from server.services import make_services
from server.storage.database import UNREADY
from server.storage.keys import KeysMissing
from server.web import assets
from server.web.errors import answer_bug, answer_http
from server.web.rendering import template_config

VERSION = "0.1.0"

# Forms and JSON of staff; the recorder's routes have limits of their own.
MAX_BODY_BYTES = 1_048_576

# What disk, database, blob store and key store raise when they cannot work.
CANNOT_WORK = (*UNREADY, BlobStoreError, KeysMissing)


def create_app(
    settings: Settings, clock: WallClock = system_clock, metrics: Metrics | None = None
) -> Litestar:
    """Build the application. Reads the server's secret; opens nothing before it starts."""
    static = f"/static/{assets.version()}"
    templates = template_config(static)
    services = make_services(settings, clock, metrics or Metrics(), templates)
    return Litestar(
        route_handlers=[assets.static_files(static), *ROUTES],
        lifespan=list(services.running),
        dependencies={name: _given(value) for name, value in services.given.items()},
        middleware=[_who_asks(services.given, settings)],
        exception_handlers={
            HTTPException: answer_http,
            **dict.fromkeys(CANNOT_WORK, _answer_unready),
            DBAPIError: _answer_database,
            Exception: answer_bug,
        },
        plugins=[ChannelsPlugin(MemoryChannelsBackend(), arbitrary_channels_allowed=True)],
        before_send=[security_headers(settings)],
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
        template_config=templates,
        openapi_config=OpenAPIConfig(
            title="Invigil",
            version=VERSION,
            path="/schema",
            render_plugins=[Description(cookie_name(settings))],
        ),
        logging_config=None,
    )


def _who_asks(given: dict[str, object], settings: Settings) -> DefineMiddleware:
    sign_in, tokens = given["sign_in"], given["api_tokens"]
    assert isinstance(sign_in, SignIn)
    assert isinstance(tokens, ApiTokens)
    return DefineMiddleware(
        StaffMiddleware,
        find=sign_in.find,
        find_token=tokens.find,
        cookie=cookie_name(settings),
    )


def _answer_unready(request: AnyRequest, error: Exception) -> Response[Any]:
    return answer_http(request, unready(request, error))


def _answer_database(request: AnyRequest, error: DBAPIError) -> Response[Any]:
    if is_data_fault(error):
        return answer_http(request, ClientException("A value in this cannot be stored."))
    return answer_bug(request, error)


def _given(value: object) -> Provide:
    return Provide(lambda: value, use_cache=True, sync_to_thread=False)

"""The composition root: services, routes and what is around them, put together here."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Response
from litestar.channels import ChannelsPlugin
from litestar.channels.backends.memory import MemoryChannelsBackend
from litestar.datastructures import State
from litestar.exceptions import ClientException, HTTPException
from litestar.middleware import DefineMiddleware
from litestar.openapi.config import OpenAPIConfig
from obstore.exceptions import BaseError as BlobStoreError
from sqlalchemy.exc import DBAPIError

from server.accounts.controllers import cookie_name
from server.accounts.staff import StaffMiddleware
from server.clock import WallClock, system_clock
from server.config import Settings
from server.description import Description
from server.fittings import Fittings
from server.network import AnyRequest, JsonRequest
from server.operation.metrics import Metrics
from server.problems import is_data_fault, unready
from server.routes import ROUTES
from server.storage.database import UNREADY
from server.storage.keys import KeysMissing
from server.web import assets
from server.web.errors import answer_bug, answer_http
from server.web.rendering import template_config

VERSION = "0.1.0"

# Forms and JSON of staff; the recorder's routes have limits of their own.
MAX_BODY_BYTES = 1_048_576

# Under which name an application bears its ``Fittings`` in its state.
FITTINGS = "fittings"

# What disk, database, blob store and key store raise when they cannot work.
CANNOT_WORK = (*UNREADY, BlobStoreError, KeysMissing)


def create_app(
    settings: Settings, clock: WallClock = system_clock, metrics: Metrics | None = None
) -> Litestar:
    """Build the application. Reads the server's secret; opens nothing before it starts."""
    static = f"/static/{assets.version()}"
    templates = template_config(static)
    fittings = Fittings(templates)
    fittings.fit(settings, clock, metrics or Metrics())
    cookie = cookie_name(settings)
    return Litestar(
        route_handlers=[assets.static_files(static), *ROUTES],
        lifespan=[fittings.running],
        dependencies=fittings.dependencies(),
        middleware=[
            DefineMiddleware(
                StaffMiddleware,
                find=fittings.find,
                find_token=fittings.find_token,
                cookie=cookie,
                proxied=settings.trusted_proxy,
            )
        ],
        exception_handlers={
            HTTPException: answer_http,
            **dict.fromkeys(CANNOT_WORK, _answer_unready),
            DBAPIError: _answer_database,
            Exception: answer_bug,
        },
        plugins=[ChannelsPlugin(MemoryChannelsBackend(), arbitrary_channels_allowed=True)],
        before_send=[fittings.add_headers],
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
        template_config=templates,
        openapi_config=OpenAPIConfig(
            title="Invigil",
            version=VERSION,
            path="/schema",
            render_plugins=[Description(cookie)],
        ),
        logging_config=None,
        state=State({FITTINGS: fittings}),
    )


def _answer_unready(request: AnyRequest, error: Exception) -> Response[Any]:
    return answer_http(request, unready(request, error))


def _answer_database(request: AnyRequest, error: DBAPIError) -> Response[Any]:
    if is_data_fault(error):
        return answer_http(request, ClientException("A value in this cannot be stored."))
    return answer_bug(request, error)

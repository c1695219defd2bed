"""What an application works with: its settings, its clock, and the services made of them.

The application's routes are read and checked once, which takes a good part of its start, and
ask for what they need by name here. So they can serve other fittings after a run has ended.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.template.config import TemplateConfig
from litestar.types import Message, Scope

from server.accounts.sign_in import SignIn
from server.accounts.staff import Staff
from server.accounts.tokens import ApiTokens
from server.clock import WallClock
from server.config import Settings
from server.headers import security_headers
from server.operation.metrics import Metrics
from server.services import make_services


class Fittings:
    """Every service under the name that handlers ask for it by, and what runs along."""

    def __init__(self, templates: TemplateConfig[Any]) -> None:
        """Take what the pages are made with; nothing is in place before ``fit``."""
        self._templates = templates
        self.runs = 0

    def fit(self, settings: Settings, clock: WallClock, metrics: Metrics) -> None:
        """Make every service. Reads the server's secret; opens nothing yet.

        An application that has been fitted once keeps its cookie's name: ``settings`` must
        agree about HTTPS.
        """
        assert not self.runs, "fitted anew while it runs"
        services = make_services(settings, clock, metrics, self._templates)
        sign_in, tokens = services.given["sign_in"], services.given["api_tokens"]
        assert isinstance(sign_in, SignIn)
        assert isinstance(tokens, ApiTokens)
        self._services, self._sign_in, self._tokens = services, sign_in, tokens
        self._add_headers = security_headers(settings)

    def dependencies(self) -> dict[str, Provide]:
        """What handlers may ask for."""
        return {name: self._provide(name) for name in self._services.given}

    def _provide(self, name: str) -> Provide:
        return Provide(lambda: self._services.given[name], sync_to_thread=False)

    async def find(self, cookie: str) -> Staff | None:
        """Who is signed in with a cookie's value."""
        return await self._sign_in.find(cookie)

    async def find_token(self, token: str) -> Staff | None:
        """Whose program has a token."""
        return await self._tokens.find(token)

    async def add_headers(self, message: Message, scope: Scope) -> None:
        """Add the headers that every answer bears."""
        await self._add_headers(message, scope)

    @asynccontextmanager
    async def running(self, app: Litestar) -> AsyncIterator[None]:
        """From before the first request until after the last."""
        self.runs += 1
        try:
            async with AsyncExitStack() as stack:
                for run in self._services.running:
                    await stack.enter_async_context(run(app))
                yield
        finally:
            self.runs -= 1

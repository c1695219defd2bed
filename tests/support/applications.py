"""Applications lent to tests: their routes are read once, their fittings made anew each time.

Reading the routes takes a quarter of a second of processor time and is the same for every
campus. An application is lent again only when its run has ended and nobody listens any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from litestar import Litestar
from litestar.channels import ChannelsPlugin

from server.accounts.controllers import cookie_name
from server.app import FITTINGS, create_app
from server.clock import WallClock
from server.config import Settings
from server.fittings import Fittings
from server.operation.metrics import Metrics

# By their cookie's name, which is part of how the routes are described.
_free: dict[str, list[Litestar]] = {}


@contextmanager
def lent(settings: Settings, clock: WallClock) -> Iterator[Litestar]:
    """An application with services of its own."""
    free = _free.setdefault(cookie_name(settings), [])
    if free:
        app = free.pop()
        _fittings(app).fit(settings, clock, Metrics())
    else:
        app = create_app(settings, clock)
    yield app
    if _is_idle(app):
        free.append(app)


def _fittings(app: Litestar) -> Fittings:
    fittings = app.state[FITTINGS]
    assert isinstance(fittings, Fittings)
    return fittings


def _is_idle(app: Litestar) -> bool:
    channels = app.plugins.get(ChannelsPlugin)
    return not _fittings(app).runs and not any(channels._channels.values())

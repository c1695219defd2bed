"""Whether the server works, and what it counts: for load balancers and collectors."""

from __future__ import annotations

import hmac

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.config import Settings
from server.network import AnyRequest
from server.operation.metrics import Metrics
from server.operation.stock import Stocktaking
from server.storage.database import UNREADY, Database

# The format's own name: https://prometheus.io/docs/instrumenting/exposition_formats/
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@get("/health", tags=["operation"])
async def health(database: NamedDependency[Database]) -> Response[dict[str, str]]:
    """200 where the database answers, 503 where it does not."""
    try:
        async with database.transaction() as db:
            await db.execute(text("SELECT 1"))
    except (SQLAlchemyError, *UNREADY):
        answer = {"product": "invigil", "status": "the database does not answer"}
        return Response(answer, status_code=503)
    return Response({"product": "invigil", "status": "ok"})


@get("/metrics", include_in_schema=False)
async def get_metrics(
    request: AnyRequest,
    settings: NamedDependency[Settings],
    metrics: NamedDependency[Metrics],
    stocktaking: NamedDependency[Stocktaking],
) -> Response[bytes]:
    """What the server counts, for whoever has the token of ``INVIGIL_METRICS_TOKEN``.

    Raises:
        NotFoundException: no token is set, or this is another.
    """
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = settings.metrics_token
    if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise NotFoundException
    return Response(metrics.text(await stocktaking.take()), media_type=PROMETHEUS)

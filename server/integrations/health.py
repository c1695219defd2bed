"""Whether the server works: for load balancers and for the recorder's first look."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.storage.database import Database


@get("/health", tags=["operation"])
async def health(database: NamedDependency[Database]) -> Response[dict[str, str]]:
    """200 where the database answers, 503 where it does not."""
    try:
        async with database.transaction() as db:
            await db.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        answer = {"product": "invigil", "status": "the database does not answer"}
        return Response(answer, status_code=503)
    return Response({"product": "invigil", "status": "ok"})

"""A report that was made, on its way to who asked for it."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response

from server.downloads import attachment
from server.problems import Rejection
from server.reports.making import Crowded, Failed, Making, Name, Ready, Reports
from shared.wire import ProblemType

TOO_MANY = Rejection(
    ProblemType.BUSY,
    503,
    "Many reports wait to be made. Ask again in a minute.",
    retry_after=60,
)

GONE = Rejection(
    "about:blank",
    410,
    "Evidence was destroyed after this report was begun, so that the report is gone too. Have "
    "a new one made: it says what is left.",
)


async def report_file(reports: Reports, name: Name, called: str) -> Response[Any]:
    """The PDF, once it is made; 503 where it cannot be, 410 where it was dropped meanwhile."""
    match await reports.made(name):
        case Ready(file=file):
            data = await asyncio.to_thread(file.read_bytes)
            return Response(data, media_type="application/pdf", headers=attachment(called))
        case Failed(why):
            said = f"The report could not be made: {why}. Have it made again."
            return Rejection("about:blank", 503, said).response()
        case Making() | Crowded():
            return TOO_MANY.response()
        case None:
            return GONE.response()

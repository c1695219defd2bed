"""How fast is a candidate's way to here? Bytes are counted and thrown away, before a session.

Whoever holds a code may send so much a minute, and all of them together no more at once than
leaves room for evidence. Nothing of it is kept, logged or taken for evidence.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)

from server.clock import WallClock
from server.config import Settings
from server.enrolment.redeeming import Redeeming
from server.ingest.limits import InFlight, RateLimit
from server.network import AnyRequest, client_address
from server.problems import Rejection
from shared.wire import CODE_HEADER, MAX_SPEED_BYTES, SPEED_PATH, ProblemType, Speed

# What one code may send in a minute, and at once: a measurement is some 1.4 MB, and somebody
# who tries again and again has ten.
BYTES_PER_MINUTE = 16 * 1024**2

# An empty body costs a look into the database: it counts as this many bytes.
LEAST_COUNTED = 65_536

# All measurements together, at once: a quarter of what one session's evidence may be.
ALL_AT_ONCE = 16 * 1024**2

NO_LENGTH = Rejection(
    ProblemType.MALFORMED, 411, "Content-Length says how many bytes are to be measured"
)


class SpeedTests:
    """What is being measured just now, and how much each code has sent."""

    def __init__(self, redeeming: Redeeming, clock: WallClock) -> None:
        """Take what knows the codes, and the clock."""
        self._redeeming = redeeming
        self._clock = clock
        self._rate = RateLimit(BYTES_PER_MINUTE)
        self._in_flight = InFlight(MAX_SPEED_BYTES, ALL_AT_ONCE)

    async def take(
        self, typed: str, address: str, length: int, chunks: AsyncIterator[bytes]
    ) -> Speed | Rejection:
        """Count a body of ``length`` bytes, and let it go."""
        enrolment = await self._redeeming.opens(typed, address)
        if isinstance(enrolment, Rejection):
            return enrolment
        wait = self._rate.take(enrolment, max(length, LEAST_COUNTED), self._clock())
        if wait:
            why = "The speed was measured often enough just now."
            return Rejection(ProblemType.BUSY, 429, why, retry_after=wait)
        if (refusal := self._in_flight.refusal(enrolment, length)) is not None:
            return refusal
        with self._in_flight.holding(enrolment, length):
            return Speed(bytes=sum([len(chunk) async for chunk in chunks]))


class _Measurement(Operation):
    """An operation whose body is anything, with the exam's code in a header."""

    def __post_init__(self) -> None:
        """Say so."""
        noise = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        content = {"application/octet-stream": OpenAPIMediaType(schema=noise)}
        self.request_body = RequestBody(content=content, required=False)
        code = Parameter(
            name=CODE_HEADER,
            param_in="header",
            description="The exam's code.",
            required=True,
            schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=64),
        )
        self.parameters = [*(self.parameters or ()), code]


@post(
    SPEED_PATH,
    status_code=200,
    tags=("recorder",),
    request_max_body_size=MAX_SPEED_BYTES,
    operation_class=_Measurement,
    responses={200: ResponseSpec(Speed, description="What was taken.")},
)
async def post_speed(
    request: AnyRequest,
    speed_tests: NamedDependency[SpeedTests],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """Send up to 2 MiB, to see how long that takes; nothing of it is kept."""
    length = request.content_length
    if length is None:
        return NO_LENGTH.response()
    if length > MAX_SPEED_BYTES:
        raise HTTPException(f"At most {MAX_SPEED_BYTES} bytes.", status_code=413)
    outcome = await speed_tests.take(
        request.headers.get(CODE_HEADER, ""),
        client_address(request, proxied=settings.trusted_proxy),
        length,
        request.stream(),
    )
    if isinstance(outcome, Rejection):
        return outcome.response()
    return Response(
        msgspec.json.encode(outcome),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )

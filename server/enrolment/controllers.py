"""``POST /enrolments/inspect`` and ``…/redeem``: what a recorder does with a code."""

from __future__ import annotations

import msgspec
from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from server.config import Settings
from server.enrolment.redeeming import Redeeming
from server.network import AnyRequest, client_address
from server.problems import Rejection
from shared.wire import API_PREFIX, Inspected, InspectRequest, Redeemed, RedeemRequest

# A code, a key and their names are some 150 bytes.
MAX_BODY = 4_096


class RedeemController(Controller):
    """Nobody is signed in here: the code is the credential, and guessing is throttled."""

    path = f"{API_PREFIX}/enrolments"
    tags = ("recorder",)

    @post(
        "/inspect",
        status_code=200,
        request_max_body_size=MAX_BODY,
        responses={200: ResponseSpec(Inspected, description="The exam.")},
    )
    async def post_inspect(
        self,
        data: JSONBody[InspectRequest],
        request: AnyRequest,
        redeeming: NamedDependency[Redeeming],
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        """Which exam does this code open? Changes nothing."""
        address = client_address(request, proxied=settings.trusted_proxy)
        return _answer(await redeeming.inspect(data.code, address))

    @post(
        "/redeem",
        status_code=200,
        request_max_body_size=MAX_BODY,
        responses={200: ResponseSpec(Redeemed, description="The session.")},
    )
    async def post_redeem(
        self,
        data: JSONBody[RedeemRequest],
        request: AnyRequest,
        redeeming: NamedDependency[Redeeming],
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        """Take the code up; the same code and key again give the same session."""
        address = client_address(request, proxied=settings.trusted_proxy)
        return _answer(await redeeming.redeem(data.code, data.public_key, address))


def _answer(outcome: msgspec.Struct | Rejection) -> Response[bytes]:
    if isinstance(outcome, Rejection):
        return outcome.response()
    return Response(
        msgspec.json.encode(outcome),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )

"""The recorder's HTTP interface: records, blobs, status (``shared/README.md``, *HTTP*)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from server.description import RECORDER, SealedPiece, SignedLines
from server.enrolment.tokens import Tokens
from server.ingest.delivery import Delivery, Dispatch
from server.ingest.incoming import content_digest
from server.ingest.pieces import Pieces, Upload
from server.network import AnyRequest
from server.problems import Rejection
from shared.encoding import HASH_HEX
from shared.signed import MEDIA_TYPE, Signed
from shared.wire import (
    API_PREFIX,
    MAX_BLOB_BYTES,
    MAX_RECORDS_BYTES,
    ProblemType,
    SessionStatus,
)

# Every answer to a delivery: a receipt.
RECEIPT = ResponseSpec(
    bytes, media_type=MEDIA_TYPE, description="The receipt.", generate_examples=False
)


NO_CREDENTIAL = Rejection(
    ProblemType.CREDENTIAL, 401, "the session's token goes into Authorization: Bearer"
)


class IngestController(Controller):
    """What a recorder delivers. (1) The session is the token's, whatever a body says."""

    path = f"{API_PREFIX}/sessions/{{session_id:str}}"
    tags = ("recorder",)
    security = ({RECORDER: []},)

    @post(
        "/records",
        status_code=200,
        request_max_body_size=MAX_RECORDS_BYTES,
        operation_class=SignedLines,
        responses={200: RECEIPT},
    )
    async def post_records(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        tokens: NamedDependency[Tokens],
        delivery: NamedDependency[Delivery],
    ) -> Response[bytes]:
        """Deliver at most 64 signed lines; the answer is a receipt (a signed line)."""
        token_hash = tokens.checked(session_id, request.headers.get("Authorization"))
        if token_hash is None:
            return NO_CREDENTIAL.response()
        dispatch = Dispatch(session_id, token_hash, request.content_length, request.body)
        return _answer(await delivery.take(dispatch))

    @put(
        "/blobs/{sha256:str}",
        request_max_body_size=MAX_BLOB_BYTES,
        operation_class=SealedPiece,
        responses={200: RECEIPT},
    )
    async def put_blob(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        sha256: FromPath[str],
        tokens: NamedDependency[Tokens],
        pieces: NamedDependency[Pieces],
    ) -> Response[bytes]:
        """Deliver a sealed piece that a record commits to; the answer is a receipt."""
        token_hash = tokens.checked(session_id, request.headers.get("Authorization"))
        if token_hash is None:
            return NO_CREDENTIAL.response()
        if not HASH_HEX.fullmatch(sha256):
            raise ClientException("A blob's address is its SHA-256 in lower-case hex.")
        upload = Upload(
            session_id,
            token_hash,
            sha256,
            content_digest(request.headers.get("Content-Digest")),
            request.content_length,
        )
        return _answer(await pieces.take(upload, _chunks(request)))

    @get("/status", responses={200: ResponseSpec(SessionStatus, description="The chain.")})
    async def get_status(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        tokens: NamedDependency[Tokens],
        delivery: NamedDependency[Delivery],
    ) -> Response[bytes]:
        """Where the session's chain stands, and what is missing."""
        token_hash = tokens.checked(session_id, request.headers.get("Authorization"))
        if token_hash is None:
            return NO_CREDENTIAL.response()
        status = await delivery.status(session_id, token_hash)
        if isinstance(status, Rejection):
            return status.response()
        return Response(
            msgspec.json.encode(status),
            media_type="application/json",
            headers={"Cache-Control": "no-store"},
        )


async def _chunks(request: AnyRequest) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


def _answer(outcome: Signed | Rejection) -> Response[bytes]:
    if isinstance(outcome, Rejection):
        return outcome.response()
    return Response(
        outcome.line(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"}
    )

"""The page that takes recordings in from files, and the receipts that it gives for them."""

from __future__ import annotations

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Template

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.config import Settings
from server.downloads import attachment
from server.ingest.importing import Declined, Importer, Imports
from server.ingest.lookup import session_of
from server.ingest.receiving import received
from server.network import AnyRequest, Connection
from server.storage.blobs import BlobStore
from server.storage.database import Database
from server.web.rendering import PRIVATE, page
from shared.parcel import RECEIPT_SUFFIX
from shared.signed import MEDIA_TYPE

# What a file holds beside the pieces that the quota counts: a day's records are some 30 MB.
RECORDS_ROOM_BYTES = 512 * 1024 * 1024

OCTETS = "application/octet-stream"


async def only_octets(connection: Connection, _: BaseRouteHandler) -> None:
    """A guard before all others: nothing else's body is read, as a form's would be, at once.

    Raises:
        HTTPException: the body is something else (415).
    """
    kind = connection.headers.get("Content-Type", "").partition(";")[0].strip()
    if kind.lower() != OCTETS:
        raise HTTPException(f"The file itself is sent, as {OCTETS}.", status_code=415)


class ImportPages(Controller):
    """``/imports``: recordings that come as files."""

    path = "/imports"
    include_in_schema = False

    @get("/", guards=[require(Role.PROCTOR)])
    async def get_form(self, settings: NamedDependency[Settings]) -> Template:
        """Where a file is chosen."""
        return page("imports.html", {"most": _most(settings)})

    @post(
        "/",
        status_code=200,
        guards=[only_octets, require(Role.PROCTOR)],
        request_max_body_size=None,
    )
    async def post_parcel(
        self,
        request: AnyRequest,
        imports: NamedDependency[Imports],
        blobs: NamedDependency[BlobStore],
        settings: NamedDependency[Settings],
    ) -> Template:
        """Take a file in; the answer is the part of the page that tells what became of it."""
        importer = Importer(current_account(request))
        length, most = request.content_length, _most(settings)
        async with received(blobs.scratch, request.stream(), length, most) as file:
            if isinstance(file, Declined):
                outcome = file
            else:
                outcome = await imports.take(file, importer)
        if isinstance(outcome, Declined):
            return page("import_declined.html", {"why": outcome.why}, status=422)
        return page("import_report.html", {"report": outcome})


@get(
    "/sessions/{session_id:str}/receipts",
    guards=[require(Role.PROCTOR)],
    include_in_schema=False,
)
async def get_receipts(
    request: AnyRequest,
    session_id: FromPath[str],
    database: NamedDependency[Database],
    imports: NamedDependency[Imports],
) -> Response[bytes]:
    """Every receipt of a session as a file, for the recorder that has no network."""
    async with database.transaction() as db:
        session = await session_of(db, current_account(request), session_id)
    name = f"{session.id}{RECEIPT_SUFFIX}"
    return Response(
        await imports.receipts(session.id),
        media_type=MEDIA_TYPE,
        headers=attachment(name, PRIVATE),
    )


def _most(settings: Settings) -> int:
    return settings.session_quota_bytes + RECORDS_ROOM_BYTES

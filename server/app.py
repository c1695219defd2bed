"""The composition root: everything that the server consists of is put together here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from litestar import Litestar, Response
from litestar.channels import ChannelsPlugin
from litestar.channels.backends.memory import MemoryChannelsBackend
from litestar.di import Provide
from litestar.exceptions import ClientException, HTTPException
from litestar.middleware import DefineMiddleware
from litestar.openapi.config import OpenAPIConfig
from obstore.exceptions import BaseError as BlobStoreError
from sqlalchemy.exc import DBAPIError

from server.accounts.controllers import AccountsController, cookie_name
from server.accounts.elsewhere import SEAL as PROVIDERS_SEAL
from server.accounts.elsewhere import Elsewhere
from server.accounts.factors import SEAL as FACTORS_SEAL
from server.accounts.notices import OwnerNotices
from server.accounts.passwords import Passwords
from server.accounts.sign_in import SignIn
from server.accounts.staff import StaffMiddleware
from server.accounts.throttle import Throttle
from server.accounts.tokens import ApiTokens
from server.audit.controllers import get_log
from server.audit.heads import SessionHeads
from server.audit.log import logged_database
from server.audit.reading import report_ends
from server.candidates.erasing import Erasing
from server.candidates.letters import Notices
from server.candidates.own_copy import OwnCopy
from server.clock import WallClock, system_clock
from server.config import Settings
from server.description import Description
from server.enrolment.controllers import RedeemController
from server.enrolment.importing import CandidateImports
from server.enrolment.issuing import Issuing
from server.enrolment.redeeming import Redeeming
from server.enrolment.reminding import Reminders
from server.enrolment.speed import SpeedTests, post_speed
from server.enrolment.staff_controllers import (
    get_enrolments,
    post_enrolments,
    put_accommodation,
)
from server.enrolment.tokens import Tokens
from server.exams.accommodation_controllers import AccommodationsController
from server.exams.controllers import ExamsController
from server.headers import security_headers
from server.ingest.controllers import IngestController
from server.ingest.delivery import Delivery
from server.ingest.importing import Imports
from server.ingest.pieces import Pieces
from server.ingest.regions import open_blobs
from server.ingest.writer import Writer
from server.integrations.calendar_controllers import get_exam_calendar, get_feed
from server.integrations.controllers import WebhooksController
from server.integrations.delivering import Deliveries
from server.integrations.export_controllers import ExportsController
from server.integrations.target import Targets
from server.integrations.webhooks import Webhooks
from server.live.board import Boards
from server.live.board_controllers import board_link, get_board
from server.live.care import Care
from server.live.controllers import LiveController, live_link
from server.live.exam_header_controllers import post_exam_header_check
from server.live.exam_headers import ExamHeaderChecks
from server.live.limits import Limits
from server.live.newest_controllers import NewestController
from server.live.phrases import Phrases
from server.live.service import Live
from server.mail.carriers import carrier_of
from server.mail.carrying import Post
from server.mail.outbox import Outbox
from server.network import AnyRequest, JsonRequest
from server.operation.health import get_metrics, health
from server.operation.metrics import Metrics
from server.operation.stock import Stocktaking
from server.problems import is_data_fault, unready
from server.reports.bundle import BundleExport
from server.reports.controllers import forget_exports, get_bundle
from server.reports.making import Reports
from server.reports.report_controllers import get_exam_report, get_session_report
from server.reports.session_controllers import SessionsController
from server.reports.session_reports import SessionReports
from server.reports.verdicts import Verdicts
from server.retention.service import Retention
from server.review.attachment_controllers import get_attachment
from server.review.controllers import FlagsController, MediaController
from server.review.media import Media
from server.review.remark_controllers import RemarksController
from server.storage.blobs import BlobStore
from server.storage.database import UNREADY, Database
from server.storage.keys import KeysMissing, KeyStore
from server.storage.seal import Seal
from server.web import assets
from server.web.accommodation_pages import AccommodationPages
from server.web.account_pages import AccountPages
from server.web.appeal_pages import AppealPages, RequestPages
from server.web.board_pages import BoardPages, tile_renderer
from server.web.candidate_import_pages import CandidateImportPages
from server.web.candidate_pages import CandidatePages
from server.web.data_protection_pages import DataProtectionPages
from server.web.errors import answer_bug, answer_http
from server.web.exam_pages import ExamPages
from server.web.exam_report_pages import ExamReportPages
from server.web.factor_pages import FactorPages, SecondFactorPages
from server.web.hold_pages import HoldPages
from server.web.import_pages import ImportPages, get_receipts
from server.web.integration_pages import CalendarPages, get_exports
from server.web.letter_pages import LetterPages
from server.web.live_pages import LivePages
from server.web.log_pages import get_log_page
from server.web.my_pages import MyPages
from server.web.pages import SessionPages
from server.web.people_pages import JoinPages, PeoplePages
from server.web.policy_pages import PolicyPages
from server.web.queue_pages import QueuePages, start
from server.web.rendering import renderer, template_config
from server.web.report_pages import SessionReportPages
from server.web.review_pages import ReviewPages
from server.web.row_pages import get_rows
from server.web.schedule_pages import SchedulePages
from server.web.sign_in_pages import ElsewherePages, SignInPages
from server.web.token_pages import TokenPages
from server.web.verdict_pages import VerdictPages
from server.web.webhook_pages import WebhookPages

VERSION = "0.1.0"

# Forms and JSON of staff; the recorder's routes have limits of their own.
MAX_BODY_BYTES = 1_048_576


ROUTES: tuple[Any, ...] = (
    start,
    QueuePages,
    ReviewPages,
    SessionPages,
    get_rows,
    VerdictPages,
    SessionReportPages,
    get_session_report,
    ExamReportPages,
    get_exam_report,
    WebhookPages,
    WebhooksController,
    get_feed,
    get_exam_calendar,
    CalendarPages,
    get_exports,
    ExportsController,
    LivePages,
    BoardPages,
    ExamPages,
    SchedulePages,
    CandidatePages,
    CandidateImportPages,
    LetterPages,
    PolicyPages,
    PeoplePages,
    JoinPages,
    AccountPages,
    FactorPages,
    SecondFactorPages,
    TokenPages,
    SignInPages,
    ElsewherePages,
    AccommodationPages,
    ImportPages,
    get_receipts,
    MediaController,
    get_attachment,
    FlagsController,
    RemarksController,
    SessionsController,
    health,
    get_metrics,
    AccountsController,
    ExamsController,
    AccommodationsController,
    get_enrolments,
    post_enrolments,
    put_accommodation,
    RedeemController,
    post_speed,
    IngestController,
    live_link,
    board_link,
    get_board,
    NewestController,
    LiveController,
    post_exam_header_check,
    get_bundle,
    get_log,
    get_log_page,
    DataProtectionPages,
    HoldPages,
    AppealPages,
    RequestPages,
    MyPages,
)

# What disk, database, blob store and key store raise when they cannot work.
CANNOT_WORK = (*UNREADY, BlobStoreError, KeysMissing)


def create_app(
    settings: Settings, clock: WallClock = system_clock, metrics: Metrics | None = None
) -> Litestar:
    """Build the application. Reads the server's secret; opens nothing before it starts."""
    keys = KeyStore(settings.keys)
    database = logged_database(settings.database, keys)
    blobs = open_blobs(settings, database)
    heads = SessionHeads(database, clock)
    retention = Retention(database, blobs, keys, clock)
    seal, passwords = Seal(keys.server_secret(), FACTORS_SEAL), Passwords()
    targets = Targets(settings.inward)
    sign_in = SignIn(database, passwords, seal, settings, clock)
    tokens = ApiTokens(database, clock)
    elsewhere = Elsewhere(
        database,
        sign_in,
        Seal(keys.server_secret(), PROVIDERS_SEAL),
        targets,
        passwords,
        settings,
        clock,
    )
    verdicts = Verdicts(database, keys, settings, clock)
    outbox = Outbox(keys.server_secret(), clock)
    carrier = carrier_of(settings.mail_url, settings.data_dir / "mail")
    post = Post(database, outbox, carrier, settings, clock)
    issuing = Issuing(keys, outbox, keys.server_secret(), settings, clock)
    reminders = Reminders(database, outbox, issuing, clock)
    candidate_imports = CandidateImports(database, clock)
    reports = Reports(settings, clock)
    static = f"/static/{assets.version()}"
    templates = template_config(static)
    boards = Boards(database, tile_renderer(renderer(templates)), clock)
    return Litestar(
        route_handlers=[assets.static_files(static), *ROUTES],
        lifespan=[
            partial(_running, database, blobs, heads, post, retention, settings),
            verdicts.running,
            boards.running,
            Limits(database, clock).running,
            reports.running,
            reminders.running,
            candidate_imports.running,
            Deliveries(
                database, keys.server_secret(), targets, settings.webhook_check_s, clock, outbox
            ).running,
        ],
        dependencies={
            name: _given(value)
            for name, value in {
                "blobs": blobs,
                "boards": boards,
                "candidate_imports": candidate_imports,
                "clock": clock,
                "database": database,
                "issuing": issuing,
                "retention": retention,
                "metrics": metrics or Metrics(),
                "outbox": outbox,
                "reports": reports,
                "session_reports": SessionReports(
                    database, keys, Media(blobs, keys), verdicts, reports, clock
                ),
                "elsewhere": elsewhere,
                "factors_seal": seal,
                "owner_notices": OwnerNotices(outbox, settings.url),
                "passwords": passwords,
                "settings": settings,
                "sign_in": sign_in,
                "stocktaking": Stocktaking(database, settings.data_dir, clock),
                "verdicts": verdicts,
                "webhooks": Webhooks(database, keys.server_secret(), targets, clock),
                **_rooms(database, blobs, keys, heads, settings, clock),
                **_candidates(database, blobs, keys, retention, outbox, settings, clock),
            }.items()
        },
        middleware=[
            DefineMiddleware(
                StaffMiddleware,
                find=sign_in.find,
                find_token=tokens.find,
                cookie=cookie_name(settings),
            )
        ],
        exception_handlers={
            HTTPException: answer_http,
            **dict.fromkeys(CANNOT_WORK, _answer_unready),
            DBAPIError: _answer_database,
            Exception: answer_bug,
        },
        plugins=[ChannelsPlugin(MemoryChannelsBackend(), arbitrary_channels_allowed=True)],
        before_send=[security_headers(settings)],
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
        template_config=templates,
        openapi_config=OpenAPIConfig(
            title="Invigil",
            version=VERSION,
            path="/schema",
            render_plugins=[Description(cookie_name(settings))],
        ),
        logging_config=None,
    )


def _candidates(
    database: Database,
    blobs: BlobStore,
    keys: KeyStore,
    retention: Retention,
    outbox: Outbox,
    settings: Settings,
    clock: WallClock,
) -> dict[str, object]:
    """What candidates' own pages are made with, and what answers them."""
    secret = keys.server_secret()
    bundles = BundleExport(database, keys, blobs, clock)
    return {
        "erasing": Erasing(database, retention, clock),
        "my_throttle": Throttle(settings.code_attempts),
        "notices": Notices(outbox, secret, Tokens(secret), settings),
        "own_copies": OwnCopy(database, bundles, blobs, keys, clock),
    }


def _rooms(
    database: Database,
    blobs: BlobStore,
    keys: KeyStore,
    heads: SessionHeads,
    settings: Settings,
    clock: WallClock,
) -> dict[str, object]:
    """Each room's service, under the name that handlers ask for it by."""
    secret = keys.server_secret()
    writer = Writer(database, keys, settings, clock, heads.changed)
    pieces = Pieces(database, blobs, writer, settings, clock)
    tokens = Tokens(secret)
    redeeming = Redeeming(database, keys, tokens, secret, settings, clock)
    return {
        "bundles": BundleExport(database, keys, blobs, clock),
        "care": Care(database, clock),
        "exam_headers": ExamHeaderChecks(database, clock),
        "delivery": Delivery(database, writer, settings, clock),
        "imports": Imports(database, writer, pieces, keys, clock),
        "keys": keys,
        "live": Live(database, clock),
        "media": Media(blobs, keys),
        "phrases": Phrases(database, clock),
        "pieces": pieces,
        "redeeming": redeeming,
        "server_secret": secret,
        "speed_tests": SpeedTests(redeeming, clock),
        "tokens": tokens,
    }


@asynccontextmanager
async def _running(
    database: Database,
    blobs: BlobStore,
    heads: SessionHeads,
    post: Post,
    retention: Retention,
    settings: Settings,
    _: Litestar,
) -> AsyncIterator[None]:
    """What is opened before the first request and closed after the last."""
    await asyncio.to_thread(blobs.prepare)
    await asyncio.to_thread(forget_exports, settings)
    await report_ends(database)
    stop = asyncio.Event()
    chores = [
        asyncio.create_task(retention.run(settings.retention_check_s, stop)),
        asyncio.create_task(heads.run(settings.log_heads_s, stop)),
        asyncio.create_task(post.run(settings.mail_check_s, stop)),
    ]
    yield
    stop.set()
    await asyncio.gather(*chores)
    await database.close()


def _answer_unready(request: AnyRequest, error: Exception) -> Response[Any]:
    return answer_http(request, unready(request, error))


def _answer_database(request: AnyRequest, error: DBAPIError) -> Response[Any]:
    if is_data_fault(error):
        return answer_http(request, ClientException("A value in this cannot be stored."))
    return answer_bug(request, error)


def _given(value: object) -> Provide:
    return Provide(lambda: value, use_cache=True, sync_to_thread=False)

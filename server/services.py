"""Every room's service, made once from the settings and the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Litestar
from litestar.template.config import TemplateConfig

from server.accounts.elsewhere import SEAL as PROVIDERS_SEAL
from server.accounts.elsewhere import Elsewhere
from server.accounts.factors import SEAL as FACTORS_SEAL
from server.accounts.notices import OwnerNotices
from server.accounts.passwords import Passwords
from server.accounts.sign_in import SignIn
from server.accounts.throttle import Throttle
from server.accounts.tokens import ApiTokens
from server.audit.heads import SessionHeads
from server.audit.log import logged_database
from server.audit.reading import report_ends
from server.builds.accepting import Builds
from server.candidates.erasing import Erasing
from server.candidates.letters import Notices
from server.candidates.own_copy import OwnCopy
from server.candidates.page_letters import PageLetters
from server.chores import beside, count_failures
from server.clock import WallClock
from server.config import Settings
from server.downloads import forget_exports
from server.enrolment.issuing import Issuing
from server.enrolment.redeeming import Redeeming
from server.enrolment.reminding import Reminders
from server.enrolment.speed import SpeedTests
from server.enrolment.tokens import Tokens
from server.enrolment.under_way import CandidateImports
from server.ingest.delivery import Delivery
from server.ingest.importing import Imports
from server.ingest.pieces import Pieces
from server.ingest.regions import open_blobs
from server.ingest.writer import Noticed, Writer
from server.integrations.delivering import Deliveries
from server.integrations.target import Targets
from server.integrations.webhooks import Webhooks
from server.live.board import Boards
from server.live.care import Care
from server.live.exam_headers import ExamHeaderChecks
from server.live.limits import Limits
from server.live.phrases import Phrases
from server.live.service import Live
from server.live.watched import Watches
from server.mail.carriers import Carrier, SmtpCarrier, carrier_of
from server.mail.carrying import Post
from server.mail.outbox import Outbox
from server.operation.metrics import Metrics
from server.operation.stock import Stocktaking
from server.reports.bundle import BundleExport
from server.reports.making import Reports
from server.reports.session_reports import SessionReports
from server.reports.verdicts import Verdicts
from server.retention.service import Retention
from server.review.media import Media
from server.review.observing import Observing
from server.storage.blobs import BlobStore
from server.storage.database import Database
from server.storage.keys import KeyStore
from server.storage.seal import Seal
from server.updates.keeping import Keeping
from server.web.board_pages import tile_renderer
from server.web.rendering import renderer

# What runs from before the first request until after the last.
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What every room stands on."""

    settings: Settings
    clock: WallClock
    keys: KeyStore
    database: Database
    blobs: BlobStore
    outbox: Outbox
    carrier: Carrier

    @property
    def secret(self) -> bytes:
        """The server's own secret."""
        return self.keys.server_secret()


@dataclass(frozen=True, slots=True)
class Part:
    """Services under the names that handlers ask for them by, and what runs along."""

    given: dict[str, object]
    running: tuple[Lifespan, ...] = ()


def make_services(
    settings: Settings, clock: WallClock, metrics: Metrics, templates: TemplateConfig[Any]
) -> Part:
    """Make every room's service, once. Reads the server's secret; opens nothing yet."""
    keys = KeyStore(settings.keys)
    database = logged_database(settings.database, keys)
    blobs = open_blobs(settings, database)
    outbox = Outbox(keys.server_secret(), clock)
    carrier = carrier_of(settings.mail_url, settings.data_dir / "mail")
    ground = Ground(settings, clock, keys, database, blobs, outbox, carrier)
    heads = SessionHeads(database, clock)
    retention = Retention(database, blobs, keys, clock)
    targets = Targets(settings.inward)
    # One of each: how many bundles are made at once is bounded over all who ask for them.
    media, bundles = Media(blobs, keys), BundleExport(database, keys, blobs, clock)
    boards = Boards(database, tile_renderer(renderer(templates)), clock)
    limits = Limits(database, clock)
    parts = (
        # First, so that the database is closed after all else has ended.
        _foundations(ground, heads, retention, metrics),
        _staff(ground, targets),
        _exams(ground),
        _evidence(ground, heads, (boards.noticed, limits.notice), media, bundles),
        _live(ground, boards, limits),
        _reports(ground, media),
        _candidates(ground, retention, bundles),
        _integrations(ground, targets),
    )
    given = {name: value for part in parts for name, value in part.given.items()}
    return Part(given, tuple(run for part in parts for run in part.running))


def _foundations(
    ground: Ground, heads: SessionHeads, retention: Retention, metrics: Metrics
) -> Part:
    settings, clock, database = ground.settings, ground.clock, ground.database
    given: dict[str, object] = {
        "blobs": ground.blobs,
        "clock": clock,
        "database": database,
        "keys": ground.keys,
        "metrics": metrics,
        "outbox": ground.outbox,
        "retention": retention,
        "server_secret": ground.secret,
        "settings": settings,
        "stocktaking": Stocktaking(database, settings.data_dir, clock),
    }
    return Part(given, (partial(_running, ground, heads, retention, metrics),))


def _staff(ground: Ground, targets: Targets) -> Part:
    settings, clock, database = ground.settings, ground.clock, ground.database
    seal, passwords = Seal(ground.secret, FACTORS_SEAL), Passwords()
    sign_in = SignIn(database, passwords, seal, settings, clock)
    providers = Seal(ground.secret, PROVIDERS_SEAL)
    return Part(
        {
            "api_tokens": ApiTokens(database, clock),
            "elsewhere": Elsewhere(
                database, sign_in, providers, targets, passwords, settings, clock
            ),
            "factors_seal": seal,
            "owner_notices": OwnerNotices(ground.outbox, settings.url),
            "passwords": passwords,
            "sign_in": sign_in,
        }
    )


def _exams(ground: Ground) -> Part:
    settings, clock, database = ground.settings, ground.clock, ground.database
    issuing = Issuing(ground.keys, ground.outbox, ground.secret, settings, clock)
    imports = CandidateImports(database, clock)
    tokens = Tokens(ground.secret)
    redeeming = Redeeming(database, ground.keys, tokens, ground.secret, settings, clock)
    reminders = Reminders(database, ground.outbox, issuing, clock)
    return Part(
        {
            "candidate_imports": imports,
            "issuing": issuing,
            "redeeming": redeeming,
            "reminders": reminders,
            "speed_tests": SpeedTests(redeeming, clock),
            "tokens": tokens,
        },
        (reminders.running, imports.running),
    )


def _evidence(
    ground: Ground,
    heads: SessionHeads,
    noticing: Sequence[Noticed],
    media: Media,
    bundles: BundleExport,
) -> Part:
    settings, clock, database = ground.settings, ground.clock, ground.database
    writer = Writer(database, ground.keys, settings, clock, heads.changed, noticing)
    pieces = Pieces(database, ground.blobs, writer, settings, clock)
    return Part(
        {
            "builds": Builds(database, clock),
            "bundles": bundles,
            "delivery": Delivery(database, writer, settings, clock),
            "imports": Imports(database, writer, pieces, ground.keys, clock),
            "media": media,
            "pieces": pieces,
        }
    )


def _live(ground: Ground, boards: Boards, limits: Limits) -> Part:
    clock, database = ground.clock, ground.database
    return Part(
        {
            "boards": boards,
            "care": Care(database, clock),
            "exam_headers": ExamHeaderChecks(database, clock),
            "live": Live(database, clock, boards.noticed),
            "phrases": Phrases(database, clock),
            "watches": Watches(database, clock),
        },
        (boards.running, limits.running),
    )


def _reports(ground: Ground, media: Media) -> Part:
    settings, clock, database = ground.settings, ground.clock, ground.database
    verdicts = Verdicts(database, ground.keys, settings, clock)
    reports = Reports(settings, clock)
    own = SessionReports(database, ground.keys, media, verdicts, reports, clock)
    return Part(
        {"reports": reports, "session_reports": own, "verdicts": verdicts},
        (verdicts.running, reports.running, own.running, Observing(database).running),
    )


def _candidates(ground: Ground, retention: Retention, bundles: BundleExport) -> Part:
    """What candidates' own pages are made with, and what answers them."""
    settings, clock, database = ground.settings, ground.clock, ground.database
    notices = Notices(ground.outbox, ground.secret, Tokens(ground.secret), settings)
    mails = isinstance(ground.carrier, SmtpCarrier)
    letters = PageLetters(database, notices, clock, mails=mails)
    return Part(
        {
            "erasing": Erasing(database, retention, ground.carrier),
            "my_throttle": Throttle(settings.code_attempts),
            "notices": notices,
            "own_copies": OwnCopy(database, bundles, ground.blobs, ground.keys, clock),
        },
        (letters.running,),
    )


def _integrations(ground: Ground, targets: Targets) -> Part:
    settings, clock, database = ground.settings, ground.clock, ground.database
    deliveries = Deliveries(
        database, ground.secret, targets, settings.webhook_check_s, clock, ground.outbox
    )
    updates = Keeping(settings.updates, settings.keys, clock)
    return Part(
        {"webhooks": Webhooks(database, ground.secret, targets, clock)},
        (deliveries.running, updates.running),
    )


@asynccontextmanager
async def _running(
    ground: Ground, heads: SessionHeads, retention: Retention, metrics: Metrics, _: Litestar
) -> AsyncIterator[None]:
    """What is opened before the first request and closed after the last."""
    settings, database = ground.settings, ground.database
    post = Post(database, ground.outbox, ground.carrier, settings, ground.clock)
    await asyncio.to_thread(ground.blobs.prepare)
    await asyncio.to_thread(forget_exports, settings)
    await report_ends(database)
    # Before any chore is begun: this part runs first.
    count_failures(metrics.chore_failed)
    chores = (
        partial(retention.run, settings.retention_check_s),
        partial(heads.run, settings.log_heads_s),
        partial(post.run, settings.mail_check_s),
    )
    async with beside(*chores):
        yield
    await database.close()

"""Every address of the server, by who answers it."""

from __future__ import annotations

from typing import Any

from server.accounts.controllers import AccountsController
from server.audit.controllers import get_log
from server.builds.controllers import BuildsController
from server.enrolment.controllers import RedeemController
from server.enrolment.list_controllers import post_import
from server.enrolment.place_controllers import PlacesController
from server.enrolment.speed import post_speed
from server.enrolment.staff_controllers import (
    get_enrolments,
    post_enrolments,
    put_accommodation,
)
from server.exams.accommodation_controllers import AccommodationsController
from server.exams.controllers import ExamsController
from server.exams.planning_controllers import PlanningController
from server.ingest.controllers import IngestController
from server.integrations.calendar_controllers import get_exam_calendar, get_feed
from server.integrations.controllers import WebhooksController
from server.integrations.export_controllers import ExportsController
from server.live.board_controllers import board_link, get_board
from server.live.controllers import LiveController, live_link
from server.live.exam_header_controllers import post_exam_header_check
from server.live.newest_controllers import NewestController
from server.operation.health import get_metrics, health
from server.reports.controllers import get_bundle
from server.reports.report_controllers import get_exam_report, get_session_report
from server.reports.session_controllers import SessionsController
from server.review.attachment_controllers import get_attachment
from server.review.controllers import FlagsController, MediaController
from server.review.remark_controllers import RemarksController
from server.updates.serving import get_update
from server.web.accommodation_pages import AccommodationPages
from server.web.account_pages import AccountPages
from server.web.appeal_pages import AppealPages, RequestPages
from server.web.board_pages import BoardPages
from server.web.build_pages import BuildPages
from server.web.candidate_import_pages import CandidateImportPages
from server.web.candidate_pages import CandidatePages
from server.web.data_protection_pages import DataProtectionPages
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
from server.web.region_pages import RegionPages
from server.web.report_pages import SessionReportPages
from server.web.review_pages import ReviewPages
from server.web.row_pages import get_rows
from server.web.schedule_pages import SchedulePages
from server.web.sign_in_pages import ElsewherePages, SignInPages
from server.web.token_pages import TokenPages
from server.web.verdict_pages import VerdictPages
from server.web.webhook_pages import WebhookPages

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
    BuildPages,
    BuildsController,
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
    get_update,
    AccountsController,
    ExamsController,
    PlanningController,
    AccommodationsController,
    get_enrolments,
    post_enrolments,
    put_accommodation,
    post_import,
    PlacesController,
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
    RegionPages,
    AppealPages,
    RequestPages,
    MyPages,
)

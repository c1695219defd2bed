"""``POST /exam-headers/check``: for whoever serves an exam, with an account of staff."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.live.exam_headers import ExamHeaderChecks, HeaderChecked, HeaderToCheck
from server.network import AnyRequest
from shared.wire import API_PREFIX

# Twice the longest header and the longest address, with room for JSON's escapes.
MAX_BODY = 65_536


@post(
    f"{API_PREFIX}/exam-headers/check",
    status_code=200,
    guards=[require(Role.OBSERVER)],
    request_max_body_size=MAX_BODY,
    tags=["staff"],
)
async def post_exam_header_check(
    data: JSONBody[HeaderToCheck],
    request: AnyRequest,
    exam_headers: NamedDependency[ExamHeaderChecks],
) -> HeaderChecked:
    """Whether a request for an exam's page came from the exam's own browser."""
    return await exam_headers.check(current_account(request), data)

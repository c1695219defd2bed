"""An institution's log, as tests look at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from support.campus import Campus, Pupil, sign_in

from shared.log_checks import LogVerdict, verify_log
from shared.signed import fingerprint

Taken = Callable[..., Awaitable[LogVerdict]]


@pytest.fixture
async def closed(pupil: Pupil) -> Pupil:
    """A session that was recorded, handed in and closed."""
    pupil.open()
    pupil.segment()
    pupil.segment()
    pupil.incident()
    pupil.close()
    await pupil.hand_in()
    return pupil


@pytest.fixture
def taken(campus: Campus, client: httpx.AsyncClient, tmp_path: Path) -> Taken:
    """Exports the log as an administrator does, and verifies it; options as ``verify_log``."""

    async def take(name: str = "x.log", **options: object) -> LogVerdict:
        await sign_in(campus, client, campus.admin)
        answer = await client.get("/audit/log")
        assert answer.status_code == 200, answer.text
        assert int(answer.headers["content-length"]) == len(answer.content)
        path = tmp_path / name
        path.write_bytes(answer.content)
        return verify_log(path, fingerprint(campus.public_key), **options)

    return take

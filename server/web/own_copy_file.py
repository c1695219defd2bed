"""A candidate's own copy of a session as a file, for themselves and for who hands it over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from litestar.response import Stream

from server.candidates.own_copy import OwnCopy
from server.config import Settings
from server.downloads import NOT_KEPT, made_once


async def own_copy_file(
    settings: Settings,
    own_copies: OwnCopy,
    session_id: str,
    headers: Mapping[str, str] = NOT_KEPT,
) -> Stream:
    """The file. Whoever calls has logged that it is taken."""

    async def write(file: Path) -> None:
        await own_copies.write(session_id, file)

    return await made_once(
        settings, write, f"{session_id}.copy.zip", "application/zip", headers
    )


async def whole_copy_file(settings: Settings, own_copies: OwnCopy, candidate_id: str) -> Stream:
    """The copies of all of a candidate's sessions in one file. Whoever calls has logged it."""

    async def write(file: Path) -> None:
        await own_copies.write_all(candidate_id, file)

    name = f"{candidate_id}.copies.zip"
    return await made_once(settings, write, name, "application/zip", NOT_KEPT)

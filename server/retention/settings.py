"""What an institution settles about its data: days, what candidates see, texts, region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit import service as audit
from server.ingest.models import ExamSession
from server.retention.models import DataProtectionRow
from shared.policy import Days

# Two weeks: what a candidate may expect of an answer, where nothing else is said.
DEFAULT_APPEAL_DAYS = 14

Text = Annotated[str, msgspec.Meta(max_length=4_000)]


class KindDays(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Days by kind; of what is not said, the policy's."""

    camera: Days | None = None
    microphone: Days | None = None
    screen: Days | None = None
    snapshots: Days | None = None
    identity: Days | None = None
    records: Days | None = None

    def said(self) -> dict[str, int]:
        """The days that are said, by kind."""
        return {name: days for name, days in msgspec.structs.asdict(self).items() if days}


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """What the templates say that nobody but the institution knows."""

    controller: Text = ""
    officer: Text = ""
    legal_basis: Text = ""
    purposes: Text = ""
    recipients: Text = ""
    authority: Text = ""
    transfers: Text = ""


class Protection(msgspec.Struct, frozen=True, kw_only=True):
    """An institution's settings. ``region`` is changed by moving alone."""

    days: KindDays = KindDays()
    publish_decision: bool = False
    show_viewers: bool = True
    appeal_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = DEFAULT_APPEAL_DAYS
    region: Annotated[str, msgspec.Meta(max_length=64)] = ""
    texts: Texts = Texts()


class SettingsError(ValueError):
    """There can be no such settings; the message says why."""


def changed(before: Protection, said: Mapping[str, Any]) -> Protection:
    """Settings with what is ``said`` of them, as JSON has it; what is not said stays, and days
    that are ``null`` are the policy's again.

    Raises:
        SettingsError: something is named that is no setting, or is not as it may be.
    """
    now: dict[str, Any] = msgspec.to_builtins(before)
    _refuse_unknown(said, Protection, "")
    if said.get("region", before.region) != before.region:
        raise SettingsError("the region is chosen by moving: `retention region`")
    for part, kind in (("days", KindDays), ("texts", Texts)):
        own = said.get(part, {})
        if not isinstance(own, Mapping):
            raise SettingsError(f"{part} is an object of names and values")
        _refuse_unknown(own, kind, f"{part}.")
        now[part] |= own
    now |= {name: value for name, value in said.items() if name not in ("days", "texts")}
    try:
        return msgspec.convert(now, Protection)
    except msgspec.ValidationError as error:
        raise SettingsError(str(error)) from error


def _refuse_unknown(said: Mapping[str, Any], kind: type[msgspec.Struct], where: str) -> None:
    for name in said:
        if name not in kind.__struct_fields__:
            listed = ", ".join(where + one for one in kind.__struct_fields__)
            raise SettingsError(f"there is no {where}{name}; there are {listed}")


async def read_protection(db: AsyncSession, institution_id: str) -> Protection:
    """The institution's settings, or the defaults."""
    row = await db.get(DataProtectionRow, institution_id)
    return Protection() if row is None else _of(row)


async def hold_still(db: AsyncSession, institution_id: str) -> DataProtectionRow:
    """Lock the institution's row to the transaction's end: whoever destroys, holds, releases
    or settles something does it alone, so that no hold comes in the middle of a step. Whoever
    locks sessions too has locked them before.
    """
    values = _columns(Protection()) | {"institution_id": institution_id}
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    await db.execute(dialect.insert(DataProtectionRow).values(values).on_conflict_do_nothing())
    query = (
        select(DataProtectionRow)
        .where(DataProtectionRow.institution_id == institution_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await db.execute(query)).scalar_one()


async def change_protection(db: AsyncSession, now: int, staff: Staff, new: Protection) -> None:
    """Settle it anew, but for the region; sessions are looked at again for what is due."""
    # Before the institution's row, as whoever destroys locks a session before it.
    await db.execute(
        update(ExamSession)
        .where(ExamSession.institution_id == staff.institution_id)
        .values(due_at=None)
    )
    row = await hold_still(db, staff.institution_id)
    before = _of(row)
    new = msgspec.structs.replace(new, region=before.region)
    if new == before:
        return
    for name, value in _columns(new).items():
        setattr(row, name, value)
    subject = ("institution", staff.institution_id)
    changed = [
        name
        for name in Protection.__struct_fields__
        if getattr(new, name) != getattr(before, name)
    ]
    audit.record(
        db,
        now,
        staff,
        "data-protection.change",
        subject,
        changed=changed,
        days=new.days.said(),
    )


def _of(row: DataProtectionRow) -> Protection:
    return msgspec.convert(
        {name: getattr(row, name) for name in Protection.__struct_fields__}, Protection
    )


def _columns(protection: Protection) -> dict[str, object]:
    return msgspec.to_builtins(protection)

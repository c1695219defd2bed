"""Rules tried on past sessions from a form: an exam's, or those of one that is being made."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server.exams.preview import exams_with_sessions, preview_terms
from server.exams.terms import Terms
from server.storage.database import Database
from server.web.policy_form import Fields

# The form's button.
TRY = "preview"


async def untried(db: AsyncSession, institution_id: str, basis: str = "") -> dict[str, Any]:
    """What ``policy_trial.html`` needs before anything is tried: the exams to try rules on,
    ``basis`` among them.
    """
    exams = await exams_with_sessions(db, institution_id)
    return {"exams": exams, "basis": basis, "preview": None}


async def tried(
    database: Database, institution_id: str, terms: Terms, fields: Fields
) -> dict[str, Any]:
    """The same with what the terms would have flagged on the sessions that the form names: an
    exam's, or the institution's newest.
    """
    async with database.transaction() as db:
        shown = await untried(db, institution_id)
    named = fields.get("basis", "")
    basis = named if named in {one.id for one in shown["exams"]} else ""
    table = await preview_terms(database, institution_id, terms, basis or None)
    return {**shown, "basis": basis, "preview": table}

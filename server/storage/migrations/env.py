"""Alembic's entry: it gets the connection from ``storage.schema``, and all models here.

A new revision:  invigil-server migrate --make "why" (on a database that is up to date).
"""

from __future__ import annotations

from alembic import context

import server.accounts.credentials
import server.accounts.models
import server.audit.models
import server.builds.models
import server.candidates.models
import server.enrolment.models
import server.exams.models
import server.ingest.models
import server.integrations.models
import server.live.models
import server.mail.models
import server.retention.models
import server.review.models  # noqa: F401  (imported for their tables)
from server.storage.tables import Table


def _is_of_models(name: str | None, kind: str, _parents: object) -> bool:
    """The index of words is each database's own, and no table of the models."""
    return kind != "table" or not (name or "").startswith("search_index")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    include_name=_is_of_models,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Every setting is listed, with words and without secrets."""

from __future__ import annotations

from dataclasses import fields

from server.config import Settings
from server.settings_listing import listed


def test_every_setting_is_explained() -> None:
    rows = listed(Settings())
    assert [row.variable for row in rows] == [
        f"INVIGIL_{field.name.upper()}" for field in fields(Settings)
    ]
    assert all(len(row.what.split()) > 2 for row in rows)


def test_secrets_are_not_printed() -> None:
    settings = Settings(
        database_url="postgresql://me:hunter2@db/n", metrics_token="t0ken-of-the-collector"
    )
    shown = {row.variable: row.value for row in listed(settings)}
    assert shown["INVIGIL_METRICS_TOKEN"] == "***"
    assert shown["INVIGIL_DATABASE_URL"] == "postgresql://me:***@db/n"
    assert shown["INVIGIL_LOG_JSON"] == "no"
    assert not any("hunter2" in value or "t0ken" in value for value in shown.values())

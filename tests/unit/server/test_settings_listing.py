"""Every setting is listed, with words and without secrets."""

from __future__ import annotations

from dataclasses import fields

from server.config import Settings
from server.environment import BESIDE
from server.settings_listing import listed


def test_every_setting_is_explained() -> None:
    rows = listed(Settings(), {})
    settings = [f"INVIGIL_{field.name.upper()}" for field in fields(Settings)]
    beside = [one.variable for one in BESIDE]
    assert [row.variable for row in rows] == settings + beside
    assert all(len(row.what.split()) > 2 for row in rows)


def test_secrets_are_not_printed() -> None:
    settings = Settings(
        database_url="postgresql://me:hunter2@db/n", metrics_token="t0ken-of-the-collector"
    )
    environment = {"AWS_SECRET_ACCESS_KEY": "hunter22", "AWS_REGION": "eu-west-1"}
    environment["INVIGIL_UPDATES_PASSPHRASE"] = "hunter222"
    shown = {row.variable: row.value for row in listed(settings, environment)}
    assert shown["INVIGIL_METRICS_TOKEN"] == "***"
    assert shown["INVIGIL_DATABASE_URL"] == "postgresql://me:***@db/n"
    assert shown["INVIGIL_LOG_JSON"] == "no"
    assert (shown["AWS_SECRET_ACCESS_KEY"], shown["AWS_SESSION_TOKEN"]) == ("***", "")
    assert (shown["AWS_REGION"], shown["INVIGIL_UPDATES_PASSPHRASE"]) == ("eu-west-1", "***")
    assert not any("hunter2" in value or "t0ken" in value for value in shown.values())

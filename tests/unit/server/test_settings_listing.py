"""Every setting is listed, with words and without secrets."""

from __future__ import annotations

from dataclasses import fields

import pytest

from server.config import Settings
from server.environment import BESIDE
from server.settings_listing import listed, without_passwords


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


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://user:hunter2@otel:4318", "http://user:***@otel:4318"),
        ("http://:hunter2@otel:4318/v1", "http://:***@otel:4318/v1"),
        ("postgresql://me:hunter@2@db/n", "postgresql://me:***@db/n"),
        ("postgresql://me:hun/te?r#2@db/n", "postgresql://me:***@db/n"),
        ("postgresql://db/n?user=a&password=hunter2", "postgresql://db/n?user=a&password=***"),
        ("postgresql:///n?password=h@2&user=a", "postgresql:///n?password=***&user=a"),
        ("postgresql://db/n?sslpassword=h2#x", "postgresql://db/n?sslpassword=***#x"),
        ("postgresql://db/n?PASSWD=h2&a=1", "postgresql://db/n?PASSWD=***&a=1"),
        # Nothing to hide.
        ("postgresql://me@db/n?user=a", "postgresql://me@db/n?user=a"),
        ("https://exam.example.edu:8443", "https://exam.example.edu:8443"),
        ("file:///home/a@b:c@d", "file:///home/a@b:c@d"),
        ("s3://bucket/pre:fix", "s3://bucket/pre:fix"),
        ("exams@example.edu", "exams@example.edu"),
        ("console:", "console:"),
    ],
)
def test_a_url_is_printed_without_its_password(value: str, shown: str) -> None:
    assert without_passwords(value) == shown


def test_every_setting_that_is_a_url_is_printed_without_its_password() -> None:
    url = "http://user:hunter2@host:1/?password=hunter2"
    settings = Settings(
        database_url=url,
        blob_url=url,
        blob_regions={"eu": url},
        base_url=url,
        otel_endpoint=url,
        mail_url=url,
    )
    environment = {one.variable: url for one in BESIDE}
    assert not [row for row in listed(settings, environment) if "hunter2" in row.value]

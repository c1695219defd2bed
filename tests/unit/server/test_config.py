"""Settings: every variable read, every mistake named."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from server.config import ConfigError, Settings


def test_defaults_lie_in_the_data_folder() -> None:
    settings = Settings.from_environment({})
    assert settings.database.startswith("sqlite+aiosqlite:///")
    assert settings.database.endswith("/invigil-data/invigil.db")
    assert settings.blobs.startswith("file:///")
    assert settings.keys == Path("invigil-data/keys")
    assert settings.address == ("127.0.0.1", 8470)
    assert settings.url == "http://127.0.0.1:8470"
    assert not settings.https


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        (
            "INVIGIL_DATABASE_URL",
            "postgresql://a:b@h/n",
            "database",
            "postgresql+asyncpg://a:b@h/n",
        ),
        ("INVIGIL_DATABASE_URL", "postgres://h/n", "database", "postgresql+asyncpg://h/n"),
        ("INVIGIL_DATABASE_URL", "sqlite:////x.db", "database", "sqlite+aiosqlite:////x.db"),
        ("INVIGIL_BASE_URL", "https://e.edu/", "url", "https://e.edu"),
        ("INVIGIL_BASE_URL", "https://e.edu", "https", True),
        ("INVIGIL_BIND", "[::]:80", "address", ("::", 80)),
        ("INVIGIL_KEYS_DIR", "/k", "keys", Path("/k")),
        ("INVIGIL_TRUSTED_PROXY", "Yes", "trusted_proxy", True),
        ("INVIGIL_LOG_JSON", "0", "log_json", False),
        ("INVIGIL_SESSION_IDLE_S", "60", "session_idle", 60_000_000),
        ("INVIGIL_BLOB_URL", "s3://bucket/x", "blobs", "s3://bucket/x"),
    ],
)
def test_a_variable_is_read(variable: str, text: str, name: str, value: object) -> None:
    assert getattr(Settings.from_environment({variable: text}), name) == value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("INVIGIL_DATABASE_URL", "mysql://x"),
        ("INVIGIL_DATABASE_URL", "invigil.db"),
        ("INVIGIL_BIND", "8470"),
        ("INVIGIL_BIND", "host:port"),
        ("INVIGIL_BIND", "host:70000"),
        ("INVIGIL_BASE_URL", "exam.example.edu"),
        ("INVIGIL_BLOB_URL", "ftp://x"),
        ("INVIGIL_TRUSTED_PROXY", "maybe"),
        ("INVIGIL_SESSION_IDLE_S", "-1"),
        ("INVIGIL_SESSION_IDLE_S", "0"),
        ("INVIGIL_SESSION_IDLE_S", "8h"),
    ],
)
def test_a_mistake_names_its_variable(variable: str, text: str) -> None:
    with pytest.raises(ConfigError, match=variable):
        Settings.from_environment({variable: text})


def test_settings_survive_the_environment() -> None:
    settings = Settings(
        data_dir=Path("/d"), bind="0.0.0.0:1", trusted_proxy=True, login_attempts=3
    )
    assert Settings.from_environment(settings.to_environment()) == settings
    assert Settings.from_environment(Settings().to_environment()) == Settings()


def test_every_setting_is_documented() -> None:
    readme = (Path(__file__).parents[3] / "server" / "README.md").read_text()
    for field in fields(Settings):
        assert f"INVIGIL_{field.name.upper()}" in readme
        if field.name not in {"data_dir", "database_url"}:
            assert f"{field.name}:" in (Settings.__doc__ or "")

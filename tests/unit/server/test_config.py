"""Settings: every variable read, every mistake named."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from server.config import ConfigError, Settings
from server.environment import BESIDE, OTHERS


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
        ("INVIGIL_DATABASE_URL", "postgresql://h:x/n"),
        ("INVIGIL_DATABASE_URL", "postgresql://[::1/n"),
        ("INVIGIL_BIND", "8470"),
        ("INVIGIL_BIND", "host:port"),
        ("INVIGIL_BIND", "host:70000"),
        ("INVIGIL_BASE_URL", "exam.example.edu"),
        ("INVIGIL_BASE_URL", "http://[::1"),
        ("INVIGIL_OTEL_ENDPOINT", "http://[::1"),
        ("INVIGIL_MAIL_URL", "smtp://[::1"),
        ("INVIGIL_MAIL_FROM", "Exams <exams@example.edu>"),
        ("INVIGIL_MAIL_FROM", "exams@example.edu, it@example.edu"),
        ("INVIGIL_MAIL_FROM", "exams"),
        ("INVIGIL_BLOB_URL", "ftp://x"),
        ("INVIGIL_BLOB_URL", "file://[::1"),
        ("INVIGIL_TRUSTED_PROXY", "maybe"),
        ("INVIGIL_SESSION_IDLE_S", "-1"),
        ("INVIGIL_SESSION_IDLE_S", "0"),
        ("INVIGIL_SESSION_IDLE_S", "8h"),
    ],
)
def test_a_mistake_names_its_variable(variable: str, text: str) -> None:
    with pytest.raises(ConfigError, match=variable):
        Settings.from_environment({variable: text})


def test_what_the_driver_takes_from_the_environment_alone_is_named() -> None:
    url = "postgresql://h/n?host=/run&sslmode=require"
    with pytest.raises(ConfigError, match=r"no sslmode; set the variable PGSSLMODE"):
        Settings.from_environment({"INVIGIL_DATABASE_URL": url})
    url = "postgresql://h/n?ssl=require"
    assert Settings.from_environment({"INVIGIL_DATABASE_URL": url}).database.endswith(url[10:])


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("INVIGIL_DATABSE_URL", "INVIGIL_DATABASE_URL"),
        ("INVIGIL_LOGIN_ATTEMPT", "INVIGIL_LOGIN_ATTEMPTS"),
        ("INVIGIL_UPDATE_PASSPHRASE", "INVIGIL_UPDATES_PASSPHRASE"),
        ("INVIGIL_BLOB_REGIONS", "INVIGIL_BLOB_URL"),
        ("INVIGIL_TRUSTED_PROXIES", "INVIGIL_TRUSTED_PROXY"),
        ("INVIGIL_QQQ", None),
    ],
)
def test_what_is_no_setting_is_refused_and_the_nearest_named(
    variable: str, nearest: str | None
) -> None:
    for text in ("x", ""):
        with pytest.raises(ConfigError) as caught:
            Settings.from_environment({variable: text, "INVIGIL_BIND": "a:1"})
        said = str(caught.value)
        assert said.startswith(f"{variable} is no setting of Invigil's")
        assert said.count("do you mean") == (nearest is not None)
        assert nearest is None or f"(do you mean {nearest}?)" in said


def test_all_that_is_no_setting_is_named_at_once() -> None:
    with pytest.raises(ConfigError, match=r"INVIGIL_BINDS .*; INVIGIL_DATA_DIRS "):
        Settings.from_environment({"INVIGIL_DATA_DIRS": "/d", "INVIGIL_BINDS": "a:1"})


def test_the_rest_of_the_environment_is_nobody_elses() -> None:
    environment = dict.fromkeys(
        (
            "PATH",
            "INVIGILATION",
            "INVIGIL_CAMERA",
            "INVIGIL_UPDATES_PASSPHRASE",
            "INVIGIL_SERVER_PORT",
            "INVIGIL_SERVICE_HOST",
            "INVIGIL_SERVICE_PORT_HTTP",
            "INVIGIL_PORT_8470_TCP_ADDR",
            "INVIGIL_DB_PORT_5432_TCP",
        ),
        "x",
    )
    assert Settings.from_environment(environment) == Settings()


def test_what_other_programs_read_is_known() -> None:
    """Their own sources say what that is."""
    read: set[str] = set()
    root = Path(__file__).parents[3]
    for folder in ("recorder", "installers", "shared", "tests"):
        for file in (root / folder).rglob("*.*"):
            if file.suffix in {".py", ".sh"}:
                text = file.read_text(errors="replace")
                read |= {name for pair in _READ.findall(text) for name in pair if name}
    assert {"INVIGIL_STORE", "INVIGIL_DURING_EXAMS", "INVIGIL_FAULTS"} <= read
    assert read <= OTHERS


# Ways in which programs ask for one: Python's, a shell's, and the table of installers.
_READ = re.compile(
    r"""(?:environ(?:\.get\(|\[)|_seconds\(|"(?:windows|macOS)",\ |PASSPHRASE\ =\ )
        "(INVIGIL_\w+)"
        |\$\{(INVIGIL_\w+)""",
    re.VERBOSE,
)


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
    assert not [one.variable for one in BESIDE if one.variable not in readme]

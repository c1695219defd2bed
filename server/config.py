"""Every setting of the server, from the environment.

Each field's variable is ``INVIGIL_`` and its name in capitals, for example
``INVIGIL_DATABASE_URL``; ``server/README.md`` lists them with their defaults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from server.clock import MICROS_PER_SECOND
from server.environment import PREFIX, REGION_PREFIX, unknown
from server.mail.letters import MailError, address_of

_REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")

DEFAULT_BIND = "127.0.0.1:8470"

# A token that lies in a collector's settings is not typed, so it can be one nobody guesses.
MIN_TOKEN_CHARS = 16


class ConfigError(ValueError):
    """A setting cannot be used; the message names its variable and what it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The server's settings. An empty ``database_url`` or ``blob_url`` means in ``data_dir``.

    Attributes:
        data_dir: folder of the database, blobs and keys where nothing else is said.
        database_url: ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/NAME``.
        blob_regions: stores by region, each as ``blob_url``; a region's is set by
            ``INVIGIL_BLOB_URL_<REGION>``.
        blob_url: ``file:///FOLDER`` or ``s3://BUCKET/PREFIX`` (credentials as AWS tools
            take them from the environment).
        keys_dir: folder of the institutions' private keys and the server's secret.
        updates_dir: folder of the repositories that recorders look for updates in; several
            nodes share one.
        bind: ``HOST:PORT`` to listen on.
        base_url: how browsers and recorders reach the server; ``https`` makes cookies
            secure. Empty: ``http://`` and ``bind``.
        trusted_proxy: whether ``X-Forwarded-For`` is believed (behind a proxy only).
        session_idle_s: staff are signed out after so long without a request (8 h).
        session_max_s: staff sign in again after so long in any case (24 h).
        session_quota_bytes: sealed bytes that one exam session may commit to (4 GiB: an
            eight-hour exam at the default rates is 0.5 GiB).
        session_quota_records: records of one exam session (250,000: ten times those of an
            eight-hour exam).
        records_per_minute: records that one session may deliver in a minute, on average
            (6,000: fifty times a busy session's rate, as a whole outage comes at once).
        blobs_per_minute: blobs that one session may deliver in a minute, on average.
        login_attempts: failed sign-ins to one account from one address in a quarter of an hour;
            ten times as many from one address at all, and to one account from anywhere.
        code_attempts: unknown codes from one address in a quarter of an hour; after that more
            of them are refused, and right ones taken as before (a whole examination
            hall may share an address).
        enrolment_days: how long a one-time code is good for where nothing else is said, and
            at least until its exam closes.
        retention_check_s: how often the expiry of sessions is looked at.
        requests_per_minute: requests of one session for records and status in a minute, on
            average (1,200: a recorder makes one every few seconds, and after an outage one
            for 64 records).
        session_in_flight_bytes: bytes that one session may be sending at once (64 MiB: the
            four largest pieces).
        slow_request_s: how long a request's head may take to come, and its body beyond what
            a line of 1 KiB/s explains.
        log_heads_s: how often the institution's log names the sessions whose chains grew (60:
            an hour of a thousand candidates is then some 10 MB of log).
        log_json: write the log as JSON lines rather than for people.
        log_requests: a line in the log for each request: its route, never its path.
        metrics_token: what a collector says to read ``/metrics`` (``Authorization: Bearer``);
            empty: there is no such page.
        otel_endpoint: OpenTelemetry collector that is sent a span of each request, as
            ``http://HOST:4318``; empty: none.
        mail_url: what sends mail: ``smtp(s)://USER:PASSWORD@HOST:PORT``, ``file:///FOLDER`` or
            ``console:``. Empty: files in the data folder's ``mail``.
        mail_from: the address that letters come from. Empty: ``invigil@`` and the host of
            ``base_url``.
        mail_check_s: how often letters that are due are looked for, and reminders.
        webhook_networks: networks that are no part of the public one and that webhooks may go
            to all the same, as ``10.1.0.0/16, fd00:1::/64``; plain ``http`` goes to loopback
            alone.
        webhook_check_s: how often events that are due are looked for.
    """

    data_dir: Path = Path("invigil-data")
    database_url: str = ""
    blob_url: str = ""
    blob_regions: Mapping[str, str] = field(default_factory=dict[str, str])
    keys_dir: Path = Path()
    updates_dir: Path = Path()
    bind: str = DEFAULT_BIND
    base_url: str = ""
    trusted_proxy: bool = False
    session_idle_s: int = 8 * 3600
    session_max_s: int = 24 * 3600
    session_quota_bytes: int = 4 * 1024**3
    session_quota_records: int = 250_000
    records_per_minute: int = 6_000
    blobs_per_minute: int = 3_000
    login_attempts: int = 10
    code_attempts: int = 100
    enrolment_days: int = 30
    retention_check_s: int = 600
    requests_per_minute: int = 1_200
    session_in_flight_bytes: int = 64 * 1024**2
    slow_request_s: int = 30
    log_heads_s: int = 60
    log_json: bool = False
    log_requests: bool = False
    metrics_token: str = ""
    otel_endpoint: str = ""
    mail_url: str = ""
    mail_from: str = ""
    mail_check_s: int = 10
    webhook_networks: str = ""
    webhook_check_s: int = 2

    @property
    def database(self) -> str:
        """The SQLAlchemy URL, with its asynchronous driver."""
        url = self.database_url or f"sqlite:///{self.data_dir.absolute() / 'invigil.db'}"
        scheme, separator, rest = url.partition("://")
        driver = _DRIVERS.get(scheme)
        if not separator or driver is None:
            raise ConfigError(
                f"{PREFIX}DATABASE_URL begins with {scheme[:20]!r}; it takes sqlite:/// or "
                "postgresql://"
            )
        return f"{driver}://{rest}"

    @property
    def blobs(self) -> str:
        """The blob store's URL."""
        return self.blob_url or (self.data_dir.absolute() / "blobs").as_uri()

    @property
    def keys(self) -> Path:
        """The folder of private keys."""
        return self.data_dir / "keys" if self.keys_dir == Path() else self.keys_dir

    @property
    def updates(self) -> Path:
        """The folder of the repositories of updates, one an institution."""
        return self.data_dir / "updates" if self.updates_dir == Path() else self.updates_dir

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on.

        Raises:
            ConfigError: ``bind`` is not HOST:PORT.
        """
        host, separator, port = self.bind.rpartition(":")
        if not separator or not host or not port.isdecimal() or int(port) > 65_535:
            raise ConfigError(f"{PREFIX}BIND is {self.bind!r}; it takes HOST:PORT")
        return host.strip("[]"), int(port)

    @property
    def url(self) -> str:
        """How the server is reached, without a slash at the end."""
        return (self.base_url or f"http://{self.bind}").rstrip("/")

    @property
    def https(self) -> bool:
        """Whether browsers reach the server by https."""
        return urlsplit(self.url).scheme == "https"

    @property
    def inward(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of ``webhook_networks``.

        Raises:
            ConfigError: a part of it is no network.
        """
        parts = [part.strip() for part in self.webhook_networks.split(",")]
        try:
            return tuple(ip_network(part) for part in parts if part)
        except ValueError as error:
            raise ConfigError(
                f"{PREFIX}WEBHOOK_NETWORKS: {error}; it takes networks as 10.1.0.0/16"
            ) from error

    @property
    def session_idle(self) -> int:
        """``session_idle_s`` in microseconds."""
        return self.session_idle_s * MICROS_PER_SECOND

    @property
    def session_max(self) -> int:
        """``session_max_s`` in microseconds."""
        return self.session_max_s * MICROS_PER_SECOND

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings.

        Raises:
            ConfigError: a variable cannot be used, or is no setting's.
        """
        known = {PREFIX + field.name.upper(): field for field in _single()}
        if wrong := unknown(environment, known):
            listed = "; ".join(map(str, wrong))
            raise ConfigError(
                f"{listed}: unset it; `invigil-server config` then lists what there is"
            )
        values: dict[str, object] = {}
        for variable, text in environment.items():
            if variable in known and text:
                values[known[variable].name] = _read(variable, known[variable].type, text)
        values["blob_regions"] = _regions(environment)
        settings = cls(**values)  # pyright: ignore[reportArgumentType]
        _check(settings)
        return settings

    def to_environment(self) -> dict[str, str]:
        """The variables that ``from_environment`` makes these settings of."""
        values = {field.name: getattr(self, field.name) for field in _single()}
        single = {
            PREFIX + name.upper(): "" if value == Path() else str(value)
            for name, value in values.items()
        }
        regions = {
            REGION_PREFIX + name.upper().replace("-", "_"): url
            for name, url in self.blob_regions.items()
        }
        return single | regions


def _single() -> list[Field[Any]]:
    """The settings that are one variable each."""
    return [one for one in fields(Settings) if one.name != "blob_regions"]


def _regions(environment: Mapping[str, str]) -> dict[str, str]:
    """The stores of regions: ``INVIGIL_BLOB_URL_EU_WEST`` is that of ``eu-west``."""
    return {
        variable.removeprefix(REGION_PREFIX).lower().replace("_", "-"): url
        for variable, url in sorted(environment.items())
        if variable.startswith(REGION_PREFIX) and url
    }


_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}

# What PostgreSQL's own programs take in a URL, and its driver here only from the environment.
_LIBPQ = re.compile(r"[?&](ssl[a-z]+)=")

_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def _read(variable: str, kind: object, text: str) -> object:
    match kind:
        case "Path":
            return Path(text)
        case "int":
            if not text.isdecimal() or int(text) == 0:
                raise ConfigError(f"{variable} is {text!r}; it takes a whole number above 0")
            return int(text)
        case "bool":
            if text.lower() not in _YES | _NO:
                raise ConfigError(f"{variable} is {text!r}; it takes yes or no")
            return text.lower() in _YES
        case _:
            return text


def _check(settings: Settings) -> None:
    _ = settings.address, settings.inward
    _check_database(settings)
    if not _is_http(settings.url):
        raise ConfigError(f"{PREFIX}BASE_URL is {settings.url!r}; it takes https://HOST")
    if settings.otel_endpoint and not _is_http(settings.otel_endpoint):
        raise ConfigError(
            f"{PREFIX}OTEL_ENDPOINT is {settings.otel_endpoint!r}; it takes http://HOST:4318"
        )
    if settings.metrics_token and len(settings.metrics_token) < MIN_TOKEN_CHARS:
        raise ConfigError(
            f"{PREFIX}METRICS_TOKEN is too short; it takes {MIN_TOKEN_CHARS} characters or more"
        )
    for url in (settings.blobs, *settings.blob_regions.values()):
        if _parts(url).scheme not in {"file", "s3"}:
            raise ConfigError(f"{PREFIX}BLOB_URL takes file:///FOLDER or s3://BUCKET/PREFIX")
    if any(not _REGION.fullmatch(name) for name in settings.blob_regions):
        raise ConfigError(f"{REGION_PREFIX}NAME: letters, digits and _, at most 60 characters")
    _check_mail(settings)


def _check_database(settings: Settings) -> None:
    if not settings.database_url:
        return
    # Its parser alone says what it will take, and costs a moment.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    try:
        make_url(settings.database)
    except (ValueError, SQLAlchemyError):
        # What it says is not told: there may be a password in it.
        raise ConfigError(
            f"{PREFIX}DATABASE_URL is no URL; it takes "
            "postgresql://USER:PASSWORD@HOST:5432/NAME, with %40 for an @ in the password"
        ) from None
    if libpq := _LIBPQ.search(settings.database):
        name = libpq[1]
        raise ConfigError(
            f"{PREFIX}DATABASE_URL takes no {name}; set the variable PG{name.upper()} instead"
        )


def _check_mail(settings: Settings) -> None:
    parts = _parts(settings.mail_url)
    needed = {"": True, "console": True, "file": bool(parts.path)}
    needed |= dict.fromkeys(("smtp", "smtps"), bool(parts.hostname))
    if not needed.get(parts.scheme) or (parts.scheme == "" and settings.mail_url):
        # What it says is not told: there may be a password in it.
        raise ConfigError(
            f"{PREFIX}MAIL_URL takes smtp://USER:PASSWORD@HOST:587, smtps://HOST, "
            "file:///FOLDER or console:"
        )
    if not settings.mail_from:
        return
    try:
        address_of(settings.mail_from)
    except MailError:
        raise ConfigError(
            f"{PREFIX}MAIL_FROM is {settings.mail_from!r}; it takes an address alone, as "
            "exams@example.edu: the institution's name is put before it"
        ) from None


def _is_http(url: str) -> bool:
    parts = _parts(url)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _parts(url: str) -> SplitResult:
    """A URL's parts; none of them where it is no URL (``http://[::1``)."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")

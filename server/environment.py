"""Variables of the environment beside the settings: those that the server's commands and
libraries read, those of Invigil's other programs, and what is nobody's, which is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

PREFIX = "INVIGIL_"

# Before a region's name, the store of that region.
REGION_PREFIX = "INVIGIL_BLOB_URL_"

UPDATES_PASSPHRASE = "INVIGIL_UPDATES_PASSPHRASE"  # noqa: S105 - the name of a variable
PROVIDER_SECRET = "INVIGIL_PROVIDER_SECRET"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class Beside:
    """A variable that is no setting of the server's and yet changes what it does."""

    variable: str
    what: str
    secret: bool = False


# What the server reads beside its settings. The stores' are those of AWS's own tools; a
# library's rarer ones (there are some thirty) are in its own documentation.
BESIDE: tuple[Beside, ...] = (
    Beside(
        UPDATES_PASSPHRASE,
        "the passphrase of the offline keys that `admin updates` signs with; empty: none.",
        secret=True,
    ),
    Beside(
        PROVIDER_SECRET,
        "the client's secret that `admin sign-in provider` sets up; empty: it is asked for.",
        secret=True,
    ),
    Beside("AWS_ACCESS_KEY_ID", "who asks for blobs in s3:// stores."),
    Beside("AWS_SECRET_ACCESS_KEY", "the secret of that key.", secret=True),
    Beside("AWS_SESSION_TOKEN", "beside them, where they are temporary.", secret=True),
    Beside(
        "AWS_REGION", "where the buckets are; AWS_DEFAULT_REGION is read where it is empty."
    ),
    Beside("AWS_ENDPOINT_URL", "the address of a store of S3's kind that is not Amazon's."),
    Beside("AWS_ALLOW_HTTP", "true: that address may be plain http, as inside one machine."),
    Beside("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true: the bucket is part of the host's name."),
    Beside("AWS_ROLE_ARN", "the role that a cluster's token is exchanged for."),
    Beside("AWS_WEB_IDENTITY_TOKEN_FILE", "that token's file; a cluster sets both."),
    Beside("PGSSLMODE", "how PostgreSQL is spoken to: require, verify-ca, verify-full."),
    Beside("PGSSLROOTCERT", "the file of certificates that PostgreSQL's is held to."),
    Beside(
        "OTEL_EXPORTER_OTLP_HEADERS",
        "what an OpenTelemetry collector wants said, as authorization=Bearer …",
        secret=True,
    ),
)

# Of the recorder, the installers and the tests, which an environment may hold as well.
OTHERS = frozenset(
    PREFIX + name
    for name in (
        # the recorder
        *("ALLOW_PLAIN", "CAMERA", "MICROPHONE", "MODELS", "PINNED_KEYS", "SCREEN", "SERVER"),
        *("SPREAD_S", "STORE"),
        # what makes, signs and installs its packages
        *("ALLOW_DOWNGRADE", "APPLE_IDENTITY", "AUTHENTICODE", "DURING_EXAMS", "GPG_KEY"),
        *("SIGNING_KEY", "SIGNING_KEY_PEM", "SIGNING_PASSPHRASE"),
        # the tests
        *("BUILD_CACHE", "DEBIAN_MIRROR", "EXAMPLES", "FAULTS", "INSTALLERS", "MEDIA"),
        *("SERVER_AWAY_S",),
    )
)

# What Kubernetes and Docker add to programs beside a service that is called *invigil…*.
_OF_A_CLUSTER = re.compile(
    r"INVIGIL_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)"
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable with the server's prefix that nobody reads."""

    variable: str
    # The one that it may have been meant for, or nothing.
    nearest: str

    def __str__(self) -> str:
        """As it is said to who set it."""
        if not self.nearest:
            return f"{self.variable} is no setting of Invigil's"
        return f"{self.variable} is no setting of Invigil's (do you mean {self.nearest}?)"


def unknown(variables: Iterable[str], settings: Collection[str]) -> list[Unknown]:
    """Those that begin as the server's settings do, and are none, nor anything else's.

    Args:
        variables: the names in the environment.
        settings: the names of the server's settings.
    """
    known = {*settings, UPDATES_PASSPHRASE, PROVIDER_SECRET}
    wrong = sorted(
        one
        for one in variables
        if one.startswith(PREFIX)
        and one not in known | OTHERS
        and not one.startswith(REGION_PREFIX)
        and not _OF_A_CLUSTER.fullmatch(one)
    )
    return [Unknown(one, _nearest(one, sorted(known))) for one in wrong]


def _nearest(variable: str, known: list[str]) -> str:
    """The name most alike, of those that are alike at all; the common prefix does not count."""
    bare = [one.removeprefix(PREFIX) for one in known]
    found = get_close_matches(variable.removeprefix(PREFIX), bare, n=1)
    return PREFIX + found[0] if found else ""

"""An identity provider of other makers: Django OAuth Toolkit, as a program on loopback.

``python -m support.oidc_toolkit FOLDER BACK`` makes a Django project of the toolkit alone, with
one account and one application whose sign-ins come back to ``BACK``, and says in a line of JSON
where it is (``Told``). It runs until it is killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

import msgspec
from demo.machine import process

CLIENT, SECRET = "invigil-test", "a client secret"
USER, PASSWORD = "ada", "an institution's own password"


class Told(msgspec.Struct, frozen=True):
    """Where it is: the issuer's address."""

    issuer: str


@contextmanager
def oidc_toolkit(folder: Path, back: str) -> Iterator[Told]:
    """One that signs ``USER`` in, whose address is ``proctor@example.edu``."""
    tests = str(Path(__file__).parents[1])
    environ = {**os.environ, "PYTHONPATH": tests, "OAUTHLIB_INSECURE_TRANSPORT": "1"}
    command = [sys.executable, "-m", "support.oidc_toolkit", str(folder), back]
    with process(command, env=environ, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        yield msgspec.json.decode(running.stdout.readline(), type=Told)


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def main(folder: Path, back: str) -> None:
    """Set it up and serve."""
    _configure(folder)
    # Django's own order: nothing of it may be imported before it is configured.
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    application: Any = get_wsgi_application()
    call_command("migrate", verbosity=0)
    _fill(back)
    with make_server("127.0.0.1", 0, application, server_class=_Threads) as server:
        from django.conf import settings

        issuer = f"http://127.0.0.1:{server.server_port}/o"
        settings.OAUTH2_PROVIDER["OIDC_ISS_ENDPOINT"] = issuer
        sys.stdout.write(json.dumps({"issuer": issuer}) + "\n")
        sys.stdout.flush()
        server.serve_forever()


def _configure(folder: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )
    from django.conf import settings

    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    settings.configure(
        SECRET_KEY="of this test alone",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="support.oidc_toolkit_site",
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "idp.db"}
        },
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        LOGIN_URL="/admin/login/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": private.decode(),
            "OAUTH2_VALIDATOR_CLASS": "support.oidc_toolkit_site.Claims",
            "SCOPES": {"openid": "Who you are", "email": "Your address", "profile": "Name"},
            "PKCE_REQUIRED": True,
        },
    )


def _fill(back: str) -> None:
    from django.contrib.auth import get_user_model
    from oauth2_provider.models import get_application_model

    get_user_model().objects.create_superuser(USER, "proctor@example.edu", PASSWORD)
    get_application_model().objects.create(
        name="Invigil",
        client_id=CLIENT,
        client_secret=SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        algorithm="RS256",
        redirect_uris=back,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

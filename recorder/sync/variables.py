"""Which of the environment's variables keeps every connection from being made.

A proxy of a kind that nothing here speaks, or a file of authorities that is gone, is met
before the first byte is sent; whoever set it can only mend it who is told its name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import httpx

# What httpx and ssl read (docs: "Environment Variables"; Python's ``ssl`` for the last).
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
FILES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")

# What preparing a connection raises because of them.
FAILURES = (ValueError, ImportError, OSError, httpx.InvalidURL)


def culprit(error: Exception, environ: Mapping[str, str] = os.environ) -> str:
    """The variable by which preparing a connection failed, as it is spelt; empty where none
    that is set can be meant, as with a proxy in the system's own settings.
    """
    if isinstance(error, OSError):
        named = [name for name in FILES if environ.get(name)]
        gone = [name for name in named if not Path(environ[name]).exists()]
        return next(iter(gone or named), "")
    spelt = [form for name in PROXIES for form in (name, name.lower())]
    named = [name for name in spelt if environ.get(name)]
    strange = [name for name in named if not _is_proxy(environ[name])]
    return next(iter(strange or named), "")


def _is_proxy(address: str) -> bool:
    """Whether httpx takes it for a proxy that it speaks to."""
    try:
        url = httpx.URL(address if "://" in address else f"http://{address}")
    except httpx.InvalidURL:
        return False
    return url.scheme in ("http", "https")

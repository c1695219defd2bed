"""Which variable of the environment it is that lets no connection be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.sync.variables import culprit

PROXY = ValueError("Unknown scheme for proxy URL")


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"HTTP_PROXY": "http://p:3128", "ALL_PROXY": "socks://p:1080"}, "ALL_PROXY"),
        ({"HTTP_PROXY": "http://p:3128", "https_proxy": "socks4://p"}, "https_proxy"),
        ({"HTTPS_PROXY": "p:3128", "HTTP_PROXY": "http://p:none"}, "HTTP_PROXY"),
        ({"NO_PROXY": "http://p:none"}, "NO_PROXY"),
        ({"HTTP_PROXY": "", "PATH": "/bin"}, ""),  # it is in the system's own settings
    ],
)
def test_a_proxy_that_nobody_speaks_to(environ: dict[str, str], named: str) -> None:
    assert culprit(PROXY, environ) == named
    assert culprit(ImportError("socksio"), environ) == named


def test_a_file_of_authorities_that_is_gone(tmp_path: Path) -> None:
    there, gone = tmp_path / "there.pem", tmp_path / "gone.pem"
    there.write_text("no certificate")
    error = FileNotFoundError(2, "No such file or directory")
    environ = {"SSL_CERT_FILE": str(there), "SSLKEYLOGFILE": str(gone)}
    assert culprit(error, environ) == "SSLKEYLOGFILE"
    assert culprit(error, {"SSL_CERT_FILE": str(there)}) == "SSL_CERT_FILE"
    assert culprit(error, {}) == ""

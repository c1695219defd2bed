"""Files over HTTP for TUF's client, given up at once where an exam begins."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface

from recorder.sync.address import is_loopback
from recorder.sync.transport import BROKEN, TIMEOUT, trusted_authorities
from recorder.sync.variables import FAILURES, culprit


class Stopped(DownloadError):
    """Something more important began."""


class Fetcher(FetcherInterface):
    """Fetches whole files; how much is read of each, TUF bounds. Says nothing of itself but
    which program asks: no version, no id.
    """

    def __init__(
        self, address: str, may: Callable[[], bool], tls: ssl.SSLContext | None = None
    ) -> None:
        """Prepare; nothing is connected yet.

        Args:
            address: of the repository, as ``read_address`` gives it.
            may: whether it may go on; asked before each piece.
            tls: other authorities than the system's.

        Raises:
            DownloadError: a proxy or a file of authorities that is set cannot be used.
        """
        self._may = may
        try:
            self._client = _client(address, tls)
        except FAILURES as error:
            named = culprit(error)
            raise DownloadError(f"{named}: {error}" if named else str(error)) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _fetch(self, url: str) -> Iterator[bytes]:
        """The file's bytes as they come.

        Raises:
            DownloadHTTPError: the server answered otherwise.
            DownloadError: it could not be fetched, or not to its end.
        """
        if not self._may():
            raise Stopped("not now")
        try:
            with self._client.stream("GET", url) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise DownloadHTTPError(f"{url}: {answer.status_code}", answer.status_code)
                for chunk in answer.iter_bytes():
                    yield chunk
                    if not self._may():
                        raise Stopped("not now")
        except BROKEN as error:
            raise DownloadError(f"{url}: {error or type(error).__name__}") from error


def _client(address: str, tls: ssl.SSLContext | None) -> httpx.Client:
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    secure = address.startswith("https:")
    return httpx.Client(
        timeout=TIMEOUT,
        verify=tls or (trusted_authorities() if secure else plain),
        trust_env=not is_loopback(urlsplit(address)),
        headers={"User-Agent": "invigil-recorder"},
    )

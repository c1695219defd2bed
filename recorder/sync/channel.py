"""One session's requests: its records, its pieces and where it stands."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence

from recorder.evidence.founding import Founding
from recorder.sync.answers import (
    Failure,
    Receipted,
    Reply,
    Standing,
    Strange,
    Unreachable,
    read_body,
    read_failure,
    read_receipt,
)
from recorder.sync.transport import Transport
from shared.signed import MEDIA_TYPE, Signed
from shared.wire import API_PREFIX, SessionStatus


class SessionChannel:
    """Sends what it is given and says what came back; keeps nothing and retries nothing."""

    def __init__(
        self,
        transport: Transport,
        founding: Founding,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Speak for one session; ``wall`` reads seconds since 1970 UTC."""
        self.session = founding.session
        self._transport = transport
        self._path = f"{API_PREFIX}/sessions/{founding.session}"
        self._headers = {"Authorization": f"Bearer {founding.token}"}
        self._wall = wall

    def send_records(self, lines: Sequence[Signed]) -> Receipted | Failure:
        """``POST …/records``: at most ``MAX_RECORDS`` lines and ``MAX_RECORDS_BYTES``."""
        content = b"".join(line.line() for line in lines)
        return self._receipted(
            "POST", f"{self._path}/records", content, {"Content-Type": MEDIA_TYPE}
        )

    def send_blob(self, sha256: str, data: bytes) -> Receipted | Failure:
        """``PUT …/blobs/{sha256}`` with its digest (RFC 9530)."""
        digest = base64.b64encode(bytes.fromhex(sha256)).decode("ascii")
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Digest": f"sha-256=:{digest}:",
        }
        return self._receipted("PUT", f"{self._path}/blobs/{sha256}", data, headers)

    def status(self) -> Standing | Failure:
        """``GET …/status``."""
        reply = self._ask("GET", f"{self._path}/status", b"", {})
        if not isinstance(reply, Reply):
            return reply
        status = read_body(reply, SessionStatus)
        return status if isinstance(status, Strange) else Standing(status)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _receipted(
        self, method: str, path: str, content: bytes, headers: dict[str, str]
    ) -> Receipted | Failure:
        reply = self._ask(method, path, content, headers)
        return read_receipt(reply) if isinstance(reply, Reply) else reply

    def _ask(
        self, method: str, path: str, content: bytes, headers: dict[str, str]
    ) -> Reply | Failure:
        reply = self._transport.request(
            method, path, content=content, headers={**self._headers, **headers}
        )
        if isinstance(reply, Unreachable):
            return reply
        return read_failure(reply, self._wall()) or reply

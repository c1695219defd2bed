"""An honest double of the server's recorder API, and scripted dishonesty around it.

``EvidenceServer.handle`` verifies with ``shared`` and keeps what it signs for. A *fault* is
a function around one request: it may answer in the server's place, let the server answer
and lose or bend the answer, or raise ``Dropped`` as a broken connection.
"""

from __future__ import annotations

import base64
import io
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import RLock, Thread
from typing import Any, NamedTuple

import httpx
import msgspec
from support.sessions import SESSION, Keys, make_policy

from shared.bundle import Contents, write_bundle
from shared.chain import Accepted, ChainState, Refusal, accept
from shared.encoding import ZERO_HASH, from_base64, sha256_hex, to_base64
from shared.policy import Policy, encode_policy
from shared.receipts import Grant, Receipt, encode_receipt
from shared.records import MalformedRecord, blobs_of, decode_record
from shared.signed import (
    MEDIA_TYPE,
    Domain,
    MalformedLine,
    Signed,
    parse_lines,
    public_bytes,
    sign,
)
from shared.wire import (
    MAX_BLOB_BYTES,
    MAX_RECORDS,
    MAX_RECORDS_BYTES,
    Inspected,
    Problem,
    ProblemType,
    Redeemed,
    SessionStatus,
)

TOKEN = "a-token-of-this-session"


class Answer(NamedTuple):
    """An HTTP response."""

    status: int
    body: bytes
    headers: dict[str, str]


class Request(NamedTuple):
    """An HTTP request; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Dropped(Exception):
    """The connection breaks: ``error`` is what the client's library makes of it."""

    def __init__(self, error: type[httpx.TransportError] = httpx.ConnectError) -> None:
        super().__init__("dropped by the script")
        self.error = error


Fault = Callable[[Request, Callable[[], Answer]], Answer]


def down(_request: Request, _honest: Callable[[], Answer]) -> Answer:
    """Nobody answers."""
    raise Dropped


def lost(_request: Request, honest: Callable[[], Answer]) -> Answer:
    """The server does its work, and its answer never arrives."""
    honest()
    raise Dropped(httpx.ReadTimeout)


def answering(status: int, body: bytes = b"", kind: str = "text/html", **headers: str) -> Fault:
    """Something else answers in the server's place."""
    named = {"content-type": kind, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return lambda _request, _honest: Answer(status, body, named)


def problem(kind: str, status: int, **members: Any) -> Fault:
    """The server says no."""
    return lambda _request, _honest: _problem(kind, status, "by the script", **members)


def honest(_request: Request, go: Callable[[], Answer]) -> Answer:
    """No fault, for scripts that count requests."""
    return go()


def _problem(kind: str, status: int, detail: str, **members: Any) -> Answer:
    body = Problem(type=kind, title="No", status=status, detail=detail, **members)
    return Answer(
        status, msgspec.json.encode(body), {"content-type": "application/problem+json"}
    )


def _json(status: int, body: msgspec.Struct) -> Answer:
    return Answer(status, msgspec.json.encode(body), {"content-type": "application/json"})


@dataclass
class Held:
    """What the server keeps of its one session."""

    chain: ChainState
    founding: tuple[Signed, Signed]
    records: list[Signed] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    receipts: list[Signed] = field(default_factory=list)
    committed: dict[str, int] = field(default_factory=dict)
    receipt_for: dict[object, Signed] = field(default_factory=dict)


class EvidenceServer:
    """One institution's server with one session behind one code."""

    def __init__(
        self,
        keys: Keys | None = None,
        policy: Policy | None = None,
        code: str = "GOOD-CODE",
        now: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self.keys = keys or Keys()
        self.policy = policy or make_policy(self.keys)
        self.signed_policy = sign(self.keys.signing, Domain.POLICY, encode_policy(self.policy))
        self.code = code
        self.now = now
        self.script: deque[Fault] = deque()
        self.always: Fault | None = None
        self.requests: list[Request] = []
        self.redeemed_key: str | None = None
        self.held: Held | None = None
        self._lock = RLock()

    def handle(self, request: Request) -> Answer:
        """Answer a request, through whatever fault is next."""
        with self._lock:
            self.requests.append(request)
            fault = self.script.popleft() if self.script else self.always
            if fault is None:
                return self._honest(request)
            return fault(request, lambda: self._honest(request))

    def transport(self) -> httpx.MockTransport:
        """The server without a socket."""

        def respond(request: httpx.Request) -> httpx.Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            asked = Request(request.method, request.url.path, headers, request.read())
            try:
                answer = self.handle(asked)
            except Dropped as dropped:
                raise dropped.error("dropped by the script", request=request) from dropped
            return httpx.Response(answer.status, content=answer.body, headers=answer.headers)

        return httpx.MockTransport(respond)

    @contextmanager
    def listening(self, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[str]:
        """The server on a loopback port; yields its address."""
        server = _Quiet(("127.0.0.1", port), _handler(self))
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            scheme = "https" if tls else "http"
            yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _honest(self, request: Request) -> Answer:
        match request.method, request.path.removeprefix("/api/v1/").split("/"):
            case "POST", ["enrolments", "inspect"]:
                return self._inspect(request.body)
            case "POST", ["enrolments", "redeem"]:
                return self._redeem(request.body)
            case method, ["sessions", session, *rest] if self.held is not None:
                if request.headers.get("authorization") != f"Bearer {TOKEN}":
                    return _problem(ProblemType.CREDENTIAL, 401, "no such token")
                if session != SESSION:
                    return _problem(ProblemType.SESSION, 404, "no such session")
                return self._session(method, rest, request, self.held)
        return Answer(404, b"<h1>Not found</h1>", {"content-type": "text/html"})

    def _inspect(self, body: bytes) -> Answer:
        if msgspec.json.decode(body)["code"] != self.code:
            return _problem(ProblemType.CODE_UNKNOWN, 404, "unknown")
        answer = Inspected(
            product="invigil",
            policy=self.signed_policy.line().decode(),
            institution_key=to_base64(public_bytes(self.keys.signing)),
            candidate="C. Andidate",
        )
        return _json(200, answer)

    def _redeem(self, body: bytes) -> Answer:
        asked = msgspec.json.decode(body)
        if asked["code"] != self.code:
            return _problem(ProblemType.CODE_UNKNOWN, 404, "unknown")
        if self.redeemed_key not in {None, asked["public_key"]}:
            return _problem(ProblemType.CODE_USED, 409, "used")
        if self.held is None:
            self.found(from_base64(asked["public_key"]))
        assert self.held is not None
        policy, grant = self.held.founding
        answer = Redeemed(
            session=SESSION,
            token=TOKEN,
            policy=policy.line().decode(),
            grant=grant.line().decode(),
            institution_key=to_base64(public_bytes(self.keys.signing)),
        )
        return _json(201, answer)

    def found(self, public_key: bytes) -> None:
        """Make the session for a first key."""
        self.redeemed_key = to_base64(public_key)
        grant = Grant(
            session=SESSION,
            exam=self.policy.exam.id,
            candidate="c1",
            policy=self.signed_policy.hash,
            public_key=self.redeemed_key,
            issued=self.now(),
        )
        signed = sign(self.keys.signing, Domain.GRANT, encode_receipt(grant))
        self.held = Held(ChainState(SESSION, public_key), (self.signed_policy, signed))

    def _session(self, method: str, rest: list[str], request: Request, held: Held) -> Answer:
        match method, rest:
            case "GET", ["status"]:
                return _json(200, self._status(held))
            case "POST", ["records"]:
                return self._records(request, held)
            case "PUT", ["blobs", sha256]:
                return self._blob(sha256, request, held)
        return Answer(404, b"", {})

    def _status(self, held: Held) -> SessionStatus:
        return SessionStatus(
            session=SESSION,
            state="closed" if held.chain.closed else "open",
            size=held.chain.size,
            head=held.chain.head,
            missing=self._missing(held),
            receipt=held.receipts[-1].line().decode() if held.receipts else None,
        )

    def _missing(self, held: Held) -> tuple[str, ...]:
        return tuple(name for name in held.committed if name not in held.blobs)[:64]

    def _records(self, request: Request, held: Held) -> Answer:
        where = {"size": held.chain.size, "head": held.chain.head}
        try:
            lines = list(parse_lines(request.body))
        except MalformedLine as error:
            return _problem(ProblemType.MALFORMED, 400, str(error), **where)
        if len(lines) > MAX_RECORDS or len(request.body) > MAX_RECORDS_BYTES:
            return _problem(ProblemType.TOO_LARGE, 413, "too many", **where)
        fresh, highest = 0, -1
        for line in lines:
            seq = _seq(line)
            if seq is not None and seq < held.chain.size:
                if held.records[seq] != line:
                    return _problem(ProblemType.FORK, 409, "a fork", check=4)
                highest = max(highest, seq)
                continue
            verdict = accept(held.chain, line)
            if not isinstance(verdict, Accepted):
                kind, status = ProblemType.REFUSED, 422
                if verdict.check == Refusal.ORDER:
                    kind, status = ProblemType.OUT_OF_ORDER, 409
                where = {"size": held.chain.size, "head": held.chain.head}
                if fresh:
                    self._sign(held, ("record", held.chain.size - 1), ())
                return _problem(kind, status, verdict.why, check=verdict.check, **where)
            held.chain = verdict.state
            held.records.append(line)
            held.committed |= {b.sha256: b.size for b in blobs_of(verdict.record.body)}
            fresh += 1
        if not fresh:
            return _receipt(self._covering(held, highest))
        return _receipt(self._sign(held, ("record", held.chain.size - 1), ()))

    def _covering(self, held: Held, seq: int) -> Signed:
        return next(
            receipt
            for what, receipt in held.receipt_for.items()
            if isinstance(what, tuple) and what[1] >= seq
        )

    def _blob(self, sha256: str, request: Request, held: Held) -> Answer:
        digest = base64.b64encode(bytes.fromhex(sha256)).decode()
        if request.headers.get("content-digest") != f"sha-256=:{digest}:":
            return _problem(ProblemType.BLOB_DIGEST, 400, "no digest", check=7)
        if sha256 not in held.committed:
            return _problem(ProblemType.BLOB_UNKNOWN, 404, "no record names it", check=7)
        if len(request.body) > MAX_BLOB_BYTES:
            return _problem(ProblemType.TOO_LARGE, 413, "too large", check=7)
        if sha256_hex(request.body) != sha256 or len(request.body) != held.committed[sha256]:
            return _problem(ProblemType.BLOB_DIGEST, 400, "other bytes", check=7)
        if sha256 in held.blobs:
            return _receipt(held.receipt_for[sha256])
        held.blobs[sha256] = request.body
        return _receipt(self._sign(held, sha256, (sha256,)))

    def _sign(self, held: Held, what: object, durable: tuple[str, ...]) -> Signed:
        receipt = Receipt(
            session=SESSION,
            size=held.chain.size,
            head=held.chain.head,
            time=self.now(),
            prev=held.receipts[-1].hash if held.receipts else ZERO_HASH,
            durable=durable,
            missing=self._missing(held),
        )
        signed = sign(self.keys.signing, Domain.RECEIPT, encode_receipt(receipt))
        held.receipts.append(signed)
        held.receipt_for[what] = signed
        return signed

    def export(self, path: Path) -> Path:
        """The session as a bundle, for the verifier to judge."""
        assert self.held is not None
        held, buffer = self.held, io.BytesIO()
        contents = Contents(
            session=SESSION,
            policy=held.founding[0],
            grant=held.founding[1],
            records=held.records,
            receipts=held.receipts,
            forks=(),
            decisions=b"[]",
            report=b"{}",
            blobs=list(held.blobs.items()),
        )
        write_bundle(buffer, contents, self.keys.signing, self.now())
        path.write_bytes(buffer.getvalue())
        return path


def _receipt(signed: Signed) -> Answer:
    return Answer(200, signed.line(), {"content-type": MEDIA_TYPE})


def _seq(line: Signed) -> int | None:
    try:
        return decode_record(line.payload).seq
    except MalformedRecord:
        return None


class _Quiet(ThreadingHTTPServer):
    """A failed handshake is the client's business, not a traceback."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def _handler(double: EvidenceServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                answer = double.handle(Request(self.command, self.path, headers, body))
            except Dropped:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = _any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler

"""Real sockets: TLS that holds and TLS that does not, connections that break."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import PingAckReceived, StreamEnded
from hyperframe.frame import GoAwayFrame
from support.evidence_server import Answer, EvidenceServer, Request, down
from support.recording import deliver_all, found, segment
from support.self_signed import make_certificate
from support.waiting import until

from recorder.evidence import contents
from recorder.evidence.drafts import draft_segment
from recorder.evidence.ledger import Ledger
from recorder.evidence.store import EvidenceStore
from recorder.faults import EnvironmentFault
from recorder.sync.answers import Receipted, Reply, Standing, Unreachable
from recorder.sync.channel import SessionChannel
from recorder.sync.client import ServerClient
from recorder.sync.transport import ANSWER_S, Transport, trusted_authorities
from shared.signed import MEDIA_TYPE


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that no authority signed, and its key, in one file."""
    return make_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


@contextmanager
def tls_listening(server: EvidenceServer, certificate: Path) -> Iterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with server.listening(tls=context) as address:
        yield address


@contextmanager
def one_shot(answer: bytes) -> Iterator[str]:
    """A socket that says something else than HTTP, once for each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65_536)
                    connection.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@contextmanager
def taking_leave(certificate: Path, leaves: list[bool]) -> Iterator[str]:
    """HTTP/2 with a connection for each of ``leaves``: where it is true, GOAWAY is said before
    an answer's end, as a proxy does that is drained.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["h2"])
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):  # the client goes without a word
                connection, _ = listener.accept()
                leave = leaves.pop(0)
                with context.wrap_socket(connection, server_side=True) as wrapped:
                    _answer(wrapped, leave=leave)

        threads = [Thread(target=serve, daemon=True) for _ in leaves]
        for thread in threads:
            thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    for thread in threads:
        thread.join(10)
    assert leaves == []


def _answer(connection: ssl.SSLSocket, *, leave: bool) -> None:
    spoken = H2Connection(H2Configuration(client_side=False))
    spoken.initiate_connection()
    connection.sendall(spoken.data_to_send())
    goodbye = GoAwayFrame(0, last_stream_id=1).serialize() if leave else b""
    while heard := connection.recv(65_536):
        before = b""
        for event in spoken.receive_data(heard):
            match event:
                case StreamEnded(stream_id=stream):
                    spoken.send_headers(stream, [(":status", "200")])
                    spoken.ping(b"received")
                case PingAckReceived():
                    # The headers are read by now. What follows arrives in one read, of which
                    # httpcore looks at nothing before h2 has judged all of it.
                    before = goodbye
                    spoken.send_data(1, b"whole", end_stream=True)
        connection.sendall(before + spoken.data_to_send())


def test_a_connection_that_is_taken_leave_of_within_an_answer_is_made_anew(
    certificate: Path,
) -> None:
    trusting = trusted_authorities()
    trusting.load_verify_locations(certificate)
    with taking_leave(certificate, leaves=[True, False]) as address:
        transport = Transport(address, tls=trusting)
        answer = transport.request("PUT", "/", content=b"a piece")
        assert isinstance(answer, Reply)
        assert answer.body == b"whole"
        transport.close()
    with taking_leave(certificate, leaves=[True, True]) as address:
        transport = Transport(address, tls=trusting)
        answer = transport.request("PUT", "/", content=b"a piece")
        assert answer == Unreachable("the connection broke within an answer")
        transport.close()


def test_a_whole_delivery_over_real_http(
    server: EvidenceServer, store: EvidenceStore, ledger: Ledger
) -> None:
    ledger.commit(draft_segment(segment(0)))
    with server.listening() as address:
        transport = Transport(address)
        channel = SessionChannel(transport, found(server))
        assert isinstance(channel.status(), Standing)
        assert isinstance(channel.send_records(contents.records(store, 0, 9)), Receipted)
        blob = contents.waiting_blob(store, 9, frozenset())
        assert blob is not None
        assert isinstance(channel.send_blob(*blob), Receipted)
        channel.close()
    sent = {r.path.rsplit("/", 1)[-1]: r.headers for r in server.requests}
    assert sent["records"]["content-type"] == MEDIA_TYPE
    assert sent[blob.sha256]["content-digest"].startswith("sha-256=:")
    assert all(h["user-agent"].startswith("invigil-recorder/") for h in sent.values())
    deliver_all(server, store)


def test_a_server_with_a_certificate_that_is_trusted(
    server: EvidenceServer, certificate: Path
) -> None:
    with tls_listening(server, certificate) as address:
        trusting = trusted_authorities()
        trusting.load_verify_locations(certificate)
        client = ServerClient(address, tls=trusting)
        assert client.inspect("GOOD-CODE").server == address
        client.close()


def test_a_server_that_cannot_prove_who_it_is(
    server: EvidenceServer, certificate: Path
) -> None:
    with tls_listening(server, certificate) as address:
        client = ServerClient(address)
        with pytest.raises(EnvironmentFault, match="cannot prove who it is") as caught:
            client.inspect("GOOD-CODE")
        assert "Do not go on" in caught.value.advice
        client.close()
    assert server.requests == []


@pytest.mark.parametrize(
    ("days", "says"), [((1, 400), "not yet valid"), ((-400, -1), "has expired")]
)
def test_a_computer_whose_date_is_wrong_is_told_so(
    server: EvidenceServer, tmp_path: Path, days: tuple[int, int], says: str
) -> None:
    certificate = make_certificate(tmp_path / "server.pem", *days)
    trusting = trusted_authorities()
    trusting.load_verify_locations(certificate)
    with tls_listening(server, certificate) as address:
        client = ServerClient(address, tls=trusting, wall=lambda: 1_700_000_000.0)
        with pytest.raises(EnvironmentFault, match=says) as caught:
            client.inspect("GOOD-CODE")
        client.close()
    assert "clock says that it is 14 November 2023, 22:13 UTC." in caught.value.what
    assert "set this computer's date and time" in caught.value.advice
    assert server.requests == []


def test_a_server_that_speaks_no_tls(server: EvidenceServer) -> None:
    with server.listening() as address:
        client = ServerClient(address.replace("http", "https"))
        with pytest.raises(EnvironmentFault, match="no secure connection"):
            client.inspect("GOOD-CODE")
        client.close()


def test_nobody_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = Transport(f"http://127.0.0.1:{port}")
    answer = transport.request("GET", "/")
    assert isinstance(answer, Unreachable)
    assert answer.why.startswith("no connection")
    transport.close()


def test_a_connection_that_breaks(server: EvidenceServer) -> None:
    server.always = down
    with server.listening() as address:
        transport = Transport(address)
        answer = transport.request("GET", "/")
        assert isinstance(answer, Unreachable)
        assert "broke" in answer.why
        transport.close()
    assert len(server.requests) == 2


def test_something_that_is_not_http() -> None:
    with one_shot(b"220 mail.example.edu ESMTP\r\n") as address:
        transport = Transport(address)
        assert isinstance(transport.request("GET", "/"), Unreachable)
        transport.close()


def test_an_answer_that_never_ends_is_given_up(server: EvidenceServer) -> None:
    ticks = iter(range(0, 1_000, 100))
    with server.listening() as address:
        transport = Transport(address, monotonic=lambda: next(ticks))
        answer = transport.request("GET", "/")
        assert answer == Unreachable("the answer did not end in time")
        transport.close()


def test_a_piece_may_take_longer_to_send_than_its_answer_to_be_read() -> None:
    now = 0.0

    def slow_line(request: httpx.Request) -> httpx.Response:
        nonlocal now
        now += len(request.read()) * 8 / 150_000
        return httpx.Response(200, content=b"a receipt")

    adapter = httpx.MockTransport(slow_line)
    transport = Transport("https://exam.example.edu", adapter=adapter, monotonic=lambda: now)
    answer = transport.request("PUT", "/", content=bytes(16_000_000))
    assert now > ANSWER_S
    assert isinstance(answer, Reply)
    assert answer.body == b"a receipt"
    transport.close()


def test_a_closed_transport_is_unreachable() -> None:
    transport = Transport("http://127.0.0.1:1")
    transport.close()
    assert isinstance(transport.request("GET", "/"), Unreachable)


@pytest.mark.parametrize("encrypted", [False, True])
def test_closing_wakes_a_request_that_waits_for_its_answer(
    server: EvidenceServer, certificate: Path, encrypted: bool
) -> None:
    answering = Event()

    def hang(_request: Request, honest: Callable[[], Answer]) -> Answer:
        answering.wait(60)
        return honest()

    server.always = hang
    trusting = trusted_authorities()
    trusting.load_verify_locations(certificate)
    kept = tls_listening(server, certificate) if encrypted else server.listening()
    with kept as address:
        transport = Transport(address, tls=trusting)
        answers: list[object] = []
        waiting = Thread(target=lambda: answers.append(transport.request("GET", "/health")))
        waiting.start()
        until(lambda: bool(server.requests), "the request")
        transport.close()
        waiting.join(10)
        assert not waiting.is_alive()
        answering.set()
    assert isinstance(answers[0], Unreachable)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks://proxy.example.edu:1080"),
        ("https_proxy", "socks4://proxy.example.edu:1080"),
        ("ALL_PROXY", "socks5://proxy.example.edu:1080"),
        ("HTTPS_PROXY", "http://proxy.example.edu:none"),
        ("SSL_CERT_FILE", "/nowhere/authorities.pem"),
    ],
)
def test_a_setting_of_the_environment_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.edu:3128")
    monkeypatch.setenv(variable, value)
    client = ServerClient("https://exam.example.edu")  # what goes on without it, goes on
    with pytest.raises(EnvironmentFault, match=f"setting {variable} lets no") as told:
        client.inspect("GOOD-CODE")
    assert "Remove or correct it" in told.value.advice
    client.close()


def test_a_setting_is_read_again_with_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = Transport("https://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/authorities.pem")
    answer = transport.request("GET", "/")
    assert isinstance(answer, Unreachable)
    assert answer.setting == "SSL_CERT_FILE"
    monkeypatch.delenv("SSL_CERT_FILE")
    answer = transport.request("GET", "/")
    assert isinstance(answer, Unreachable)
    assert answer.setting == ""
    transport.close()


def test_an_address_that_turns_out_to_be_none() -> None:
    transport = Transport("http://127.0.0.1:1")
    assert isinstance(transport.request("GET", "http://[half"), Unreachable)
    transport.close()


@pytest.mark.parametrize("host", ["exams..example.edu", "a" * 64, "xn--a.example.edu"])
def test_a_name_that_cannot_be_looked_up_is_unreachable(host: str) -> None:
    transport = Transport(f"https://{host}")
    answer = transport.request("GET", "/")
    assert answer == Unreachable("no connection: there can be no server of that name")
    transport.close()


def test_a_reply_knows_its_media_type() -> None:
    assert Reply(200, {"content-type": "Text/HTML; charset=x"}, b"").media_type == "text/html"

"""The live link: states up, commands down, and no harm when it fails."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from queue import Queue

import msgspec
import pytest
from demo.ports import free_port
from support.evidence_server import TOKEN, EvidenceServer
from support.recording import eventually, found
from support.sessions import SESSION
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from recorder.sync.live import LiveLink
from recorder.sync.pacing import Pacing
from shared.wire import Command, LiveState

SECONDS = 20.0
QUICK = Pacing(first_s=0.01, cap_s=0.02)


class Board:
    """The server's end: what came up, and what is to go down on each connection."""

    def __init__(self) -> None:
        self.states: Queue[LiveState] = Queue()
        self._down: Queue[str | None] = Queue()
        self.paths: list[str] = []
        self.tokens: list[str | None] = []
        self.refuse = False

    def handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        # Its own queue, so that no earlier connection takes what is meant for this one.
        self._down = down = Queue[str | None]()
        self.paths.append(connection.request.path)
        self.tokens.append(connection.request.headers.get("Authorization"))
        sender = threading.Thread(target=self._send, args=(connection, down), daemon=True)
        sender.start()
        with suppress(ConnectionClosed):
            for message in connection:
                self.states.put(msgspec.json.decode(message, type=LiveState))
        down.put(None)
        sender.join(SECONDS)

    def tell(self, *messages: str, connection: int = 1) -> None:
        """Send down the ``connection``-th connection, once it is there."""
        eventually(lambda: len(self.paths) >= connection)
        for message in messages:
            self._down.put(message)

    def _send(self, connection: ServerConnection, down: Queue[str | None]) -> None:
        with suppress(ConnectionClosed):
            while (message := down.get()) is not None:
                if message == "hang up":
                    connection.close()
                else:
                    connection.send(message)

    def admit(self, connection: ServerConnection, _request: object) -> object:
        return connection.respond(HTTPStatus.FORBIDDEN, "no") if self.refuse else None

    @contextmanager
    def listening(self, port: int = 0) -> Iterator[int]:
        with serve(self.handle, "127.0.0.1", port, process_request=self.admit) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield server.socket.getsockname()[1]
            server.shutdown()
        thread.join(SECONDS)


def state() -> LiveState:
    return LiveState(
        stage="recording",
        light="good",
        words="",
        elapsed_s=1.0,
        queued_records=0,
        queued_bytes=0,
    )


@pytest.fixture
def board() -> Board:
    return Board()


@contextmanager
def linked(
    port: int,
    obey: Callable[[Command], object],
    look: Callable[[], LiveState] = state,
) -> Iterator[LiveLink]:
    founding = replace(found(EvidenceServer()), server=f"http://127.0.0.1:{port}")
    link = LiveLink(
        founding,
        state=look,
        on_command=obey,
        every_s=0.05,
        pacing=QUICK,
        dice=random.Random(1),
    )
    link.start()
    try:
        yield link
    finally:
        assert link.stop(SECONDS)


def command(number: int, text: str = "") -> str:
    return msgspec.json.encode(Command(id=f"c{number}", action="message", text=text)).decode()


def test_states_go_up_and_commands_come_down(board: Board) -> None:
    obeyed: Queue[Command] = Queue()
    with board.listening() as port, linked(port, obeyed.put) as link:
        first = board.states.get(timeout=SECONDS)
        assert (first.stage, first.done) == ("recording", ())
        assert link.connected
        board.tell(command(1, "Please sit up."))
        assert obeyed.get(timeout=SECONDS).text == "Please sit up."
        eventually(lambda: board.states.get(timeout=SECONDS).done == ("c1",))
        assert board.paths == [f"/api/v1/sessions/{SESSION}/live"]
        assert board.tokens == [f"Bearer {TOKEN}"]
    assert not link.connected


def test_a_command_that_comes_again_is_done_once_and_said_again(board: Board) -> None:
    obeyed: Queue[Command] = Queue()
    with board.listening() as port, linked(port, obeyed.put):
        board.tell(command(1))
        assert obeyed.get(timeout=SECONDS).id == "c1"
        board.tell("hang up")
        board.tell(command(1), command(2), connection=2)
        assert obeyed.get(timeout=SECONDS).id == "c2"
        eventually(lambda: board.states.get(timeout=SECONDS).done == ("c1", "c2"))
    assert obeyed.empty()


def test_what_is_no_command_is_let_be(board: Board) -> None:
    obeyed: Queue[Command] = Queue()
    with board.listening() as port, linked(port, obeyed.put):
        strange = ("hello", "\ufffe", '{"id":"x","action":"format_disk"}', '{"id":' * 5_000)
        board.tell(*strange, '{"more":' * 5_000, command(1))
        assert obeyed.get(timeout=SECONDS).id == "c1"
    assert len(board.paths) == 1


def test_a_server_that_says_no_is_asked_again(board: Board) -> None:
    board.refuse = True
    asked = []
    real = board.admit
    board.admit = lambda c, r: (asked.append(1), real(c, r))[1]  # type: ignore[method-assign]
    with board.listening() as port, linked(port, lambda _: None) as link:
        eventually(lambda: len(asked) > 2)
        assert not link.connected
        board.refuse = False
        board.states.get(timeout=SECONDS)


def test_a_server_that_goes_away_is_found_again(board: Board) -> None:
    port = free_port()
    with linked(port, lambda _: None) as link:
        with board.listening(port):
            board.states.get(timeout=SECONDS)
        eventually(lambda: not link.connected)
        with board.listening(port):
            board.states.get(timeout=SECONDS)


def test_a_bug_of_the_program_stays_away_from_the_recording(board: Board) -> None:
    seen: Queue[str] = Queue()

    def buggy(order: Command) -> None:
        seen.put(order.id)
        if order.id == "c1":
            raise ZeroDivisionError

    with board.listening() as port, linked(port, buggy):
        board.tell(command(1))
        assert seen.get(timeout=SECONDS) == "c1"
        board.tell(command(2), connection=2)
        assert seen.get(timeout=SECONDS) == "c2"


def test_one_that_never_started_can_be_stopped() -> None:
    founding = replace(found(EvidenceServer()), server="https://exams.example.edu")
    link = LiveLink(founding, state=state, on_command=lambda _: None)
    assert link.stop(0)

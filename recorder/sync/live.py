"""The live link: what the proctor's board shows goes up, commands come down.

It is a convenience beside the evidence: whatever happens to it, recording and delivery go
on. It reconnects with backoff for as long as the session lasts.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
import structlog
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException
from websockets.sync.client import ClientConnection, connect

from recorder.evidence.founding import Founding
from recorder.sync.address import is_loopback, live_address
from recorder.sync.pacing import Pacing, backoff
from shared.foreign_json import NotJson, read_json
from shared.wire import API_PREFIX, Command, LiveState

# Seconds between two states: a board that is this old still reads as live.
STATE_S = 3.0

# The longest command is a message of a few sentences.
MAX_COMMAND_BYTES = 65_536

# Commands whose ids are kept, so that one that comes again after a reconnect is not obeyed
# twice and is reported as done again.
_REMEMBERED = 64

# How long opening and closing the connection may take, in seconds.
_HANDSHAKE_S = 10.0
_CLOSE_S = 2.0

_log = structlog.get_logger()


class LiveLink:
    """A session's WebSocket, on a thread of its own."""

    def __init__(
        self,
        founding: Founding,
        *,
        state: Callable[[], LiveState],
        on_command: Callable[[Command], object],
        every_s: float = STATE_S,
        pacing: Pacing | None = None,
        dice: random.Random | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Prepare; nothing is connected before ``start``.

        Args:
            founding: whose session, at which server.
            state: what to show; ``done`` is filled in here. Called on the link's thread.
            on_command: obeys a command; called on the link's thread, once for each id.
            every_s: seconds between two states.
            pacing: bounds of the backoff.
            dice: where jitter comes from.
            tls: other authorities than the system's.
        """
        self._address = live_address(
            founding.server, f"{API_PREFIX}/sessions/{founding.session}/live"
        )
        self._token = founding.token
        self._state = state
        self._on_command = on_command
        self._every_s = every_s
        self._pacing = pacing or Pacing()
        self._dice = dice or random.SystemRandom()
        self._tls = tls if self._address.startswith("wss") else None
        self._proxied = not is_loopback(urlsplit(founding.server))
        self._done: deque[str] = deque(maxlen=_REMEMBERED)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-link", daemon=True)
        self.connected = False

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """End the link; whether it ended within ``timeout`` seconds."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    self.connected, failures = True, 0
                    self._talk(connection)
            except (OSError, InvalidHandshake, InvalidURI, WebSocketException) as error:
                if failures == 0:
                    _log.info("no live link", why=str(error))
            except Exception:  # noqa: BLE001 (a bug must not reach the recording)
                _log.exception("the live link failed")
            finally:
                self.connected = False
            self._stopping.wait(backoff(failures, self._pacing, self._dice))
            failures += 1

    def _connect(self) -> ClientConnection:
        return connect(
            self._address,
            additional_headers={"Authorization": f"Bearer {self._token}"},
            ssl=self._tls,
            proxy=True if self._proxied else None,
            open_timeout=_HANDSHAKE_S,
            close_timeout=_CLOSE_S,
            max_size=MAX_COMMAND_BYTES,
        )

    def _talk(self, connection: ClientConnection) -> None:
        due = time.monotonic()
        while not self._stopping.is_set():
            if time.monotonic() >= due:
                self._report(connection)
                due = time.monotonic() + self._every_s
            # Short, so that stopping is not kept waiting.
            wait = min(max(0.0, due - time.monotonic()), 0.5)
            try:
                message = connection.recv(timeout=wait)
            except TimeoutError:
                continue
            if self._obey(message):
                self._report(connection)

    def _report(self, connection: ClientConnection) -> None:
        state = msgspec.structs.replace(self._state(), done=tuple(self._done))
        connection.send(msgspec.json.encode(state).decode("utf-8"))

    def _obey(self, message: str | bytes) -> bool:
        """Whether the message was a command; one that was obeyed before is not again."""
        try:
            command = read_json(message, Command)
        except NotJson as error:
            _log.warning("the server sent a command that is none", why=str(error))
            return False
        if command.id not in self._done:
            self._done.append(command.id)
            self._on_command(command)
        return True

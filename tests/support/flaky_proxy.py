"""A TCP proxy on loopback that resets and stalls connections, as a bad line does."""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Set with no linger, closing sends RST at once instead of an orderly FIN.
_RESET = struct.pack("ii", 1, 0)
_CHUNK = 4096


class FlakyProxy:
    """Passes connections on; a share of them is reset after some bytes, a share stalls."""

    def __init__(
        self, port: int, dice: random.Random, reset: float = 0.3, stall: float = 0.1
    ) -> None:
        """Take the server's port, and the shares; a stall lasts half a second."""
        self._port = port
        self._dice = dice
        self._shares = reset, stall
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self.connections = self.resets = self.stalls = 0

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Yields the address to connect to."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=self._accept, args=(listener,), daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            self._ending.set()
            # Wakes accept, which closing the socket elsewhere would not.
            with suppress(OSError), socket.create_connection(listener.getsockname()):
                pass
            thread.join()

    def _accept(self, listener: socket.socket) -> None:
        while not self._ending.is_set():
            near, _ = listener.accept()
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with self._lock:
            self.connections += 1
            fate, allowed = self._dice.random(), self._dice.randint(0, 60_000)
            reset, stall = self._shares
            self.resets += fate < reset
            self.stalls += reset <= fate < reset + stall
        budget = allowed if fate < reset else None
        with (
            near,
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self._port)) as far,
        ):
            if reset <= fate < reset + stall:
                self._ending.wait(0.5)
            up = threading.Thread(target=self._pump, args=(near, far, budget), daemon=True)
            up.start()
            self._pump(far, near, None)
            up.join()

    def _pump(self, source: socket.socket, sink: socket.socket, budget: int | None) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                passed += len(data)
                if budget is not None and passed > budget:
                    for end in (source, sink):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                        end.close()
                    return
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

"""A port for a server that must know its address before it starts."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

# Below those that a system gives to whoever asks for any (from 32,768 on Linux, 49,152 on
# others), so that nobody comes between.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port of this machine's that nobody listens on just now.

    Raises:
        OSError: none was found.
    """
    # Two test runs beside each other may have seeded the others alike.
    for port in random.SystemRandom().sample(PORTS, 50):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("none of 50 ports is free")

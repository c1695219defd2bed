"""One connection to a message bus: calls and their answers, and nothing else.

What is asked of the desktop for an exam are a handful of calls, most of which hold as long as
the connection does; so a crash undoes them. Not for several threads at once.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from recorder.faults import EnvironmentFault
from recorder.lockdown.dbus.wire import Malformed, Reader, Writer

SYSTEM_ADDRESS = "unix:path=/run/dbus/system_bus_socket"

# A service on this computer answers within milliseconds; one that is starting within seconds.
ANSWER_S = 3.0

# The bus itself: who is on it, and who has a name.
_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")

_LITTLE, _VERSION = ord("l"), 1
_CALL, _RETURN, _ERROR = 1, 2, 3
# A service that does not run is not to be started for us.
_NO_AUTO_START = 2
_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY, _TO, _SIGNATURE = 1, 2, 3, 4, 5, 6, 8
_FIXED_HEADER = struct.Struct("<BBBBIII")
# Longest message of the specification: 128 MiB.
_LONGEST = 128 << 20
# At most so many descriptors come with a message; logind sends one.
_DESCRIPTORS = 4


class Refused(Exception):
    """The other side answered with an error; ``name`` is the bus's word for it."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words or name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call returned; descriptors that came with it are the caller's to close."""

    values: list[Any]
    descriptors: tuple[int, ...] = ()


def session_address(environ: Mapping[str, str]) -> str | None:
    """The session's bus, where there is one."""
    if told := environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return told
    runtime = environ.get("XDG_RUNTIME_DIR")
    usual = f"{runtime}/bus" if runtime else ""
    return f"unix:path={usual}" if usual and os.path.exists(usual) else None  # noqa: PTH110


class Bus:
    """A bus one is logged in to."""

    def __init__(self, address: str) -> None:
        """Connect and log in as this user.

        Raises:
            EnvironmentFault: nobody answers there.
        """
        self._address = address
        self._serial = 0
        try:
            self._socket = _connected(address)
        except (OSError, Malformed) as problem:
            raise self._gone(problem) from problem
        try:
            self._log_in()
            self.call(*_BUS, "Hello")
        except (OSError, Malformed, Refused) as problem:
            self.close()
            raise self._gone(problem) from problem

    def call(
        self,
        service: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        *values: Any,
    ) -> Answer:
        """Call a method and wait for its answer.

        Raises:
            Refused: the service is not there, or says no.
            EnvironmentFault: the bus has gone.
        """
        self._serial += 1
        head = {_PATH: ("o", path), _INTERFACE: ("s", interface), _MEMBER: ("s", member)}
        head[_TO] = ("s", service)
        try:
            self._send(head, signature, values)
            while True:
                answer = self._receive(self._serial)
                if answer is not None:
                    return answer
        except (OSError, Malformed) as problem:
            raise self._gone(problem) from problem

    def owner(self, service: str) -> str | None:
        """The connection that has a name now; ``None`` where nobody has."""
        try:
            return str(self.call(*_BUS, "GetNameOwner", "s", service).values[0])
        except Refused:
            return None

    def close(self) -> None:
        """Leave the bus; what was asked for as long as one is there ends. Twice is allowed."""
        self._socket.close()

    def _gone(self, problem: BaseException) -> EnvironmentFault:
        return EnvironmentFault(
            f"The desktop's message bus does not answer ({problem}).",
            "See that the desktop session is still running.",
        )

    def _log_in(self) -> None:
        """By the user's number, as the kernel tells it to the other end."""
        number = str(os.getuid()).encode().hex() if hasattr(os, "getuid") else ""
        self._socket.sendall(b"\0AUTH EXTERNAL " + number.encode() + b"\r\n")
        self._expect(b"OK")
        self._socket.sendall(b"NEGOTIATE_UNIX_FD\r\n")
        self._expect(b"AGREE_UNIX_FD")
        self._socket.sendall(b"BEGIN\r\n")

    def _expect(self, word: bytes) -> None:
        line = bytearray()
        while not line.endswith(b"\r\n"):
            byte = self._socket.recv(1)
            if not byte:
                raise ConnectionError("it closed the connection")
            line += byte
        if not line.startswith(word):
            raise ConnectionError(f"it answered {bytes(line)!r}")

    def _send(self, head: dict[int, tuple[str, Any]], signature: str, values: Any) -> None:
        body = Writer()
        body.values(signature, *values)
        if signature:
            head[_SIGNATURE] = ("g", signature)
        message = Writer()
        first = (_LITTLE, _CALL, _NO_AUTO_START, _VERSION, len(body.data), self._serial)
        message.values("yyyyuua(yv)", *first, list(head.items()))
        message.align(8)
        self._socket.sendall(message.data + body.data)

    def _receive(self, serial: int) -> Answer | None:
        """The next message; ``None`` where it is no answer to the call of this number."""
        fixed, descriptors = self._read_first()
        endian, kind, _flags, _version, body_size, _serial, head_size = _FIXED_HEADER.unpack(
            fixed
        )
        if endian != _LITTLE or body_size + head_size > _LONGEST:
            raise Malformed("a message of another byte order, or too long")
        rest = self._read(head_size + -head_size % 8 + body_size)
        reader = Reader(fixed + rest)
        reader.at = _FIXED_HEADER.size - 4
        head = {field: value for field, (_kind, value) in reader.value("a(yv)")}
        if kind not in (_RETURN, _ERROR) or head.get(_REPLY) != serial:
            _drop(descriptors)
            return None
        body = Reader(rest[len(rest) - body_size :])
        values = body.values(head.get(_SIGNATURE, ""))
        if kind == _ERROR:
            _drop(descriptors)
            words = values[0] if values and isinstance(values[0], str) else ""
            raise Refused(str(head.get(_ERROR_NAME, "")), words)
        return Answer(values, tuple(descriptors))

    def _read_first(self) -> tuple[bytes, list[int]]:
        """The fixed part of a header; descriptors come with a message's first byte."""
        data, descriptors, _flags, _from = socket.recv_fds(
            self._socket, _FIXED_HEADER.size, _DESCRIPTORS
        )
        if not data:
            raise ConnectionError("it closed the connection")
        return data + self._read(_FIXED_HEADER.size - len(data)), descriptors

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise ConnectionError("it closed the connection")
            data += part
        return bytes(data)


def _connected(address: str) -> socket.socket:
    """A socket to the first address that answers (``unix:path=…`` or ``unix:abstract=…``)."""
    problem: OSError = ConnectionError(f"no address of a kind that is known: {address}")
    for one in address.split(";"):
        transport, _, pairs = one.partition(":")
        keys: dict[str, str] = {}
        for pair in pairs.split(","):
            key, _, value = pair.partition("=")
            keys[key] = value
        path = keys.get("path") or ("\0" + keys["abstract"] if "abstract" in keys else "")
        if transport != "unix" or not path:
            continue
        door = socket.socket(socket.AF_UNIX)
        door.settimeout(ANSWER_S)
        try:
            door.connect(path)
        except OSError as error:
            door.close()
            problem = error
        else:
            return door
    raise problem


def _drop(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        with suppress(OSError):
            os.close(descriptor)

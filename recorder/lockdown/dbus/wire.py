"""Values of the message bus as bytes and back (D-Bus Specification 0.43, *Type System*).

Little-endian alone, which every bus takes. Types are given as signatures; a struct is a
tuple, an array a list, an array of dict entries a dict, a variant ``(signature, value)``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

# Basic types of a fixed size: format of `struct`, which is also its alignment.
_FIXED = {
    "y": "B", "b": "I", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q",
    "d": "d", "h": "I",
}  # fmt: skip
_ALIGNMENT = {"s": 4, "o": 4, "g": 1, "a": 4, "v": 1, "(": 8, "{": 8}

# Arrays hold at most 64 MiB, and types nest at most 64 deep, says the specification.
LONGEST_ARRAY = 64 << 20
_DEEPEST = 64


class Malformed(ValueError):
    """The bytes, or the signature, are not what the specification allows."""


def split(signature: str) -> list[str]:
    """The complete types of a signature, one by one: ``a{sv}u`` is ``a{sv}`` and ``u``."""
    types: list[str] = []
    at = 0
    while at < len(signature):
        end = _end_of_type(signature, at, 0)
        types.append(signature[at:end])
        at = end
    return types


def _end_of_type(signature: str, at: int, depth: int) -> int:
    if at >= len(signature) or depth > _DEEPEST:
        raise Malformed(f"the signature {signature!r} makes no sense")
    kind = signature[at]
    if kind == "a":
        return _end_of_type(signature, at + 1, depth + 1)
    if kind in "({":
        closing, at = {"(": ")", "{": "}"}[kind], at + 1
        while at < len(signature) and signature[at] != closing:
            at = _end_of_type(signature, at, depth + 1)
        if at >= len(signature):
            raise Malformed(f"the signature {signature!r} makes no sense")
        return at + 1
    if kind in _FIXED or kind in "sogv":
        return at + 1
    raise Malformed(f"the signature {signature!r} has no type {kind!r}")


class Writer:
    """Puts values together; ``data`` is what there is so far."""

    def __init__(self) -> None:
        self.data = bytearray()

    def align(self, to: int) -> None:
        """Pad to a multiple of ``to`` bytes."""
        self.data += bytes(-len(self.data) % to)

    def values(self, signature: str, *values: Any) -> None:
        """Append values, one a complete type."""
        for kind, value in zip(split(signature), values, strict=True):
            self.value(kind, value)

    def value(self, kind: str, value: Any) -> None:
        """Append one value of one complete type."""
        first = kind[0]
        if first in _FIXED:
            layout = struct.Struct("<" + _FIXED[first])
            self.align(layout.size)
            self.data += layout.pack(value)
        elif first in "so":
            data = str(value).encode()
            self.value("u", len(data))
            self.data += data + b"\0"
        elif first == "g":
            self.data += bytes([len(value)]) + value.encode() + b"\0"
        elif first == "v":
            inner, held = value
            self.value("g", inner)
            self.value(inner, held)
        elif first == "a":
            self._array(kind[1:], value)
        else:
            self.align(8)
            self.values(kind[1:-1], *value)

    def _array(self, kind: str, values: Any) -> None:
        self.value("u", 0)
        length_at = len(self.data) - 4
        self.align(alignment(kind))
        begin = len(self.data)
        for value in values.items() if isinstance(values, dict) else values:
            self.value(kind, value)
        struct.pack_into("<I", self.data, length_at, len(self.data) - begin)


class Reader:
    """Takes values apart; ``at`` is how far it has got."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def align(self, to: int) -> None:
        """Skip the padding to a multiple of ``to`` bytes."""
        self.at += -self.at % to

    def values(self, signature: str) -> list[Any]:
        """The next values, one a complete type.

        Raises:
            Malformed: they are not there.
        """
        return [self.value(kind) for kind in split(signature)]

    def value(self, kind: str, depth: int = 0) -> Any:
        """The next value of one complete type."""
        if depth > _DEEPEST:
            raise Malformed("values nest too deep")
        first = kind[0]
        if first in _FIXED:
            return self._fixed(first)
        if first in "so":
            return self._text(self._fixed("u"))
        if first == "g":
            return self._text(self._fixed("y"))
        if first == "v":
            inner = self.value("g")
            if len(split(inner)) != 1:
                raise Malformed(f"a variant holds {inner!r}")
            return inner, self.value(inner, depth + 1)
        if first == "a":
            return self._array(kind[1:], depth)
        self.align(8)
        return tuple(self.value(each, depth + 1) for each in split(kind[1:-1]))

    def _fixed(self, kind: str) -> Any:
        layout = struct.Struct("<" + _FIXED[kind])
        self.align(layout.size)
        (value,) = layout.unpack(self._take(layout.size))
        return bool(value) if kind == "b" else value

    def _text(self, length: int) -> str:
        data = self._take(length)
        self._take(1)
        return data.decode("utf-8", errors="replace")

    def _array(self, kind: str, depth: int) -> Any:
        length = self._fixed("u")
        self.align(alignment(kind))
        if length > LONGEST_ARRAY:
            raise Malformed(f"an array of {length} bytes")
        found = list(self._elements(kind, self.at + length, depth + 1))
        return dict(found) if kind[0] == "{" else found

    def _elements(self, kind: str, end: int, depth: int) -> Iterator[Any]:
        while self.at < end:
            yield self.value(kind, depth)

    def _take(self, count: int) -> bytes:
        data = self._data[self.at : self.at + count]
        if len(data) < count:
            raise Malformed("it ends too early")
        self.at += count
        return data


def alignment(kind: str) -> int:
    """To how many bytes a type's values are aligned."""
    first = kind[0]
    return struct.calcsize("<" + _FIXED[first]) if first in _FIXED else _ALIGNMENT[first]

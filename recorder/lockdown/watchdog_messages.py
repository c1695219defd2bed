"""What the recorder and its watchdog say to each other, over two pipes: frames of MessagePack.

The recorder's end closing without ``End`` is the message that matters most: it has died.
"""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from recorder.framing import read_frame, write_frame
from recorder.lockdown.contents import ALL_BYTES, Content

# Longer than any message: what was copied, its forms' names, and room.
LONGEST_BYTES = ALL_BYTES + (1 << 20)


class Keep(msgspec.Struct, frozen=True, tag=True):
    """Hold what was copied on a display; it replaces what was held."""

    display: str
    contents: tuple[Content, ...]


class GiveBack(msgspec.Struct, frozen=True, tag=True):
    """Put what is held into the clipboard again."""


class End(msgspec.Struct, frozen=True, tag=True):
    """All is undone; end, once nobody needs what was given back."""


class Done(msgspec.Struct, frozen=True, tag=True):
    """The answer to each, and the first word; ``trouble`` says what did not come off."""

    trouble: str = ""


Order = Keep | GiveBack | End

_encode = msgspec.msgpack.Encoder().encode
_orders = msgspec.msgpack.Decoder(Order)
_answers = msgspec.msgpack.Decoder(Done)


def send(pipe: BinaryIO, message: Order | Done) -> None:
    """Write one message and push it out."""
    write_frame(pipe, _encode(message))


def receive_order(pipe: BinaryIO) -> Order | None:
    """The next order; ``None`` when the recorder has gone."""
    data = read_frame(pipe, LONGEST_BYTES)
    return None if data is None else _orders.decode(data)


def receive_answer(pipe: BinaryIO) -> Done | None:
    """The next answer; ``None`` when the watchdog has gone."""
    data = read_frame(pipe, LONGEST_BYTES)
    return None if data is None else _answers.decode(data)

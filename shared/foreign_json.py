"""JSON that anybody may have sent, read into a type: it fits, or one error says why not.

msgspec has three ways to say that it does not: its own error, one of text that is not UTF-8,
and ``RecursionError`` where more containers lie within each other than the interpreter follows.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

_T = TypeVar("_T")


class NotJson(ValueError):
    """The data are not JSON of the type that was asked for; the message says why."""


def read_json(data: bytes | str, kind: type[_T]) -> _T:
    """Read JSON that is to be of a type.

    Raises:
        NotJson: it is not.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except RecursionError as error:
        raise NotJson("it nests too deep") from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise NotJson(str(error)) from error

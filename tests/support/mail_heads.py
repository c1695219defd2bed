"""Reads a letter's head as RFC 5322 and RFC 2047 have it, with nothing of the library that
writes it.
"""

from __future__ import annotations

import base64
import re

_WORD = re.compile(r"=\?utf-8\?([bq])\?([^? ]*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t]+(=\?)")
_NAMED = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^<>"(),:;@\[\]\\.]*)) <([^<>\s]+)>')


def heads_of(letter: bytes) -> dict[str, str]:
    """Each header's value, unfolded; a name that stands twice is a mistake."""
    head = letter.partition(b"\r\n\r\n")[0].decode("ascii")
    assert "\n" not in head.replace("\r\n", "")
    found: dict[str, str] = {}
    for line in re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n"):
        name, colon, value = line.partition(": ")
        assert colon, line
        assert name not in found, line
        found[name] = value
    return found


def lines_of(letter: bytes) -> list[str]:
    """The lines of its head."""
    return letter.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


def text_in(value: str) -> str:
    """An unstructured header's text."""
    return _WORD.sub(_decoded, _BETWEEN.sub(r"\1\2", value))


def mailbox_in(value: str) -> tuple[str, str]:
    """The name and the address of the only mailbox in a header."""
    found = _NAMED.fullmatch(value)
    assert found, value
    quoted, plain, address = found.groups()
    return text_in(plain) if quoted is None else re.sub(r"\\(.)", r"\1", quoted), address


def _decoded(found: re.Match[str]) -> str:
    how, text = found.groups()
    if how == "b":
        return base64.b64decode(text, validate=True).decode()
    octets = re.sub(r"=([0-9A-F]{2})", lambda one: chr(int(one[1], 16)), text.replace("_", " "))
    return octets.encode("latin-1").decode()

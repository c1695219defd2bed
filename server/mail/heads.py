"""The lines of a letter's head as they go out (RFC 5322), in seven bits.

The standard library's own folding (Python 3.11) loses the quotes of a long name and blanks of a
long subject, so lines are written here: what is of plain letters in one line, all else as
encoded words (RFC 2047), split between characters by the library's older writer.
"""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy

# RFC 2047, section 2: a line that holds an encoded word has at most this many characters. A
# line without one may have 998, and none here comes near: names, subjects and addresses have
# at most 200.
MAX_LINE = 76


class SevenBits(EmailPolicy):
    """How letters are written: every mail server takes seven bits, whatever it offers."""

    def fold(self, name: str, value: str) -> str:
        """A header as its lines."""
        people: tuple[Address, ...] | None = getattr(value, "addresses", None)
        text = (
            _text(value, name, self.linesep)
            if people is None
            else ", ".join(_mailbox(one, name, self.linesep) for one in people)
        )
        return f"{name}: {text}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """``fold``, as it is sent."""
        return self.fold(name, value).encode("ascii")


SEVEN_BITS = SevenBits(linesep="\r\n", cte_type="7bit")


def _mailbox(one: Address, name: str, linesep: str) -> str:
    whose = one.display_name
    if _is_plain(whose):
        return str(one)
    return f"{_text(whose, name, linesep)}{linesep} <{one.addr_spec}>"


def _text(text: str, name: str, linesep: str) -> str:
    if _is_plain(text):
        return text
    words = Header(text, "utf-8", maxlinelen=MAX_LINE, header_name=name)
    return words.encode(linesep=linesep)


def _is_plain(text: str) -> bool:
    """Whether it can stand as it is: a head that was read may hold line breaks again, which
    had been in an encoded word.
    """
    return text.isascii() and text.isprintable() and "=?" not in text

"""What carries letters away: SMTP, files or the console; and what may come of it."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import aiosmtplib
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from server.enrolment.codes import LOOPBACK
from server.storage.keys import write_private

# How long a mail server may take for one answer, in seconds: RFC 5321, section 4.5.3.2, allows
# minutes; one that needs more than this is tried again later.
ANSWER_S = 60.0

# Answers from here on are for good: RFC 5321, section 4.2.1.
FOR_GOOD = 500


@dataclass(frozen=True, slots=True)
class Carried:
    """It is in other hands."""


@dataclass(frozen=True, slots=True)
class Later:
    """It could not be done now; ``why``, in words. ``away``: nor could any other letter's."""

    why: str
    away: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be taken as it is; ``why``, in the mail server's words."""

    why: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """It was handed over, and nobody said whether it was taken."""

    why: str


Outcome = Carried | Later | Refused | Unclear


class Carrier(Protocol):
    """Something that takes letters away. ``repeatable``: carrying one again changes nothing."""

    @property
    def repeatable(self) -> bool:
        """Whether the same letter may be carried again without anybody having two."""
        ...

    async def carry(self, message: EmailMessage) -> Outcome:
        """Carry one letter, whose id is in its ``Message-ID``."""
        ...

    async def forget(self, letters: Collection[str]) -> None:
        """Destroy what is still here of letters (their ids) that were carried.

        Raises:
            OSError: something of them cannot be removed.
        """
        ...

    async def close(self) -> None:
        """Let connections go; the next letter opens them again."""
        ...


def carrier_of(url: str, folder: Path) -> Carrier:
    """The carrier that a setting names; files in ``folder`` where it names none.

    Args:
        url: ``smtp(s)://USER:PASSWORD@HOST:PORT``, ``file:///FOLDER``, ``console:`` or empty.
        folder: where files go by default.

    Raises:
        ValueError: it names none of these; the message says what it takes.
    """
    if not url:
        return FileCarrier(folder)
    parts = urlsplit(url)
    match parts.scheme:
        case "console":
            return ConsoleCarrier()
        case "file" if parts.path:
            return FileCarrier(Path(url2pathname(parts.path)))
        case "smtp" | "smtps" if parts.hostname:
            return SmtpCarrier(
                parts.hostname,
                parts.port,
                unquote(parts.username or "") or None,
                unquote(parts.password or ""),
                tls=parts.scheme == "smtps",
            )
        case _:
            raise ValueError(
                "takes smtp://USER:PASSWORD@HOST:587, smtps://…, file:///FOLDER or console:"
            )


class FileCarrier:
    """Writes each letter as a file that mail programs open; only the server's user reads it."""

    repeatable = True

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made with the first letter."""
        self._folder = folder

    async def carry(self, message: EmailMessage) -> Outcome:
        """Write ``<id>.eml``."""
        try:
            name = str(message["Message-ID"]).strip("<>").partition("@")[0]
            path = self._folder / f"{name}.eml"
            await asyncio.to_thread(write_private, path, message.as_bytes())
        except OSError as error:
            return Later(f"The folder for mail cannot be written to: {error.strerror}")
        return Carried()

    async def forget(self, letters: Collection[str]) -> None:
        """Remove the files."""
        paths = [self._folder / f"{name}.eml" for name in letters]
        await asyncio.to_thread(lambda: [path.unlink(missing_ok=True) for path in paths])

    async def close(self) -> None:
        """Nothing is held."""


class ConsoleCarrier:
    """Prints each letter on standard output."""

    repeatable = False

    async def carry(self, message: EmailMessage) -> Outcome:
        """Print it."""
        heads = "".join(f"{key}: {value}\n" for key, value in message.items())
        sys.stdout.write(f"{heads}\n{message.get_content()}\n")
        sys.stdout.flush()
        return Carried()

    async def forget(self, letters: Collection[str]) -> None:
        """Nothing is kept here; what reads the output may keep it."""

    async def close(self) -> None:
        """Nothing is held."""


class SmtpCarrier:
    """Hands letters to a mail server, over one connection for as long as there are some."""

    repeatable = False

    def __init__(
        self, host: str, port: int | None, user: str | None, password: str, *, tls: bool
    ) -> None:
        """Take the mail server. Without ``tls`` from the start, the connection is encrypted
        where the server can, and has to be where a password is sent beyond this computer.
        """
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._tls = tls
        self._must = user is not None and host not in LOOPBACK
        self._smtp: aiosmtplib.SMTP | None = None

    async def carry(self, message: EmailMessage) -> Outcome:
        """Hand one over; a connection that broke is opened again with the next."""
        try:
            smtp = await self._connected()
        except SMTPAuthenticationError as error:
            why = f"The mail server does not take our user and password: {_said(error)}"
            return Later(why, away=True)
        except SMTPNotSupported:
            return Later(
                "The mail server offers no encryption, and the password is not sent without: "
                "say smtps:// in INVIGIL_MAIL_URL, or leave user and password out",
                away=True,
            )
        except (SMTPException, ssl.SSLError, OSError) as error:
            return Later(f"The mail server cannot be reached: {_said(error)}", away=True)
        return await self._handed(smtp, message)

    async def forget(self, letters: Collection[str]) -> None:
        """Nothing is kept here: letters are in other hands."""

    async def close(self) -> None:
        """Say goodbye, where somebody is there."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None and smtp.is_connected:
            try:
                await smtp.quit()
            except (SMTPException, OSError):
                smtp.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        smtp = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password if self._user else None,
            use_tls=self._tls,
            start_tls=None if self._tls or not self._must else True,
            timeout=ANSWER_S,
        )
        await smtp.connect()
        self._smtp = smtp
        return smtp

    async def _handed(self, smtp: aiosmtplib.SMTP, message: EmailMessage) -> Outcome:
        sender, to, data = _bare(message["From"]), _bare(message["To"]), message.as_bytes()
        try:
            await smtp.mail(sender)
            await smtp.rcpt(to)
        except SMTPResponseException as error:
            return await self._answered(smtp, error)
        except (SMTPException, OSError) as error:
            await self.close()
            return Later(f"The connection broke: {_said(error)}")
        try:
            await smtp.data(data)
        except SMTPResponseException as error:
            return await self._answered(smtp, error)
        except (SMTPException, OSError) as error:
            await self.close()
            why = "The connection broke before the mail server said that it has it"
            return Unclear(f"{why}: {_said(error)}")
        return Carried()

    async def _answered(
        self, smtp: aiosmtplib.SMTP, error: SMTPResponseException
    ) -> Later | Refused:
        try:
            await smtp.rset()
        except (SMTPException, OSError):
            await self.close()
        words = f"The mail server said: {_said(error)}"
        return Refused(words) if error.code >= FOR_GOOD else Later(words)


def _bare(header: object) -> str:
    addresses: Sequence[object] = getattr(header, "addresses", ())
    return next((str(getattr(one, "addr_spec", one)) for one in addresses), str(header))


def _said(error: BaseException) -> str:
    """The first line of what an error says, short enough to be shown."""
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        return _said(error.recipients[0])
    if isinstance(error, SMTPResponseException):
        text = f"{error.code} {error.message}"
    else:
        text = str(error) or type(error).__name__
    return " ".join(text.split())[:300]

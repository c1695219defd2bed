"""What letters say: the words that come with the program, and an institution's own.

A text names what differs from letter to letter in braces, as ``{name}``. Only the names that a
kind of letter has are known; everything else that stands in braces is refused when the text is
written, and not when somebody waits for the letter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit import service as audit
from server.mail.letters import MAX_SUBJECT, MAX_TEXT, MailError
from server.mail.models import MailTemplateRow

# What names in braces stand for, as the page that edits texts tells it.
NAMES: Mapping[str, str] = {
    "name": "the candidate's name",
    "reference": "your own number for them",
    "exam": "the exam's title",
    "opens": "when it opens, with its time zone",
    "begins": "when it begins",
    "closes": "until when it can be entered",
    "duration": "how long it lasts",
    "code": "their code",
    "link": "the link that opens the app with it",
    "server": "the server's address",
    "check": "a sentence for those who have not tried their computer yet",
    "institution": "your institution's name",
    "contact": "whom they can ask",
}

_ALL = frozenset(NAMES) - {"code", "link", "check"}

_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter: what it is called and when it goes, which names it has, and which of
    them it needs one of; with the words that come with the program.
    """

    name: str
    title: str
    when: str
    names: frozenset[str]
    needs: frozenset[str]
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """The subject and text of a kind of letter; ``own``: the institution's."""

    subject: str
    text: str
    own: bool = False


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="invitation",
            title="Invitation with a code",
            when="when you send codes",
            names=_ALL | {"code", "link"},
            needs=frozenset({"code", "link"}),
            subject="Your code for {exam}",
            text="""\
Dear {name},

this is your code for the exam “{exam}”:

    {code}

Install the Invigil app, open it, and type the server's address and the code:

    {server}
    {link}

The exam opens {opens} and can be entered until {closes}. It begins {begins} and lasts
{duration}. Please run the app's system check some days before, on the computer and
in the room that you will use. The code works once, so keep it to yourself.

If anything is unclear, ask {contact}.

{institution}
""",
        ),
        Kind(
            name="reminder",
            title="Reminder",
            when="as long before the exam as its schedule says",
            names=_ALL | {"check"},
            needs=frozenset(),
            subject="Reminder: {exam}",
            text="""\
Dear {name},

the exam “{exam}” opens {opens}. It begins {begins} and lasts {duration}.
You have your code from an earlier letter.
{check}

If anything is unclear, or your code is lost, ask {contact}.

{institution}
""",
        ),
        Kind(
            name="cancellation",
            title="Cancellation",
            when="when you cancel an exam and tell candidates",
            names=_ALL,
            needs=frozenset(),
            subject="Cancelled: {exam}",
            text="""\
Dear {name},

the exam “{exam}”, which was to open {opens}, is cancelled. Your code cannot
be used. {contact} can tell you what follows.

{institution}
""",
        ),
    )
}


def checked_words(kind: Kind, subject: str, text: str) -> Words:
    """Words that letters of this kind can have.

    Raises:
        MailError: they are too long, or name what there is not; the message says what to do.
    """
    subject, text = " ".join(subject.split()), text.replace("\r\n", "\n").strip() + "\n"
    if not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
        raise MailError(f"A subject is one line of at most {MAX_SUBJECT} characters.")
    if not text.strip() or len(text) > MAX_TEXT // 2 or "\0" in text:
        raise MailError(f"A letter has 1 to {MAX_TEXT // 2:,} characters.")
    for part in (subject, text):
        unknown = [name for name in _BRACES.findall(part) if name not in kind.names]
        if unknown:
            listed = ", ".join(f"{{{name}}}" for name in sorted(kind.names))
            raise MailError(f"There is no “{{{unknown[0][:40]}}}” here. There are {listed}.")
        rest = _BRACES.sub("", part)
        if "{" in rest or "}" in rest:
            raise MailError("A brace is open or closed alone: write names like {name}.")
    secret = {"code", "link"} & set(_BRACES.findall(subject))
    if secret:
        raise MailError("Leave the code out of the subject, which lists and phones show.")
    if kind.needs and not kind.needs & set(_BRACES.findall(text)):
        listed = " or ".join(f"{{{name}}}" for name in sorted(kind.needs))
        raise MailError(f"Without {listed} in the text nobody could begin: add it.")
    return Words(subject, text, own=True)


def filled(words: Words, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text with every name filled in; a value is never read for names again."""

    def put(part: str) -> str:
        return _BRACES.sub(lambda found: values.get(found[1], found[0]), part)

    subject = "".join(mark for mark in put(words.subject) if mark.isprintable())
    return subject[:MAX_SUBJECT], put(words.text).replace("\0", "")[:MAX_TEXT]


async def words_of(db: AsyncSession, institution_id: str, kind: Kind) -> Words:
    """An institution's words for a kind of letter, or those that come with the program."""
    row = await db.get(MailTemplateRow, (institution_id, kind.name))
    return (
        Words(kind.subject, kind.text)
        if row is None
        else Words(row.subject, row.text, own=True)
    )


async def all_words(db: AsyncSession, institution_id: str) -> dict[str, Words]:
    """The words of every kind."""
    query = select(MailTemplateRow).where(MailTemplateRow.institution_id == institution_id)
    own = {row.kind: Words(row.subject, row.text, own=True) for row in await db.scalars(query)}
    return {name: own.get(name, Words(kind.subject, kind.text)) for name, kind in KINDS.items()}


async def keep_words(
    db: AsyncSession,
    now: int,
    staff: Staff,
    kind: Kind,
    words: Words | None,
) -> None:
    """Write letters of a kind so from now on; ``None`` for the words of the program."""
    institution_id = staff.institution_id
    await db.execute(
        delete(MailTemplateRow).where(
            MailTemplateRow.institution_id == institution_id, MailTemplateRow.kind == kind.name
        )
    )
    if words is not None:
        db.add(
            MailTemplateRow(
                institution_id=institution_id,
                kind=kind.name,
                subject=words.subject,
                text=words.text,
                changed=now,
            )
        )
    await db.flush()
    about, own = ("institution", institution_id), words is not None
    told = {"kind": kind.name, "own": own}
    audit.record(db, now, staff, "mail.template", about, **told)

"""The words of a candidate's page, in English and German, plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.candidates.german import GERMAN
from server.retention.holds import Keeper
from shared.certificate import EvidenceKind

DEFAULT = "en"

ENGLISH: Mapping[str, str] = {
    "title": "Your exam recording",
    "intro": (
        "What was recorded of you in this exam, who may see it, and until when it is kept."
    ),
    "whose": "Whoever has the address of this page can see it. Keep it to yourself.",
    "status": "Where it stands",
    "status.gone": "Everything was deleted on {at}. The signed proof of it is what is left.",
    "delivered": "Delivered",
    "delivered.none": "Nothing has arrived yet.",
    "delivered.all": "Everything that your computer recorded has arrived.",
    "delivered.some": (
        "Not everything has arrived yet. Open the Invigil app once more on the computer "
        "that you used, with a network, and leave it open until it says so."
    ),
    "verified": "Checked for changes",
    "verified.holds": "Yes: nothing was changed, and nothing is missing.",
    "verified.fails": (
        "Yes, and something is missing or does not fit together. The institution sees what."
    ),
    "verified.not": (
        "Each part was checked when it arrived. A check of the whole has not been made yet."
    ),
    "reviewed": "Looked at by a person",
    "reviewed.yes": "Yes.",
    "reviewed.some": "It has begun.",
    "reviewed.no": "Not yet.",
    "decision": "Decision",
    "decision.open": "Nothing has been decided.",
    "decision.passed": "Nothing to object to.",
    "decision.concerns": "Concerns were noted. Your result stands.",
    "decision.referred": "Referred to the examination board. They will write to you.",
    "decision.inconclusive": "Too little could be seen to decide from the recording.",
    "decision.hidden": "The institution tells you its decision itself.",
    "kept": "What is kept, and until when",
    "kept.what": "What",
    "kept.until": "Until",
    "kept.held": "Nothing is deleted at the moment: {why}.",
    "kept.none": "Nothing is kept of this exam any more.",
    "gone": "Deleted on {at}: {what}.",
    "gone.part": "Part of this was deleted on {at}: {what}.",
    "certificate": "Download the signed proof of it",
    "looked": "Who has looked at it",
    "looked.hidden": (
        "The institution keeps a list of everybody who looks. Ask for it if you wish."
    ),
    "looked.nobody": "Nobody has looked at the recording yet.",
    "looked.when": "When",
    "looked.who": "Who",
    "looked.what": "At what",
    "consent": "What you agreed to",
    "consent.none": "Recording never began, so you agreed to nothing.",
    "consent.at": "On {at} (by your computer’s clock), to: {items}.",
    "consent.terms": "The exact terms are in your copy; their fingerprint is",
    "consent.withdrawn": (
        "You withdrew it on {at}. What follows from that, the institution tells you."
    ),
    "consent.withdraw": "Withdraw",
    "consent.what": (
        "Withdrawing counts from now on; it does not make what was recorded before "
        "unlawful. It asks the institution to delete what it may. What that means for your "
        "exam, ask {contact} first."
    ),
    "copy": "Your own copy",
    "copy.what": (
        "Everything that is kept of you about this exam, in one file: recordings, "
        "pictures, decisions, and signed evidence that anybody can check. It may be large. "
        "The names of the staff are left out."
    ),
    "copy.hidden": "The institution’s decision is not in it: it tells you that itself.",
    "copy.get": "Download your copy",
    "decides.none": "A person decides, never a program.",
    "decides.pause": (
        "The rules of this exam name a limit: when the score of what was noticed reaches it, "
        "the exam is paused by the program until a proctor lets it go on. A person decides "
        "about your result in every case."
    ),
    "decides.terminate": (
        "The rules of this exam name a limit: when the score of what was noticed reaches it, "
        "the exam is paused by the program, and ended two minutes later unless a proctor "
        "lets it go on. A person decides about your result in every case."
    ),
    "appeal": "Appeal",
    "appeal.what": (
        "If you disagree with a decision, or with how the exam was run, say so. You have "
        "an answer in writing within {days}, and nothing is deleted before."
    ),
    "days.one": "1 day",
    "days.more": "{days} days",
    "appeal.gone": (
        "Everything of this exam was deleted, so that nobody can look at it again here. "
        "If you disagree with something, write to {institution}: {contact}."
    ),
    "appeal.text": "What do you disagree with, and why?",
    "appeal.send": "Send the appeal",
    "appeal.received": "Received on {at}. You have an answer by {due}.",
    "appeal.looking": "Being looked at. You have an answer by {due}.",
    "appeal.answered": "Answered on {at}.",
    "appeal.yours": "You wrote",
    "appeal.answer": "Answer",
    "rights": "Ask for all your data, or for deletion",
    "rights.what": (
        "The copy above is of this exam. You can ask for everything that {institution} "
        "keeps of you here, or ask that it be deleted. You have an answer within one month."
    ),
    "rights.kind": "I ask for",
    "rights.export": "all data about me",
    "rights.erasure": "deletion of the data about me",
    "rights.text": "Anything that helps (you need not say why)",
    "rights.send": "Ask",
    "request.export": "All data",
    "request.erasure": "Deletion",
    "request.received": "Asked on {at}. You have an answer by {due}.",
    "request.checked": "Being worked on. You have an answer by {due}.",
    "request.done": "Done on {at}.",
    "request.refused": "Answered on {at}.",
    "request.extended": "It takes longer: {why}",
    "contact": "Questions? {institution}: {contact}. Name the session {session}.",
    "nothing": "There is nothing here",
    "nothing.what": "There is nothing at this address. Check it, or ask your institution.",
    "nothing.wait": "Too many wrong addresses",
    "nothing.many": "Too many wrong addresses came from here. Try again in {minutes}.",
    "minutes.one": "1 minute",
    "minutes.more": "{minutes} minutes",
    "said.appeal": "Your appeal has arrived.",
    "said.request": "Your request has arrived.",
    "said.withdrawn": "Your withdrawal has arrived.",
    "said.wrong": "This was not sent",
    "role.observer": "an observer",
    "role.proctor": "a proctor",
    "role.examiner": "an examiner",
    "role.admin": "an administrator",
    "role.": "the operator of the server",
    "role.candidate": "you",
    "what.page": "the session’s page",
    "what.media": "the recordings",
    "what.flags": "the list of flags",
    "what.snapshot": "snapshots",
    "what.clip": "clips",
    "what.photo": "your photograph",
    "what.document": "the photograph of your document",
    "what.verdict": "the check of the evidence",
    "what.bundle": "the whole evidence, as a file",
    "what.report": "the report",
    "what.conversation": "what was said",
    "what.copy": "the copy",
    "what.picture": "the newest picture",
    "what.link": "the address of this page",
    **{f"reason.{one.value}": one.words for one in Keeper},
    "reason.recording": (
        "it is being recorded right now (end the session first, or wait until it is over)"
    ),
    "reason.left": "something of session {session} is there still",
    "outcome.stays": "Session {session} stays: {why}.",
    "outcome.destroyed": "Session {session} was destroyed: certificate {n}, {hash}.",
    "outcome.nothing": "Of session {session} nothing was left.",
    "outcome.name-waits": "Name and reference stay as long as a session does.",
    "outcome.name-stays": "Name and reference stay: {why}.",
    "outcome.name-erased": "Name and reference were erased.",
    "outcome.handed-over": "The copy was handed over.",
    "outcome.refused": "Refused.",
    "wrong.appeal-text": "Say what is wrong, in at most {most} characters.",
    "wrong.appeal-gone": (
        "Everything of this exam was deleted, so that nobody can look at it again here. "
        "Write to the institution."
    ),
    "wrong.appeal-many": (
        "There are {most} appeals about this already. Write to the institution."
    ),
    "wrong.request-kind": "Choose what you ask for.",
    "wrong.request-text": "At most {most} characters, please.",
    "wrong.request-asked": "This was asked already, and is being worked on.",
    "kind.camera": "Camera recording",
    "kind.microphone": "Sound recording",
    "kind.screen": "Screen recording",
    "kind.snapshots": "Snapshots and clips",
    "kind.identity": "Photographs of your face and document",
    "kind.records": "What was noticed and decided",
    "item.camera": "camera",
    "item.microphone": "microphone",
    "item.screen": "screen",
    "item.photo": "photograph of your face",
    "item.document": "photograph of your document",
    "item.voice": "sample of your voice",
    "item.computer": "what goes on on your computer",
    "item.lockdown": "your computer being locked for the exam",
}

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "de": GERMAN}

# What Accept-Language may be long; more says nothing (RFC 9110, 12.5.4).
MOST_CHARS = 200


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why something that a candidate sent is not taken: its ``name`` among the words, and how
    much there is to be at ``most``. An error that is raised with it says it in English, which
    is for everybody else.
    """

    name: str
    most: int = 0

    def __str__(self) -> str:
        """In English."""
        return Words(DEFAULT).wrong(self)


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        """Take a language that there is."""
        self.language = language
        self._words = LANGUAGES[language]

    def __call__(self, name: str, **told: str) -> str:
        """The words called ``name``; of what has none, the last part of its name."""
        words = self._words.get(name)
        return name.rpartition(".")[2] if words is None else words.format(**told)

    def day(self, micros: int | None) -> str:
        """A day and time as people of this language write it, in UTC."""
        if micros is None:
            return ""
        when = datetime.fromtimestamp(micros / 1e6, UTC)
        if self.language == "de":
            return f"{when:%d.%m.%Y, %H:%M} Uhr (UTC)"
        return f"{when.day} {when:%B %Y, %H:%M} UTC"

    def number(self, number: int) -> str:
        """A number as people of this language write it."""
        told = f"{number:,}"
        return told.replace(",", ".") if self.language == "de" else told

    def days(self, count: int) -> str:
        """So many days, as an answer comes within them."""
        return self("days.one" if count == 1 else "days.more", days=self.number(count))

    def minutes(self, count: int) -> str:
        """So many minutes, after which something may be tried again."""
        return self("minutes.one" if count == 1 else "minutes.more", minutes=self.number(count))

    def wrong(self, why: Wrong | ValueError) -> str:
        """Why something is not taken, in this language where it was raised with a ``Wrong``."""
        told = why.args[0] if isinstance(why, ValueError) and why.args else why
        if not isinstance(told, Wrong):
            return str(told)
        return self(f"wrong.{told.name}", most=self.number(told.most))

    def reasons(self, keepers: Sequence[Keeper]) -> str:
        """What keeps a session, in one line."""
        return ", ".join(self(f"reason.{one.value}") for one in keepers)

    def kinds(self, kinds: tuple[EvidenceKind, ...]) -> str:
        """Kinds of evidence in one line."""
        return ", ".join(self(f"kind.{kind.value}") for kind in kinds)


def language_of(accepted: str) -> str:
    """The first language of an ``Accept-Language`` header that there is, by its weights."""
    wanted: list[tuple[float, str]] = []
    for part in accepted[:MOST_CHARS].split(","):
        tag, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.partition("q=")[2] or 1) if "q=" in rest else 1.0
        except ValueError:
            continue
        wanted.append((-weight, tag.partition("-")[0].lower()))
    ranked = sorted(wanted, key=lambda one: one[0])
    return next((tag for weight, tag in ranked if tag in LANGUAGES and weight < 0), DEFAULT)

"""The words of a candidate's page, in English and German, plain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

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
        "an answer in writing within {days} days, and nothing is deleted before."
    ),
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

GERMAN: Mapping[str, str] = {
    "title": "Ihre Prüfungsaufzeichnung",
    "intro": (
        "Was in dieser Prüfung von Ihnen aufgezeichnet wurde, wer es sehen darf und bis "
        "wann es aufbewahrt wird."
    ),
    "whose": "Wer die Adresse dieser Seite hat, kann sie sehen. Geben Sie sie nicht weiter.",
    "status": "Stand",
    "status.gone": "Alles wurde am {at} gelöscht. Geblieben ist der signierte Nachweis.",
    "delivered": "Angekommen",
    "delivered.none": "Es ist noch nichts angekommen.",
    "delivered.all": "Alles, was Ihr Computer aufgezeichnet hat, ist angekommen.",
    "delivered.some": (
        "Noch nicht alles ist angekommen. Öffnen Sie die Invigil-App noch einmal auf dem "
        "benutzten Computer, mit Netz, und lassen Sie sie offen, bis sie es sagt."
    ),
    "verified": "Auf Veränderungen geprüft",
    "verified.holds": "Ja: nichts wurde verändert, und nichts fehlt.",
    "verified.fails": (
        "Ja, und etwas fehlt oder passt nicht zusammen. Die Institution sieht, was."
    ),
    "verified.not": (
        "Jeder Teil wurde bei der Ankunft geprüft. Eine Prüfung des Ganzen steht noch aus."
    ),
    "reviewed": "Von einem Menschen angesehen",
    "reviewed.yes": "Ja.",
    "reviewed.some": "Es hat begonnen.",
    "reviewed.no": "Noch nicht.",
    "decision": "Entscheidung",
    "decision.open": "Es wurde noch nichts entschieden.",
    "decision.passed": "Nichts zu beanstanden.",
    "decision.concerns": "Bedenken wurden vermerkt. Ihr Ergebnis gilt.",
    "decision.referred": "An den Prüfungsausschuss verwiesen. Er schreibt Ihnen.",
    "decision.inconclusive": "Zu wenig war zu sehen, um aus der Aufzeichnung zu entscheiden.",
    "decision.hidden": "Die Institution teilt Ihnen ihre Entscheidung selbst mit.",
    "kept": "Was aufbewahrt wird, und bis wann",
    "kept.what": "Was",
    "kept.until": "Bis",
    "kept.held": "Zurzeit wird nichts gelöscht: {why}.",
    "kept.none": "Von dieser Prüfung wird nichts mehr aufbewahrt.",
    "gone": "Gelöscht am {at}: {what}.",
    "gone.part": "Zum Teil gelöscht am {at}: {what}.",
    "certificate": "Signierten Nachweis herunterladen",
    "looked": "Wer es angesehen hat",
    "looked.hidden": (
        "Die Institution führt eine Liste aller, die etwas ansehen. Fragen Sie danach, "
        "wenn Sie möchten."
    ),
    "looked.nobody": "Noch niemand hat die Aufzeichnung angesehen.",
    "looked.when": "Wann",
    "looked.who": "Wer",
    "looked.what": "Was",
    "consent": "Wozu Sie eingewilligt haben",
    "consent.none": "Die Aufzeichnung hat nie begonnen; Sie haben in nichts eingewilligt.",
    "consent.at": "Am {at} (nach der Uhr Ihres Computers), in: {items}.",
    "consent.terms": "Die genauen Bedingungen stehen in Ihrer Kopie; ihr Fingerabdruck ist",
    "consent.withdrawn": (
        "Sie haben sie am {at} widerrufen. Was daraus folgt, sagt Ihnen die Institution."
    ),
    "consent.withdraw": "Widerrufen",
    "consent.what": (
        "Der Widerruf gilt ab jetzt; was vorher aufgezeichnet wurde, wird dadurch nicht "
        "unrechtmäßig. Er bittet die Institution zu löschen, was sie löschen darf. Was das "
        "für Ihre Prüfung bedeutet, fragen Sie zuerst {contact}."
    ),
    "copy": "Ihre eigene Kopie",
    "copy.what": (
        "Alles, was zu dieser Prüfung von Ihnen aufbewahrt wird, in einer Datei: "
        "Aufnahmen, Bilder, Entscheidungen und signierte Beweise, die jeder prüfen kann. "
        "Sie kann groß sein. Die Namen des Personals sind weggelassen."
    ),
    "copy.hidden": (
        "Die Entscheidung der Institution ist nicht darin: Sie teilt sie Ihnen selbst mit."
    ),
    "copy.get": "Kopie herunterladen",
    "decides.none": "Ein Mensch entscheidet, nie ein Programm.",
    "decides.pause": (
        "Die Regeln dieser Prüfung nennen eine Grenze: Erreicht die Punktzahl dessen, was "
        "bemerkt wurde, diese Grenze, so hält das Programm die Prüfung an, bis eine "
        "Aufsicht sie weitergehen lässt. Über Ihr Ergebnis entscheidet in jedem Fall ein "
        "Mensch."
    ),
    "decides.terminate": (
        "Die Regeln dieser Prüfung nennen eine Grenze: Erreicht die Punktzahl dessen, was "
        "bemerkt wurde, diese Grenze, so hält das Programm die Prüfung an und beendet "
        "sie zwei Minuten später, wenn keine Aufsicht sie weitergehen lässt. Über Ihr "
        "Ergebnis entscheidet in jedem Fall ein Mensch."
    ),
    "appeal": "Widerspruch",
    "appeal.what": (
        "Wenn Sie mit einer Entscheidung oder mit dem Ablauf nicht einverstanden sind, "
        "sagen Sie es. Sie bekommen innerhalb von {days} Tagen eine schriftliche Antwort, "
        "und vorher wird nichts gelöscht."
    ),
    "appeal.gone": (
        "Alles zu dieser Prüfung wurde gelöscht, sodass es hier niemand mehr ansehen kann. "
        "Wenn Sie mit etwas nicht einverstanden sind, schreiben Sie an {institution}: "
        "{contact}."
    ),
    "appeal.text": "Womit sind Sie nicht einverstanden, und warum?",
    "appeal.send": "Widerspruch senden",
    "appeal.received": "Eingegangen am {at}. Sie bekommen bis {due} eine Antwort.",
    "appeal.looking": "In Arbeit. Sie bekommen bis {due} eine Antwort.",
    "appeal.answered": "Beantwortet am {at}.",
    "appeal.yours": "Sie haben geschrieben",
    "appeal.answer": "Antwort",
    "rights": "Alle Daten oder Löschung verlangen",
    "rights.what": (
        "Die Kopie oben betrifft diese Prüfung. Sie können alles verlangen, was "
        "{institution} hier von Ihnen aufbewahrt, oder die Löschung. Sie bekommen "
        "innerhalb eines Monats eine Antwort."
    ),
    "rights.kind": "Ich verlange",
    "rights.export": "alle Daten über mich",
    "rights.erasure": "die Löschung der Daten über mich",
    "rights.text": "Was dabei hilft (Gründe brauchen Sie nicht zu nennen)",
    "rights.send": "Verlangen",
    "request.export": "Alle Daten",
    "request.erasure": "Löschung",
    "request.received": "Eingegangen am {at}. Sie bekommen bis {due} eine Antwort.",
    "request.checked": "In Arbeit. Sie bekommen bis {due} eine Antwort.",
    "request.done": "Erledigt am {at}.",
    "request.refused": "Beantwortet am {at}.",
    "request.extended": "Es dauert länger: {why}",
    "contact": "Fragen? {institution}: {contact}. Nennen Sie die Sitzung {session}.",
    "said.appeal": "Ihr Widerspruch ist eingegangen.",
    "said.request": "Ihr Antrag ist eingegangen.",
    "said.withdrawn": "Ihr Widerruf ist eingegangen.",
    "said.wrong": "Dies wurde nicht gesendet",
    "role.observer": "eine beobachtende Person",
    "role.proctor": "eine Aufsicht",
    "role.examiner": "eine prüfende Person",
    "role.admin": "eine Administratorin oder ein Administrator",
    "role.": "die Betreiber des Servers",
    "role.candidate": "Sie",
    "what.page": "die Seite der Sitzung",
    "what.media": "die Aufnahmen",
    "what.flags": "die Liste der Auffälligkeiten",
    "what.snapshot": "Einzelbilder",
    "what.clip": "Ausschnitte",
    "what.photo": "Ihr Foto",
    "what.document": "das Foto Ihres Ausweises",
    "what.verdict": "die Prüfung der Beweise",
    "what.bundle": "alle Beweise als Datei",
    "what.report": "den Bericht",
    "what.conversation": "was geschrieben wurde",
    "what.copy": "die Kopie",
    "kind.camera": "Kameraaufnahme",
    "kind.microphone": "Tonaufnahme",
    "kind.screen": "Bildschirmaufnahme",
    "kind.snapshots": "Einzelbilder und Ausschnitte",
    "kind.identity": "Fotos von Gesicht und Ausweis",
    "kind.records": "Was bemerkt und entschieden wurde",
    "item.camera": "Kamera",
    "item.microphone": "Mikrofon",
    "item.screen": "Bildschirm",
    "item.photo": "Foto Ihres Gesichts",
    "item.document": "Foto Ihres Ausweises",
    "item.voice": "Stimmprobe",
    "item.computer": "was auf Ihrem Computer geschieht",
    "item.lockdown": "dass Ihr Computer für die Prüfung gesperrt wird",
}

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "de": GERMAN}

# What Accept-Language may be long; more says nothing (RFC 9110, 12.5.4).
MOST_CHARS = 200


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

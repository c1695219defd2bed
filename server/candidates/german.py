"""The words of a candidate's page in German; ``words`` has the same in English."""

from __future__ import annotations

from collections.abc import Mapping

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
        "sagen Sie es. Sie bekommen innerhalb von {days} eine schriftliche Antwort, "
        "und vorher wird nichts gelöscht."
    ),
    "days.one": "einem Tag",
    "days.more": "{days} Tagen",
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
    "nothing": "Hier ist nichts",
    "nothing.what": (
        "Unter dieser Adresse ist nichts zu finden. Prüfen Sie die Adresse, oder fragen Sie "
        "Ihre Institution."
    ),
    "nothing.wait": "Zu viele falsche Adressen",
    "nothing.many": (
        "Von hier kamen zu viele falsche Adressen. Versuchen Sie es in {minutes} noch einmal."
    ),
    "minutes.one": "einer Minute",
    "minutes.more": "{minutes} Minuten",
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
    "what.picture": "das neueste Bild",
    "what.link": "die Adresse dieser Seite",
    "reason.session": "eine Löschsperre für die Sitzung",
    "reason.candidate": "eine Löschsperre für die Daten über Sie",
    "reason.exam": "eine Löschsperre für die Prüfung",
    "reason.appeal": "ein Widerspruch, der noch nicht beantwortet ist",
    "reason.recording": "sie wird gerade aufgezeichnet",
    "reason.left": "von der Sitzung {session} ist noch etwas da",
    "outcome.stays": "Die Sitzung {session} bleibt: {why}.",
    "outcome.destroyed": "Die Sitzung {session} wurde gelöscht: Nachweis {n}, {hash}.",
    "outcome.nothing": "Von der Sitzung {session} war nichts mehr da.",
    "outcome.name-waits": "Name und Kennung bleiben so lange wie eine Sitzung.",
    "outcome.name-stays": "Name und Kennung bleiben: {why}.",
    "outcome.name-erased": "Name und Kennung wurden gelöscht.",
    "outcome.handed-over": "Die Kopie wurde übergeben.",
    "outcome.refused": "Abgelehnt.",
    "wrong.appeal-text": "Sagen Sie in höchstens {most} Zeichen, was nicht stimmt.",
    "wrong.appeal-gone": (
        "Alles zu dieser Prüfung wurde gelöscht, sodass es hier niemand mehr ansehen kann. "
        "Schreiben Sie an die Institution."
    ),
    "wrong.appeal-many": (
        "Es gibt dazu schon {most} Widersprüche. Schreiben Sie an die Institution."
    ),
    "wrong.request-kind": "Wählen Sie, was Sie verlangen.",
    "wrong.request-text": "Höchstens {most} Zeichen, bitte.",
    "wrong.request-asked": "Das wurde schon verlangt und ist in Arbeit.",
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

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AddressBar</name>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>Neu laden</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>Drucken</translation>
    </message>
    <message>
        <source>Close this page</source>
        <translation>Diese Seite schließen</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>Kleiner</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>Größer</translation>
    </message>
    <message>
        <source>secure connection</source>
        <translation>sichere Verbindung</translation>
    </message>
    <message>
        <source>not encrypted</source>
        <translation>nicht verschlüsselt</translation>
    </message>
    <message>
        <source>Page of {0}, {1}</source>
        <translation>Seite von {0}, {1}</translation>
    </message>
    <message>
        <source>Opening {0}…</source>
        <translation>{0} wird geöffnet …</translation>
    </message>
    <message>
        <source>{0} per cent; back to 100 per cent</source>
        <translation>{0} Prozent; zurück zu 100 Prozent</translation>
    </message>
</context>
<context>
    <name>BreakPanel</name>
    <message>
        <source>Come &amp;back to the exam</source>
        <translation>Zurück zur &amp;Prüfung</translation>
    </message>
    <message>
        <source>A proctor has paused the exam.</source>
        <translation>Die Aufsicht hat die Prüfung angehalten.</translation>
    </message>
    <message>
        <source>Your time stands still. Please stay where you are.</source>
        <translation>Ihre Zeit steht still. Bitte bleiben Sie, wo Sie sind.</translation>
    </message>
    <message>
        <source>You are on a break.</source>
        <translation>Sie machen Pause.</translation>
    </message>
    <message>
        <source>The recording goes on.</source>
        <translation>Die Aufzeichnung läuft weiter.</translation>
    </message>
    <message>
        <source>Your break is over by {0}.</source>
        <translation>Ihre Pause ist seit {0} vorbei.</translation>
    </message>
    <message>
        <source>Please come back: a break that is too long is noted.</source>
        <translation>Bitte kommen Sie zurück: Eine zu lange Pause wird vermerkt.</translation>
    </message>
    <message>
        <source>Time left: {0}. The recording goes on.</source>
        <translation>Noch {0}. Die Aufzeichnung läuft weiter.</translation>
    </message>
    <message>
        <source>Take a &amp;break ({0} left)</source>
        <translation>&amp;Pause machen (noch {0})</translation>
    </message>
</context>
<context>
    <name>CalibrationPage</name>
    <message>
        <source>Look at the points</source>
        <translation>Schauen Sie auf die Punkte</translation>
    </message>
    <message>
        <source>Nine points appear one after the other on the whole screen. Look at each until it moves on. It takes less than a minute.</source>
        <translation>Auf dem ganzen Bildschirm erscheinen nacheinander neun Punkte. Schauen Sie auf jeden, bis der nächste kommt. Das dauert keine Minute.</translation>
    </message>
    <message>
        <source>Sit as you will during the exam. If you cannot see the points, or do not want this, leave it out: it is noted, and where your screen is will be learnt during the exam.</source>
        <translation>Sitzen Sie so, wie Sie in der Prüfung sitzen werden. Wenn Sie die Punkte nicht sehen können oder das nicht möchten, lassen Sie es aus: Das wird vermerkt, und wo Ihr Bildschirm ist, wird dann während der Prüfung gelernt.</translation>
    </message>
    <message>
        <source>The points were stopped.</source>
        <translation>Die Punkte wurden abgebrochen.</translation>
    </message>
    <message>
        <source>Start again, or leave them out.</source>
        <translation>Starten Sie noch einmal, oder lassen Sie sie aus.</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Starten</translation>
    </message>
    <message>
        <source>&amp;Leave this out</source>
        <translation>Aus&amp;lassen</translation>
    </message>
    <message>
        <source>C&amp;ontinue</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>The points are done. You may go on.</source>
        <translation>Die Punkte sind fertig. Sie können weitergehen.</translation>
    </message>
    <message>
        <source>That was not exact enough.</source>
        <translation>Das war nicht genau genug.</translation>
    </message>
    <message>
        <source>&amp;Try again</source>
        <translation>&amp;Noch einmal versuchen</translation>
    </message>
    <message>
        <source>&amp;Do it again</source>
        <translation>&amp;Noch einmal</translation>
    </message>
    <message>
        <source>The points that were done before count. Do them again, or go on.</source>
        <translation>Die Punkte von vorher gelten. Wiederholen Sie sie, oder gehen Sie weiter.</translation>
    </message>
</context>
<context>
    <name>CheckItem</name>
    <message>
        <source>None found</source>
        <translation>Nichts gefunden</translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>Check your equipment</source>
        <translation>Prüfen Sie Ihre Geräte</translation>
    </message>
    <message>
        <source>This is what the exam will see and hear. Nothing is recorded yet, and nothing is sent but some random bytes, to see how fast your line is.</source>
        <translation>Das wird die Prüfung sehen und hören. Noch wird nichts aufgezeichnet, und gesendet werden nur einige Zufallsdaten, um Ihre Leitung zu messen.</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Startet …</translation>
    </message>
    <message>
        <source>Opening the camera…</source>
        <translation>Die Kamera wird geöffnet …</translation>
    </message>
    <message>
        <source>Opening the microphone…</source>
        <translation>Das Mikrofon wird geöffnet …</translation>
    </message>
    <message>
        <source>Looking for the screen…</source>
        <translation>Der Bildschirm wird gesucht …</translation>
    </message>
    <message>
        <source>Ca&amp;mera</source>
        <translation>&amp;Kamera</translation>
    </message>
    <message>
        <source>Mic&amp;rophone</source>
        <translation>&amp;Mikrofon</translation>
    </message>
    <message>
        <source>Scr&amp;een</source>
        <translation>&amp;Bildschirm</translation>
    </message>
    <message>
        <source>Sound level</source>
        <translation>Lautstärke</translation>
    </message>
    <message>
        <source>&amp;Practise first</source>
        <translation>Erst &amp;üben</translation>
    </message>
    <message>
        <source>Your computer</source>
        <translation>Ihr Computer</translation>
    </message>
    <message>
        <source>My &amp;institution told me to go on all the same</source>
        <translation>Meine &amp;Einrichtung hat gesagt, ich soll trotzdem weitermachen</translation>
    </message>
    <message>
        <source>&amp;Start the exam recording</source>
        <translation>&amp;Aufzeichnung der Prüfung starten</translation>
    </message>
    <message>
        <source>&amp;Try again</source>
        <translation>&amp;Noch einmal versuchen</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>This keeps the exam from being recorded: {0}.</source>
        <translation>Das verhindert die Aufzeichnung der Prüfung: {0}.</translation>
    </message>
    <message>
        <source>What to do stands beside it below. If it does not help, ask: {0}. They may tell you to go on all the same.</source>
        <translation>Was zu tun ist, steht unten daneben. Wenn das nicht hilft, fragen Sie: {0}. Man kann Ihnen sagen, dass Sie trotzdem weitermachen sollen.</translation>
    </message>
    <message>
        <source>Close {0}?</source>
        <translation>{0} schließen?</translation>
    </message>
    <message>
        <source>Save your work in it first: what is not saved may be lost.</source>
        <translation>Speichern Sie vorher Ihre Arbeit darin: Was nicht gespeichert ist, kann verloren gehen.</translation>
    </message>
    <message>
        <source>&amp;Close it</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>&amp;Leave it open</source>
        <translation>&amp;Offen lassen</translation>
    </message>
    <message>
        <source>{0} does not close. End it at once?</source>
        <translation>{0} schließt sich nicht. Sofort beenden?</translation>
    </message>
    <message>
        <source>What is not saved in it is lost. It may also wait for your answer.</source>
        <translation>Was darin nicht gespeichert ist, geht verloren. Vielleicht wartet es auch auf Ihre Antwort.</translation>
    </message>
    <message>
        <source>&amp;End it</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>{0} is not closed by Invigil.</source>
        <translation>{0} wird von Invigil nicht geschlossen.</translation>
    </message>
    <message>
        <source>It belongs to the system, to another user, or Invigil runs in it. Close it yourself, or ask who looks after this computer.</source>
        <translation>Es gehört dem System oder jemand anderem, oder Invigil läuft darin. Schließen Sie es selbst, oder fragen Sie, wer diesen Computer betreut.</translation>
    </message>
</context>
<context>
    <name>Chrome</name>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>What is recorded</source>
        <translation>Was aufgezeichnet wird</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Kleinerer Text</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>Größerer Text</translation>
    </message>
</context>
<context>
    <name>ConsentPage</name>
    <message>
        <source>This exam is recorded. Please read what that means before you decide.</source>
        <translation>Diese Prüfung wird aufgezeichnet. Bitte lesen Sie, was das bedeutet, bevor Sie sich entscheiden.</translation>
    </message>
    <message>
        <source>&amp;I have read this and agree to all of it</source>
        <translation>&amp;Ich habe das gelesen und stimme allem zu</translation>
    </message>
    <message>
        <source>&amp;Agree and continue</source>
        <translation>&amp;Zustimmen und weiter</translation>
    </message>
    <message>
        <source>&amp;Decline</source>
        <translation>A&amp;blehnen</translation>
    </message>
</context>
<context>
    <name>Conversation</name>
    <message>
        <source>&amp;Send</source>
        <translation>&amp;Senden</translation>
    </message>
    <message>
        <source>Ask for &amp;help</source>
        <translation>Um &amp;Hilfe bitten</translation>
    </message>
    <message>
        <source>&amp;Message to the proctor</source>
        <translation>Nachricht an die &amp;Aufsicht</translation>
    </message>
    <message>
        <source>Proctor: {0}</source>
        <translation>Aufsicht: {0}</translation>
    </message>
    <message>
        <source>On its way: {0}. It is sent as soon as there is a connection.</source>
        <translation>Unterwegs: {0}. Es wird gesendet, sobald eine Verbindung besteht.</translation>
    </message>
    <message>
        <source>You: {0}</source>
        <translation>Sie: {0}</translation>
    </message>
    <message>
        <source>You asked for help.</source>
        <translation>Sie haben um Hilfe gebeten.</translation>
    </message>
</context>
<context>
    <name>Cover</name>
    <message>
        <source>Invigil: the exam runs on the other display</source>
        <translation>Invigil: Die Prüfung läuft auf dem anderen Bildschirm</translation>
    </message>
    <message>
        <source>The exam runs on the other display.</source>
        <translation>Die Prüfung läuft auf dem anderen Bildschirm.</translation>
    </message>
    <message>
        <source>To leave the exam: {0}</source>
        <translation>Die Prüfung verlassen: {0}</translation>
    </message>
</context>
<context>
    <name>DeclinedPage</name>
    <message>
        <source>You declined</source>
        <translation>Sie haben abgelehnt</translation>
    </message>
    <message>
        <source>C&amp;lose Invigil</source>
        <translation>Invigil &amp;schließen</translation>
    </message>
    <message>
        <source>&amp;Back to the code</source>
        <translation>&amp;Zurück zum Code</translation>
    </message>
    <message>
        <source>Nothing was recorded and nothing was uploaded.</source>
        <translation>Es wurde nichts aufgezeichnet und nichts hochgeladen.</translation>
    </message>
    <message>
        <source>No picture, sound or screen has left this computer.</source>
        <translation>Kein Bild, kein Ton und kein Bildschirminhalt hat diesen Computer verlassen.</translation>
    </message>
    <message>
        <source>Your code {0} is still valid. If you change your mind, enter it again.</source>
        <translation>Ihr Code {0} gilt weiterhin. Wenn Sie es sich anders überlegen, geben Sie ihn noch einmal ein.</translation>
    </message>
    <message>
        <source>For another way to take this exam, ask {0}: {1}.</source>
        <translation>Fragen Sie nach einem anderen Weg, diese Prüfung abzulegen: {0}, {1}.</translation>
    </message>
</context>
<context>
    <name>Dialogue</name>
    <message>
        <source>The page asks:</source>
        <translation>Die Seite fragt:</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Files to hand in</source>
        <translation>Dateien zum Abgeben</translation>
    </message>
</context>
<context>
    <name>EnterPage</name>
    <message>
        <source>Enter your exam code</source>
        <translation>Geben Sie Ihren Prüfungscode ein</translation>
    </message>
    <message>
        <source>You find it in the invitation to your exam. You can paste the whole link.</source>
        <translation>Er steht in der Einladung zu Ihrer Prüfung. Sie können auch den ganzen Link einfügen.</translation>
    </message>
    <message>
        <source>ABCD-EFGH or invigil://…</source>
        <translation>ABCD-EFGH oder invigil://…</translation>
    </message>
    <message>
        <source>exam.example.edu</source>
        <translation>pruefung.example.edu</translation>
    </message>
    <message>
        <source>&amp;Code or link</source>
        <translation>&amp;Code oder Link</translation>
    </message>
    <message>
        <source>&amp;Server&apos;s address</source>
        <translation>&amp;Adresse des Servers</translation>
    </message>
    <message>
        <source>Nothing is recorded yet. Next you read who records what and why, and decide whether you agree.</source>
        <translation>Noch wird nichts aufgezeichnet. Als Nächstes lesen Sie, wer was warum aufzeichnet, und entscheiden, ob Sie zustimmen.</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>S&amp;prache</translation>
    </message>
    <message>
        <source>C&amp;ontinue</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>C&amp;ancel</source>
        <translation>A&amp;bbrechen</translation>
    </message>
    <message>
        <source>&amp;Try it out</source>
        <translation>Aus&amp;probieren</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>Der Server wird gefragt …</translation>
    </message>
</context>
<context>
    <name>ExamBar</name>
    <message>
        <source>Sound level</source>
        <translation>Lautstärke</translation>
    </message>
    <message>
        <source>Show &amp;more</source>
        <translation>&amp;Mehr</translation>
    </message>
    <message>
        <source>Ask for &amp;help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Finish…</source>
        <translation>&amp;Beenden …</translation>
    </message>
    <message>
        <source>Time left: {0}</source>
        <translation>Verbleibende Zeit: {0}</translation>
    </message>
</context>
<context>
    <name>ExamBrowser</name>
    <message>
        <source>Files cannot be downloaded in this exam.</source>
        <translation>In dieser Prüfung können keine Dateien heruntergeladen werden.</translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation>Gespeichert als {0}.</translation>
    </message>
    <message>
        <source>{0} could not be saved: {1}.</source>
        <translation>{0} konnte nicht gespeichert werden: {1}.</translation>
    </message>
    <message>
        <source>Pages cannot be printed in this exam.</source>
        <translation>In dieser Prüfung können keine Seiten gedruckt werden.</translation>
    </message>
</context>
<context>
    <name>ExamPage</name>
    <message>
        <source>Finish the exam?</source>
        <translation>Die Prüfung beenden?</translation>
    </message>
    <message>
        <source>You cannot come back to it. The recording stops and what is still queued is delivered.</source>
        <translation>Sie können nicht zu ihr zurückkehren. Die Aufzeichnung endet, und was noch wartet, wird übertragen.</translation>
    </message>
    <message>
        <source>&amp;Finish now</source>
        <translation>&amp;Jetzt beenden</translation>
    </message>
    <message>
        <source>&amp;Keep going</source>
        <translation>Weiter&amp;machen</translation>
    </message>
    <message>
        <source>Hide &amp;what is recorded</source>
        <translation>Ver&amp;bergen, was aufgezeichnet wird</translation>
    </message>
    <message>
        <source>What is recorded is shown below.</source>
        <translation>Was aufgezeichnet wird, steht unten.</translation>
    </message>
    <message>
        <source>Recorded so far</source>
        <translation>Bisher aufgezeichnet</translation>
    </message>
    <message>
        <source>Sound level</source>
        <translation>Lautstärke</translation>
    </message>
    <message>
        <source>Show &amp;picture</source>
        <translation>Bil&amp;d zeigen</translation>
    </message>
    <message>
        <source>W&amp;ithdraw my consent…</source>
        <translation>Einwilligung &amp;zurückziehen …</translation>
    </message>
    <message>
        <source>&amp;What is recorded</source>
        <translation>Was auf&amp;gezeichnet wird</translation>
    </message>
    <message>
        <source>&amp;Finish the exam…</source>
        <translation>Prüfung b&amp;eenden …</translation>
    </message>
    <message>
        <source>Show &amp;less</source>
        <translation>&amp;Weniger zeigen</translation>
    </message>
    <message>
        <source>A proctor has been asked to help you.</source>
        <translation>Die Aufsicht wurde um Hilfe gebeten.</translation>
    </message>
    <message>
        <source>Hide &amp;picture</source>
        <translation>Bil&amp;d verbergen</translation>
    </message>
    <message>
        <source>The time is over: please finish.</source>
        <translation>Die Zeit ist um: Bitte beenden Sie die Prüfung.</translation>
    </message>
    <message>
        <source>Time left</source>
        <translation>Verbleibende Zeit</translation>
    </message>
    <message>
        <source>Time left: {0}</source>
        <translation>Verbleibende Zeit: {0}</translation>
    </message>
</context>
<context>
    <name>ExamView</name>
    <message>
        <source>The exam</source>
        <translation>Die Prüfung</translation>
    </message>
</context>
<context>
    <name>ExamWindow</name>
    <message>
        <source>Leave the exam</source>
        <translation>Prüfung verlassen</translation>
    </message>
    <message>
        <source>Leave the exam? The recording ends and is delivered, and you cannot go back. Choosing it again, or Ctrl+Q, leaves.</source>
        <translation>Die Prüfung verlassen? Die Aufzeichnung endet und wird übertragen, und Sie können nicht zurück. Wählen Sie es noch einmal, oder drücken Sie Strg+Q, um zu gehen.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weitermachen</translation>
    </message>
</context>
<context>
    <name>FindingRow</name>
    <message>
        <source>Waiting…</source>
        <translation>Wartet …</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Wird geprüft …</translation>
    </message>
</context>
<context>
    <name>Findings</name>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Einzelheiten</translation>
    </message>
    <message>
        <source>Fewer &amp;details</source>
        <translation>Weniger &amp;Einzelheiten</translation>
    </message>
</context>
<context>
    <name>FinishPage</name>
    <message>
        <source>Finishing</source>
        <translation>Abschluss</translation>
    </message>
    <message>
        <source>Delivery</source>
        <translation>Übertragung</translation>
    </message>
    <message>
        <source>&amp;Close Invigil</source>
        <translation>Invigil &amp;schließen</translation>
    </message>
    <message>
        <source>&amp;Save as a file…</source>
        <translation>Als &amp;Datei speichern …</translation>
    </message>
    <message>
        <source>Save the &amp;receipt…</source>
        <translation>&amp;Quittung speichern …</translation>
    </message>
    <message>
        <source>{0}, {1}, encrypted</source>
        <translation>{0}, {1}, verschlüsselt</translation>
    </message>
    <message>
        <source>It proves that everything was delivered.</source>
        <translation>Sie beweist, dass alles übertragen wurde.</translation>
    </message>
    <message>
        <source>It proves what was delivered so far. Save it again at the end.</source>
        <translation>Sie beweist, was bisher übertragen wurde. Speichern Sie sie am Ende noch einmal.</translation>
    </message>
    <message>
        <source>Keep {0}. Whoever asks about your exam needs it: {1}.</source>
        <translation>Bewahren Sie {0} auf. Für Fragen zu Ihrer Prüfung wird die Datei gebraucht: {1}.</translation>
    </message>
    <message>
        <source>The receipt is saved.</source>
        <translation>Die Quittung ist gespeichert.</translation>
    </message>
    <message>
        <source>One moment: the last seconds are being saved.</source>
        <translation>Einen Moment: Die letzten Sekunden werden gespeichert.</translation>
    </message>
    <message>
        <source>The window then closes by itself. Close it again to leave at once.</source>
        <translation>Danach schließt sich das Fenster von selbst. Schließen Sie es noch einmal, um sofort zu gehen.</translation>
    </message>
    <message>
        <source>{0} has ended your exam.</source>
        <translation>{0} hat Ihre Prüfung beendet.</translation>
    </message>
    <message>
        <source>Nothing is recorded any more, and you cannot go on with this code. What was recorded until then is delivered. If you think it is a mistake, or want to know what comes next, ask: {0}.</source>
        <translation>Es wird nichts mehr aufgezeichnet, und Sie können mit diesem Code nicht weitermachen. Was bis dahin aufgezeichnet wurde, wird übermittelt. Wenn Sie das für einen Irrtum halten oder wissen möchten, wie es weitergeht, fragen Sie: {0}.</translation>
    </message>
    <message>
        <source>The exam&apos;s time is over.</source>
        <translation>Die Prüfungszeit ist um.</translation>
    </message>
    <message>
        <source>It was handed in as it was.</source>
        <translation>Die Prüfung wurde so abgegeben, wie sie war.</translation>
    </message>
    <message>
        <source>{0}, about {1} left</source>
        <translation>{0}, noch etwa {1}</translation>
    </message>
    <message>
        <source>Saving the recording…</source>
        <translation>Die Aufzeichnung wird gespeichert …</translation>
    </message>
    <message>
        <source>The last seconds are being saved on this computer.</source>
        <translation>Die letzten Sekunden werden auf diesem Computer gespeichert.</translation>
    </message>
    <message>
        <source>The last part of the recording waits for room on this computer&apos;s disk.</source>
        <translation>Der letzte Teil der Aufzeichnung wartet auf Platz auf der Festplatte dieses Computers.</translation>
    </message>
    <message>
        <source>{0} Leave Invigil open: as soon as the disk takes it, it goes on by itself. What waits is lost if you close Invigil before. If it stays so, ask {1}: {2}.</source>
        <translation>{0} Lassen Sie Invigil geöffnet: Sobald die Festplatte ihn annimmt, geht es von selbst weiter. Was noch wartet, geht verloren, wenn Sie Invigil vorher schließen. Bleibt es so, fragen Sie {1}: {2}.</translation>
    </message>
    <message>
        <source>Delivering the recording</source>
        <translation>Die Aufzeichnung wird übertragen</translation>
    </message>
    <message>
        <source>Everything is safe on this computer and on its way.</source>
        <translation>Alles ist sicher auf diesem Computer und unterwegs.</translation>
    </message>
    <message>
        <source>Please leave the computer on until it says that you may close it.</source>
        <translation>Bitte lassen Sie den Computer an, bis hier steht, dass Sie ihn ausschalten können.</translation>
    </message>
    <message>
        <source>There is no connection to the server.</source>
        <translation>Es besteht keine Verbindung zum Server.</translation>
    </message>
    <message>
        <source>Everything is safe on this computer. The delivery goes on by itself when the connection is back. If you have to close this window, open Invigil again later: it then delivers the rest. Where there will be no connection, save the recording as a file and bring it to your institution.</source>
        <translation>Alles ist sicher auf diesem Computer. Die Übertragung geht von selbst weiter, sobald die Verbindung wieder da ist. Wenn Sie dieses Fenster schließen müssen, öffnen Sie Invigil später wieder: Es überträgt dann den Rest. Wenn es keine Verbindung geben wird, speichern Sie die Aufzeichnung als Datei und bringen Sie sie Ihrer Einrichtung.</translation>
    </message>
    <message>
        <source>The server does not take the recording.</source>
        <translation>Der Server nimmt die Aufzeichnung nicht an.</translation>
    </message>
    <message>
        <source>{0} Everything is safe on this computer, and it is tried again by itself. If it stays so, save the recording as a file and ask {1} where to bring it: {2}.</source>
        <translation>{0} Alles ist sicher auf diesem Computer, und es wird von selbst noch einmal versucht. Bleibt es dabei, speichern Sie die Aufzeichnung als Datei und fragen Sie {1}, wohin Sie sie bringen sollen: {2}.</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>Übertragen</translation>
    </message>
    <message>
        <source>Everything was delivered. You may close your computer now.</source>
        <translation>Alles wurde übertragen. Sie können Ihren Computer jetzt ausschalten.</translation>
    </message>
    <message>
        <source>The server has confirmed each piece with its signature.</source>
        <translation>Der Server hat jeden Teil mit seiner Unterschrift bestätigt.</translation>
    </message>
    <message>
        <source>The recording ended with a problem</source>
        <translation>Die Aufzeichnung endete mit einem Problem</translation>
    </message>
    <message>
        <source>What was recorded until then has been delivered.</source>
        <translation>Was bis dahin aufgezeichnet war, wurde übertragen.</translation>
    </message>
    <message>
        <source>{0} ({1}) could not be delivered yet. Leave Invigil and its files on this computer.</source>
        <translation>{0} ({1}) konnten noch nicht übertragen werden. Lassen Sie Invigil und seine Dateien auf diesem Computer.</translation>
    </message>
    <message>
        <source>Please tell your institution: {0}.</source>
        <translation>Bitte sagen Sie Ihrer Einrichtung Bescheid: {0}.</translation>
    </message>
    <message>
        <source>Questions about the exam or its recording: {0}.</source>
        <translation>Fragen zur Prüfung oder ihrer Aufzeichnung: {0}.</translation>
    </message>
    <message>
        <source>You may ask {0} for your own copy of the recording.</source>
        <translation>Eine eigene Kopie der Aufzeichnung können Sie hier verlangen: {0}.</translation>
    </message>
    <message>
        <source>A person decides about what was noted. You are told the reasons, and may appeal to {0}.</source>
        <translation>Über das Vermerkte entscheidet ein Mensch. Sie erfahren die Gründe und können Widerspruch einlegen: {0}.</translation>
    </message>
    <message>
        <source>You withdrew your consent. You may ask {0} to delete what was recorded until then.</source>
        <translation>Sie haben Ihre Einwilligung zurückgezogen. Sie können verlangen, dass das bis dahin Aufgezeichnete gelöscht wird: {0}.</translation>
    </message>
    <message>
        <source>What comes next</source>
        <translation>Wie es weitergeht</translation>
    </message>
    <message>
        <source>Exam</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Institution</source>
        <translation>Einrichtung</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Aufgezeichnet</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Umfang</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Questions</source>
        <translation>Fragen</translation>
    </message>
</context>
<context>
    <name>IdentityPage</name>
    <message>
        <source>Show who you are</source>
        <translation>Zeigen Sie, wer Sie sind</translation>
    </message>
    <message>
        <source>What is taken here is compared on this computer. You may take each part again, and whatever does not come off is a person&apos;s to decide.</source>
        <translation>Was hier aufgenommen wird, wird auf diesem Computer verglichen. Sie können jeden Teil wiederholen, und was nicht gelingt, entscheidet ein Mensch.</translation>
    </message>
    <message>
        <source>A proctor has refused.</source>
        <translation>Die Aufsicht hat abgelehnt.</translation>
    </message>
    <message>
        <source>Sound level</source>
        <translation>Lautstärke</translation>
    </message>
    <message>
        <source>Progress of this step</source>
        <translation>Fortschritt dieses Schritts</translation>
    </message>
    <message>
        <source>&amp;Begin</source>
        <translation>&amp;Beginnen</translation>
    </message>
    <message>
        <source>&amp;Take it again</source>
        <translation>&amp;Noch einmal aufnehmen</translation>
    </message>
    <message>
        <source>Ask a &amp;proctor</source>
        <translation>&amp;Aufsicht fragen</translation>
    </message>
    <message>
        <source>&amp;Leave this out…</source>
        <translation>Aus&amp;lassen …</translation>
    </message>
    <message>
        <source>C&amp;ontinue</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>Leave this part out?</source>
        <translation>Diesen Teil auslassen?</translation>
    </message>
    <message>
        <source>It is noted that it is missing, and a person looks at it. You may go on with the exam.</source>
        <translation>Es wird vermerkt, dass er fehlt, und ein Mensch sieht es sich an. Sie können mit der Prüfung weitermachen.</translation>
    </message>
    <message>
        <source>&amp;Leave it out</source>
        <translation>Aus&amp;lassen</translation>
    </message>
    <message>
        <source>&amp;Keep trying</source>
        <translation>Weiter &amp;versuchen</translation>
    </message>
    <message>
        <source>Sit in front of the camera, in good light.</source>
        <translation>Setzen Sie sich bei gutem Licht vor die Kamera.</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>Einen Moment …</translation>
    </message>
    <message>
        <source>Press “Begin” when you are ready. It takes about a minute.</source>
        <translation>Drücken Sie „Beginnen“, wenn Sie bereit sind. Es dauert etwa eine Minute.</translation>
    </message>
    <message>
        <source>This did not come off.</source>
        <translation>Das hat nicht geklappt.</translation>
    </message>
    <message>
        <source>A proctor has been asked.</source>
        <translation>Die Aufsicht wurde gefragt.</translation>
    </message>
    <message>
        <source>The answer appears here. You may try again meanwhile.</source>
        <translation>Die Antwort erscheint hier. Sie können es inzwischen noch einmal versuchen.</translation>
    </message>
    <message>
        <source>A part is missing.</source>
        <translation>Ein Teil fehlt.</translation>
    </message>
    <message>
        <source>It is noted, and a person looks at it. You may go on.</source>
        <translation>Das wird vermerkt, und ein Mensch sieht es sich an. Sie können weitermachen.</translation>
    </message>
    <message>
        <source>All is taken. You may go on.</source>
        <translation>Alles ist aufgenommen. Sie können weitermachen.</translation>
    </message>
    <message>
        <source>Take it again, ask a proctor, or leave it out.</source>
        <translation>Nehmen Sie es noch einmal auf, fragen Sie die Aufsicht, oder lassen Sie es aus.</translation>
    </message>
    <message>
        <source>Take it again, or leave it out.</source>
        <translation>Nehmen Sie es noch einmal auf, oder lassen Sie es aus.</translation>
    </message>
    <message>
        <source>Look into the camera</source>
        <translation>Schauen Sie in die Kamera</translation>
    </message>
    <message>
        <source>Turn your head a little</source>
        <translation>Drehen Sie den Kopf ein wenig</translation>
    </message>
    <message>
        <source>Hold up your identity document</source>
        <translation>Halten Sie Ihren Ausweis hoch</translation>
    </message>
    <message>
        <source>Read this aloud</source>
        <translation>Lesen Sie das laut vor</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
</context>
<context>
    <name>LeftoverCard</name>
    <message>
        <source>Delivery of {0}</source>
        <translation>Übertragung von {0}</translation>
    </message>
    <message>
        <source>Continue &amp;recording</source>
        <translation>Aufzeichnung &amp;fortsetzen</translation>
    </message>
    <message>
        <source>&amp;Hand in what there is…</source>
        <translation>&amp;Vorhandenes abgeben …</translation>
    </message>
    <message>
        <source>Save as a &amp;file…</source>
        <translation>Als &amp;Datei speichern …</translation>
    </message>
    <message>
        <source>Hand in what there is?</source>
        <translation>Abgeben, was vorhanden ist?</translation>
    </message>
    <message>
        <source>The recording then ends where it was interrupted, and nothing more can be recorded with its code.</source>
        <translation>Die Aufzeichnung endet dann dort, wo sie unterbrochen wurde, und mit ihrem Code kann nichts mehr aufgezeichnet werden.</translation>
    </message>
    <message>
        <source>Hand &amp;in</source>
        <translation>Ab&amp;geben</translation>
    </message>
    <message>
        <source>&amp;Not yet</source>
        <translation>&amp;Noch nicht</translation>
    </message>
    <message>
        <source>This recording was interrupted.</source>
        <translation>Diese Aufzeichnung wurde unterbrochen.</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>Übertragen</translation>
    </message>
    <message>
        <source>Finished, not delivered yet</source>
        <translation>Beendet, noch nicht übertragen</translation>
    </message>
    <message>
        <source>Everything so far has been delivered.</source>
        <translation>Alles bisher wurde übertragen.</translation>
    </message>
    <message>
        <source>{0} wait on this computer.</source>
        <translation>{0} warten auf diesem Computer.</translation>
    </message>
    <message>
        <source>The server has confirmed everything that was recorded.</source>
        <translation>Der Server hat alles bestätigt, was aufgezeichnet wurde.</translation>
    </message>
    <message>
        <source>{0} {1} wait on this computer, and it is tried again by itself. If it stays so, save the recording as a file and ask {2} where to bring it.</source>
        <translation>{0} {1} warten auf diesem Computer, und es wird von selbst noch einmal versucht. Bleibt es dabei, speichern Sie die Aufzeichnung als Datei und fragen Sie {2}, wohin Sie sie bringen sollen.</translation>
    </message>
    <message>
        <source>Delivering: {0}. You may go on meanwhile.</source>
        <translation>Wird übertragen: {0}. Sie können inzwischen weitermachen.</translation>
    </message>
    <message>
        <source>{0} wait on this computer. There is no connection to the server; the delivery goes on by itself when there is one.</source>
        <translation>{0} warten auf diesem Computer. Es besteht keine Verbindung zum Server; die Übertragung geht von selbst weiter, wenn es eine gibt.</translation>
    </message>
</context>
<context>
    <name>Mending</name>
    <message>
        <source>Yes, I did</source>
        <translation>Ja</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Nein</translation>
    </message>
    <message>
        <source>Once more</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>I have closed it</source>
        <translation>Ich habe es geschlossen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Record and listen</source>
        <translation>Aufnehmen und anhören</translation>
    </message>
    <message>
        <source>Put it back</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Close {0} for me…</source>
        <translation>{0} für mich schließen …</translation>
    </message>
</context>
<context>
    <name>Mirror</name>
    <message>
        <source>Your camera&apos;s picture, mirrored</source>
        <translation>Das Bild Ihrer Kamera, gespiegelt</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>Got it</source>
        <translation>Verstanden</translation>
    </message>
    <message>
        <source>the proctor</source>
        <translation>der Aufsicht</translation>
    </message>
    <message>
        <source>Warning from {0}</source>
        <translation>Verwarnung von {0}</translation>
    </message>
    <message>
        <source>Answer from {0}</source>
        <translation>Antwort von {0}</translation>
    </message>
    <message>
        <source>Please note</source>
        <translation>Bitte beachten</translation>
    </message>
    <message>
        <source>Message from {0}</source>
        <translation>Nachricht von {0}</translation>
    </message>
    <message>
        <source>If you think it is a mistake, write to the proctor: both are kept.</source>
        <translation>Wenn Sie das für einen Irrtum halten, schreiben Sie der Aufsicht: Beides wird aufbewahrt.</translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>You cannot sit the exam without it. If it stays so, ask {0}: {1}. What happens here is recorded, so they can see that you tried.</source>
        <translation>Ohne ihn können Sie die Prüfung nicht ablegen. Wenn es dabei bleibt, fragen Sie {0}: {1}. Was hier geschieht, wird aufgezeichnet; so ist zu sehen, dass Sie es versucht haben.</translation>
    </message>
</context>
<context>
    <name>Operation</name>
    <message>
        <source>Something unexpected went wrong.</source>
        <translation>Etwas Unerwartetes ist schiefgegangen.</translation>
    </message>
    <message>
        <source>Please try again. If it happens again, tell your institution the reference {0}.</source>
        <translation>Bitte versuchen Sie es noch einmal. Wenn es wieder geschieht, nennen Sie Ihrer Einrichtung das Zeichen {0}.</translation>
    </message>
</context>
<context>
    <name>OverviewPage</name>
    <message>
        <source>An exam of {0}. Questions: {1}</source>
        <translation>Eine Prüfung von {0}. Fragen: {1}</translation>
    </message>
    <message>
        <source>C&amp;ontinue</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>You begin when you are ready.</source>
        <translation>Sie beginnen, wenn Sie bereit sind.</translation>
    </message>
    <message>
        <source>The exam begins on {0}.</source>
        <translation>Die Prüfung beginnt am {0}.</translation>
    </message>
    <message>
        <source>What comes before it takes about {0}. You may leave at any time: “Quit” is on every page.</source>
        <translation>Was davor kommt, dauert etwa {0}. Sie können jederzeit gehen: „Beenden“ steht auf jeder Seite.</translation>
    </message>
    <message>
        <source>What will happen</source>
        <translation>Was geschehen wird</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>&amp;Keep going</source>
        <translation>Weiter&amp;machen</translation>
    </message>
    <message>
        <source>Withdraw your consent and end the exam?</source>
        <translation>Einwilligung zurückziehen und die Prüfung beenden?</translation>
    </message>
    <message>
        <source>The recording and your exam end at once, and cannot be taken up again with this code. What was recorded until now goes to {0}. You may ask them to delete it, and for another way to take the exam: {1}.</source>
        <translation>Die Aufzeichnung und Ihre Prüfung enden sofort und können mit diesem Code nicht wieder aufgenommen werden. Was bis jetzt aufgezeichnet wurde, erhält {0}. Sie können dort verlangen, dass es gelöscht wird, und nach einem anderen Weg zur Prüfung fragen: {1}.</translation>
    </message>
    <message>
        <source>Withdraw and &amp;end</source>
        <translation>Z&amp;urückziehen und beenden</translation>
    </message>
</context>
<context>
    <name>PracticePage</name>
    <message>
        <source>Practice</source>
        <translation>Probe</translation>
    </message>
    <message>
        <source>For 20 seconds this computer looks and listens as in an exam. Look at the screen, say a few words, move about. Nothing is kept, and nothing is sent.</source>
        <translation>20 Sekunden lang sieht und hört dieser Computer wie in einer Prüfung. Schauen Sie auf den Bildschirm, sagen Sie ein paar Worte, bewegen Sie sich. Nichts wird aufbewahrt, und nichts wird gesendet.</translation>
    </message>
    <message>
        <source>Opening camera and microphone…</source>
        <translation>Kamera und Mikrofon werden geöffnet …</translation>
    </message>
    <message>
        <source>Sound level</source>
        <translation>Lautstärke</translation>
    </message>
    <message>
        <source>&amp;Once more</source>
        <translation>Noch &amp;einmal</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>The practice run cannot begin.</source>
        <translation>Die Probe kann nicht beginnen.</translation>
    </message>
    <message>
        <source>The detectors are starting…</source>
        <translation>Die Erkennung startet …</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Wird geprüft …</translation>
    </message>
    <message>
        <source>{0} seconds left</source>
        <translation>noch {0} Sekunden</translation>
    </message>
    <message>
        <source>This is what the exam would see and hear.</source>
        <translation>Das würde die Prüfung sehen und hören.</translation>
    </message>
    <message>
        <source>Nothing of it was kept.</source>
        <translation>Nichts davon wurde aufbewahrt.</translation>
    </message>
</context>
<context>
    <name>RecordedPanel</name>
    <message>
        <source>No connection to the server; that is all right. {0}</source>
        <translation>Keine Verbindung zum Server; das ist nicht schlimm. {0}</translation>
    </message>
</context>
<context>
    <name>SavePanel</name>
    <message>
        <source>Saving the file</source>
        <translation>Die Datei wird gespeichert</translation>
    </message>
    <message>
        <source>Saving: {0} of {1}</source>
        <translation>Gespeichert: {0} von {1}</translation>
    </message>
    <message>
        <source>It is at {0} ({1}). Bring or send this file to {2}: only they can open it. The recording stays on this computer too, until they have confirmed it.</source>
        <translation>Sie liegt unter {0} ({1}). Bringen oder senden Sie diese Datei an {2}: Nur dort kann sie geöffnet werden. Die Aufzeichnung bleibt auch auf diesem Computer, bis sie bestätigt ist.</translation>
    </message>
    <message>
        <source>The file is saved, without {0} that are damaged on this disk.</source>
        <translation>Die Datei ist gespeichert, ohne {0}, die auf diesem Datenträger beschädigt sind.</translation>
    </message>
    <message>
        <source>The file is saved.</source>
        <translation>Die Datei ist gespeichert.</translation>
    </message>
</context>
<context>
    <name>Saver</name>
    <message>
        <source>Save the receipt</source>
        <translation>Quittung speichern</translation>
    </message>
    <message>
        <source>Receipts (*{0})</source>
        <translation>Quittungen (*{0})</translation>
    </message>
    <message>
        <source>Save the recording as a file</source>
        <translation>Aufzeichnung als Datei speichern</translation>
    </message>
    <message>
        <source>Invigil recordings (*{0})</source>
        <translation>Invigil-Aufzeichnungen (*{0})</translation>
    </message>
</context>
<context>
    <name>Step</name>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Consent</source>
        <translation>Einwilligung</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Identity</source>
        <translation>Identität</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>Blickpunkte</translation>
    </message>
    <message>
        <source>Waiting room</source>
        <translation>Warteraum</translation>
    </message>
    <message>
        <source>Exam</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Hand-in</source>
        <translation>Abgabe</translation>
    </message>
    <message>
        <source>Step {0} of {1}: {2}</source>
        <translation>Schritt {0} von {1}: {2}</translation>
    </message>
    <message>
        <source>{0} (done)</source>
        <translation>{0} (erledigt)</translation>
    </message>
    <message>
        <source>{0} (you are here)</source>
        <translation>{0} (Sie sind hier)</translation>
    </message>
    <message>
        <source>{0} · step {1} of {2}</source>
        <translation>{0} · Schritt {1} von {2}</translation>
    </message>
</context>
<context>
    <name>StreamRow</name>
    <message>
        <source>Recording</source>
        <translation>Wird aufgezeichnet</translation>
    </message>
    <message>
        <source>Not connected. It goes on when it is back.</source>
        <translation>Nicht verbunden. Es geht weiter, wenn es wieder da ist.</translation>
    </message>
</context>
<context>
    <name>Target</name>
    <message>
        <source>The point to look at. Press Escape to stop.</source>
        <translation>Der Punkt, auf den Sie schauen. Mit Escape brechen Sie ab.</translation>
    </message>
    <message>
        <source>Press Esc to stop.</source>
        <translation>Mit Esc brechen Sie ab.</translation>
    </message>
</context>
<context>
    <name>Terms</name>
    <message>
        <source>Who and why</source>
        <translation>Wer und warum</translation>
    </message>
    <message>
        <source>What is recorded</source>
        <translation>Was aufgezeichnet wird</translation>
    </message>
    <message>
        <source>What is never done</source>
        <translation>Was nie geschieht</translation>
    </message>
    <message>
        <source>What you may do</source>
        <translation>Was Sie tun können</translation>
    </message>
    <message>
        <source>I agree</source>
        <translation>Ich stimme zu</translation>
    </message>
    <message>
        <source>I agree: {0}</source>
        <translation>Ich stimme zu: {0}</translation>
    </message>
</context>
<context>
    <name>TermsPage</name>
    <message>
        <source>What is recorded</source>
        <translation>Was aufgezeichnet wird</translation>
    </message>
    <message>
        <source>This is what you agreed to for {0}.</source>
        <translation>Dem haben Sie zugestimmt für: {0}.</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>&amp;Withdraw my consent…</source>
        <translation>&amp;Einwilligung zurückziehen …</translation>
    </message>
</context>
<context>
    <name>TroubleView</name>
    <message>
        <source>Try &amp;again</source>
        <translation>&amp;Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Keep &amp;waiting</source>
        <translation>Weiter &amp;warten</translation>
    </message>
</context>
<context>
    <name>UnreadableBanner</name>
    <message>
        <source>Show its f&amp;older</source>
        <translation>Den &amp;Ordner zeigen</translation>
    </message>
</context>
<context>
    <name>UpdateOffer</name>
    <message>
        <source>Lat&amp;er</source>
        <translation>Spät&amp;er</translation>
    </message>
    <message>
        <source>&amp;Install now</source>
        <translation>Jetzt &amp;installieren</translation>
    </message>
    <message>
        <source>Co&amp;py the command</source>
        <translation>Befehl &amp;kopieren</translation>
    </message>
    <message>
        <source>Updates were not looked at.</source>
        <translation>Nach Aktualisierungen wurde nicht gesehen.</translation>
    </message>
    <message>
        <source>Your institution goes back to version {0}.</source>
        <translation>Ihre Einrichtung geht auf Version {0} zurück.</translation>
    </message>
    <message>
        <source>Version {0} of this program is here.</source>
        <translation>Version {0} dieses Programms ist da.</translation>
    </message>
    <message>
        <source>Your exam is not affected.</source>
        <translation>Ihre Prüfung ist davon nicht betroffen.</translation>
    </message>
    <message>
        <source>What the server says about them is out of date. Check this computer&apos;s date; if it is right, tell your institution&apos;s support.</source>
        <translation>Was der Server darüber sagt, ist veraltet. Prüfen Sie das Datum dieses Computers; stimmt es, sagen Sie es der Hilfe Ihrer Einrichtung.</translation>
    </message>
    <message>
        <source>The server says something older than before. Tell your institution&apos;s support.</source>
        <translation>Der Server sagt etwas Älteres als zuvor. Sagen Sie es der Hilfe Ihrer Einrichtung.</translation>
    </message>
    <message>
        <source>What the server says is not signed by your institution. Tell its support.</source>
        <translation>Was der Server sagt, ist nicht von Ihrer Einrichtung signiert. Sagen Sie es deren Hilfe.</translation>
    </message>
    <message>
        <source>What came is not what was signed, and was thrown away. If this stays so, tell your institution&apos;s support.</source>
        <translation>Was ankam, ist nicht das Signierte und wurde verworfen. Bleibt das so, sagen Sie es der Hilfe Ihrer Einrichtung.</translation>
    </message>
    <message>
        <source>What is offered was built by somebody else, and was not taken. Tell your institution&apos;s support.</source>
        <translation>Was angeboten wird, hat jemand anderes gebaut; es wurde nicht angenommen. Sagen Sie es der Hilfe Ihrer Einrichtung.</translation>
    </message>
    <message>
        <source>The server says something that this version does not understand. Ask your institution&apos;s support for a newer one.</source>
        <translation>Der Server sagt etwas, das diese Version nicht versteht. Bitten Sie die Hilfe Ihrer Einrichtung um eine neuere.</translation>
    </message>
    <message>
        <source>What is offered has no browser for exams, which this program has, and was not taken. Tell your institution&apos;s support.</source>
        <translation>Dem Angebotenen fehlt der Browser für Prüfungen, den dieses Programm hat; es wurde nicht übernommen. Sagen Sie es der Hilfe Ihrer Einrichtung.</translation>
    </message>
    <message>
        <source>There is too little room on the disk for them.</source>
        <translation>Auf der Festplatte ist zu wenig Platz dafür.</translation>
    </message>
    <message>
        <source>This computer does not let them be kept.</source>
        <translation>Dieser Rechner lässt sie nicht speichern.</translation>
    </message>
    <message>
        <source>Installing…</source>
        <translation>Wird installiert …</translation>
    </message>
    <message>
        <source>This program cannot install it by itself. Close it, then have somebody who may install programs run: {0}</source>
        <translation>Dieses Programm kann sie nicht selbst installieren. Schließen Sie es und lassen Sie dann jemanden, der Programme installieren darf, ausführen: {0}</translation>
    </message>
    <message>
        <source>It is here, and checked.</source>
        <translation>Sie ist da und geprüft.</translation>
    </message>
    <message>
        <source>It starts from the menu the next time. The version before stays; this goes back to it: {0}</source>
        <translation>Sie startet beim nächsten Mal aus dem Menü. Die Version davor bleibt; zu ihr zurück führt: {0}</translation>
    </message>
    <message>
        <source>It is installed.</source>
        <translation>Sie ist installiert.</translation>
    </message>
    <message>
        <source>Close this program; then your system&apos;s installer goes on.</source>
        <translation>Schließen Sie dieses Programm; dann macht das Installationsprogramm Ihres Systems weiter.</translation>
    </message>
    <message>
        <source>The installer is open.</source>
        <translation>Das Installationsprogramm ist offen.</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
</context>
<context>
    <name>WaitingPage</name>
    <message>
        <source>Waiting room</source>
        <translation>Warteraum</translation>
    </message>
    <message>
        <source>I am &amp;ready: begin the exam</source>
        <translation>Ich bin &amp;bereit: Prüfung beginnen</translation>
    </message>
    <message>
        <source>You begin when you are ready. Your time runs from then.</source>
        <translation>Sie beginnen, wenn Sie bereit sind. Ihre Zeit läuft ab dann.</translation>
    </message>
    <message>
        <source>until the exam begins by itself ({0}), by the server&apos;s clock</source>
        <translation>bis die Prüfung von selbst beginnt ({0}), nach der Uhr des Servers</translation>
    </message>
    <message>
        <source>The exam begins in a moment.</source>
        <translation>Die Prüfung beginnt gleich.</translation>
    </message>
    <message>
        <source>A proctor has refused.</source>
        <translation>Die Aufsicht hat abgelehnt.</translation>
    </message>
    <message>
        <source>It is about who sits there: a person looks at your photograph.</source>
        <translation>Es geht darum, wer dort sitzt: Ein Mensch sieht sich Ihr Foto an.</translation>
    </message>
    <message>
        <source>Something about this computer is unusual. That is no accusation: a person looks at it.</source>
        <translation>Etwas an diesem Computer ist ungewöhnlich. Das ist kein Vorwurf: Ein Mensch sieht es sich an.</translation>
    </message>
    <message>
        <source>You need not do anything. The exam begins after the answer.</source>
        <translation>Sie müssen nichts tun. Die Prüfung beginnt nach der Antwort.</translation>
    </message>
    <message>
        <source>A proctor&apos;s word is awaited.</source>
        <translation>Die Entscheidung der Aufsicht wird abgewartet.</translation>
    </message>
    <message>
        <source>The exam begins in {0}.</source>
        <translation>Die Prüfung beginnt in {0}.</translation>
    </message>
    <message>
        <source>What is allowed</source>
        <translation>Was erlaubt ist</translation>
    </message>
    <message>
        <source>Questions before it begins</source>
        <translation>Fragen, bevor es losgeht</translation>
    </message>
</context>
<context>
    <name>Way</name>
    <message>
        <source>Your exam is being recorded. If you close Invigil, the recording ends and the exam counts as finished.</source>
        <translation>Ihre Prüfung wird aufgezeichnet. Wenn Sie Invigil schließen, endet die Aufzeichnung, und die Prüfung gilt als beendet.</translation>
    </message>
    <message>
        <source>Your exam has not begun, but its recording has. If you close Invigil, it ends, and the code is used up: ask {0} for another one.</source>
        <translation>Ihre Prüfung hat noch nicht begonnen, aber ihre Aufzeichnung. Wenn Sie Invigil schließen, endet sie, und der Code ist verbraucht: Einen neuen bekommen Sie von {0}.</translation>
    </message>
    <message>
        <source>Finish the exam and close Invigil?</source>
        <translation>Die Prüfung beenden und Invigil schließen?</translation>
    </message>
    <message>
        <source>Leave before the exam and close Invigil?</source>
        <translation>Vor der Prüfung gehen und Invigil schließen?</translation>
    </message>
    <message>
        <source>&amp;Finish and close</source>
        <translation>&amp;Beenden und schließen</translation>
    </message>
    <message>
        <source>&amp;Leave and close</source>
        <translation>&amp;Gehen und schließen</translation>
    </message>
</context>
<context>
    <name>agreeing</name>
    <message>
        <source>Who records</source>
        <translation>Wer aufzeichnet</translation>
    </message>
    <message>
        <source>{0}. Questions: {1}</source>
        <translation>{0}. Fragen: {1}</translation>
    </message>
    <message>
        <source>What for</source>
        <translation>Wozu</translation>
    </message>
    <message>
        <source>Where and how long it is kept</source>
        <translation>Wo und wie lange es aufbewahrt wird</translation>
    </message>
    <message>
        <source>On {0}, encrypted. {1}</source>
        <translation>Auf {0}, verschlüsselt. {1}</translation>
    </message>
    <message>
        <source>Who sees it</source>
        <translation>Wer es sieht</translation>
    </message>
    <message>
        <source>Proctors and reviewers whom {0} has authorised, during the exam and afterwards. It is encrypted for {0}; nobody else can open it.</source>
        <translation>Aufsichten und Prüfende, die {0} damit beauftragt hat, während der Prüfung und danach. Verschlüsselt ist es für {0}; niemand sonst kann es öffnen.</translation>
    </message>
    <message>
        <source>How long the exam is</source>
        <translation>Wie lange die Prüfung dauert</translation>
    </message>
    <message>
        <source>On {0}, encrypted.</source>
        <translation>Auf {0}, verschlüsselt.</translation>
    </message>
    <message>
        <source>Kept for so long, and then deleted:</source>
        <translation>So lange wird es aufbewahrt und dann gelöscht:</translation>
    </message>
    <message>
        <source>Switched off for you</source>
        <translation>Für Sie ausgeschaltet</translation>
    </message>
    <message>
        <source>Your accommodation: {0}.</source>
        <translation>Ihr Nachteilsausgleich: {0}.</translation>
    </message>
    <message>
        <source>Not looked for, and so not noted:</source>
        <translation>Danach wird nicht gesucht, und es wird nicht vermerkt:</translation>
    </message>
    <message>
        <source>This exam notes nothing that it would switch off.</source>
        <translation>Diese Prüfung vermerkt nichts, was er ausschalten würde.</translation>
    </message>
    <message>
        <source>Limit of the score</source>
        <translation>Grenze der Punktzahl</translation>
    </message>
    <message>
        <source>What is noted counts in a score. When it reaches the limit of this exam&apos;s rules, the exam is paused before anybody has looked, and ended two minutes later unless a proctor lets it go on. A person decides about your result.</source>
        <translation>Was vermerkt wird, zählt für eine Punktzahl. Erreicht sie die Grenze in den Regeln dieser Prüfung, wird die Prüfung angehalten, bevor jemand nachgesehen hat, und zwei Minuten später beendet, wenn die Aufsicht sie nicht weitergehen lässt. Über Ihr Ergebnis entscheidet ein Mensch.</translation>
    </message>
    <message>
        <source>What is noted counts in a score. When it reaches the limit of this exam&apos;s rules, the exam is paused before anybody has looked, until a proctor lets it go on. A person decides about your result.</source>
        <translation>Was vermerkt wird, zählt für eine Punktzahl. Erreicht sie die Grenze in den Regeln dieser Prüfung, wird die Prüfung angehalten, bevor jemand nachgesehen hat, bis die Aufsicht sie weitergehen lässt. Über Ihr Ergebnis entscheidet ein Mensch.</translation>
    </message>
    <message>
        <source>Nothing is recorded or uploaded before you agree and start.</source>
        <translation>Bevor Sie zustimmen und starten, wird nichts aufgezeichnet oder hochgeladen.</translation>
    </message>
    <message>
        <source>No program decides about your result: a person does.</source>
        <translation>Kein Programm entscheidet über Ihr Ergebnis: Das tut ein Mensch.</translation>
    </message>
    <message>
        <source>Your emotions or mood are never analysed.</source>
        <translation>Ihre Gefühle oder Ihre Stimmung werden nie ausgewertet.</translation>
    </message>
    <message>
        <source>Your files are not opened, and recording ends with the exam.</source>
        <translation>Ihre Dateien werden nicht geöffnet, und die Aufzeichnung endet mit der Prüfung.</translation>
    </message>
    <message>
        <source>You may object to any item. Decline, and ask {0} ({1}) for another way to take the exam.</source>
        <translation>Sie können jedem Punkt widersprechen. Lehnen Sie ab, und fragen Sie nach einem anderen Weg zur Prüfung: {0} ({1}).</translation>
    </message>
    <message>
        <source>You may read all of this again on every page, and withdraw your consent there. The recording then ends at once.</source>
        <translation>Sie können all das auf jeder Seite noch einmal lesen und Ihre Einwilligung dort zurückziehen. Die Aufzeichnung endet dann sofort.</translation>
    </message>
    <message>
        <source>You may ask {0} for your own copy, for a correction and for deletion.</source>
        <translation>Sie können eine eigene Kopie, eine Berichtigung und die Löschung verlangen: {0}.</translation>
    </message>
    <message>
        <source>You may ask {0} for the reasons of a decision, have it looked at again, and complain to the data protection authority.</source>
        <translation>Sie können die Gründe einer Entscheidung erfragen und sie noch einmal prüfen lassen ({0}) und sich bei der Datenschutzaufsicht beschweren.</translation>
    </message>
    <message>
        <source>Video of you, from the check to the end of the exam.</source>
        <translation>Video von Ihnen, von der Geräteprüfung bis zum Ende der Prüfung.</translation>
    </message>
    <message>
        <source>Before the exam you look at nine points, so that looking at the screen is told from looking away.</source>
        <translation>Vor der Prüfung schauen Sie auf neun Punkte, damit der Blick auf den Bildschirm vom Wegschauen unterschieden wird.</translation>
    </message>
    <message>
        <source>What can be heard where you sit.</source>
        <translation>Was dort zu hören ist, wo Sie sitzen.</translation>
    </message>
    <message>
        <source>Everything that is shown on it. Close what is private first.</source>
        <translation>Alles, was darauf zu sehen ist. Schließen Sie vorher, was privat ist.</translation>
    </message>
    <message>
        <source>A photograph of your face before the exam.</source>
        <translation>Ein Foto Ihres Gesichts vor der Prüfung.</translation>
    </message>
    <message>
        <source>Your face is compared with it during the exam, on this computer (biometric data).</source>
        <translation>Ihr Gesicht wird während der Prüfung auf diesem Computer damit verglichen (biometrische Daten).</translation>
    </message>
    <message>
        <source>Photograph</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Identity document</source>
        <translation>Ausweis</translation>
    </message>
    <message>
        <source>A photograph of your identity card or student card. The face on it is compared with yours, on this computer. Cover what the exam does not need.</source>
        <translation>Ein Foto Ihres Personal- oder Studierendenausweises. Das Gesicht darauf wird auf diesem Computer mit Ihrem verglichen. Verdecken Sie, was die Prüfung nicht braucht.</translation>
    </message>
    <message>
        <source>You read a sentence aloud before the exam.</source>
        <translation>Sie lesen vor der Prüfung einen Satz laut vor.</translation>
    </message>
    <message>
        <source>It tells your voice from another one, on this computer (biometric data).</source>
        <translation>Damit wird Ihre Stimme auf diesem Computer von einer anderen unterschieden (biometrische Daten).</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>The names of windows and programs, and whether the recording runs.</source>
        <translation>Die Namen von Fenstern und Programmen und ob die Aufzeichnung läuft.</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>Dieser Computer</translation>
    </message>
    <message>
        <source>Everything is put back as it was when the exam ends, and after a crash too.</source>
        <translation>Alles wird am Ende der Prüfung wieder so eingerichtet, wie es war, auch nach einem Absturz.</translation>
    </message>
    <message>
        <source>You work in the exam&apos;s own browser, which opens the exam&apos;s pages only.</source>
        <translation>Sie arbeiten im eigenen Browser der Prüfung, der nur ihre Seiten öffnet.</translation>
    </message>
    <message>
        <source>While the exam runs, where the system can:</source>
        <translation>Während die Prüfung läuft, soweit das System es kann:</translation>
    </message>
    <message>
        <source>What changes on this computer</source>
        <translation>Was sich an diesem Computer ändert</translation>
    </message>
    <message>
        <source>Noted, for a person to look at:</source>
        <translation>Vermerkt wird, damit ein Mensch es sich ansieht:</translation>
    </message>
    <message>
        <source>the exam fills its display, and other displays are covered</source>
        <translation>die Prüfung füllt ihren Bildschirm, und andere Bildschirme werden verdeckt</translation>
    </message>
    <message>
        <source>the exam stays in front of other windows</source>
        <translation>die Prüfung bleibt vor anderen Fenstern</translation>
    </message>
    <message>
        <source>keys that lead out of the exam do nothing</source>
        <translation>Tasten, die aus der Prüfung führen, bewirken nichts</translation>
    </message>
    <message>
        <source>what you copied before is put aside, and given back afterwards</source>
        <translation>was Sie vorher kopiert hatten, wird beiseitegelegt und danach zurückgegeben</translation>
    </message>
    <message>
        <source>keys that take a picture of the screen do nothing</source>
        <translation>Tasten, die ein Bild des Bildschirms machen, tun nichts</translation>
    </message>
    <message>
        <source>the exam comes back to the front when another window is there</source>
        <translation>die Prüfung kommt wieder nach vorn, wenn dort ein anderes Fenster ist</translation>
    </message>
    <message>
        <source>displays but the exam&apos;s are covered</source>
        <translation>andere Bildschirme als der der Prüfung sind verdeckt</translation>
    </message>
    <message>
        <source>programs that the exam prohibits have to be closed; you are asked first</source>
        <translation>Programme, die die Prüfung verbietet, müssen geschlossen werden; Sie werden vorher gefragt</translation>
    </message>
    <message>
        <source>it is noticed when a keyboard or mouse is plugged in</source>
        <translation>es wird bemerkt, wenn eine Tastatur oder Maus angeschlossen wird</translation>
    </message>
    <message>
        <source>the computer does not sleep or lock by itself</source>
        <translation>der Computer schläft nicht ein und sperrt sich nicht von selbst</translation>
    </message>
    <message>
        <source>notifications are kept quiet</source>
        <translation>Benachrichtigungen bleiben stumm</translation>
    </message>
</context>
<context>
    <name>allowed</name>
    <message>
        <source>You have {0}.</source>
        <translation>Sie haben {0}.</translation>
    </message>
    <message>
        <source>These programs must stay closed: {0}.</source>
        <translation>Diese Programme müssen geschlossen bleiben: {0}.</translation>
    </message>
    <message>
        <source>A proctor&apos;s warnings count: the exam ends with warning number {0}.</source>
        <translation>Verwarnungen der Aufsicht zählen: Die Prüfung endet mit der Verwarnung Nummer {0}.</translation>
    </message>
    <message>
        <source>You work in the exam&apos;s own browser, and nowhere else.</source>
        <translation>Sie arbeiten im eigenen Browser der Prüfung und nirgendwo sonst.</translation>
    </message>
    <message>
        <source>You may use these windows: {0}.</source>
        <translation>Diese Fenster dürfen Sie benutzen: {0}.</translation>
    </message>
    <message>
        <source>You may use what your exam&apos;s own rules allow.</source>
        <translation>Sie dürfen benutzen, was die Regeln Ihrer Prüfung erlauben.</translation>
    </message>
    <message>
        <source>There are no breaks. Ask a proctor if you need one.</source>
        <translation>Es gibt keine Pausen. Fragen Sie die Aufsicht, wenn Sie eine brauchen.</translation>
    </message>
    <message>
        <source>You may take one break of up to {0}.</source>
        <translation>Sie dürfen eine Pause machen, höchstens {0}.</translation>
    </message>
    <message>
        <source>You may take {0} breaks of up to {1} each.</source>
        <translation>Sie dürfen {0} Pausen machen, jede höchstens {1}.</translation>
    </message>
</context>
<context>
    <name>checks</name>
    <message>
        <source>In order</source>
        <translation>In Ordnung</translation>
    </message>
    <message>
        <source>Please look</source>
        <translation>Bitte ansehen</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Not looked at</source>
        <translation>Nicht geprüft</translation>
    </message>
    <message>
        <source>A question</source>
        <translation>Eine Frage</translation>
    </message>
    <message>
        <source>{0} of {1} looked at…</source>
        <translation>{0} von {1} geprüft …</translation>
    </message>
    <message>
        <source>All is in order.</source>
        <translation>Alles ist in Ordnung.</translation>
    </message>
    <message>
        <source>{0} of {1} in order; please look at the others.</source>
        <translation>{0} von {1} in Ordnung; bitte sehen Sie sich die anderen an.</translation>
    </message>
</context>
<context>
    <name>exam</name>
    <message>
        <source>If it stays like this, ask for help: the exam&apos;s time and your work are on record.</source>
        <translation>Wenn es so bleibt, bitten Sie um Hilfe: Prüfungszeit und Ihre Arbeit sind festgehalten.</translation>
    </message>
    <message>
        <source>No connection to the exam</source>
        <translation>Keine Verbindung zur Prüfung</translation>
    </message>
    <message>
        <source>“{0}” was not found. Mostly this computer has lost its connection to the internet. The recording goes on without it.</source>
        <translation>„{0}“ wurde nicht gefunden. Meist hat dieser Computer keine Verbindung zum Internet mehr. Die Aufzeichnung läuft ohne sie weiter.</translation>
    </message>
    <message>
        <source>Look at your network cable or Wi-Fi, then choose “Try again”.</source>
        <translation>Sehen Sie nach Netzwerkkabel oder WLAN, und wählen Sie „Noch einmal versuchen“.</translation>
    </message>
    <message>
        <source>The exam&apos;s server does not answer</source>
        <translation>Der Server der Prüfung antwortet nicht</translation>
    </message>
    <message>
        <source>“{0}” could not be reached, or ended the connection.</source>
        <translation>„{0}“ war nicht erreichbar oder beendete die Verbindung.</translation>
    </message>
    <message>
        <source>Wait for a minute, then choose “Try again”.</source>
        <translation>Warten Sie eine Minute, und wählen Sie „Noch einmal versuchen“.</translation>
    </message>
    <message>
        <source>This page could not be loaded</source>
        <translation>Diese Seite konnte nicht geladen werden</translation>
    </message>
    <message>
        <source>Something went wrong between here and “{0}”.</source>
        <translation>Zwischen hier und „{0}“ ging etwas schief.</translation>
    </message>
    <message>
        <source>Choose “Try again”.</source>
        <translation>Wählen Sie „Noch einmal versuchen“.</translation>
    </message>
    <message>
        <source>This connection is not secure</source>
        <translation>Diese Verbindung ist nicht sicher</translation>
    </message>
    <message>
        <source>The page was not opened, so that nobody can read along.</source>
        <translation>Die Seite wurde nicht geöffnet, damit niemand mitlesen kann.</translation>
    </message>
    <message>
        <source>The certificate of “{0}” is not valid on the date of this computer.</source>
        <translation>Das Zertifikat von „{0}“ gilt nicht am Datum dieses Computers.</translation>
    </message>
    <message>
        <source>The certificate shown belongs to another than “{0}”.</source>
        <translation>Das gezeigte Zertifikat gehört nicht zu „{0}“.</translation>
    </message>
    <message>
        <source>The certificate of “{0}” was issued by somebody unknown here.</source>
        <translation>Das Zertifikat von „{0}“ stammt von jemandem, der hier unbekannt ist.</translation>
    </message>
    <message>
        <source>The certificate of “{0}” was withdrawn.</source>
        <translation>Das Zertifikat von „{0}“ wurde widerrufen.</translation>
    </message>
    <message>
        <source>The certificate of “{0}” is not in order.</source>
        <translation>Das Zertifikat von „{0}“ ist nicht in Ordnung.</translation>
    </message>
    <message>
        <source>Look whether this computer&apos;s date and time are right, then choose “Try again”. If they are, ask for help: it is your institution&apos;s to mend.</source>
        <translation>Sehen Sie nach, ob Datum und Uhrzeit dieses Computers stimmen, und wählen Sie „Noch einmal versuchen“. Wenn ja, bitten Sie um Hilfe: Ihre Einrichtung muss es beheben.</translation>
    </message>
    <message>
        <source>Public Wi-Fi often causes this before one has signed in to it: use another network, then choose “Try again”. Otherwise ask for help: it is your institution&apos;s to mend.</source>
        <translation>Öffentliches WLAN verursacht das oft, bevor man sich angemeldet hat: Nehmen Sie ein anderes Netz, und wählen Sie „Noch einmal versuchen“. Sonst bitten Sie um Hilfe: Ihre Einrichtung muss es beheben.</translation>
    </message>
    <message>
        <source>This page takes long</source>
        <translation>Diese Seite braucht lange</translation>
    </message>
    <message>
        <source>Nothing has come from “{0}” for {1} seconds.</source>
        <translation>Von „{0}“ kam seit {1} Sekunden nichts.</translation>
    </message>
    <message>
        <source>Keep waiting, or choose “Try again” to ask for the page anew.</source>
        <translation>Warten Sie weiter, oder wählen Sie „Noch einmal versuchen“, um die Seite neu anzufordern.</translation>
    </message>
    <message>
        <source>This page stopped working</source>
        <translation>Diese Seite funktioniert nicht mehr</translation>
    </message>
    <message>
        <source>What shows “{0}” has ended unexpectedly. What you had sent is safe; what was only typed may be gone. The recording goes on.</source>
        <translation>Was „{0}“ zeigt, hat unerwartet geendet. Was Sie gesendet hatten, ist sicher; was nur getippt war, kann weg sein. Die Aufzeichnung läuft weiter.</translation>
    </message>
    <message>
        <source>Choose “Try again” to load the page anew.</source>
        <translation>Wählen Sie „Noch einmal versuchen“, um die Seite neu zu laden.</translation>
    </message>
    <message>
        <source>{0} is not part of this exam and was not opened. This is noted.</source>
        <translation>{0} gehört nicht zu dieser Prüfung und wurde nicht geöffnet. Das wird vermerkt.</translation>
    </message>
    <message>
        <source>The page was printed.</source>
        <translation>Die Seite wurde gedruckt.</translation>
    </message>
    <message>
        <source>The page could not be printed.</source>
        <translation>Die Seite konnte nicht gedruckt werden.</translation>
    </message>
</context>
<context>
    <name>recorder</name>
    <message>
        <source>A code belongs to a server.</source>
        <translation>Ein Code gehört zu einem Server.</translation>
    </message>
    <message>
        <source>A computer that runs out of power ends the exam.</source>
        <translation>Ein Computer ohne Strom beendet die Prüfung.</translation>
    </message>
    <message>
        <source>A face that cannot be made out is reported as missing.</source>
        <translation>Ein Gesicht, das nicht zu erkennen ist, wird als fehlend gemeldet.</translation>
    </message>
    <message>
        <source>A fault of this program holds delivery up; it goes on trying.</source>
        <translation>Ein Fehler dieses Programms hält die Übertragung auf; es versucht es weiter.</translation>
    </message>
    <message>
        <source>A fingerprint is 64 hex digits; several are separated by spaces.</source>
        <translation>Ein Fingerabdruck hat 64 Hexadezimalziffern; mehrere werden durch Leerzeichen getrennt.</translation>
    </message>
    <message>
        <source>A person decides about every result, never a program. If you disagree with a decision, appeal on that page, or write to {0} and name the session; keep this file.</source>
        <translation>Über jedes Ergebnis entscheidet ein Mensch, nie ein Programm. Wenn Sie mit einer Entscheidung nicht einverstanden sind, legen Sie auf jener Seite Einspruch ein, oder schreiben Sie an {0} und nennen Sie die Sitzung; bewahren Sie diese Datei auf.</translation>
    </message>
    <message>
        <source>A person looks at what is reported, and decides about it.</source>
        <translation>Was gemeldet wird, sieht sich ein Mensch an und entscheidet darüber.</translation>
    </message>
    <message>
        <source>A piece has not arrived yet and is tried again: {0}.</source>
        <translation>Ein Teil ist noch nicht angekommen und wird erneut gesendet: {0}.</translation>
    </message>
    <message>
        <source>A piece is not taken by the server: {0}</source>
        <translation>Ein Teil nimmt der Server nicht an: {0}</translation>
    </message>
    <message>
        <source>A proctor is asked about this computer. Please wait.</source>
        <translation>Die Aufsicht wird zu diesem Computer gefragt. Bitte warten Sie.</translation>
    </message>
    <message>
        <source>A proctor is asked about this computer. Please wait. Why: {0}.</source>
        <translation>Die Aufsicht wird zu diesem Computer gefragt. Bitte warten Sie. Der Grund: {0}.</translation>
    </message>
    <message>
        <source>A proctor is asked about your identity. Please wait.</source>
        <translation>Die Aufsicht wird zu Ihrer Identität gefragt. Bitte warten Sie.</translation>
    </message>
    <message>
        <source>A window without a title.</source>
        <translation>Ein Fenster ohne Titel.</translation>
    </message>
    <message>
        <source>Add your user to the group “video”, then log out and in again.</source>
        <translation>Nehmen Sie Ihr Konto in die Gruppe „video“ auf, und melden Sie sich ab und wieder an.</translation>
    </message>
    <message>
        <source>All that is needed is allowed.</source>
        <translation>Alles Nötige ist erlaubt.</translation>
    </message>
    <message>
        <source>Allow it in the system&apos;s privacy settings, and open Invigil again.</source>
        <translation>Erlauben Sie es in den Datenschutzeinstellungen des Systems und öffnen Sie Invigil erneut.</translation>
    </message>
    <message>
        <source>Allow screen recording for Invigil in the system&apos;s privacy settings, or sign in to a desktop session, then try again.</source>
        <translation>Erlauben Sie Invigil in den Datenschutzeinstellungen des Systems die Bildschirmaufnahme, oder melden Sie sich an einer Arbeitsoberfläche an; versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>An exam may ask for what not every computer can do.</source>
        <translation>Eine Prüfung kann verlangen, was nicht jeder Computer kann.</translation>
    </message>
    <message>
        <source>Another Invigil</source>
        <translation>Ein anderes Invigil</translation>
    </message>
    <message>
        <source>Another window in front is reported.</source>
        <translation>Ein anderes Fenster im Vordergrund wird gemeldet.</translation>
    </message>
    <message>
        <source>Answer with “allow”.</source>
        <translation>Antworten Sie mit „Erlauben“.</translation>
    </message>
    <message>
        <source>Ask for user namespaces to be allowed for it (on Ubuntu: an AppArmor profile with “userns”), or use another computer.</source>
        <translation>Lassen Sie dafür „user namespaces“ erlauben (auf Ubuntu: ein AppArmor-Profil mit „userns“), oder nehmen Sie einen anderen Computer.</translation>
    </message>
    <message>
        <source>Ask its owner for permission to read it.</source>
        <translation>Bitten Sie den Besitzer um Leserechte.</translation>
    </message>
    <message>
        <source>Ask the institution for its own recorder.</source>
        <translation>Fragen Sie die Einrichtung nach ihrem eigenen Programm.</translation>
    </message>
    <message>
        <source>Ask your institution for a new code.</source>
        <translation>Bitten Sie Ihre Einrichtung um einen neuen Code.</translation>
    </message>
    <message>
        <source>Ask your institution what follows.</source>
        <translation>Fragen Sie Ihre Einrichtung, wie es weitergeht.</translation>
    </message>
    <message>
        <source>Ask {0}: {1}. Name the session {2}.</source>
        <translation>Fragen Sie {0}: {1}. Nennen Sie die Sitzung {2}.</translation>
    </message>
    <message>
        <source>Assistive technology</source>
        <translation>Hilfsmittel</translation>
    </message>
    <message>
        <source>Be alone in the room, and take down portraits behind you.</source>
        <translation>Seien Sie allein im Raum, und hängen Sie Porträts hinter sich ab.</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>Camera {0} is there but gives no picture.</source>
        <translation>Kamera {0} ist da, liefert aber kein Bild.</translation>
    </message>
    <message>
        <source>Cameras have no names here; device:0 is the first one.</source>
        <translation>Kameras haben hier keine Namen; device:0 ist die erste.</translation>
    </message>
    <message>
        <source>Check its cable and close other programs that use it, then try again.</source>
        <translation>Prüfen Sie ihr Kabel und schließen Sie andere Programme, die sie benutzen; versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>Check its name and its rights.</source>
        <translation>Prüfen Sie Namen und Rechte.</translation>
    </message>
    <message>
        <source>Check that the disk is still there, or choose another folder.</source>
        <translation>Prüfen Sie, ob der Datenträger noch da ist, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Check the address and your internet connection, then try again.</source>
        <translation>Prüfen Sie die Adresse und Ihre Internetverbindung, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Check the address. In a hotel, a library or a school, open a web page first: the network may want you to sign in.</source>
        <translation>Prüfen Sie die Adresse. Öffnen Sie im Hotel, in der Bibliothek oder Schule zuerst eine Webseite: Vielleicht verlangt das Netz eine Anmeldung.</translation>
    </message>
    <message>
        <source>Check the disk and the folder&apos;s rights, or choose another folder with --store.</source>
        <translation>Prüfen Sie den Datenträger und die Rechte des Ordners, oder wählen Sie mit --store einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Check the disk and the folder&apos;s rights, or choose another one with --store.</source>
        <translation>Prüfen Sie den Datenträger und die Rechte des Ordners, oder wählen Sie mit --store einen anderen.</translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation>Prüfen Sie den Datenträger.</translation>
    </message>
    <message>
        <source>Check the path.</source>
        <translation>Prüfen Sie den Pfad.</translation>
    </message>
    <message>
        <source>Choose a real camera instead of a virtual one.</source>
        <translation>Wählen Sie eine echte Kamera statt einer virtuellen.</translation>
    </message>
    <message>
        <source>Choose another display, and allow Invigil to see the screen.</source>
        <translation>Wählen Sie einen anderen Bildschirm, und erlauben Sie Invigil, ihn zu sehen.</translation>
    </message>
    <message>
        <source>Choose another folder or disk; nothing was lost on this computer.</source>
        <translation>Wählen Sie einen anderen Ordner oder Datenträger; auf diesem Computer ging nichts verloren.</translation>
    </message>
    <message>
        <source>Choose another folder with --store, or move that file away.</source>
        <translation>Wählen Sie mit --store einen anderen Ordner, oder verschieben Sie diese Datei.</translation>
    </message>
    <message>
        <source>Choose another folder with --store; nothing was changed.</source>
        <translation>Wählen Sie mit --store einen anderen Ordner; nichts wurde geändert.</translation>
    </message>
    <message>
        <source>Choose one, then try again.</source>
        <translation>Wählen Sie eines, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Choose one.</source>
        <translation>Wählen Sie eines.</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Uhr</translation>
    </message>
    <message>
        <source>Close other programs and try again; if it stays so, install Invigil again. Without them the recording counts as not observed.</source>
        <translation>Schließen Sie andere Programme und versuchen Sie es noch einmal; wenn es so bleibt, installieren Sie Invigil neu. Ohne sie gilt die Aufzeichnung als nicht beobachtet.</translation>
    </message>
    <message>
        <source>Close other programs that record the screen, and try again.</source>
        <translation>Schließen Sie andere Programme, die den Bildschirm aufnehmen, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Close other programs that use it, and allow this one to in the system&apos;s settings.</source>
        <translation>Schließen Sie andere Programme, die es benutzen, und erlauben Sie es diesem in den Systemeinstellungen.</translation>
    </message>
    <message>
        <source>Close other programs that use the camera, or plug it out and in again.</source>
        <translation>Schließen Sie andere Programme, die die Kamera benutzen, oder stecken Sie sie aus und wieder ein.</translation>
    </message>
    <message>
        <source>Close other programs that use the camera.</source>
        <translation>Schließen Sie andere Programme, die die Kamera benutzen.</translation>
    </message>
    <message>
        <source>Close other programs to free memory, and try again.</source>
        <translation>Schließen Sie andere Programme, um Speicher freizugeben, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Close other programs: one processor is just enough.</source>
        <translation>Schließen Sie andere Programme: Ein Prozessor reicht nur knapp.</translation>
    </message>
    <message>
        <source>Close programs that change the keyboard, and try again.</source>
        <translation>Schließen Sie Programme, die die Tastatur verändern, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Close programs that you do not need for the exam.</source>
        <translation>Schließen Sie Programme, die Sie für die Prüfung nicht brauchen.</translation>
    </message>
    <message>
        <source>Close the other window; its recording, if any, goes on later.</source>
        <translation>Schließen Sie das andere Fenster; seine Aufzeichnung geht, falls es eine gibt, später weiter.</translation>
    </message>
    <message>
        <source>Close these before the exam, or have Invigil close them.</source>
        <translation>Schließen Sie diese vor der Prüfung, oder lassen Sie Invigil sie schließen.</translation>
    </message>
    <message>
        <source>Come back then; your code stays good.</source>
        <translation>Kommen Sie dann wieder; Ihr Code bleibt gültig.</translation>
    </message>
    <message>
        <source>Come nearer to the camera.</source>
        <translation>Kommen Sie näher an die Kamera.</translation>
    </message>
    <message>
        <source>Complete silence comes from the microphone.</source>
        <translation>Vom Mikrofon kommt völlige Stille.</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>Computer</translation>
    </message>
    <message>
        <source>Connect a camera, or switch it on, then try again.</source>
        <translation>Schließen Sie eine Kamera an, oder schalten Sie sie ein; versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>Connect a microphone or a headset, then try again.</source>
        <translation>Schließen Sie ein Mikrofon oder Headset an; versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>Copy it again where it came from.</source>
        <translation>Kopieren Sie es noch einmal von dort, wo es herkam.</translation>
    </message>
    <message>
        <source>Copy it from your invitation, letter by letter.</source>
        <translation>Schreiben Sie ihn Zeichen für Zeichen aus Ihrer Einladung ab.</translation>
    </message>
    <message>
        <source>Delivering the recording</source>
        <translation>Die Aufzeichnung wird übertragen</translation>
    </message>
    <message>
        <source>Delivery is paused.</source>
        <translation>Die Übertragung ist angehalten.</translation>
    </message>
    <message>
        <source>Detectors</source>
        <translation>Erkennung</translation>
    </message>
    <message>
        <source>Did you hear what you said?</source>
        <translation>Haben Sie gehört, was Sie gesagt haben?</translation>
    </message>
    <message>
        <source>Disk space</source>
        <translation>Speicherplatz</translation>
    </message>
    <message>
        <source>Displays</source>
        <translation>Bildschirme</translation>
    </message>
    <message>
        <source>Do not delete it; run `invigil-recorder evidence check` and tell your institution.</source>
        <translation>Löschen Sie es nicht; führen Sie `invigil-recorder evidence check` aus, und sagen Sie Ihrer Einrichtung Bescheid.</translation>
    </message>
    <message>
        <source>Do not go on. Check the address and this computer&apos;s date and time; if both are right, tell your institution.</source>
        <translation>Machen Sie nicht weiter. Prüfen Sie die Adresse sowie Datum und Uhrzeit dieses Computers; stimmen beide, sagen Sie Ihrer Einrichtung Bescheid.</translation>
    </message>
    <message>
        <source>Do not go on. Check the address, or download the program from your institution again.</source>
        <translation>Machen Sie nicht weiter. Prüfen Sie die Adresse, oder laden Sie das Programm noch einmal von Ihrer Einrichtung.</translation>
    </message>
    <message>
        <source>Do not go on; nothing was recorded. Tell your institution.</source>
        <translation>Machen Sie nicht weiter; es wurde nichts aufgezeichnet. Sagen Sie Ihrer Einrichtung Bescheid.</translation>
    </message>
    <message>
        <source>Do not plug displays in or out during the exam.</source>
        <translation>Schließen Sie während der Prüfung keine Bildschirme an oder ab.</translation>
    </message>
    <message>
        <source>Enter the code again and read them; nothing was recorded.</source>
        <translation>Geben Sie den Code noch einmal ein und lesen Sie sie; es wurde nichts aufgezeichnet.</translation>
    </message>
    <message>
        <source>Everything is delivered</source>
        <translation>Alles ist übertragen</translation>
    </message>
    <message>
        <source>Evidence and keys are kept here until delivered.</source>
        <translation>Aufzeichnung und Schlüssel liegen hier, bis sie übertragen sind.</translation>
    </message>
    <message>
        <source>Evidence cannot be saved: {0}</source>
        <translation>Die Aufzeichnung kann nicht gespeichert werden: {0}</translation>
    </message>
    <message>
        <source>Evidence cannot be written to {0}: {1}.</source>
        <translation>Die Aufzeichnung kann nicht nach {0} geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>Evidence folder</source>
        <translation>Ordner der Aufzeichnung</translation>
    </message>
    <message>
        <source>Evidence is dated, and certificates are checked by date.</source>
        <translation>Die Aufzeichnung trägt ein Datum, und Zertifikate werden danach geprüft.</translation>
    </message>
    <message>
        <source>Evidence is delivered to it.</source>
        <translation>Die Aufzeichnung wird dorthin übertragen.</translation>
    </message>
    <message>
        <source>Evidence is delivered while the exam goes on.</source>
        <translation>Die Aufzeichnung wird während der Prüfung übertragen.</translation>
    </message>
    <message>
        <source>Exam code</source>
        <translation>Prüfungscode</translation>
    </message>
    <message>
        <source>Finish the recording or close the other program, then try again.</source>
        <translation>Beenden Sie die Aufzeichnung, oder schließen Sie das andere Programm, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Finishing the recording</source>
        <translation>Die Aufzeichnung wird abgeschlossen</translation>
    </message>
    <message>
        <source>Free at least {mb} MB.</source>
        <translation>Geben Sie mindestens {mb} MB frei.</translation>
    </message>
    <message>
        <source>Free some space on the disk that holds {0}.</source>
        <translation>Geben Sie Platz auf dem Datenträger von {0} frei.</translation>
    </message>
    <message>
        <source>Free some space there, or choose another disk.</source>
        <translation>Geben Sie dort Platz frei, oder wählen Sie einen anderen Datenträger.</translation>
    </message>
    <message>
        <source>Getting ready</source>
        <translation>Wird vorbereitet</translation>
    </message>
    <message>
        <source>Give a number of seconds that is not below 0.</source>
        <translation>Geben Sie eine Zahl von Sekunden an, die nicht unter 0 liegt.</translation>
    </message>
    <message>
        <source>Give a number of seconds.</source>
        <translation>Geben Sie eine Anzahl Sekunden an.</translation>
    </message>
    <message>
        <source>Give a recording that plays in a media player.</source>
        <translation>Geben Sie eine Aufnahme an, die sich abspielen lässt.</translation>
    </message>
    <message>
        <source>Give a recording with {0}, or use none.</source>
        <translation>Geben Sie eine Aufnahme mit {0} an, oder none.</translation>
    </message>
    <message>
        <source>Give a video or sound file that plays in a media player.</source>
        <translation>Geben Sie eine Video- oder Tondatei an, die sich abspielen lässt.</translation>
    </message>
    <message>
        <source>Have Invigil put it back.</source>
        <translation>Lassen Sie Invigil es zurücksetzen.</translation>
    </message>
    <message>
        <source>Have them installed again with `invigil-recorder models`.</source>
        <translation>Lassen Sie sie mit `invigil-recorder models` neu installieren.</translation>
    </message>
    <message>
        <source>Hold the document still, straight and out of glare.</source>
        <translation>Halten Sie den Ausweis ruhig, gerade und ohne Spiegelung.</translation>
    </message>
    <message>
        <source>Hold the document still.</source>
        <translation>Halten Sie den Ausweis ruhig.</translation>
    </message>
    <message>
        <source>I am taking this exam on my own. The work that I hand in is mine: nobody else is in the room with me, and nobody helps me from anywhere, by voice, by message or by any other way.</source>
        <translation>Ich lege diese Prüfung allein ab. Die Arbeit, die ich abgebe, ist meine eigene: Niemand sonst ist mit mir im Raum, und niemand hilft mir von irgendwoher, weder durch Worte noch durch Nachrichten noch auf einem anderen Weg.</translation>
    </message>
    <message>
        <source>INVIGIL_PINNED_KEYS names {0}, which is not a key&apos;s fingerprint.</source>
        <translation>INVIGIL_PINNED_KEYS nennt {0}; das ist kein Fingerabdruck eines Schlüssels.</translation>
    </message>
    <message>
        <source>If it was not you, or if you have to start again, ask your institution for a new code.</source>
        <translation>Wenn Sie es nicht waren oder neu beginnen müssen, bitten Sie Ihre Einrichtung um einen neuen Code.</translation>
    </message>
    <message>
        <source>If that is wrong, set this computer&apos;s date and time and try again. If it is right, do not go on; tell your institution.</source>
        <translation>Wenn das falsch ist, stellen Sie Datum und Uhrzeit dieses Computers und versuchen Sie es noch einmal. Wenn es stimmt, machen Sie nicht weiter; sagen Sie Ihrer Einrichtung Bescheid.</translation>
    </message>
    <message>
        <source>If the bar does not move, unmute the microphone or choose another one.</source>
        <translation>Wenn sich der Balken nicht bewegt, schalten Sie das Mikrofon ein, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>In bad light nobody can tell what the picture shows.</source>
        <translation>Bei schlechtem Licht kann niemand sagen, was das Bild zeigt.</translation>
    </message>
    <message>
        <source>In use by: {programs}</source>
        <translation>Benutzt von: {programs}</translation>
    </message>
    <message>
        <source>Install Invigil again from your institution&apos;s installer.</source>
        <translation>Installieren Sie Invigil mit dem Programm Ihrer Einrichtung neu.</translation>
    </message>
    <message>
        <source>Install Invigil again; if it stays so, tell your institution what it says.</source>
        <translation>Installieren Sie Invigil neu; wenn es so bleibt, sagen Sie Ihrer Einrichtung, was hier steht.</translation>
    </message>
    <message>
        <source>Install Invigil with its own installer, or Python 3.11.</source>
        <translation>Installieren Sie Invigil mit seinem eigenen Installationsprogramm oder mit Python 3.11.</translation>
    </message>
    <message>
        <source>Install it (Debian and Ubuntu: the package libportaudio2).</source>
        <translation>Installieren Sie sie (Debian und Ubuntu: das Paket libportaudio2).</translation>
    </message>
    <message>
        <source>Install the app that your institution offers for this exam.</source>
        <translation>Installieren Sie das Programm, das Ihre Einrichtung für diese Prüfung anbietet.</translation>
    </message>
    <message>
        <source>Invigil is open more than once.</source>
        <translation>Invigil ist mehrmals geöffnet.</translation>
    </message>
    <message>
        <source>Invigil is tested on certain systems only.</source>
        <translation>Invigil ist nur auf bestimmten Systemen getestet.</translation>
    </message>
    <message>
        <source>Invigil may not see the screen.</source>
        <translation>Invigil darf den Bildschirm nicht sehen.</translation>
    </message>
    <message>
        <source>Invigil may not use the camera.</source>
        <translation>Invigil darf die Kamera nicht benutzen.</translation>
    </message>
    <message>
        <source>Invigil may not use the microphone.</source>
        <translation>Invigil darf das Mikrofon nicht benutzen.</translation>
    </message>
    <message>
        <source>Invigil runs in a Flatpak sandbox: allow it devices with Flatseal, or with `flatpak override --user --device=all`, then start it again.</source>
        <translation>Invigil läuft in einer Flatpak-Umgebung: Erlauben Sie ihm Geräte mit Flatseal oder mit `flatpak override --user --device=all`, und starten Sie es neu.</translation>
    </message>
    <message>
        <source>It is just enough. Have others pause downloads and films during the exam.</source>
        <translation>Es reicht knapp. Bitten Sie andere, während der Prüfung auf Downloads und Filme zu verzichten.</translation>
    </message>
    <message>
        <source>It is measured with an exam&apos;s code.</source>
        <translation>Gemessen wird mit dem Code einer Prüfung.</translation>
    </message>
    <message>
        <source>It is too bright: turn away from the light.</source>
        <translation>Es ist zu hell: Drehen Sie sich vom Licht weg.</translation>
    </message>
    <message>
        <source>It is too dark: put on a light, or turn towards the window.</source>
        <translation>Es ist zu dunkel: Machen Sie Licht, oder drehen Sie sich zum Fenster.</translation>
    </message>
    <message>
        <source>It looks like https://exams.example.edu; copy it from your invitation.</source>
        <translation>Sie sieht aus wie https://exams.example.edu; kopieren Sie sie aus Ihrer Einladung.</translation>
    </message>
    <message>
        <source>It opens the exam, whose rules this computer is checked against.</source>
        <translation>Er öffnet die Prüfung, nach deren Regeln dieser Computer geprüft wird.</translation>
    </message>
    <message>
        <source>It opens, but nothing comes from it.</source>
        <translation>Es öffnet sich, aber nichts kommt davon.</translation>
    </message>
    <message>
        <source>It will not come back ({0}).</source>
        <translation>Es kommt nicht zurück ({0}).</translation>
    </message>
    <message>
        <source>Its browser is not all that the exam asks for here.</source>
        <translation>Der Browser der Prüfung kann hier nicht alles, was sie verlangt.</translation>
    </message>
    <message>
        <source>Leave it on until the exam has ended.</source>
        <translation>Lassen Sie sie an, bis die Prüfung zu Ende ist.</translation>
    </message>
    <message>
        <source>Left by an earlier exam</source>
        <translation>Von einer früheren Prüfung übrig</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Licht</translation>
    </message>
    <message>
        <source>Log in to macOS again if this stays so.</source>
        <translation>Melden Sie sich neu bei macOS an, wenn es so bleibt.</translation>
    </message>
    <message>
        <source>Log out and in again, then try again.</source>
        <translation>Melden Sie sich ab und wieder an, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Log out, choose the session “on Xorg” at the login screen, and log in again.</source>
        <translation>Melden Sie sich ab, wählen Sie bei der Anmeldung die Sitzung „unter Xorg“, und melden Sie sich wieder an.</translation>
    </message>
    <message>
        <source>Look at the mark until it moves on.</source>
        <translation>Sehen Sie auf die Marke, bis sie weiterwandert.</translation>
    </message>
    <message>
        <source>Look at the mark with open eyes.</source>
        <translation>Schauen Sie mit offenen Augen auf den Punkt.</translation>
    </message>
    <message>
        <source>Look into the camera from an arm&apos;s length, with light from the front and nothing before your face.</source>
        <translation>Schauen Sie aus einer Armlänge in die Kamera, mit Licht von vorn und nichts vor dem Gesicht.</translation>
    </message>
    <message>
        <source>Look into the camera.</source>
        <translation>Schauen Sie in die Kamera.</translation>
    </message>
    <message>
        <source>Lower the microphone&apos;s level in the system&apos;s sound settings, or move away from it a little.</source>
        <translation>Stellen Sie das Mikrofon in den Toneinstellungen leiser, oder rücken Sie etwas davon ab.</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Arbeitsspeicher</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>Mirrored: {names}. {all}</source>
        <translation>Gespiegelt: {names}. {all}</translation>
    </message>
    <message>
        <source>Missing, or not as installed: {names}</source>
        <translation>Fehlt, oder nicht wie installiert: {names}</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>More than one face is seen.</source>
        <translation>Mehr als ein Gesicht ist zu sehen.</translation>
    </message>
    <message>
        <source>Most cameras can be used by one program at a time.</source>
        <translation>Die meisten Kameras kann nur ein Programm gleichzeitig benutzen.</translation>
    </message>
    <message>
        <source>Move a little; if it stays so, plug the camera in again.</source>
        <translation>Bewegen Sie sich ein wenig; wenn es so bleibt, stecken Sie die Kamera neu ein.</translation>
    </message>
    <message>
        <source>Move to the middle of the picture.</source>
        <translation>Rücken Sie in die Mitte des Bildes.</translation>
    </message>
    <message>
        <source>Name another one with --store.</source>
        <translation>Nennen Sie mit --store einen anderen.</translation>
    </message>
    <message>
        <source>Name it with --code to check its rules.</source>
        <translation>Nennen Sie ihn mit --code, um ihre Regeln zu prüfen.</translation>
    </message>
    <message>
        <source>Name it with --server.</source>
        <translation>Nennen Sie ihn mit --server.</translation>
    </message>
    <message>
        <source>Name the server as well, with --server.</source>
        <translation>Nennen Sie mit --server auch den Server.</translation>
    </message>
    <message>
        <source>No answer within {seconds} s.</source>
        <translation>Keine Antwort innerhalb von {seconds} s.</translation>
    </message>
    <message>
        <source>No battery: the computer runs on mains.</source>
        <translation>Kein Akku: Der Computer läuft am Netz.</translation>
    </message>
    <message>
        <source>No camera and microphone and screen: {0}</source>
        <translation>Kamera, Mikrofon und Bildschirm fehlen: {0}</translation>
    </message>
    <message>
        <source>No camera and microphone: {0}</source>
        <translation>Kamera und Mikrofon fehlen: {0}</translation>
    </message>
    <message>
        <source>No camera and screen: {0}</source>
        <translation>Kamera und Bildschirm fehlen: {0}</translation>
    </message>
    <message>
        <source>No camera was found.</source>
        <translation>Es wurde keine Kamera gefunden.</translation>
    </message>
    <message>
        <source>No camera: {0}</source>
        <translation>Kamera fehlt: {0}</translation>
    </message>
    <message>
        <source>No connection</source>
        <translation>Keine Verbindung</translation>
    </message>
    <message>
        <source>No connection. All is kept safely on this computer.</source>
        <translation>Keine Verbindung. Alles ist sicher auf diesem Computer.</translation>
    </message>
    <message>
        <source>No display is told.</source>
        <translation>Es ist kein Bildschirm bekannt.</translation>
    </message>
    <message>
        <source>No face is found.</source>
        <translation>Es wird kein Gesicht gefunden.</translation>
    </message>
    <message>
        <source>No message can be taken any more before the connection is back.</source>
        <translation>Bis die Verbindung wieder da ist, kann keine Nachricht mehr angenommen werden.</translation>
    </message>
    <message>
        <source>No microphone and screen: {0}</source>
        <translation>Mikrofon und Bildschirm fehlen: {0}</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>Es wurde kein Mikrofon gefunden.</translation>
    </message>
    <message>
        <source>No microphone: {0}</source>
        <translation>Mikrofon fehlt: {0}</translation>
    </message>
    <message>
        <source>No other program is seen to use them. {untold}</source>
        <translation>Kein anderes Programm scheint sie zu benutzen. {untold}</translation>
    </message>
    <message>
        <source>No other program uses them.</source>
        <translation>Kein anderes Programm benutzt sie.</translation>
    </message>
    <message>
        <source>No picture comes from the camera.</source>
        <translation>Von der Kamera kommt kein Bild.</translation>
    </message>
    <message>
        <source>No picture of the file {0} can be decoded.</source>
        <translation>Aus der Datei {0} lässt sich kein Bild lesen.</translation>
    </message>
    <message>
        <source>No picture was looked at.</source>
        <translation>Es wurde kein Bild angesehen.</translation>
    </message>
    <message>
        <source>No screen: {0}</source>
        <translation>Bildschirm fehlt: {0}</translation>
    </message>
    <message>
        <source>No sound of the file {0} can be decoded.</source>
        <translation>Aus der Datei {0} lässt sich kein Ton lesen.</translation>
    </message>
    <message>
        <source>None is in front.</source>
        <translation>Keines ist vorne.</translation>
    </message>
    <message>
        <source>None is open.</source>
        <translation>Keines ist geöffnet.</translation>
    </message>
    <message>
        <source>None is seen. You may use it at any time; it is not reported.</source>
        <translation>Keines ist zu sehen. Sie dürfen es jederzeit benutzen; es wird nicht gemeldet.</translation>
    </message>
    <message>
        <source>Not allowed: {names}</source>
        <translation>Nicht erlaubt: {names}</translation>
    </message>
    <message>
        <source>Not possible here: {parts}</source>
        <translation>Hier nicht möglich: {parts}</translation>
    </message>
    <message>
        <source>Not possible here: {parts}. Only watched, not held to: {watched}</source>
        <translation>Hier nicht möglich: {parts}. Nur beobachtet, nicht durchgesetzt: {watched}</translation>
    </message>
    <message>
        <source>Not yet put back: {names}</source>
        <translation>Noch nicht zurückgesetzt: {names}</translation>
    </message>
    <message>
        <source>Nothing can be added to it; ask your institution for a new code.</source>
        <translation>Es kann nichts hinzugefügt werden; bitten Sie Ihre Einrichtung um einen neuen Code.</translation>
    </message>
    <message>
        <source>Nothing can be played ({0}).</source>
        <translation>Es lässt sich nichts abspielen ({0}).</translation>
    </message>
    <message>
        <source>Nothing is denied. It shows when it is used: {names}.</source>
        <translation>Nichts ist verboten. Es zeigt sich bei der Benutzung: {names}.</translation>
    </message>
    <message>
        <source>Nothing is heard yet. Please say a few words.</source>
        <translation>Noch ist nichts zu hören. Bitte sagen Sie ein paar Worte.</translation>
    </message>
    <message>
        <source>Nothing is left.</source>
        <translation>Nichts ist übrig.</translation>
    </message>
    <message>
        <source>Nothing was heard.</source>
        <translation>Es war nichts zu hören.</translation>
    </message>
    <message>
        <source>Nothing: all was as it should be.</source>
        <translation>Nichts: Alles war, wie es sein soll.</translation>
    </message>
    <message>
        <source>On battery, {percent} % charged, for some {left} minutes; the exam takes {exam}.</source>
        <translation>Akkubetrieb, {percent} % geladen, für etwa {left} Minuten; die Prüfung dauert {exam}.</translation>
    </message>
    <message>
        <source>On battery, {percent} % charged.</source>
        <translation>Akkubetrieb, {percent} % geladen.</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>Einen Moment …</translation>
    </message>
    <message>
        <source>Only Linux is tested yet; try a session before the exam.</source>
        <translation>Bisher ist nur Linux getestet; probieren Sie es vor der Prüfung aus.</translation>
    </message>
    <message>
        <source>Only watched here, not held to: {parts}</source>
        <translation>Hier nur beobachtet, nicht durchgesetzt: {parts}</translation>
    </message>
    <message>
        <source>Only your institution can mend that; tell them this sentence.</source>
        <translation>Das kann nur Ihre Einrichtung beheben; nennen Sie ihr diesen Satz.</translation>
    </message>
    <message>
        <source>Only {0} s of speech were heard; {1} s are needed.</source>
        <translation>Es waren nur {0} s Sprache zu hören; nötig sind {1} s.</translation>
    </message>
    <message>
        <source>Open its cover, and take away what is before it.</source>
        <translation>Öffnen Sie die Abdeckung, und nehmen Sie weg, was davor ist.</translation>
    </message>
    <message>
        <source>Open the accessibility settings</source>
        <translation>Bedienungshilfen öffnen</translation>
    </message>
    <message>
        <source>Open the camera settings</source>
        <translation>Kameraeinstellungen öffnen</translation>
    </message>
    <message>
        <source>Open the camera&apos;s cover or switch a light on.</source>
        <translation>Öffnen Sie die Abdeckung der Kamera, oder machen Sie Licht.</translation>
    </message>
    <message>
        <source>Open the microphone settings</source>
        <translation>Mikrofoneinstellungen öffnen</translation>
    </message>
    <message>
        <source>Open the screen recording settings</source>
        <translation>Einstellungen der Bildschirmaufnahme öffnen</translation>
    </message>
    <message>
        <source>Open the settings with the button, allow Invigil there, and start it again if the system asks for that. Then try again.</source>
        <translation>Öffnen Sie mit dem Knopf die Einstellungen, erlauben Sie es Invigil dort, und starten Sie es neu, wenn das System es verlangt. Versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>Open your eyes.</source>
        <translation>Öffnen Sie die Augen.</translation>
    </message>
    <message>
        <source>Other programs keep these to themselves: {0}.</source>
        <translation>Andere Programme behalten diese für sich: {0}.</translation>
    </message>
    <message>
        <source>Other users of camera and microphone</source>
        <translation>Wer sonst Kamera und Mikrofon benutzt</translation>
    </message>
    <message>
        <source>Other users of this computer can read the session&apos;s key {0}.</source>
        <translation>Andere Konten auf diesem Computer können den Schlüssel {0} lesen.</translation>
    </message>
    <message>
        <source>Permissions</source>
        <translation>Erlaubnisse</translation>
    </message>
    <message>
        <source>PipeWire does not say who receives the screen ({0}).</source>
        <translation>PipeWire sagt nicht, wer den Bildschirm empfängt ({0}).</translation>
    </message>
    <message>
        <source>Plug a camera in, or give a recording with file:PATH, or use none.</source>
        <translation>Schließen Sie eine Kamera an, nennen Sie eine Aufnahme mit file:PATH, oder none.</translation>
    </message>
    <message>
        <source>Plug in headphones or a loudspeaker, and choose it in the system&apos;s sound settings.</source>
        <translation>Schließen Sie Kopfhörer oder Lautsprecher an, und wählen Sie sie in den Toneinstellungen.</translation>
    </message>
    <message>
        <source>Plug it in again, or choose another one.</source>
        <translation>Stecken Sie es wieder ein, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Plug it in again, or see to its cable.</source>
        <translation>Stecken Sie das Gerät wieder ein, oder sehen Sie nach seinem Kabel.</translation>
    </message>
    <message>
        <source>Plug it in, check that it is not muted, or choose another one.</source>
        <translation>Stecken Sie es ein, prüfen Sie, ob es eingeschaltet ist, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Plug it in, close other programs that use it, or choose another one.</source>
        <translation>Stecken Sie es ein, schließen Sie andere Programme, die es benutzen, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Plug one in, or give a recording with file:PATH, or use none.</source>
        <translation>Schließen Sie eines an, nennen Sie eine Aufnahme mit file:PATH, oder none.</translation>
    </message>
    <message>
        <source>Plug the computer in before the exam begins.</source>
        <translation>Schließen Sie den Computer vor der Prüfung ans Netz an.</translation>
    </message>
    <message>
        <source>Plugged in, {percent} % charged.</source>
        <translation>Am Netz, {percent} % geladen.</translation>
    </message>
    <message>
        <source>Power</source>
        <translation>Strom</translation>
    </message>
    <message>
        <source>Practice: look at the screen, say a few words, move about as in an exam. Nothing is kept or sent.</source>
        <translation>Probe: Schauen Sie auf den Bildschirm, sagen Sie ein paar Worte, bewegen Sie sich wie in einer Prüfung. Nichts wird aufbewahrt oder gesendet.</translation>
    </message>
    <message>
        <source>Programs</source>
        <translation>Programme</translation>
    </message>
    <message>
        <source>Programs of other users of this computer are not seen.</source>
        <translation>Programme anderer Konten auf diesem Computer sind nicht zu sehen.</translation>
    </message>
    <message>
        <source>Programs that the exam prohibits are reported.</source>
        <translation>Programme, die die Prüfung verbietet, werden gemeldet.</translation>
    </message>
    <message>
        <source>Raise the microphone&apos;s level in the system&apos;s sound settings, move closer to it, or choose another one.</source>
        <translation>Stellen Sie das Mikrofon in den Toneinstellungen lauter, rücken Sie näher, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Read the sentence aloud once more.</source>
        <translation>Lesen Sie den Satz noch einmal laut vor.</translation>
    </message>
    <message>
        <source>Read the sentence aloud.</source>
        <translation>Lesen Sie den Satz laut vor.</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Wird aufgezeichnet</translation>
    </message>
    <message>
        <source>Recording has failed: {0}</source>
        <translation>Die Aufzeichnung ist gescheitert: {0}</translation>
    </message>
    <message>
        <source>Recording; a proctor has paused the exam</source>
        <translation>Aufzeichnung läuft; die Aufsicht hat die Prüfung angehalten</translation>
    </message>
    <message>
        <source>Recording; the exam has not begun yet</source>
        <translation>Aufzeichnung läuft; die Prüfung hat noch nicht begonnen</translation>
    </message>
    <message>
        <source>Recording; waiting for the exam to begin</source>
        <translation>Aufzeichnung läuft; die Prüfung beginnt bald</translation>
    </message>
    <message>
        <source>Recording; you are taking a break</source>
        <translation>Aufzeichnung läuft; Sie machen eine Pause</translation>
    </message>
    <message>
        <source>Records could not be kept: the disk did not keep up.</source>
        <translation>Einträge konnten nicht aufbewahrt werden: Der Datenträger kam nicht mit.</translation>
    </message>
    <message>
        <source>Remove or correct it, then start the program again. If you did not make it, ask whoever looks after this computer.</source>
        <translation>Entfernen oder berichtigen Sie sie, und starten Sie das Programm dann neu. Wenn sie nicht von Ihnen ist, fragen Sie, wer sich um diesen Computer kümmert.</translation>
    </message>
    <message>
        <source>Restart the computer and try again, or use another one.</source>
        <translation>Starten Sie den Computer neu und versuchen Sie es noch einmal, oder nehmen Sie einen anderen.</translation>
    </message>
    <message>
        <source>Restore that file, or ask your institution for a new code.</source>
        <translation>Stellen Sie diese Datei wieder her, oder bitten Sie Ihre Einrichtung um einen neuen Code.</translation>
    </message>
    <message>
        <source>Restore the session&apos;s key file, or ask your institution for a new code.</source>
        <translation>Stellen Sie die Schlüsseldatei wieder her, oder bitten Sie Ihre Einrichtung um einen neuen Code.</translation>
    </message>
    <message>
        <source>Run `chmod 600 {0}` and tell your institution.</source>
        <translation>Führen Sie `chmod 600 {0}` aus, und sagen Sie Ihrer Einrichtung Bescheid.</translation>
    </message>
    <message>
        <source>Run this in a desktop session, or give a recording with file:PATH, or use none.</source>
        <translation>Starten Sie dies in einer Arbeitsoberfläche, nennen Sie eine Aufnahme mit file:PATH, oder none.</translation>
    </message>
    <message>
        <source>Running: {names}</source>
        <translation>Läuft: {names}</translation>
    </message>
    <message>
        <source>Running: {names}. Use it as always: it is not reported. If it speaks aloud, use headphones where you can, so that its voice is not taken for another person&apos;s.</source>
        <translation>Läuft: {names}. Benutzen Sie es wie immer: Es wird nicht gemeldet. Wenn es laut spricht, nehmen Sie nach Möglichkeit Kopfhörer, damit seine Stimme nicht für die einer anderen Person gehalten wird.</translation>
    </message>
    <message>
        <source>Say a few words now. In three seconds you hear them.</source>
        <translation>Sagen Sie jetzt ein paar Worte. In drei Sekunden hören Sie sie.</translation>
    </message>
    <message>
        <source>Say a few words; unmute the microphone or choose another one.</source>
        <translation>Sagen Sie ein paar Worte; schalten Sie das Mikrofon ein, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Screen</source>
        <translation>Bildschirm</translation>
    </message>
    <message>
        <source>Screen readers, magnifiers and the like never count against you.</source>
        <translation>Bildschirmleser, Lupen und Ähnliches werden Ihnen nie angelastet.</translation>
    </message>
    <message>
        <source>See that /proc is mounted and readable.</source>
        <translation>Sorgen Sie dafür, dass /proc eingehängt und lesbar ist.</translation>
    </message>
    <message>
        <source>See that /sys is mounted and readable.</source>
        <translation>Sorgen Sie dafür, dass /sys eingehängt und lesbar ist.</translation>
    </message>
    <message>
        <source>See that it belongs to you.</source>
        <translation>Sorgen Sie dafür, dass es Ihnen gehört.</translation>
    </message>
    <message>
        <source>See that pw-dump runs in a terminal.</source>
        <translation>Prüfen Sie, ob pw-dump in einem Terminal läuft.</translation>
    </message>
    <message>
        <source>See that sound works in other programs, then try again.</source>
        <translation>Prüfen Sie, ob der Ton in anderen Programmen geht, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>See that the desktop is still running.</source>
        <translation>Prüfen Sie, ob die Arbeitsoberfläche noch läuft.</translation>
    </message>
    <message>
        <source>See that the desktop session is running and is yours.</source>
        <translation>Prüfen Sie, ob die Sitzung läuft und Ihre ist.</translation>
    </message>
    <message>
        <source>See that the desktop session is running.</source>
        <translation>Prüfen Sie, ob die Sitzung läuft.</translation>
    </message>
    <message>
        <source>See that the desktop session is still running.</source>
        <translation>Prüfen Sie, ob die Sitzung noch läuft.</translation>
    </message>
    <message>
        <source>See that there is room on the disk and that {0} may be written.</source>
        <translation>Sorgen Sie für Platz auf dem Datenträger und dafür, dass {0} beschrieben werden darf.</translation>
    </message>
    <message>
        <source>See that {0} may be read.</source>
        <translation>Sorgen Sie dafür, dass {0} gelesen werden darf.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Set it in the desktop&apos;s settings yourself.</source>
        <translation>Stellen Sie es selbst in den Einstellungen des Desktops ein.</translation>
    </message>
    <message>
        <source>Several people are seen: you should be alone.</source>
        <translation>Mehrere Personen sind zu sehen: Sie sollten allein sein.</translation>
    </message>
    <message>
        <source>Sign in to Windows again if this stays so.</source>
        <translation>Melden Sie sich neu bei Windows an, wenn es so bleibt.</translation>
    </message>
    <message>
        <source>Sit closer to the camera.</source>
        <translation>Setzen Sie sich näher an die Kamera.</translation>
    </message>
    <message>
        <source>Sit so that your whole face is in the picture.</source>
        <translation>Setzen Sie sich so, dass Ihr ganzes Gesicht im Bild ist.</translation>
    </message>
    <message>
        <source>Something else answers in the server&apos;s place: {0}.</source>
        <translation>Statt des Servers antwortet etwas anderes: {0}.</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Ton</translation>
    </message>
    <message>
        <source>Sound is heard, no voice.</source>
        <translation>Es ist Ton zu hören, aber keine Stimme.</translation>
    </message>
    <message>
        <source>Spelling cannot be checked: this installation has no dictionaries.</source>
        <translation>Die Rechtschreibung kann nicht geprüft werden: Hier gibt es keine Wörterbücher.</translation>
    </message>
    <message>
        <source>Start the desktop session with a newer X server.</source>
        <translation>Starten Sie die Sitzung mit einem neueren X-Server.</translation>
    </message>
    <message>
        <source>Started; a picture takes {ms} ms.</source>
        <translation>Gestartet; ein Bild dauert {ms} ms.</translation>
    </message>
    <message>
        <source>Starting the detectors…</source>
        <translation>Die Erkennung wird gestartet …</translation>
    </message>
    <message>
        <source>Switch a light on before you, not behind you.</source>
        <translation>Machen Sie vor sich Licht, nicht hinter sich.</translation>
    </message>
    <message>
        <source>Switch mirroring off: a projector or a second display shows what you write.</source>
        <translation>Schalten Sie das Spiegeln aus: Ein Projektor oder zweiter Bildschirm zeigt, was Sie schreiben.</translation>
    </message>
    <message>
        <source>Switch “do not disturb” in the desktop&apos;s settings yourself.</source>
        <translation>Schalten Sie „Nicht stören“ in den Einstellungen selbst um.</translation>
    </message>
    <message>
        <source>Switch “set time automatically” on in the system&apos;s date settings.</source>
        <translation>Schalten Sie „Uhrzeit automatisch einstellen“ in den Systemeinstellungen ein.</translation>
    </message>
    <message>
        <source>Take the .receipt file that the server gave when the recording was imported.</source>
        <translation>Nehmen Sie die .receipt-Datei, die der Server beim Einlesen der Aufzeichnung gab.</translation>
    </message>
    <message>
        <source>Tell the proctor if this stays so.</source>
        <translation>Sagen Sie der Aufsicht Bescheid, wenn es so bleibt.</translation>
    </message>
    <message>
        <source>Tell your institution what it says.</source>
        <translation>Sagen Sie Ihrer Einrichtung, was hier steht.</translation>
    </message>
    <message>
        <source>Thank you.</source>
        <translation>Danke.</translation>
    </message>
    <message>
        <source>That a shortcut was tried cannot be told on this display.</source>
        <translation>Ob eine Tastenkombination versucht wurde, ist auf diesem Bildschirm nicht feststellbar.</translation>
    </message>
    <message>
        <source>That disk takes no file so large; choose one formatted as exFAT or NTFS.</source>
        <translation>Dieser Datenträger nimmt keine so große Datei; wählen Sie einen mit exFAT oder NTFS.</translation>
    </message>
    <message>
        <source>That is enough only while the network works. Better free {mb} MB more.</source>
        <translation>Das reicht nur, solange das Netz geht. Geben Sie besser noch {mb} MB frei.</translation>
    </message>
    <message>
        <source>That is not a code.</source>
        <translation>Das ist kein Code.</translation>
    </message>
    <message>
        <source>That is not your doing, and you need not do anything: the recording says so.</source>
        <translation>Das liegt nicht an Ihnen, und Sie brauchen nichts zu tun: Die Aufzeichnung sagt, dass es so war.</translation>
    </message>
    <message>
        <source>The camera is covered.</source>
        <translation>Die Kamera ist verdeckt.</translation>
    </message>
    <message>
        <source>The camera is not open.</source>
        <translation>Die Kamera ist nicht geöffnet.</translation>
    </message>
    <message>
        <source>The camera is not used.</source>
        <translation>Die Kamera wird nicht benutzt.</translation>
    </message>
    <message>
        <source>The camera sees nothing: take away what is before the lens.</source>
        <translation>Die Kamera sieht nichts: Nehmen Sie weg, was vor der Linse ist.</translation>
    </message>
    <message>
        <source>The camera sees too little: more light, and nothing before the lens.</source>
        <translation>Die Kamera sieht zu wenig: mehr Licht, und nichts vor der Linse.</translation>
    </message>
    <message>
        <source>The camera shows a recording: choose the real camera.</source>
        <translation>Die Kamera zeigt eine Aufnahme: Wählen Sie die echte Kamera.</translation>
    </message>
    <message>
        <source>The camera works ({device}).</source>
        <translation>Die Kamera funktioniert ({device}).</translation>
    </message>
    <message>
        <source>The camera works.</source>
        <translation>Die Kamera funktioniert.</translation>
    </message>
    <message>
        <source>The camera “{0}” is not there.</source>
        <translation>Die Kamera „{0}“ ist nicht da.</translation>
    </message>
    <message>
        <source>The camera&apos;s picture does not change: plug it in again.</source>
        <translation>Das Kamerabild ändert sich nicht: Stecken Sie sie neu ein.</translation>
    </message>
    <message>
        <source>The check itself failed: {bug}</source>
        <translation>Die Prüfung selbst ist gescheitert: {bug}</translation>
    </message>
    <message>
        <source>The computer is busy: close other programs, or fewer pictures are looked at.</source>
        <translation>Der Computer ist ausgelastet: Schließen Sie andere Programme, sonst werden weniger Bilder angesehen.</translation>
    </message>
    <message>
        <source>The computer slept for {0}, and nothing was recorded meanwhile. The exam&apos;s time does not stop for that: please keep the lid open and the computer plugged in until you have handed in.</source>
        <translation>Der Computer hat {0} geschlafen, und in dieser Zeit wurde nichts aufgezeichnet. Die Prüfungszeit läuft dabei weiter: Bitte lassen Sie den Deckel offen und den Computer am Stromnetz, bis Sie abgegeben haben.</translation>
    </message>
    <message>
        <source>The computer slept for {0}; nothing was recorded meanwhile.</source>
        <translation>Der Computer schlief {0} lang; in dieser Zeit wurde nichts aufgezeichnet.</translation>
    </message>
    <message>
        <source>The computer&apos;s clock was set {0} by {1}.</source>
        <translation>Die Uhr des Computers wurde um {1} verstellt ({0}).</translation>
    </message>
    <message>
        <source>The computer&apos;s clock was set.</source>
        <translation>Die Uhr des Computers wurde gestellt.</translation>
    </message>
    <message>
        <source>The connection is back; what waits follows within minutes.</source>
        <translation>Die Verbindung ist wieder da; was wartet, folgt in einigen Minuten.</translation>
    </message>
    <message>
        <source>The desktop did not take a setting for its notifications ({0}).</source>
        <translation>Die Arbeitsoberfläche nahm eine Einstellung für Benachrichtigungen nicht an ({0}).</translation>
    </message>
    <message>
        <source>The desktop did not take a setting for its notifications.</source>
        <translation>Die Arbeitsoberfläche nahm eine Einstellung für Benachrichtigungen nicht an.</translation>
    </message>
    <message>
        <source>The desktop&apos;s message bus does not answer ({0}).</source>
        <translation>Der Nachrichtenbus der Arbeitsoberfläche antwortet nicht ({0}).</translation>
    </message>
    <message>
        <source>The desktop&apos;s setting for notifications cannot be reached ({0}).</source>
        <translation>Die Einstellung für Benachrichtigungen ist nicht erreichbar ({0}).</translation>
    </message>
    <message>
        <source>The disk does not keep up; something may be missing.</source>
        <translation>Der Datenträger kommt nicht mit; etwas könnte fehlen.</translation>
    </message>
    <message>
        <source>The disk has room again.</source>
        <translation>Auf dem Datenträger ist wieder Platz.</translation>
    </message>
    <message>
        <source>The disk is full, so evidence cannot be saved.</source>
        <translation>Der Datenträger ist voll; die Aufzeichnung kann nicht gespeichert werden.</translation>
    </message>
    <message>
        <source>The disk is full. Delete what you do not need on it, then try again.</source>
        <translation>Der Datenträger ist voll. Löschen Sie darauf, was Sie nicht brauchen, und versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>The disk is full: no pictures or sound are kept until there is room.</source>
        <translation>Der Datenträger ist voll: Bild und Ton werden nicht aufbewahrt, bis Platz ist.</translation>
    </message>
    <message>
        <source>The disk is nearly full: camera pictures are kept less often.</source>
        <translation>Der Datenträger ist fast voll: Kamerabilder werden seltener aufbewahrt.</translation>
    </message>
    <message>
        <source>The disk is nearly full: pictures are kept less often, and none of incidents.</source>
        <translation>Der Datenträger ist fast voll: Bilder werden seltener aufbewahrt, und keine von Vorfällen.</translation>
    </message>
    <message>
        <source>The disk is nearly full: pictures are kept less often.</source>
        <translation>Der Datenträger ist fast voll: Bilder werden seltener aufbewahrt.</translation>
    </message>
    <message>
        <source>The display gives no picture.</source>
        <translation>Der Bildschirm gibt kein Bild.</translation>
    </message>
    <message>
        <source>The display went away.</source>
        <translation>Der Bildschirm ist weg.</translation>
    </message>
    <message>
        <source>The display {0} cannot be opened ({1}).</source>
        <translation>Der Bildschirm {0} lässt sich nicht öffnen ({1}).</translation>
    </message>
    <message>
        <source>The display {0} does not answer ({1}).</source>
        <translation>Der Bildschirm {0} antwortet nicht ({1}).</translation>
    </message>
    <message>
        <source>The evidence in {0} belongs to another session.</source>
        <translation>Die Aufzeichnung in {0} gehört zu einer anderen Sitzung.</translation>
    </message>
    <message>
        <source>The evidence in {0} is damaged ({1}).</source>
        <translation>Die Aufzeichnung in {0} ist beschädigt ({1}).</translation>
    </message>
    <message>
        <source>The evidence in {0} is in use by another Invigil program.</source>
        <translation>Die Aufzeichnung in {0} wird von einem anderen Invigil benutzt.</translation>
    </message>
    <message>
        <source>The evidence in {0} was written by a newer Invigil (store version {1}, this program knows {2}).</source>
        <translation>Die Aufzeichnung in {0} stammt von einem neueren Invigil (Version {1}; dieses kennt {2}).</translation>
    </message>
    <message>
        <source>The exam</source>
        <translation>Die Prüfung</translation>
    </message>
    <message>
        <source>The exam goes on without, and the recording says so. Ask your institution if you are not sure.</source>
        <translation>Die Prüfung geht ohne weiter, und die Aufzeichnung vermerkt es. Fragen Sie Ihre Einrichtung, wenn Sie unsicher sind.</translation>
    </message>
    <message>
        <source>The exam goes on without, and the recording says so. If you are not sure, ask: {contact}</source>
        <translation>Die Prüfung geht ohne weiter, und die Aufzeichnung vermerkt es. Wenn Sie unsicher sind, fragen Sie: {contact}</translation>
    </message>
    <message>
        <source>The exam goes on without; the recording says what was not looked for. `invigil-recorder models` adds and checks models.</source>
        <translation>Die Prüfung geht ohne weiter; die Aufzeichnung vermerkt, wonach nicht gesucht wurde. `invigil-recorder models` ergänzt und prüft Modelle.</translation>
    </message>
    <message>
        <source>The exam goes on, but this computer is not held to its rules: {0}</source>
        <translation>Die Prüfung geht weiter, aber dieser Computer wird nicht an ihre Regeln gebunden: {0}</translation>
    </message>
    <message>
        <source>The exam may be written on one display only.</source>
        <translation>Die Prüfung darf nur an einem Bildschirm geschrieben werden.</translation>
    </message>
    <message>
        <source>The exam needs none.</source>
        <translation>Die Prüfung braucht keines.</translation>
    </message>
    <message>
        <source>The exam records the room&apos;s sound.</source>
        <translation>Die Prüfung zeichnet den Ton im Raum auf.</translation>
    </message>
    <message>
        <source>The exam records what is on the screen.</source>
        <translation>Die Prüfung zeichnet auf, was auf dem Bildschirm ist.</translation>
    </message>
    <message>
        <source>The exam records your picture.</source>
        <translation>Die Prüfung zeichnet Ihr Bild auf.</translation>
    </message>
    <message>
        <source>The exam&apos;s browser cannot be started on this computer: {0}.</source>
        <translation>Der Browser der Prüfung kann auf diesem Computer nicht gestartet werden: {0}.</translation>
    </message>
    <message>
        <source>The exam&apos;s browser cannot protect itself on this computer: its sandbox is switched off by the system&apos;s settings.</source>
        <translation>Der Browser der Prüfung kann sich auf diesem Computer nicht schützen: Seine Sandbox ist durch Systemeinstellungen abgeschaltet.</translation>
    </message>
    <message>
        <source>The exam&apos;s browser runs without its sandbox, because it runs as root.</source>
        <translation>Der Browser der Prüfung läuft ohne seine Sandbox, weil er als root läuft.</translation>
    </message>
    <message>
        <source>The exam&apos;s rules on {0} have changed since you agreed to them.</source>
        <translation>Die Regeln der Prüfung auf {0} haben sich geändert, seit Sie zugestimmt haben.</translation>
    </message>
    <message>
        <source>The face on the document does not look like yours in the camera. Take it again, go on without it, or ask a proctor.</source>
        <translation>Das Gesicht auf dem Ausweis sieht Ihrem in der Kamera nicht ähnlich. Nehmen Sie es noch einmal auf, machen Sie ohne weiter, oder fragen Sie die Aufsicht.</translation>
    </message>
    <message>
        <source>The file {0} cannot be read.</source>
        <translation>Die Datei {0} kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The file {0} cannot be written: {1}.</source>
        <translation>Die Datei {0} kann nicht geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>The file {0} gives no more pictures.</source>
        <translation>Die Datei {0} liefert keine Bilder mehr.</translation>
    </message>
    <message>
        <source>The file {0} holds no {1}.</source>
        <translation>Die Datei {0} enthält kein {1}.</translation>
    </message>
    <message>
        <source>The file {0} is not a recording, or is cut short before its index ({1}).</source>
        <translation>Die Datei {0} ist keine Aufnahme oder abgeschnitten ({1}).</translation>
    </message>
    <message>
        <source>The folder {0} cannot be read: {1}.</source>
        <translation>Der Ordner {0} kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The institution&apos;s models</source>
        <translation>Modelle der Einrichtung</translation>
    </message>
    <message>
        <source>The key in {0} is not the one that this session goes on with.</source>
        <translation>Der Schlüssel in {0} ist nicht der, mit dem diese Sitzung weitergeht.</translation>
    </message>
    <message>
        <source>The line is very slow: the test did not end.</source>
        <translation>Die Leitung ist sehr langsam: Der Test kam nicht zum Ende.</translation>
    </message>
    <message>
        <source>The list of displays cannot be read ({0}).</source>
        <translation>Die Liste der Bildschirme ist nicht lesbar ({0}).</translation>
    </message>
    <message>
        <source>The list of input devices cannot be read ({0}).</source>
        <translation>Die Liste der Eingabegeräte ist nicht lesbar ({0}).</translation>
    </message>
    <message>
        <source>The list of running programs cannot be read ({0}).</source>
        <translation>Die Liste der laufenden Programme ist nicht lesbar ({0}).</translation>
    </message>
    <message>
        <source>The microphone gave no sound: it may be muted. Switch it on.</source>
        <translation>Vom Mikrofon kam kein Ton: Vielleicht ist es stumm. Schalten Sie es ein.</translation>
    </message>
    <message>
        <source>The microphone hears you.</source>
        <translation>Das Mikrofon hört Sie.</translation>
    </message>
    <message>
        <source>The microphone is not open.</source>
        <translation>Das Mikrofon ist nicht geöffnet.</translation>
    </message>
    <message>
        <source>The microphone is set too loud: the sound is distorted. Turn it down.</source>
        <translation>Das Mikrofon ist zu laut eingestellt: Der Ton ist verzerrt. Stellen Sie es leiser.</translation>
    </message>
    <message>
        <source>The microphone works.</source>
        <translation>Das Mikrofon funktioniert.</translation>
    </message>
    <message>
        <source>The microphone “{0}” cannot be opened ({1}).</source>
        <translation>Das Mikrofon „{0}“ lässt sich nicht öffnen ({1}).</translation>
    </message>
    <message>
        <source>The microphone “{0}” is not there.</source>
        <translation>Das Mikrofon „{0}“ ist nicht da.</translation>
    </message>
    <message>
        <source>The picture is blurred.</source>
        <translation>Das Bild ist unscharf.</translation>
    </message>
    <message>
        <source>The picture is blurred: hold still, and wipe the lens.</source>
        <translation>Das Bild ist unscharf: Halten Sie still, und wischen Sie die Linse ab.</translation>
    </message>
    <message>
        <source>The picture is lit well.</source>
        <translation>Das Bild ist gut beleuchtet.</translation>
    </message>
    <message>
        <source>The picture is too bright.</source>
        <translation>Das Bild ist zu hell.</translation>
    </message>
    <message>
        <source>The picture is too dark.</source>
        <translation>Das Bild ist zu dunkel.</translation>
    </message>
    <message>
        <source>The picture is upside down.</source>
        <translation>Das Bild steht auf dem Kopf.</translation>
    </message>
    <message>
        <source>The picture is upside down: turn the camera.</source>
        <translation>Das Bild steht auf dem Kopf: Drehen Sie die Kamera.</translation>
    </message>
    <message>
        <source>The picture is very bright.</source>
        <translation>Das Bild ist sehr hell.</translation>
    </message>
    <message>
        <source>The picture is very dark.</source>
        <translation>Das Bild ist sehr dunkel.</translation>
    </message>
    <message>
        <source>The picture of the screen cannot be read.</source>
        <translation>Das Bild des Bildschirms lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>The picture repeats itself.</source>
        <translation>Das Bild wiederholt sich.</translation>
    </message>
    <message>
        <source>The picture stands still.</source>
        <translation>Das Bild steht still.</translation>
    </message>
    <message>
        <source>The proctor has ended the session.</source>
        <translation>Die Aufsicht hat die Sitzung beendet.</translation>
    </message>
    <message>
        <source>The proctor has not let you in, and writes: “{0}” You can ask {1} ({2}), or leave; what was recorded so far is kept and shows that you were here.</source>
        <translation>Die Aufsicht hat Sie nicht zugelassen und schreibt: „{0}“ Sie können bei {1} nachfragen ({2}) oder gehen; was bisher aufgezeichnet wurde, bleibt erhalten und zeigt, dass Sie hier waren.</translation>
    </message>
    <message>
        <source>The proctor has not let you in. You can ask {0} ({1}), or leave; what was recorded so far is kept and shows that you were here.</source>
        <translation>Die Aufsicht hat Sie nicht zugelassen. Sie können bei {0} nachfragen ({1}) oder gehen; was bisher aufgezeichnet wurde, bleibt erhalten und zeigt, dass Sie hier waren.</translation>
    </message>
    <message>
        <source>The recorder was interrupted and started again.</source>
        <translation>Das Programm wurde unterbrochen und neu gestartet.</translation>
    </message>
    <message>
        <source>The recording could not be ended as it should be.</source>
        <translation>Die Aufzeichnung konnte nicht so beendet werden, wie sie sollte.</translation>
    </message>
    <message>
        <source>The recording of the screen is refused by macOS (error {0}).</source>
        <translation>macOS lehnt die Aufnahme des Bildschirms ab (Fehler {0}).</translation>
    </message>
    <message>
        <source>The recording of the screen was stopped by macOS.</source>
        <translation>macOS hat die Aufnahme des Bildschirms beendet.</translation>
    </message>
    <message>
        <source>The recording of the screen was stopped in the menu bar.</source>
        <translation>Die Aufnahme des Bildschirms wurde in der Menüleiste beendet.</translation>
    </message>
    <message>
        <source>The recording waits on this computer and is delivered after the exam: leave the computer on until Invigil says that all is delivered. Nothing is lost.</source>
        <translation>Die Aufzeichnung wartet auf diesem Computer und wird nach der Prüfung übertragen: Lassen Sie den Computer an, bis Invigil sagt, dass alles übertragen ist. Nichts geht verloren.</translation>
    </message>
    <message>
        <source>The recording&apos;s evidence store is closed.</source>
        <translation>Der Speicher der Aufzeichnung ist geschlossen.</translation>
    </message>
    <message>
        <source>The screen can be recorded.</source>
        <translation>Der Bildschirm kann aufgezeichnet werden.</translation>
    </message>
    <message>
        <source>The screen cannot be recorded.</source>
        <translation>Der Bildschirm kann nicht aufgezeichnet werden.</translation>
    </message>
    <message>
        <source>The server cannot be reached: {0}.</source>
        <translation>Der Server ist nicht erreichbar: {0}.</translation>
    </message>
    <message>
        <source>The server does not take all of it. All is kept safely here: go on.</source>
        <translation>Der Server nimmt nicht alles an. Hier ist alles sicher aufbewahrt: Machen Sie weiter.</translation>
    </message>
    <message>
        <source>The server does not take the evidence: {0}</source>
        <translation>Der Server nimmt die Aufzeichnung nicht an: {0}</translation>
    </message>
    <message>
        <source>The server does not take the records: {0}</source>
        <translation>Der Server nimmt die Einträge nicht an: {0}</translation>
    </message>
    <message>
        <source>The server has not signed for anything yet, so there is no receipt.</source>
        <translation>Der Server hat noch nichts mit seiner Unterschrift bestätigt, daher gibt es noch keine Quittung.</translation>
    </message>
    <message>
        <source>The server is busy: {0}.</source>
        <translation>Der Server ist beschäftigt: {0}.</translation>
    </message>
    <message>
        <source>The server was out of reach for {0} s; evidence waited here.</source>
        <translation>Der Server war {0} s nicht erreichbar; die Aufzeichnung wartete hier.</translation>
    </message>
    <message>
        <source>The server {0} cannot be reached: {1}.</source>
        <translation>Der Server {0} ist nicht erreichbar: {1}.</translation>
    </message>
    <message>
        <source>The server {0} cannot help right now: {1}.</source>
        <translation>Der Server {0} kann gerade nicht helfen: {1}.</translation>
    </message>
    <message>
        <source>The server {0} cannot prove who it is: {1}.</source>
        <translation>Der Server {0} kann nicht beweisen, wer er ist: {1}.</translation>
    </message>
    <message>
        <source>The server {0} cannot prove who it is: {1}. This computer&apos;s clock says that it is {2}.</source>
        <translation>Der Server {0} kann nicht beweisen, wer er ist: {1}. Nach der Uhr dieses Computers ist es {2}.</translation>
    </message>
    <message>
        <source>The server {0} does not know this code.</source>
        <translation>Der Server {0} kennt diesen Code nicht.</translation>
    </message>
    <message>
        <source>The server {0} is not your institution&apos;s: its key is {1}, which this program was not made to trust.</source>
        <translation>Der Server {0} ist nicht der Ihrer Einrichtung: Seinem Schlüssel {1} traut dieses Programm nicht.</translation>
    </message>
    <message>
        <source>The server {0} refuses: {1}</source>
        <translation>Der Server {0} lehnt ab: {1}</translation>
    </message>
    <message>
        <source>The session in {0} is closed.</source>
        <translation>Die Sitzung in {0} ist abgeschlossen.</translation>
    </message>
    <message>
        <source>The session runs, and says that this was not observed.</source>
        <translation>Die Sitzung läuft und vermerkt, dass dies nicht beobachtet wurde.</translation>
    </message>
    <message>
        <source>The session&apos;s key {0} cannot be read: {1}.</source>
        <translation>Der Schlüssel {0} der Sitzung kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The sound is distorted: it is too loud for the microphone.</source>
        <translation>Der Ton ist verzerrt: Er ist zu laut für das Mikrofon.</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing.</source>
        <translation>Die Tonbibliothek PortAudio fehlt.</translation>
    </message>
    <message>
        <source>The sound system does not answer ({0}).</source>
        <translation>Das Tonsystem antwortet nicht ({0}).</translation>
    </message>
    <message>
        <source>The system asks whether Invigil may use the camera.</source>
        <translation>Das System fragt, ob Invigil die Kamera benutzen darf.</translation>
    </message>
    <message>
        <source>The system asks whether Invigil may use the microphone.</source>
        <translation>Das System fragt, ob Invigil das Mikrofon benutzen darf.</translation>
    </message>
    <message>
        <source>The system lets a program use camera, microphone and screen, or not.</source>
        <translation>Das System erlaubt einem Programm Kamera, Mikrofon und Bildschirm oder nicht.</translation>
    </message>
    <message>
        <source>The system will ask you about: {names}. Answer with “allow”.</source>
        <translation>Das System wird Sie fragen nach: {names}. Antworten Sie mit „Erlauben“.</translation>
    </message>
    <message>
        <source>The time is over. Please hand in now; in a minute the exam is handed in as it is.</source>
        <translation>Die Zeit ist um. Bitte geben Sie jetzt ab; in einer Minute wird die Prüfung abgegeben, wie sie ist.</translation>
    </message>
    <message>
        <source>The watchdog that gives this computer back after a crash cannot be reached ({0}).</source>
        <translation>Der Wächter, der diesen Computer nach einem Absturz zurückgibt, ist nicht erreichbar ({0}).</translation>
    </message>
    <message>
        <source>The {0} ({1}) is open but gives nothing.</source>
        <translation>{0} ({1}) ist geöffnet, liefert aber nichts.</translation>
    </message>
    <message>
        <source>The {0} does not work: {1}</source>
        <translation>{0} funktioniert nicht: {1}</translation>
    </message>
    <message>
        <source>There is no camera {0}.</source>
        <translation>Es gibt keine Kamera {0}.</translation>
    </message>
    <message>
        <source>There is no display (DISPLAY is not set).</source>
        <translation>Es gibt keinen Bildschirm (DISPLAY ist nicht gesetzt).</translation>
    </message>
    <message>
        <source>There is no evidence store in {0}.</source>
        <translation>In {0} liegt keine Aufzeichnung.</translation>
    </message>
    <message>
        <source>There is no file {0}.</source>
        <translation>Es gibt keine Datei {0}.</translation>
    </message>
    <message>
        <source>There is no microphone {0}.</source>
        <translation>Es gibt kein Mikrofon {0}.</translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation>Es gibt kein Mikrofon.</translation>
    </message>
    <message>
        <source>There is no monitor {0}; {1} found, counted from 0.</source>
        <translation>Es gibt keinen Bildschirm {0}; gefunden: {1}, gezählt ab 0.</translation>
    </message>
    <message>
        <source>There is not enough room in {0}: {1} are needed and {2} are free.</source>
        <translation>In {0} ist nicht genug Platz: {1} sind nötig, {2} sind frei.</translation>
    </message>
    <message>
        <source>These are there: {0}.</source>
        <translation>Vorhanden sind: {0}.</translation>
    </message>
    <message>
        <source>They do not start.</source>
        <translation>Sie starten nicht.</translation>
    </message>
    <message>
        <source>They find what a reviewer should look at.</source>
        <translation>Sie finden, was sich jemand ansehen sollte.</translation>
    </message>
    <message>
        <source>They find what your institution wants to be found, such as phones.</source>
        <translation>Sie finden, was Ihre Einrichtung finden will, etwa Telefone.</translation>
    </message>
    <message>
        <source>They look at picture and sound on this computer, and nowhere else.</source>
        <translation>Sie betrachten Bild und Ton auf diesem Computer und nirgendwo sonst.</translation>
    </message>
    <message>
        <source>This code is no longer valid.</source>
        <translation>Dieser Code gilt nicht mehr.</translation>
    </message>
    <message>
        <source>This code was used already.</source>
        <translation>Dieser Code wurde schon benutzt.</translation>
    </message>
    <message>
        <source>This computer can do all of it.</source>
        <translation>Dieser Computer kann das alles.</translation>
    </message>
    <message>
        <source>This computer is busy. Closing other programs helps.</source>
        <translation>Dieser Computer ist ausgelastet. Es hilft, andere Programme zu schließen.</translation>
    </message>
    <message>
        <source>This computer is busy; pictures are kept less often.</source>
        <translation>Dieser Computer ist ausgelastet; Bilder werden seltener aufbewahrt.</translation>
    </message>
    <message>
        <source>This computer&apos;s setting {0} lets no connection be made: {1}.</source>
        <translation>Die Einstellung {0} dieses Computers lässt keine Verbindung zu: {1}.</translation>
    </message>
    <message>
        <source>This copy of Invigil cannot encode sound: its Opus and AAC encoders are missing.</source>
        <translation>Dieses Invigil kann keinen Ton kodieren: Opus und AAC fehlen.</translation>
    </message>
    <message>
        <source>This copy of Invigil cannot encode video: its H.264 encoder is missing.</source>
        <translation>Dieses Invigil kann kein Video kodieren: H.264 fehlt.</translation>
    </message>
    <message>
        <source>This could not be checked.</source>
        <translation>Das konnte nicht geprüft werden.</translation>
    </message>
    <message>
        <source>This desktop runs on Wayland, where no program may see the screen.</source>
        <translation>Diese Arbeitsoberfläche läuft mit Wayland, wo kein Programm den Bildschirm sehen darf.</translation>
    </message>
    <message>
        <source>This display does not tell when something is copied (XFIXES).</source>
        <translation>Dieser Bildschirm meldet nicht, wenn etwas kopiert wird (XFIXES).</translation>
    </message>
    <message>
        <source>This exam is taken in Invigil&apos;s own browser, which is not part of this installation.</source>
        <translation>Diese Prüfung wird im Browser von Invigil geschrieben, der hier nicht installiert ist.</translation>
    </message>
    <message>
        <source>This exam is written on one display: unplug the others.</source>
        <translation>Diese Prüfung wird an einem Bildschirm geschrieben: Stecken Sie die anderen aus.</translation>
    </message>
    <message>
        <source>This exam was handed in on this computer; its recording is closed.</source>
        <translation>Diese Prüfung wurde auf diesem Computer abgegeben; ihre Aufzeichnung ist abgeschlossen.</translation>
    </message>
    <message>
        <source>This exam&apos;s rules cannot be used: {0}.</source>
        <translation>Die Regeln dieser Prüfung sind nicht verwendbar: {0}.</translation>
    </message>
    <message>
        <source>This recording is just being delivered.</source>
        <translation>Diese Aufzeichnung wird gerade übertragen.</translation>
    </message>
    <message>
        <source>This system does not tell which programs use the camera.</source>
        <translation>Dieses System sagt nicht, welche Programme die Kamera benutzen.</translation>
    </message>
    <message>
        <source>This version does not know “{0}”.</source>
        <translation>Diese Version kennt „{0}“ nicht.</translation>
    </message>
    <message>
        <source>Try again in a minute; if it stays so, tell your institution.</source>
        <translation>Versuchen Sie es in einer Minute noch einmal; wenn es so bleibt, sagen Sie Ihrer Einrichtung Bescheid.</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>Versuchen Sie es gleich noch einmal.</translation>
    </message>
    <message>
        <source>Try again; if it stays so, restart the computer.</source>
        <translation>Versuchen Sie es noch einmal; wenn es so bleibt, starten Sie den Computer neu.</translation>
    </message>
    <message>
        <source>Turn away from the window or the lamp, or dim it.</source>
        <translation>Drehen Sie sich von Fenster oder Lampe weg, oder dunkeln Sie ab.</translation>
    </message>
    <message>
        <source>Turn the camera round.</source>
        <translation>Drehen Sie die Kamera um.</translation>
    </message>
    <message>
        <source>Turn the loudspeaker up and listen again. The exam itself needs only the microphone: if the bar moves when you speak, you can go on.</source>
        <translation>Stellen Sie den Lautsprecher lauter und hören Sie noch einmal. Die Prüfung selbst braucht nur das Mikrofon: Wenn sich der Balken beim Sprechen bewegt, können Sie weitermachen.</translation>
    </message>
    <message>
        <source>Turn towards the camera.</source>
        <translation>Drehen Sie sich zur Kamera.</translation>
    </message>
    <message>
        <source>Turn your head slowly to one side, then to the other.</source>
        <translation>Drehen Sie den Kopf langsam zur einen, dann zur anderen Seite.</translation>
    </message>
    <message>
        <source>Two at a time take the devices from each other.</source>
        <translation>Zwei zugleich nehmen einander die Geräte weg.</translation>
    </message>
    <message>
        <source>Two faces are seen: you should be alone in the picture.</source>
        <translation>Zwei Gesichter sind zu sehen: Sie sollten allein im Bild sein.</translation>
    </message>
    <message>
        <source>Unmute the microphone in the system&apos;s sound settings and on the device.</source>
        <translation>Schalten Sie das Mikrofon in den Toneinstellungen und am Gerät ein.</translation>
    </message>
    <message>
        <source>Update Invigil and try again; nothing was changed.</source>
        <translation>Aktualisieren Sie Invigil und versuchen Sie es noch einmal; nichts wurde geändert.</translation>
    </message>
    <message>
        <source>Upload speed</source>
        <translation>Geschwindigkeit beim Senden</translation>
    </message>
    <message>
        <source>Use device:0 (the first {0}), file:PATH or none.</source>
        <translation>Nehmen Sie device:0 (das erste Gerät: {0}), file:PATH oder none.</translation>
    </message>
    <message>
        <source>Use device:0, file:PATH or none.</source>
        <translation>Nehmen Sie device:0, file:PATH oder none.</translation>
    </message>
    <message>
        <source>Use display:all to record every monitor.</source>
        <translation>Nehmen Sie display:all, um jeden Bildschirm aufzuzeichnen.</translation>
    </message>
    <message>
        <source>Use display:all, display:0 (the first monitor), file:PATH or none.</source>
        <translation>Nehmen Sie display:all, display:0 (der erste Bildschirm), file:PATH oder none.</translation>
    </message>
    <message>
        <source>Use display:all, display:0, file:PATH or none.</source>
        <translation>Nehmen Sie display:all, display:0, file:PATH oder none.</translation>
    </message>
    <message>
        <source>Use the address that begins with https://, as your institution gave it.</source>
        <translation>Nehmen Sie die Adresse, die mit https:// beginnt, wie Ihre Einrichtung sie nannte.</translation>
    </message>
    <message>
        <source>Wait until the connection is back, then save it; or save the recording itself.</source>
        <translation>Warten Sie, bis die Verbindung wieder da ist, und speichern Sie sie dann; oder speichern Sie die Aufzeichnung selbst.</translation>
    </message>
    <message>
        <source>Wake the display, and unlock the screen.</source>
        <translation>Wecken Sie den Bildschirm auf und entsperren Sie ihn.</translation>
    </message>
    <message>
        <source>What an earlier run changed on this computer cannot be looked up ({0}).</source>
        <translation>Was ein früherer Lauf an diesem Computer änderte, ist nicht nachzusehen ({0}).</translation>
    </message>
    <message>
        <source>What an exam changes on this computer is given back as it was.</source>
        <translation>Was eine Prüfung an diesem Computer ändert, wird zurückgesetzt, wie es war.</translation>
    </message>
    <message>
        <source>What had been copied before the exam is lost; copy it again where it came from.</source>
        <translation>Was vor der Prüfung kopiert war, ist verloren; kopieren Sie es noch einmal von dort, wo es herkam.</translation>
    </message>
    <message>
        <source>What is changed on this computer for the exam cannot be noted down, so it is not changed ({0}).</source>
        <translation>Was an diesem Computer für die Prüfung geändert wird, kann nicht festgehalten werden; deshalb wird nichts geändert ({0}).</translation>
    </message>
    <message>
        <source>What is kept of you, until when, and a copy of it: {0} (whoever has this address sees it). You may also ask {1} for a copy.</source>
        <translation>Was über Sie aufbewahrt wird, bis wann, und eine Kopie davon: {0} (wer diese Adresse hat, sieht es). Sie können auch {1} um eine Kopie bitten.</translation>
    </message>
    <message>
        <source>What the exam asks for</source>
        <translation>Was die Prüfung verlangt</translation>
    </message>
    <message>
        <source>What the server {0} says cannot be trusted: {1}.</source>
        <translation>Was der Server {0} sagt, ist nicht vertrauenswürdig: {1}.</translation>
    </message>
    <message>
        <source>What was copied before the exam could not be given back ({0}).</source>
        <translation>Was vor der Prüfung kopiert war, konnte nicht zurückgegeben werden ({0}).</translation>
    </message>
    <message>
        <source>What would be reported</source>
        <translation>Was gemeldet würde</translation>
    </message>
    <message>
        <source>Where you did not mean to, see to light, place and quiet.</source>
        <translation>Wo das keine Absicht war, sorgen Sie für Licht, Platz und Ruhe.</translation>
    </message>
    <message>
        <source>Whole: {names}</source>
        <translation>Vollständig: {names}</translation>
    </message>
    <message>
        <source>Window in front</source>
        <translation>Fenster im Vordergrund</translation>
    </message>
    <message>
        <source>Windows does not hide the exam from other programs ({0}).</source>
        <translation>Windows verbirgt die Prüfung nicht vor anderen Programmen ({0}).</translation>
    </message>
    <message>
        <source>Windows does not let a program keep the computer awake.</source>
        <translation>Windows lässt nicht zu, dass ein Programm den Computer wach hält.</translation>
    </message>
    <message>
        <source>Windows does not let shortcuts be held ({0}).</source>
        <translation>Windows lässt nicht zu, dass Tastenkombinationen gesperrt werden ({0}).</translation>
    </message>
    <message>
        <source>Windows does not say whether the exam is hidden ({0}).</source>
        <translation>Windows sagt nicht, ob die Prüfung verborgen ist ({0}).</translation>
    </message>
    <message>
        <source>Windows keeps Ctrl+Alt+Delete and Win+L to itself.</source>
        <translation>Windows behält Strg+Alt+Entf und Win+L für sich.</translation>
    </message>
    <message>
        <source>Wipe the camera, and give it a moment to focus.</source>
        <translation>Wischen Sie die Kamera ab, und lassen Sie sie scharf stellen.</translation>
    </message>
    <message>
        <source>With too little memory everything becomes slow, the exam too.</source>
        <translation>Mit zu wenig Speicher wird alles langsam, auch die Prüfung.</translation>
    </message>
    <message>
        <source>Without a network the whole exam waits on this disk.</source>
        <translation>Ohne Netz wartet die ganze Prüfung auf diesem Datenträger.</translation>
    </message>
    <message>
        <source>Without it nothing can be added to the session; what was recorded can still be delivered with `invigil-recorder evidence upload`.</source>
        <translation>Ohne ihn kann der Sitzung nichts hinzugefügt werden; was aufgezeichnet wurde, lässt sich mit `invigil-recorder evidence upload` noch übertragen.</translation>
    </message>
    <message>
        <source>You are hardly heard.</source>
        <translation>Sie sind kaum zu hören.</translation>
    </message>
    <message>
        <source>You are heard clearly.</source>
        <translation>Sie sind gut zu hören.</translation>
    </message>
    <message>
        <source>You are heard, and taken for a voice.</source>
        <translation>Sie sind zu hören und werden als Stimme erkannt.</translation>
    </message>
    <message>
        <source>`invigil-recorder evidence list` shows the stores there are; --store names another folder.</source>
        <translation>`invigil-recorder evidence list` zeigt, welche Ablagen es gibt; --store nennt einen anderen Ordner.</translation>
    </message>
    <message>
        <source>`invigil-recorder evidence upload {0}` delivers what the server does not hold yet. To sit it again, ask your institution for a new code.</source>
        <translation>`invigil-recorder evidence upload {0}` übermittelt, was der Server noch nicht hat. Um die Prüfung noch einmal abzulegen, bitten Sie Ihre Einrichtung um einen neuen Code.</translation>
    </message>
    <message>
        <source>`invigil-recorder evidence upload` delivers what is left.</source>
        <translation>`invigil-recorder evidence upload` übermittelt, was noch fehlt.</translation>
    </message>
    <message>
        <source>a NoMachine server</source>
        <translation>einem NoMachine-Server</translation>
    </message>
    <message>
        <source>a VNC server</source>
        <translation>einem VNC-Server</translation>
    </message>
    <message>
        <source>a remote desktop server (RDP)</source>
        <translation>einem Server für entfernte Desktops (RDP)</translation>
    </message>
    <message>
        <source>a tool that looks into programs runs: {0}</source>
        <translation>ein Werkzeug, das in Programme hineinsieht, läuft: {0}</translation>
    </message>
    <message>
        <source>macOS keeps the gestures of trackpad and mouse, which show other windows, to itself.</source>
        <translation>macOS behält die Gesten auf Trackpad und Maus, die andere Fenster zeigen, für sich.</translation>
    </message>
    <message>
        <source>this session by remote control</source>
        <translation>dieser Sitzung zur Fernsteuerung</translation>
    </message>
    <message>
        <source>{0} cannot be used: {1}</source>
        <translation>{0} ist nicht zu gebrauchen: {1}</translation>
    </message>
    <message>
        <source>{0} is no longer promised ({1}).</source>
        <translation>{0} ist nicht mehr zugesagt ({1}).</translation>
    </message>
    <message>
        <source>{0} is {1}, which is no length of time.</source>
        <translation>{0} ist {1}, und das ist keine Zeitdauer.</translation>
    </message>
    <message>
        <source>{0} is {1}, which is no number.</source>
        <translation>{0} ist {1}, und das ist keine Zahl.</translation>
    </message>
    <message>
        <source>{0} pieces have not arrived yet and are tried again: {1}.</source>
        <translation>{0} Teile sind noch nicht angekommen und werden erneut gesendet: {1}.</translation>
    </message>
    <message>
        <source>“{0}” has failed unexpectedly.</source>
        <translation>„{0}“ ist unerwartet fehlgeschlagen.</translation>
    </message>
    <message>
        <source>“{0}” traces this program</source>
        <translation>„{0}“ verfolgt dieses Programm</translation>
    </message>
    <message>
        <source>You did not hear yourself.</source>
        <translation>Sie haben sich nicht gehört.</translation>
    </message>
    <message>
        <source>Hold the document a little farther away.</source>
        <translation>Halten Sie den Ausweis etwas weiter weg.</translation>
    </message>
    <message>
        <source>Hold the document a little nearer.</source>
        <translation>Halten Sie den Ausweis etwas näher.</translation>
    </message>
    <message>
        <source>Hold the document beside your face, so that both are seen.</source>
        <translation>Halten Sie den Ausweis neben Ihr Gesicht, sodass beides zu sehen ist.</translation>
    </message>
    <message>
        <source>Hold the side with your photograph into the frame, beside your face.</source>
        <translation>Halten Sie die Seite mit Ihrem Foto neben Ihr Gesicht in den Rahmen.</translation>
    </message>
    <message>
        <source>You have been given {0} more.</source>
        <translation>Sie haben {0} mehr bekommen.</translation>
    </message>
    <message>
        <source>You have no permission to use the camera {0}.</source>
        <translation>Sie dürfen die Kamera {0} nicht benutzen.</translation>
    </message>
    <message>
        <source>You may go on.</source>
        <translation>Sie können weitermachen.</translation>
    </message>
    <message>
        <source>Your break is over. Please go on with the exam; the break is being recorded.</source>
        <translation>Ihre Pause ist vorbei. Bitte machen Sie mit der Prüfung weiter; die Pause wird aufgezeichnet.</translation>
    </message>
    <message>
        <source>Your face</source>
        <translation>Ihr Gesicht</translation>
    </message>
    <message>
        <source>Your face is cut off by the picture&apos;s edge.</source>
        <translation>Ihr Gesicht ist vom Bildrand abgeschnitten.</translation>
    </message>
    <message>
        <source>Your face is found.</source>
        <translation>Ihr Gesicht ist gefunden.</translation>
    </message>
    <message>
        <source>Your face is not seen: sit before the camera.</source>
        <translation>Ihr Gesicht ist nicht zu sehen: Setzen Sie sich vor die Kamera.</translation>
    </message>
    <message>
        <source>Your face is small in the picture.</source>
        <translation>Ihr Gesicht ist klein im Bild.</translation>
    </message>
    <message>
        <source>Your photograph cannot be taken: comparing faces failed on this computer.</source>
        <translation>Ihr Foto kann nicht aufgenommen werden: Gesichter zu vergleichen ist auf diesem Computer fehlgeschlagen.</translation>
    </message>
    <message>
        <source>Your whole face should be in the picture.</source>
        <translation>Ihr ganzes Gesicht soll im Bild sein.</translation>
    </message>
    <message>
        <source>a hand at the ear</source>
        <translation>eine Hand am Ohr</translation>
    </message>
    <message>
        <source>a picture that is not live</source>
        <translation>ein Bild, das nicht live ist</translation>
    </message>
    <message>
        <source>a program offers a camera: {0}</source>
        <translation>ein Programm bietet eine Kamera an: {0}</translation>
    </message>
    <message>
        <source>a tool for changing programs listens at {0}</source>
        <translation>ein Werkzeug, das Programme verändert, wartet an Anschluss {0}</translation>
    </message>
    <message>
        <source>accessibility</source>
        <translation>Bedienungshilfen</translation>
    </message>
    <message>
        <source>an object that is not allowed</source>
        <translation>ein Gegenstand, der nicht erlaubt ist</translation>
    </message>
    <message>
        <source>another program traces this program</source>
        <translation>ein anderes Programm verfolgt dieses Programm</translation>
    </message>
    <message>
        <source>another voice</source>
        <translation>eine andere Stimme</translation>
    </message>
    <message>
        <source>blocked shortcuts</source>
        <translation>gesperrte Tastenkombinationen</translation>
    </message>
    <message>
        <source>camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>displays</source>
        <translation>Bildschirme</translation>
    </message>
    <message>
        <source>full screen</source>
        <translation>Vollbild</translation>
    </message>
    <message>
        <source>hands out of sight</source>
        <translation>Hände nicht zu sehen</translation>
    </message>
    <message>
        <source>installed files were changed: {0}</source>
        <translation>installierte Dateien wurden verändert: {0}</translation>
    </message>
    <message>
        <source>installed files were changed: {0} and {1} more</source>
        <translation>installierte Dateien wurden verändert: {0} und {1} weitere</translation>
    </message>
    <message>
        <source>it has devices of {0}</source>
        <translation>er hat Geräte von {0}</translation>
    </message>
    <message>
        <source>it is a container ({0})</source>
        <translation>er ist ein Container ({0})</translation>
    </message>
    <message>
        <source>its network address is one that {0} gives</source>
        <translation>seine Netzwerkadresse ist eine, wie {0} sie vergibt</translation>
    </message>
    <message>
        <source>its window on top of others</source>
        <translation>ihr Fenster vor anderen</translation>
    </message>
    <message>
        <source>keyboards and mice</source>
        <translation>Tastaturen und Mäuse</translation>
    </message>
    <message>
        <source>macOS does not let a program keep the computer awake ({0}).</source>
        <translation>macOS lässt nicht zu, dass ein Programm den Computer wach hält ({0}).</translation>
    </message>
    <message>
        <source>macOS does not let shortcuts be held ({0}).</source>
        <translation>macOS lässt nicht zu, dass Tastenkombinationen gesperrt werden ({0}).</translation>
    </message>
    <message>
        <source>macOS does not let shortcuts be held without a permission.</source>
        <translation>macOS lässt nicht zu, dass Tastenkombinationen ohne Erlaubnis gesperrt werden.</translation>
    </message>
    <message>
        <source>macOS keeps Cmd+Alt+Esc and the power key to itself.</source>
        <translation>macOS behält Cmd+Alt+Esc und die Ein-/Aus-Taste für sich.</translation>
    </message>
    <message>
        <source>microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>more than one face</source>
        <translation>mehr als ein Gesicht</translation>
    </message>
    <message>
        <source>no address given</source>
        <translation>keine Adresse angegeben</translation>
    </message>
    <message>
        <source>no code given</source>
        <translation>kein Code angegeben</translation>
    </message>
    <message>
        <source>no sleep</source>
        <translation>kein Ruhezustand</translation>
    </message>
    <message>
        <source>not used</source>
        <translation>nicht benutzt</translation>
    </message>
    <message>
        <source>quiet notifications</source>
        <translation>stumme Benachrichtigungen</translation>
    </message>
    <message>
        <source>running programs</source>
        <translation>laufende Programme</translation>
    </message>
    <message>
        <source>screen</source>
        <translation>Bildschirm</translation>
    </message>
    <message>
        <source>screenshots and screen sharing</source>
        <translation>Bildschirmfotos und Bildschirmfreigabe</translation>
    </message>
    <message>
        <source>somebody is connected to {0}</source>
        <translation>jemand ist mit {0} verbunden</translation>
    </message>
    <message>
        <source>speech</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>started with {0} put into it</source>
        <translation>das Programm wurde mit {0} darin gestartet</translation>
    </message>
    <message>
        <source>the camera in use, “{0}”, is a program&apos;s</source>
        <translation>die benutzte Kamera „{0}“ ist die eines Programms</translation>
    </message>
    <message>
        <source>the camera was covered</source>
        <translation>die Kamera war verdeckt</translation>
    </message>
    <message>
        <source>the clipboard</source>
        <translation>die Zwischenablage</translation>
    </message>
    <message>
        <source>the display is on another computer</source>
        <translation>der Bildschirm gehört zu einem anderen Computer</translation>
    </message>
    <message>
        <source>the display is {0}&apos;s, on no screen</source>
        <translation>die Anzeige ist die von {0} und auf keinem Bildschirm zu sehen</translation>
    </message>
    <message>
        <source>the firmware calls this machine “{0}”</source>
        <translation>die Firmware nennt diesen Computer „{0}“</translation>
    </message>
    <message>
        <source>the list of installed files is gone</source>
        <translation>die Liste der installierten Dateien fehlt</translation>
    </message>
    <message>
        <source>the login manager</source>
        <translation>die Anmeldeverwaltung</translation>
    </message>
    <message>
        <source>the microphone in use, “{0}”, is a program&apos;s</source>
        <translation>das benutzte Mikrofon „{0}“ ist das eines Programms</translation>
    </message>
    <message>
        <source>the processor runs under a hypervisor</source>
        <translation>der Prozessor läuft unter einem Hypervisor</translation>
    </message>
    <message>
        <source>the session has {0}</source>
        <translation>in der Sitzung ist {0} gesetzt</translation>
    </message>
    <message>
        <source>the system says that it is virtual ({0})</source>
        <translation>das System sagt, dass er virtuell ist ({0})</translation>
    </message>
    <message>
        <source>the window in front</source>
        <translation>das Fenster im Vordergrund</translation>
    </message>
    <message>
        <source>there is no display</source>
        <translation>es gibt keinen Bildschirm</translation>
    </message>
    <message>
        <source>your eyes were off the screen</source>
        <translation>Ihr Blick war nicht auf dem Bildschirm</translation>
    </message>
    <message>
        <source>your face was not seen</source>
        <translation>Ihr Gesicht war nicht zu sehen</translation>
    </message>
    <message>
        <source>your head was turned away</source>
        <translation>Ihr Kopf war abgewandt</translation>
    </message>
    <message>
        <source>{0} Free some space on this computer.</source>
        <translation>{0} Geben Sie auf diesem Computer Platz frei.</translation>
    </message>
    <message>
        <source>{0} are left.</source>
        <translation>Es bleiben {0}.</translation>
    </message>
    <message>
        <source>{0} belongs to another session.</source>
        <translation>{0} gehört zu einer anderen Sitzung.</translation>
    </message>
    <message>
        <source>{0} cannot be read ({1}).</source>
        <translation>{0} kann nicht gelesen werden ({1}).</translation>
    </message>
    <message>
        <source>{0} cannot be read: {1}.</source>
        <translation>{0} kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>{0} cannot be removed ({1}).</source>
        <translation>{0} kann nicht entfernt werden ({1}).</translation>
    </message>
    <message>
        <source>{0} cannot be told just now ({1}).</source>
        <translation>{0} ist gerade nicht feststellbar ({1}).</translation>
    </message>
    <message>
        <source>{0} is {1}; allowed: {2}.</source>
        <translation>{0} ist {1}; erlaubt: {2}.</translation>
    </message>
    <message>
        <source>Compare it with your invitation, letter by letter, and the server&apos;s address too: each institution has its own.</source>
        <translation>Vergleichen Sie ihn Buchstabe für Buchstabe mit Ihrer Einladung, und auch die Adresse des Servers: Jede Einrichtung hat ihre eigene.</translation>
    </message>
    <message>
        <source>Allow Invigil under System Settings, Privacy &amp; Security, Accessibility, and open Invigil again.</source>
        <translation>Erlauben Sie Invigil unter Systemeinstellungen, Datenschutz &amp; Sicherheit, Bedienungshilfen, und öffnen Sie Invigil erneut.</translation>
    </message>
    <message>
        <source>Allow Invigil under System Settings, Privacy &amp; Security, in the list for screen recording, and open Invigil again.</source>
        <translation>Erlauben Sie Invigil unter Systemeinstellungen, Datenschutz &amp; Sicherheit, in der Liste zur Bildschirmaufnahme, und öffnen Sie Invigil erneut.</translation>
    </message>
    <message>
        <source>{0} gives no picture any more.</source>
        <translation>{0} liefert kein Bild mehr.</translation>
    </message>
    <message>
        <source>{0} gives no sound any more.</source>
        <translation>{0} liefert keinen Ton mehr.</translation>
    </message>
    <message>
        <source>{0} is closed.</source>
        <translation>{0} ist geschlossen.</translation>
    </message>
    <message>
        <source>{0} is left alone: {1}.</source>
        <translation>{0} bleibt unberührt: {1}.</translation>
    </message>
    <message>
        <source>{0} is loaded into this program</source>
        <translation>{0} ist in dieses Programm geladen</translation>
    </message>
    <message>
        <source>{0} is no camera.</source>
        <translation>{0} ist keine Kamera.</translation>
    </message>
    <message>
        <source>{0} is no display.</source>
        <translation>{0} ist kein Bildschirm.</translation>
    </message>
    <message>
        <source>{0} is no microphone.</source>
        <translation>{0} ist kein Mikrofon.</translation>
    </message>
    <message>
        <source>{0} is no voice to compare with.</source>
        <translation>{0} ist keine Stimme zum Vergleichen.</translation>
    </message>
    <message>
        <source>{0} is not a file of receipts: {1}.</source>
        <translation>{0} ist keine Datei mit Quittungen: {1}.</translation>
    </message>
    <message>
        <source>{0} is not a key of this file; allowed {1}: {2}.</source>
        <translation>{0} ist kein Schlüssel dieser Datei; erlaubt {1}: {2}.</translation>
    </message>
    <message>
        <source>{0} is not a server&apos;s address.</source>
        <translation>{0} ist keine Adresse eines Servers.</translation>
    </message>
    <message>
        <source>{0} is not a signing key.</source>
        <translation>{0} ist kein Schlüssel zum Unterschreiben.</translation>
    </message>
    <message>
        <source>{0} is not an Invigil server: {1}.</source>
        <translation>{0} ist kein Invigil-Server: {1}.</translation>
    </message>
    <message>
        <source>{0} is not an encrypted connection.</source>
        <translation>{0} ist keine verschlüsselte Verbindung.</translation>
    </message>
    <message>
        <source>{0} is not an evidence store of Invigil.</source>
        <translation>{0} ist kein Speicher von Invigil.</translation>
    </message>
    <message>
        <source>{0} pieces are not taken by the server: {1}</source>
        <translation>{0} Teile nimmt der Server nicht an: {1}</translation>
    </message>
    <message>
        <source>{0} says that this session is remote</source>
        <translation>diese Sitzung wird aus der Ferne bedient, sagt: {0}</translation>
    </message>
    <message>
        <source>{0} shows this desktop elsewhere</source>
        <translation>{0} zeigt diesen Desktop anderswo</translation>
    </message>
    <message>
        <source>{0} was not promised ({1}).</source>
        <translation>{0} wurde nicht zugesagt ({1}).</translation>
    </message>
    <message>
        <source>{0} was set, and was taken out: it changes the exam&apos;s browser.</source>
        <translation>{0} war gesetzt und wurde entfernt: Es verändert den Browser der Prüfung.</translation>
    </message>
    <message>
        <source>{0}: {1}; it is kept.</source>
        <translation>{0}: {1}; es bleibt erhalten.</translation>
    </message>
    <message>
        <source>{count} running, none of them prohibited</source>
        <translation>{count} laufen, keines davon verboten</translation>
    </message>
    <message>
        <source>{count}: {sizes}; enlarged to {scales}</source>
        <translation>{count}: {sizes}; vergrößert auf {scales}</translation>
    </message>
    <message>
        <source>{free} GB free; the exam takes up to {needed} MB.</source>
        <translation>{free} GB frei; die Prüfung braucht bis zu {needed} MB.</translation>
    </message>
    <message>
        <source>{free} of {total} GB free</source>
        <translation>{free} von {total} GB frei</translation>
    </message>
    <message>
        <source>{speed} Mbit/s; the exam needs up to {needed}. {mb} MB were sent for it.</source>
        <translation>{speed} Mbit/s; die Prüfung braucht bis zu {needed}. Dafür wurden {mb} MB gesendet.</translation>
    </message>
    <message>
        <source>{system}, Python {python}, {count} processors</source>
        <translation>{system}, Python {python}, {count} Prozessoren</translation>
    </message>
    <message>
        <source>{time}, not compared with a server&apos;s</source>
        <translation>{time}, nicht mit einem Server verglichen</translation>
    </message>
    <message>
        <source>{time}, the same as the server&apos;s (± {error} s)</source>
        <translation>{time}, wie die des Servers (± {error} s)</translation>
    </message>
    <message>
        <source>{time}, {off} s ahead of the server&apos;s (± {error} s)</source>
        <translation>{time}, {off} s vor der des Servers (± {error} s)</translation>
    </message>
    <message>
        <source>{time}, {off} s behind the server&apos;s (± {error} s)</source>
        <translation>{time}, {off} s hinter der des Servers (± {error} s)</translation>
    </message>
    <message>
        <source>“{0}” is not a source for the {1}.</source>
        <translation>„{0}“ ist keine Quelle für: {1}.</translation>
    </message>
    <message>
        <source>An exam is being recorded already.</source>
        <translation>Eine Prüfung wird bereits aufgezeichnet.</translation>
    </message>
    <message>
        <source>Hand it in first; then open the other link again.</source>
        <translation>Geben Sie zuerst ab; öffnen Sie den anderen Link danach noch einmal.</translation>
    </message>
</context>
<context>
    <name>timing</name>
    <message>
        <source>You read who records what and why, and decide.</source>
        <translation>Sie lesen, wer was warum aufzeichnet, und entscheiden.</translation>
    </message>
    <message>
        <source>Camera, microphone, screen and connection are tried.</source>
        <translation>Kamera, Mikrofon, Bildschirm und Verbindung werden ausprobiert.</translation>
    </message>
    <message>
        <source>You look at nine points on the screen.</source>
        <translation>Sie schauen auf neun Punkte auf dem Bildschirm.</translation>
    </message>
    <message>
        <source>You write your exam. Help is one button away.</source>
        <translation>Sie schreiben Ihre Prüfung. Hilfe ist einen Knopfdruck entfernt.</translation>
    </message>
    <message>
        <source>The recording is delivered, and you get a receipt.</source>
        <translation>Die Aufzeichnung wird übertragen, und Sie bekommen eine Quittung.</translation>
    </message>
    <message>
        <source>a few minutes; it needs no care</source>
        <translation>einige Minuten, von selbst</translation>
    </message>
    <message>
        <source>about {0}</source>
        <translation>etwa {0}</translation>
    </message>
    <message>
        <source>{0}, {1}</source>
        <translation>{0}, {1} Uhr</translation>
    </message>
    <message>
        <source>A photograph of your face is taken.</source>
        <translation>Ihr Gesicht wird fotografiert.</translation>
    </message>
    <message>
        <source>You show your identity document.</source>
        <translation>Sie zeigen Ihren Ausweis.</translation>
    </message>
    <message>
        <source>You read a sentence aloud.</source>
        <translation>Sie lesen einen Satz laut vor.</translation>
    </message>
    <message>
        <source>You begin when you are ready.</source>
        <translation>Sie beginnen, wenn Sie bereit sind.</translation>
    </message>
    <message>
        <source>The exam begins for everybody at once.</source>
        <translation>Die Prüfung beginnt für alle gleichzeitig.</translation>
    </message>
    <message>
        <source>as long as you like</source>
        <translation>solange Sie möchten</translation>
    </message>
    <message>
        <source>until {0}</source>
        <translation>bis {0}</translation>
    </message>
</context>
<context>
    <name>words</name>
    <message>
        <source>{0} MB</source>
        <translation>{0} MB</translation>
    </message>
    <message>
        <source>{0} kB</source>
        <translation>{0} kB</translation>
    </message>
    <message>
        <source>Warning {0} of {1}; the last one ends the exam.</source>
        <translation>Verwarnung {0} von {1}; die letzte beendet die Prüfung.</translation>
    </message>
    <message>
        <source>Warnings so far: {0}</source>
        <translation>Bisherige Verwarnungen: {0}</translation>
    </message>
    <message>
        <source>d MMMM yyyy</source>
        <translation>d. MMMM yyyy</translation>
    </message>
    <message>
        <source>Everything so far has been delivered.</source>
        <translation>Alles bisher wurde übertragen.</translation>
    </message>
    <message>
        <source>{0}, {1} waiting; all safe on this computer.</source>
        <translation>{0}, {1} warten; alles ist sicher auf diesem Computer.</translation>
    </message>
    <message>
        <source>{0} of {1} delivered ({2} of {3})</source>
        <translation>{0} von {1} übertragen ({2} von {3})</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0} %</translation>
    </message>
    <message>
        <source>Kept {0}, until {1}; then it is deleted.</source>
        <translation>Aufbewahrt {0} lang, bis {1}; dann wird es gelöscht.</translation>
    </message>
    <message>
        <source>Everything else: what was noted, and the exam&apos;s record</source>
        <translation>Alles andere: was vermerkt wurde, und das Protokoll der Prüfung</translation>
    </message>
    <message>
        <source>{0} – {1}, until {2}</source>
        <translation>{0} – {1}, bis {2}</translation>
    </message>
    <message>
        <source>Video from the camera</source>
        <translation>Video der Kamera</translation>
    </message>
    <message>
        <source>Sound from the microphone</source>
        <translation>Ton vom Mikrofon</translation>
    </message>
    <message>
        <source>Video of the screen</source>
        <translation>Video des Bildschirms</translation>
    </message>
    <message>
        <source>Pictures and clips of what was noted</source>
        <translation>Bilder und Ausschnitte zu dem, was vermerkt wurde</translation>
    </message>
    <message>
        <source>Photographs of you and your document</source>
        <translation>Fotos von Ihnen und Ihrem Ausweis</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>Screen</source>
        <translation>Bildschirm</translation>
    </message>
    <message>
        <source>This server is not the one that your link means.</source>
        <translation>Dieser Server ist nicht der, den Ihr Link meint.</translation>
    </message>
    <message>
        <source>Its signing key differs from the link&apos;s: it may be another institution&apos;s, or somebody&apos;s who pretends to be yours. Do not go on. Open the link in your invitation again; if it stays so, write to whoever invited you.</source>
        <translation>Sein Signaturschlüssel ist ein anderer als der des Links: Er gehört vielleicht einer anderen Einrichtung oder jemandem, der sich für Ihre ausgibt. Machen Sie nicht weiter. Öffnen Sie den Link in Ihrer Einladung noch einmal; bleibt es dabei, schreiben Sie denen, die Sie eingeladen haben.</translation>
    </message>
    <message>
        <source>1 hour</source>
        <translation>1 Stunde</translation>
    </message>
    <message>
        <source>{0} hours</source>
        <translation>{0} Stunden</translation>
    </message>
    <message>
        <source>1 minute</source>
        <translation>1 Minute</translation>
    </message>
    <message>
        <source>{0} minutes</source>
        <translation>{0} Minuten</translation>
    </message>
    <message>
        <source>1 second</source>
        <translation>1 Sekunde</translation>
    </message>
    <message>
        <source>{0} seconds</source>
        <translation>{0} Sekunden</translation>
    </message>
    <message>
        <source>1 day</source>
        <translation>1 Tag</translation>
    </message>
    <message>
        <source>{0} days</source>
        <translation>{0} Tage</translation>
    </message>
    <message>
        <source>1 piece</source>
        <translation>1 Teil</translation>
    </message>
    <message>
        <source>{0} pieces</source>
        <translation>{0} Teile</translation>
    </message>
    <message>
        <source>when no face is in the picture</source>
        <translation>wenn kein Gesicht im Bild ist</translation>
    </message>
    <message>
        <source>when another person is in the picture</source>
        <translation>wenn eine andere Person im Bild ist</translation>
    </message>
    <message>
        <source>when your head is turned away for a while</source>
        <translation>wenn Ihr Kopf eine Weile abgewandt ist</translation>
    </message>
    <message>
        <source>when your eyes leave the screen for a while</source>
        <translation>wenn Ihr Blick den Bildschirm eine Weile verlässt</translation>
    </message>
    <message>
        <source>when your face does not match your reference photo</source>
        <translation>wenn Ihr Gesicht nicht zu Ihrem Foto passt</translation>
    </message>
    <message>
        <source>when the camera is covered</source>
        <translation>wenn die Kamera verdeckt ist</translation>
    </message>
    <message>
        <source>when a phone, a book or another screen is in the picture</source>
        <translation>wenn ein Telefon, ein Buch oder ein anderer Bildschirm im Bild ist</translation>
    </message>
    <message>
        <source>when a hand is held at the ear</source>
        <translation>wenn eine Hand ans Ohr gehalten wird</translation>
    </message>
    <message>
        <source>when your hands are out of view for long</source>
        <translation>wenn Ihre Hände lange nicht zu sehen sind</translation>
    </message>
    <message>
        <source>when someone speaks</source>
        <translation>wenn jemand spricht</translation>
    </message>
    <message>
        <source>when a second voice is heard</source>
        <translation>wenn eine zweite Stimme zu hören ist</translation>
    </message>
    <message>
        <source>when another window than the exam&apos;s is in front</source>
        <translation>wenn ein anderes Fenster als das der Prüfung vorne ist</translation>
    </message>
    <message>
        <source>when the exam leaves the full screen</source>
        <translation>wenn die Prüfung das Vollbild verlässt</translation>
    </message>
    <message>
        <source>when a program runs that the exam prohibits</source>
        <translation>wenn ein Programm läuft, das die Prüfung verbietet</translation>
    </message>
    <message>
        <source>when something is copied or pasted</source>
        <translation>wenn etwas kopiert oder eingefügt wird</translation>
    </message>
    <message>
        <source>when a blocked key is pressed</source>
        <translation>wenn eine gesperrte Taste gedrückt wird</translation>
    </message>
    <message>
        <source>when a display is added or removed</source>
        <translation>wenn ein Bildschirm hinzukommt oder wegfällt</translation>
    </message>
    <message>
        <source>when the computer seems to be a virtual one</source>
        <translation>wenn der Computer ein virtueller zu sein scheint</translation>
    </message>
    <message>
        <source>when the computer seems to be controlled from elsewhere</source>
        <translation>wenn der Computer von anderswo gesteuert zu werden scheint</translation>
    </message>
    <message>
        <source>when the camera seems to be a program</source>
        <translation>wenn die Kamera ein Programm zu sein scheint</translation>
    </message>
    <message>
        <source>when another program captures the screen</source>
        <translation>wenn ein anderes Programm den Bildschirm aufnimmt</translation>
    </message>
    <message>
        <source>when a keyboard or mouse is plugged in</source>
        <translation>wenn eine Tastatur oder Maus angeschlossen wird</translation>
    </message>
    <message>
        <source>when the exam&apos;s browser is led to another address</source>
        <translation>wenn der Browser der Prüfung an eine andere Adresse geführt wird</translation>
    </message>
    <message>
        <source>when another program looks into this one</source>
        <translation>wenn ein anderes Programm in dieses hineinsieht</translation>
    </message>
    <message>
        <source>when this program is not as your institution gave it out</source>
        <translation>wenn dieses Programm nicht so ist, wie Ihre Einrichtung es ausgegeben hat</translation>
    </message>
    <message>
        <source>when a part of the recording is missing</source>
        <translation>wenn ein Teil der Aufzeichnung fehlt</translation>
    </message>
    <message>
        <source>when the computer&apos;s clock is changed</source>
        <translation>wenn die Uhr des Computers verstellt wird</translation>
    </message>
    <message>
        <source>when the disk is full</source>
        <translation>wenn der Datenträger voll ist</translation>
    </message>
    <message>
        <source>when the network is lost</source>
        <translation>wenn die Verbindung abbricht</translation>
    </message>
    <message>
        <source>when a detector stops</source>
        <translation>wenn eine Erkennung ausfällt</translation>
    </message>
    <message>
        <source>when a device is lost</source>
        <translation>wenn ein Gerät ausfällt</translation>
    </message>
    <message>
        <source>The code is missing.</source>
        <translation>Der Code fehlt.</translation>
    </message>
    <message>
        <source>Type the code from your invitation, or paste its link.</source>
        <translation>Tippen Sie den Code aus Ihrer Einladung ein, oder fügen Sie ihren Link ein.</translation>
    </message>
    <message>
        <source>This is not a code.</source>
        <translation>Das ist kein Code.</translation>
    </message>
    <message>
        <source>A code has letters and digits only, like ABCD-EFGH. Compare it with your invitation.</source>
        <translation>Ein Code hat nur Buchstaben und Ziffern, etwa ABCD-EFGH. Vergleichen Sie ihn mit Ihrer Einladung.</translation>
    </message>
    <message>
        <source>The server&apos;s address is missing.</source>
        <translation>Die Adresse des Servers fehlt.</translation>
    </message>
    <message>
        <source>It is in your invitation, like exam.example.edu.</source>
        <translation>Sie steht in Ihrer Einladung, etwa pruefung.example.edu.</translation>
    </message>
    <message>
        <source>This is not a server&apos;s address.</source>
        <translation>Das ist keine Adresse eines Servers.</translation>
    </message>
    <message>
        <source>It looks like exam.example.edu. Compare it with your invitation.</source>
        <translation>Sie sieht aus wie pruefung.example.edu. Vergleichen Sie sie mit Ihrer Einladung.</translation>
    </message>
    <message>
        <source>This address is not secure.</source>
        <translation>Diese Adresse ist nicht sicher.</translation>
    </message>
    <message>
        <source>Leave out “http://”, or open the link from your invitation.</source>
        <translation>Lassen Sie „http://“ weg, oder öffnen Sie den Link aus Ihrer Einladung.</translation>
    </message>
    <message>
        <source>This link is not complete.</source>
        <translation>Dieser Link ist nicht vollständig.</translation>
    </message>
    <message>
        <source>Copy it again from your invitation, or type the code and the address.</source>
        <translation>Kopieren Sie ihn noch einmal aus Ihrer Einladung, oder tippen Sie Code und Adresse ein.</translation>
    </message>
    <message>
        <source>The key in this link is damaged.</source>
        <translation>Der Schlüssel in diesem Link ist beschädigt.</translation>
    </message>
    <message>
        <source>Copy the whole link again from your invitation.</source>
        <translation>Kopieren Sie den ganzen Link noch einmal aus Ihrer Einladung.</translation>
    </message>
</context>
</TS>

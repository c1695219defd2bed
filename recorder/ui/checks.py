"""How the system check's findings are said and marked in the window; pure."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QLocale

from recorder.doctor.finding import Finding, State
from recorder.doctor.wording import Tongue, Words
from recorder.ui.told import CONTEXT, told

translate = QCoreApplication.translate

# The drawing beside the words of each state, and its tone; a look that goes on has neither.
_ICONS = {
    State.OK: "good",
    State.ATTENTION: "attention",
    State.PROBLEM: "problem",
    State.SKIPPED: "info",
    State.ASKING: "message",
}
_TONES = {State.OK: "good", State.ATTENTION: "attention", State.PROBLEM: "problem"}
WAITING_ICON = "waiting"


def spoken(words: Words) -> str:
    """The words in the window's language, numbers as it writes them."""
    return words.said(_TONGUE)


def icon(finding: Finding | None) -> str:
    """Which drawing stands beside a finding, or beside a look that goes on."""
    return WAITING_ICON if finding is None else _ICONS[finding.state]


def tone(finding: Finding | None) -> str:
    """Its tone in the style sheet; empty for none."""
    return "" if finding is None else _TONES.get(finding.state, "")


def state_word(finding: Finding) -> str:
    """The state in a word, for who does not see the drawing."""
    match finding.state:
        case State.OK:
            return translate("checks", "In order")
        case State.ATTENTION:
            return translate("checks", "Please look")
        case State.PROBLEM:
            return translate("checks", "Problem")
        case State.SKIPPED:
            return translate("checks", "Not looked at")
        case State.ASKING:
            return translate("checks", "A question")


def ready(findings: Iterable[Finding | None]) -> bool:
    """Whether what was looked at lets the recording start: all of it has been, without a
    problem."""
    return all(one is not None and one.state is not State.PROBLEM for one in findings)


def summary(findings: Iterable[Finding | None]) -> str:
    """How far the looks are, in a sentence."""
    known = list(findings)
    done = [one for one in known if one is not None]
    number = QLocale().toString
    if len(done) < len(known):
        return translate("checks", "{0} of {1} looked at…").format(
            number(len(done)), number(len(known))
        )
    remarks = sum(one.state in (State.ATTENTION, State.PROBLEM) for one in done)
    if not remarks:
        return translate("checks", "All is in order.")
    return translate("checks", "{0} of {1} in order; please look at the others.").format(
        number(len(done) - remarks), number(len(done))
    )


def _sentence(text: str) -> str:
    return translate(CONTEXT, text)  # gathered with what the other rooms say


def _number(value: float) -> str:
    return QLocale().toString(value, "f", 1)


_TONGUE = Tongue(sentence=_sentence, foreign=told, number=_number)

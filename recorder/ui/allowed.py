"""What a candidate may use and do during an exam, as its policy says. Pure."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from recorder.ui import words
from shared.policy import Policy

translate = QCoreApplication.translate


def lines(policy: Policy) -> list[str]:
    """A line each, the most important first."""
    found = [
        translate("allowed", "You have {0}.").format(words.duration(policy.exam.duration_s)),
        _surface(policy),
        _breaks(policy),
    ]
    if policy.prohibited_processes:
        named = ", ".join(policy.prohibited_processes)
        found.append(
            translate("allowed", "These programs must stay closed: {0}.").format(named)
        )
    if policy.warnings:
        found.append(
            translate(
                "allowed", "A proctor's warnings count: the exam ends with warning number {0}."
            ).format(QLocale().toString(policy.warnings))
        )
    return found


def _surface(policy: Policy) -> str:
    if policy.surface.kind == "browser":
        return translate("allowed", "You work in the exam's own browser, and nowhere else.")
    if policy.allowed_windows:
        named = ", ".join(policy.allowed_windows)
        return translate("allowed", "You may use these windows: {0}.").format(named)
    return translate("allowed", "You may use what your exam's own rules allow.")


def _breaks(policy: Policy) -> str:
    count = policy.breaks.count
    if count == 0:
        return translate("allowed", "There are no breaks. Ask a proctor if you need one.")
    longest = words.duration(policy.breaks.longest_s)
    if count == 1:
        return translate("allowed", "You may take one break of up to {0}.").format(longest)
    return translate("allowed", "You may take {0} breaks of up to {1} each.").format(
        QLocale().toString(count), longest
    )

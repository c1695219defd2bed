"""``invigil-recorder doctor``: looks, says what it found, and perhaps practises."""

from __future__ import annotations

import sys

from rich.console import Console

from recorder.doctor.asked import Asked
from recorder.doctor.examination import Examination
from recorder.doctor.finding import Finding
from recorder.doctor.practice import Practice, practise
from recorder.doctor.report import as_json, passed, print_table
from recorder.faults import EnvironmentFault
from shared.policy import Policy

# How often a practice run's state is shown (seconds).
SHOW_S = 0.5


def doctor(asked: Asked, *, json: bool, practice: bool = False) -> int:
    """Look at everything and print it; 0 when nothing fails, else 1.

    Raises:
        EnvironmentFault: what is asked for makes no sense.
    """
    if asked.code and not asked.server:
        raise EnvironmentFault(
            "A code belongs to a server.", "Name the server as well, with --server."
        )
    findings = _looked(asked, practice=practice)
    if json:
        sys.stdout.write(as_json(findings) + "\n")
    else:
        print_table(findings, Console())
    return 0 if passed(findings) else 1


def _looked(asked: Asked, *, practice: bool) -> list[Finding]:
    findings: list[Finding] = []
    examination = Examination(asked)
    with Console(stderr=True).status("Looking…") as line:
        topics = examination.items
        for number, topic in enumerate(topics, start=1):
            line.update(f"{number} of {len(topics)}: {topic.title}…")
            findings.append(examination.look(topic.id))
    if practice:
        findings += _practised(asked, examination.rules)
    return findings


def _practised(asked: Asked, rules: Policy) -> tuple[Finding, ...]:
    console = Console(stderr=True)
    console.print(
        "Practice: look at the screen, say a few words, move about as in an exam. Nothing is "
        "kept or sent."
    )
    run = practise(rules, asked.camera, asked.microphone, asked.models)
    try:
        return _shown(run, console)
    finally:
        run.close()


def _shown(run: Practice, console: Console) -> tuple[Finding, ...]:
    with console.status("Starting the detectors…") as line:
        while not (view := run.view()).done:
            if view.ready:
                line.update(f"{view.left_s:.0f} s left. {view.now}")
            run.rest(SHOW_S)
    return view.findings

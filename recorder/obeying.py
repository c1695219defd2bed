"""A proctor's commands, each to the part of the session that it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog

from recorder.course import HERE, Course
from recorder.enrolling import Enrolling
from recorder.reporter import Reporter
from recorder.status import Notice
from recorder.talk import Talk
from shared.wire import Command

_log = structlog.get_logger(__name__)

PROCTOR = "proctor"


class Obeying(Protocol):
    """The parts of a session that commands are about."""

    @property
    def course(self) -> Course:
        """Phases and time."""
        ...

    @property
    def enrolling(self) -> Enrolling:
        """What identity waits for."""
        ...

    @property
    def reporter(self) -> Reporter:
        """Incidents and their clips."""
        ...

    @property
    def talk(self) -> Talk:
        """What is said."""
        ...


def obey(command: Command, parts: Obeying, finish: Callable[[str], None]) -> None:
    """Do what a command says; ``finish`` ends the recording."""
    course, words = parts.course, command.text
    match command.action:
        case "message" | "warn" | "heard":
            _listen(command, parts.talk)
        case "pause":
            course.pause(words)
        case "resume":
            course.resume(words)
        case "extra_time":
            course.add_time(command.seconds, words, command.id)
        case "admit":
            if course.admit(words) == "identity":
                parts.enrolling.answered(words, admitted=True)
        case "refuse":
            if course.refuse(words) == "identity":
                parts.enrolling.answered(words, admitted=False)
        case "request_clip":
            if not parts.reporter.ask_clip():
                # The server asks for none before it has an incident.
                _log.info("no_incident_for_a_clip")
        case "terminate":
            reason = words or "The proctor has ended the session."
            parts.talk.tell(Notice(reason, PROCTOR if words else HERE, "warning"))
            finish("terminated")


def _listen(command: Command, talk: Talk) -> None:
    """What is only to be read, or was read at the other end."""
    match command.action:
        case "warn":
            notice = Notice(command.text, PROCTOR, "warning", command.count, command.limit)
            talk.warn(notice)
        case "heard":
            talk.heard(command.text)
        case _:
            talk.tell(Notice(command.text, PROCTOR))

"""What can go wrong with a code and a server, in words for the candidate."""

from __future__ import annotations

from recorder.faults import EnvironmentFault
from recorder.sync.answers import Busy, Failure, Refused, Strange, Unreachable
from shared.wire import Problem, ProblemType


def failed(server: str, failure: Failure) -> EnvironmentFault:
    """Why inspecting or redeeming did not work, and what the candidate can do."""
    match failure:
        case Unreachable(why=why, tls=True, clock=clock) if clock:
            return EnvironmentFault(
                f"The server {server} cannot prove who it is: {why}. "
                f"This computer's clock says that it is {clock}.",
                "If that is wrong, set this computer's date and time and try again. If it is "
                "right, do not go on; tell your institution.",
            )
        case Unreachable(why=why, tls=True):
            return EnvironmentFault(
                f"The server {server} cannot prove who it is: {why}.",
                "Do not go on. Check the address and this computer's date and time; if both "
                "are right, tell your institution.",
            )
        case Unreachable(why=why, setting=setting) if setting:
            return EnvironmentFault(
                f"This computer's setting {setting} lets no connection be made: {why}.",
                "Remove or correct it, then start the program again. If you did not make it, "
                "ask whoever looks after this computer.",
            )
        case Unreachable(why=why):
            return EnvironmentFault(
                f"The server {server} cannot be reached: {why}.",
                "Check the address and your internet connection, then try again.",
            )
        case Strange(why=why):
            return not_invigil(server, why)
        case Busy(why=why):
            return EnvironmentFault(
                f"The server {server} cannot help right now: {why}.",
                "Try again in a minute; if it stays so, tell your institution.",
            )
        case Refused(problem=problem):
            return _refused(server, problem)


def _refused(server: str, problem: Problem) -> EnvironmentFault:
    match problem.type:
        case ProblemType.CODE_UNKNOWN:
            return EnvironmentFault(
                f"The server {server} does not know this code.",
                "Compare it with your invitation, letter by letter, and the server's address "
                "too: each institution has its own.",
            )
        case ProblemType.CODE_USED:
            return EnvironmentFault(
                "This code was used already.",
                "If it was not you, or if you have to start again, ask your institution for "
                "a new code.",
            )
        case ProblemType.CODE_EXPIRED:
            return EnvironmentFault(
                "This code is no longer valid.", "Ask your institution for a new code."
            )
        case ProblemType.EXAM_EARLY:
            return EnvironmentFault(
                problem.detail or problem.title, "Come back then; your code stays good."
            )
        case ProblemType.EXAM_CLOSED:
            return EnvironmentFault(
                problem.detail or problem.title, "Ask your institution what follows."
            )
        case _:
            return EnvironmentFault(
                f"The server {server} refuses: {problem.detail or problem.title}",
                "Tell your institution what it says.",
            )


def not_invigil(server: str, why: str) -> EnvironmentFault:
    """Something else answers at that address."""
    return EnvironmentFault(
        f"{server} is not an Invigil server: {why}.",
        "Check the address. In a hotel, a library or a school, open a web page first: the "
        "network may want you to sign in.",
    )


def not_genuine(server: str, why: str) -> EnvironmentFault:
    """The policy or grant does not verify."""
    return EnvironmentFault(
        f"What the server {server} says cannot be trusted: {why}.",
        "Do not go on; nothing was recorded. Tell your institution.",
    )


def not_pinned(server: str, found: str) -> EnvironmentFault:
    """The institution's key is not the one that this program was made for."""
    return EnvironmentFault(
        f"The server {server} is not your institution's: its key is {found}, which this "
        "program was not made to trust.",
        "Do not go on. Check the address, or download the program from your institution again.",
    )


def not_agreed(server: str) -> EnvironmentFault:
    """The rules are no longer those that the candidate agreed to."""
    return EnvironmentFault(
        f"The exam's rules on {server} have changed since you agreed to them.",
        "Enter the code again and read them; nothing was recorded.",
    )

"""The one base of everything that the environment, not the program, gets wrong."""

from __future__ import annotations


class EnvironmentFault(Exception):
    """Something outside the program is not as needed; the user is told and can act.

    Args:
        what: what is wrong, a sentence without blame.
        advice: what the user can do about it.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what} {advice}")
        self.what = what
        self.advice = advice

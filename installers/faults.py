"""What stops a build: said in words, with what to do."""

from __future__ import annotations


class BuildFault(Exception):
    """Something outside the builder is not as needed.

    Args:
        what: what is wrong.
        advice: what to do about it.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what} {advice}")
        self.what = what
        self.advice = advice

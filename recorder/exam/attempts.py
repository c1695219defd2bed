"""An attempt to leave the exam, as a value: where to and how, never what was there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recorder.exam.addresses import Why

How = Literal["link", "form", "script", "redirect", "frame", "new_window", "download"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """An address outside the exam was asked for, and not opened.

    Attributes:
        address: without credentials, query and fragment (``addresses.told``).
        how: what asked for it.
        why: what is wrong with it.
        at_ns: when, on the evidence clock.
    """

    address: str
    how: How
    why: Why
    at_ns: int

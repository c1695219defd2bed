"""Asking a store on the thread that it belongs to: the writer's while it records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from recorder.evidence.store import EvidenceStore

_T = TypeVar("_T")


class Ask(Protocol):
    """Has the store asked on its own thread (``EvidenceWriter.ask``)."""

    def __call__(self, question: Callable[[EvidenceStore], _T], /) -> _T:
        """The answer; raises what the question raises, or ``WriterGone``."""
        ...


def ask_of(store: EvidenceStore) -> Ask:
    """The way to ask a store that the calling thread owns."""

    def ask(question: Callable[[EvidenceStore], _T], /) -> _T:
        return question(store)

    return ask

"""Marks texts of tables for ``lupdate``; they are translated when they are used."""

from __future__ import annotations


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:  # noqa: N802
    """Mark a text for ``lupdate``, which knows this name; Qt's own is typed as object."""
    return text

"""What macOS must be told to allow before keys can be held (`capture.permissions` asks)."""

from __future__ import annotations

CONTROL = (
    "Allow Invigil under System Settings, Privacy & Security, Accessibility, and open Invigil "
    "again."
)

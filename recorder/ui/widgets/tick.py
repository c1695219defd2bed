"""A box to tick, as wide as its words: the ring of the focus stands close around them."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QSizePolicy


class Tick(QCheckBox):
    """A check box named after its words, without the mnemonic's mark."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text.replace("&", ""))

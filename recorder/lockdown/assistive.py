"""Programs that people need to use a computer at all; they never count against anyone.

A screen magnifier captures the screen, a screen keyboard types, a screen reader looks into
other windows: what they do is what a cheating tool does, and the difference is the person.
A name can be borrowed, as a window's can; the screen's recording still shows what happens.
"""

from __future__ import annotations

# As their systems list them, without ``.exe``; by what they do.
_READERS = ("orca", "nvda", "nvda_slave", "jfw", "narrator", "voiceover", "brltty", "fusion")
_VOICES = ("speech-dispatcher", "espeak", "espeak-ng", "festival", "piper", "sd_espeak-ng")
_KEYBOARDS = ("onboard", "florence", "osk", "squeekboard", "maliit-keyboard", "textinputhost")
_MAGNIFIERS = ("magnus", "kmag", "xzoom", "magnify", "zoomtext", "zt", "gnome-magnifier")
_SPEECH_INPUT = ("natspeak", "dragonbar", "voiceaccess", "talon", "simon")
_BUSES = ("at-spi-bus-launcher", "at-spi2-registryd", "assistivecontrol", "switchcontrol")

NAMES = frozenset(_READERS + _VOICES + _KEYBOARDS + _MAGNIFIERS + _SPEECH_INPUT + _BUSES)


def assistive(name: str) -> bool:
    """Whether a program's name, or a window's application, is one of assistive technology."""
    return stem(name) in NAMES


def assistive_device(name: str) -> bool:
    """Whether an input device is one that such a program makes, as a braille display's keys.

    Its name begins with the program's: ``BRLTTY 6.6 Linux Screen Driver Keyboard``.
    """
    return assistive(name.partition(" ")[0])


def stem(name: str) -> str:
    """A program's name as lists have it: in small letters, without a suffix of ``.exe``."""
    return name.casefold().removesuffix(".exe")

"""Keyboards, mice and the like, as the kernel lists them in ``/proc/bus/input/devices``."""

from __future__ import annotations

from pathlib import Path

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import InputDevice, InputKind

DEVICES = Path("/proc/bus/input/devices")

# Codes of linux/input-event-codes.h.
_REL_X, _REL_Y = 0x00, 0x01
_ABS_X, _ABS_Y = 0x00, 0x01
_BTN_MOUSE, _BTN_JOYSTICK, _BTN_GAMEPAD = 0x110, 0x120, 0x130
_BTN_TOOL_PEN, _BTN_TOUCH = 0x140, 0x14A

# Escape, the digits and the first two rows of letters (KEY_ESC 1 to KEY_D 32): udev takes what
# has them all for a keyboard (systemd, udev-builtin-input_id.c). A headset's volume keys, the
# power button and the lid have none.
_KEYBOARD_KEYS = 0xFFFFFFFE


class KernelInputs:
    """The input devices of this computer."""

    def __init__(self, devices: Path = DEVICES) -> None:
        self._devices = devices

    def input_devices(self) -> tuple[InputDevice, ...]:
        """What a person can type or point with; raises EnvironmentFault when unreadable."""
        try:
            text = self._devices.read_text("utf-8", errors="replace")
        except OSError as error:
            raise EnvironmentFault(
                f"The list of input devices cannot be read ({error.strerror or error}).",
                "See that /proc is mounted and readable.",
            ) from error
        return listed(text)


def listed(text: str) -> tuple[InputDevice, ...]:
    """The devices of such a list; buttons, jacks and sensors are none."""
    blocks = (block for block in text.split("\n\n") if block.strip())
    return tuple(one for block in blocks if (one := _device(block)) is not None)


def _device(block: str) -> InputDevice | None:
    fields: dict[str, str] = {}
    for line in block.splitlines():
        letter, _, rest = line.partition(": ")
        key, _, value = rest.partition("=")
        fields[key.strip() if letter in ("N", "U", "B") else letter] = value.strip()
        if letter == "I":
            fields["I"] = rest.strip()
    kind = _kind(fields)
    if kind is None:
        return None
    name = fields.get("Name", "").strip('"')
    # "I" is bus, vendor, product and version; the socket ("P") is left out.
    identity = f"{fields.get('I', '')} {fields.get('Uniq', '')}".strip()
    return InputDevice(name, kind, identity)


def _kind(fields: dict[str, str]) -> InputKind | None:
    keys, rel, absolute = (_bits(fields.get(name, "")) for name in ("KEY", "REL", "ABS"))
    if keys & _KEYBOARD_KEYS == _KEYBOARD_KEYS:
        return "keyboard"
    moves = _has(absolute, _ABS_X) and _has(absolute, _ABS_Y)
    if moves and (_has(keys, _BTN_TOUCH) or _has(keys, _BTN_TOOL_PEN)):
        return "touch"
    if _has(keys, _BTN_MOUSE) and (moves or (_has(rel, _REL_X) and _has(rel, _REL_Y))):
        return "pointer"
    if _has(keys, _BTN_GAMEPAD) or _has(keys, _BTN_JOYSTICK):
        return "controller"
    return None


def _bits(words: str) -> int:
    """A bitmap as the kernel prints it: words of a machine's length, the highest first."""
    number = 0
    for word in words.split():
        try:
            number = (number << 64) | int(word, 16)
        except ValueError:
            return 0
    return number


def _has(bits: int, code: int) -> bool:
    return bool(bits >> code & 1)

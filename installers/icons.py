"""The program's picture in the sizes that systems ask for, drawn from one file."""

from __future__ import annotations

import struct
from pathlib import Path

from installers.faults import BuildFault

# freedesktop.org's hicolor theme; Windows and macOS take from these.
SIZES = (16, 32, 48, 64, 128, 256, 512)
_ICO_SIZES = (16, 32, 48, 64, 256)
# Apple's types of PNG pictures in an .icns, by size.
_ICNS_TYPES = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}
_LEAST_PNG = 512


def draw(icon: Path) -> dict[int, bytes]:
    """The picture as PNG, by size in pixels.

    Raises:
        BuildFault: it is no picture, not square, or too small.
    """
    from PySide6.QtGui import QImageReader

    reader = QImageReader(str(icon))
    size = reader.size()
    if not reader.canRead() or not size.isValid():
        raise BuildFault(f"{icon} cannot be drawn.", "Name a PNG or SVG picture in app.icon.")
    if size.width() != size.height():
        raise BuildFault(
            f"{icon} is {size.width()} × {size.height()}, not square.",
            "Give app.icon a square.",
        )
    if icon.suffix.lower() == ".png" and size.width() < _LEAST_PNG:
        raise BuildFault(
            f"{icon} is {size.width()} pixels wide.", f"Give app.icon {_LEAST_PNG} or more."
        )
    return {pixels: _png(icon, pixels) for pixels in SIZES}


def _png(icon: Path, pixels: int) -> bytes:
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
    from PySide6.QtGui import QImageReader, QImageWriter

    reader = QImageReader(str(icon))
    reader.setScaledSize(QSize(pixels, pixels))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"PNG"))
    if not writer.write(reader.read()):
        raise BuildFault(f"{icon} cannot be drawn: {writer.errorString()}.", "Name another.")
    return bytes(data.data())


def windows_icon(drawn: dict[int, bytes]) -> bytes:
    """An .ico of PNG pictures (Windows Vista and later)."""
    head = struct.pack("<HHH", 0, 1, len(_ICO_SIZES))
    offset = len(head) + 16 * len(_ICO_SIZES)
    entries, pictures = b"", b""
    for size in _ICO_SIZES:
        data = drawn[size]
        # 0 stands for 256 pixels; 1 plane, 32 bits a pixel.
        entries += struct.pack(
            "<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset + len(pictures)
        )
        pictures += data
    return head + entries + pictures


def apple_icon(drawn: dict[int, bytes]) -> bytes:
    """An .icns of PNG pictures."""
    parts = [
        kind + struct.pack(">I", 8 + len(drawn[size])) + drawn[size]
        for size, kind in _ICNS_TYPES.items()
    ]
    body = b"".join(parts)
    return b"icns" + struct.pack(">I", 8 + len(body)) + body

"""Small programs of Windows and macOS, unsigned and as their systems' tools sign them.

Nothing of them runs; they are laid out as loaders and signing tools read them (Microsoft, *PE
Format*; Apple, ``mach-o/loader.h`` and ``mach-o/fat.h``).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

ARM64, X86_64 = 0x0100000C, 0x01000007
_PAGE = 0x4000
_CODE_SIGNATURE, _SEGMENT_64, _RPATH = 0x1D, 0x19, 0x8000001C


def pe(code: bytes, certificates: bytes = b"", *, plus: bool = True) -> bytes:
    """A program for Windows around ``code``, signed where there are certificates."""
    directories = bytearray(16 * 8)
    optional = struct.pack("<H", 0x20B if plus else 0x10B).ljust(64, b"\1")
    optional += b"\0" * 4  # checksum
    optional = optional.ljust((112 if plus else 96) - 4, b"\2") + struct.pack("<I", 16)
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x80)
    head = head.ljust(0x80, b"\3") + b"PE\0\0" + b"\4" * 20
    program = head + optional + directories + code
    if not certificates:
        return program
    program += b"\0" * (-len(program) % 8)
    blob = struct.pack("<IHH", 8 + len(certificates), 0x200, 2) + certificates
    blob += b"\0" * (-len(blob) % 8)
    place = len(head) + len(optional) + 4 * 8
    signed = bytearray(program + blob)
    signed[place : place + 8] = struct.pack("<II", len(program), len(blob))
    checksum = len(head) + 64
    signed[checksum : checksum + 4] = b"\x12\x34\x56\x78"
    return bytes(signed)


def mach(
    code: bytes, signature: bytes = b"", *, kind: int = ARM64, then_moved: bool = False
) -> bytes:
    """A program for one processor of macOS, signed where there is a signature.

    Args:
        code: between the commands and the end.
        signature: what is put at the end.
        kind: of processor.
        then_moved: whether another command comes after the one that names the signature, as
            where a search path was added to a signed library and it was signed again.
    """
    end = _PAGE + len(code)
    begin = end + -end % 16
    extent = (begin + len(signature) if signature else end) - _PAGE
    linkedit = struct.pack(
        "<II16sQQQQIIII", _SEGMENT_64, 72, b"__LINKEDIT",
        _PAGE, -(-extent // _PAGE) * _PAGE, _PAGE, extent, 1, 1, 0, 0,
    )  # fmt: skip
    path = struct.pack("<III", _RPATH, 32, 12) + b"@loader_path".ljust(20, b"\0")
    named = struct.pack("<IIII", _CODE_SIGNATURE, 16, begin, len(signature))
    commands = [linkedit, path, *([named] if signature else [])]
    if then_moved and signature:
        commands = [linkedit, named, path]
    data = b"".join(commands)
    head = struct.pack("<IiiIIIII", 0xFEEDFACF, kind, 0, 6, len(commands), len(data), 0x85, 0)
    program = (head + data).ljust(_PAGE, b"\0") + code
    return program.ljust(begin, b"\0") + signature if signature else program


def universal(slices: Sequence[tuple[int, bytes]]) -> bytes:
    """Programs for several processors in one file."""
    table, body = struct.pack(">II", 0xCAFEBABE, len(slices)), b""
    at = _PAGE
    for kind, program in slices:
        table += struct.pack(">iiIII", kind, 0, at, len(program), 14)
        body = body.ljust(at - _PAGE, b"\0") + program
        at += len(program)
        at += -at % _PAGE
    return table.ljust(_PAGE, b"\0") + body

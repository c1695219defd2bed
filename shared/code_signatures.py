"""A program file's hash that stays the same when its system's signature is put on it.

Windows and macOS want programs signed in their own way, within the file and after everything
else. A list of files that is signed before still holds if it leaves out what such a signature
adds or changes, which is neither code nor data of the program:

- Windows (PE): the checksum, the entry that names the certificates, the certificates at the
  end. Source: Microsoft, *PE Format*, "Attribute Certificate Table" and "Calculating PE image
  hashes".
- macOS (Mach-O, 64-bit, alone or several in one file): the command that names the signature,
  how large that makes the segment around it, the signature at the end. Source: Apple,
  ``mach-o/loader.h``, ``mach-o/fat.h``.

Every other file, and one of these in which something is not as it should be, is hashed whole.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

from shared.build import HEAD_FILE, LIST_FILE, FileEntry

# Beside what macOS signs as a whole (a framework, a program within the program), and written
# by signing it.
SEAL_OF_BUNDLE = "_CodeSignature/CodeResources"

_CHUNK = 1 << 18

# No load commands, and no two programs' worth of headers, are larger: 1 MiB.
_MOST_HEADER = 1 << 20

_MZ, _PE = b"MZ", b"PE\0\0"
_THIN, _FAT, _FAT_64 = b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"
# More processors than Apple ever had; a Java class begins with the same bytes as ``_FAT``.
_MOST_SLICES = 16

_SEGMENT_64, _CODE_SIGNATURE = 0x19, 0x1D
_LINKEDIT = b"__LINKEDIT".ljust(16, b"\0")
_PE_ALIGNED, _MACH_ALIGNED = 8, 16


class _NotSignable(Exception):
    """It is no program of these systems, or one that their signatures do not go with."""


class _Cut(NamedTuple):
    """Bytes ``start`` to ``end`` of the file, for which ``by`` is hashed."""

    start: int
    end: int
    by: bytes


def unsigned_entry(file: IO[bytes]) -> FileEntry:
    """Hash and size of a file, without what its system's signature adds.

    Args:
        file: open for reading, and seekable.
    """
    size = file.seek(0, os.SEEK_END)
    digest, counted = hashlib.sha256(), 0
    for piece in _pieces(file, size, _cuts(file, size)):
        digest.update(piece)
        counted += len(piece)
    return FileEntry(digest.hexdigest(), counted)


def is_listed(path: str) -> bool:
    """Whether a list of files has this one: not itself, nor what signing for macOS adds."""
    return path not in (HEAD_FILE, LIST_FILE) and not is_seal(path)


def is_seal(path: str) -> bool:
    """Whether signing for macOS writes this file, so that no list can know it."""
    return path == SEAL_OF_BUNDLE or path.endswith(f"/{SEAL_OF_BUNDLE}")


def _pieces(file: IO[bytes], size: int, cuts: list[_Cut]) -> Iterator[bytes]:
    at = 0
    for cut in (*cuts, _Cut(size, size, b"")):
        file.seek(at)
        while at < cut.start:
            piece = file.read(min(_CHUNK, cut.start - at))
            if not piece:
                return  # it became shorter meanwhile, and has another hash
            at += len(piece)
            yield piece
        yield cut.by
        at = cut.end


def _cuts(file: IO[bytes], size: int) -> list[_Cut]:
    head = _read(file, 0, min(4, size))
    try:
        if head.startswith(_MZ):
            return _cuts_of_pe(file, size)
        if head == _THIN:
            return _cuts_of_slice(file, 0, size)
        if head in (_FAT, _FAT_64):
            return _cuts_of_slices(file, size, wide=head == _FAT_64)
    except (_NotSignable, struct.error):
        pass
    return []


def _cuts_of_pe(file: IO[bytes], size: int) -> list[_Cut]:
    (at,) = struct.unpack("<I", _read(file, 0x3C, 4))
    if _read(file, at, 4) != _PE:
        raise _NotSignable
    optional = at + 24
    (magic,) = struct.unpack("<H", _read(file, optional, 2))
    if magic not in (0x10B, 0x20B):
        raise _NotSignable
    directories = optional + (112 if magic == 0x20B else 96)
    (count,) = struct.unpack("<I", _read(file, directories - 4, 4))
    checksum, named = optional + 64, directories + 4 * 8
    if count < 5:
        raise _NotSignable
    begin, length = struct.unpack("<II", _read(file, named, 8))
    signed = (begin, length) != (0, 0)
    if signed and (begin < named + 8 or begin % _PE_ALIGNED or begin + length != size):
        raise _NotSignable
    end = begin if signed else size
    return [
        _Cut(checksum, checksum + 4, b""),
        _Cut(named, named + 8, b""),
        _Cut(end, size, b"\0" * (-end % _PE_ALIGNED)),
    ]


def _cuts_of_slices(file: IO[bytes], size: int, *, wide: bool) -> list[_Cut]:
    """Several programs in one file: their places shift when they are signed."""
    (count,) = struct.unpack(">I", _read(file, 4, 4))
    if not 0 < count <= _MOST_SLICES:
        raise _NotSignable
    form = struct.Struct(">iiQQII" if wide else ">iiIII")
    table = _read(file, 8, count * form.size)
    slices = sorted(form.iter_unpack(table), key=lambda one: one[2])
    cuts: list[_Cut] = []
    at, by = 0, b""
    for kind, variant, begin, length, align, *_ in slices:
        if begin < max(at, 8 + len(table)) or begin + length > size:
            raise _NotSignable
        by = struct.pack(">iiI", kind, variant, align)
        cuts += [_Cut(at, begin, by), *_cuts_of_slice(file, begin, length)]
        at = begin + length
    return [*cuts, _Cut(at, size, b"")]


def _cuts_of_slice(file: IO[bytes], at: int, size: int) -> list[_Cut]:
    header = _read(file, at, 32)
    if header[:4] != _THIN:
        raise _NotSignable
    count, length = struct.unpack_from("<II", header, 16)
    if length > min(_MOST_HEADER, size - len(header)):
        raise _NotSignable
    commands, named, signature = _commands(_read(file, at + 32, length), count)
    end = size
    if signature is not None:
        end, extent = signature
        if end < 32 + length or end % _MACH_ALIGNED or end + extent != size:
            raise _NotSignable
    # Before that command was there, its place was free, after all the others.
    by = header[:16] + struct.pack("<II", count - named, len(commands)) + header[24:]
    by += commands + b"\0" * (length - len(commands))
    return [
        _Cut(at, at + 32 + length, by),
        _Cut(at + end, at + size, b"\0" * (-end % _MACH_ALIGNED)),
    ]


def _commands(data: bytes, count: int) -> tuple[bytes, int, tuple[int, int] | None]:
    """The load commands without what a signature says; how many were left out (0 or 1); where
    in its program the signature lies and how long it is.
    """
    kept, signature, at = b"", None, 0
    for _ in range(count):
        kind, length = struct.unpack_from("<II", data, at)
        command = data[at : at + length]
        if length < 8 or len(command) != length:
            raise _NotSignable
        at += length
        if kind == _CODE_SIGNATURE:
            if signature is not None:
                raise _NotSignable
            signature = struct.unpack("<II", command[8:])
            continue
        if kind == _SEGMENT_64 and command[8:24] == _LINKEDIT:
            # Its size in memory and in the file.
            command = command[:32] + b"\0" * 8 + command[40:48] + b"\0" * 8 + command[56:]
        kept += command
    if at != len(data):
        raise _NotSignable
    return kept, signature is not None, signature


def _read(file: IO[bytes], at: int, count: int) -> bytes:
    file.seek(at)
    data = file.read(count)
    if len(data) != count:
        raise _NotSignable
    return data

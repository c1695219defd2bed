"""The hash of a program that is signed for its system afterwards."""

from __future__ import annotations

import io
import struct
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.signed_programs import ARM64, X86_64, mach, pe, universal

from shared.build import FileEntry
from shared.code_signatures import is_seal, unsigned_entry

CODE = bytes(range(256)) * 5 + b"end"


def entry(data: bytes) -> FileEntry:
    return unsigned_entry(io.BytesIO(data))


def whole(data: bytes) -> FileEntry:
    return FileEntry(sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize(
    ("unsigned", "signed"),
    [
        (pe(CODE), pe(CODE, b"certificate")),
        (pe(CODE, plus=False), pe(CODE, b"certificate", plus=False)),
        (mach(CODE), mach(CODE, b"signature" * 90)),
        (mach(CODE), mach(CODE, b"signature" * 9000)),  # another page of memory
        (mach(CODE), mach(CODE, b"signature", then_moved=True)),
        (
            universal([(X86_64, mach(CODE, kind=X86_64)), (ARM64, mach(CODE, b"ad hoc"))]),
            universal(
                [
                    (X86_64, mach(CODE, b"signature" * 2000, kind=X86_64)),
                    (ARM64, mach(CODE, b"signature" * 2000)),
                ]
            ),
        ),
    ],
    ids=["PE32+", "PE32", "Mach-O", "larger", "command within", "universal"],
)
def test_what_signing_changes_is_not_hashed_and_all_else_is(
    unsigned: bytes, signed: bytes
) -> None:
    assert unsigned != signed
    assert entry(signed) == entry(unsigned)
    for program in (unsigned, signed):
        at = program.rindex(CODE) + 700
        changed = program[:at] + b"\xff" + program[at + 1 :]
        assert entry(changed) != entry(program)


@given(at=st.integers(0, len(pe(CODE)) - 1))
def test_of_unsigned_windows_programs_only_the_checksum_may_differ(at: int) -> None:
    program = pe(CODE)
    changed = program[:at] + bytes([program[at] ^ 0x40]) + program[at + 1 :]
    optional = 0x80 + 24
    free = {*range(optional + 64, optional + 68)}
    assert (entry(changed) == entry(program)) == (at in free)


@given(at=st.integers(0, 32 + 72 + 32 - 1))
def test_of_commands_for_macos_only_how_far_the_end_reaches_may_differ(at: int) -> None:
    program = mach(CODE)
    changed = program[:at] + bytes([program[at] ^ 0x40]) + program[at + 1 :]
    free = {*range(32 + 32, 32 + 40), *range(32 + 48, 32 + 56)}
    assert (entry(changed) == entry(program)) == (at in free)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ",
        b"MZ and so on, as a text may begin" * 9,
        pe(CODE)[:200],
        pe(CODE, b"certificate") + b"more",  # what stands after the certificates is not one
        mach(CODE)[:60],
        mach(CODE, b"signature") + b"more",
        struct.pack(">IHH", 0xCAFEBABE, 0, 52) + CODE,  # a Java class
        universal([(ARM64, b"no program" * 99)]),
        CODE,
    ],
)
def test_what_is_no_such_program_is_hashed_whole(data: bytes) -> None:
    assert entry(data) == whole(data)


@given(
    head=st.sampled_from(
        [b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"]
    ),
    rest=st.binary(max_size=300),
)
def test_any_bytes_have_a_hash(head: bytes, rest: bytes) -> None:
    assert entry(head + rest).size <= len(head + rest) + 16


def test_more_than_one_signature_is_none() -> None:
    program = mach(CODE, b"signature")
    count, length = struct.unpack_from("<II", program, 16)
    twice = bytearray(program)
    twice[32 + length : 32 + length + 16] = program[32 + length - 16 : 32 + length]
    struct.pack_into("<II", twice, 16, count + 1, length + 16)
    assert entry(bytes(twice)) == whole(bytes(twice))


@pytest.mark.parametrize(
    ("path", "seal"),
    [
        ("Qt.framework/Versions/A/_CodeSignature/CodeResources", True),
        ("_CodeSignature/CodeResources", True),
        ("x_CodeSignature/CodeResources", False),
        ("Qt.framework/_CodeSignature/other.py", False),
    ],
)
def test_a_seal_is_known_by_its_path(path: str, seal: bool) -> None:
    assert is_seal(path) is seal

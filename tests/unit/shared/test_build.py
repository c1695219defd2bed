"""The signed list of a build's files: read back, and refused where it is not one thing only."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sessions import fixed_key

from shared.build import (
    Artifact,
    Build,
    BuildError,
    Carried,
    FileEntry,
    check_list,
    decode_artifact,
    decode_build,
    decode_files,
    difference,
    encode_files,
    encode_head,
    signer_of,
    total,
)
from shared.encoding import sha256_hex, to_base64
from shared.signed import Domain, Signed, fingerprint, public_bytes, sign

KEY = fixed_key(7)
FILES = {"bin/run": FileEntry("ab" * 32, 3), "lib/é.py": FileEntry("cd" * 32, 0)}

paths = st.lists(
    st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/\\:"),
            min_size=1, max_size=8).filter(lambda part: part not in (".", "..")),
    min_size=1, max_size=3,
).map("/".join)  # fmt: skip
entries = st.builds(
    FileEntry, st.binary(min_size=32, max_size=32).map(bytes.hex), st.integers(0, 10**15)
)


def head(**changes: object) -> Build:
    listed = encode_files(FILES)
    build = Build(
        product="invigil", name="Invigil", bundle="org.invigil", version="1.0", number=3,
        made=1_700_000_000, target="linux-x86_64-cp311", browser=False, lock="11" * 32,
        policy_keys=("22" * 32,), signer=to_base64(public_bytes(KEY)), files=sha256_hex(listed),
        count=2, size=3, links={"bin/python3": "/usr/bin/python3.11"},
    )  # fmt: skip
    return msgspec.structs.replace(build, **changes)


def signed(payload: bytes, domain: Domain = Domain.BUILD) -> Signed:
    return sign(KEY, domain, payload)


@given(st.dictionaries(paths, entries, max_size=6))
def test_a_list_is_read_back(files: dict[str, FileEntry]) -> None:
    data = encode_files(files)

    assert decode_files(data) == files
    assert total(files.values()) == sum(size for _, size in files.values())


@pytest.mark.parametrize(
    "path", ["", "/etc/x", "a//b", "../x", "a/./b", "a\\b", "c:x", "a\nb", "a/", "a\x00"]
)
def test_a_path_that_leads_elsewhere_is_not_listed(path: str) -> None:
    with pytest.raises(BuildError, match=re.escape(f"{path!r} cannot be listed")):
        encode_files({path: FileEntry("ab" * 32, 1)})


NO_LINE = "line 1 of the list of files is none"
NO_ORDER = "the list of files is not in order, or names a file twice"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"nothing\n", NO_LINE),
        (b"AB" * 32 + b" 1 x\n", NO_LINE),
        (b"ab" * 32 + b" 01 x\n", NO_LINE),
        (
            b"ab" * 32 + b" 1 ../x\n",
            "line 1 of the list names '../x', which is not below it",
        ),
        (
            b"ab" * 32 + b" 1 a\n" + b"ab" * 32 + b" 1 \xff\n",
            "line 2 of the list of files is not UTF-8",
        ),
        (b"ab" * 32 + b" 1 x", NO_ORDER),
        (b"ab" * 32 + b" 1 x\n" + b"ab" * 32 + b" 1 x\n", NO_ORDER),
        (b"ab" * 32 + b" 1 y\n" + b"ab" * 32 + b" 1 x\n", NO_ORDER),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(BuildError, match=f"^{re.escape(why)}$"):
        decode_files(data)


def test_a_head_is_read_back_with_its_signer() -> None:
    build = head()

    assert decode_build(signed(encode_head(build))) == build
    assert signer_of(build) == fingerprint(public_bytes(KEY))
    assert check_list(build, encode_files(FILES)) == FILES


def test_another_list_than_the_signed_one_is_refused() -> None:
    with pytest.raises(BuildError, match=r"^the list of files is not the one that was signed$"):
        check_list(head(), encode_files({"bin/run": FILES["bin/run"]}))


@pytest.mark.parametrize(
    "line",
    [
        signed(b"{}"),
        signed(encode_head(head(v=2))),
        signed(encode_head(head(signer="short"))),
        signed(encode_head(head(files="no hash"))),
        signed(encode_head(head()), Domain.ARTIFACT),
        Signed(encode_head(head()), bytes(64)),
        sign(fixed_key(8), Domain.BUILD, encode_head(head())),
    ],
)
def test_what_is_no_head_or_not_its_signers_is_refused(line: Signed) -> None:
    with pytest.raises(BuildError):
        decode_build(line)


def test_anothers_signature_is_called_that() -> None:
    words = r"^the signature is not that of the key which the head names$"
    with pytest.raises(BuildError, match=words):
        decode_build(sign(fixed_key(8), Domain.BUILD, encode_head(head())))


def test_an_artifact_is_read_back_and_is_no_build() -> None:
    one = Carried(name="x.deb", size=4, sha256="ee" * 32)
    artifact = Artifact(
        product="invigil", build="ff" * 32, signer=head().signer, file=one, beside=(one,)
    )
    line = signed(encode_head(artifact), Domain.ARTIFACT)

    assert decode_artifact(line) == artifact
    with pytest.raises(BuildError):
        decode_build(line)


def test_a_tree_is_told_from_its_list() -> None:
    entry, other = FileEntry("ab" * 32, 1), FileEntry("cd" * 32, 1)
    told = difference(
        {"a": entry, "b": entry, "c": entry}, {"a": entry, "b": other, "d": entry}
    )

    assert told == (("b",), ("c",), ("d",))
    assert not difference({"a": entry}, {"a": entry})
    # Each of the three is a difference by itself.
    assert difference({"a": entry}, {"a": other})
    assert difference({"a": entry}, {})
    assert difference({}, {"a": entry})

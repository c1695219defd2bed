"""A manifest's three parts belong together, or it is none."""

from __future__ import annotations

import pytest
from support.signed_builds import FILES, KEY, OTHER_KEY, signed_build

from shared.build import BuildError
from shared.sidecar import read_sidecar
from shared.signed import fingerprint, public_bytes


def parts(data: bytes) -> list[bytes]:
    return data.split(b"\n", 2)


def test_a_manifest_says_what_was_signed() -> None:
    made = signed_build(7)
    artifact, build, listed = read_sidecar(made.manifest)
    assert (artifact.build, artifact.file.name) == (made.id, made.name)
    assert (build.number, listed) == (7, FILES)
    assert made.signer == fingerprint(public_bytes(KEY))


def test_parts_of_two_builds_are_no_manifest() -> None:
    one, other = parts(signed_build(1).manifest), parts(signed_build(2).manifest)
    with pytest.raises(
        BuildError, match=r"^the artifact was signed for another build than the one beside it$"
    ):
        read_sidecar(b"\n".join([one[0], other[1], one[2]]))


def test_an_artifact_and_a_build_have_one_signer() -> None:
    with pytest.raises(
        BuildError, match=r"^the artifact and its build have different signers$"
    ):
        read_sidecar(signed_build(carrier=OTHER_KEY).manifest)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a manifest"),
        (b"{}", "not a manifest"),
        (b"\x7fELF\0\0\n\n\n", "not a manifest"),
        (signed_build().manifest.split(b"\n")[0], "not a manifest"),
        (signed_build().manifest[:-1], "not the one that was signed"),
        (signed_build().manifest.replace(b"Invigil", b"Invigal"), "signature"),
        (signed_build(v=2).manifest, "version"),
    ],
)
def test_what_is_no_manifest_is_told(data: bytes, why: str) -> None:
    with pytest.raises(BuildError, match=why):
        read_sidecar(data)

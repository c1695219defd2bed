"""The vectors: both verifiers say of each what the specification says.

The second verifier was written from `shared/README.md` and shares nothing with ours, so that
where the two agree the specification says enough.
"""

from __future__ import annotations

import ast
import io
import json
import runpy
import sys
import zipfile
from pathlib import Path

import pytest
import second_verifier.checks
import vectors.make
from support.both_verifiers import PINNED, Said, agreed, ours, the_second
from support.sessions import SessionBuilder
from vectors.seal import EVIDENCE, PLACES, plain
from vectors.session import SESSION, kid_of, piece

from shared.sealing import Place

SAID = json.loads(vectors.make.EXPECTED.read_text())
ATTACKS = {attack.name: attack for attack in vectors.make.ATTACKS}
ALLOWED = {*sys.stdlib_module_names, "cryptography", "second_verifier"}


@pytest.mark.parametrize("name", SAID["vectors"])
def test_both_verifiers_say_what_is_expected(name: str) -> None:
    expected = Said(SAID["vectors"][name]["status"], tuple(SAID["vectors"][name]["fails"]))
    path = vectors.make.BUNDLES / f"{name}.zip"

    assert ours(path, SAID["institution_key"]) == expected
    assert the_second(path.read_bytes(), SAID["institution_key"]) == expected


def test_the_vectors_are_named_as_they_are() -> None:
    assert vectors.make.EXPECTED.read_text() == vectors.make.expected()
    assert len(ATTACKS) == len(vectors.make.ATTACKS)
    assert {path.stem for path in vectors.make.BUNDLES.iterdir()} == set(ATTACKS)
    assert SAID["institution_key"] == PINNED


@pytest.mark.parametrize("name", ATTACKS)
def test_a_vector_is_what_its_attack_makes(name: str) -> None:
    kept = (vectors.make.BUNDLES / f"{name}.zip").read_bytes()
    made = ATTACKS[name].make()

    # Another zlib may deflate to other bytes of the same contents.
    assert made == kept or entries(made) == entries(kept)


def entries(data: bytes) -> list[tuple[str, int]]:
    """Names and check sums of what a zip holds; damaged ones are alike by what is left."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(entry.orig_filename, entry.CRC) for entry in archive.infolist()]
    except zipfile.BadZipFile:
        return []


def test_every_check_is_attacked() -> None:
    attacked = {check for attack in ATTACKS.values() for check in attack.fails}

    assert attacked == set(range(11))
    for check in attacked:
        first = {min(a.fails) for a in ATTACKS.values() if a.fails}
        assert check in first


def test_the_pieces_open_with_the_fixed_key() -> None:
    for stream, number in PLACES:
        sealed = piece(stream, number)
        assert kid_of(sealed) == EVIDENCE.kid
        assert EVIDENCE.open(sealed, Place(SESSION, stream, number)) == plain(stream, number)


def test_the_second_verifier_uses_nothing_of_ours() -> None:
    package = Path(second_verifier.checks.__file__).parent
    for path in package.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert imported(node) <= ALLOWED, f"{path.name}: {imported(node)}"


def imported(node: ast.AST) -> set[str]:
    """The top-level modules that a statement imports."""
    match node:
        case ast.Import(names=names):
            return {alias.name.partition(".")[0] for alias in names}
        case ast.ImportFrom(module=module, level=level):
            assert level == 0
            assert module is not None
            return {module.partition(".")[0]}
        case ast.Call(func=ast.Name(id=name)):
            assert name not in {"__import__", "exec", "eval"}
    return set()


def test_what_the_product_writes_holds_for_both(tmp_path: Path) -> None:
    """The product's writer deflates, and writes members that the vectors leave out."""
    path = SessionBuilder().honest().bundle(tmp_path / "b.zip")

    assert agreed(path, path.read_bytes()) == Said(0)


@pytest.mark.parametrize(
    ("name", "status", "line"),
    [
        ("good", 0, " 4  holds"),
        ("fork", 1, " 4  fails: there is a fork"),
        ("zip-not", 2, "nothing to check: File is not a zip file"),
    ],
)
def test_the_second_verifier_is_a_command(
    name: str, status: int, line: str, capsys, monkeypatch
) -> None:
    path = vectors.make.BUNDLES / f"{name}.zip"
    monkeypatch.setattr("sys.argv", ["second_verifier", str(path), PINNED])

    with pytest.raises(SystemExit) as exited:
        runpy.run_module("second_verifier", run_name="__main__")
    assert exited.value.code == status
    assert line in capsys.readouterr().out

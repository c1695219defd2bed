"""The vectors of logs: both verifiers say of each what the specification says."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
import vectors.make
from second_verifier.log import verify_log as verify_second
from support.both_verifiers import Said
from vectors.attacks.log import ATTACKS
from vectors.log_attack import honest

from shared.bundle import UnreadableBundle
from shared.log_checks import is_log, verify_log
from shared.verdict import LogCheck, Outcome
from shared.verify import verify_bundle

SAID = json.loads(vectors.make.EXPECTED_OF_LOGS.read_text())
KEY = SAID["institution_key"]


def ours(path: Path, after: list[str], beside: Path | None) -> Said:
    try:
        bundle = verify_bundle(beside) if beside else None
        verdict = verify_log(path, KEY, after, bundle)
    except UnreadableBundle:
        return Said(2)
    fails = (int(r.check) for r in verdict.results if r.outcome is Outcome.FAILS)
    return Said(0 if verdict.holds else 1, tuple(fails))


def the_second(path: Path, after: list[str], beside: Path | None) -> Said:
    bundle = beside.read_bytes() if beside else None
    verdict = verify_second(path.read_bytes(), KEY, after, bundle)
    return Said(verdict.status, () if verdict.status == 2 else tuple(verdict.failures))


@pytest.mark.parametrize("name", SAID["vectors"])
def test_both_verifiers_say_what_is_expected(name: str) -> None:
    vector = SAID["vectors"][name]
    expected = Said(vector["status"], tuple(vector["fails"]))
    path = vectors.make.LOGS / f"{name}.log"
    beside = vectors.make.BUNDLES / f"{vector['beside']}.zip" if vector["beside"] else None

    assert ours(path, vector["after"], beside) == expected
    assert the_second(path, vector["after"], beside) == expected


def test_the_vectors_are_what_their_attacks_make() -> None:
    kept = {path.stem: path.read_bytes() for path in vectors.make.LOGS.iterdir()}

    assert vectors.make.EXPECTED_OF_LOGS.read_text() == vectors.make.expected_of_logs()
    assert kept == {attack.name: attack.make() for attack in ATTACKS}
    assert len(kept) == len(ATTACKS)


def test_every_check_is_attacked_alone() -> None:
    assert {a.fails[0] for a in ATTACKS if len(a.fails) == 1} == {int(c) for c in LogCheck}


def test_a_bundle_is_no_log_and_a_log_no_bundle() -> None:
    assert is_log(vectors.make.LOGS / "good.log")
    assert not is_log(vectors.make.BUNDLES / "good.zip")
    with pytest.raises(UnreadableBundle, match="not a zip file"):
        verify_bundle(vectors.make.LOGS / "good.log")


@pytest.mark.parametrize("byte", range(0, len(honest()), 29))
def test_no_flipped_byte_goes_unseen(byte: int, tmp_path: Path) -> None:
    data = bytearray(honest())
    data[byte] ^= 1
    (tmp_path / "x.log").write_bytes(data)

    said = ours(tmp_path / "x.log", [], None)
    assert said.status != 0
    assert said == the_second(tmp_path / "x.log", [], None)


@pytest.mark.parametrize("size", range(0, len(honest()), 211))
def test_no_cut_goes_unseen(size: int, tmp_path: Path) -> None:
    (tmp_path / "x.log").write_bytes(honest()[:size])

    said = ours(tmp_path / "x.log", [], None)
    assert said.status != 0
    assert said == the_second(tmp_path / "x.log", [], None)


@pytest.mark.parametrize(
    ("name", "status", "line"),
    [
        ("good", 0, " 8  holds"),
        ("time-back", 1, " 5  fails: the time goes back, or beyond the export"),
        ("manifest-missing", 2, "nothing to check: member 'institution_key' is missing"),
    ],
)
def test_the_second_verifier_is_a_command(
    name: str, status: int, line: str, capsys, monkeypatch
) -> None:
    path = vectors.make.LOGS / f"{name}.log"
    monkeypatch.setattr("sys.argv", ["second_verifier", str(path), KEY])

    with pytest.raises(SystemExit) as exited:
        runpy.run_module("second_verifier", run_name="__main__")
    assert exited.value.code == status
    assert line in capsys.readouterr().out

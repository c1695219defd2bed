"""The command: what it refuses, whom it tells how far it is, what its output is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console
from support.proofs import CERTIFYING, FIRST
from support.said import KEY, LOGS
from vectors.make import BUNDLES
from vectors.make import LOGS as LOG_FILES
from vectors.session import INSTITUTION

from shared import cli
from shared.certificate import Certificate, encode_certificate
from shared.certificate_file import encode_certificate_file
from shared.cli import verify as command
from shared.progress import Progress
from shared.signed import Domain, public_bytes, sign

GOOD, BAD, LOG = BUNDLES / "good.zip", BUNDLES / "fork.zip", LOG_FILES / "good.log"
BESIDE = LOG_FILES / "good-beside.log"
[NOTED] = LOGS["good-after"]["after"]
NO_KEY = "--key is a fingerprint of 64 hex digits, or a key of 43 characters."


def complaint(capsys, **arguments: object) -> str:
    """What it says on the standard error when it ends with 2, in one line."""
    assert command(**arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return " ".join(said.err.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"key": "ab"}, NO_KEY),
        ({"key": "g" * 64}, NO_KEY),
        ({"key": "A" * 42}, NO_KEY),
        ({"after": ["ab"]}, "--after is the hash of an entry, 64 hex digits."),
        ({"after": ["ab" * 32, "x"]}, "--after is the hash of an entry, 64 hex digits."),
        ({"after": ["ab" * 32]}, "--after goes with a log: name it, or add --log LOG."),
    ],
)
def test_options_that_do_not_go_together_are_named(
    arguments: dict[str, object], words: str, capsys
) -> None:
    assert complaint(capsys, bundle=GOOD, **arguments) == f"invigil-verify: {words}"


def test_a_log_beside_a_log_is_a_mistake(capsys, monkeypatch) -> None:
    monkeypatch.chdir(LOG.parent)
    name = Path(LOG.name)

    words = "--log goes with a session's bundle, and good.log is a log itself."
    assert complaint(capsys, bundle=name, log=name) == f"invigil-verify: {words}"


def test_a_file_s_name_is_no_markup_and_gets_no_colour(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert command(Path("[bold]12.zip")) == 2
    assert capsys.readouterr().err.endswith("invigil-verify: there is no file [bold]12.zip.\n")


def test_a_file_s_words_are_no_orders_to_the_terminal(capsys, tmp_path) -> None:
    """Neither in a complaint, where a member's own name is quoted, nor in JSON."""
    unknown = sign(INSTITUTION, Domain.LOG_EXPORT, b'{"v":1,"\xc2\x9b2J\x7f":1}')
    log = tmp_path / "x\x1b[2J.log"
    log.write_bytes(unknown.line())

    words = complaint(capsys, bundle=log)
    # Broken into lines wherever the path reaches their end.
    assert "x\\u001b[2J.logisnotalog" in words.replace(" ", "")
    assert words.isprintable()

    certificate = sign(CERTIFYING, Domain.CERTIFICATE, encode_certificate(_orders()))
    file = tmp_path / "x.certificates.json"
    file.write_bytes(encode_certificate_file(public_bytes(CERTIFYING), [certificate]))
    assert command(file, json=True) == 0
    out = capsys.readouterr().out
    assert out.rstrip("\n").isprintable()
    assert json.loads(out)["certificates"][0]["why"] == _orders().why


def _orders() -> Certificate:
    return replace(FIRST, why="\x1b[2J\x9b2J\x7f\u202e")


def test_the_output_has_no_colour_but_the_verdicts(capsys, monkeypatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert command(GOOD) == 0
    assert "\nrecords  11, pieces 3, gaps 1\n" in capsys.readouterr().out


@pytest.mark.parametrize(("bundle", "fails"), [(GOOD, False), (BAD, True)])
def test_the_key_counts_for_bundle_and_log(bundle: Path, fails: bool, capsys) -> None:
    assert command(bundle, key=KEY.upper()) == int(fails)
    assert command(bundle, log=BESIDE, key=KEY) == int(fails)
    assert command(bundle, key="0" * 64) == 1
    capsys.readouterr()
    assert command(bundle, log=BESIDE, key="0" * 64, json=True) == 1
    said = json.loads(capsys.readouterr().out)
    for verdict in (said, said["log"]):
        assert verdict["key_given"]
        assert verdict["checks"][0]["outcome"] == "fails"


def test_what_was_noted_is_looked_for_in_the_log(capsys) -> None:
    assert command(LOG, after=[NOTED], json=True) == 0
    assert json.loads(capsys.readouterr().out)["after"][0]["n"] == 3
    assert command(GOOD, log=BESIDE, after=[NOTED], json=True) == 0
    assert json.loads(capsys.readouterr().out)["log"]["after"][0]["n"] == 3


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        ({"bundle": GOOD}, [(18, 18)]),
        ({"bundle": LOG}, [(9, 9)]),
        ({"bundle": GOOD, "log": BESIDE}, [(18, 18), (9, 9)]),
    ],
)
def test_who_waits_is_told_on_the_standard_error(
    arguments: dict[str, Path], steps: list[tuple[int, int]], capsys, monkeypatch
) -> None:
    told: list[tuple[int, int]] = []

    @contextmanager
    def waiting(console: Console) -> Iterator[Progress]:
        assert console.stderr
        yield lambda done, total: told.append((done, total))

    monkeypatch.setattr(cli, "waiting", waiting)

    assert command(**arguments) == 0
    assert told == steps


def test_json_is_one_line(capsys) -> None:
    assert command(BAD, json=True) == 1
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.endswith("}\n")
    assert said.out.count("\n") == 1
    assert json.loads(said.out)["holds"] is False


def test_a_log_s_verdict_counts_beside_a_bundle_s(capsys) -> None:
    assert command(GOOD, log=BESIDE, after=["ab" * 32]) == 1
    out = capsys.readouterr().out
    # Both are printed whole, each with its own end.
    assert "\nHOLDS\n" in out
    assert out.endswith("\nDOES NOT HOLD\n")

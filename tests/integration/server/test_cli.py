"""The commands, in this process: what they make, what they print, what they refuse."""

from __future__ import annotations

import asyncio
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.campus import Campus, client_of, found_campus, redeem
from support.carrying import parcel_of

from server.cli import main
from shared.encoding import sha256_hex
from shared.signed import parse_lines

Run = Callable[..., tuple[int, str, str]]

TIMES = ("--starts", "2026-12-01T09:00Z", "--ends", "2026-12-01T12:00+01:00")


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command; its status, standard output and standard error."""
    monkeypatch.setenv("INVIGIL_DATA_DIR", str(tmp_path / "data"))

    def invoke(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        status = 0
        try:
            main(list(arguments))
        except SystemExit as error:
            status = int(error.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return invoke


@pytest.fixture
def ready(run: Run) -> Run:
    """The same, on a database that is up to date and has an institution."""
    assert run("migrate")[0] == 0
    status, _, said = run(
        "admin", "create-institution", "Example", "--contact", "exams@example.edu"
    )
    assert status == 0, said
    return run


def test_the_demo_changes_nothing_the_second_time(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("demo", "--json")
    assert status == 0
    first = json.loads(out)
    assert json.loads(run("demo", "--json")[1]) == first
    assert first["code"] in run("demo")[1]
    assert first["link"].startswith(f"invigil://127.0.0.1:8470/{first['code']}?key=")
    assert (tmp_path / "data" / "keys" / "server.secret").stat().st_mode & stat.S_IRWXO == 0


def test_from_an_institution_to_a_code(ready: Run, tmp_path: Path) -> None:
    status, out, _ = ready(
        *("admin", "create-account", "Ada@example.edu", "--institution", "Example"),
        *("--role", "admin", "--password-stdin"),
        stdin="a long password\n",
    )
    assert (status, json.loads(out)["email"]) == (0, "ada@example.edu")
    terms = tmp_path / "terms.json"
    terms.write_text('{"retention_days": 5}')
    status, out, _ = ready(
        "admin", "create-exam", "Algebra", "--institution", "Example", *TIMES,
        "--terms", str(terms),
    )  # fmt: skip
    exam = json.loads(out)["exam"]
    status, out, _ = ready(
        "admin", "create-enrolment", exam, "--name", "Alan", "--reference", "s1"
    )
    assert (status, json.loads(out)["reference"]) == (0, "s1")
    bob = ("admin", "create-enrolment", exam, "--name", "Bob", "--reference", "s9", "--email")
    status, out, said = ready(*bob, "bob@")
    assert (status, out, "“bob@” is not an e-mail address" in said) == (2, "", True)
    assert ready(*bob, "bob@example.edu")[0] == 0
    _, out, _ = ready("admin", "candidates", "list", exam, "--reference", "s9")
    assert json.loads(out)["email"] == "bob@example.edu"
    table = tmp_path / "candidates.csv"
    table.write_text("Name;Reference\nGrace;s2\nÉmilie Müller;s3\n", encoding="cp1252")
    status, out, said = ready("admin", "create-enrolment", exam, "--candidates", str(table))
    assert [json.loads(line)["reference"] for line in out.splitlines()] == ["s2", "s3"]
    assert "cp1252, by a guess" in said
    table.write_text("name,reference\nGrace,s4\nAda,\n")
    status, out, said = ready("admin", "create-enrolment", exam, "--candidates", str(table))
    assert (status, out) == (2, "")
    assert "line 3, reference: There is no reference" in said
    assert "nobody was enrolled" in said


def test_people_are_looked_after(ready: Run) -> None:
    own = ("--institution", "Example")

    def people(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        status, out, said = ready("admin", "people", *arguments)
        return status, [json.loads(line) for line in out.splitlines()], said

    for email, role in (("ada@example.edu", "admin"), ("bob@example.edu", "proctor")):
        made = ("admin", "create-account", email, *own, "--role", role, "--password-stdin")
        assert ready(*made, stdin="a long password\n")[0] == 0
    _, listed, _ = people("list", *own)
    assert {one["email"]: one["role"] for one in listed} == {
        "ada@example.edu": "admin",
        "bob@example.edu": "proctor",
    }
    _, (invited,), _ = people("invite", "Ida@example.edu", "--role", "examiner", *own)
    assert (invited["email"], invited["role"]) == ("ida@example.edu", "examiner")
    assert invited["link"].startswith("http://127.0.0.1:8470/join/")
    assert people("role", "bob@example.edu", "observer")[1][0]["role"] == "observer"
    assert people("deactivate", "bob@example.edu")[1][0]["active"] is False
    assert "was deactivated" in people("reset-password", "bob@example.edu")[2]
    assert people("deactivate", "bob@example.edu", "--restore")[1][0]["active"] is True
    for alone in ("reset-second-factors", "sign-out"):
        assert people(alone, "bob@example.edu")[0] == 0
    assert people("sessions", "bob@example.edu") == (0, [], "")
    for arguments, why in (
        (("role", "ada@example.edu", "proctor"), "last administrator"),
        (("deactivate", "ada@example.edu"), "last administrator"),
        (("invite", "bob@example.edu", *own), "account here already"),
        (("invite", "nobody", *own), "not an e-mail address"),
        (("role", "bob@example.edu", "king"), "is no role"),
        (("sign-out", "nobody@example.edu"), "there is no account"),
        (("reset-password", "nobody@example.edu"), "there is no account"),
    ):
        status, done, said = people(*arguments)
        assert (status != 0, done, why in said) == (True, [], True), (arguments, said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create-institution", "Example", "--contact", "x"), "already"),
        (("create-institution", " ", "--contact", "x"), "contact"),
        (
            ("create-account", "a@b", "--institution", "Nobody", "--password-stdin"),
            "create-institution",
        ),
        (
            ("create-account", "ab", "--institution", "Example", "--password-stdin"),
            "not an e-mail address",
        ),
        (
            ("create-account", "a@b", "--institution", "Example", "--role", "king"),
            "observer, proctor, examiner, admin",
        ),
        (("create-exam", "x", "--institution", "Nobody", *TIMES), "no institution"),
        (
            ("create-exam", "x", "--institution", "Example", "--starts", "soon", "--ends", "x"),
            "--starts takes a time",
        ),
        (
            (
                *("create-exam", "x", "--institution", "Example"),
                *("--starts", "2026-12-01T09:00", "--ends", "2026-12-01T10:00Z"),
            ),
            "no time zone",
        ),
        (
            (
                *("create-exam", "x", "--institution", "Example"),
                *("--starts", "2026-12-01T09:00Z", "--ends", "2026-12-01T08:00Z"),
            ),
            "ends after it starts",
        ),
        (
            ("create-exam", "x", "--institution", "Example", *TIMES, "--terms", "/none"),
            "cannot read /none",
        ),
        (("create-enrolment", "0" * 32, "--name", "A", "--reference", "r"), "create-exam"),
        (("create-enrolment", "0" * 32), "--candidates FILE"),
        (("create-enrolment", "0" * 32, "--candidates", "/none"), "cannot read /none"),
        (("export", "0" * 32, "-o", "/tmp/never-written.zip"), "admin sessions"),
        (("purge", "0" * 32, "--why", "asked"), "nothing to purge"),
    ],
)
def test_a_mistake_is_said_with_what_to_do(
    ready: Run, arguments: tuple[str, ...], said: str
) -> None:
    status, out, err = ready("admin", *arguments, stdin="a long password\n")
    assert status == 2
    assert said in err
    assert out == ""
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"retention_days": "x"}', '{"x": 1}', '{"kinds":' * 5_000]
)
def test_terms_that_are_none(ready: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "terms.json"
    file.write_text(content)
    status, _, err = ready(
        "admin", "create-exam", "x", "--institution", "Example", *TIMES, "--terms", str(file)
    )
    assert (status, "does not say terms" in err) == (2, True)


def test_a_short_password_is_refused(ready: Run) -> None:
    status, _, err = ready(
        *("admin", "create-account", "a@b", "--institution", "Example", "--password-stdin"),
        stdin="short\n",
    )
    assert (status, "at least 12" in err) == (2, True)


def test_a_database_of_another_version_is_not_touched(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This process's log is the tests' own.
    monkeypatch.setattr("server.cli.configure_logs", lambda **_: None)
    status, _, err = run("admin", "sessions")
    assert status == 2
    assert "invigil-server migrate" in err
    status, _, err = run("run", "--no-migrate", "--bind", "127.0.0.1:0")
    assert (status, "invigil-server migrate" in err) == (2, True)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("INVIGIL_BIND", "nonsense", "INVIGIL_BIND"),
        ("INVIGIL_DATABASE_URL", "mysql://x", "INVIGIL_DATABASE_URL"),
        ("INVIGIL_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x", "cannot be used"),
        ("INVIGIL_DATA_DIR", "/proc/nowhere", "INVIGIL_DATA_DIR"),
        ("INVIGIL_DATABASE_URL", "sqlite:////proc/nowhere/x.db", "/proc/nowhere"),
    ],
)
def test_a_setting_that_cannot_be_used(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    status, _, err = run("demo")
    assert status == 2
    assert said in err
    assert "secret" not in err
    assert "Traceback" not in err


def test_a_database_goes_back_as_far_as_there_were_releases(run: Run) -> None:
    run("migrate")
    status, _, err = run("migrate", "--back-to", "0003")
    assert (status, "Traceback" in err) == (2, False)
    assert "further than 0007" in err


def test_a_damaged_secret_is_named(run: Run, tmp_path: Path) -> None:
    run("migrate")
    (tmp_path / "data" / "keys" / "server.secret").write_bytes(b"x")
    status, _, err = run("demo")
    assert status == 2
    assert "server.secret has 1 bytes" in err


def test_a_file_that_is_no_database_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "invigil.db").write_bytes(b"no database" * 1000)
    status, _, err = run("demo")
    assert status == 2
    assert "not a database" in err
    kept = sha256_hex((tmp_path / "data" / "invigil.db").read_bytes())
    assert kept == sha256_hex(b"no database" * 1000)


def test_keys_are_listed_checked_rotated_and_backed_up(ready: Run, tmp_path: Path) -> None:
    file = tmp_path / "keys.ivk"
    [listed] = [json.loads(line) for line in ready("admin", "keys", "list")[1].splitlines()]
    status, out, said = ready("admin", "keys", "rotate", "Example", "--signing", "--evidence")
    assert (status, "Make a backup now" in said) == (0, True)
    now = json.loads(out)
    assert now["key"] != listed["key"]
    assert now["kid"] != listed["kid"]
    assert ready("admin", "keys", "rotate", "Example")[0] == 2
    backup = ("admin", "keys", "backup", str(file), "--passphrase-stdin")
    assert ready(*backup, stdin="short\n")[0] == 2
    assert ready(*backup, stdin="a long passphrase\n")[0] == 0
    assert ready("admin", "keys", "check")[0] == 0

    signing = tmp_path / "data" / "keys" / now["generation"] / "signing.key"
    signing.chmod(0o644)
    status, _, said = ready("admin", "keys", "check")
    assert (status, "others can read" in said) == (1, True)
    signing.unlink()
    status, _, said = ready("admin", "keys", "check")
    assert (status, "restore it from your backup" in said) == (1, True)
    restore = ("admin", "keys", "restore", str(file), "--passphrase-stdin")
    assert ready(*restore, stdin="another passphrase\n")[0] == 2
    assert ready(*restore, stdin="a long passphrase\n")[0] == 0
    assert ready("admin", "keys", "check")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("keys", "backup", "keys.ivk"), "passphrase"),
        (("keys", "restore", "keys.ivk"), "passphrase"),
        (("create-account", "a@example.edu", "--institution", "Example"), "password"),
    ],
)
def test_where_nobody_is_there_to_type_it_says_what_to_do(
    ready: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], what: str
) -> None:
    def nobody(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", nobody)
    status, out, said = ready("admin", *arguments)
    asked = f"there is no terminal to ask for the {what} at"
    assert (status, out) == (2, "")
    assert asked in said
    assert f"--{what}-stdin" in said


async def saved_recording(campus: Campus) -> bytes:
    """What a candidate's recorder saved."""
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
    pupil.open()
    pupil.segment()
    pupil.close()
    return parcel_of(pupil)


def test_recordings_are_imported_and_receipts_written(run: Run, tmp_path: Path) -> None:
    campus = asyncio.run(found_campus(tmp_path / "data"))
    file, receipts = tmp_path / "a.invigil", tmp_path / "receipts"
    file.write_bytes(asyncio.run(saved_recording(campus)))
    receipts.mkdir()
    status, out, said = run("admin", "import", str(file), "--receipts", str(receipts))
    assert (status, said) == (0, "")
    report = json.loads(out)
    assert (report["records"], report["new_pieces"], report["closed"]) == (3, 1, True)
    given = Path(report["receipts"])
    assert given == receipts / f"{report['session']}.receipt"
    assert len(list(parse_lines(given.read_bytes()))) == 2
    # Again, beside the file: nothing new, the same receipts. And one that is cut.
    cut = tmp_path / "cut.invigil"
    cut.write_bytes(file.read_bytes()[:-1])
    status, out, _ = run("admin", "import", str(file), str(cut))
    assert status == 1
    again, declined = (json.loads(line) for line in out.splitlines())
    assert again["new_records"] == 0
    assert Path(again["receipts"]).read_bytes() == given.read_bytes()
    assert Path(again["receipts"]).parent == tmp_path
    assert declined["file"] == str(cut)
    assert "its end is missing or damaged" in declined["declined"]

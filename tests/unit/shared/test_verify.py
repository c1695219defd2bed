"""The offline verifier: an honest session holds; each attack fails the check it must."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from support.sessions import Keys, SessionBuilder, fixed_key

from shared.bundle import MANIFEST, UnreadableBundle
from shared.cli import main
from shared.cli import verify as command
from shared.encoding import sha256_hex
from shared.records import Clock, Close
from shared.sealing import OpeningKey, Place, SealError
from shared.signed import Domain, fingerprint, parse_line, public_bytes, sign
from shared.verdict import MAX_NAMED, CheckId, Outcome, Verdict
from shared.verify import verify_bundle


def failing(verdict: Verdict) -> set[CheckId]:
    """The checks that fail."""
    return {r.check for r in verdict.results if r.outcome is Outcome.FAILS}


def test_an_honest_session_holds(tmp_path: Path) -> None:
    verdict = verify_bundle(SessionBuilder().honest().bundle(tmp_path / "b.zip"))

    assert verdict.holds, verdict
    assert (verdict.records, verdict.blobs) == (17, 13)
    assert all(result.looked_at for result in verdict.results)


def test_the_pinned_key_must_be_the_bundle_s(tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    path = builder.bundle(tmp_path / "b.zip")
    own = fingerprint(public_bytes(builder.keys.signing))

    assert verify_bundle(path, own).holds
    assert failing(verify_bundle(path, "0" * 64)) == {CheckId.CONTAINER}


def dropped(b: SessionBuilder) -> None:
    del b.records[6]


def reordered(b: SessionBuilder) -> None:
    b.records[5], b.records[6] = b.records[6], b.records[5]


def changed(b: SessionBuilder) -> None:
    signed = b.records[5]
    b.records[5] = signed._replace(payload=signed.payload.replace(b"40", b"41"))


def cut(b: SessionBuilder) -> None:
    del b.records[-1]


def foreign_key(b: SessionBuilder) -> None:
    b.record(Close(reason="finished", segments={}, incidents=0), key=fixed_key(77))


def after_close(b: SessionBuilder) -> None:
    b.segment("camera")


def forked(b: SessionBuilder) -> None:
    b.forks.append(b.records[4])


def lost_blob(b: SessionBuilder) -> None:
    del b.blobs[next(iter(b.blobs))]


def swapped_blob(b: SessionBuilder) -> None:
    first, second, *_ = b.blobs
    b.blobs[first] = b.blobs[second]


def extra_blob(b: SessionBuilder) -> None:
    b.blobs[sha256_hex(b"x")] = b"x"


def receipt_dropped(b: SessionBuilder) -> None:
    del b.receipts[1]


def receipt_of_another_chain(b: SessionBuilder) -> None:
    b.receipt(head="ab" * 32)


@pytest.mark.parametrize(
    ("attack", "expected"),
    [
        (dropped, {CheckId.ORDER}),
        (reordered, {CheckId.ORDER}),
        (changed, {CheckId.SIGNATURE}),
        (cut, {CheckId.COMPLETE}),
        (foreign_key, {CheckId.SIGNATURE}),
        (after_close, {CheckId.ORDER}),
        (forked, {CheckId.ORDER}),
        (lost_blob, {CheckId.BLOB}),
        (swapped_blob, {CheckId.BLOB}),
        (extra_blob, {CheckId.BLOB}),
        (receipt_dropped, {CheckId.DURABLE}),
        (receipt_of_another_chain, {CheckId.DURABLE}),
    ],
)
def test_each_attack_is_named(attack, expected: set[CheckId], tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    attack(builder)

    assert expected <= failing(verify_bundle(builder.bundle(tmp_path / "b.zip")))


def bent(builder: SessionBuilder, at: int, **changes: object) -> SessionBuilder:
    """An honest session in which one record says something else, signed all the same."""

    def bend(record):
        return replace(record, **changes) if record.seq == at else record

    builder.bend = bend
    return builder.honest()


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"session": "ab" * 16}, CheckId.SESSION),
        ({"epoch": 3}, CheckId.KEY),
        ({"seq": 9}, CheckId.ORDER),
        ({"prev": "cd" * 32}, CheckId.LINK),
        ({"mono": 1}, CheckId.CLOCK),
        ({"wall": 1}, CheckId.CLOCK),
        ({"anchor": "ef" * 32}, CheckId.ANCHOR),
        ({"anchor": None}, CheckId.ANCHOR),
    ],
)
def test_a_signed_lie_is_named(changes: dict, check: CheckId, tmp_path: Path) -> None:
    builder = bent(SessionBuilder(), 6, **changes)

    assert check in failing(verify_bundle(builder.bundle(tmp_path / "b.zip")))


def test_back_dated_evidence_contradicts_the_receipts(tmp_path: Path) -> None:
    """A recorder that lies about both clocks alike is caught by the corridor."""

    def bend(record):
        if record.seq < 6:
            return record
        return replace(record, mono=record.mono + 60_000_000, wall=record.wall + 60_000_000)

    builder = SessionBuilder(bend=bend).honest()

    assert CheckId.CLOCK in failing(verify_bundle(builder.bundle(tmp_path / "b.zip")))


def test_wrong_counts_and_numbers_are_incomplete(tmp_path: Path) -> None:
    builder = SessionBuilder()
    builder.open()
    builder.segment("camera")
    builder.segment("camera", stream_seq=7)
    builder.record(Close(reason="finished", segments={"camera": 1}, incidents=4))
    builder.receipt()

    verdict = verify_bundle(builder.bundle(tmp_path / "b.zip"))

    assert failing(verdict) == {CheckId.COMPLETE}
    assert len(verdict.results[CheckId.COMPLETE].failures) == 3


def rezip(source: Path, target: Path, change) -> Path:
    """Copy a zip; ``change`` maps (name, data) to a list of such pairs."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            for put, data in change(name, old.read(name)):
                new.writestr(put, data)
    return target


def without(missing: str):
    return lambda name, data: [] if name == missing else [(name, data)]


def altered(which: str):
    return lambda name, data: [(name, data + b" " if name == which else data)]


def with_extra(extra: str):
    return lambda name, data: [
        (name, data),
        *([(extra, b"x")] if name == "report.json" else []),
    ]


@pytest.mark.parametrize(
    "change",
    [
        without("decisions.json"),
        without("receipts.signed"),
        altered("decisions.json"),
        altered("report.json"),
        with_extra("../../etc/passwd"),
        with_extra("blobs/short"),
        with_extra("notes.txt"),
    ],
)
def test_a_changed_container_is_named(change, tmp_path: Path) -> None:
    path = SessionBuilder().honest().bundle(tmp_path / "b.zip")

    verdict = verify_bundle(rezip(path, tmp_path / "c.zip", change))

    assert CheckId.CONTAINER in failing(verdict)


def test_what_is_no_bundle_is_unreadable(tmp_path: Path) -> None:
    text = tmp_path / "text.zip"
    text.write_text("not a zip")
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w"):
        pass

    for path in (text, empty, tmp_path / "absent.zip"):
        with pytest.raises(UnreadableBundle):
            verify_bundle(path)


def test_every_cut_of_the_file_is_noticed(tmp_path: Path) -> None:
    data = SessionBuilder().honest().bundle(tmp_path / "b.zip").read_bytes()
    path = tmp_path / "cut.zip"

    for end in range(0, len(data), 997):
        path.write_bytes(data[:end])
        with pytest.raises(UnreadableBundle):
            verify_bundle(path)


def test_the_command_tells_by_its_exit_status(tmp_path: Path, capsys) -> None:
    good = SessionBuilder().honest().bundle(tmp_path / "good.zip")
    builder = SessionBuilder().honest()
    lost_blob(builder)
    bad = builder.bundle(tmp_path / "bad.zip")

    assert command(good, json=True) == 0
    assert json.loads(capsys.readouterr().out)["holds"] is True
    assert command(bad) == 1
    assert "committed but missing" in capsys.readouterr().out
    assert command(tmp_path / "absent.zip") == 2
    assert "there is no file" in capsys.readouterr().err.replace("\n", " ")
    assert command(good, key="xyz") == 2


def test_the_console_script_exits_with_the_verdict(tmp_path: Path, monkeypatch) -> None:
    good = SessionBuilder().honest().bundle(tmp_path / "good.zip")
    monkeypatch.setattr("sys.argv", ["invigil-verify", str(good)])

    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 0


def test_reading_is_bounded(tmp_path: Path, monkeypatch) -> None:
    path = SessionBuilder().honest().bundle(tmp_path / "b.zip")

    monkeypatch.setattr("shared.bundle.MAX_FILE_BYTES", 2_000)
    assert CheckId.CONTAINER in failing(verify_bundle(path))
    monkeypatch.setattr("shared.bundle.MAX_ENTRIES", 3)
    with pytest.raises(UnreadableBundle, match="more than 3 files"):
        verify_bundle(path)


def test_a_segment_is_bound_to_its_place() -> None:
    builder = SessionBuilder().honest()
    sealed = next(iter(builder.blobs.values()))

    opened = builder.keys.evidence.open(sealed, Place(builder.session, "camera", 0))
    assert opened == b"camera 0" * 20
    for place in (
        Place(builder.session, "camera", 1),
        Place(builder.session, "screen", 0),
        Place("0" * 32, "camera", 0),
    ):
        with pytest.raises(SealError):
            builder.keys.evidence.open(sealed, place)


def remanifest(builder: SessionBuilder, path: Path, change) -> Path:
    """A bundle whose manifest says something else, signed all the same."""
    builder.bundle(path)

    def alter(name: str, data: bytes):
        if name != MANIFEST:
            return [(name, data)]
        payload = json.loads(parse_line(data).payload)
        change(payload)
        signed = sign(builder.keys.signing, Domain.BUNDLE, json.dumps(payload).encode())
        return [(name, signed.line())]

    return rezip(path, path.with_name("altered.zip"), alter)


def test_the_manifest_names_the_bundle_s_files_and_session(tmp_path: Path) -> None:
    builder = SessionBuilder().honest()

    def another_file(payload: dict) -> None:
        payload["files"]["extra.json"] = payload["files"].pop("report.json")

    def another_session(payload: dict) -> None:
        payload["session"] = "00" * 16

    verdict = verify_bundle(remanifest(builder, tmp_path / "a.zip", another_file))
    assert failing(verdict) == {CheckId.CONTAINER}
    verdict = verify_bundle(remanifest(builder, tmp_path / "b.zip", another_session))
    assert {CheckId.SESSION, CheckId.DURABLE} <= failing(verdict)


def test_a_manifest_of_another_signer_is_named(tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    path = builder.bundle(tmp_path / "a.zip")

    def resign(name: str, data: bytes):
        if name != MANIFEST:
            return [(name, data)]
        return [(name, sign(fixed_key(9), Domain.BUNDLE, parse_line(data).payload).line())]

    assert failing(verify_bundle(rezip(path, tmp_path / "b.zip", resign))) == {
        CheckId.CONTAINER
    }


@pytest.mark.parametrize("data", [b"", b"no line", b"A" * 86 + b" {}\n"])
def test_a_bundle_without_a_manifest_is_unreadable(data: bytes, tmp_path: Path) -> None:
    path = SessionBuilder().honest().bundle(tmp_path / "a.zip")

    with pytest.raises(UnreadableBundle):
        verify_bundle(
            rezip(path, tmp_path / "b.zip", lambda n, d: [(n, data if n == MANIFEST else d)])
        )


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_named(tmp_path: Path) -> None:
    path = SessionBuilder().honest().bundle(tmp_path / "a.zip")
    twice = rezip(path, tmp_path / "b.zip", lambda n, d: [(n, d)] * (1 + (n == "report.json")))

    assert failing(verify_bundle(twice)) == {CheckId.CONTAINER}


def test_a_damaged_entry_is_named(tmp_path: Path) -> None:
    path = SessionBuilder().honest().bundle(tmp_path / "a.zip")
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("decisions.json")
    data = bytearray(path.read_bytes())
    data[entry.header_offset + 30 + len("decisions.json")] ^= 0xFF
    path.write_bytes(data)

    assert CheckId.CONTAINER in failing(verify_bundle(path))


def foreign_policy(b: SessionBuilder) -> None:
    b.policy = sign(fixed_key(9), Domain.POLICY, b.policy.payload)


def unreadable_policy(b: SessionBuilder) -> None:
    b.policy = sign(b.keys.signing, Domain.POLICY, b"{}")


def other_policy(b: SessionBuilder) -> None:
    b.policy = sign(
        b.keys.signing, Domain.POLICY, b.policy.payload.replace(b"Algebra", b"Botany")
    )


def unreadable_grant(b: SessionBuilder) -> None:
    b.grant = sign(b.keys.signing, Domain.GRANT, b"{}")


def grant_of_another_session(b: SessionBuilder) -> None:
    payload = b.grant.payload.replace(b.session.encode(), b"0" * 32)
    b.grant = sign(b.keys.signing, Domain.GRANT, payload)


def grant_of_another_issue(b: SessionBuilder) -> None:
    b.grant = sign(b.keys.signing, Domain.GRANT, b.grant.payload.replace(b"c1", b"c2"))


@pytest.mark.parametrize(
    "attack",
    [
        foreign_policy,
        unreadable_policy,
        other_policy,
        unreadable_grant,
        grant_of_another_session,
        grant_of_another_issue,
    ],
)
def test_policy_and_grant_are_the_session_s(attack, tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    attack(builder)

    assert CheckId.SESSION in failing(verify_bundle(builder.bundle(tmp_path / "b.zip")))


def test_a_grant_without_a_key_leaves_nothing_to_judge(tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    payload = json.loads(builder.grant.payload)
    payload["public_key"] = "!"
    builder.grant = sign(builder.keys.signing, Domain.GRANT, json.dumps(payload).encode())

    verdict = verify_bundle(builder.bundle(tmp_path / "b.zip"))

    assert CheckId.KEY in failing(verdict)
    assert verdict.results[CheckId.LINK].outcome is Outcome.SKIPPED
    assert verdict.records == 0


def malformed_records(b: SessionBuilder) -> None:
    b.records[4] = b.records[4]._replace(signature=b"short")


def malformed_receipts(b: SessionBuilder) -> None:
    b.receipts[1] = sign(b.keys.signing, Domain.RECEIPT, b"{}")


def foreign_receipts(b: SessionBuilder) -> None:
    b.receipts[1] = sign(fixed_key(9), Domain.RECEIPT, b.receipts[1].payload)


def uncovered_head(b: SessionBuilder) -> None:
    del b.receipts[-1]


@pytest.mark.parametrize(
    ("attack", "check"),
    [
        (malformed_records, CheckId.SIGNATURE),
        (malformed_receipts, CheckId.DURABLE),
        (foreign_receipts, CheckId.DURABLE),
        (uncovered_head, CheckId.DURABLE),
    ],
)
def test_records_and_receipts_are_whole(attack, check: CheckId, tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    attack(builder)

    assert check in failing(verify_bundle(builder.bundle(tmp_path / "b.zip")))


def test_anchors_never_go_back_nor_ahead(tmp_path: Path) -> None:
    builder = SessionBuilder()
    builder.open()
    first = builder.receipt()
    builder.segment("camera")
    builder.receipt()
    builder.segment("camera")
    builder.bend = lambda record: replace(record, anchor=first.hash)
    builder.segment("camera")
    late = builder.receipt(size=9, head="ab" * 32)
    builder.bend = lambda record: replace(record, anchor=late.hash)
    builder.close()

    verdict = verify_bundle(builder.bundle(tmp_path / "b.zip"))

    older, covering = verdict.results[CheckId.ANCHOR].failures
    assert "an older receipt again" in older
    assert "a receipt that covers it" in covering


def test_a_piece_changed_in_place_is_named(tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    name, data = next(iter(builder.blobs.items()))
    builder.blobs[name] = data[:-1] + bytes([data[-1] ^ 1])

    (failure,) = (
        verify_bundle(builder.bundle(tmp_path / "b.zip")).results[CheckId.BLOB].failures
    )

    assert "changed since it was committed" in failure


def test_pieces_are_sealed_to_the_policy_s_key(tmp_path: Path) -> None:
    builder = SessionBuilder()
    honest, other = builder.keys, Keys(evidence=OpeningKey(b"\7" * 96))
    builder.open()
    builder.segment("camera")
    builder.keys = other
    builder.segment("camera")
    builder.keys = honest
    plain = b"not sealed at all" * 100
    builder.blobs[sha256_hex(plain)] = plain
    builder.segment("camera", sha256=sha256_hex(plain), size=len(plain))
    builder.segment("camera", size=1)
    builder.close()
    builder.receipt()

    verdict = verify_bundle(builder.bundle(tmp_path / "b.zip"))

    foreign, plain_text, short, unclaimed = verdict.results[CheckId.BLOB].failures
    assert "sealed to key" in foreign
    assert "IVS1" in plain_text
    assert "1 bytes" in short
    assert "no record commits to it" in unclaimed


def test_many_failures_are_counted_not_listed(tmp_path: Path) -> None:
    builder = SessionBuilder()
    builder.open()
    for _ in range(MAX_NAMED + 5):
        builder.segment("camera")
    builder.blobs.clear()
    builder.close()
    builder.receipt()

    result = verify_bundle(builder.bundle(tmp_path / "b.zip")).results[CheckId.BLOB]

    assert len(result.failures) == MAX_NAMED + 1
    assert result.failures[-1] == "and 5 more"


@pytest.mark.parametrize(("told", "fails"), [(90_000_000, False), (0, True)])
def test_a_clock_change_must_be_recorded(told: int, fails: bool, tmp_path: Path) -> None:
    def bend(record):
        return record if record.seq < 2 else replace(record, wall=record.wall + 90_000_000)

    builder = SessionBuilder(bend=bend)
    builder.open()
    builder.segment("camera")
    builder.record(Clock(jump=told, reason="set by hand"))
    builder.close()
    builder.receipt()

    verdict = verify_bundle(builder.bundle(tmp_path / "b.zip"))

    assert (CheckId.CLOCK in failing(verdict)) is fails

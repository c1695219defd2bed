"""Checks 6 to 10 where a bundle is unusual rather than wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from support.sessions import SessionBuilder

from shared.encoding import sha256_hex
from shared.records import Attachment, Gap
from shared.sealing import Place
from shared.verdict import CheckId, Outcome, Verdict
from shared.verify import verify_bundle

YEAR_S = 365 * 24 * 3_600


def verified(builder: SessionBuilder, tmp_path: Path) -> Verdict:
    return verify_bundle(builder.bundle(tmp_path / "b.zip"))


def attachment(builder: SessionBuilder, number: int) -> Attachment:
    """A sealed clip that an incident names."""
    sealed = builder.keys.sealing.seal(b"clip", attachment_place(builder, number))
    name = sha256_hex(sealed)
    builder.blobs[name] = sealed
    return Attachment(
        role="clip", stream_seq=number, media_type="video/mp4", sha256=name, size=len(sealed)
    )


def attachment_place(builder: SessionBuilder, number: int) -> Place:
    return Place(builder.session, "attachment", number)


def test_an_incident_written_again_with_more_commits_to_more(tmp_path: Path) -> None:
    """The same piece again is the same piece; what comes after it in the record counts."""
    builder = SessionBuilder()
    builder.open()
    first, second = attachment(builder, 0), attachment(builder, 1)
    builder.incident(attachments=(first,))
    builder.incident(attachments=(first, second))
    builder.next_seq["attachment"] = 2
    builder.close()
    builder.receipt()

    verdict = verified(builder, tmp_path)

    assert verdict.holds, verdict
    assert verdict.blobs == 2


def test_by_how_much_the_receipts_contradict_is_told(tmp_path: Path) -> None:
    def bend(record):
        by = YEAR_S * 1_000_000 if record.seq >= 6 else 0
        return replace(record, mono=record.mono + by, wall=record.wall + by)

    result = verified(SessionBuilder(bend=bend).honest(), tmp_path).results[CheckId.CLOCK]

    # A year, less 2 s and 200 ppm of it that are allowed, less 0.9 s between the receipts.
    excess = YEAR_S - 2 - YEAR_S * 200 / 1_000_000 - 0.9
    assert result.failures == (
        f"record 6: its time contradicts the receipts around it by {excess:.1f} s",
    )


def test_gaps_are_counted_and_a_key_that_was_not_given_is_not(tmp_path: Path) -> None:
    builder = SessionBuilder()
    builder.open()
    for _ in range(2):
        builder.record(Gap(stream="camera", start=0, end=1, reason="device lost"))
    builder.close()
    builder.receipt()

    verdict = verified(builder, tmp_path)

    assert verdict.holds
    assert (verdict.gaps, verdict.pinned) == (2, None)


def test_records_beyond_every_receipt_have_no_time_to_be_held_to(tmp_path: Path) -> None:
    builder = SessionBuilder()
    builder.open()
    builder.receipt()
    for _ in range(3):
        builder.segment("camera")
    builder.close()

    verdict = verified(builder, tmp_path)

    failing = {r.check for r in verdict.results if r.outcome is Outcome.FAILS}
    assert failing == {CheckId.DURABLE}

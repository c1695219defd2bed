"""Where a failure is: what the words name and what the places name is the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import vectors.make
from support.sessions import SessionBuilder

from shared.bundle import UnreadableBundle
from shared.verdict import MAX_NAMED, AtPiece, AtRecord, CheckId, Where, verdict_json
from shared.verify import verify_bundle

_RECORD = re.compile(r"record (\d+):")
_PIECE = re.compile(r"(?:no receipt lists )?(camera|microphone|screen|attachment) (\d+) \(")
_HOLE = re.compile(r"(camera|microphone|screen|attachment): piece (\d+) where")


def named(words: str) -> Where | None:
    """What a failure's words say it is about."""
    if found := _RECORD.match(words):
        return AtRecord(int(found[1]))
    if found := _PIECE.match(words) or _HOLE.match(words):
        return AtPiece(found[1], int(found[2]))
    return None


@pytest.mark.parametrize(
    "path", sorted(vectors.make.BUNDLES.iterdir()), ids=lambda path: path.stem
)
def test_every_failure_says_where_it_is(path: Path) -> None:
    try:
        verdict = verify_bundle(path)
    except UnreadableBundle:
        return
    for result in verdict.results:
        for words, place in zip(result.failures, result.places, strict=True):
            if not words.startswith("a fork"):  # its words name a hash
                assert place == named(words), words


def test_a_fork_is_at_the_number_that_it_took(tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    builder.forks = [builder.records[4], builder.records[2]._replace(payload=b"{}")]
    check = verify_bundle(builder.bundle(tmp_path / "b.zip")).results[CheckId.ORDER]
    assert check.places == (AtRecord(4), None)


def test_the_vectors_have_failures_of_both_sorts_and_of_neither() -> None:
    kinds = set()
    for name in ("piece-missing", "prev-wrong", "fork"):
        for result in verify_bundle(vectors.make.BUNDLES / f"{name}.zip").results:
            kinds |= {type(place) for place in result.places}
    assert kinds == {AtRecord, AtPiece, type(None)}


def test_json_says_where_beside_what(tmp_path: Path) -> None:
    builder = SessionBuilder().honest()
    for name in list(builder.blobs)[: MAX_NAMED + 1]:
        del builder.blobs[name]
    said = json.loads(verdict_json(verify_bundle(builder.bundle(tmp_path / "b.zip"))))
    check = said["checks"][CheckId.BLOB]
    assert len(check["where"]) == len(check["failures"])
    assert check["where"][0] == {"stream": "camera", "stream_seq": 0}
    assert said["checks"][CheckId.LINK]["where"] == []


def test_what_is_beyond_the_named_is_nowhere(tmp_path: Path) -> None:
    builder = SessionBuilder()
    builder.open()
    for _ in range(MAX_NAMED + 3):
        builder.segment("screen")
    builder.blobs.clear()
    check = verify_bundle(builder.bundle(tmp_path / "b.zip")).results[CheckId.BLOB]
    assert check.failures[-1].startswith("and ")
    assert check.places[-1] is None
    assert None not in check.places[:-1]

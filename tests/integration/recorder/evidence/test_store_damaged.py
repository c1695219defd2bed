"""A store whose file is damaged where SQLite trusts it: words for the user, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.recording import segment

from recorder.evidence import contents
from recorder.evidence.audit import check_store
from recorder.evidence.drafts import draft_segment
from recorder.evidence.ledger import Ledger
from recorder.evidence.opening import DATABASE, StoreTrouble
from recorder.evidence.store import EvidenceStore
from shared.verdict import CheckId


def changed(folder: Path, old: bytes, new: bytes, times: int = -1) -> None:
    """Other bytes in the closed store's file."""
    path = folder / DATABASE
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, times))


def test_a_table_whose_making_is_no_text_any_more_is_damage(store: EvidenceStore) -> None:
    store.close()
    changed(store.folder, b"CREATE TABLE", b"CREATE \xc5ABLE")

    with pytest.raises(StoreTrouble, match=r"damaged \(its text is not UTF-8\)") as caught:
        EvidenceStore.open(store.folder)
    assert "Do not delete it" in caught.value.advice


def test_what_sqlite_says_need_not_be_text_either(store: EvidenceStore) -> None:
    with pytest.raises(StoreTrouble, match=r"damaged \(its text is not UTF-8\)"):
        store.select("SELECT json_extract('{}', CAST(x'24c5' AS TEXT))")


def test_a_piece_that_its_index_does_not_know_is_missing(
    store: EvidenceStore, ledger: Ledger
) -> None:
    ledger.commit(draft_segment(segment()))
    [(name,)] = store.select("SELECT sha256 FROM blobs")
    [(root,)] = store.select(
        "SELECT rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'blobs'"
    )
    store.close()
    path = store.folder / DATABASE
    data = bytearray(path.read_bytes())
    page = slice((root - 1) * 4096, root * 4096)
    data[page] = data[page].replace(name.encode(), b"0" * 64)
    path.write_bytes(data)

    again = EvidenceStore.open(store.folder)
    findings = check_store(again)
    waiting = contents.waiting_blob(again, 10, frozenset())
    again.close()

    assert CheckId.CONTAINER in {finding.check for finding in findings}
    assert any("committed but missing" in finding.where for finding in findings)
    # What is offered for delivery then is nothing, which no hash fits.
    assert waiting == contents.WaitingBlob(name, b"")


@pytest.mark.parametrize("value", ["NULL", "1", "'text'"])
def test_a_value_of_another_type_than_its_column_is_damage(
    store: EvidenceStore, value: str
) -> None:
    assert store.read((bytes,), "SELECT x'00'") == [(b"\0",)]
    with pytest.raises(StoreTrouble, match="not of its column's type"):
        store.read((bytes,), f"SELECT {value}")

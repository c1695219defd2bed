"""Lists of pairs as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.detect.identity.pairs import NotAPair, Pair, read_pairs
from recorder.faults import EnvironmentFault


def listed(folder: Path, text: str | bytes) -> list[tuple[str, str] | int]:
    path = folder / "pairs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [
        pair.line if isinstance(pair, NotAPair) else (pair.a, pair.b)
        for pair in read_pairs(path)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "one.jpg,two.jpg\nthree.jpg,four.jpg\n",
        "one.jpg, two.jpg\r\nthree.jpg ,four.jpg",
        "\ufeffone.jpg,two.jpg\nthree.jpg,four.jpg\n",
        "\none.jpg,two.jpg\n\n , \nthree.jpg,four.jpg\n\n",
        "left,right\none.jpg,two.jpg\nthree.jpg,four.jpg\n",
        "label,B,A\n1,two.jpg,one.jpg\n0,four.jpg,three.jpg\n",
        "one.jpg;two.jpg;1\nthree.jpg;four.jpg;0\n",
        "one.jpg\ttwo.jpg\nthree.jpg\tfour.jpg\n",
        'one.jpg,"two.jpg"\n"three.jpg",four.jpg,extra\n',
    ],
)
def test_the_same_two_pairs(tmp_path: Path, text: str) -> None:
    assert listed(tmp_path, text) == [("one.jpg", "two.jpg"), ("three.jpg", "four.jpg")]


def test_names_of_files_without_an_ending_are_files_where_they_exist(tmp_path: Path) -> None:
    (tmp_path / "one").touch()
    assert listed(tmp_path, "one,two\n") == [("one", "two")]
    assert listed(tmp_path, "x/one,two\n") == [("x/one", "two")]


def test_a_name_may_hold_the_separator(tmp_path: Path) -> None:
    assert listed(tmp_path, '"a, b.jpg",c.jpg\n') == [("a, b.jpg", "c.jpg")]


def test_rows_that_name_no_pair_are_kept_with_their_line(tmp_path: Path) -> None:
    text = "a,b\n\none.jpg\none.jpg,\none.jpg,two.jpg\n"
    assert listed(tmp_path, text) == [3, 4, ("one.jpg", "two.jpg")]


def test_paths_count_from_the_list(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("one.jpg,/far/two.jpg\n")
    (pair,) = read_pairs(tmp_path / "list.csv")
    assert isinstance(pair, Pair)
    assert pair.paths == (tmp_path / "one.jpg", Path("/far/two.jpg"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "names no pair"),
        (b"a,b\n", "names no pair"),
        (b"\n \n", "names no pair"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'"one.jpg,two.jpg\n', "not CSV"),
    ],
)
def test_what_is_no_list_is_said(tmp_path: Path, text: bytes, words: str) -> None:
    with pytest.raises(EnvironmentFault, match=words) as fault:
        listed(tmp_path, text)
    assert "CSV" in fault.value.advice


def test_a_list_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        read_pairs(tmp_path / "none.csv")

"""Lists of candidates, as registries, spreadsheets and people write them."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.enrolment.columns import guessed, heading
from server.enrolment.decoding import NoText, decoded
from server.enrolment.roster import MAX_ROWS, Choices, Roster, read_roster
from server.spreadsheets import csv_of, harmless

LIST = "Name;Matrikelnummer;E-Mail\r\nJörg Müller;1;jm@uni.example\r\nÅsa Élan;2;\r\n"


def roster(data: bytes | str, *profiles: str, **choices: object) -> Roster:
    """The list as it is read."""
    raw = data.encode() if isinstance(data, str) else data
    found = read_roster(raw, Choices(**choices), profiles)
    assert isinstance(found, Roster), found
    return found


def wrong(data: bytes | str) -> list[tuple[int, str, str]]:
    """What is wrong: line, column, the words' beginning."""
    return [(one.line, one.column, one.what[:24]) for one in roster(data).bad]


@pytest.mark.parametrize(
    ("data", "label", "sure"),
    [
        (LIST.encode(), "UTF-8", True),
        (codecs.BOM_UTF8 + LIST.encode(), "UTF-8", True),
        (LIST.encode("utf-16"), "UTF-16", True),
        (codecs.BOM_UTF16_BE + LIST.encode("utf-16-be"), "UTF-16, big-endian", True),
        (LIST.encode("utf-16-le"), "UTF-16", False),
        (LIST.encode("cp1252"), "Windows-1252 (Western Europe)", False),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16-be", "utf-16 without mark", "cp1252"],
)
def test_whatever_it_is_written_in_the_letters_are_right(
    data: bytes, label: str, sure: bool
) -> None:
    found = roster(data)
    assert (found.layout.encoding_label, found.layout.sure) == (label, sure)
    assert [(one.name, one.reference, one.email) for one in found.entries] == [
        ("Jörg Müller", "1", "jm@uni.example"),
        ("Åsa Élan", "2", ""),
    ]


@pytest.mark.parametrize("before", ["\r\n", ";;\r\n", "\r\n;;\r\n \r\n" * 20])
def test_what_is_empty_before_the_headings_makes_them_nobody(before: str) -> None:
    found = roster(before + LIST)
    assert [(one.name, one.reference) for one in found.entries] == [
        ("Jörg Müller", "1"),
        ("Åsa Élan", "2"),
    ]
    assert found.entries[0].line == before.count("\n") + 2
    assert (found.rows, found.bad) == (2, [])


def test_another_alphabet_is_found_or_chosen() -> None:
    text = "name;id\nИван Петров;1\nОльга Смирнова;2\nАнна Кузнецова;3\n"  # noqa: RUF001
    assert roster(text.encode("cp1251")).entries[0].name == "Иван Петров"
    polish = "Imię;Nazwisko;id\nŁukasz;Żółć;1\nJiří;Dvořák;2\nŁucja;Wiśniewska;3\n"
    assert "Łukasz" in roster(polish.encode("cp1250"), header=True).layout.sample[0]
    chosen = roster("name;id\nŁucja;1\n".encode("cp1250"), encoding="cp1250")
    assert chosen.entries[0].name == "Łucja"


def test_what_is_not_in_the_chosen_encoding_is_said_with_its_line() -> None:
    found = read_roster(LIST.encode("cp1252"), Choices(encoding="utf-8"))
    assert isinstance(found, NoText)
    assert "not UTF-8 from line 2 on" in found.why


@pytest.mark.parametrize("data", [b"", b"\n \r\n\n", codecs.BOM_UTF8])
def test_an_empty_list_says_what_it_needs(data: bytes) -> None:
    found = read_roster(data, Choices())
    assert isinstance(found, NoText)
    assert "a line for each candidate" in found.why


def test_a_spreadsheets_own_file_is_told() -> None:
    found = decoded(b"PK\x03\x04rest")
    assert isinstance(found, NoText)
    assert "CSV UTF-8" in found.why


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_separators_are_found(mark: str) -> None:
    rows = [["Name", "ID"], ["Doe, Jane", "1"], ['Say "hi"; now', "2"], ["A|B\tC", "3"]]
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows(rows)
    assert [one.reference for one in roster(out.getvalue()).entries] == ["1", "2", "3"]
    assert roster(out.getvalue()).layout.separator == mark


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("E-Mail Address", "email"),
        ("e_mail", "email"),
        (" STUDENT ID ", "reference"),
        ("Matrikel-Nr.", "reference"),
        ("Nom de famille", "last"),
        ("Vorname", "first"),
        ("Adjustments", "accommodation"),
        ("shoe size", ""),
    ],
)
def test_headings_are_understood_in_many_spellings(cell: str, meant: str) -> None:
    assert heading(cell) == meant


def test_a_list_without_headings_is_guessed_and_may_be_overruled() -> None:
    data = "ada@x.example,Ada,7\nbob@x.example,Bob,8\n"
    found = roster(data)
    assert found.layout.columns == ("email", "name", "reference")
    assert (found.entries[0].name, found.entries[0].line) == ("Ada", 1)
    other = roster(data, columns=("", "reference", "name"))
    assert (other.entries[0].name, other.entries[0].reference) == ("7", "Ada")
    assert guessed([["a", "b"]], header=False) == ("name", "reference")


def test_what_no_column_says_is_asked_for() -> None:
    found = roster("colour,size\nred,1\n", header=True)
    assert "which column is the name" in found.layout.lacks
    assert found.entries == []
    named = roster("name,colour\nAda,red\n")
    assert "the reference" in named.layout.lacks


def test_first_and_last_names_are_put_together() -> None:
    (one,) = roster("last,first,email\nLovelace,Ada,ada@x.example\n").entries
    assert (one.name, one.reference) == ("Ada Lovelace", "ada@x.example")


def test_everything_that_is_wrong_is_told_with_line_and_column() -> None:
    data = (
        "name,reference,email,accommodation\n"
        "Ada,1,ada@x.example,profile b\n"
        ",2,,\n"
        "Cy,,,\n"
        "Di,4,di at x,\n"
        "Ed,1,,\n"
        "Fi,6,,Profile Q\n"
        "Gu\0s,7,,\n"
        "Hal,8,,,,x,\n"
        f"{'I' * 201},9,,\n"
        '"Jo"e,10,,\n'
        "\n"
        "Kim,11,,\n"
    )
    found = roster(data, "Profile B")
    assert [(one.name, one.accommodation) for one in found.entries] == [
        ("Ada", "Profile B"),
        ("Kim", ""),
    ]
    assert [(one.line, one.column) for one in found.bad] == [
        (3, "name"),
        (4, "reference"),
        (5, "email"),
        (6, "reference"),
        (7, "accommodation"),
        (8, "name"),
        (9, ""),
        (10, "name"),
        (11, ""),
    ]
    assert found.bad[2].what == (
        "No letter can go here: there is no @ in it; write it as ada@example.edu, "
        "or leave it empty."
    )
    assert found.bad[3].what == "The same reference as on line 2."
    assert found.bad_rows == 9
    assert found.rows == 11


def test_accommodations_that_differ_in_capitals_alone_are_not_mixed_up() -> None:
    data = "name,id,accommodation\nAda,1,Plan B\nBob,2,plan b\nCy,3,PLAN B\nDi,4,plan c\n"
    found = roster(data, "Plan B", "plan b", "Plan C")
    given = [(one.name, one.accommodation) for one in found.entries]
    assert given == [("Ada", "Plan B"), ("Bob", "plan b"), ("Di", "Plan C")]
    assert [(one.line, one.what) for one in found.bad] == [
        (4, "Several are called so: write one of Plan B, plan b.")
    ]


def test_a_quotation_mark_that_is_never_closed_is_found_where_it_opens() -> None:
    assert wrong('name,id\nAda,1\n"Bob,2\nCy,3\n') == [(3, "", "A quotation mark is open")]


@pytest.mark.parametrize("after", ["Pi,8\n", '"Pi",8\n', '"Pi, Jr",8\n'])
def test_a_row_that_cannot_be_read_takes_no_others_with_it(after: str) -> None:
    others = "".join(f"Person {n},r-{n}\n" for n in range(10_000))
    found = roster(f'name,id\nAda,1\n"Bob,2\n{others}{after}')
    assert [(one.line, one.what[:30]) for one in found.bad] == [
        (3, "A quotation mark is opened her")
    ]
    assert (found.rows, len(found.entries)) == (10_003, 10_002)
    assert found.entries[-1].reference == "8"
    assert [one.line for one in found.entries] == [2, *range(4, 10_005)]


def test_what_may_be_the_rest_of_a_row_that_cannot_be_read_is_nobody() -> None:
    found = roster('name,id\nAda,1\n"Bob\nMiddle" x,2\nCy,3\n')
    assert [(one.line, one.what[:33]) for one in found.bad] == [
        (3, "A quotation mark is opened here a"),
        (4, "A quotation mark stands within a "),
    ]
    assert [one.name for one in found.entries] == ["Ada", "Cy"]
    # Where nothing is doubtful a mark is a part of the name.
    (one,) = roster('name,id\nJoe "Jo" Doe,1\n').entries
    assert one.name == 'Joe "Jo" Doe'


@pytest.mark.parametrize("first", ["sep=;\r\n", "SEP=;\n", '"sep=;"\n'])
def test_a_line_that_says_the_separator_is_no_candidate(first: str) -> None:
    found = roster(first + "Name;ID\nDoe, Jane, PhD;1\n")
    assert (found.layout.header, found.layout.separator) == (True, ";")
    assert [(one.name, one.line) for one in found.entries] == [("Doe, Jane, PhD", 3)]
    chosen = roster(first + "Name|ID\nJane|1\n", separator="|")
    assert [one.name for one in chosen.entries] == ["Jane"]


def test_empty_cells_beyond_the_columns_are_no_fault() -> None:
    found = roster("name;id\nAda;1;\nBob;2;; ;\n")
    assert [one.reference for one in found.entries] == ["1", "2"]
    assert found.bad == []


def test_marks_that_show_nothing_are_left_out_and_those_that_spell_a_name_stay() -> None:
    found = roster(
        "name,id,email\n"
        "\u200fمحمد,\u200b1\ufeff,\u200ex@y.example\n"
        "نیک\u200cپی,2\u200c,\n"
        "\u202eAda\u202c Love\u00adlace,3,\n"
    )
    assert found.bad == []
    assert [(one.name, one.reference, one.email) for one in found.entries] == [
        ("محمد", "1", "x@y.example"),
        ("نیک\u200cپی", "2", ""),
        ("Ada Lovelace", "3", ""),
    ]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp932", "山田太郎"),
        ("gb18030", "王小明"),
        ("cp950", "陳大文"),
        ("cp949", "김철수"),
        ("cp1255", "דוד כהן"),
        ("cp1256", "محمد علي"),
        ("cp1257", "Jānis Bērziņš"),
        ("iso8859_2", "Šárka Dvořáková"),
        ("koi8_r", "Иван Петров"),
    ],
)
def test_the_worlds_other_encodings_can_be_chosen(encoding: str, name: str) -> None:
    data = f"name,id\n{name},1\n".encode(encoding)
    (one,) = roster(data, encoding=encoding).entries
    assert (one.name, one.reference) == (name, "1")


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    found = roster('name,id\n"Ada\nLovelace",1\n,2\n')
    assert found.entries[0].name == "Ada Lovelace"
    assert [one.line for one in found.bad] == [4]


def test_a_formula_is_a_text_here_and_on_the_way_out() -> None:
    (one,) = roster("name,id\n=cmd()|'/C calc'!A0,+1\n").entries
    assert (one.name, one.reference) == ("=cmd()|'/C calc'!A0", "+1")
    written = csv_of(("name", "id"), [[one.name, one.reference]])
    assert b"'=cmd()" in written
    # What we wrote ourselves is the same again when it comes back.
    (back,) = roster(written).entries
    assert (back.name, back.reference) == (one.name, one.reference)


@given(st.text(max_size=20))
def test_no_cell_that_goes_out_begins_like_a_formula(cell: str) -> None:
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    found = read_roster(data, Choices())
    if isinstance(found, Roster):
        assert all(one.name and one.reference for one in found.entries)


def test_as_many_rows_as_there_may_be_and_no_more() -> None:
    data = "name,id\n" + "".join(f"N,{n}\n" for n in range(MAX_ROWS + 1))
    found = read_roster(data.encode(), Choices())
    assert isinstance(found, NoText)
    assert "100,000" in found.why

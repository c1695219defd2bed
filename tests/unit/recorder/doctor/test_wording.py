from __future__ import annotations

from recorder.doctor.wording import NOTHING, Tongue, translate, verbatim

GERMAN = Tongue(
    sentence=lambda text: {"{a} of {b} free": "{b}, davon {a} frei"}.get(text, text),
    foreign=str.upper,
    number=lambda value: f"{value:.1f}".replace(".", ","),
)


def test_a_sentence_is_translated_before_its_holes_are_filled() -> None:
    words = translate("doctor", "{a} of {b} free").format(a=1.5, b=3)
    assert str(words) == "1.5 of 3 free"
    assert words.said(GERMAN) == "3, davon 1,5 frei"


def test_what_others_say_has_no_holes() -> None:
    words = translate("doctor", "{a} of {b} free").format(
        a=verbatim("{odd} name"), b=("x", verbatim("y"))
    )
    assert str(words) == "{odd} name of x, y free"
    assert words.said(GERMAN) == "x, Y, davon {ODD} NAME frei"


def test_nothing_is_nothing() -> None:
    assert not NOTHING
    assert (str(NOTHING), NOTHING.said(GERMAN)) == ("", "")

"""What an institution may brand: each slip named by its key, with what is allowed."""

from __future__ import annotations

import pytest

from recorder.brand import Brand, BrandError, contrast, read_brand

WHOLE = """
[app]
name = "Prüfungen"
package = "uni-exams"
bundle = "edu.example.exams"
icon = "logo.svg"
[colours]
accent = "#1f5fa8"
accent_dark = "#9ec5f0"
[institution]
name = "Example University"
server = "https://exams.example.edu:8443"
pinned_keys = ["{key}"]
support = "help@example.edu"
[window]
languages = ["en"]
[build]
browser = false
""".format(key="ab" * 32)


def test_a_whole_file_is_read() -> None:
    brand = read_brand(WHOLE)

    assert brand.app.package == "uni-exams"
    assert brand.institution.pinned_keys == ("ab" * 32,)
    assert brand.window.languages == ("en",)
    assert not brand.build.browser
    assert not brand.built


def test_nothing_said_is_nobodys_in_particular() -> None:
    assert read_brand("") == Brand()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[app", "not TOML"),
        ("[app]\nname = 3", "app.name: expected str, got int"),
        ("[app]\nnmae = 'x'", "app.nmae is not a key of this file; allowed in [app]: name"),
        ("other = 1", "other is not a key of this file; allowed are the tables: app"),
        ("app = 3", "app: expected a table"),
        ("[app]\nname = ' '", "app.name is ' '; allowed: 1 to 40 characters"),
        ("[app]\nname = 'a\\nb'".replace("'", '"'), "on one line"),
        ("[app]\npackage = 'Uni Exams'", "app.package is 'Uni Exams'; allowed: 3 to 40 small"),
        ("[app]\nbundle = 'exams'", "app.bundle is 'exams'; allowed: a reversed domain"),
        ("[app]\nicon = 'logo.gif'", "app.icon is 'logo.gif'; allowed"),
        ("[colours]\naccent = 'blue'", "colours.accent is 'blue'; allowed: a colour such as"),
        ("[colours]\naccent = '#ffee00'", "a colour of contrast 4.5 to #ffffff (it has 1.2)"),
        ("[colours]\naccent_dark = '#202020'", "colours.accent_dark is '#202020'"),
        ("[institution]\nserver = 'http://exams.example.edu'", "institution.server"),
        ("[institution]\nserver = 'https://exams.example.edu/path'", "without a path"),
        ("[institution]\nserver = 'https://exams.example.edu:port'", "institution.server"),
        ("[institution]\npinned_keys = ['AB']", "institution.pinned_keys is 'AB'"),
        ("[institution]\nsupport = 'room 3'", "institution.support is 'room 3'"),
        ("[institution]\nsupport = 'https://a b'", "institution.support"),
        ("[institution]\nsupport = 'tel:nobody'", "institution.support"),
        ("[window]\nlanguages = ['en', 'xx']", "window.languages is 'xx'; allowed"),
        ("[window]\nlanguages = ['de']", "a list with en"),
    ],
)
def test_a_slip_is_named_by_its_key(text: str, said: str) -> None:
    with pytest.raises(BrandError) as caught:
        read_brand(text)

    assert said in str(caught.value)


def test_all_slips_are_named_at_once() -> None:
    with pytest.raises(BrandError) as caught:
        read_brand("[app]\nname = ''\nbundle = 'x'\n[institution]\nsupport = 'me'")

    assert all(key in str(caught.value) for key in ("app.name", "app.bundle", "support"))


@pytest.mark.parametrize(
    "server", ["http://127.0.0.1:8470", "http://localhost", "https://a.edu/"]
)
@pytest.mark.parametrize("support", ["tel:+49 30 1234", "https://help.example.edu/x", "a@b.c"])
def test_what_institutions_have_is_taken(server: str, support: str) -> None:
    brand = read_brand(f'[institution]\nserver = "{server}"\nsupport = "{support}"')

    assert brand.institution.server == server


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
